#!/usr/bin/env python3
"""Makes the same workload for every server, from a seed: the blocked names in each server's own form, and the questions.

    workload.py [--seed S] [--names N] [--questions N] [--lists-only] CONFIGS ZONES FOLDER

CONFIGS and ZONES are the shipped ones. FOLDER then holds

    configs/           CONFIGS and a country XX with two lists: half of the names NXDOMAIN, half a forged A
    rpz.zone           the same for Unbound and PowerDNS Recursor: NAME and *.NAME
    dnsmasq.conf       the same as address= lines
    zones/             ZONES, and one of ten thousand names (peers.example), for Knot
    queries/WORKLOAD   what dnsperf asks; half of the blocked names are asked for themselves, half below them
    expected.json      how each is to be answered: an RCODE and addresses
"""
import argparse
import json
import math
import random
import shutil
from pathlib import Path

FORGED = "192.0.2.53"
ZONE = "peers.example"
ZONE_NAMES = 10_000

SYLLABLES = [a + b for a in "bcdfghjklmnpqrstvwyz" for b in "aeiou"]
NUMBERS = len(SYLLABLES) ** 4
WORDS = ["", "my", "the", "best", "free-", "news", "cdn-", "play", "shop", "web-", "go", "tv", "live"]
SUFFIXES = ["com", "net", "org", "com", "info", "ru", "com", "co.uk", "xyz", "com.br", "pages.net", "com", "top"]

COUNTRY = """\
country: XX
name: The workload of benches/peers
clients: [127.250.0.0/16]
rules:
  - {rule: missing, lists: [../lists/nxdomain.txt], answer: nxdomain, evidence: assumed, sources: [workload]}
  - {rule: forged, lists: [../lists/forged.txt], answer: {poison: {a: 192.0.2.53}}, evidence: assumed, sources: [workload]}
sources: {workload: "benches/peers/workload.py, names from a seed"}
"""

RPZ_HEAD = """\
$TTL 300
@ SOA localhost. nobody.invalid. 1 3600 600 86400 300
@ NS localhost.
"""

ZONE_HEAD = f"""\
$ORIGIN {ZONE}.
$TTL 300
@ IN SOA ns nobody.invalid. 1 3600 600 86400 300
@ IN NS ns
ns IN A {FORGED}
"""


class Names:
    """Name number i, in no order and each once, without keeping any: a walk round all numbers in steps that share no
    factor with their count. The last eight letters of the first label are the number, so no two names are alike."""

    def __init__(self, seed):
        draw = random.Random(seed)
        self.start = draw.randrange(NUMBERS)
        self.step = next(step for step in iter(lambda: draw.randrange(NUMBERS), None) if math.gcd(step, NUMBERS) == 1)

    def __call__(self, i):
        number = (self.start + i * self.step) % NUMBERS
        rest, label = number, ""
        for _ in range(4):
            rest, syllable = divmod(rest, len(SYLLABLES))
            label += SYLLABLES[syllable]
        word, suffix = number // 7 % len(WORDS), number // 101 % len(SUFFIXES)
        return f"{WORDS[word]}{label}.{SUFFIXES[suffix]}"


def write_lists(folder, names, count):
    (folder / "lists").mkdir(parents=True, exist_ok=True)
    with open(folder / "lists/nxdomain.txt", "w") as missing, open(folder / "lists/forged.txt", "w") as forged:
        for i in range(count):
            (forged if is_forged(i) else missing).write(names(i) + "\n")


def is_forged(i):
    return i % 2 == 1


def write_configs(configs, folder, names, count):
    shutil.copytree(configs, folder / "configs", dirs_exist_ok=True)
    (folder / "configs/countries/xx.yaml").write_text(COUNTRY)
    write_lists(folder / "configs", names, count)


def write_peers(folder, names, count):
    with open(folder / "rpz.zone", "w") as rpz, open(folder / "dnsmasq.conf", "w") as dnsmasq:
        rpz.write(RPZ_HEAD)
        for i in range(count):
            name = names(i)
            record, address = (f"A {FORGED}", FORGED) if is_forged(i) else ("CNAME .", "")
            rpz.write(f"{name} {record}\n*.{name} {record}\n")
            dnsmasq.write(f"address=/{name}/{address}\n")


