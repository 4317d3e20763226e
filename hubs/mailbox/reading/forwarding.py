"""Who wrote what somebody forwarded: from the head of the older mail in the text, or from the mail attached to it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hubs.mailbox.reading.blocks import Block, heads_in
from hubs.mailbox.reading.content import Attached, Mail
from hubs.mailbox.reading.headers import first_address, one_line
from hubs.mailbox.reading.plain_text import tidy

_SUBJECT_MARK = re.compile(r"^(?:(?:fwd?|fw|doorst|re|antw|aw)\s*:\s*)+", re.IGNORECASE)
_AROUND = re.compile(r"\s*(?:<mailto:[^>]*>|\[mailto:[^\]]*\]|<[^>]*>|\[[^\]]*\]|\([^)]*@[^)]*\))\s*")
_QUOTED = re.compile(r"^\s*> ?")


@dataclass(frozen=True, slots=True)
class Original:
    """The mail that was forwarded; without a forward, the mail itself."""

    name: str
    address: str
    subject: str
    text: str
    attachments: tuple[Attached, ...]
    is_forward: bool
    note: str = ""  # what the forwarder wrote above it


def find_original(mail: Mail) -> Original:
    """The mail that matters: the newest one inside it that somebody outside the forwarder's own house wrote."""
    if mail.inner is not None:
        inner = find_original(mail.inner)
        return Original(
            inner.name or mail.inner.sender_name,
            inner.address or mail.inner.sender_address,
            inner.subject,
            inner.text,
            (*inner.attachments, *mail.attachments),
            is_forward=True,
            note=mail.text,
        )
    lines = mail.text.split("\n")
    heads = heads_in(lines)
    chosen = _chosen(heads, mail.sender_address) if _is_forward(mail, lines, heads) else None
    if chosen is None:
        return Original(
            mail.sender_name, mail.sender_address, _bare(mail.subject), mail.text, mail.attachments, is_forward=False
        )
    after = next((head.starts for head in heads if head.starts >= chosen.ends), len(lines))
    source = chosen.fields.get("from", "")
    return Original(
        _name_in(source),
        first_address(source) or first_address(chosen.fields.get("reply", "")),
        _bare(one_line(chosen.fields.get("subject", ""), 300) or mail.subject),
        tidy(_unquoted(lines[chosen.ends : after])),
        mail.attachments,
        is_forward=True,
        note=tidy("\n".join(lines[: heads[0].starts])),
    )


def _is_forward(mail: Mail, lines: list[str], heads: list[Block]) -> bool:
    """An answer holds an older mail too: it is a forward by its subject, by its mark, or when little stands above."""
    if not heads or re.match(r"\s*(?:re|antw|aw)\s*:", mail.subject, re.IGNORECASE):
        return False
    if re.match(r"\s*(?:fwd?|fw|doorst)\s*:", mail.subject, re.IGNORECASE):
        return True
    first = heads[0]
    marked = re.search(r"forward|doorgestuurd", " ".join(lines[first.starts : first.starts + 2]), re.IGNORECASE)
    above = sum(len(line.strip()) for line in lines[: first.starts])
    return bool(marked) or above < 20


def _chosen(heads: list[Block], forwarder: str) -> Block | None:
    house = forwarder.rpartition("@")[2].lower()
    for head in heads:
        address = first_address(head.fields["from"])
        if address and address.rpartition("@")[2].lower() != house:
            return head
    return heads[0] if heads else None


def _name_in(source: str) -> str:
    plain = one_line(_AROUND.sub(" ", source), 200).strip(" \"'*")
    return "" if "@" in plain else plain


def _bare(subject: str) -> str:
    return _SUBJECT_MARK.sub("", subject).strip()


def _unquoted(lines: list[str]) -> str:
    """Apple Mail puts > before every line of what is forwarded."""
    filled = [line for line in lines if line.strip()]
    if filled and all(line.lstrip().startswith(">") for line in filled):
        lines = [_QUOTED.sub("", line) for line in lines]
    return "\n".join(lines)
