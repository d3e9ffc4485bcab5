#!/usr/bin/env python3
"""Writes performance.md and its plots from the results of measure.py.

    python3 -B page.py RESULTS FOLDER
"""
import json
import sys
from pathlib import Path

import plot
import relay as relaying
import targets
from summary import TITLES, WORKLOADS, Summary

ABOUT = {
    "mixed": "half forged, half NXDOMAIN", "forged": "a forged A", "nxdomain": "NXDOMAIN",
    "honest": "from the shipped zones", "zone": "a zone of 10,000 names",
}
VERDICTS = {True: "met", False: "**not met**", None: "not measured"}

METHOD = """\
## How each figure was got

- **Workload**: `workload.py` makes the names from a seed and writes them in each server's own form, so that all block the
  same names, each with its subdomains: half with NXDOMAIN, half with the address 192.0.2.53. splinterdns loads them as two
  lists of a country of their own, beside all shipped countries and zones. Half of the questions are for a name itself, half
  for one below it; they repeat after {questions}. Knot filters nothing: it has the shipped zones, for the same honest
  questions, and one of 10,000 names.
- **The floor** (`floor.c`) reads and sends 32 datagrams with one system call and answers from a template, whatever is asked.
- **The same answers**: before anything is timed, 200 names are asked of each server, and RCODE and addresses must be the
  expected ones. A load during which other RCODEs come counts as a failure.
- **First answer**: from the start of the process until the last names of both lists are answered rightly. **Resident** is
  `VmRSS` half a second later, in MB of 1,000,000 octets.
- **CPU a query**: the server's user and system time, of all threads (`/proc/PID/stat`), during a load of `dnsperf`, divided
  by the answered queries. The server has one core, `dnsperf` the other (100 queries in flight; UDP from 8 sockets, TCP over
  20 connections). `dnsperf` is the limit of the faster servers, so q/s says less than CPU a query. Peers have one thread and
  otherwise their defaults, PowerDNS Recursor its packet cache among them, which answers what it was asked before.
- **Ratios** are of figures from one round, in which the servers ran one after the other; the tables have the medians over the
  rounds.
- **Instructions** in user space: two loads of different length on one running server, by {by}; their difference divided by
  that in answered queries, so neither the start nor the kernel is in it. {small} names, not {names}.
- **Latency** (`latency.c`): forged replies, queries at fixed times at a tenth of the floor's rate of the round, from a client
  that never sleeps.
- **Relaying** (`relay.py`): as CPU a query, with 200 queries under way, of {relayed} names, each asked of the floor, which shares
  the load's core. The other servers keep no answers: dnsmasq without its cache, Unbound with the least, the Recursor without that of packets.
- **Workers**: the mixed load by `dnsperf -T 1` on the same core as one worker, and by `dnsperf -T 2`, with twice as many sockets and
  queries in flight, on the same two cores as two workers, by turns: so the load generator's share is the same. Ratios are
  medians over the rounds too. The targets are judged with server and load in one session (*together*). *Apart*, in two sessions, as
  from two terminals, the scheduler shares out time between the sessions besides (autogroup, sched(7); `sysctl kernel.sched_autogroup_enabled=0` ends
  that), and much depends on where it puts the threads of `dnsperf`.
- **Reload**: SIGHUP during a load of 50,000 q/s of forged names; a query without an answer a second after the end, or before
  its id comes round again, is lost. The server has one core, which a reload shares with who answers, and the client the other.
- **Decisions** (`cargo bench --bench large`): `Policy::decide` under 1,000,000 names and other policies, without a network. *By turns*: one
  after the other, out of so many different ones. *Sixteen together*: as the server decides about a batch, so that they wait for memory
  together. A name that is listed and in no cache waits for a read of cold memory, whatever the index; so one alone takes
  longer than the 150 ns that a batch is held to. *Each a pattern's*: 127 patterns match at once, so it is not in the 400 ns.
- hickory-server is no Debian package and is not measured.
"""


def table(heads, rows, left=2):
    """The first columns are text, on the left; the others numbers, on the right."""
    rule = ["---"] * left + ["--:"] * (len(heads) - left)
    return "\n".join("| " + " | ".join(row) + " |" for row in [heads, rule, *rows])


def number(value, form="{:.2f}"):
    return "" if value is None else form.format(value)


