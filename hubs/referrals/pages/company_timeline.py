"""What an organisation may see of its dealings with a company, newest first, in one statement whatever there is.

A referral that came in is there after acceptance only, and no longer than the receiver may know who asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import Select, String, and_, cast, func, literal, null, or_, select, true, type_coerce, union_all

from hubs.accounts.actor import Actor
from hubs.companies.models import (
    ClientContact,
    CompanyMerge,
    CompanyRecord,
    Consent,
    ContactPerson,
    EmailChange,
    RegisterCheck,
)
from hubs.companies.words import CHECK_WORDS, SOURCES
from hubs.core.pagination import Page, keyset
from hubs.core.types import UtcDateTime
from hubs.extensions import db
from hubs.reference.labels import label, market_name, service_name
from hubs.referrals.feedback.models import Feedback, FollowUp
from hubs.referrals.feedback.words import ANSWER_WORDS, BUSINESS_WORDS
from hubs.referrals.lifecycle import ReferralState, RequestState
from hubs.referrals.models import Referral, SupportRequest
from hubs.referrals.queries import requests_visible_to
from hubs.referrals.state_words import REFERRAL_STATES
from hubs.referrals.tracking.naming import Names

SIZE = 25
_STILL_SHOWN = (ReferralState.ACCEPTED, ReferralState.CONTACT_MADE, ReferralState.PAUSED, ReferralState.CLOSED)
_NOTHING = cast(null(), String)


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened: what, about which question or referral, and what came of it."""

    kind: str
    at: datetime
    title: str
    note: str = ""
    reference: str = ""
    href: str = ""


def timeline_of(
    actor: Actor, kept: CompanyRecord, cursor: str | None = None, size: int = SIZE
) -> tuple[list[Line], Page]:
    """A page of what happened with a company, as lines, and the page itself with its cursor."""
    listed = union_all(*_entries(actor, kept)).subquery()
    order = [(listed.c.at, "desc"), (listed.c.kind, "asc"), (listed.c.item, "desc")]
    page = keyset(db.session(), select(listed), order, cursor=cursor, size=size, scalars=False)
    names = Names(row.code for row in page.items if row.kind in _NAMED)
    return [_line(row, names) for row in page.items], page


def _entry(
    kind: str, at: Any, item: Any, code: Any = _NOTHING, detail: Any = _NOTHING, market: Any = _NOTHING
) -> Select[Any]:
    columns = {"item": item, "code": code, "detail": detail, "market": market}
    listed: list[Any] = [type_coerce(at, UtcDateTime()).label("at"), literal(kind, String).label("kind")]
    listed += [cast(column, String).label(name) for name, column in columns.items()]
    return select(*listed)


def _entries(actor: Actor, kept: CompanyRecord) -> Iterator[Select[Any]]:
    yield from _questions(actor, kept)
    yield from _referrals_out(actor, kept)
    yield from _referrals_in(actor, kept)
    yield from _afterwards(actor, kept)
    yield from _own(kept)


def _mine(model: Any, kept: CompanyRecord) -> Any:
    return and_(model.organisation_id == kept.organisation_id, model.company_id == kept.company_id)


def _own_questions(actor: Actor, kept: CompanyRecord) -> Any:
    """The very condition of `requests_visible_to`, on the company's few rows: no list of all questions is made."""
    visible = requests_visible_to(actor).whereclause
    return and_(SupportRequest.company_id == kept.company_id, true() if visible is None else visible)


def _questions(actor: Actor, kept: CompanyRecord) -> Iterator[Select[Any]]:
    Q, mine = SupportRequest, _own_questions(actor, kept)
    asked_at = func.coalesce(Q.received_at, Q.created_at, type_=UtcDateTime())
    yield _entry("asked", asked_at, Q.reference, Q.state, Q.channel, Q.market).where(mine)
    ended = (mine, Q.closed_at.is_not(None))
    outcome = func.coalesce(Q.outcome, Q.state)
    yield _entry("ended", Q.closed_at, Q.reference, outcome, market=Q.market).where(*ended)


