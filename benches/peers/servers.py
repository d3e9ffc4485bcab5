"""The servers that are measured: how each is set up, what it can be asked, and what a running one has used."""
import contextlib
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import client

START_LIMIT = 300   # seconds until the first right answer
TICK = os.sysconf("SC_CLK_TCK")
NOBODY = "127.0.0.1@9"   # where a resolver would ask: nothing answers there, so no query leaves the machine


class Trouble(Exception):
    """What went wrong with one server; the others are measured all the same."""


class Server:
    """`workloads` are the query files that it can answer, `tcp` those that it is asked over TCP."""

    name = title = program = ""
    workloads = ("mixed", "forged", "nxdomain")
    tcp = ()

    def __init__(self, tools):
        self.tools = tools

    def command(self, work, own, port):
        """Writes the configuration into the folder `own`, and tells the command that serves `work` on the port."""
        raise NotImplementedError

    def version(self):
        asked = subprocess.run([self.program, "--version"], capture_output=True, text=True)
        return self.title + " " + version_in(asked.stdout + asked.stderr)


def version_in(text):
    words = text.replace("(", " ").replace(")", " ").split()
    return next((word for word in words if word[0].isdigit() and word.count(".") >= 1 and ":" not in word), "")


class Peer(Server):
    def copied(self, own):
        """The program, out of its place: Debian's AppArmor profiles go by the path and would forbid our configuration."""
        return shutil.copy2(shutil.which(self.program), own / self.program)


class Floor(Server):
    name, title = "floor", "floor"
    workloads = ("mixed", "forged", "nxdomain", "honest", "zone")

    def command(self, work, own, port, workers=1):
        return [self.tools / "floor", str(port), str(workers)]

    def version(self):
        return "floor (benches/peers/floor.c)"


class Splinterdns(Server):
    name, title = "splinterdns", "splinterdns"
    workloads = ("mixed", "forged", "nxdomain", "honest")
    tcp = ("mixed", "honest")

    def __init__(self, tools):
        super().__init__(tools)
        self.program = os.environ["SPLINTERDNS"]

    def command(self, work, own, port, workers=1):
        return [self.program, "serve", "--configs", work / "configs", "--listen", f"127.0.0.1:{port}=XX", "--today", "2026-01-01",
                "--workers", str(workers)]


class Unbound(Peer):
    name, title, program = "unbound", "Unbound (RPZ)", "unbound"
    tcp = ("mixed",)
    text = """\
server:
  interface: 127.0.0.1
  port: {port}
  num-threads: 1
  incoming-num-tcp: 100
  module-config: "respip iterator"
  directory: "{own}"
  pidfile: ""
  chroot: ""
  username: ""
  use-syslog: no
  do-not-query-localhost: no
remote-control:
  control-enable: no
forward-zone:
  name: "."
  forward-addr: {nobody}
rpz:
  name: rpz.peers
  zonefile: "{work}/rpz.zone"
"""

    def command(self, work, own, port):
        (own / "unbound.conf").write_text(self.text.format(work=work, own=own, port=port, nobody=NOBODY))
        return [self.copied(own), "-d", "-p", "-c", own / "unbound.conf"]

    def version(self):
        asked = subprocess.run([self.program, "-V"], capture_output=True, text=True)
        return f"{self.title} {version_in(asked.stdout)}"


class Recursor(Peer):
    name, title, program = "pdns", "PowerDNS Recursor (RPZ)", "pdns_recursor"

    def command(self, work, own, port):
        (own / "rpz.lua").write_text(f'rpzFile("{work}/rpz.zone", {{policyName="peers"}})\n')
        (own / "recursor.conf").write_text("")
        return [self.copied(own), f"--config-dir={own}", f"--socket-dir={own}", f"--lua-config-file={own}/rpz.lua",
                "--local-address=127.0.0.1", f"--local-port={port}", "--threads=1", "--pdns-distributes-queries=no",
                "--daemon=no", "--write-pid=no", "--disable-syslog=yes", "--security-poll-suffix=",
                f"--forward-zones-recurse=.={NOBODY.replace('@', ':')}"]


