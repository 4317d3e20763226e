"""The history of a question for its desk, and of a referral for either side: steps, messages, notes, files and mails
in one order, newest first, a page at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import or_, select

from hubs.accounts.actor import Actor
from hubs.accounts.models import Person
from hubs.core.durations import when_words
from hubs.core.events import Event
from hubs.core.pagination import bad_cursor, decode_cursor, encode_cursor
from hubs.extensions import db
from hubs.reference.labels import label
from hubs.referrals.conversation import Reader, Side, may_open, of_desk, readable
from hubs.referrals.models import Message, QuestionFile, Referral, SupportRequest
from hubs.referrals.pages.timeline import said, sides
from hubs.referrals.pages.timeline.mails import Mail, mail_words
from hubs.referrals.pages.timeline.sentences import SENTENCES, Told, came_along
from hubs.referrals.pages.timeline.shown import OF_CHIP, FileShown, Kind, Line, Show, Timeline, joined
from hubs.referrals.pages.words import consent_scope
from hubs.referrals.presentation import ReferralView
from hubs.referrals.reading import reader_of_view
from hubs.referrals.tracking.naming import Names

SIZE = 30
_EXTRA = 40  # events of one moment, and those that no line tells
Place = tuple[datetime, str]


def chip(value: str | None) -> Show:
    """The chip that was chosen; everything for what is none."""
    return Show(value) if value in set(Show) else Show.ALL


def place_of(cursor: str | None) -> Place | None:
    """Where a page of a history begins. Raises BadInput for a cursor that was not made here."""
    if not cursor:
        return None
    at, key = decode_cursor(cursor, 2)
    try:
        return datetime.fromisoformat(str(at)).astimezone(UTC), str(key)
    except (ValueError, OverflowError) as error:
        raise bad_cursor() from error


def timeline(
    support_request: SupportRequest,
    actor: Actor,
    timezone: str,
    now: datetime,
    *,
    mails: Sequence[Mail] = (),
    show: Show = Show.ALL,
    before: Place | None = None,
    seen_at: datetime | None = None,
    size: int = SIZE,
) -> Timeline:
    """For the desk that owns the question."""
    reader = of_desk(actor)
    events = _events(_of_question(support_request), before, size)
    messages, files = readable(support_request.messages, reader), list(support_request.files)
    names = Names(_organisations(support_request, events, messages, files))
    people = _people(events, messages, files)
    referrals = {referral.id: referral for referral in support_request.referrals}
    told = said.Told(reader, actor, names, people, referrals, timezone, now, seen_at)
    texts = {message.id: message.text for message in messages}
    steps = _told(events, names, people, referrals, texts, actor)
    lines = [*_steps(events, steps), *_said(messages, files, told), *_consent(support_request, timezone, now)]
    _put_mails(lines, mails, names, {event.id: event for event in events}, referrals, timezone, now)
    return _page(lines, show, before, told, size, open_files(files, told))


def referral_timeline(
    view: ReferralView,
    actor: Actor,
    timezone: str,
    now: datetime,
    *,
    show: Show = Show.ALL,
    before: Place | None = None,
    seen_at: datetime | None = None,
    size: int = SIZE,
) -> Timeline:
    """For one side of a referral, with what this side may see; nothing once it sees the question no more."""
    if not view.sees_question:
        return Timeline([], show)
    referral, reader = view.referral, reader_of_view(view, actor)
    support_request = referral.support_request
    events = _events(Event.subject_type == Referral.__tablename__, before, size, subject_id=referral.id)
    files = list(support_request.files)
    names = Names(_organisations(support_request, events, view.messages, files))
    people = _people(events, view.messages, files)
    told = said.Told(reader, actor, names, people, {referral.id: referral}, timezone, now, seen_at)
    texts = {message.id: message.text for message in view.messages}
    lines = [*sides.steps(events, referral, told, texts), *_said(view.messages, files, told)]
    return _page(lines, show, before, told, size, open_files(files, told))


# --- reading ---------------------------------------------------------------------------------------------------


def _of_question(support_request: SupportRequest) -> Any:
    table = SupportRequest.__tablename__
    return or_(
        (Event.subject_type == table) & (Event.subject_id == support_request.id),
        (Event.related_type == table) & (Event.related_id == support_request.id),
    )


def _events(condition: Any, before: Place | None, size: int, subject_id: str | None = None) -> Sequence[Event]:
    """Enough of the newest events up to a place to fill a page."""
    statement = select(Event).where(condition)
    if subject_id is not None:
        statement = statement.where(Event.subject_id == subject_id)
    if before is not None:
        statement = statement.where(Event.at <= before[0])
    statement = statement.order_by(Event.id.desc()).limit(size + _EXTRA)
    return db.session.execute(statement).scalars().all()


def _people(events: Iterable[Event], messages: Iterable[Message], files: Iterable[QuestionFile]) -> dict[str, str]:
    ids = {event.actor_id for event in events if event.actor_kind == "person" and event.actor_id}
    ids |= {str(event.data["handler_id"]) for event in events if event.data.get("handler_id")}
    ids |= said.people_in(messages, files)
    if not ids:
        return {}
    statement = select(Person.id, Person.name).where(Person.id.in_(sorted(ids)))
    return {row.id: row.name for row in db.session.execute(statement)}


def _organisations(
    support_request: SupportRequest,
    events: Sequence[Event],
    messages: Iterable[Message],
    files: Iterable[QuestionFile],
) -> set[str | None]:
    found: set[str | None] = {support_request.owner_id}
    for referral in support_request.referrals:
        found |= {referral.to_id, referral.from_id}
    for event in events:
        found |= {event.organisation_id, event.data.get("organisation_id"), event.data.get("owner_id")}
        found |= set(event.data.get("next") or ())
    found |= {message.organisation_id for message in messages}
    return found | {file.organisation_id for file in files}


# --- lines -----------------------------------------------------------------------------------------------------


def _told(
    events: Sequence[Event],
    names: Names,
    people: Mapping[str, str],
    referrals: Mapping[str, Referral],
    texts: Mapping[str, str],
    actor: Actor,
) -> Callable[[Event], Told]:
    return lambda event: Told(event, names, people, referrals, texts, actor)


def _steps(events: Sequence[Event], told: Callable[[Event], Told]) -> Iterable[Line]:
    """The events that have a sentence; steps that came with another one are left out."""
    for place, event in enumerate(events):
        sentence = SENTENCES.get(event.kind)
        is_said = event.kind == "referral.message" and event.data.get("to") != "entrepreneur"
        if sentence is None or is_said or came_along(event, events[:place]):
            continue
        title, note = sentence(told(event))
        if title:
            yield step_line(event, title, note)


def step_line(event: Event, title: str, note: str) -> Line:
    return Line(kind=Kind.STEP, key=f"e{event.id:020d}", at=event.at, title=joined(title, note), note=note)


def _said(messages: Iterable[Message], files: Iterable[QuestionFile], told: said.Told) -> list[Line]:
    """What was written and handed in; remarks stand with their step, files with their message."""
    listed = list(files)
    at = {file.id: file.at for file in listed}
    with_message: dict[str, list[FileShown]] = {}
    for file in open_files(listed, told):
        with_message.setdefault(file.message_id or "", []).append(file)
    written = [message for message in messages if message.kind != "remark"]
    lines = [said.message_line(message, with_message.pop(message.id, []), told) for message in written]
    lines += [said.file_line(file, at[file.id], told) for rest in with_message.values() for file in rest]
    return lines + said.removed_lines([file for file in listed if _was_open(file, told.reader)], told)


def open_files(files: Iterable[QuestionFile], told: said.Told) -> list[FileShown]:
    """The files this reader may open."""
    return [said.file_shown(file, told) for file in files if may_open(file, told.reader)]


def _was_open(file: QuestionFile, reader: Reader) -> bool:
    """Whether this reader could open a file before it was removed."""
    if file.removed_at is None:
        return False
    kept = _Kept(file.visibility, file.organisation_id, file.referral_id)
    return reader.side is not Side.ENTREPRENEUR and may_open(kept, reader)


class _Kept:
    """A removed file as it was."""

    removed_at = None

    def __init__(self, visibility: str, organisation_id: str | None, referral_id: str | None) -> None:
        self.visibility, self.organisation_id, self.referral_id = visibility, organisation_id, referral_id


def _consent(support_request: SupportRequest, timezone: str, now: datetime) -> list[Line]:
    """How and for whom the entrepreneur agreed."""
    consent = support_request.consent
    if consent is None:
        return []
    title = _("Consent by %(channel)s", channel=label("channel", consent.channel).lower())
    note = _("for %(recipients)s", recipients=consent_scope(consent))
    if consent.confirmed_at is not None:
        note = _(
            "%(note)s, confirmed by mail %(when)s", note=note, when=when_words(consent.confirmed_at, timezone, now)
        )
    return [Line(kind=Kind.STEP, key="c", at=consent.given_at, title=joined(title, note), note=note)]


def _put_mails(
    lines: list[Line],
    mails: Iterable[Mail],
    names: Names,
    events: Mapping[int, Event],
    referrals: Mapping[str, Referral],
    timezone: str,
    now: datetime,
) -> None:
    """Each mail under the line of its step or message."""
    by_key = {line.key: line for line in lines}
    for mail in mails:
        event = events.get(mail.event_id)
        if event is None:
            continue
        line = by_key.get(f"e{event.id:020d}") or by_key.get(f"m{event.data.get('message_id')}")
        if line is None:
            continue
        referral = referrals.get(event.subject_id)
        place = names.within(referral.to_id) if referral is not None else ""
        line.mails.append(mail_words(mail, place, timezone, now))


# --- a page ----------------------------------------------------------------------------------------------------


def _page(
    lines: list[Line],
    show: Show,
    before: Place | None,
    told: said.Told,
    size: int,
    files: list[FileShown],
) -> Timeline:
    unread = sum(line.is_new for line in lines)
    lines.sort(key=lambda line: line.place, reverse=True)
    newest = lines[0].key if lines and before is None else ""
    chosen = [line for line in lines if line.kind in OF_CHIP[show] and (before is None or line.place < before)]
    found = [
        replace(
            line,
            when=when_words(line.at, told.timezone, told.now),
            when_iso=line.at.isoformat(),
            state="now" if line.key == newest else line.state,
        )
        for line in chosen[:size]
    ]
    older = encode_cursor([found[-1].at, found[-1].key]) if len(chosen) > size else None
    return Timeline(found, show, older, is_first=before is None, unread=unread, files=files)
