"""Two detectors of lies, by the rules that their authors published. Each tells whether a name is blocked, and why.

`replies` are all that came, in their order (heard.Reply, or what has the same fields); `control` the addresses that somebody
found who is not censored.
"""

import ipaddress


def is_bogon(address):
    """An address that no public site can have."""
    return not ipaddress.ip_address(address).is_global


def ooni(replies, control):
    """OONI's Web Connectivity (ooni/spec, ts-017, dns_consistency), as far as DNS alone goes: without AS numbers and TLS.

    A stub resolver takes the first reply, so the rule sees no other.
    """
    found = replies[0].addresses if replies else []
    if set(found) & set(control):
        return False, "consistent: an address that the control has too"
    if not found and not control:
        return False, "consistent: no address here, and none for the control"
    if not found:
        return True, f"inconsistent: {replies[0].rcode if replies else 'silence'}, where the control has an address"
    if any(is_bogon(one) for one in found):
        return True, f"inconsistent: {found[0]} is a bogon"
    return True, f"inconsistent: {found[0]} is none of the control's"


def hold_on(replies, control):
    """Duan et al., 2012: two replies to one query do not differ by themselves. It needs no control."""
    differ = len({(reply.rcode, *sorted(reply.addresses)) for reply in replies})
    if differ > 1:
        return True, f"injected: {len(replies)} replies to one query, and {differ} of them differ"
    return False, f"nothing seen: {len(replies)} {'reply' if len(replies) == 1 else 'replies'}"
