"""The queries that the server was asked, as GET /api/v1/log tells them (docs/observing.md)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Mapping, Optional, Tuple

from .errors import SplinterdnsError


@dataclass(frozen=True)
class Reply:
    """One of the replies to a query; a race has several."""

    #: Seconds from the query to this reply.
    after: float
    #: `sent`, `reset` (a TCP RST) or `failed`.
    outcome: str
    #: The message's length; None where none left.
    octets: Optional[int]
    rcode: Optional[str]
    #: The data of the records in the answer section, as in a zone file.
    answers: Tuple[str, ...]

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Reply:
        return cls(value["after"], value["outcome"], value["octets"], value["rcode"], tuple(value["answers"]))


@dataclass(frozen=True)
class Honest:
    """What is honest, as far as the server knew."""

    known: bool
    rcode: Optional[str]
    answers: Tuple[str, ...]

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Honest:
        return cls(value["known"], value["rcode"], tuple(value["answers"]))


@dataclass(frozen=True)
class Query:
    """A query and what became of it."""

    #: Its number in the log.
    seq: int
    time: datetime
    #: The moment that was decided about.
    today: datetime
    client: str
    port: int
    #: `udp` or `tcp`.
    transport: str
    country: Optional[str]
    operator: Optional[str]
    name: str
    type: str
    #: What a stub resolver gets that takes the first reply: `honest`, `nxdomain`, `nodata`, `refused`,
    #: `servfail`, `drop`, `truncate`, `reset` or `poison`.
    verdict: str
    #: The rule that decided, such as `BR/x`; None where none did.
    id: Optional[str]
    #: `measured`, `reported` or `assumed`.
    evidence: Optional[str]
    #: The name that the rule is about, where a CNAME has led to it.
    alias: Optional[str]
    honest: Honest
    upstream_rcode: Optional[str]
    #: Seconds to the last reply; None where there was none.
    latency: Optional[float]
    replies: Tuple[Reply, ...]
    #: As the server wrote it, with fields that this version does not know.
    raw: Mapping[str, Any] = field(repr=False, compare=False)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Query:
        try:
            return cls(
                seq=value["seq"],
                time=_moment(value["time"]),
                today=_moment(value["today"]),
                client=value["client"],
                port=value["port"],
                transport=value["transport"],
                country=value["country"],
                operator=value["operator"],
                name=value["name"],
                type=value["type"],
                verdict=value["verdict"],
                id=value["id"],
                evidence=value["evidence"],
                alias=value["alias"],
                honest=Honest.from_json(value["honest"]),
                upstream_rcode=value["upstream-rcode"],
                latency=value["latency"],
                replies=tuple(map(Reply.from_json, value["replies"])),
                raw=dict(value),
            )
        except KeyError as missing:
            raise SplinterdnsError(f"the log has no field {missing}: another version of splinterdns?") from None

    @property
    def rcode(self) -> Optional[str]:
        """That of the first reply."""
        return self.replies[0].rcode if self.replies else None

    @property
    def answers(self) -> Tuple[str, ...]:
        """Those of the first reply."""
        return self.replies[0].answers if self.replies else ()

    def __str__(self) -> str:
        where = f"{self.country or 'no country'}{'/' + self.operator if self.operator else ''}"
        rule = f" by {self.id}" if self.id else ""
        replies = ["; ".join([str(reply.rcode or reply.outcome), *reply.answers]) for reply in self.replies]
        got = " | ".join(replies) or "no reply"
        return f"{self.client} in {where} {self.transport} {self.name} {self.type}: {self.verdict}{rule}: {got}"


@dataclass(frozen=True)
class Log:
    """A part of the log."""

    #: The number to go on from.
    next: int
    #: How many are missing.
    lost: int
    queries: Tuple[Query, ...]

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Log:
        return cls(value["next"], value["lost"], tuple(map(Query.from_json, value["queries"])))


def _moment(text: str) -> datetime:
    # fromisoformat takes a Z since Python 3.11 only.
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
