"""Asks across a border and holds the packets that come back against what was published.

usage: border.py CHECK SERVER   prints "ok", or what is wrong

What is expected stands here and comes from the sources that are named, not from a configuration."""

import random
import socket
import struct
import sys
import time

ETH_IP, ETH_VLAN, UDP, TCP = 0x0800, 0x8100, 17, 6
# packet(7) and socket(7), which the socket module does not name.
SOL_PACKET, PACKET_AUXDATA, TP_STATUS_VLAN_VALID, SO_RCVBUFFORCE = 263, 8, 16, 33
CLIENT = "10.86.9.2"

# Triplet Censors (FOCI 2020), table of the injectors' fingerprints, and the order of the addresses of injector 3.
# net4people/bbs issue 80 and "Measuring and Evading Turkmenistan's Internet Censorship" (WWW 2023).
IP_DF = 0x4000


def expect(what, found, wanted):
    if found != wanted:
        sys.exit(f"{what}: {found!r}, not {wanted!r}")


def wire(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"


def query(name, rtype=1, flags=0x0100, opt=False, number=None):
    number = random.randrange(65536) if number is None else number
    header = struct.pack("!6H", number, flags, 1, 0, 0, 1 if opt else 0)
    extra = b"\0" + struct.pack("!HHIH", 41, 1232, 0, 0) if opt else b""
    return header + wire(name) + struct.pack("!HH", rtype, 1) + extra


def checksum(octets):
    octets += b"\0" * (len(octets) % 2)
    total = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


class Packet:
    """An IPv4 packet that came in."""

    def __init__(self, octets):
        self.octets = octets
        self.length, self.id, self.fragment = struct.unpack("!HHH", octets[2:8])
        self.ttl, self.protocol = octets[8], octets[9]
        self.source, self.destination = socket.inet_ntoa(octets[12:16]), socket.inet_ntoa(octets[16:20])
        self.head = 4 * (octets[0] & 15)
        self.below = octets[self.head:self.length]
        self.ports = struct.unpack("!HH", self.below[:4])
        self.payload = self.below[8:] if self.protocol == UDP else self.below[4 * (self.below[12] >> 4):]

    def verify(self):
        """Both checksums, of a packet that no network card has to finish."""
        expect("the header's checksum", checksum(self.octets[:self.head]), 0)
        pseudo = self.octets[12:20] + struct.pack("!BBH", 0, self.protocol, len(self.below))
        expect("the checksum", checksum(pseudo + self.below), 0)


class Ear:
    """Sees what comes in by the client's interface."""

    def __init__(self, server, ports=(53,)):
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
        self.socket.bind(("eth0", 3))
        self.server, self.ports = server, ports

    def hear(self, seconds, count=None):
        packets, end = [], time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and (count is None or len(packets) < count):
            self.socket.settimeout(left)
            try:
                octets, (_, protocol, kind, *_) = self.socket.recvfrom(65535)
            except TimeoutError:
                break
            if protocol == ETH_IP and kind != socket.PACKET_OUTGOING and octets[9] in (UDP, TCP):
                packet = Packet(octets)
                if packet.source == self.server and packet.ports[0] in self.ports:
                    packets.append(packet)
        return packets


def asked(server, octets, ttl=64, seconds=0.4, source=CLIENT):
    """What comes back for a query with this TTL."""
    ear, talk = Ear(server), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    talk.bind((source, 0))
    talk.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, ttl)
    talk.sendto(octets, (server, 53))
    packets = ear.hear(seconds)
    mine = talk.getsockname()[1]
    return [packet for packet in packets if packet.ports[1] == mine]


def raw(server, udp_or_tcp, protocol=UDP, fragment=0, number=7):
    """Sends a packet of our own making."""
    header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp_or_tcp), number, fragment, 64, protocol, 0,
                         socket.inet_aton(CLIENT), socket.inet_aton(server))
    sender = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    sender.sendto(header + udp_or_tcp, (server, 0))


def udp(octets, port=40001, to=53, check=0):
    return struct.pack("!HHHH", port, to, 8 + len(octets), check) + octets


def looks(packet):
    return packet.fragment & IP_DF != 0, packet.id, packet.ttl


