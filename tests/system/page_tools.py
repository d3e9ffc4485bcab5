"""What page.py is made of: checks, the browser, a sender of queries, and ways into a class."""

import os
import socket
import struct
import threading
import time

FLAGS = ("--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync "
         "--disable-background-networking --disable-component-update").split()


class Checks:
    """Counts what holds and what does not, and says so as lib.sh does."""

    def __init__(self):
        self.passed = self.failed = 0

    def that(self, what, holds, found=""):
        if holds:
            self.passed += 1
            print(f"  ok    {what}", flush=True)
        else:
            self.failed += 1
            print(f"  FAIL  {what}\n        found:    {str(found)[:500]}", flush=True)

    def same(self, what, expected, found):
        self.that(what, expected == found, f"{found!r}, expected {expected!r}")

    def has(self, what, part, text):
        self.that(what, part in text, f"no {part!r} in {text!r}")


class Browser:
    """Pages of one Chromium; whatever a page complains about is kept."""

    def __init__(self, playwright, base):
        self.base = base
        self.complaints = []
        self.chromium = playwright.chromium.launch(
            executable_path=os.environ["CHROMIUM"], args=FLAGS)

    def page(self, width=1280, height=800, scheme="light", base=None):
        context = self.chromium.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme,
            reduced_motion="reduce", accept_downloads=True)
        context.set_default_timeout(10_000)
        page = context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: said.type in ("error", "warning")
                and self.complaints.append(said.text))
        page.base = base or self.base
        return page


def show(page, address):
    """Opens a view and waits until its sentence is there."""
    page.goto("about:blank")
    page.goto(f"{page.base}/{address}")
    until(page, "!/^(One moment|$)/.test(document.querySelector('#main .sentence')"
          "?.textContent ?? '')")
    page.wait_for_timeout(150)


def until(page, expression, argument=None):
    """Waits until the expression holds in the page. Playwright's own waiting would evaluate text in
    the page, which the page's Content-Security-Policy forbids."""
    ends = time.monotonic() + 10
    while not page.evaluate(expression, argument):
        if time.monotonic() > ends:
            raise TimeoutError(f"never: {expression}")
        page.wait_for_timeout(30)


def said(page):
    return page.locator("#main .sentence").inner_text()


def query(name_labels, number=1, rtype=1):
    labels = b"".join(bytes([len(label)]) + label for label in name_labels)
    head = struct.pack("!6H", number, 0x0100, 1, 0, 0, 0)
    return head + labels + struct.pack("!BHH", 0, rtype, 1)


class Sender(threading.Thread):
    """Sends queries to the server's UDP port, so many a second, from an address."""

    def __init__(self, port, source, per_second, seconds, labels):
        super().__init__(daemon=True)
        self.target = ("127.0.0.1", port)
        self.per_second, self.seconds, self.labels = per_second, seconds, labels
        self.sent = 0
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((source, 0))

    def run(self):
        begun = time.monotonic()
        while (past := time.monotonic() - begun) < self.seconds:
            while self.sent < past * self.per_second:
                self.socket.sendto(query(self.labels, self.sent % 65536), self.target)
                self.sent += 1
            time.sleep(0.005)
        self.socket.close()


def listener(digits):
    """A socket on a loopback port whose number has so many digits."""
    for port in range(10 ** (digits - 1) + 1000, 65536):
        sock = socket.socket()
        try:
            sock.bind(("127.0.0.1", port))
            return sock
        except OSError:
            sock.close()
    raise OSError("no port is free")


class Way(threading.Thread):
    """A way to the page from an address of its own: connections to it go on to the server from
    `source`. The server checks Host and Origin, which name the port that it was asked at; that
    port has as many digits as the server's, so one takes the other's place."""

    def __init__(self, target_port, source):
        super().__init__(daemon=True)
        self.target_port, self.source = target_port, source
        self.listener = listener(len(str(target_port)))
        self.port = self.listener.getsockname()[1]
        self.listener.listen()

    def run(self):
        while True:
            near, _ = self.listener.accept()
            far = socket.socket()
            far.bind((self.source, 0))
            far.connect(("127.0.0.1", self.target_port))
            old, new = (f"127.0.0.1:{port}".encode() for port in (self.port, self.target_port))
            for a, b, change in ((near, far, (old, new)), (far, near, (b"", b""))):
                threading.Thread(target=copy, args=(a, b, *change), daemon=True).start()


def copy(source, target, old, new):
    try:
        while octets := source.recv(65536):
            target.sendall(octets.replace(old, new) if old else octets)
    except OSError:
        pass
    for end in (source, target):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
