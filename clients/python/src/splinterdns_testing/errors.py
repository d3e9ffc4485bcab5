"""What may go wrong. All of it is a `SplinterdnsError`."""

from __future__ import annotations

from typing import Optional, Sequence


class SplinterdnsError(Exception):
    """Something is wrong with the server, or with what was asked of it."""


class BinaryNotFound(SplinterdnsError):
    """There is no program to start."""


class ServerDied(SplinterdnsError):
    """The server ended, and nobody had told it to."""

    def __init__(self, when: str, returncode: Optional[int], stderr: str) -> None:
        how = "is gone"
        if returncode is not None:
            how = f"was ended by signal {-returncode}" if returncode < 0 else f"exited with code {returncode}"
        said = stderr.strip() or "(nothing)"
        super().__init__(f"splinterdns {how} {when}; it wrote:\n{said}")
        self.returncode = returncode
        self.stderr = stderr


class ApiError(SplinterdnsError):
    """The server refused a call. `detail` is its own words (RFC 9457)."""

    def __init__(self, call: str, status: int, detail: str) -> None:
        super().__init__(f"{call}: {detail} (HTTP {status})")
        self.status = status
        self.detail = detail


class ScenarioError(ApiError):
    """There is no such scenario; the one before it still holds."""


class LostQueries(SplinterdnsError):
    """The log is not whole, so nothing can be said of what was not asked."""


class TooFewQueries(SplinterdnsError, TimeoutError):
    """`wait_for_queries` waited in vain. `queries` are those that came."""

    def __init__(self, wanted: int, timeout: float, queries: Sequence[object]) -> None:
        came = "".join(f"\n  {query}" for query in queries) or " none"
        super().__init__(f"{wanted} queries were to come within {timeout:g} s, {len(queries)} came:{came}")
        self.queries = tuple(queries)
