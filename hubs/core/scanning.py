"""The hook for a virus scanner: clamd over TCP by its INSTREAM command, or none (setting VIRUS_SCANNER).

It fails closed: a scanner that is set but does not answer lets nothing through.
"""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from hubs.core.stored_files import Scan

CHUNK = 64 * 1024
LONGEST_ANSWER = 4096


class ScannerUnreachable(Exception):
    """The scanner is set but gave no verdict."""


class Infected(Exception):
    """The scanner knows this content; `signature` is its name for it."""

    def __init__(self, signature: str) -> None:
        super().__init__(signature)
        self.signature = signature


class Scanner(Protocol):
    """What looks at a content before it is stored."""

    def scan(self, content: bytes) -> Scan:
        """How the content is recorded. Raises Infected, ScannerUnreachable."""


@dataclass(frozen=True, slots=True)
class NoScanner:
    """Nothing is set: files are recorded as not scanned."""

    def scan(self, content: bytes) -> Scan:
        return Scan.NOT_SCANNED


@dataclass(frozen=True, slots=True)
class Clamd:
    """A clamd daemon: `zINSTREAM`, chunks with their length before them, an empty chunk, one line back."""

    host: str
    port: int
    timeout_seconds: float = 20

    def scan(self, content: bytes) -> Scan:
        try:
            answer = self._asked(content)
        except OSError as error:
            raise ScannerUnreachable(str(error)) from error
        verdict = answer.removeprefix("stream:").strip()
        if verdict == "OK":
            return Scan.CLEAN
        if verdict.endswith(" FOUND"):
            raise Infected(verdict.removesuffix(" FOUND"))
        raise ScannerUnreachable(answer or "no answer")

    def _asked(self, content: bytes) -> str:
        with socket.create_connection((self.host, self.port), timeout=self.timeout_seconds) as connection:
            connection.sendall(b"zINSTREAM\0")
            for start in range(0, len(content), CHUNK):
                part = content[start : start + CHUNK]
                connection.sendall(struct.pack("!L", len(part)) + part)
            connection.sendall(struct.pack("!L", 0))
            answer = b""
            while b"\0" not in answer and len(answer) < LONGEST_ANSWER:
                part = connection.recv(LONGEST_ANSWER)
                if not part:
                    break
                answer += part
        return answer.split(b"\0")[0].decode("utf-8", "replace").strip()


def scanner_at(address: str) -> Scanner:
    """The scanner of the setting. Raises ValueError for an address that is none."""
    if not address:
        return NoScanner()
    parts = urlsplit(address)
    if parts.scheme != "clamd" or not parts.hostname or not parts.port or parts.path.strip("/"):
        raise ValueError("VIRUS_SCANNER must be empty or clamd://host:port")
    return Clamd(parts.hostname, parts.port)
