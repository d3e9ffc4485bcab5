"""A DNS client that asks one server one thing, and tells RCODE and addresses."""
import secrets
import socket
import struct
import time

RCODES = {0: "NOERROR", 2: "SERVFAIL", 3: "NXDOMAIN", 5: "REFUSED"}
PATIENCE = 0.2   # how long a reply may take before the question is asked again
PAUSE = 0.002    # while nobody listens on the port


def encode(name, number):
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    return struct.pack(">6H", number, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack(">2H", 1, 1)


def skip_name(message, at):
    while message[at]:
        if message[at] >= 0xC0:
            return at + 2
        at += message[at] + 1
    return at + 1


def decode(message):
    """RCODE and sorted A addresses of a reply."""
    _, flags, questions, answers = struct.unpack_from(">4H", message)
    at, addresses = 12, []
    for _ in range(questions):
        at = skip_name(message, at) + 4
    for _ in range(answers):
        at = skip_name(message, at)
        kind, _, _, length = struct.unpack_from(">2HIH", message, at)
        at += 10
        if kind == 1:
            addresses.append(socket.inet_ntoa(message[at:at + length]))
        at += length
    return [RCODES.get(flags & 15, str(flags & 15)), sorted(addresses)]


def ask(port, name, patience=PATIENCE):
    """What the server on this port says to an A question; None if nothing comes."""
    number = secrets.randbits(16)
    with socket.socket(type=socket.SOCK_DGRAM) as own:
        own.settimeout(patience)
        try:
            own.connect(("127.0.0.1", port))
            own.send(encode(name, number))
            reply = own.recv(4096)
        except ConnectionRefusedError:
            time.sleep(PAUSE)
            return None
        except TimeoutError:
            return None
    return decode(reply) if reply[:2] == struct.pack(">H", number) else None


def answers(port, name, expected, patience=PATIENCE):
    return ask(port, name, patience) == expected
