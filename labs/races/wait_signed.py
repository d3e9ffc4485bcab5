"""A forwarder on 127.0.0.1:5353 that passes over replies without a signature: wait_signed.py SERVER

It looks only whether there is one. Whether it is good, the client behind it checks (RFC 4035 section 5).
"""

import socket
import sys
import threading

import heard

listening = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
listening.bind(("127.0.0.1", 5353))


def forward(query, client):
    for reply in heard.replies(sys.argv[1], query, wait=2):
        if reply.signed:
            listening.sendto(reply.octets, client)
            return


while True:
    threading.Thread(target=forward, args=listening.recvfrom(4096)).start()
