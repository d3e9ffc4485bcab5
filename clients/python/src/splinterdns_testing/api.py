"""Calls of the server's API (docs/api.md)."""

from __future__ import annotations

import http.client
import json
from typing import Any, Mapping, Optional
from urllib.parse import urlsplit

from .errors import ApiError


class Api:
    """The API of a page, by its address. http.client, because urllib would ask a proxy of the environment."""

    def __init__(self, page: str, timeout: float = 30.0) -> None:
        parts = urlsplit(page)
        if parts.hostname is None or parts.port is None:
            raise ValueError(f"{page!r} is no page's address")
        self._host, self._port, self._timeout = parts.hostname, parts.port, timeout

    def call(self, method: str, path: str, body: Optional[Mapping[str, Any]] = None) -> Any:
        """The JSON of the answer; None where it is empty. OSError where there is no answer."""
        headers = {"X-Splinterdns": "1"}
        octets = None
        if body is not None:
            octets = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        connection = http.client.HTTPConnection(self._host, self._port, timeout=self._timeout)
        try:
            connection.request(method, f"/api/v1{path}", octets, headers)
            response = connection.getresponse()
            answer = response.read()
        except http.client.HTTPException as error:
            raise OSError(f"no answer: {error!r}") from error
        finally:
            connection.close()
        if response.status >= 400:
            raise ApiError(f"{method} {path}", response.status, _detail(answer))
        return json.loads(answer) if answer else None


def _detail(answer: bytes) -> str:
    try:
        return str(json.loads(answer)["detail"])
    except (ValueError, KeyError, TypeError):
        return answer.decode(errors="replace").strip() or "(no reason given)"
