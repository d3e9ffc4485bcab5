"""What the tests share: a way to ask, and a look at processes. They need a real splinterdns (README.md)."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Callable, Iterator, List

import dns.flags
import dns.message
import dns.query
import dns.rcode
import pytest

from splinterdns_testing import BinaryNotFound, Splinterdns, find_binary

Ask = Callable[..., str]


def pytest_configure(config: pytest.Config) -> None:
    """One program for all, wherever a test runs."""
    try:
        os.environ["SPLINTERDNS"] = find_binary(config.getoption("splinterdns_binary"))
    except BinaryNotFound as error:
        raise pytest.UsageError(str(error)) from None


def ask_lab(lab: Splinterdns, name: str, client: str = "127.0.0.1") -> str:
    """The RCODE, and the data of the answers, of the first reply."""
    query = dns.message.make_query(name, "A")
    reply = dns.query.udp(query, lab.address, port=lab.port, source=client, timeout=5)
    data = [item.to_text() for rrset in reply.answer for item in rrset]
    return " ".join([dns.rcode.to_text(reply.rcode()), *data])


@pytest.fixture
def ask() -> Ask:
    return ask_lab


@pytest.fixture
def lab() -> Iterator[Splinterdns]:
    """A server of the test's own, as nobody in particular."""
    with Splinterdns() as lab:
        yield lab


def is_there(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def await_that(what: Callable[[], bool], seconds: float = 10.0) -> bool:
    until = time.monotonic() + seconds
    while not what():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def guardians_of(pid: int) -> List[int]:
    """The processes that wait to end this one."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if b"splinterdns-guardian" in words and str(pid).encode() in words:
            found.append(int(folder.name))
    return found