def _referrals_out(actor: Actor, kept: CompanyRecord) -> Iterator[Select[Any]]:
    mine = (_own_questions(actor, kept), Referral.from_id == kept.organisation_id)
    joined = Referral.support_request_id == SupportRequest.id
    yield _entry("sent", Referral.sent_at, Referral.reference, Referral.to_id).where(joined, *mine)
    accepted = (joined, *mine, Referral.accepted_at.is_not(None))
    yield _entry("accepted", Referral.accepted_at, Referral.reference, Referral.to_id).where(*accepted)
    came_of_it = func.coalesce(Referral.outcome, Referral.state)
    over = (joined, *mine, Referral.ended_at.is_not(None))
    yield _entry("over", Referral.ended_at, Referral.reference, Referral.to_id, came_of_it).where(*over)


def _referrals_in(actor: Actor, kept: CompanyRecord) -> Iterator[Select[Any]]:
    """Those this organisation accepted: its own dealings say which company of its own it was."""
    shown: tuple[Any, ...] = (
        ClientContact.subject_id == Referral.id,
        ClientContact.subject_type == Referral.__tablename__,
        _mine(ClientContact, kept),
        _still_shown(kept.organisation_id),
    )
    if actor.office_id:
        shown = (*shown, Referral.to_office_id == actor.office_id)
    yield _entry("taken_on", Referral.accepted_at, Referral.reference, Referral.from_id).where(*shown).distinct()
    done = (*shown, Referral.state == ReferralState.CLOSED)
    yield (
        _entry("done", Referral.ended_at, Referral.reference, Referral.from_id, Referral.outcome)
        .where(*done)
        .distinct()
    )


def _still_shown(organisation_id: str) -> Any:
    """Accepted here, and the consent under which it came was not withdrawn."""
    lost = (
        select(Consent.id)
        .where(Consent.id == SupportRequest.consent_id, Consent.withdrawn_at.is_not(None))
        .correlate(SupportRequest)
    )
    question = (
        select(SupportRequest.id)
        .where(
            SupportRequest.id == Referral.support_request_id,
            SupportRequest.state != RequestState.WITHDRAWN,
            ~lost.exists(),
        )
        .correlate(Referral)
    )
    return and_(
        Referral.to_id == organisation_id,
        Referral.accepted_at.is_not(None),
        Referral.state.in_(_STILL_SHOWN),
        question.exists(),
    )


def _afterwards(actor: Actor, kept: CompanyRecord) -> Iterator[Select[Any]]:
    mine = _own_questions(actor, kept)
    joined = (Feedback.support_request_id == SupportRequest.id, mine)
    yield _entry("feedback", Feedback.answered_at, Feedback.id, Feedback.answer, SupportRequest.reference).where(
        *joined
    )
    later = (FollowUp.support_request_id == SupportRequest.id, FollowUp.answered_at.is_not(None), mine)
    yield _entry(
        "followed_up", FollowUp.answered_at, SupportRequest.reference, FollowUp.business, FollowUp.months
    ).where(*later)


def _own(kept: CompanyRecord) -> Iterator[Select[Any]]:
    """What this organisation wrote down and did by itself."""
    C, M, R, E = ClientContact, CompanyMerge, RegisterCheck, EmailChange
    by_hand = (_mine(C, kept), C.subject_type.is_(None))
    yield _entry("dealing", C.at, C.id, C.result, C.channel, func.coalesce(C.market, C.service)).where(*by_hand)
    yield _entry(
        "consent", Consent.given_at, Consent.id, Consent.recipients_kind, Consent.channel, Consent.market
    ).where(_mine(Consent, kept))
    gone = (_mine(Consent, kept), Consent.withdrawn_at.is_not(None))
    yield _entry("consent_withdrawn", Consent.withdrawn_at, Consent.id).where(*gone)
    ours = M.organisation_id == kept.organisation_id
    yield _entry("merged", M.merged_at, M.id, M.gone_id).where(ours, M.kept_id == kept.company_id)
    either = or_(M.kept_id == kept.company_id, M.gone_id == kept.company_id)
    yield _entry("parted", M.undone_at, M.id).where(ours, M.undone_at.is_not(None), either)
    yield _entry("checked", R.at, R.id, R.outcome, R.source).where(_mine(R, kept))
    people = select(ContactPerson.id).where(_mine(ContactPerson, kept))
    changed = (E.contact_person_id.in_(people), E.confirmed_at.is_not(None))
    yield _entry("address", E.confirmed_at, E.id, E.confirmed_by_kind).where(*changed)
    yield _entry("recorded", CompanyRecord.created_at, CompanyRecord.company_id).where(_mine(CompanyRecord, kept))