def head(summary):
    run = summary.run
    versions = "\n".join(f"  - {version}" for version in run["versions"].values())
    rounds = "1 round" if run["rounds"] == 1 else f"{run['rounds']} rounds"
    return f"""\
# Performance

splinterdns beside other servers and beside a floor that looks nothing up, with {run['names']:,} blocked names, each also with
its subdomains. [`benches/peers/run`](../benches/peers/run) writes this page, and anyone can run it; no number is put in by hand.

- **Run**: `{run['command']}`, {run['date']}; {rounds}, {run['seconds']} s a load, seed {run['seed']}
- **Machine**: {run['cpu']}, {run['cores']} cores
- **Load average** at the start: {run['load']:.1f}; above 0.5, the neighbours are in the times
- **Servers**:
{versions}
- **Tools**: {', '.join(run['tools'])}
"""


def troubles(summary):
    listed = "\n".join(f"- {trouble}" for trouble in summary.found["troubles"])
    return f"## What failed\n\n{listed}\n" if listed else ""


def judged(summary):
    rows = [[target, found, VERDICTS[met]] for target, found, met in targets.judge(summary)]
    text = ("## Targets\n\nRatios are the medians of those within each round, not the quotients of the medians further down.\n\n"
            + table(["target", "this run", ""], rows, left=3) + "\n")
    if summary.run["names"] < targets.MILLION:
        text += f"\nThe targets are meant for 1,000,000 names; this run had {summary.run['names']:,}.\n"
    return text


def worse(summary):
    lines = [f"- {line}" for line in targets.worse(summary)]
    return "## Worse than a peer\n\n" + ("\n".join(lines) if lines else "No figure of this run.") + "\n"


def loads(summary):
    rows = [[TITLES[name], number(summary.of(name, "start")), number(summary.of(name, "resident"), "{:.0f}"),
             number(summary.ratio("splinterdns", name, "start")), number(summary.ratio("splinterdns", name, "resident"))]
            for name in TITLES if name in summary.visits and name not in ("floor", "knot")]
    heads = ["server", "first answer, s", "resident, MB", "splinterdns' start to it", "splinterdns' memory to it"]
    return "## Loading\n\n" + table(heads, rows, left=1) + "\n"


def asked(summary, transport):
    for workload in WORKLOADS:
        for name in summary.servers(transport, workload):
            keys = (transport, workload)
            ratios = [summary.ratio(name, "floor", *keys, "cpu"), summary.ratio("splinterdns", name, *keys, "cpu")]
            counted = summary.instructions(name, workload)
            yield [workload, TITLES[name], number(summary.of(name, *keys, "cpu")), *map(number, ratios),
                   number(summary.of(name, *keys, "rate"), "{:,.0f}"), number(counted, "{:,.0f}"),
                   number(summary.of(name, *keys, "lost"), "{:.0f}")]


def udp(summary):
    legend = "; ".join(f"*{workload}*: {meaning}" for workload, meaning in ABOUT.items())
    heads = ["workload", "server", "CPU a query, µs", "to the floor", "splinterdns to it", "q/s", "instructions", "lost"]
    rows = table(heads, asked(summary, "udp"))
    return f"## Queries over UDP\n\n{legend}.\n\n{rows}\n\n![CPU a query](performance-cpu.svg)\n"


def tcp(summary):
    rows = [[*row[:3], row[4], row[5], row[7]] for row in asked(summary, "tcp")]
    heads = ["workload", "server", "CPU a query, µs", "splinterdns to it", "q/s", "lost"]
    return "## Queries over TCP\n\n" + table(heads, rows) + "\n" if rows else ""


def latency(summary):
    rows = [[TITLES[name], *(number(summary.of(name, "latency", key), form) for key, form in
             (("rate", "{:,.0f}"), ("p50", "{:.1f}"), ("p99", "{:.1f}"), ("longest", "{:.0f}")))]
            for name in ("floor", "splinterdns") if summary.of(name, "latency", "p50") is not None]
    return "## Latency\n\n" + table(["server", "q/s", "median, µs", "99 %, µs", "longest, µs"], rows, left=1) + "\n"