class Dnsmasq(Peer):
    name, title, program = "dnsmasq", "dnsmasq (address=)", "dnsmasq"

    def command(self, work, own, port):
        return [self.copied(own), "--keep-in-foreground", "--log-facility=-", f"--conf-file={work}/dnsmasq.conf",
                f"--port={port}", "--listen-address=127.0.0.1", "--bind-interfaces", "--no-resolv", "--no-hosts",
                "--local-ttl=300", "--pid-file=",
                f"--user={pwd.getpwuid(os.geteuid()).pw_name}"]


class Knot(Peer):
    """No filter, an authoritative server: the shipped zones, and one of ten thousand names."""

    name, title, program = "knot", "Knot DNS (zones)", "knotd"
    workloads = ("honest", "zone")
    tcp = ("honest",)
    text = """\
server:
  rundir: "{own}"
  listen: 127.0.0.1@{port}
  udp-workers: 1
  tcp-workers: 1
  background-workers: 1
database:
  storage: "{own}"
template:
  - id: default
    storage: "{work}/zones"
    file: "%s.zone"
    zonefile-sync: -1
    journal-content: none
zone:
"""

    def command(self, work, own, port):
        zones = sorted(file.name.removesuffix(".zone") for file in (work / "zones").glob("*.zone"))
        text = self.text.format(work=work, own=own, port=port) + "".join(f"  - domain: {zone}\n" for zone in zones)
        (own / "knot.conf").write_text(text)
        return [self.copied(own), "-c", own / "knot.conf"]


SERVERS = (Floor, Splinterdns, Unbound, Recursor, Dnsmasq, Knot)


def free_port():
    """A port that is free for both transports, below those that the kernel gives to clients: the probes' among them."""
    while True:
        address = ("127.0.0.1", random.randrange(20000, 30000))
        with socket.socket() as stream, socket.socket(type=socket.SOCK_DGRAM) as datagrams, contextlib.suppress(OSError):
            stream.bind(address)
            datagrams.bind(address)
            return address[1]


class Running:
    """A server that serves, in a session of its own unless it is not to be apart; it is gone, with its files, when the `with`
    ends."""

    def __init__(self, server, work, cpus, under=(), apart=True, **options):
        self.server, self.port = server, free_port()
        self.own = work.folder / f"own-{server.name}"
        self.own.mkdir()
        command = server.command(work.folder, self.own, self.port, **options)
        self.log = self.own / "log"
        self.begun = time.monotonic()
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(["taskset", "-c", cpus, *under, *command], cwd=self.own, stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log, start_new_session=apart)
        self.pid = self.process.pid

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.own)

    def await_answers(self, probes):
        """Seconds from the start until every probe, a name and its answer, was answered rightly."""
        for name, answer in probes:
            while not client.answers(self.port, name, answer):
                self.must_run()
                if time.monotonic() - self.begun > START_LIMIT:
                    raise Trouble(f"{self.server.title}: no right answer for {name} within {START_LIMIT} s\n{self.last_words()}")
        return time.monotonic() - self.begun

    def must_run(self):
        if self.process.poll() is not None:
            raise Trouble(f"{self.server.title} ended with {self.process.returncode}\n{self.last_words()}")

    def last_words(self):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-5:])

    def cpu(self):
        """Seconds of user and system time, of all threads so far."""
        self.must_run()
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def resident(self):
        """Resident memory in megabytes of 1,000,000 octets."""
        self.must_run()
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        kilobytes = next(line.split()[1] for line in lines if line.startswith("VmRSS:"))
        return int(kilobytes) * 1024 / 1e6

    def reload(self):
        os.kill(self.pid, signal.SIGHUP)
