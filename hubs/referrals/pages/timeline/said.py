"""Messages, notes and files as lines of a history, in the words of who reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from hubs.accounts.actor import Actor
from hubs.core.durations import when_words
from hubs.core.stored_files import Scan
from hubs.referrals.conversation import Audience, Reader, Side, Visibility
from hubs.referrals.models import Message, QuestionFile, Referral
from hubs.referrals.operations.files import may_remove
from hubs.referrals.operations.messages import ONLY_FILES
from hubs.referrals.pages.timeline.shown import FileShown, Kind, Line
from hubs.referrals.tracking.naming import Names


@dataclass(frozen=True, slots=True)
class Told:
    """What the lines of one reader need."""

    reader: Reader
    actor: Actor
    names: Names
    people: Mapping[str, str]
    referrals: Mapping[str, Referral]
    timezone: str
    now: datetime
    seen_at: datetime | None = None


def message_line(message: Message, files: list[FileShown], told: Told) -> Line:
    """One message or note."""
    is_note = message.kind == "note"
    return Line(
        kind=Kind.NOTE if is_note else Kind.MESSAGE,
        key=f"m{message.id}",
        at=message.at,
        title=title_of(message, told),
        text="" if message.text == ONLY_FILES else message.text,
        meta=_meta(message, told),
        ref=message.id,
        code=message.kind,
        files=files,
        is_new=_is_new(message, told),
    )


def title_of(message: Message, told: Told) -> str:
    """Who says what to whom."""
    if message.kind == "note":
        return _("Note for ourselves")
    if message.audience == Audience.DESKS:
        return _between_desks(message, told)
    if message.kind == "question":
        return _("Asked the entrepreneur")
    if message.kind == "answer":
        if message.author_kind == "entrepreneur":
            return _("The entrepreneur answered")
        return _("Answer of the entrepreneur, written down")
    if message.kind == "complaint":
        return _("The entrepreneur complains")
    if message.author_kind == "entrepreneur":
        return _("The entrepreneur added") if message.kind == "information" else _("The entrepreneur wrote")
    if message.kind == "information":
        return _("Added for the entrepreneur")
    return _("Wrote to the entrepreneur")


def _between_desks(message: Message, told: Told) -> str:
    referral = told.referrals.get(message.referral_id or "")
    if message.organisation_id == told.reader.organisation_id:
        receiver = told.reader.side is Side.RECEIVER
        other = (referral.from_id if receiver else referral.to_id) if referral is not None else None
        name = told.names.within(other)
        if message.kind == "question":
            return _("Asked %(name)s", name=name)
        return _("Answered %(name)s", name=name) if message.kind == "answer" else _("Wrote to %(name)s", name=name)
    name = told.names.first(message.organisation_id)
    if message.kind == "question":
        return _("%(name)s asks", name=name)
    if message.kind == "answer":
        return _("%(name)s answered", name=name)
    return _("%(name)s wrote", name=name)


def _meta(message: Message, told: Told) -> str:
    """By whom of the own organisation, and how it came."""
    found = []
    if message.organisation_id is not None and message.organisation_id == told.reader.organisation_id:
        if message.author_id is not None and message.author_id == told.actor.id:
            found.append(_("by you"))
        elif told.people.get(message.author_id or ""):
            found.append(_("by %(name)s", name=told.people[str(message.author_id)]))
    if message.via == "mail":
        found.append(_("came by mail"))
    if message.kind == "note":
        found.append(_("only our organisation reads this"))
    return ", ".join(found)


def _is_new(message: Message, told: Told) -> bool:
    own = message.author_id is not None and message.author_id == told.actor.id
    return not own and told.actor.kind == "person" and (told.seen_at is None or message.at > told.seen_at)


# --- files -----------------------------------------------------------------------------------------------------


def file_shown(file: QuestionFile, told: Told) -> FileShown:
    return FileShown(
        id=file.id,
        name=file.stored.name,
        size=file.stored.size,
        who=_added_by(file, told),
        when=when_words(file.at, told.timezone, told.now),
        when_iso=file.at.isoformat(),
        is_scanned=file.stored.scan == Scan.CLEAN,
        may_remove=may_remove(file, told.actor),
        only_us=file.visibility == Visibility.DESK,
        message_id=file.message_id,
    )


def _added_by(file: QuestionFile, told: Told) -> str:
    if file.added_by_kind == "entrepreneur":
        return _("the entrepreneur")
    if file.added_by == told.actor.id and file.added_by is not None:
        return _("you")
    if file.organisation_id == told.reader.organisation_id and told.people.get(file.added_by or ""):
        return told.people[str(file.added_by)]
    return told.names.within(file.organisation_id)


def file_line(file: FileShown, at: datetime, told: Told) -> Line:
    """A file that came without a message."""
    return Line(
        kind=Kind.FILE,
        key=f"f{file.id}",
        at=at,
        title=_("File added"),
        meta=_("by %(name)s", name=file.who),
        ref=file.id,
        files=[file],
    )


def removed_lines(files: Iterable[QuestionFile], told: Told) -> list[Line]:
    """That a file was removed, to those who could see it; neither its name nor its content."""
    found = []
    for file in files:
        if file.removed_at is None:
            continue
        # who took it off is of one's own organisation for certain only where nobody else may
        is_ours = told.reader.side is Side.DESK and file.organisation_id in (None, told.reader.organisation_id)
        who = told.people.get(file.removed_by or "") if is_ours else ""
        note = _("by you") if file.removed_by == told.actor.id else _("by %(name)s", name=who) if who else ""
        found.append(
            Line(kind=Kind.FILE, key=f"r{file.id}", at=file.removed_at, title=_("File removed"), meta=note, ref=file.id)
        )
    return found


def people_in(messages: Iterable[Message], files: Iterable[QuestionFile]) -> set[str]:
    """The ids of people whose names the lines may show."""
    found: set[Any] = {m.author_id for m in messages if m.author_kind == "person"}
    for file in files:
        found |= {file.added_by, file.removed_by}
    return {str(identifier) for identifier in found if identifier}
