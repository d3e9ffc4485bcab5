"""What splinterdns is to reach, and whether a run shows it: `judge` gives rows of target, figure and verdict."""
from summary import PEERS, TITLES, straight

MILLION = 1_000_000
NOT_MEASURED = ("not measured", None)


def judge(summary):
    return [*processor(summary), *loading(summary), *latency(summary), *streams(summary), *relay(summary), *workers(summary), *reload(summary),
            *decisions(summary)]


def within(target, value, limit, form):
    return (target, "not measured", None) if value is None else (target, form.format(value), value <= limit)


def processor(summary):
    for workload in ("forged", "nxdomain", "honest"):
        ratio = summary.ratio("splinterdns", "floor", "udp", workload, "cpu")
        yield within(f"CPU a query, {workload}: at most 1.10 times the floor's", ratio, 1.10, "{:.2f}")


def at_size(summary, names):
    """Start and resident memory with so many names, from the rounds or from the growth."""
    if summary.run["names"] == names:
        return summary.of("splinterdns", "start"), summary.of("splinterdns", "resident")
    grown = [point for point in summary.found.get("growth") or [] if point["names"] == names]
    return (grown[0]["start"], grown[0]["resident"]) if grown else (None, None)


def loading(summary):
    for names, seconds, megabytes in ((MILLION, 0.5, 64), (10 * MILLION, 6, 450)):
        start, resident = at_size(summary, names)
        yield within(f"{names:,} names to the first answer: at most {seconds} s", start, seconds, "{:.2f} s")
        yield within(f"{names:,} names resident: at most {megabytes} MB", resident, megabytes, "{:.0f} MB")
    target = "memory grows linearly: no size is more than 10 % off a straight line"
    points = [(point["names"], point["resident"]) for point in summary.found.get("growth") or []]
    yield within(target, 100 * bend(points) if points else None, 10, "{:.0f} %")


def bend(points):
    """The greatest distance from the line of least squares, as a share of the value."""
    at_none, slope = straight(points)
    return max(abs(at_none + slope * x - y) / y for x, y in points)


def latency(summary):
    for key, what in (("p50", "median"), ("p99", "99th percentile")):
        ratio = summary.ratio("splinterdns", "floor", "latency", key)
        yield within(f"latency, {what}: at most 1.2 times the floor's", ratio, 1.2, "{:.2f}")


def streams(summary):
    for peer, workload in (("unbound", "mixed"), ("knot", "honest")):
        cpu, rate = (summary.ratio("splinterdns", peer, "tcp", workload, key) for key in ("cpu", "rate"))
        target = f"TCP, {workload}: no more CPU a query than {TITLES[peer]}, no fewer q/s"
        if cpu is None:
            yield (target, *NOT_MEASURED)
        else:
            yield target, f"{cpu:.2f} times the CPU, {rate:.2f} times the q/s", cpu <= 1 and rate >= 1


def relay(summary):
    ratio = summary.relayed_ratio("splinterdns", "dnsmasq", "cpu")
    yield within("relaying: no more CPU a query than dnsmasq", ratio, 1, "{:.2f} times")


def workers(summary):
    times, rise = (summary.scaling("splinterdns", "together", key) for key in ("rate", "cpu"))
    target = "two workers on two cores: at least 1.7 times the q/s of one on one"
    yield (target, *NOT_MEASURED) if times is None else (target, f"{times:.2f}", times >= 1.7)
    yield within("two workers: CPU a query at most 1.10 times one's", rise, 1.10, "{:.2f}")


def reload(summary):
    found = summary.found.get("reload")
    targets = ("reload at 50,000 q/s: no query lost", "reload: 99th percentile moves by less than 1 ms",
               "reload: memory returns (within 10 %)")
    if not found or not found["done"]:
        yield from ((target, *NOT_MEASURED) for target in targets)
        return
    lost = found["reloading"]["sent"] - found["reloading"]["answered"]
    yield within(targets[0], lost, 0, "{} lost")
    yield within(targets[1], (found["reloading"]["p99"] - found["quiet"]["p99"]) / 1e3, 1, "{:+.2f} ms")
    yield within(targets[2], 100 * (found["after"] / found["before"] - 1), 10, "{:+.0f} %")


def decisions(summary):
    """Of a million names, whatever the run's own number is."""
    found = summary.found.get("decisions") or {}

    def dearest(target, limit, begin, but="each a pattern's"):
        figures = [value for name, value in found.items() if name.startswith(begin) and not name.endswith(but)]
        return within(target, max(figures, default=None), limit, "{:,.0f} ns")

    yield dearest("decision, 3 labels, as a batch has them (one alone: see Decisions): at most 200 ns", 200, "a million names/3 labels", "by turns")
    yield dearest("decision, up to 127 labels: at most 1,500 ns", 1500, ("a million names/127 labels", "a million names/up to 127"))
    yield dearest("decision, 10,000 parts and 1,000 expressions: at most 2,000 ns", 2000, "parts and expressions")


def worse(summary):
    """Every figure in which a peer does better, as a line of text."""
    for peer in PEERS:
        for what, keys in figures(summary, peer):
            ratio = summary.ratio("splinterdns", peer, *keys)
            better_if_more = keys[-1] == "rate"
            if ratio is not None and (ratio < 1 if better_if_more else ratio > 1):
                yield f"{what}: {ratio:.2f} times {TITLES[peer]}'s"
        for workload in ("forged", "nxdomain", "honest"):
            ours, theirs = (summary.instructions(server, workload) for server in ("splinterdns", peer))
            if ours and theirs and ours > theirs:
                yield f"instructions a query, {workload}: {ours / theirs:.2f} times {TITLES[peer]}'s"
        yield from relayed(summary, peer)


def relayed(summary, peer):
    """The same of relaying."""
    for key, what in (("cpu", "CPU a query"), ("rate", "q/s")):
        ratio = summary.relayed_ratio("splinterdns", peer, key)
        if ratio is not None and (ratio < 1 if key == "rate" else ratio > 1):
            yield f"{what}, relaying: {ratio:.2f} times {TITLES[peer]}'s"


def figures(summary, peer):
    """Knot has no million names to load, so its start and its memory are no measure."""
    if peer != "knot":
        yield from (("first answer", ("start",)), ("resident memory", ("resident",)))
    for transport in ("udp", "tcp"):
        for workload in ("mixed", "forged", "nxdomain", "honest"):
            if peer in summary.servers(transport, workload):
                yield f"CPU a query, {workload}, {transport.upper()}", (transport, workload, "cpu")
                yield f"q/s, {workload}, {transport.upper()}", (transport, workload, "rate")
