"""Shows every reply to one question: listen.py SERVER NAME"""

import sys

import heard

server, name = sys.argv[1:]
print("   ms  IP TTL  answer")
for reply in heard.ask(server, name):
    print(f"{reply.ms:5.1f}  {reply.ip_ttl:6}  {reply.answer}")
