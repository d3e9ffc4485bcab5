#!/usr/bin/env python3
"""What it costs to record every query: CPU a query with the query log, dnstap and the page's feed
all on, beside all off, in pairs. Needs dnsperf and a release build:

    benches/observers.py [--rounds 5] [--seconds 4] [--names 5] [--rate QPS]
        [--program target/release/splinterdns]
"""

import argparse
import itertools
import json
import os
import re
import statistics
import subprocess
import tempfile
import time
import urllib.request

# A third honest from the zones, a third forged, a third NXDOMAIN, in Russia and Indonesia.
LISTENER = "127.0.0.1:0=RU"
NAMES = ["example.com", "www.wikipedia.org", "youtube.com", "www.youtube.com", "github.com"]


def questions(count):
    """The names, and then names below them until there are so many."""
    below = (f"n{number}.{name}" for number in itertools.count() for name in NAMES)
    return [*NAMES[:count], *itertools.islice(below, max(0, count - len(NAMES)))]


def cpu(pid):
    """Seconds of CPU that a process has taken, all of its threads."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def serve(program, folder, observed):
    """Starts the server; gives the process, its port and the page's address."""
    arguments = [program, "serve", "--listen", LISTENER, "--today", "2026-11-22", "--workers", "1"]
    if observed:
        log, tap = os.path.join(folder, "queries.json"), os.path.join(folder, "queries.dnstap")
        arguments += ["--query-log", log, "--dnstap", tap, "--page", "127.0.0.1:0"]
    else:
        arguments += ["--page", "off"]
    server = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
    port, page = None, None
    for line in server.stdout:
        if found := re.match(r"listening on \S+?:(\d+)", line):
            port = found[1]
        if found := re.match(r"page (\S+)", line):
            page = found[1]
        if line.startswith("page " if observed else "try:"):
            break
    return server, port, page


def measure(options, observed):
    """CPU a query in microseconds, and what was lost."""
    with tempfile.TemporaryDirectory() as folder:
        server, port, page = serve(options.program, folder, observed)
        try:
            if page:
                urllib.request.urlopen(page + "api/v1/log?limit=1").read()
            names = os.path.join(folder, "names")
            with open(names, "w", encoding="ascii") as file:
                file.writelines(f"{name} A\n" for name in questions(options.names))
            load = ["dnsperf", "-s", "127.0.0.1", "-p", port, "-d", names, "-l", str(options.seconds)]
            if options.rate:
                load += ["-Q", str(options.rate)]
            before = cpu(server.pid)
            output = subprocess.run(load, capture_output=True, text=True, check=True).stdout
            time.sleep(0.5)
            taken = cpu(server.pid) - before
            answered = int(re.search(r"Queries completed:\s+(\d+)", output)[1])
            lost = 0
            if page:
                text = urllib.request.urlopen(page + "metrics").read().decode()
                found = re.findall(r"^splinterdns_lost_events_total\{\S*\} (\d+)", text, re.M)
                lost = sum(map(int, found))
            return taken / answered * 1e6, answered / options.seconds, lost
        finally:
            server.terminate()
            server.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--names", type=int, default=len(NAMES))
    parser.add_argument("--rate", type=int, help="queries a second; as many as it can otherwise")
    parser.add_argument("--program", default="target/release/splinterdns")
    options = parser.parse_args()
    ratios = []
    for number in range(options.rounds):
        off = measure(options, False)
        on = measure(options, True)
        ratios.append(on[0] / off[0])
        figures = {
            "round": number + 1,
            "off-us": round(off[0], 2),
            "on-us": round(on[0], 2),
            "ratio": round(ratios[-1], 2),
            "off-qps": round(off[1]),
            "on-qps": round(on[1]),
            "lost": on[2],
        }
        print(json.dumps(figures), flush=True)
    print(json.dumps({"median-ratio": round(statistics.median(ratios), 2)}))


if __name__ == "__main__":
    main()
