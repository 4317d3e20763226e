"""Addresses that an answer by mail comes back to: signed, one for each side of a conversation.

The address says which conversation an answer belongs to, never who wrote it: whoever takes in the mail still looks
at the sender. Small letters and digits only, because mail servers may not keep capitals; at most 64 characters.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from email.utils import parseaddr
from enum import StrEnum

from flask import current_app

from hubs.referrals.models import Referral, SupportRequest

_PREFIX = "reply+"
_MARK_LENGTH = 16  # 80 bits
_TOKEN = re.compile(
    r"(?P<content>(?P<id>[0-9a-hjkmnp-tv-z]{26})(?P<side>[edsr])(?P<number>[0-9]{0,4})v(?P<version>[0-9]{1,6}))"
    rf"\.(?P<mark>[a-z2-7]{{{_MARK_LENGTH}}})"
)


class ReplySide(StrEnum):
    """Who got the mail, and so whose answer comes back to its address."""

    ENTREPRENEUR = "entrepreneur"
    DESK = "desk"  # the owning desk, about what the entrepreneur wrote
    SENDER = "sender"  # of a referral
    RECEIVER = "receiver"  # of a referral


@dataclass(frozen=True, slots=True)
class ReplyAddress:
    """What a verified address says. `link_version` is that of the question when the mail was sent."""

    support_request_id: str
    side: ReplySide
    referral_number: int | None
    link_version: int


def reply_address(support_request: SupportRequest, referral: Referral | None, side: str) -> str:
    """The address for the Reply-To of a mail to `side`: entrepreneur or desk, of a referral sender or receiver.

    The same for every mail of one conversation, until the question's links are made void. Raises ValueError for a
    side that the conversation does not have.
    """
    wanted = ReplySide(side)
    if (referral is not None) != (wanted in (ReplySide.SENDER, ReplySide.RECEIVER)):
        raise ValueError(f"no side {side} here")
    number = referral.number if referral is not None else ""
    content = f"{support_request.id}{wanted[0]}{number}v{support_request.link_version}"
    return f"{_PREFIX}{content}.{_mark(content)}@{mail_in_domain()}"


def is_reply_address(text: str) -> bool:
    """Whether an address looks like one of ours, genuine or not."""
    return _parts(text)[0].startswith(_PREFIX)


def read_reply_address(text: str) -> ReplyAddress | None:
    """What an address says; None when it is not ours, was changed, or was made under another key."""
    local, domain = _parts(text)
    found = _TOKEN.fullmatch(local.removeprefix(_PREFIX)) if local.startswith(_PREFIX) else None
    if found is None or domain != mail_in_domain() or not hmac.compare_digest(found["mark"], _mark(found["content"])):
        return None
    side = next(each for each in ReplySide if each[0] == found["side"])
    number = int(found["number"]) if found["number"] else None
    return ReplyAddress(found["id"], side, number, int(found["version"]))


def mail_in_domain() -> str:
    """The domain that mail for us is addressed to: the setting, else that of the address mails are sent from."""
    configured: str = current_app.config.get("MAIL_IN_DOMAIN") or ""
    sender: str = current_app.config["MAIL_FROM"]
    return (configured or parseaddr(sender)[1].rpartition("@")[2]).strip().lower()


def _parts(text: str) -> tuple[str, str]:
    local, _at, domain = parseaddr(text)[1].strip().lower().rpartition("@")
    return local, domain


def _mark(content: str) -> str:
    key = hashlib.sha256(b"hubs.reply\0" + current_app.config["SECRET_KEY"].encode()).digest()
    made = hmac.new(key, content.encode("ascii"), hashlib.sha256).digest()[:10]
    return base64.b32encode(made).decode("ascii").lower()
