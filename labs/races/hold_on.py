"""Hold-On (Duan et al., 2012): learns how far away the resolver is, and takes the first reply that can have come from there.

hold_on.py SERVER NAME
"""

import sys

import heard

HARMLESS = "debian.org"     # nobody lies about it, so what it takes is the way to the resolver
server, name = sys.argv[1:]

learned = [next(heard.ask(server, HARMLESS)) for _ in range(5)]
way = min(reply.ms for reply in learned)        # the least, because the first may not be in the resolver's cache
hops = learned[0].ip_ttl
print(f"expected: at {way:.0f} ms, with IP TTL {hops}")

for reply in heard.ask(server, name, wait=5):
    if reply.ms < 0.5 * way:
        print(f"passed over: {reply.answer}, after {reply.ms:.0f} ms")
    elif abs(reply.ip_ttl - hops) > 1:
        print(f"passed over: {reply.answer}, with IP TTL {reply.ip_ttl}")
    else:
        print(f"taken: {reply.answer}")
        break
else:
    print("taken: nothing, because no reply can be from there")
