"""Who may read what was said and handed in on a case; derived at every read (domain.md, rule 1).

Before a hub accepts it reads what the two desks said to each other, and no file. What the desk and the entrepreneur
write to each other no hub ever reads; what the entrepreneur adds to the question itself it reads once it accepted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol


class Audience(StrEnum):
    """Between whom a message is."""

    ENTREPRENEUR = "entrepreneur"  # the author's organisation and the entrepreneur
    DESKS = "desks"  # both sides of a referral
    OWN = "own"  # the author's organisation alone


class Visibility(StrEnum):
    """Who may open a file."""

    DESK = "desk"  # the organisation that added it alone
    ENTREPRENEUR = "entrepreneur"  # that organisation and the entrepreneur
    CASE = "case"  # both desks of its referral; without a referral everybody who sees who asks


class Side(StrEnum):
    """Where a reader stands to a question."""

    DESK = "desk"  # the organisation that owns it
    SENDER = "sender"  # of a referral, on the page of that referral
    RECEIVER = "receiver"  # of a referral
    ENTREPRENEUR = "entrepreneur"


OF_THE_QUESTION = ("information", "answer")  # kinds of what the entrepreneur adds to the question itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who reads: the side, and what the side may see now of the question and of who asks."""

    side: Side
    organisation_id: str | None = None
    referral_id: str | None = None
    sees_question: bool = True
    sees_identity: bool = True


def of_desk(actor: Any) -> Reader:
    """The desk that owns a question, on the question's own page."""
    return Reader(side=Side.DESK, organisation_id=actor.organisation_id)


class Said(Protocol):
    """What a rule asks of a message."""

    kind: Any
    audience: Any
    organisation_id: Any
    referral_id: Any


class HandedIn(Protocol):
    """What a rule asks of a file."""

    visibility: Any
    organisation_id: Any
    referral_id: Any
    removed_at: Any


def may_read(message: Said, reader: Reader) -> bool:
    """Whether this reader may read a message."""
    if not reader.sees_question:
        return False
    if message.kind == "note":
        return _is_own(message, reader) and (reader.side is Side.DESK or message.referral_id == reader.referral_id)
    if reader.side is Side.ENTREPRENEUR:
        return bool(message.audience == Audience.ENTREPRENEUR)
    if message.audience == Audience.OWN:  # the words with which a desk closed its part, for that desk
        return reader.side is Side.DESK and (message.organisation_id is None or _is_own(message, reader))
    if message.audience == Audience.DESKS:
        return reader.side is Side.DESK or bool(message.referral_id == reader.referral_id)
    return _reads_entrepreneur(message, reader)


def _reads_entrepreneur(message: Said, reader: Reader) -> bool:
    """What an organisation and the entrepreneur said to each other, and what the entrepreneur added to the question."""
    if not reader.sees_identity:
        return False
    if message.referral_id is not None:
        return reader.side is Side.RECEIVER and bool(message.referral_id == reader.referral_id)
    return reader.side is Side.DESK or message.kind in OF_THE_QUESTION


def _is_own(thing: Said | HandedIn, reader: Reader) -> bool:
    return reader.organisation_id is not None and bool(thing.organisation_id == reader.organisation_id)


def may_open(file: HandedIn, reader: Reader) -> bool:
    """Whether this reader may see that a file is there, under its name, and open it."""
    if file.removed_at is not None or not reader.sees_question:
        return False
    if reader.side is not Side.ENTREPRENEUR and _is_own(file, reader) and _here(file, reader):
        return True
    return reader.sees_identity and _shared_with(file, reader)


def _here(file: HandedIn, reader: Reader) -> bool:
    return reader.side is Side.DESK or bool(file.referral_id == reader.referral_id)


def _shared_with(file: HandedIn, reader: Reader) -> bool:
    """Whether a file that somebody else added is meant for this side."""
    if file.visibility == Visibility.DESK:
        return False
    if reader.side is Side.ENTREPRENEUR:
        return bool(file.visibility == Visibility.ENTREPRENEUR or file.referral_id is None)
    if file.visibility == Visibility.ENTREPRENEUR:
        return reader.side is Side.DESK and file.referral_id is None
    return file.referral_id is None or _here(file, reader)


def waits_for_acceptance(file: HandedIn, reader: Reader) -> bool:
    """Whether a file is hidden from a receiver only because it has not accepted yet."""
    if reader.side is not Side.RECEIVER or not reader.sees_question or reader.sees_identity:
        return False
    is_shared = file.visibility == Visibility.CASE and file.referral_id in (None, reader.referral_id)
    return file.removed_at is None and is_shared and not _is_own(file, reader)


def readable(messages: Iterable[Any], reader: Reader) -> list[Any]:
    """The messages this reader may read, in their order."""
    return [message for message in messages if may_read(message, reader)]


def audience_of(kind: str, *, with_referral: bool) -> Audience:
    """Between whom a message of a lifecycle step is."""
    if kind == "note" or (kind == "remark" and not with_referral):
        return Audience.OWN
    return Audience.DESKS if with_referral else Audience.ENTREPRENEUR


def visibility_with(kind: str, audience: str) -> Visibility:
    """Who may open a file that goes with a message: who reads the message, as far as files are shown to them."""
    if audience == Audience.OWN:
        return Visibility.DESK
    if audience == Audience.DESKS or kind in OF_THE_QUESTION:
        return Visibility.CASE
    return Visibility.ENTREPRENEUR