# --- words ------------------------------------------------------------------------------------------------

_NAMED = frozenset({"sent", "accepted", "over", "taken_on", "done"})


def _line(row: Any, names: Names) -> Line:
    title, note = _WORDS[row.kind](row, names)
    reference = row.detail if row.kind == "feedback" else row.item if row.kind in _REFERS else ""
    return Line(row.kind, row.at, title, note, reference or "", _href(row.kind, row.item, reference))


_REFERS = frozenset({"asked", "ended", "sent", "accepted", "over", "taken_on", "done", "followed_up"})


def _href(kind: str, item: str, reference: str | None) -> str:
    if kind in _NAMED:
        return url_for("referrals.referral_show", reference=item)
    if kind == "merged":
        return url_for("referrals.merge_undo", merge_id=item)
    return url_for("referrals.question_show", reference=reference) if reference else ""


def _over(row: Any, names: Names) -> tuple[str, str]:
    state = REFERRAL_STATES.get(row.detail)
    words = str(state) if state else label("referral_outcome", row.detail) or ""
    return _("Ended at %(name)s", name=names.within(row.code)), words


def _ended(row: Any, _names: Names) -> tuple[str, str]:
    if row.code == RequestState.WITHDRAWN:
        return _("Question withdrawn"), ""
    return _("Question closed"), label("request_outcome", row.code) or ""


def _dealing(row: Any, _names: Names) -> tuple[str, str]:
    about = (market_name(row.market) or service_name(row.market)) if row.market else ""
    came_of_it = label("referral_outcome", row.code) or label("request_outcome", row.code) if row.code else ""
    return label("channel", row.detail) or _("Client contact"), " · ".join(part for part in (about, came_of_it) if part)


def _consent(row: Any, _names: Names) -> tuple[str, str]:
    whom = _("for named organisations")
    if row.code == "market":
        whom = _("for accredited hubs: %(market)s", market=market_name(row.market) or "")
    return _("Consent by %(channel)s", channel=(label("channel", row.detail) or "").lower()), whom


def _followed_up(row: Any, _names: Names) -> tuple[str, str]:
    months = int(row.detail or 0)
    title = ngettext("%(num)s month later", "%(num)s months later", months)
    return title, str(BUSINESS_WORDS.get(row.code, ""))


_Words = Callable[[Any, Names], tuple[str, str]]
_WORDS: dict[str, _Words] = {
    "asked": lambda row, _n: (_("Question asked"), " · ".join(
        part for part in (market_name(row.market) if row.market else "", label("channel", row.detail) or "") if part
    )),
    "ended": _ended,
    "sent": lambda row, names: (_("Sent to %(name)s", name=names.within(row.code)), ""),
    "accepted": lambda row, names: (_("Accepted by %(name)s", name=names.within(row.code)), ""),
    "over": _over,
    "taken_on": lambda row, names: (_("Accepted from %(name)s", name=names.within(row.code)), ""),
    "done": lambda row, names: (
        _("Done, referred by %(name)s", name=names.within(row.code)), label("referral_outcome", row.detail) or ""
    ),
    "feedback": lambda row, _n: (_("The entrepreneur says"), str(ANSWER_WORDS.get(row.code, ""))),
    "followed_up": _followed_up,
    "dealing": _dealing,
    "consent": _consent,
    "consent_withdrawn": lambda _row, _n: (_("Consent withdrawn"), ""),
    "merged": lambda _row, _n: (_("Merged with another company"), _("This can be undone.")),
    "parted": lambda _row, _n: (_("Merge undone"), ""),
    "checked": lambda row, _n: (str(SOURCES.get(row.detail, row.detail)), str(CHECK_WORDS.get(row.code, ""))),
    "address": lambda row, _n: (
        _("Mail address changed"),
        _("confirmed by the link") if row.code == "entrepreneur" else _("by your desk"),
    ),
    "recorded": lambda _row, _n: (_("Written down"), ""),
}  # fmt: skip
