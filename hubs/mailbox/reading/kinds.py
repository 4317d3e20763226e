"""What kind of mail it is, by its own marks: written by somebody, by a machine or a list, or one of ours returned."""

from __future__ import annotations

import re
from enum import StrEnum

from hubs.mailbox.reading.content import Mail

_OURS = re.compile(r"message-id:\s*<([0-9a-hjkmnp-tv-z]{26})@", re.IGNORECASE)
_STATUS = re.compile(r"^status:\s*([245]\.\d{1,3}\.\d{1,3})", re.IGNORECASE | re.MULTILINE)
_ACTION = re.compile(r"^action:\s*(failed|delayed|delivered|relayed|expanded)", re.IGNORECASE | re.MULTILINE)
_SERVERS = re.compile(r"^(?:mailer-daemon|postmaster)@", re.IGNORECASE)


class MailKind(StrEnum):
    WRITTEN = "written"
    AUTOMATIC = "automatic"
    LIST = "list"
    RETURNED = "returned"


def kind_of(mail: Mail, envelope_from: str | None) -> MailKind:
    """`envelope_from` is what the mail server said; None when nobody said (a file), empty for a report."""
    marks = mail.marks
    if mail.report or "x-failed-recipients" in marks or _SERVERS.match(mail.sender_address):
        return MailKind.RETURNED
    if marks.get("auto-submitted", "no") != "no" or envelope_from == "" or marks.get("return-path") == "<>":
        return MailKind.AUTOMATIC
    if "list-id" in marks or marks.get("precedence") == "list":
        return MailKind.LIST
    return MailKind.AUTOMATIC if marks.get("precedence") in ("bulk", "junk", "auto_reply") else MailKind.WRITTEN


def is_forged(mail: Mail) -> bool:
    """Whether the mail server before us wrote down that the sender's domain disowns this mail."""
    return bool(re.search(r"\bdmarc\s*=\s*fail\b", mail.marks.get("authentication-results", "")))


def returned_delivery(mail: Mail) -> tuple[str, str] | None:
    """(our delivery, status such as 5.1.1) of a mail that could not be delivered for good; None for anything else."""
    found = _OURS.search(mail.report) or _OURS.search(mail.text)
    if found is None:
        return None
    status = _STATUS.search(mail.report)
    action = _ACTION.search(mail.report)
    if action and action.group(1).lower() != "failed" or status and not status.group(1).startswith("5"):
        return None
    return found.group(1).lower(), status.group(1) if status else ""
