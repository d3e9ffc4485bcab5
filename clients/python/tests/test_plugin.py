"""The pytest plugin, as a session sees it that has it installed; and README.md, which is run."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import List

import pytest

from splinterdns_testing import find_binary
from splinterdns_testing.capture import packets

from .conftest import await_that, guardians_of, is_there

README = Path(__file__).parents[1] / "README.md"

#: What tests of the tests begin with.
HEAD = """
import os
import pytest
import dns.message, dns.query, dns.rcode

def ask(lab, name):
    reply = dns.query.udp(dns.message.make_query(name, "A"), lab.address, port=lab.port, timeout=5)
    return dns.rcode.to_text(reply.rcode())
"""


def blocks() -> List[str]:
    return re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)


def write(pytester: pytest.Pytester, text: str) -> None:
    pytester.makepyfile(HEAD + text)


def test_the_example_of_the_readme(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(blocks()[0])
    pytester.runpytest("-W", "error").assert_outcomes(passed=3)


def test_the_conftest_of_the_readme(pytester: pytest.Pytester) -> None:
    subprocess.run([find_binary(), "init", "my-configs"], check=True, stdout=subprocess.DEVNULL)
    pytester.makeconftest(blocks()[1])
    write(pytester, """
@pytest.mark.splinterdns(country="XX", today="2024-05-10")
def test_mine(splinterdns):
    assert ask(splinterdns, "news.example") == "NXDOMAIN"

@pytest.mark.splinterdns(country="BR", today="2024-09-10")
def test_and_the_shipped_ones(splinterdns):
    assert ask(splinterdns, "x.com") == "NXDOMAIN"
    assert "DEBUG" in splinterdns.server_log()
""")
    pytester.runpytest().assert_outcomes(passed=2)


def test_the_library_of_the_readme(pytester: pytest.Pytester) -> None:
    asking = (
        "    import dns.message, dns.query\n"
        "    dns.query.udp(dns.message.make_query('twitter.com', 'A'), lab.address, port=lab.port, timeout=5)\n"
    )
    text = blocks()[2].replace("    # what you test runs here\n", asking)
    assert asking in text
    ran = subprocess.run([sys.executable, "-c", text], stdout=subprocess.PIPE, text=True, check=True)
    where, query = ran.stdout.splitlines()
    assert re.fullmatch(r"127\.0\.0\.1 \d+ http://127\.0\.0\.1:\d+/", where)
    assert re.fullmatch(r"twitter\.com poison TR/\S+ \['NOERROR'\]", query)


def test_a_session_has_one_server_and_each_test_finds_it_as_it_was(pytester: pytest.Pytester) -> None:
    write(pytester, """
pids = set()

@pytest.mark.splinterdns(country="BR", today="2024-09-10")
def test_first(splinterdns):
    assert ask(splinterdns, "x.com") == "NXDOMAIN"
    pids.add(splinterdns.pid)

def test_second(splinterdns):
    assert splinterdns.queries(since=0) == []
    assert splinterdns.scenario()["country"] is None and splinterdns.scenario()["today"] is None
    assert ask(splinterdns, "x.com") == "NOERROR"
    pids.add(splinterdns.pid)

def test_third(splinterdns):
    assert splinterdns.queries(since=0) == []
    pids.add(splinterdns.pid)
    assert len(pids) == 1
    with open("pid", "w") as file:
        file.write(str(splinterdns.pid))
""")
    pytester.runpytest("--strict-markers").assert_outcomes(passed=3)
    pid = int((pytester.path / "pid").read_text())
    assert not is_there(pid) and guardians_of(pid) == []


def test_markers_add_up_and_the_nearest_wins(pytester: pytest.Pytester) -> None:
    write(pytester, """
pytestmark = pytest.mark.splinterdns(country="BR", today="2014-01-01", seed=5)

@pytest.mark.splinterdns(today="2024-09-10")
class TestClass:
    def test_class(self, splinterdns):
        now = splinterdns.scenario()
        assert (now["country"], now["today"], now["seed"]) == ("BR", "2024-09-10T12:00", 5)

    @pytest.mark.splinterdns(country="US")
    def test_function(self, splinterdns):
        now = splinterdns.scenario()
        assert (now["country"], now["today"], now["seed"]) == ("US", "2024-09-10T12:00", 5)
""")
    pytester.runpytest().assert_outcomes(passed=2)


def test_a_broken_marker_is_an_error_of_its_test_alone(pytester: pytest.Pytester) -> None:
    write(pytester, """
@pytest.mark.splinterdns(country="QQ")
def test_country(splinterdns):
    pass

@pytest.mark.splinterdns(land="CN")
def test_key(splinterdns):
    pass

@pytest.mark.splinterdns("CN")
def test_by_place(splinterdns):
    pass

@pytest.mark.splinterdns(country="BR", today="2024-09-10")
def test_good(splinterdns):
    assert ask(splinterdns, "x.com") == "NXDOMAIN"
""")
    result = pytester.runpytest()
    result.assert_outcomes(passed=1, errors=3)
    result.stdout.re_match_lines_random([
        r".*ScenarioError: no such scenario: there is no country QQ; known: AE, .*",
        r".*the marker splinterdns takes country, today, seed, file by name, not land",
        r".*the marker splinterdns takes country, today, seed, file by name, not 'CN'",
    ])


FAILING = """
def test_good(splinterdns):
    ask(splinterdns, "www.wikipedia.org")

@pytest.mark.splinterdns(country="CN", today="2024-03-01")
@pytest.mark.parametrize("name", ["www.facebook.com"])
def test_bad(splinterdns, name):
    assert ask(splinterdns, name) == "NXDOMAIN"

def test_bad_without(tmp_path):
    assert False
