"""Run splinterdns, a DNS server that answers as a country's network would, in tests.

`Splinterdns` starts one on a free port; with pytest the fixture `splinterdns` is one. README.md has an example of both.
"""

from .binary import find_binary
from .errors import (
    ApiError,
    BinaryNotFound,
    LostQueries,
    ScenarioError,
    ServerDied,
    SplinterdnsError,
    TooFewQueries,
)
from .lab import Splinterdns
from .queries import Honest, Log, Query, Reply

__all__ = [
    "ApiError",
    "BinaryNotFound",
    "Honest",
    "LostQueries",
    "Log",
    "Query",
    "Reply",
    "ScenarioError",
    "ServerDied",
    "Splinterdns",
    "SplinterdnsError",
    "TooFewQueries",
    "find_binary",
]
