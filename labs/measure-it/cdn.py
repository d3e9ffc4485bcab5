"""The name server of a large site: whoever asks gets one of its four addresses, the next one at each question.

They are those of reddit.com; names below cdn.example are made up (RFC 2606). Every other name is refused.
"""

import collections
import itertools
import socket

ADDRESSES = ["151.101.1.140", "151.101.65.140", "151.101.129.140", "151.101.193.140"]
turns = collections.defaultdict(lambda: itertools.cycle(ADDRESSES))

listening = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
listening.bind(("127.0.0.53", 53))
while True:
    query, client = listening.recvfrom(4096)
    end = query.index(0, 12) + 5
    name = query[12 : end - 5].lower()
    if name.endswith(b"\x03cdn\x07example"):
        record = b"\xc0\x0c\0\1\0\1\0\0\0\x1e\0\4" + socket.inet_aton(next(turns[name]))
        reply = query[:2] + b"\x85\x80\0\1\0\1\0\0\0\0" + query[12:end] + record
    else:
        reply = query[:2] + b"\x81\x85\0\1\0\0\0\0\0\0" + query[12:end]
    listening.sendto(reply, client)
