"""The lists of questions and of referrals: filters, order and columns by address, saved views with their counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from flask import render_template, request, url_for
from flask_babel import gettext as _

import hubs.referrals.lists.editing  # noqa: F401  (registers its table)
from hubs.accounts.access import current_actor, permitted
from hubs.accounts.actor import Actor
from hubs.accounts.permissions import P
from hubs.core.clock import utcnow
from hubs.core.pagination import keyset
from hubs.extensions import db
from hubs.reference.labels import label_choices
from hubs.referrals import terms
from hubs.referrals.lists import selecting
from hubs.referrals.lists.asked import COLUMNS, PARAMETERS, SORTS, Asked, asked_of, started_from
from hubs.referrals.lists.choices import Choices, View, choices_for
from hubs.referrals.lists.limits import limits_now
from hubs.referrals.pages.facts import COLUMN_WORDS, SORT_WORDS
from hubs.referrals.pages.lists import Reader, question_line, referral_line
from hubs.referrals.pages.words import REFERRAL_BADGES, REQUEST_BADGES
from hubs.referrals.views import bp
from hubs.referrals.views.undoing import recently_done

PAGE_SIZE = 50
COUNTED_VIEWS = 12


@dataclass(frozen=True, slots=True)
class Tab:
    """A saved view above its list."""

    id: str
    name: str
    href: str
    number: str
    is_current: bool
    is_shared: bool
    is_default: bool


# --- what was asked -----------------------------------------------------------------------------------------


def asked_now(list_name: str, views: list[View]) -> Asked:
    """By the address; by a saved view it names, changed by what else it says; by the reader's own default."""
    given = {name: request.args.get(name, "") for name in PARAMETERS if name in request.args}
    columns = request.args.getlist("columns") if "columns" in request.args else None
    named = request.args.get("view", "")
    view = next((view for view in views if view.id == named), None)
    if view is None and not given and not named:
        view = next((view for view in views if view.is_default), None)
    if view is None:
        return asked_of(list_name, given, columns)
    return started_from(asked_of(list_name, {**view.query, **given}, columns), view.id)


def tabs_of(list_name: str, views: list[View], asked: Asked, counts: Mapping[str, int]) -> list[Tab]:
    most = selecting.COUNTED
    return [
        Tab(
            view.id,
            view.name,
            url_for(_ENDPOINTS[list_name], view=view.id),
            "" if view.id not in counts else f"{most}+" if counts[view.id] > most else str(counts[view.id]),
            asked.view == view.id,
            view.is_shared,
            view.is_default,
        )
        for view in views
    ]


_ENDPOINTS = {"work": "referrals.work", "questions": "referrals.question_list", "referrals": "referrals.referral_list"}


def list_context(list_name: str, asked: Asked, choices: Choices, tabs: list[Tab]) -> dict[str, Any]:
    """What the form and the bar of views show, on every list."""
    return {
        "list_name": list_name,
        "endpoint": _ENDPOINTS[list_name],
        "asked": asked,
        "tabs": tabs,
        "current_view": next((tab for tab in tabs if tab.is_current), None),
        "choices": choices,
        "sorts": [(code, SORT_WORDS[code]) for code in SORTS[list_name]],
        "columns": [(code, COLUMN_WORDS[code]) for code in COLUMNS[list_name]],
        "markets": label_choices("market"),
        "services": label_choices("service"),
        "sectors": label_choices("sector"),
        "channels": label_choices("channel"),
        "recent": recently_done(),
        "summary": filter_words(asked),
        "query": urlencode(asked.query()),
    }


def _moment(choices: Choices, now: datetime) -> selecting.Moment:
    limits = limits_now(db.session())
    return selecting.Moment(now, choices.timezone, now - timedelta(days=limits.answer_days), limits.idle)


