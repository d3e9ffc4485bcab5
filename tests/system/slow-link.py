#!/usr/bin/env python3
"""slow-link.py SERVER PORT NAME TYPE: what a client sees while another one floods.

The flood has the source address 10.86.0.2 and 1,000 queries a second, by a raw socket. The client asks for example.com, 100 times a
second for five seconds. Prints: answers lost, the median of their times and the time within which 99 of 100 came, in microseconds,
and how many queries the flood had.
"""

import socket
import struct
import sys
import threading
import time

server, port, name, rtype = sys.argv[1], int(sys.argv[2]), sys.argv[3], {"A": 1, "ANY": 255}[sys.argv[4]]
OPT = struct.pack("!BHHIH", 0, 41, 1232, 0, 0)


def query(number, name, rtype):
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    return struct.pack("!6H", number, 0x0100, 1, 0, 0, 1) + labels + struct.pack("!BHH", 0, rtype, 1) + OPT


def flood(stop, count):
    """UDP in IPv4 with another's address; the kernel fills in the lengths and checksums of IP."""
    raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    payload = query(1, name, rtype)
    udp = struct.pack("!4H", 5353, port, 8 + len(payload), 0) + payload
    source, target = socket.inet_aton("10.86.0.2"), socket.inet_aton(server)
    packet = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, source, target) + udp
    due = time.monotonic()
    while not stop.is_set():
        for _ in range(10):
            raw.sendto(packet, (server, 0))
            count[0] += 1
        due += 0.01
        time.sleep(max(0, due - time.monotonic()))


stop, count = threading.Event(), [0]
flooding = threading.Thread(target=flood, args=(stop, count))
flooding.start()
time.sleep(1)
asking = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
asking.bind((server, 0))
asking.settimeout(0.5)
lost, times = 0, []
for number in range(500):
    if lost == 20:
        break
    begun = time.monotonic()
    asking.sendto(query(number, "example.com", 1), (server, port))
    try:
        while struct.unpack("!H", asking.recv(4096)[:2])[0] != number:
            pass
        times.append(time.monotonic() - begun)
    except TimeoutError:
        lost += 1
    time.sleep(max(0, 0.01 - (time.monotonic() - begun)))
stop.set()
flooding.join()
times.sort()
times = times or [1]
median, most = times[len(times) // 2], times[len(times) * 99 // 100]
print(lost, round(median * 1e6), round(most * 1e6), count[0])
