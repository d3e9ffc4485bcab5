"""Your detector. judge.py calls `blocked` once for each name in each country."""


def blocked(replies, control):
    """Whether somebody lies about the name.

    `replies` is all that came within 0.3 s, in its order, and empty where nothing came. Each reply has `ms` (when it came),
    `rcode` ("NOERROR", "NXDOMAIN", ...), `addresses`, `aliases` and `ttl`. `control` is the addresses that somebody got who
    is not censored.
    """
    return replies[0].rcode != "NOERROR"
