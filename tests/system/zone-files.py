#!/usr/bin/env python3
"""Zone files with every record type in every notation that RFC 1035 section 5.1 and RFC 3597 know.

    zone-files.py FOLDER COUNT SEED    writes COUNT zones, an Unbound configuration for them and the questions, one a line
"""
import base64
import ipaddress
import os
import random
import sys

folder, count, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
pick = random.Random(seed)
KEY = base64.b64encode(bytes(range(48))).decode()
HASH = "2BB183AF5F22588179A53B0A98631FAD1A292118D6E1A2B3C4D5E6F708192A3B"


class Name(str):
    """A name; without a last dot it is relative to the zone."""


class Text(bytes):
    """A character-string."""


class Time(int):
    """Seconds that may have units."""


class Digits(str):
    """Digits that may be broken into several words."""


# Each type with the data of one record. What a real zone has of each, from the examples of the types' own RFCs.
DATA = {
    "A": ["192.0.2.7"],
    "AAAA": ["2001:DB8:0:0::7"],
    "NS": [Name("ns")],
    "CNAME": [Name("t-a")],
    "PTR": [Name("Target")],
    "MX": ["10", Name("mail")],
    "TXT": [Text(b"v=DKIM1; k=rsa; "), Text(b'say "hi" \\ (now)'), Text("caf\u00e9 \x07".encode()), Text(b"")],
    "SPF": [Text(b"v=spf1 -all")],
    "HINFO": [Text(b"PDP-11"), Text(b"a unix")],
    "MINFO": [Name("r"), Name("e.elsewhere.example.")],
    "MB": [Name("mail")], "MD": [Name("mail")], "MF": [Name("mail")], "MG": [Name("mail")], "MR": [Name("mail")],
    "RP": [Name("me"), Name("t-txt")],
    "AFSDB": ["1", Name("afs")],
    "X25": [Text(b"311061700956")],
    "ISDN": [Text(b"150862028003217"), Text(b"004")],
    "RT": ["2", Name("relay")],
    "NSAP": ["0x47.0005.80.005a00.0000.0001.e133.ffffff000162.00"],
    "KEY": ["256", "3", "8", Digits(KEY)],
    "SIG": ["A", "8", "3", "300", "20300101000000", "20200101000000", "2642", Name("@"), Digits(KEY)],
    "DLV": ["60485", "8", "2", Digits(HASH)],
    "TALINK": [Name("h0"), Name("h2")],
    "PX": ["10", Name("map822"), Name("mapx400")],
    "GPOS": [Text(b"-32.6882"), Text(b"116.8652"), Text(b"10.0")],
    "LOC": ["42", "21", "54", "N", "71", "06", "18", "W", "-24m", "30m", "2000m", "10m"],
    "SRV": ["0", "5", "5060", Name("sip")],
    "NAPTR": ["100", "50", Text(b"u"), Text(b"E2U+sip"), Text(b"!^.*$!sip:info@example.com!"), Name(".")],
    "KX": ["1", Name("kx")],
    "CERT": ["PKIX", "12345", "8", Digits(KEY)],
    "DNAME": [Name("there.example.")],
    "APL": ["1:192.0.2.0/25", "!2:2001:db8::/33", "1:0.0.0.0/0"],
    "DS": ["60485", "8", "2", Digits(HASH)],
    "SSHFP": ["4", "2", Digits(HASH)],
    "IPSECKEY": ["10", "1", "2", "192.0.2.38", Digits(KEY)],
    "RRSIG": ["A", "8", "3", "300", "20300101000000", "20200101000000", "2642", Name("@"), Digits(KEY)],
    "NSEC": [Name("zz"), "A", "MX", "RRSIG", "NSEC", "TYPE1234"],
    "DNSKEY": ["257", "3", "8", Digits(KEY)],
    "CDNSKEY": ["257", "3", "8", Digits(KEY)],
    "CDS": ["60485", "8", "2", Digits(HASH)],
    "DHCID": [Digits(KEY)],
    "NSEC3": ["1", "1", "12", "AABBCCDD", "2VPTU5TIMAMQTTGL4LUU9KG21E0AOR3S", "A", "RRSIG"],
    "NSEC3PARAM": ["1", "0", "12", "-"],
    "TLSA": ["3", "1", "1", Digits(HASH)],
    "SMIMEA": ["3", "1", "1", Digits(HASH)],
    "OPENPGPKEY": [Digits(KEY)],
    "CSYNC": ["66", "3", "A", "NS", "AAAA"],
    "ZONEMD": ["2018031500", "1", "1", Digits(HASH + "00" * 16)],
    "SVCB": ["0", Name("svc")],
    "HTTPS": ["1", Name("."), "port=8443", 'ech="AEX+DQBB"', 'alpn="h2,h3"', "ipv6hint=2001:db8::1,2001:db8::2",
              "mandatory=port,alpn", "key65333=x\\\\y\\;", "ipv4hint=192.0.2.1,192.0.2.2", "no-default-alpn"],
    "NID": ["10", "0014:4fff:ff20:ee64"],
    "L32": ["10", "10.1.2.0"],
    "L64": ["10", "2001:0DB8:1140:1000"],
    "LP": ["10", Name("l64-subnet")],
    "EUI48": ["00-00-5e-00-53-2a"],
    "EUI64": ["00-00-5e-ef-10-00-00-2a"],
    "URI": ["10", "1", '"ftp://ftp1.example.com/public"'],
    "CAA": ["0", "issue", Text(b"ca.example.net; account=230123")],
    "TYPE65280": ["\\#", "4", Digits("0A000001")],
    "TYPE65281": ["\\#", "0"],
    "TYPE666": ["\\#", "3", "ab", "cdef"],
}
CODES = {"A": 1, "NS": 2, "MX": 15, "TXT": 16, "AAAA": 28, "SRV": 33, "LOC": 29, "CAA": 257, "HTTPS": 65, "DS": 43,
         "SSHFP": 44, "URI": 256, "NAPTR": 35, "CNAME": 5, "PTR": 12, "L32": 105, "NSEC3PARAM": 51, "DNAME": 39}
