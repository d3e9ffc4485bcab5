"""Asks one question by UDP and hears every reply to it, not the first alone. For the scripts of the labs; nothing but Python.

    for reply in heard.ask("10.86.104.53", "www.facebook.com"):
        print(reply.ms, reply.addresses)
"""

import random
import socket
import struct
import time

TYPES = {"A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "MX": 15, "TXT": 16, "AAAA": 28, "RRSIG": 46, "DNSKEY": 48}
IP_RECVTTL = 12      # Linux's; Python 3.11 does not name it
RCODES = {0: "NOERROR", 1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 4: "NOTIMP", 5: "REFUSED"}


class Reply:
    """One message that came back."""

    def __init__(self, octets, ms=0.0, ip_ttl=None):
        self.octets, self.ms, self.ip_ttl = octets, ms, ip_ttl
        self.addresses, self.aliases, self.types, self.ttl = [], [], [], None
        _, flags, questions, answers = struct.unpack_from(">4H", octets)
        self.rcode = RCODES.get(flags & 15, str(flags & 15))
        self.authoritative = bool(flags & 0x0400)
        at = 12
        for _ in range(questions):
            at = self._name(at)[1] + 4
        for _ in range(answers):
            at = self._name(at)[1]
            rtype, _, self.ttl, length = struct.unpack_from(">HHLH", octets, at)
            at += 10
            self.types.append(rtype)
            if rtype == TYPES["A"]:
                self.addresses.append(socket.inet_ntop(socket.AF_INET, octets[at : at + length]))
            elif rtype == TYPES["AAAA"]:
                self.addresses.append(socket.inet_ntop(socket.AF_INET6, octets[at : at + length]))
            elif rtype == TYPES["CNAME"]:
                self.aliases.append(self._name(at)[0].lower())
            at += length

    @property
    def signed(self):
        """Whether there is a signature (RRSIG) among the answers; not whether it is a good one."""
        return TYPES["RRSIG"] in self.types

    @property
    def answer(self):
        """What it says, in a word or two."""
        return " ".join(self.aliases + self.addresses) or self.rcode

    def _name(self, at):
        """The name at this place, and the place behind it (RFC 1035 section 4.1.4)."""
        labels, behind = [], None
        while True:
            length = self.octets[at]
            if length >= 0xC0:
                behind = behind or at + 2
                pointer = struct.unpack_from(">H", self.octets, at)[0] & 0x3FFF
                if pointer >= at:
                    raise ValueError("a pointer that does not lead back")
                at = pointer
            elif length == 0:
                return ".".join(labels), behind or at + 1
            else:
                labels.append(self.octets[at + 1 : at + 1 + length].decode("latin-1"))
                at += 1 + length


def query(name, rtype="A", dnssec=False):
    """A query as a stub resolver sends it: with RD; with EDNS and DO where signatures are wanted.

    The case of its letters is drawn at random (0x20), so that no two queries are the same to whoever answers or relays them.
    """
    name = "".join(random.choice((letter.lower(), letter.upper())) for letter in name.rstrip("."))
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    opt = b"\0" + struct.pack(">HHLH", 41, 1232, 0x8000, 0) if dnssec else b""
    header = struct.pack(">6H", random.getrandbits(16), 0x0100, 1, 0, 0, len(opt) > 0)
    return header + labels + b"\0" + struct.pack(">HH", TYPES[rtype], 1) + opt


def ask(server, name, rtype="A", dnssec=False, **how):
    """Every reply to this question, as it comes."""
    return replies(server, query(name, rtype, dnssec), **how)


def replies(server, octets, wait=1.0, source="", port=53):
    """Every reply to this query that comes within `wait` seconds. What is no message is passed over."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.setsockopt(socket.IPPROTO_IP, IP_RECVTTL, 1)
        asking.bind((source, 0))
        asking.connect((server, port))
        begun = time.monotonic()
        asking.send(octets)
        while (left := begun + wait - time.monotonic()) > 0:
            asking.settimeout(left)
            try:
                found, beside, _, _ = asking.recvmsg(4096, 64)
            except (TimeoutError, ConnectionRefusedError):
                return
            ms = (time.monotonic() - begun) * 1000
            ttl = [struct.unpack("i", data)[0] for _, kind, data in beside if kind == socket.IP_TTL]
            if found[:2] == octets[:2]:
                try:
                    reply = Reply(found, ms, ttl[0] if ttl else None)
                except (IndexError, ValueError, struct.error):
                    continue
                yield reply
