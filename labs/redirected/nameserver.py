"""Knows two names. whoami.akamai.net has the address of whoever asks for it, as Akamai's own has: of the resolver, and not of
its client. www.bersih.org has one for documentation (RFC 5737), because no source prints the real one.
"""

import socket
import struct

ADDRESSES = {b"\6whoami\6akamai\3net": lambda asker: asker, b"\3www\6bersih\3org": lambda asker: "192.0.2.30"}
A, ANSWER, REFUSED = 1, 0x8180, 0x8185        # with RD and RA, as resolvers expect it of those they ask
RECORD = struct.pack(">HHHLH", 0xC00C, A, 1, 0, 4)      # its name is the question's, its TTL 0 (RFC 1035 section 4.1)


def answer(query, asker):
    """The question with its answer, if there is one. Its end is a name's: an empty label, type and class."""
    end = query.index(0, 12) + 5
    name, rtype = query[12 : end - 5].lower(), struct.unpack_from(">H", query, end - 4)[0]
    address = ADDRESSES.get(name)
    found = RECORD + socket.inet_aton(address(asker)) if address and rtype == A else b""
    flags = ANSWER if address else REFUSED
    return query[:2] + struct.pack(">5H", flags, 1, bool(found), 0, 0) + query[12:end] + found


listening = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
listening.bind(("", 53))
while True:
    query, client = listening.recvfrom(512)
    try:
        listening.sendto(answer(query, client[0]), client)
    except (ValueError, struct.error):      # not a query
        continue