def china(server):
    number = 0x1234
    question = wire("www.facebook.com") + struct.pack("!HH", 1, 1)
    seen = {}
    for ttl in (64, 33, 50):
        packets = asked(server, query("www.facebook.com", number=number), ttl)
        lies = packets[:2]
        expect("replies", len(packets), 3)
        for packet in lies:
            packet.verify()
            flags = struct.unpack("!H", packet.payload[2:4])[0]
            after = packet.payload[12 + len(question):]
            expect("id", packet.payload[:2], struct.pack("!H", number))
            expect("the question", packet.payload[12:12 + len(question)], question)
            expect("the counts", packet.payload[4:12], struct.pack("!4H", 1, 1, 0, 0))
            by_pointer = after[:2] == b"\xc0\x0c"
            record = after[2:] if by_pointer else after[len(wire("www.facebook.com")):]
            if not by_pointer:
                expect("the owner", after[:len(wire("www.facebook.com"))], wire("www.facebook.com"))
            kind, class_, dns_ttl, length = struct.unpack("!HHIH", record[:10])
            expect("type, class and length", (kind, class_, length, len(record)), (1, 1, 4, 14))
            if not 60 <= dns_ttl <= 300:
                sys.exit(f"the TTL {dns_ttl}")
            # Injector 3: AA by RD, a pointer, no DF, an IP ID of 0, the TTL of the probe (one hop of ours is behind it).
            # Injector 2: a copied owner, DF, a random IP TTL.
            if by_pointer:
                expect("injector 3's flags", flags, 0x8180)
                expect("injector 3's DF, IP ID and IP TTL", looks(packet), (False, 0, ttl))
            else:
                expect("injector 2's AA and DF", (flags & 0x0400, looks(packet)[0]), (0, True))
                seen.setdefault("ttls", set()).add(packet.ttl)
            seen.setdefault("forms", set()).add(by_pointer)
    expect("the two injectors", seen["forms"], {True, False})
    if len(seen["ttls"]) < 2:
        sys.exit("injector 2's IP TTL is always the same")
    # Without RD injector 3 sets AA and no RA.
    flags = {packet.payload[2:4] for packet in asked(server, query("www.facebook.com", flags=0))[:2]}
    if b"\x84\x00" not in flags:
        sys.exit(f"without RD the flags are {flags}")
    # Google's names have a third injector, whose IP TTL increments and whose DNS TTL is 60.
    firsts = []
    for _ in range(3):
        packets = [p for p in asked(server, query("www.google.com")) if p.payload[2] & 4]
        expect("replies with AA", len(packets), 1)
        firsts.append(packets[0].ttl)
        expect("injector 1's DF", looks(packets[0])[0], False)
        expect("its TTL", struct.unpack("!I", packets[0].payload[-8 - 2:-6])[0], 60)
    expect("its IP TTLs increment", [b - a for a, b in zip(firsts, firsts[1:])], [1, 1])


def truth_last(server):
    packets = asked(server, query("www.facebook.com"))
    expect("what the last reply leads to", b"star-mini" in packets[-1].payload, True)
    expect("and no other does", any(b"star-mini" in packet.payload for packet in packets[:-1]), False)


def broken_checksum(server):
    ear = Ear(server)
    raw(server, udp(query("www.facebook.com"), check=0xBEEF))
    expect("forged replies", len(ear.hear(0.3, 2)), 2)


def fragments(server):
    ear, octets = Ear(server), udp(query("www.facebook.com"))
    raw(server, octets[:24], fragment=0x2000, number=99)
    raw(server, octets[24:], fragment=3, number=99)
    # The server that puts them together answers, and nobody else.
    expect("replies", ["star-mini" in str(p.payload) for p in ear.hear(0.4)], [True])


def other_port(server):
    ear = Ear(server, (5353,))
    raw(server, udp(query("www.facebook.com"), to=5353))
    expect("replies", ear.hear(0.3), [])


def connection(server):
    talk = socket.create_connection((server, 53), timeout=2)
    return talk, talk.getsockname()[1]


def reset(server):
    ear = Ear(server)
    talk, mine = connection(server)
    message = query("www.facebook.com")
    talk.sendall(struct.pack("!H", len(message)) + message)
    packets = [packet for packet in ear.hear(0.4) if packet.ports[1] == mine]
    handshake, resets = packets[0], [packet for packet in packets if packet.below[13] & 4]
    sequence, acknowledged = struct.unpack("!II", handshake.below[4:12])
    expect("resets before the server's own", len(resets) >= 1, True)
    resets[0].verify()
    expect("RST and ACK", resets[0].below[13], 0x14)
    expect("its numbers", struct.unpack("!II", resets[0].below[4:12]), (sequence + 1, acknowledged + 2 + len(message)))
    try:
        expect("what comes after", talk.recv(1), b"")
    except ConnectionResetError:
        return
    sys.exit("the connection was not reset")


def split_stream(server):
    talk, _ = connection(server)
    talk.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    message = query("www.facebook.com")
    framed = struct.pack("!H", len(message)) + message
    talk.sendall(framed[:9])
    time.sleep(0.05)
    talk.sendall(framed[9:])
    expect("the server's answer", b"star-mini" in talk.recv(65535), True)


