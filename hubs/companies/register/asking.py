"""One call over HTTP to a register: a short wait, a small answer, no redirects; None when there is no usable answer."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 5.0
LARGEST = 512 * 1024
AGENT = "Hubs register check"


@dataclass(frozen=True, slots=True)
class Reply:
    """The status and the JSON of an answer."""

    status: int
    body: Any


Ask = Callable[[str, Mapping[str, str], Any], Reply | None]  # address, headers, JSON to send (None: GET)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """The key goes to the address that was set, and nowhere else."""

    def redirect_request(self, *_args: Any, **_more: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirects)


def ask(address: str, headers: Mapping[str, str], body: Any = None) -> Reply | None:
    """The reply, also one that says no (404); None when nobody answered in time or what came is no JSON."""
    if urlsplit(address).scheme not in ("http", "https"):
        return None
    sent = None if body is None else json.dumps(body).encode()
    wanted = {"Accept": "application/json", "User-Agent": AGENT, **headers}
    if sent is not None:
        wanted["Content-Type"] = "application/json"
    asked = urllib.request.Request(address, data=sent, headers=wanted)  # noqa: S310  the scheme was looked at
    try:
        with _OPENER.open(asked, timeout=TIMEOUT_SECONDS) as answer:
            return _reply(answer.status, answer.read(LARGEST + 1))
    except urllib.error.HTTPError as refusal:
        with refusal:
            return _reply(refusal.code, refusal.read(LARGEST + 1))
    except (OSError, http.client.HTTPException, ValueError):
        return None


def _reply(status: int, raw: bytes) -> Reply | None:
    if len(raw) > LARGEST:
        return None
    try:
        return Reply(status, json.loads(raw))
    except ValueError:
        return None
