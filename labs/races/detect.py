"""What two detectors say of a name: detect.py SERVER NAME CONTROL...

CONTROL is what somebody found who is not censored: addresses, or nothing where the name has none. OONI's rule is that of Web
Connectivity (ooni/spec, ts-017, dns_consistency) without AS numbers and TLS; Hold-On's, that two replies do not differ by
themselves (Duan et al., 2012, section III).
"""

import ipaddress
import sys

import heard

server, name, *control = sys.argv[1:]
control = [one for one in control if one[0].isdigit()]      # dig +short prints aliases too
replies = list(heard.ask(server, name))


def is_bogon(address):
    """An address that no public site can have."""
    return not ipaddress.ip_address(address).is_global


def ooni():
    """A stub resolver takes the first reply, so the rule sees no other."""
    found = replies[0].addresses if replies else []
    if set(found) & set(control):
        return "consistent: an address that the control has too"
    if not found and not control:
        return "consistent: no address here, and none for the control"
    if any(is_bogon(one) for one in found):
        return f"inconsistent: {found[0]} is a bogon"
    if not found:
        return f"inconsistent: {replies[0].rcode if replies else 'silence'}, where the control has an address"
    return f"inconsistent: {found[0]} is none of the control's"


def hold_on():
    differ = len({(reply.rcode, *sorted(reply.addresses)) for reply in replies})
    if differ > 1:
        return f"injected: {len(replies)} replies to one query, and {differ} of them differ"
    return f"nothing seen: {len(replies)} reply"


print("OONI    ", ooni())
print("Hold-On ", hold_on())
