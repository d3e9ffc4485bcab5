"""A server to test against."""

from __future__ import annotations

import os
import time
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Dict, List, Optional, Sequence, Tuple, Type, Union

from . import capture as captures
from .api import Api
from .binary import find_binary
from .errors import ApiError, LostQueries, ScenarioError, SplinterdnsError, TooFewQueries
from .process import ServerProcess
from .queries import Log, Query

#: A day or a moment, as text (`2014-03-21`, `2014-03-21T20:30`) or as a value.
Day = Union[str, date, datetime]

#: No query, but the number of the next one; waits for replies under way, as every call for the log does.
_END_OF_LOG = f"/log?since={2**64 - 1}"


class Splinterdns:
    """A splinterdns of one's own, on a free port of 127.0.0.1.

    It runs from the call on. `stop` ends it, so does the end of a `with`, and so does the end of Python, by
    whatever cause.

        with Splinterdns(country="CN", today="2024-03-01") as lab:
            ask(lab.address, lab.port, "www.facebook.com")
            [query] = lab.queries()

    `country` is two letters, or with an ISP `"IN/jio"`. Without an ISP it is where clients are that are in no
    country's network, as 127.0.0.1 is; those of a country's network, such as 127.86.0.1, stay in that country.
    With an ISP everybody is with it.
    """

    def __init__(
        self,
        *,
        country: Optional[str] = None,
        today: Optional[Day] = None,
        seed: Optional[int] = None,
        configs: Sequence[Union[str, Path]] = (),
        with_shipped: bool = False,
        upstream: Sequence[str] = (),
        capture: bool = False,
        options: Sequence[str] = (),
        binary: Optional[Union[str, Path]] = None,
        start_timeout: float = 60.0,
    ) -> None:
        """Starts the server. `options` are further ones of `splinterdns serve`; with `capture` it records packets."""
        listen, arguments = "127.0.0.1:0", list(map(str, options))
        if country is not None and "/" in country:
            listen += f"={country}"
        elif country is not None:
            arguments += ["--country", country]
        if today is not None:
            arguments += ["--today", _day(today)]
        if seed is not None:
            arguments += ["--seed", str(seed)]
        for place in configs:
            arguments += ["--configs", os.fspath(place)]
        if with_shipped:
            arguments += ["--with-shipped"]
        for resolver in upstream:
            arguments += ["--upstream", resolver]
        self._process = ServerProcess(find_binary(binary), listen, arguments, start_timeout, capture)
        address, port = self._process.listener.rsplit(":", 1)
        #: Where it listens, by UDP and TCP.
        self.address: str = address
        self.port: int = int(port)
        #: The page: what is asked, to look at in a browser.
        self.page: str = self._process.page
        self._api = Api(self.page)
        self._since, self._begun = 0, 0
        try:
            # The server records from the first call on.
            self._mark()
        except BaseException:
            self._process.stop()
            raise

    def __enter__(self) -> Splinterdns:
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        try:
            if error is None:
                self.check()
        finally:
            self.stop()

    def __repr__(self) -> str:
        return f"<Splinterdns {self.address}:{self.port}{'' if self.is_running else ', stopped'}>"

    @property
    def is_running(self) -> bool:
        return not self._process.is_stopped and self._process.is_running

    @property
    def pid(self) -> int:
        return self._process.pid

    def stop(self) -> None:
        """Ends the server. A second call does nothing."""
        self._process.stop()

    def check(self) -> None:
        """Raises `ServerDied`, with what the server wrote, if it has ended by itself."""
        if not self._process.is_stopped and not self._process.is_running:
            raise self._process.died("before it was stopped")

    def server_log(self) -> str:
        """What the server itself has told (standard error), also after it has stopped."""
        return self._process.stderr()

    def set_scenario(
        self,
        *,
        country: Optional[str] = None,
        today: Optional[Day] = None,
        seed: Optional[int] = None,
        file: Optional[Union[str, Path]] = None,
    ) -> None:
        """Answers from now on as in this scenario; what it leaves out is as it was at the start of the server.

        `file` is a country file: a Path to one, or its text. It takes the place of the country with its code, or is
        a new one. Random picks begin again, and `queries` begins here. A scenario that cannot be raises
        `ScenarioError` with the server's reasons, and changes nothing.
        """
        body: Dict[str, Any] = {}
        if country is not None:
            code, _, operator = country.partition("/")
            binding = {"country": code, "operator": operator} if operator else {"country": None}
            # A listener that was bound at the start would stay so.
            body["listeners"] = [{"address": self._process.listener, **binding}]
            if not operator:
                body["country"] = code
        if today is not None:
            body["today"] = _day(today)
        if seed is not None:
            body["seed"] = seed
        if file is not None:
            body["file"] = file.read_text(encoding="utf-8") if isinstance(file, Path) else file
        # What is under way belongs to the scenario before.
        self._call("GET", _END_OF_LOG)
        try:
            self._call("PUT", "/scenario", body)
        except ApiError as error:
            raise ScenarioError("no such scenario", error.status, error.detail) from None
        self._mark()

    def reset(self) -> None:
        """As at the start: no scenario, random picks from the beginning, an empty log."""
        self.set_scenario()
        self._call("POST", "/reset")
        self._mark()

    def scenario(self) -> Dict[str, Any]:
        """What holds now: `country`, `today`, `seed`, `listeners`, `file`."""
        return dict(self._call("GET", "/scenario"))

    def log(self, since: Optional[int] = None) -> Log:
        """The log from a number on, else from the last scenario or reset on. Waits for replies under way, 1 s at most."""
        number = self._since if since is None else since
        return Log.from_json(self._call("GET", f"/log?since={number}"))

    def queries(self, since: Optional[int] = None) -> List[Query]:
        """The queries of `log`, in the order in which their last replies left. All of them, or `LostQueries`."""
        log = self.log(since)
        if log.lost:
            raise LostQueries(f"{log.lost} queries are not in the log any more; read it more often")
        return list(log.queries)

    def wait_for_queries(self, count: int, timeout: float = 5.0, since: Optional[int] = None) -> List[Query]:
        """The same, as soon as there are so many; `TooFewQueries` if they do not come."""
        until = time.monotonic() + timeout
        while True:
            queries = self.queries(since)
            if len(queries) >= count:
                return queries
            if time.monotonic() >= until:
                raise TooFewQueries(count, timeout, queries)
            time.sleep(0.05)

    def save_capture(self, path: Union[str, Path]) -> None:
        """Writes the packets since the last scenario or reset into a file for Wireshark. Needs `capture=True`."""
        source = self._process.capture
        if source is None:
            raise SplinterdnsError("nothing is captured; start the server with capture=True")
        log = self.log()
        octets = source.read_bytes()
        until = time.monotonic() + 2.0
        # It is written by a thread of its own, in the order of the log, a little later.
        while not _has_all(octets, log) and time.monotonic() < until:
            time.sleep(0.02)
            octets = source.read_bytes()
        Path(path).write_bytes(captures.since(octets, self._begun))

    def _mark(self) -> None:
        """What comes from now on is told by `queries`."""
        self._since = int(self._call("GET", _END_OF_LOG)["next"])
        self._begun = time.time_ns()

    def _call(self, method: str, path: str, body: Optional[Dict[str, Any]] = None) -> Any:
        if self._process.is_stopped:
            raise SplinterdnsError("this splinterdns has been stopped")
        try:
            return self._api.call(method, path, body)
        except OSError as error:
            when = f"when it was asked ({method} {path.partition('?')[0]})"
            self._process.check(when)
            raise SplinterdnsError(f"splinterdns does not answer {when}: {error}") from error


def _day(day: Day) -> str:
    """As `--today` takes it. A datetime without a zone is in UTC, as text is."""
    return day if isinstance(day, str) else day.isoformat()


def _has_all(octets: bytes, log: Log) -> bool:
    """Whether a capture has the last query of the log, whose packets are written together."""
    if not log.queries:
        return True
    last = round(log.queries[-1].time.timestamp() * 1_000_000)
    times: Tuple[int, ...] = tuple(moment // 1000 for moment, _ in captures.packets(octets))
    return last in times
