"""Sends one mail: by SMTP, or as an `.eml` file in the data directory while no SMTP server is set."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

Send = Callable[[EmailMessage], None]
TIMEOUT_SECONDS = 20


class MailRefused(Exception):
    """The server will never take this mail (a 5xx answer about the address or the content)."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A PDF that goes with a mail."""

    name: str
    content: bytes


def compose(
    *,
    sender: str,
    to: str,
    subject: str,
    body: str,
    message_id: str,
    at: datetime,
    language: str,
    attachments: Iterable[Attachment] = (),
    reply_to: str = "",
    references: str = "",
) -> EmailMessage:
    """A plain text mail. The Message-ID is stable, so that a mail sent twice is recognised as one.

    `references` is the Message-ID of the thread it belongs to, `reply_to` where an answer goes.
    """
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = to
    message["Subject"] = " ".join(subject.split())
    message["Date"] = format_datetime(at)
    message["Message-ID"] = message_id
    if reply_to:
        message["Reply-To"] = reply_to
    if references:
        message["In-Reply-To"] = message["References"] = references
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body, charset="utf-8", cte="quoted-printable")
    for each in attachments:
        message.add_attachment(each.content, maintype="application", subtype="pdf", filename=each.name)
    message["Content-Language"] = language  # after the content: setting that drops every Content- header
    return message


def message_id(delivery_id: str, sender: str) -> str:
    domain = parseaddr(sender)[1].rpartition("@")[2] or "hubs.example"
    return f"<{delivery_id}@{domain}>"


def sender_for(config: dict[str, Any]) -> Send:
    """How mail leaves, by the settings."""
    if config["SMTP_URL"]:
        return lambda message: _by_smtp(config["SMTP_URL"], message)
    folder = Path(config["HUBS_DATA_DIR"]) / "mail"
    return lambda message: _to_file(folder, message)


def _to_file(folder: Path, message: EmailMessage) -> None:
    """One file a mail, named after its Message-ID: sent again, it overwrites itself."""
    folder.mkdir(parents=True, exist_ok=True)
    name = str(message["Message-ID"]).strip("<>").partition("@")[0]
    target = folder / f"{name}.eml"
    unfinished = target.with_suffix(".part")
    unfinished.write_bytes(message.as_bytes())
    unfinished.replace(target)


def _by_smtp(url: str, message: EmailMessage) -> None:
    parts = urlsplit(url)
    secure = parts.scheme == "smtps"
    port = parts.port or (465 if secure else 25)
    server: smtplib.SMTP
    if secure:
        context = ssl.create_default_context()
        server = smtplib.SMTP_SSL(parts.hostname or "", port, timeout=TIMEOUT_SECONDS, context=context)
    else:
        server = smtplib.SMTP(parts.hostname or "", port, timeout=TIMEOUT_SECONDS)
    with server:
        if parts.scheme == "smtp+starttls":
            server.starttls(context=ssl.create_default_context())
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        try:
            server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            if codes and all(500 <= code < 600 for code in codes):
                raise MailRefused(str(error)) from error
            raise
