"""Whether a chamber's website answers: one outbound look with a short wait, never at an address inside (SSRF).

Every name is resolved here, every address it has must be public, and the connection goes to the address that was
looked at, so that a name cannot point elsewhere in between. Redirects go through the same gate.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

TIMEOUT_SECONDS = 5.0  # for one answer of the network
MOST_SECONDS = 15.0  # for one look in all: a site that sends a byte now and then holds nobody up
MOST_REDIRECTS = 3
PORTS = {"http": 80, "https": 443}
AGENT = "Hubs website check"

Resolve = Callable[[str, int], Iterable[str]]
Look = Callable[[str, str, str, str], tuple[int, str | None]]  # scheme, host, address, path -> status, Location


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the site answers, and why not: no_address, not_public, no_connection, status, redirects, not_web."""

    is_reachable: bool
    reason: str = ""
    status: int | None = None


def addresses_of(host: str, port: int) -> list[str]:
    """Every address of a name, as the system's resolver gives them. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(item[4][0]) for item in found))


def is_public(address: str) -> bool:
    """Whether an address lies on the public internet: not loopback, private, link-local, reserved or multicast."""
    try:
        parsed = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address):
        inner = parsed.ipv4_mapped or parsed.sixtofour or (parsed.teredo[1] if parsed.teredo else None)
        if inner is not None:
            return is_public(str(inner)) and parsed.ipv4_mapped is not None
        if parsed in ipaddress.ip_network("64:ff9b::/96") or parsed in ipaddress.ip_network("64:ff9b:1::/48"):
            return False
    return parsed.is_global and not parsed.is_multicast and not parsed.is_reserved


class _Pinned(http.client.HTTPConnection):
    """A connection to one address, whatever the name says by now; over TLS the certificate is the name's."""

    def __init__(self, scheme: str, host: str, address: str) -> None:
        super().__init__(host, PORTS[scheme], timeout=TIMEOUT_SECONDS)
        self._scheme, self._address = scheme, address
        self.handle: socket.socket | None = None

    def connect(self) -> None:
        plain = socket.create_connection((self._address, self.port), timeout=TIMEOUT_SECONDS)
        self.handle = plain.dup()  # stays the plain connection, also once TLS has taken over
        if self._scheme == "https":
            self.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=self.host)
        else:
            self.sock = plain


def look(scheme: str, host: str, address: str, path: str) -> tuple[int, str | None]:
    """The status and Location of one GET; the body is not read. Raises OSError, HTTPException."""
    connection = _Pinned(scheme, host, address)
    with _cut_off(connection):
        connection.request("GET", path, headers={"User-Agent": AGENT, "Accept": "text/html", "Connection": "close"})
        answer = connection.getresponse()
        return answer.status, answer.getheader("Location")


@contextmanager
def _cut_off(connection: _Pinned) -> Iterator[None]:
    """Ends the connection when the look takes too long in all, and in any case at the end."""
    timer = threading.Timer(MOST_SECONDS, _end, (connection,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        connection.close()
        if connection.handle is not None:
            connection.handle.close()


def _end(connection: _Pinned) -> None:
    if connection.handle is not None:
        with suppress(OSError):
            connection.handle.shutdown(socket.SHUT_RDWR)


def check(
    url: str,
    *,
    resolve: Resolve = addresses_of,
    look: Look = look,
) -> Verdict:
    """Whether a site answers with a page, at most three redirects on. Never raises for what the site does."""
    for _step in range(MOST_REDIRECTS + 1):
        target = _target(url)
        if target is None:
            return Verdict(False, "not_web")
        scheme, host, path = target
        refusal, address = _gate(scheme, host, resolve)
        if address is None:
            return Verdict(False, refusal)
        try:
            status, location = look(scheme, host, address, path)
        except (OSError, http.client.HTTPException, ValueError):
            return Verdict(False, "no_connection")
        if status in (301, 302, 303, 307, 308) and location:
            url = urljoin(url, location)
            continue
        return Verdict(status < 400, "" if status < 400 else "status", status)
    return Verdict(False, "redirects")


def _target(url: str) -> tuple[str, str, str] | None:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
        host = (host or "").encode("idna").decode("ascii")
    except ValueError:
        return None
    if parts.scheme not in PORTS or not host or parts.username or port not in (None, PORTS[parts.scheme]):
        return None
    path = parts.path or "/"
    whole = f"{path}?{parts.query}" if parts.query else path
    return (parts.scheme, host, whole) if whole.isascii() and whole.isprintable() and " " not in whole else None


def _gate(scheme: str, host: str, resolve: Resolve) -> tuple[str, str | None]:
    """The address to connect to; none when the name has none, or when one of them is not public."""
    try:
        addresses = list(resolve(host, PORTS[scheme]))
    except (OSError, UnicodeError):
        addresses = []
    if not addresses:
        return "no_address", None
    if not all(map(is_public, addresses)):
        return "not_public", None
    return "", addresses[0]