"""


def test_a_test_that_fails_has_its_queries_in_the_report(pytester: pytest.Pytester) -> None:
    write(pytester, FAILING)
    result = pytester.runpytest()
    result.assert_outcomes(passed=1, failed=2)
    text = result.stdout.str()
    assert text.count("- splinterdns: what was asked -") == 1
    assert re.search(r"127\.0\.0\.1 in CN udp www\.facebook\.com A: poison by CN/facebook: NOERROR; \d", text)
    assert "wikipedia.org A:" not in text
    assert sorted(path.name for path in pytester.path.iterdir() if "test_" not in path.name) == []


def test_what_was_asked_is_kept_where_it_is_wished(pytester: pytest.Pytester) -> None:
    write(pytester, FAILING)
    result = pytester.runpytest("--splinterdns-keep=kept", "--splinterdns-capture")
    result.assert_outcomes(passed=1, failed=2)
    [folder] = (pytester.path / "kept").iterdir()
    assert re.fullmatch(r"test_what_was_asked\S*\.py-test_bad-www\.facebook\.com", folder.name)
    result.stdout.fnmatch_lines([f"kept in kept/{folder.name}"])
    assert sorted(path.name for path in folder.iterdir()) == ["capture.pcap", "queries.jsonl", "server.log"]
    [line] = (folder / "queries.jsonl").read_text().splitlines()
    assert json.loads(line)["id"] == "CN/facebook" and len(json.loads(line)["replies"]) == 3
    records = [record for _, record in packets((folder / "capture.pcap").read_bytes())]
    assert len(records) == 4 and all(b"facebook" in record for record in records)


def test_without_a_capture_none_is_kept(pytester: pytest.Pytester) -> None:
    write(pytester, FAILING)
    pytester.runpytest("--splinterdns-keep=kept").assert_outcomes(passed=1, failed=2)
    [folder] = (pytester.path / "kept").iterdir()
    assert sorted(path.name for path in folder.iterdir()) == ["queries.jsonl", "server.log"]


def test_a_capture_needs_a_place(pytester: pytest.Pytester) -> None:
    write(pytester, FAILING)
    result = pytester.runpytest("--splinterdns-capture")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--splinterdns-capture needs --splinterdns-keep FOLDER*"])


def test_a_server_that_dies_is_an_error_and_the_next_test_has_another(pytester: pytest.Pytester) -> None:
    write(pytester, """
import signal, time

def test_dies(splinterdns):
    os.kill(splinterdns.pid, signal.SIGKILL)
    while splinterdns.is_running:
        time.sleep(0.02)

def test_fails_because_it_died(splinterdns):
    os.kill(splinterdns.pid, signal.SIGKILL)
    splinterdns.queries()

def test_stops(splinterdns):
    splinterdns.stop()

def test_goes_on(splinterdns):
    assert ask(splinterdns, "debian.org") == "NOERROR"
""")
    result = pytester.runpytest()
    result.assert_outcomes(passed=3, failed=1, errors=2)
    result.stdout.re_match_lines_random([
        r".*ServerDied: splinterdns was ended by signal 9 before it was stopped.*",
        r".*ServerDied: splinterdns was ended by signal 9 when it was asked \(GET /log\).*",
    ])


def test_without_a_program_the_error_says_how_to_give_one(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SPLINTERDNS")
    monkeypatch.setenv("PATH", "/nowhere")
    write(pytester, "def test_it(splinterdns): pass\ndef test_other(): pass\n")
    result = pytester.runpytest()
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*BinaryNotFound: there is no splinterdns: give its path*--splinterdns-binary FILE*"])
    result = pytester.runpytest("--splinterdns-binary=/nowhere/splinterdns")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*names '/nowhere/splinterdns', which is no program that can be run"])


def test_the_option_wins_over_the_variable(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    binary = find_binary()
    monkeypatch.setenv("SPLINTERDNS", "/nowhere")
    write(pytester, "def test_it(splinterdns): assert ask(splinterdns, 'debian.org') == 'NOERROR'\n")
    pytester.runpytest(f"--splinterdns-binary={binary}").assert_outcomes(passed=1)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_server_is_left_when_the_session_is_ended(pytester: pytest.Pytester, number: signal.Signals) -> None:
    write(pytester, """
import time

def test_hangs(splinterdns):
    with open("pid.new", "w") as file:
        file.write(str(splinterdns.pid))
    os.rename("pid.new", "pid")
    time.sleep(60)
""")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"]
    with open("output", "w") as output:
        session = subprocess.Popen(command, stdout=output, stderr=output, start_new_session=True)
    assert await_that((pytester.path / "pid").exists, 30)
    pid = int((pytester.path / "pid").read_text())
    assert is_there(pid) and len(guardians_of(pid)) == 1
    # A terminal sends Ctrl-C to the whole group.
    os.killpg(session.pid, number)
    assert session.wait(20) != 0
    assert await_that(lambda: not is_there(pid) and not guardians_of(pid))


def test_each_worker_has_its_own(pytester: pytest.Pytester) -> None:
    pytest.importorskip("xdist")
    write(pytester, """
import pathlib

@pytest.mark.splinterdns(country="BR", today="2024-09-10")
@pytest.mark.parametrize("number", range(6))
def test_it(splinterdns, number, worker_id):
    assert ask(splinterdns, "x.com") == "NXDOMAIN"
    assert len(splinterdns.queries()) == 1
    pathlib.Path(f"{worker_id}-{splinterdns.pid}").touch()
""")
    pytester.runpytest_subprocess("-n2", "--dist=each").assert_outcomes(passed=12)
    assert len(list(pytester.path.glob("gw0-*"))) == len(list(pytester.path.glob("gw1-*"))) == 1