# Where an algorithm stands, which may be a word (RFC 4034 appendix A.1); in a KEY Unbound 1.17 wants a number.
ALGORITHMS = {"DNSKEY": 2, "CDNSKEY": 2, "CERT": 2, "RRSIG": 1, "SIG": 1, "DS": 1, "CDS": 1, "DLV": 1}
# Data as octets (RFC 3597 section 5), of types whose octets are easily written down.
OCTETS = {
    "A": ipaddress.ip_address("198.51.100.9").packed,
    "AAAA": ipaddress.ip_address("2001:db8::9").packed,
    "TXT": b"\x05hello\x00\x03\x00\xff;",
    "DS": b"\xec\x45\x08\x02" + bytes.fromhex(HASH),
    "CAA": b"\x80\x05issueca.example",
    "L32": b"\x00\x0a\x0a\x01\x02\x00",
    "HTTPS": b"\x00\x01\x00\x00\x01\x00\x03\x02h3\x00\x03\x00\x02\x01\xbb",
    "EUI48": bytes(range(6)),
    "MX": b"\x00\x05\x04mail\x07example\x00",
}


def letter(octet, special):
    """An octet as it may be written, escaped where it must be or for no reason."""
    character = chr(octet)
    if not 33 <= octet <= 126:
        if octet == 32 and special.isdisjoint(" "):
            return pick.choice([" ", " ", "\\ ", "\\032"])
        return pick.choice(["\\ ", "\\032"]) if octet == 32 else f"\\{octet:03d}"
    if character in special:
        return pick.choice(["\\" + character, f"\\{octet:03d}"])
    if character.isdigit():
        return character
    return pick.choice([character] * 12 + ["\\" + character, f"\\{octet:03d}"])


def text(octets):
    if octets and pick.random() < 0.4:
        return "".join(letter(octet, set(' "\\;()')) for octet in octets)
    return '"' + "".join(letter(octet, set('"\\')) for octet in octets) + '"'


def name(written, zone):
    if written == "@":
        return pick.choice(["@", zone + "."])
    if written == ".":
        return "."
    absolute = written.endswith(".")
    labels = written.rstrip(".").split(".")
    if not absolute and pick.random() < 0.3:
        labels, absolute = labels + zone.split("."), True
    escape = pick.random() < 0.3
    shown = [
        "".join(pick.choice([c, c, f"\\{ord(c):03d}"]) if escape and c.isalpha() else c for c in label) for label in labels
    ]
    return ".".join(shown) + ("." if absolute else "")


def time(seconds):
    choices = [str(seconds)]
    if seconds % 60 == 0:
        choices.append(f"{seconds // 60}m")
    if seconds >= 3600:
        hours, rest = divmod(seconds, 3600)
        choices.append(f"{hours}h" + (f"{rest}s" if rest else ""))
    written = pick.choice(choices)
    return pick.choice([written, written.upper()])


