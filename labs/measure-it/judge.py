"""Holds a detector's verdicts on what measure.py heard against the truth: judge.py detector|ooni|hold_on

The truth is the server's own log: for every query what the server answered, and by which rule.
"""

import collections
import importlib
import json
import sys
from types import SimpleNamespace

import detectors

which = sys.argv[1]


def judge(replies, control):
    if which == "detector":
        return bool(importlib.import_module("detector").blocked(replies, control))
    return getattr(detectors, which)(replies, control)[0]


lied = {}       # by country and name
with open("/log/queries.jsonl") as lines:
    for line in map(json.loads, lines):
        if line.get("country"):
            lied[line["country"], line["name"].lower()] = line["verdict"] != "honest"

with open("/tmp/measured.json") as file:
    data = json.load(file, object_hook=lambda fields: SimpleNamespace(**fields) if "rcode" in fields else fields)

cells = collections.defaultdict(list)       # (lied, said blocked): the countries and names
for country, name, replies in data["measured"]:
    control = [address for reply in data["control"][name][:1] for address in reply.addresses]
    try:
        said = judge(replies, control)
    except Exception as error:
        sys.exit(f"{which} fails on {name} in {country}: {error!r}")
    cells[lied[country, name], said].append((country, name))

print(f"{which:22}  somebody lied  nobody did")
print(f"  it says blocked       {len(cells[True, True]):13}  {len(cells[False, True]):10}")
print(f"  it says not blocked   {len(cells[True, False]):13}  {len(cells[False, False]):10}")
for title, cell in ("false positives", cells[False, True]), ("missed", cells[True, False]):
    by_name = collections.defaultdict(list)
    for country, name in cell:
        by_name[name].append(country)
    if by_name:
        print(f"\n{title}, by name")
    for name, where in sorted(by_name.items(), key=lambda one: (-len(one[1]), one[0])):
        print(f"  {name:20} {len(where):3}  {' '.join(sorted(where)[:12])}{' ...' if len(where) > 12 else ''}")
rows = collections.defaultdict(lambda: [0, 0, 0])
for column, key in enumerate([(True, True), (True, False), (False, True)]):
    for country, _ in cells[key]:
        rows[country][column] += 1
print("\ncountry  found  missed  false positives")
for country, (found, missed, wrong) in sorted(rows.items()):
    if found or missed:
        print(f"{country:7}  {found:5}  {missed:6}  {wrong:15}")