def relay(summary):
    if not summary.found.get("relay"):
        return "## Relaying\n\nNot measured.\n"
    rows = [[server.title, number(summary.relayed(server.name, "cpu")),
             number(summary.relayed_ratio("splinterdns", server.name, "cpu")),
             number(summary.relayed(server.name, "rate"), "{:,.0f}"), number(summary.relayed(server.name, "lost"), "{:.0f}")]
            for server in relaying.SERVERS if summary.relayed(server.name, "cpu") is not None]
    heads = ["server", "CPU a query, µs", "splinterdns to it", "q/s", "lost"]
    return "## Relaying\n\nEvery name is new and asked of one upstream, the floor.\n\n" + table(heads, rows, left=1) + "\n"


def workers(summary):
    if not summary.found.get("workers"):
        return "## Workers\n\nNot measured.\n"
    rows = [[server, sessions, count, number(summary.scaled(server, sessions, count, "cpu")),
             number(summary.scaled(server, sessions, count, "rate"), "{:,.0f}"),
             *(number(summary.scaling(server, sessions, key)) if count == "2" else "" for key in ("cpu", "rate"))]
            for sessions in ("together", "apart") for server in ("floor", "splinterdns") for count in ("1", "2")]
    heads = ["server", "sessions", "workers and cores", "CPU a query, µs", "q/s", "CPU to one's", "q/s to one's"]
    return "## Workers\n\n" + table(heads, rows) + "\n"


def reload(summary):
    found = summary.found.get("reload")
    if not found:
        return "## Reload\n\nNot measured.\n"
    rows = [[what, f"{load['sent']:,}", f"{load['sent'] - load['answered']:,}",
             *(f"{load[key]:.0f}" for key in ("p50", "p99", "longest"))]
            for what, load in (("without", found["quiet"]), ("during", found["reloading"]))]
    text = table(["reload", "queries", "lost", "median, µs", "99 %, µs", "longest, µs"], rows, left=1)
    resident = f"Resident before: {found['before']:.0f} MB, after: {found['after']:.0f} MB."
    done = "" if found["done"] else " The reload did not end within the load."
    return f"## Reload\n\n{text}\n\n{resident}{done}\n"


def growth(summary):
    points = summary.found.get("growth")
    if not points:
        return "## Growth\n\nNot measured (`--growth`).\n"
    rows = [[f"{point['names']:,}", number(point["start"]), number(point["resident"], "{:.0f}")] for point in points]
    heads = ["names", "first answer, s", "resident, MB"]
    return "## Growth\n\n" + table(heads, rows, left=0) + "\n\n![Growth](performance-growth.svg)\n"


def decisions(summary):
    found = summary.found.get("decisions")
    if not found:
        return "## Decisions\n\nNot measured (`--decisions`).\n"
    rows = [[*name.rpartition("/")[::2], f"{value:,.0f}"] for name, value in found.items()]
    return "## Decisions\n\n" + table(["policy", "name asked for", "ns"], rows) + "\n"


def method(summary):
    counted = summary.found.get("instructions") or {"by": "neither perf nor callgrind", "names": 0}
    by = {"perf": "`perf stat -e instructions:u`", "callgrind": "`valgrind --tool=callgrind`"}.get(counted["by"], counted["by"])
    numbers = {"questions": summary.run["questions"], "small": counted["names"], "relayed": relaying.NAMES, "names": summary.run["names"]}
    return METHOD.format(by=by, **{what: f"{value:,}" for what, value in numbers.items()})


def plots(summary, folder):
    def rows(workload):
        return [(name, TITLES[name], summary.of(name, "udp", workload, "cpu")) for name in summary.servers("udp", workload)]

    groups = [(workload, rows(workload)) for workload in WORKLOADS]
    (folder / "performance-cpu.svg").write_text(plot.bars("Microseconds of processor time a query, UDP", groups))
    grown = folder / "performance-growth.svg"
    grown.unlink(missing_ok=True)
    if points := summary.found.get("growth"):
        grown.write_text(plot.growth([(point["names"], point["resident"], point["start"]) for point in points]))


def main():
    results, folder = map(Path, sys.argv[1:])
    summary = Summary(json.loads(results.read_text()))
    parts = (head, troubles, judged, worse, loads, udp, tcp, latency, relay, workers, reload, growth, decisions, method)
    (folder / "performance.md").write_text("\n".join(text for part in parts if (text := part(summary))))
    plots(summary, folder)


if __name__ == "__main__":
    main()