def digits(written):
    if pick.random() < 0.5 or len(written) < 8:
        return [written]
    cut = pick.randrange(1, len(written) // 4) * 4
    return [written[:cut], written[cut:]]


def words(parts, zone):
    for part in parts:
        if isinstance(part, Name):
            yield name(part, zone)
        elif isinstance(part, Text):
            yield text(part)
        elif isinstance(part, Time):
            yield time(part)
        elif isinstance(part, Digits):
            yield from digits(part)
        else:
            yield part


def laid_out(data):
    """Words on one line, or on several within parentheses, with comments."""
    if pick.random() < 0.7:
        return pick.choice([" ", "\t", "  "]).join(data) + pick.choice(["", "", " ; a comment ( \"", " "])
    first = pick.randrange(len(data))
    inside = [pick.choice([" ", "\n\t", " ; it goes on ( \" here\n  "]) + word for word in data[first:]]
    return " ".join(data[:first]) + " (" + "".join(inside) + pick.choice([")", " )", "\n)"])


def record_type(kind):
    if kind in CODES and pick.random() < 0.2:
        return pick.choice(["TYPE", "type"]) + str(CODES[kind])
    return pick.choice([kind, kind, kind.lower()])


def record(owner, kind, zone, timed):
    if kind in OCTETS and pick.random() < 0.25:
        octets = OCTETS[kind]
        data = ["\\#", str(len(octets))] + digits(octets.hex().upper())
    else:
        data = list(words(DATA[kind], zone))
    if kind in ALGORITHMS and data[0] != "\\#":
        data[ALGORITHMS[kind]] = pick.choice(["8", "RSASHA256", "rsasha256"])
    if kind == "HTTPS" and data[0] == "1":
        head, params = data[:2], data[2:]
        pick.shuffle(params)
        data = head + params
    middle = pick.choice([[], [time(pick.choice([60, 300, 3600, 5400, 86400]))]]) if timed else []
    middle += pick.choice([[], ["IN"], ["in"], ["CLASS1"]])
    return " ".join([owner] + middle + [record_type(kind), laid_out(data)])


def zone_file(zone):
    # A TTL that is missing is that of $TTL (RFC 2308 section 4), else the last that was written (RFC 1035 section 5.1). Where
    # there are both, Unbound 1.17 takes the last that was written, so no zone has both.
    timed = pick.random() < 0.7
    lines = ["; splinterdns: complete", f"$ORIGIN {zone}."] + ([] if timed else [f"$TTL {time(300)}"])
    times = " ".join(time(seconds) for seconds in (3600, 600, 1209600, 60))
    first = time(86400) if timed else ""
    lines += [pick.choice([f"@ {first} SOA ns host.{zone}. 2026 {times}", f"@ {first} IN SOA ns host (\n 2026 ; serial\n {times} )"])]
    lines += ["@ NS ns", "  NS ns2", "ns A 192.0.2.1", "ns2 AAAA 2001:db8::2"]
    questions = [(zone, "SOA"), (zone, "NS"), ("none." + zone, "A"), ("t-a." + zone, "MX")]
    for kind in pick.sample(sorted(DATA), 40):
        owner = f"t-{kind.lower()}"
        if kind == "NS":
            continue
        lines.append(record(name(Name(owner), zone), kind, zone, timed))
        if pick.random() < 0.2 and kind in ("A", "TXT", "MX"):
            lines.append("  " + pick.choice(["", "IN "]) + {"A": "A 192.0.2.8", "TXT": "TXT second", "MX": "MX 20 b"}[kind])
        # Nobody can ask for an NSEC3 (RFC 5155 section 7.2.8); Unbound says NXDOMAIN, BIND nothing.
        if kind != "NSEC3":
            questions.append((f"{owner}.{zone}", kind))
        if kind == "DNAME":
            questions += [(f"a.b.{owner}.{zone}", "A"), (f"x.{owner}.{zone}", "CNAME")]
    lines += [r"has\046dot A 192.0.2.46", r"st\*r A 192.0.2.42", "*.wild TXT \"w\"", "deep.er.under A 192.0.2.3"]
    questions += [(r"has\.dot." + zone, "A"), ("st*r." + zone, "A"), (r"any\;thing.wild." + zone, "TXT"), ("under." + zone, "A")]
    lines += [f"$ORIGIN sub.{zone}.", "@ A 192.0.2.50", "host A 192.0.2.51", "later TXT x"]
    questions += [("sub." + zone, "A"), ("host.sub." + zone, "A"), ("later.sub." + zone, "TXT")]
    return pick.choice(["\n", "\r\n", "\n"]).join(lines) + "\n", questions


with open(os.path.join(folder, "auth-zones.conf"), "w") as conf, open(os.path.join(folder, "questions"), "w") as asked:
    for number in range(count):
        zone = f"z{number}.lab.example"
        content, questions = zone_file(zone)
        path = os.path.join(folder, zone + ".zone")
        with open(path, "w", newline="") as out:
            out.write(content)
        conf.write(f'auth-zone:\n  name: "{zone}"\n  zonefile: "{path}"\n  for-downstream: yes\n  for-upstream: no\n')
        asked.writelines(f"{owner} {kind}\n" for owner, kind in questions)
