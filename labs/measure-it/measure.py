"""Asks for every name of names.txt in every country, keeps all replies, and writes them to /tmp/measured.json.

The vantage points are the countries' addresses: from 127.86.0.1 one is in China. The control asks from 127.0.0.1, where nobody
lies.
"""

import concurrent.futures
import json
import time
import urllib.request

import heard

RESOLVER, CONTROL, WAIT = "127.0.0.1", "127.0.0.1", 0.3


def measure(place):
    country, source, name = place
    replies = heard.ask(RESOLVER, name, source=source, wait=WAIT)
    fields = ("ms", "rcode", "addresses", "aliases", "ttl")
    return country, name, [{field: getattr(reply, field) for field in fields} for reply in replies]


with urllib.request.urlopen("http://127.0.0.1:8053/api/v1/countries") as answer:
    countries = json.load(answer)
sources = {one["country"]: one["clients"][0].replace(".0/16", ".1") for one in countries}
with open("/lab/names.txt") as lines:
    names = lines.read().split()

begun = time.monotonic()
places = [(country, source, name) for name in names for country, source in sources.items()]
with concurrent.futures.ThreadPoolExecutor(64) as pool:
    control = {name: replies for _, name, replies in pool.map(measure, [(None, CONTROL, name) for name in names])}
    measured = list(pool.map(measure, places))
with open("/tmp/measured.json", "w") as file:
    json.dump({"control": control, "measured": measured}, file)
print(f"{len(names)} names in {len(sources)} countries: {len(measured)} measurements in {time.monotonic() - begun:.0f} s")
