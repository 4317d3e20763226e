"""Pages, styles and scripts go out compressed to whoever takes gzip: a bad line is part of the work.

The length of what holds secrets beside typed text must not tell of them (BREACH): each answer gets a random pad in its
gzip header. Static files are compressed once a process.
"""

from __future__ import annotations

import gzip
import io
import secrets
from collections.abc import Callable, Iterable
from typing import Any

from werkzeug.datastructures import Headers
from werkzeug.http import parse_accept_header

KINDS = ("text/html", "text/css", "text/javascript", "application/javascript", "image/svg+xml", "application/json")
SMALLEST, LARGEST = 600, 4 * 1024 * 1024  # bytes
PAD = 100  # bytes at most
Environ = dict[str, Any]


class Compressed:
    """The application behind gzip."""

    def __init__(self, app: Callable[..., Iterable[bytes]], static: str) -> None:
        self.app, self.static = app, static
        self._kept: dict[tuple[str, str], bytes] = {}

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "GET" and environ["REQUEST_METHOD"] != "POST":
            return self.app(environ, start_response)
        begun: list[Any] = []
        written: list[bytes] = []

        def begin(status: str, headers: list[tuple[str, str]], error: Any = None) -> Callable[[bytes], None]:
            begun[:] = [status, Headers(headers), error]
            return written.append

        body = self.app(environ, begin)
        status, headers, error = begun
        if written or not _fits(status, headers):
            start_response(status, list(headers), error)
            return body if not written else [*written, *body]
        headers["Vary"] = ", ".join([*headers.getlist("Vary"), "Accept-Encoding"])
        if not _takes_gzip(environ):
            start_response(status, list(headers), error)
            return body
        try:
            small = self._small(environ["PATH_INFO"], headers, b"".join(body))
        finally:
            if hasattr(body, "close"):
                body.close()
        headers["Content-Encoding"], headers["Content-Length"] = "gzip", str(len(small))
        tag = headers.get("ETag", "")
        if tag and not tag.startswith("W/"):
            headers["ETag"] = f"W/{tag}"
        start_response(status, list(headers), error)
        return [small]

    def _small(self, path: str, headers: Headers, content: bytes) -> bytes:
        if not path.startswith(self.static):
            return _packed(content, secrets.token_hex(secrets.randbelow(PAD // 2) + 1))
        key = (path, headers.get("ETag") or headers.get("Last-Modified") or str(len(content)))
        if key not in self._kept:
            if len(self._kept) >= 64:
                self._kept.clear()
            self._kept[key] = _packed(content, "", 9)
        return self._kept[key]


def _packed(content: bytes, pad: str, level: int = 5) -> bytes:
    packed = io.BytesIO()
    with gzip.GzipFile(filename=pad, mode="wb", compresslevel=level, fileobj=packed, mtime=0) as file:
        file.write(content)
    return packed.getvalue()


def _fits(status: str, headers: Headers) -> bool:
    """Whole answers of a kind that shrinks; not parts of files, not what is compressed already, no conditional API."""
    kind = headers.get("Content-Type", "").split(";")[0].strip()
    if kind not in KINDS or "Content-Encoding" in headers or status[:3] in ("204", "206", "304"):
        return False
    if kind == "application/json" and "ETag" in headers:
        return False
    length = headers.get("Content-Length", "")
    return length.isdigit() and SMALLEST <= int(length) <= LARGEST


def _takes_gzip(environ: Environ) -> bool:
    accepted = parse_accept_header(environ.get("HTTP_ACCEPT_ENCODING", ""))
    return any(name in ("gzip", "*") and quality > 0 for name, quality in accepted)
