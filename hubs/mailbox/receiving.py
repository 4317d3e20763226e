"""The endpoint for a mail server: LMTP and SMTP on one port, to stand behind one, never open to the world.

250 only after the mail is stored and committed; 4xx on any fault, so that the sender tries again; 5xx only for what can
never be taken: an address that is not ours, or a mail that is too large.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, AnyStr

import structlog
from aiosmtpd.smtp import SMTP, Envelope, Session, syntax
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from hubs.core.clock import utcnow
from hubs.extensions import db
from hubs.mailbox.addresses import is_known
from hubs.mailbox.arrivals import TryAgain, arrive

log = structlog.get_logger()
TAKEN = "250 2.0.0 Stored"
LATER = "451 4.3.0 Not stored, try again later"
UNKNOWN = "550 5.1.1 There is no such address here"
TOO_MANY = "452 4.5.3 Too many recipients, send the others in another mail"
MOST_RECIPIENTS = 20
LONGEST_LINE = 64 * 1024  # some senders write far beyond the 1,000 of RFC 5321
IDLE_SECONDS = 120


class Endpoint(SMTP):
    """Speaks SMTP after EHLO or HELO, LMTP after LHLO: then every recipient gets an answer of its own."""

    line_length_limit = LONGEST_LINE

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_lmtp = False
        self.receives = False

    @syntax("LHLO hostname")
    async def smtp_LHLO(self, arg: str) -> None:
        self.is_lmtp = True
        await super().smtp_EHLO(arg)

    async def smtp_DATA(self, arg: str) -> None:
        self.receives = False
        try:
            await super().smtp_DATA(arg)
        finally:
            self.receives = False

    async def push(self, status: AnyStr) -> None:
        """The answer to a mail; by LMTP once for each recipient, also when the library refuses the mail itself."""
        text = status if isinstance(status, str) else status.decode("utf-8", "replace")
        recipients = len(self.envelope.rcpt_tos) if self.envelope is not None else 1
        if self.receives and self.is_lmtp and "\n" not in text and recipients > 1:
            text = "\r\n".join([text] * recipients)
        self.receives = text.startswith("354")
        await super().push(text)


class Receiver:
    """Hands mails to the application, in threads, each in an application context of its own."""

    def __init__(self, app: Flask, *, threads: int = 2) -> None:
        self.app = app
        self.pool = ThreadPoolExecutor(threads, thread_name_prefix="mail")

    async def handle_RCPT(
        self, server: Endpoint, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return TOO_MANY
        answer = await self._run(lambda: "" if is_known(address) else UNKNOWN)
        if answer:
            return answer
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: Endpoint, session: Session, envelope: Envelope) -> str:
        raw = envelope.original_content or b""
        answers = [await self._run(partial(self._take, raw, to, envelope)) for to in envelope.rcpt_tos]
        if server.is_lmtp:
            return "\r\n".join(answers)
        return next((answer for answer in answers if answer != TAKEN), TAKEN)

    async def handle_exception(self, error: Exception) -> str:
        """Whatever broke is ours to mend: the sender keeps the mail."""
        log.error("mail_endpoint_fault", error=type(error).__name__)
        return LATER

    def _take(self, raw: bytes, recipient: str, envelope: Envelope) -> str:
        arrive(raw, recipient, envelope_from=envelope.mail_from or "", now=utcnow())
        return TAKEN

    async def _run(self, work: Callable[[], str]) -> str:
        return await asyncio.get_running_loop().run_in_executor(self.pool, self._in_context, work)

    def _in_context(self, work: Callable[[], str]) -> str:
        with self.app.app_context():
            try:
                return work()
            except (TryAgain, SQLAlchemyError, OSError) as fault:
                log.warning("mail_not_stored", error=type(fault).__name__)
                return LATER
            finally:
                db.session.remove()


def place_of(listen: str) -> tuple[str, int]:
    """(host, port) of `host:port` or `[address]:port`. Raises ValueError."""
    host, colon, port = listen.rpartition(":")
    if not colon or not host or not port.isascii() or not port.isdigit() or not 0 <= int(port) < 65536:
        raise ValueError(listen)
    return host.strip("[]"), int(port)


async def serve(app: Flask, listen: str, stop: asyncio.Event, started: Callable[[int], None]) -> None:
    """Listen until `stop` is set; `started` hears the port. Mails that are being stored are finished first."""
    receiver = Receiver(app)
    limit = app.config["MAIL_IN_MAX_MB"] * 1024 * 1024
    host, port = place_of(listen)

    def endpoint() -> Endpoint:
        return Endpoint(
            receiver, data_size_limit=limit, enable_SMTPUTF8=True, hostname="hubs", ident="Hubs", timeout=IDLE_SECONDS
        )

    loop = asyncio.get_running_loop()
    server = await loop.create_server(endpoint, host, port)
    try:
        started(server.sockets[0].getsockname()[1])
        await stop.wait()
    finally:
        server.close()
        await loop.run_in_executor(None, receiver.pool.shutdown)
