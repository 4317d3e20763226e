"""One line of a work list: what it is about, what to do or who is to act, both clocks (sketch 05)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from flask_babel import gettext as _

from hubs.accounts.actor import Actor
from hubs.accounts.names import short_name
from hubs.core.calendars import WorkingCalendar, zone
from hubs.core.durations import day_words
from hubs.reference.labels import label
from hubs.referrals.lifecycle import ReferralState, RequestState
from hubs.referrals.lists.asked import Asked
from hubs.referrals.pages.facts import chosen_facts, idle_words
from hubs.referrals.pages.words import DueShown, due_shown, ended_words, first, since_words, waits_words, within
from hubs.referrals.terms import clock_status
from hubs.referrals.titles import title_of
from hubs.referrals.worklist import US

R, F = RequestState, ReferralState
NOTE_LENGTH = 90


@dataclass(frozen=True, slots=True)
class Row:
    kind: str
    reference: str
    state: str
    title: str
    meta: list[str]
    nobody: bool
    what: str
    what_note: str
    clock: DueShown | None
    waits: str
    waits_note: str
    facts: list[tuple[str, str]] = field(default_factory=list)  # the columns that were chosen
    idle: str = ""
    aside: str = ""
    href: dict[str, str] = field(default_factory=dict)


def offices_of(rows: list[Any]) -> list[Any]:
    """The offices whose calendars the clocks follow, as far as a calendar needs to know them."""
    found = {
        row.office_id: SimpleNamespace(
            id=row.office_id, hours=row.office_hours, timezone=row.office_timezone, market=row.office_market
        )
        for row in rows
    }
    return list(found.values())


def shown(
    row: Any, actor: Actor, calendars: Mapping[str, WorkingCalendar], timezone: str, locale: str, now: datetime,
    asked: Asked, limits: Mapping[str, int],
) -> Row:  # fmt: skip
    """A row as the reader sees it; times in the reader's own zone."""
    name = row.name_nl if locale == "nl" else row.name_en
    if row.snoozed_until is not None:
        what, note = _put_aside(row, timezone, now)
    else:
        what, note = (_ours if row.turn == US else _theirs)(row, name or "", timezone, now)
    return Row(
        kind="support_request" if row.kind == "request" else "referral",
        reference=row.reference,
        state=row.state,
        title=title_of(row.text) or _("No text yet"),
        meta=[word for word in (_about(row, name), _handler(row, actor)) if word],
        nobody=row.turn == US and row.handler_id is None,
        what=what,
        what_note=note,
        clock=due_shown(clock_status(row, calendars.get(row.office_id), now), timezone, now),
        waits=waits_words(row.waiting_since, now),
        waits_note=since_words(row.waiting_since, timezone, now),
        facts=chosen_facts(asked, row, timezone, now),
        idle=idle_words(row.role, row.last_at, limits, now),
        aside=str(row.snoozed_until.isoformat()) if row.snoozed_until else "",
    )


def _put_aside(row: Any, timezone: str, now: datetime) -> tuple[str, str]:
    until = day_words(row.snoozed_until.astimezone(zone(timezone)).date(), now.astimezone(zone(timezone)).date())
    return _("Put aside until %(day)s", day=until), row.snooze_reason or ""


def _about(row: Any, name: str | None) -> str:
    """Who asks, where the reader may know; else who sent it."""
    if row.kind == "received":
        return _("from %(name)s", name=within(name or ""))
    return row.company_name or ""


def _handler(row: Any, actor: Actor) -> str:
    if row.handler_id is None:
        return ""
    if row.is_covered:
        return _("%(name)s, away: you stand in", name=row.handler_name or "")
    return _("you") if row.handler_id == actor.id else row.handler_name or ""


def _cut(text: str | None) -> str:
    words = " ".join((text or "").split())
    return words if len(words) <= NOTE_LENGTH else words[:NOTE_LENGTH].rsplit(" ", 1)[0].rstrip(" ,;:.(-–") + "…"


# --- what waits for us ---------------------------------------------------------------------------------------------


def _ours(row: Any, name: str, timezone: str, now: datetime) -> tuple[str, str]:
    if row.kind == "request":
        return _own_question(row, name)
    return _sent_by_us(row, name) if row.kind == "sent" else _received_by_us(row, name)


def _own_question(row: Any, name: str) -> tuple[str, str]:
    if row.state == R.DRAFT:
        return _("Finish and send"), _("A draft. Nobody else has it.")
    if row.state == R.AWAITING_ENTREPRENEUR:
        return _("Call the entrepreneur, or close the question"), _("Has not answered in time.")
    if row.chosen_id:
        return _("Follow the entrepreneur's choice"), _("The entrepreneur chose a place.")
    if row.state == R.RECEIVED:
        return _("Read and choose a place"), _("New, by %(channel)s.", channel=label("channel", row.channel).lower())
    if row.term == "re_route":
        ended = SimpleNamespace(state=row.back_state, reason=row.back_reason)
        return _("Choose a new place"), ended_words(ended, name) if row.back_state else ""
    if row.state == R.REFERRED:
        return _("Help with your own part"), _("Another part is with somebody else.")
    return _("Choose a place or answer"), _("Taken up, not answered yet.")


def _sent_by_us(row: Any, name: str) -> tuple[str, str]:
    if row.keep:
        note = _("%(name)s has no accreditation now, and had accepted this.", name=first(name))
        return _("Choose: leave it there or take it back"), note
    if row.term == "answer":
        question = _cut(row.asked)
        note = _("They ask: %(question)s", question=question) if question else ""
        return _("Answer %(name)s", name=within(name)), note
    notes: dict[str, str] = {
        F.SENT: _("Has not confirmed receipt in time."),
        F.ACKNOWLEDGED: _("Has not answered in time."),
        F.ACCEPTED: _("Accepted, but no contact with the entrepreneur yet."),
        F.CONTACT_MADE: _("Has not told what came of it."),
    }
    return _("Call %(name)s", name=within(name)), notes.get(row.state, "")


def _received_by_us(row: Any, name: str) -> tuple[str, str]:
    if row.state in (F.SENT, F.ACKNOWLEDGED):
        new = row.state == F.SENT
        return _("Say yes or no"), _("New.") if new else _("Received, not accepted yet.")
    if row.state == F.ACCEPTED:
        return _("Call or mail the entrepreneur"), _("Accepted, no contact yet.")
    return _("Tell what came of it"), _("The entrepreneur has been spoken to.")


# --- what waits for others ---------------------------------------------------------------------------------------


def _theirs(row: Any, name: str, timezone: str, now: datetime) -> tuple[str, str]:
    if row.kind == "request":
        return _entrepreneurs_turn(row, timezone, now)
    if row.kind == "received":
        return short_name(name), _("Answers your question.")
    notes: dict[str, str] = {
        F.SENT: _("Confirms receipt of the referral."),
        F.ACKNOWLEDGED: _("Says yes or no. If they say nothing, the question comes back here."),
        F.ACCEPTED: _("Accepted it and will call or mail the entrepreneur."),
        F.CONTACT_MADE: _("Has spoken to the entrepreneur and tells what came of it."),
    }
    return short_name(name), notes.get(row.state, "")


def _entrepreneurs_turn(row: Any, timezone: str, now: datetime) -> tuple[str, str]:
    if row.waits_until:
        day = day_words(row.waits_until.date(), now.date())
        return _("Places that are full"), _("The entrepreneur waits for room. Then you choose: %(day)s.", day=day)
    question = _cut(row.asked)
    return _("The entrepreneur"), _("We asked: %(question)s", question=question) if question else ""
