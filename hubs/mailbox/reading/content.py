"""A mail as bytes -> who, what and with which attachments; within bounds, so that no mail takes the service down."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from email.message import Message
from email.policy import compat32

from hubs.mailbox.reading.headers import addresses_of, date_of, first_address, one_line, raw_field, safely, words_of
from hubs.mailbox.reading.plain_text import text_of_bytes, text_of_html, tidy

MOST_PARTS = 100
MOST_ATTACHMENTS = 20
MOST_HEADER_BYTES = 256 * 1024
MOST_FIELDS = 1000
SMALL_PICTURE = 20 * 1024  # bytes; smaller ones inside a text are logos and smileys
_BOUNDARY = re.compile(rb"boundary[*0-9 \t]*=", re.IGNORECASE)
_INNER = re.compile(rb"content-type[ \t]*:[ \t]*(?:message|multipart)/", re.IGNORECASE)
_HEADER_END = re.compile(rb"\r?\n\r?\n")


class Unreadable(ValueError):
    """Nothing can be made of it; `code` is unreadable or too_complex."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that came with a mail, unchecked."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Mail:
    """What a mail says of itself. Nothing in it is proven, the sender least of all."""

    message_id: str
    sender_name: str
    sender_address: str
    subject: str
    sent_at: datetime | None
    recipients: tuple[str, ...]  # by its own fields, first those that a mail server adds on delivery
    text: str
    attachments: tuple[Attached, ...] = ()
    left_out: int = 0  # attachments beyond the most that are looked at
    inner: Mail | None = None  # the first mail that is attached to it as a whole
    marks: dict[str, str] = field(default_factory=dict)  # fields that tell what kind of mail it is
    report: str = ""  # the text of a delivery report, with the id of the mail it is about


_MARKS = ("auto-submitted", "precedence", "list-id", "return-path", "authentication-results", "x-failed-recipients")


def read_mail(raw: bytes) -> Mail:
    """Read it. Raises Unreadable, and nothing else, for what is no mail or is built to take long."""
    if not raw.strip() or b"\0" * 64 in raw[:4096]:
        raise Unreadable("unreadable")
    end = _HEADER_END.search(raw)
    if (end.start() if end else len(raw)) > MOST_HEADER_BYTES:
        raise Unreadable("too_complex")
    if len(_BOUNDARY.findall(raw)) > MOST_PARTS or len(_INNER.findall(raw)) > MOST_PARTS:
        raise Unreadable("too_complex")
    message = safely(lambda: message_from_bytes(raw, policy=compat32), None)
    if message is None or not message.keys():
        raise Unreadable("unreadable")
    if len(message.keys()) > MOST_FIELDS:
        raise Unreadable("too_complex")
    return _mail(message, depth=0)


def _mail(message: Message, depth: int) -> Mail:
    name, address = next(iter(addresses_of(message, "from", "sender")), ("", ""))
    parts = _Parts(depth)
    parts.walk(message)
    delivered = addresses_of(message, "x-original-to", "delivered-to", "x-envelope-to", "envelope-to")
    written = addresses_of(message, "to", "cc", "resent-to")
    return Mail(
        message_id=one_line(raw_field(message, "message-id"), 250),
        sender_name=name,
        sender_address=address or first_address(raw_field(message, "from")),
        subject=words_of(message, "subject"),
        sent_at=date_of(message),
        recipients=tuple(dict.fromkeys(found.lower() for _name, found in [*delivered, *written])),
        text=parts.text(),
        attachments=tuple(parts.attachments[:MOST_ATTACHMENTS]),
        left_out=max(len(parts.attachments) - MOST_ATTACHMENTS, 0),
        inner=parts.inner,
        marks={mark: raw_field(message, mark).strip().lower() for mark in _MARKS if _has(message, mark)},
        report=parts.report,
    )


def _has(message: Message, name: str) -> bool:
    return any(key.lower() == name for key, _value in message.raw_items())


class _Parts:
    """Collects texts and attachments of a message, never more than MOST_PARTS of it."""

    def __init__(self, depth: int) -> None:
        self.depth, self.seen = depth, 0
        self.plain: list[str] = []
        self.rich: list[str] = []
        self.attachments: list[Attached] = []
        self.inner: Mail | None = None
        self.report = ""

    def walk(self, message: Message) -> None:
        is_report = _kind(message) == "multipart/report"
        for part, alternative in self._leaves(message, inside_alternative=False, level=0):
            self.seen += 1
            if self.seen > MOST_PARTS:
                return
            self._take(part, alternative, is_report)

    def _leaves(self, part: Message, *, inside_alternative: bool, level: int) -> Iterator[tuple[Message, bool]]:
        payload = part.get_payload() if part.is_multipart() else None
        if isinstance(payload, list) and not _kind(part).startswith("message/") and level < MOST_PARTS:
            inside = inside_alternative or _kind(part) == "multipart/alternative"
            for each in payload:
                if isinstance(each, Message):
                    yield from self._leaves(each, inside_alternative=inside, level=level + 1)
        else:
            yield part, inside_alternative

    def _take(self, part: Message, alternative: bool, is_report: bool) -> None:
        kind, name = _kind(part), _name(part)
        is_attached = safely(lambda: part.get_content_disposition(), None) == "attachment"
        if is_report and kind in ("message/delivery-status", "message/rfc822", "text/rfc822-headers"):
            self.report += _report_text(part)[:20_000]
        elif kind == "message/rfc822":
            self._take_inner(part, name)
        elif kind in ("text/plain", "text/html") and not is_attached and not (name and not alternative and self.plain):
            listed = self.plain if kind == "text/plain" else self.rich
            listed.append(text_of_bytes(_bytes(part), safely(part.get_content_charset, None)))
        else:
            self._take_file(part, kind, name, is_attached)

    def _take_inner(self, part: Message, name: str) -> None:
        payload = part.get_payload()
        inside = payload[0] if isinstance(payload, list) and payload and isinstance(payload[0], Message) else None
        if self.inner is None and inside is not None and self.depth == 0:
            self.inner = _mail(inside, depth=1)
        else:
            self.attachments.append(Attached(name or "mail.eml", _report_text(part).encode("utf-8", "replace")))

    def _take_file(self, part: Message, kind: str, name: str, is_attached: bool) -> None:
        content = _bytes(part)
        is_picture = kind.startswith("image/") and not is_attached
        if content and not (is_picture and _has(part, "content-id") and len(content) < SMALL_PICTURE):
            self.attachments.append(Attached(name or kind.replace("/", "."), content))

    def text(self) -> str:
        """The plain text; HTML laid out as text when there is no plain text worth reading."""
        plain = tidy("\n\n".join(self.plain))
        if plain or not self.rich:
            return plain
        return tidy("\n\n".join(text_of_html(each) for each in self.rich))


def _kind(part: Message) -> str:
    return safely(part.get_content_type, "application/octet-stream")


def _name(part: Message) -> str:
    found = safely(part.get_filename, None)
    return one_line(str(found), 160) if found else ""


def _bytes(part: Message) -> bytes:
    """The content decoded; what is broken in it stays as it came."""
    content = safely(lambda: part.get_payload(decode=True), None)
    if isinstance(content, bytes):
        return content
    payload = part.get_payload()
    return payload.encode("utf-8", "surrogateescape") if isinstance(payload, str) else b""


def _report_text(part: Message) -> str:
    return safely(lambda: part.as_bytes().decode("utf-8", "replace"), "")
