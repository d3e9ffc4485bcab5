"""The process: how it is found, how it starts, and that it ends."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Callable

import pytest

from splinterdns_testing import BinaryNotFound, ServerDied, Splinterdns, SplinterdnsError, find_binary

from .conftest import Ask, await_that, guardians_of, is_there


def test_a_lab_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    import tempfile

    monkeypatch.setattr(tempfile, "tempdir", None)
    with Splinterdns() as lab:
        pid = lab.pid
        assert is_there(pid) and len(guardians_of(pid)) == 1 and len(list(tmp_path.iterdir())) == 1
        assert lab.is_running
    assert not is_there(pid) and guardians_of(pid) == [] and list(tmp_path.iterdir()) == []
    assert not lab.is_running and repr(lab).endswith(", stopped>")
    lab.stop()
    assert "stopped" in lab.server_log()
    with pytest.raises(SplinterdnsError, match="has been stopped"):
        lab.queries()


def test_a_server_that_dies_is_told_of_with_what_it_wrote() -> None:
    with pytest.raises(ServerDied, match="ended by signal 9 when it was asked") as raised:
        with Splinterdns() as lab:
            os.kill(lab.pid, signal.SIGHUP)
            assert await_that(lambda: "reloaded" in lab.server_log())
            os.kill(lab.pid, signal.SIGKILL)
            lab.queries()
    assert raised.value.returncode == -9
    assert "reloaded" in raised.value.stderr and "reloaded" in str(raised.value)
    assert guardians_of(lab.pid) == []
    with pytest.raises(ServerDied, match="exited with code 0 before it was stopped; it wrote:\n.*stopped"):
        with Splinterdns() as lab:
            os.kill(lab.pid, signal.SIGTERM)
            assert await_that(lambda: not lab.is_running)


def test_an_error_of_the_test_comes_before_that_of_the_server() -> None:
    with pytest.raises(ZeroDivisionError):
        with Splinterdns() as lab:
            os.kill(lab.pid, signal.SIGKILL)
            assert await_that(lambda: not is_there(lab.pid))
            raise ZeroDivisionError


@pytest.mark.parametrize(
    ("start", "reason"),
    [
        ({"today": "never"}, "is no day"),
        ({"country": "QQ"}, "there is no country QQ"),
        ({"configs": ["/nowhere"]}, "/nowhere"),
        ({"options": ["--no-such-option"]}, "--no-such-option"),
    ],
)
def test_a_server_that_does_not_start_says_why(start: "dict[str, str]", reason: str) -> None:
    with pytest.raises(ServerDied, match="exited with code [12] before it listened") as raised:
        Splinterdns(**start)  # type: ignore[arg-type]
    assert reason in str(raised.value)


def test_a_server_that_never_listens_is_given_up(tmp_path: Path) -> None:
    slow = tmp_path / "slow"
    slow.write_text(f"#!/bin/sh\necho $$ >{tmp_path}/pid\necho waiting >&2\nexec sleep 60\n")
    slow.chmod(0o755)
    with pytest.raises(SplinterdnsError, match=r"does not listen after 0.5 s; it wrote:\nwaiting"):
        Splinterdns(binary=slow, start_timeout=0.5)
    assert not is_there(int((tmp_path / "pid").read_text()))


def test_which_program_is_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("given", "named", "splinterdns"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("SPLINTERDNS", "named")
    assert find_binary(tmp_path / "given") == str(tmp_path / "given")
    assert find_binary() == str(tmp_path / "named")
    monkeypatch.setenv("SPLINTERDNS", "")
    assert find_binary() == str(tmp_path / "splinterdns")
    # What is named and not there is an error, although another one is on the path.
    monkeypatch.setenv("SPLINTERDNS", "/nowhere")
    with pytest.raises(BinaryNotFound, match="the variable SPLINTERDNS names '/nowhere', which is no program"):
        find_binary()
    (tmp_path / "given").chmod(0o644)
    with pytest.raises(BinaryNotFound, match="the argument or option names"):
        find_binary(tmp_path / "given")
    monkeypatch.delenv("SPLINTERDNS")
    (tmp_path / "splinterdns").unlink()
    with pytest.raises(BinaryNotFound, match="--splinterdns-binary FILE.*SPLINTERDNS.*PATH"):
        Splinterdns()


def test_the_environment_changes_no_answer(monkeypatch: pytest.MonkeyPatch, ask: Ask) -> None:
    monkeypatch.setenv("SPLINTERDNS_TODAY", "2024-09-10")
    monkeypatch.setenv("SPLINTERDNS_COUNTRY", "BR")
    monkeypatch.setenv("SPLINTERDNS_PAGE", "off")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with Splinterdns() as lab:
        assert lab.scenario()["country"] is None and lab.scenario()["today"] is None
        assert ask(lab, "x.com").startswith("NOERROR ")


def test_a_lab_that_nobody_holds_any_more_ends() -> None:
    lab = Splinterdns()
    pid = lab.pid
    del lab
    gc.collect()
    assert not is_there(pid)


#: A program that starts a server, tells its number, and goes on.
PROGRAM = """
    import os, sys, time
    from splinterdns_testing import Splinterdns
    lab = Splinterdns()
    print(lab.pid, lab._process.folder, flush=True)
    sys.stdin.read()
    {then}
"""


def ends(then: str, end: Callable[["subprocess.Popen[str]"], None]) -> None:
    """Whatever the end of the program is, the server's follows, and its folder goes."""
    command = [sys.executable, "-c", textwrap.dedent(PROGRAM.format(then=then))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True) as program:
        assert program.stdin is not None and program.stdout is not None
        number, folder = program.stdout.readline().split()
        pid = int(number)
        assert is_there(pid) and len(guardians_of(pid)) == 1 and Path(folder).is_dir()
        end(program)
        program.stdin.close()
        program.wait(10)
    assert await_that(lambda: not is_there(pid) and not guardians_of(pid) and not Path(folder).exists())


def test_it_ends_with_python() -> None:
    ends("pass", lambda program: None)
    ends("raise SystemExit(3)", lambda program: None)


def test_it_ends_with_ctrl_c() -> None:
    # The terminal sends it to the whole group.
    ends("pass", lambda program: os.killpg(program.pid, signal.SIGINT))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_it_ends_with_a_process_that_has_no_time_to_end_it(number: signal.Signals) -> None:
    ends("pass", lambda program: program.send_signal(number))


def test_a_fork_that_ends_does_not_end_the_server_of_its_parent(lab: Splinterdns) -> None:
    child = os.fork()
    if child == 0:
        lab.stop()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    time.sleep(0.2)
    assert lab.is_running and lab.queries() == []