def _counts(list_name: str, actor: Actor, views: list[View], moment: selecting.Moment, asked: Asked) -> dict[str, int]:
    """How many each of the first views holds; those that search for words are not counted."""
    make = selecting.counted_questions if list_name == "questions" else selecting.counted_referrals
    listed = [(view.id, asked_of(list_name, view.query)) for view in views[:COUNTED_VIEWS]]
    listed = [(key, each) for key, each in listed if not each.get("q")]
    numbers = selecting.counted([make(actor, each, moment) for _key, each in listed])
    return {key: number for (key, _each), number in zip(listed, numbers, strict=True)}


def _pages(list_name: str, asked: Asked, next_cursor: str | None) -> dict[str, str | None]:
    kept: dict[str, Any] = asked.query()
    if asked.view:
        kept["view"] = asked.view
    here = url_for(_ENDPOINTS[list_name], **kept)
    return {
        "next_url": url_for(_ENDPOINTS[list_name], **kept, cursor=next_cursor) if next_cursor else None,
        "first_url": here if request.args.get("cursor") else None,
        "here": here,
    }


# --- questions ----------------------------------------------------------------------------------------------


@bp.get("/questions")
@permitted(P.SUPPORT_REQUEST_READ)
def question_list() -> str:
    actor, now = current_actor(), utcnow()
    choices = choices_for(db.session(), actor, "questions", now)
    asked, moment = asked_now("questions", choices.views), _moment(choices, now)
    statement, keys = selecting.questions(actor, asked, moment)
    page = keyset(db.session(), statement, keys, cursor=request.args.get("cursor"), size=PAGE_SIZE, scalars=False)
    calendars = terms.calendars_of(db.session(), (row.SupportRequest.office for row in page.items), now)
    reader = Reader(actor, asked, moment.limits, now)
    lines = [question_line(row, reader, calendars[row.SupportRequest.office_id]) for row in page.items]
    counts = _counts("questions", actor, choices.views, moment, asked)
    return render_template(
        "referrals/question_list.html",
        lines=lines,
        states=[(code, words) for code, (words, _tone) in REQUEST_BADGES.items()],
        **list_context("questions", asked, choices, tabs_of("questions", choices.views, asked, counts)),
        **_pages("questions", asked, page.next_cursor),
    )


# --- referrals ----------------------------------------------------------------------------------------------


@bp.get("/referrals")
@permitted(P.REFERRAL_READ)
def referral_list() -> str:
    actor, now = current_actor(), utcnow()
    choices = choices_for(db.session(), actor, "referrals", now)
    asked, moment = asked_now("referrals", choices.views), _moment(choices, now)
    statement, keys = selecting.referrals(actor, asked, moment)
    page = keyset(db.session(), statement, keys, cursor=request.args.get("cursor"), size=PAGE_SIZE, scalars=False)
    counts = _counts("referrals", actor, choices.views, moment, asked)
    return render_template(
        "referrals/referral_list.html",
        lines=_referral_lines(page.items, Reader(actor, asked, moment.limits, now)),
        is_out=asked.get("box") == "out",
        states=[(code, words) for code, (words, _tone) in REFERRAL_BADGES.items()],
        **list_context("referrals", asked, choices, tabs_of("referrals", choices.views, asked, counts)),
        **_pages("referrals", asked, page.next_cursor),
    )


def _referral_lines(rows: list[Any], reader: Reader) -> list[Any]:
    offices = {row.Referral.id: terms.acting_office(row.Referral) for row in rows}
    calendars = terms.calendars_of(db.session(), offices.values(), reader.now)
    is_out = reader.asked.get("box") == "out"
    return [
        referral_line(
            row,
            reader,
            calendars[offices[row.Referral.id].id],
            (row.Referral.sender_office if is_out else row.Referral.receiver_office).timezone,
        )
        for row in rows
    ]


def filter_words(asked: Asked) -> str:
    """How many filters are set, for the fold they stand in."""
    number = sum(1 for name in asked.values if name not in ("sort", "box", "others", "q"))
    return (
        _("Filter, order and columns (%(number)s chosen)", number=number) if number else _("Filter, order and columns")
    )