def vlan(server):
    """A frame with a tag of IEEE 802.1Q, which nobody but the border looks at here."""
    ear = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    ear.bind(("eth0", 3))
    ear.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
    octets = udp(query("www.facebook.com"))
    header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(octets), 7, 0, 64, UDP, 0,
                         socket.inet_aton(CLIENT), socket.inet_aton(server))
    header = header[:10] + struct.pack("!H", checksum(header)) + header[12:]
    own = ear.getsockname()[4]
    ear.send(b"\xff" * 6 + own + struct.pack("!HHH", ETH_VLAN, 3 << 13 | 7, ETH_IP) + header + octets)
    end, tagged = time.monotonic() + 0.4, []
    while (left := end - time.monotonic()) > 0:
        ear.settimeout(left)
        try:
            frame, control, _, address = ear.recvmsg(65535, 256)
        except TimeoutError:
            break
        if address[2] == socket.PACKET_OUTGOING or frame[26:30] != socket.inet_aton(server):
            continue
        expect("to whom", frame[:6], own)
        for _, kind, data in control:
            if kind == PACKET_AUXDATA:
                status, _, _, _, _, tci, _ = struct.unpack("IIIHHHH", data)
                tagged.append((bool(status & TP_STATUS_VLAN_VALID), tci))
    expect("tags of the forged replies", tagged, [(True, 3 << 13 | 7)] * 2)


def turkmenistan(server):
    number = 0x4D54
    packets = asked(server, query("twitter.com", number=number), seconds=0.3)
    expect("replies", len(packets), 1)
    packets[0].verify()
    message = struct.pack("!6H", number, 0x8180, 1, 1, 0, 0) + wire("twitter.com") + struct.pack("!HH", 1, 1)
    message += b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 300, 4) + bytes([127, 0, 0, 1])
    expect("the message", packets[0].payload, message)
    expect("IP ID and IP TTL", looks(packets[0])[1:], (30000, 128))
    # It answers any type with its one record.
    other = asked(server, query("twitter.com", rtype=16), seconds=0.3)
    expect("for TXT", other[0].payload[-16:], message[-16:])
    # Part of any name.
    expect("a name that has it in the middle", len(asked(server, query("xtwitter.com.example"), seconds=0.3)), 1)
    expect("a name that has not", asked(server, query("example.com"), seconds=0.3), [])


def turkmenistan_edns(server):
    number = 0x4D54
    octets = query("twitter.com", opt=True, number=number)
    packets = asked(server, octets, seconds=0.3)
    expect("replies", len(packets), 1)
    record = b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 300, 4) + bytes([127, 0, 0, 1])
    # The query with its counts written over, and the record behind all of it.
    expect("the message", packets[0].payload, struct.pack("!6H", number, 0x8180, 1, 1, 0, 0) + octets[12:] + record)


def iran(server):
    packets = asked(server, query("www.facebook.com"))
    expect("replies", len(packets), 1)
    packets[0].verify()
    expect("the address", socket.inet_ntoa(packets[0].payload[-4:])[:9], "10.10.34.")
    expect("the flags", packets[0].payload[2:4], b"\x81\x80")


def passed_on(server):
    # With EDNS, with a broken checksum, and one that nobody can read: FORMERR is the server's.
    expect("with EDNS", len(asked(server, query("debian.org", opt=True))), 1)
    ear = Ear(server)
    raw(server, udp(query("debian.org"), check=0xBEEF))
    expect("with a checksum that somebody else had to write", len(ear.hear(0.4)), 1)
    replies = asked(server, struct.pack("!6H", 1, 0x0100, 2, 0, 0, 0) + b"\0\0\1\0\1")
    expect("of two questions", [packet.payload[3] & 15 for packet in replies], [1])


def flood(server):
    ear, talk = Ear(server), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    ear.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 24)
    octets, begun = query("www.facebook.com"), time.monotonic()
    for sent in range(20_000):
        talk.sendto(octets, (server, 53))
        if sent % 100 == 99:
            time.sleep(max(0.0, begun + (sent + 1) / 20_000 - time.monotonic()))
    took, replies = time.monotonic() - begun, len(ear.hear(0.5))
    if not 100 <= replies <= 100 * (took + 2):
        sys.exit(f"{replies} replies in {took:.1f} s")
    time.sleep(1.5)


CHECKS = {check.__name__.replace("_", "-"): check for check in (
    china, truth_last, broken_checksum, fragments, other_port, reset, split_stream, vlan, turkmenistan, turkmenistan_edns,
    iran, passed_on, flood)}

CHECKS[sys.argv[1]](sys.argv[2])
print("ok")
