"""Waits, and takes the last reply: last.py SERVER NAME [SECONDS]"""

import sys

import heard

server, name = sys.argv[1:3]
seconds = float(sys.argv[3]) if sys.argv[3:] else 1.0
taken = None
for reply in heard.ask(server, name, wait=seconds):
    taken = reply
print(taken.answer if taken else "nothing came")
