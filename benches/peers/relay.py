"""Relaying: resolvers that ask another one for every name, which is the floor, on the core of the load.

dnsperf asks for names of which each is new, so no cache helps; 200 of them are under way at a time.
"""
from servers import Dnsmasq, Floor, Recursor, Running, Splinterdns, Unbound

NAMES = 400_000
UNDER_WAY = 200


class RelayingSplinterdns(Splinterdns):
    def command(self, work, own, port, upstream):
        return [self.program, "serve", "--listen", f"127.0.0.1:{port}", "--workers", "1", "--upstream", f"127.0.0.1:{upstream}"]


class RelayingUnbound(Unbound):
    title = "Unbound"
    text = Unbound.text.split("rpz:")[0].replace("respip iterator", "iterator").replace(
        "  do-not-query", "  msg-cache-size: 64k\n  rrset-cache-size: 64k\n  do-not-query")

    def command(self, work, own, port, upstream):
        self.nobody = f"127.0.0.1@{upstream}"
        (own / "unbound.conf").write_text(self.text.format(own=own, port=port, nobody=self.nobody))
        return [self.copied(own), "-d", "-p", "-c", own / "unbound.conf"]


class RelayingRecursor(Recursor):
    title = "PowerDNS Recursor"

    def command(self, work, own, port, upstream):
        (own / "rpz.lua").write_text("")
        command = super().command(work, own, port)
        command[-1] = f"--forward-zones-recurse=.=127.0.0.1:{upstream}"
        return [*command, "--disable-packetcache=yes", "--max-cache-entries=1000", "--dont-query="]


class RelayingDnsmasq(Dnsmasq):
    title = "dnsmasq"

    def command(self, work, own, port, upstream):
        command = [part for part in super().command(work, own, port) if not str(part).startswith("--conf-file")]
        return [*command, "--conf-file=/dev/null", f"--server=127.0.0.1#{upstream}", "--cache-size=0", "--dns-forward-max=1000"]


SERVERS = (RelayingSplinterdns, RelayingUnbound, RelayingRecursor, RelayingDnsmasq)


def write_names(file):
    file.write_text("".join(f"q{number}.relay.example A\n" for number in range(NAMES)))


def measure(bench, attempt):
    """Figures of each server, for every round."""
    write_names(bench.work.queries("relay"))
    rounds = []
    for _ in range(bench.told.rounds):
        found = {}
        for kind in SERVERS:
            if kind.name in bench.told.only:
                figures = attempt(f"{kind.title}, relaying", one, bench, kind(bench.told.tools))
                if figures:
                    found[kind.name] = figures
        rounds.append(found)
    return rounds


def one(bench, server):
    with Running(Floor(bench.told.tools), bench.work, bench.load_core) as upstream:
        upstream.await_answers([("up.example", ["NOERROR", ["192.0.2.53"]])])
        with Running(server, bench.work, bench.server_core, upstream=upstream.port) as running:
            running.await_answers([("first.example", ["NOERROR", ["192.0.2.53"]])])
            bench.dnsperf(running, "relay", 1)
            return bench.dnsperf(running, "relay", bench.told.seconds, under_way=UNDER_WAY)
