"""One server: scenarios, the log, the capture."""

from __future__ import annotations

import threading
import time
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import List

import pytest

from splinterdns_testing import LostQueries, ScenarioError, Splinterdns, SplinterdnsError, TooFewQueries
from splinterdns_testing.capture import packets

from .conftest import Ask

BRAZIL = "127.55.0.1"

COUNTRY = """
country: XX
name: Freedonia
clients: [127.250.0.0/16]
rules:
  - rule: news
    names: [news.example]
    answer: {poison: {a: 198.51.100.7, ttl: 60s}}
    evidence: assumed
    sources: [Doe-2024]
sources:
  Doe-2024: "Doe, Resolvers of Freedonia, Journal of Examples, 2024"
"""


def test_country_and_day_decide(lab: Splinterdns, ask: Ask) -> None:
    lab.set_scenario(country="BR", today="2024-09-10")
    assert ask(lab, "x.com") == "NXDOMAIN"
    lab.set_scenario(country="BR", today="2025-09-10")
    assert ask(lab, "x.com").startswith("NOERROR ")
    lab.set_scenario(country="US", today="2024-09-10")
    assert ask(lab, "x.com").startswith("NOERROR ")


@pytest.mark.parametrize(
    "day",
    [
        date(2024, 9, 10),
        datetime(2024, 9, 10, 1, 0),
        datetime(2024, 9, 10, 23, 0, tzinfo=timezone(timedelta(hours=-3))),
        "2024-09-10T01:00",
    ],
)
def test_a_day_may_be_a_value(lab: Splinterdns, ask: Ask, day: object) -> None:
    lab.set_scenario(country="BR", today=day)  # type: ignore[arg-type]
    assert ask(lab, "x.com") == "NXDOMAIN"
    [query] = lab.queries()
    zone = timezone.utc
    if isinstance(day, datetime):
        assert query.today == (day if day.tzinfo else day.replace(tzinfo=zone))
    assert abs(query.time - datetime.now(zone)) < timedelta(minutes=1)


def test_a_scenario_leaves_out_what_was_so_at_the_start(ask: Ask) -> None:
    with Splinterdns(country="BR", today="2024-09-10", seed=3) as lab:
        start = lab.scenario()
        assert (start["country"], start["today"], start["seed"]) == ("BR", "2024-09-10T12:00", 3)
        assert ask(lab, "x.com") == "NXDOMAIN"
        lab.set_scenario(country="US")
        assert ask(lab, "x.com").startswith("NOERROR ")
        lab.set_scenario(today="2025-01-01")
        assert lab.scenario()["country"] == "BR"
        lab.reset()
        assert lab.scenario() == start
        assert ask(lab, "x.com") == "NXDOMAIN"


def test_clients_of_a_network_stay_in_their_country_but_an_isp_has_everybody(ask: Ask) -> None:
    with Splinterdns(country="US", today="2024-09-10") as lab:
        assert ask(lab, "x.com", BRAZIL) == "NXDOMAIN"
        lab.set_scenario(country="IN/jio")
        ask(lab, "tiktok.com")
        ask(lab, "tiktok.com", BRAZIL)
        assert [(query.country, query.operator) for query in lab.queries()] == [("IN", "jio")] * 2
        lab.set_scenario(country="BR", today="2024-09-10")
        assert ask(lab, "x.com") == "NXDOMAIN"


def test_a_start_with_an_isp_binds_and_a_scenario_with_a_country_unbinds(ask: Ask) -> None:
    with Splinterdns(country="IN/jio") as lab:
        ask(lab, "tiktok.com", BRAZIL)
        assert [query.id for query in lab.queries()] == ["IN/jio/tiktok"]
        lab.set_scenario(country="BR", today="2024-09-10")
        assert ask(lab, "x.com") == "NXDOMAIN"
        lab.reset()
        ask(lab, "tiktok.com")
        assert [query.operator for query in lab.queries()] == ["jio"]


@pytest.mark.parametrize("as_path", [False, True])
def test_a_country_file_is_taken(lab: Splinterdns, ask: Ask, tmp_path: Path, as_path: bool) -> None:
    path = tmp_path / "xx.yaml"
    path.write_text(COUNTRY)
    lab.set_scenario(country="XX", file=path if as_path else COUNTRY)
    assert ask(lab, "news.example") == "NOERROR 198.51.100.7"
    lab.reset()
    assert ask(lab, "news.example") == "SERVFAIL"


@pytest.mark.parametrize(
    ("scenario", "reason"),
    [
        ({"file": "country: QQ\nfoo: 1\n"}, 'unknown key "foo" in a country file'),
        ({"country": "QQ"}, "there is no country QQ"),
        ({"country": "IN/nobody"}, 'IN has no operator "nobody"'),
        ({"today": "2024-13-01"}, "is no day"),
        ({"seed": -1}, "expected u64"),
    ],
)
def test_a_broken_scenario_raises_and_changes_nothing(
    lab: Splinterdns, ask: Ask, scenario: "dict[str, str]", reason: str
) -> None:
    lab.set_scenario(country="BR", today="2024-09-10")
    ask(lab, "x.com")
    before = lab.scenario()
    with pytest.raises(ScenarioError, match=reason) as raised:
        lab.set_scenario(**scenario)  # type: ignore[arg-type]
    assert raised.value.status in (400, 422) and reason in raised.value.detail
    assert lab.scenario() == before
    assert ask(lab, "x.com") == "NXDOMAIN"
    assert [query.id for query in lab.queries()] == ["BR/x", "BR/x"]


