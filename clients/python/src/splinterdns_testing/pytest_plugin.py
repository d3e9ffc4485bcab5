"""The pytest plugin: the fixture `splinterdns`, its marker, and what is kept of a test that fails.

A session has one server, which is started when the first test wants it; each test finds it as it was at its start,
but for what the markers on the test, its class and its module say:

    @pytest.mark.splinterdns(country="IR", today="2022-10-01")
    def test_it(splinterdns): ...
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Dict, Iterator, List, Mapping, Optional

import pytest

from .errors import SplinterdnsError
from .lab import Splinterdns

#: What a marker may say.
_KEYS = ("country", "today", "seed", "file")


class SharedLab:
    """The server of a session; another one when a test has stopped it, or it has died."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._options = options
        self._lab: Optional[Splinterdns] = None

    def get(self) -> Splinterdns:
        if self._lab is not None and not self._lab.is_running:
            self.stop()
        if self._lab is None:
            self._lab = Splinterdns(**self._options)
        return self._lab

    def stop(self) -> None:
        lab, self._lab = self._lab, None
        if lab is not None:
            lab.stop()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("splinterdns")
    group.addoption(
        "--splinterdns-binary", metavar="FILE",
        help="the splinterdns to test with [default: that of the variable SPLINTERDNS, else that on PATH]",
    )
    group.addoption(
        "--splinterdns-keep", metavar="FOLDER",
        help="keep what was asked in each test that fails: FOLDER/TEST/queries.jsonl, and server.log beside it",
    )
    group.addoption(
        "--splinterdns-capture", action="store_true",
        help="with --splinterdns-keep: also capture.pcap, for Wireshark",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        f"splinterdns({', '.join(f'{key}=...' for key in _KEYS)}): where and when the fixture splinterdns is; "
        "what is left out is as at the server's start",
    )
    if config.getoption("splinterdns_capture") and not config.getoption("splinterdns_keep"):
        raise pytest.UsageError("--splinterdns-capture needs --splinterdns-keep FOLDER, where captures go")


@pytest.fixture(scope="session")
def splinterdns_options() -> Mapping[str, Any]:
    """Keyword arguments of `Splinterdns` for the session's server. Override it in conftest.py."""
    return {}


@pytest.fixture(scope="session")
def splinterdns_shared(
    pytestconfig: pytest.Config, splinterdns_options: Mapping[str, Any]
) -> Iterator[SharedLab]:
    """The session's server."""
    options = dict(splinterdns_options)
    binary = pytestconfig.getoption("splinterdns_binary")
    if binary:
        options["binary"] = binary
    if pytestconfig.getoption("splinterdns_capture"):
        options["capture"] = True
    shared = SharedLab(options)
    yield shared
    shared.stop()


@pytest.fixture
def splinterdns(request: pytest.FixtureRequest, splinterdns_shared: SharedLab) -> Iterator[Splinterdns]:
    """A splinterdns as the markers of the test say, with an empty log."""
    scenario = _scenario(request.node)
    lab = splinterdns_shared.get()
    lab.reset()
    if scenario:
        lab.set_scenario(**scenario)
    yield lab
    lab.check()


def _scenario(item: pytest.Item) -> Dict[str, Any]:
    """What the markers say, those nearest to the test last."""
    scenario: Dict[str, Any] = {}
    for marker in reversed(list(item.iter_markers("splinterdns"))):
        wrong = [repr(value) for value in marker.args] + [key for key in marker.kwargs if key not in _KEYS]
        if wrong:
            raise pytest.UsageError(f"the marker splinterdns takes {', '.join(_KEYS)} by name, not {', '.join(wrong)}")
        scenario.update(marker.kwargs)
    return scenario


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> Iterator[None]:
    outcome: Any = yield
    report: pytest.TestReport = outcome.get_result()
    lab = getattr(item, "funcargs", {}).get("splinterdns")
    if report.when == "call" and report.failed and isinstance(lab, Splinterdns):
        report.sections.append(("splinterdns: what was asked", _keep(lab, item)))


def _keep(lab: Splinterdns, item: pytest.Item) -> str:
    """What the report says of the queries; writes the files that were wished for."""
    lines: List[str] = []
    folder = _folder(item)
    try:
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "server.log").write_text(lab.server_log())
            lines.append(f"kept in {folder}")
        log = lab.log()
        lines += [f"{query.time:%H:%M:%S.%f} {query}" for query in log.queries] or ["no query"]
        if log.lost:
            lines.append(f"and {log.lost} that are not in the log any more")
        if folder is not None:
            text = "".join(json.dumps(query.raw) + "\n" for query in log.queries)
            (folder / "queries.jsonl").write_text(text)
            if item.config.getoption("splinterdns_capture"):
                lab.save_capture(folder / "capture.pcap")
    except (SplinterdnsError, OSError) as error:
        # The test's own failure matters more.
        lines.append(str(error))
    return "\n".join(lines)


def _folder(item: pytest.Item) -> Optional[Path]:
    keep = item.config.getoption("splinterdns_keep")
    # As pytest's own folders: nothing that a file system or a shell has opinions about.
    return Path(keep) / re.sub(r"[^\w.-]+", "-", item.nodeid).strip("-") if keep else None