def write_zones(zones, folder, names):
    shutil.copytree(zones, folder / "zones", dirs_exist_ok=True)
    owners = [names(i).split(".")[0] for i in range(ZONE_NAMES)]
    (folder / f"zones/{ZONE}.zone").write_text(ZONE_HEAD + "".join(f"{owner} IN A {FORGED}\n" for owner in owners))
    return [f"{owner}.{ZONE}" for owner in owners]


def addresses_of(zone):
    """The names of a shipped zone that have one address, as the floor's answers have, and are not below a delegation."""
    origin, owner, addresses, cuts = zone.name.removesuffix(".zone"), "", {}, set()
    for line in zone.read_text().splitlines():
        fields = line.split(";")[0].split()
        if "IN" not in fields:
            continue
        if not line[0].isspace():
            owner = origin if fields[0] == "@" else f"{fields[0]}.{origin}"
        kind, *data = fields[fields.index("IN") + 1:]
        if kind == "A":
            addresses.setdefault(owner, []).append(data[0])
        elif kind == "NS" and owner != origin:
            cuts.add(owner)
    hidden = tuple("." + cut for cut in cuts)
    return {name: found for name, found in addresses.items()
            if len(found) == 1 and "*" not in name and name not in cuts and not name.endswith(hidden)}


def honest_addresses(zones):
    return {name: found for zone in sorted(zones.glob("*.zone")) for name, found in addresses_of(zone).items()}


def blocked(draw, names, count, questions, forged):
    """Names of one half, drawn anew for every question, half of them with a label in front."""
    for turn in range(questions):
        name = names(2 * draw.randrange(count // 2) + forged)
        yield f"www.{name}" if turn % 2 else name


def write_queries(folder, seed, names, count, questions, honest, zone):
    draw = random.Random(seed + 1)
    forged = list(blocked(draw, names, count, questions, forged=True))
    missing = list(blocked(draw, names, count, questions, forged=False))
    asked = {
        "forged": forged,
        "nxdomain": missing,
        "mixed": forged[:questions // 2] + missing[questions // 2:],
        "honest": sorted(honest) * max(1, questions // max(1, len(honest))),
        "zone": zone,
    }
    (folder / "queries").mkdir(exist_ok=True)
    for workload, wanted in asked.items():
        draw.shuffle(wanted)
        (folder / "queries" / workload).write_text("".join(f"{name} A\n" for name in wanted))


def write_expected(folder, names, count, honest):
    """The first name of each list, the last, and what holds for whole workloads."""
    expected = {
        "first": {"forged": names(1), "nxdomain": names(0)},
        "last": {"forged": names(count - 1), "nxdomain": names(count - 2)},
        "answers": {"forged": ["NOERROR", [FORGED]], "nxdomain": ["NXDOMAIN", []], "zone": ["NOERROR", [FORGED]]},
        "honest": {name: ["NOERROR", found] for name, found in honest.items()},
    }
    (folder / "expected.json").write_text(json.dumps(expected, indent=1))


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--names", type=int, default=1_000_000)
    options.add_argument("--questions", type=int, default=200_000)
    options.add_argument("--lists-only", action="store_true")
    options.add_argument("configs", type=Path)
    options.add_argument("zones", type=Path)
    options.add_argument("folder", type=Path)
    told = options.parse_args()
    if not 2 <= told.names <= NUMBERS or told.names % 2:
        options.error(f"--names: an even number up to {NUMBERS}")
    names, honest = Names(told.seed), honest_addresses(told.zones)
    write_configs(told.configs, told.folder, names, told.names)
    write_expected(told.folder, names, told.names, honest)
    if not told.lists_only:
        write_peers(told.folder, names, told.names)
        zone = write_zones(told.zones, told.folder, names)
        write_queries(told.folder, told.seed, names, told.names, told.questions, honest, zone)


if __name__ == "__main__":
    main()