def test_a_query_has_all_that_the_log_has(lab: Splinterdns, ask: Ask) -> None:
    lab.set_scenario(country="CN", today="2024-03-01")
    first = ask(lab, "www.facebook.com")
    [query] = lab.queries()
    assert (query.name, query.type, query.transport, query.client) == ("www.facebook.com", "A", "udp", "127.0.0.1")
    assert (query.country, query.operator, query.id, query.verdict) == ("CN", None, "CN/facebook", "poison")
    assert query.evidence == "measured" and query.alias is None and query.upstream_rcode is None
    assert query.today == datetime(2024, 3, 1, 12, tzinfo=timezone.utc)
    assert query.honest.known and query.honest.rcode == "NOERROR"
    assert query.rcode == "NOERROR" and " ".join(["NOERROR", *query.answers]) == first
    # The race: two injectors, and the honest reply behind them.
    assert [reply.outcome for reply in query.replies] == ["sent"] * 3
    assert query.replies[2].answers == query.honest.answers != query.replies[0].answers
    assert query.latency == query.replies[2].after > 0.05
    assert set(query.raw) >= {"upstream-rcode", "seq", "replies"}
    assert "in CN udp www.facebook.com A: poison by CN/facebook: NOERROR; " in str(query)


def test_what_was_not_asked_is_not_there(lab: Splinterdns, ask: Ask) -> None:
    assert lab.queries() == []
    ask(lab, "debian.org")
    [query] = lab.queries()
    assert (query.name, query.verdict, query.id) == ("debian.org", "honest", None)
    lab.reset()
    assert lab.queries() == []
    assert lab.queries(since=0) == [], "the log itself is empty after a reset"
    ask(lab, "debian.org")
    ask(lab, "x.com")
    assert [query.name for query in lab.queries()] == ["debian.org", "x.com"]
    log = lab.log()
    assert [query.name for query in lab.queries(since=log.next - 1)] == ["x.com"]


def test_the_same_scenario_gives_the_same_answers(lab: Splinterdns, ask: Ask) -> None:
    runs = []
    for _ in range(2):
        lab.set_scenario(country="CN", today="2024-03-01", seed=7)
        runs.append([ask(lab, "www.facebook.com") for _ in range(3)])
    assert runs[0] == runs[1] and len(set(runs[0])) > 1


def test_waiting_for_queries(lab: Splinterdns, ask: Ask) -> None:
    def asks() -> None:
        for _ in range(2):
            time.sleep(0.2)
            ask(lab, "debian.org")

    thread = threading.Thread(target=asks)
    thread.start()
    assert len(lab.wait_for_queries(2)) == 2
    thread.join()
    with pytest.raises(TooFewQueries, match=r"3 queries were to come within 0.2 s, 2 came:\n.* debian.org A") as raised:
        lab.wait_for_queries(3, timeout=0.2)
    assert len(raised.value.queries) == 2
    assert isinstance(raised.value, TimeoutError)


def test_two_labs_at_once_do_not_mix(ask: Ask) -> None:
    with Splinterdns(country="BR", today="2024-09-10") as brazil, Splinterdns(country="US", today="2014-01-01") as us:
        assert brazil.port != us.port and brazil.page != us.page
        assert ask(brazil, "x.com") == "NXDOMAIN"
        assert ask(us, "debian.org").startswith("NOERROR ")
        us.set_scenario(country="CN")
        assert [query.name for query in brazil.queries()] == ["x.com"]
        assert us.queries() == [] and brazil.scenario()["country"] == "BR"
        brazil.stop()
        assert ask(us, "debian.org").startswith("NOERROR ")


def test_queries_that_the_log_has_forgotten_are_told_of(lab: Splinterdns) -> None:
    import socket

    import dns.message

    query = dns.message.make_query("debian.org", "A").to_wire()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(5)
        asking.connect((lab.address, lab.port))
        for _ in range(10_020):
            asking.send(query)
            asking.recv(4096)
    assert lab.log().lost == 20
    with pytest.raises(LostQueries, match="20 queries"):
        lab.queries()
    lab.reset()
    assert lab.queries() == []


def names(capture: Path) -> List[bytes]:
    """Which of the names that the tests ask for stand in each packet."""
    found = []
    for _, record in packets(capture.read_bytes()):
        found += [name for name in (b"facebook", b"debian", b"wikipedia") if name in record]
    return found


def test_a_capture_has_the_packets_since_the_scenario(ask: Ask, tmp_path: Path) -> None:
    with Splinterdns(capture=True) as lab:
        ask(lab, "www.wikipedia.org")
        lab.set_scenario(country="CN", today="2024-03-01")
        ask(lab, "www.facebook.com")
        lab.save_capture(tmp_path / "china.pcap")
        # A query and three replies.
        assert names(tmp_path / "china.pcap") == [b"facebook"] * 4
        lab.reset()
        lab.save_capture(tmp_path / "none.pcap")
        assert names(tmp_path / "none.pcap") == [] and (tmp_path / "none.pcap").stat().st_size == 24
        ask(lab, "debian.org")
        lab.save_capture(tmp_path / "debian.pcap")
        assert names(tmp_path / "debian.pcap") == [b"debian"] * 2


def test_without_a_capture_none_is_saved(lab: Splinterdns, tmp_path: Path) -> None:
    with pytest.raises(SplinterdnsError, match="capture=True"):
        lab.save_capture(tmp_path / "none.pcap")
    assert not (tmp_path / "none.pcap").exists()
