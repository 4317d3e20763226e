"""What administrators do to organisations and offices that are not theirs: found, rename, retire, open and close.

A local edit wins over the register from then on; nothing is deleted (domain.md, Nouns). The desks themselves keep
profile and hours with `hubs.directory.operations`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, func, select

from hubs.accounts.actor import Actor
from hubs.accounts.models import Office, Organisation, OrganisationKind
from hubs.accounts.permissions import P
from hubs.core.errors import NotPermitted, Problem, RuleViolation, WrongState
from hubs.core.events import record
from hubs.core.perform import NO_LONGER
from hubs.core.stamps import ROUTING, bump
from hubs.core.types import new_id
from hubs.directory.models import Closure, HubMarket, HubProfile, PartnerProfile, PostCoverage, PostProfile
from hubs.directory.operations.rules import assign, calendar_changed, recorded
from hubs.extensions import db

FOUNDED = (OrganisationKind.POST, OrganisationKind.HUB, OrganisationKind.PARTNER)
OFFICE_FIELDS = ("city", "market", "timezone", "hours", "email", "phone", "weekly_capacity")
CALENDAR_FIELDS = frozenset({"timezone", "hours", "market"})
HOST, ELSEWHERE = "host", "side_here"
LAST_OF_ALL = timedelta(days=366)  # how long the closure of a planned end stands, should nobody write the end down
SERVES_ONE_ORGANISATION = "permanent_representation"


def _check_may(actor: Actor) -> None:
    if not actor.can(P.ORGANISATION_MANAGE):
        raise NotPermitted()


# --- organisations -----------------------------------------------------------------------------------------


def found_organisation(
    *,
    kind: str,
    code: str,
    name_nl: str,
    name_en: str,
    market: str | None,
    markets: Collection[str],
    subtype: str | None,
    office: Mapping[str, Any],
    actor: Actor,
    now: datetime,
) -> Organisation:
    """A post, hub or partner that no register knows, with its first office; no file retires it.

    `subtype` is the type of a post or partner. Raises NotPermitted, RuleViolation.
    """
    _check_may(actor)
    problems = list(_founding_problems(kind, code))
    if problems:
        raise RuleViolation(problems=problems)
    organisation = Organisation(id=new_id(), kind=kind, code=code, market=market, edited_at=now)
    organisation.set_names(name_nl, name_en)
    db.session.add(organisation)
    db.session.flush()
    _add_profile(organisation, subtype)
    _set_markets(organisation, markets, now)
    first = Office(id=new_id(), organisation_id=organisation.id, position=0, **office)
    db.session.add(first)
    _recorded_with(organisation, "organisation.founded", None, actor, now)
    return organisation


def _founding_problems(kind: str, code: str) -> Iterator[Problem]:
    if kind not in FOUNDED:
        yield Problem("unknown_kind", _l("Choose a post, a hub or a partner."), "kind")
    known = select(Organisation.id).where(Organisation.kind == kind, Organisation.code == code)
    if db.session.execute(known).first() is not None:
        yield Problem("code_taken", _l("There is one with this code already."), "code")


def _add_profile(organisation: Organisation, subtype: str | None) -> None:
    if organisation.kind == OrganisationKind.POST:
        is_open = subtype != SERVES_ONE_ORGANISATION
        db.session.add(
            PostProfile(id=organisation.id, post_type=subtype or "embassy", status="in_feed", is_open=is_open)
        )
    elif organisation.kind == OrganisationKind.HUB:
        db.session.add(HubProfile(id=organisation.id, seated_in_nl=organisation.market == "NL"))
    else:
        db.session.add(PartnerProfile(id=organisation.id, partner_type=subtype))
    db.session.flush()


def markets_of(organisation: Organisation) -> list[str]:
    """The markets an organisation serves or covers now, by code; a partner has none."""
    if organisation.kind == OrganisationKind.HUB:
        statement = select(HubMarket.market).where(HubMarket.hub_id == organisation.id)
    else:
        statement = select(PostCoverage.market).where(
            PostCoverage.post_id == organisation.id, PostCoverage.retired_on.is_(None)
        )
    return sorted(set(db.session.execute(statement).scalars()))


def edit_organisation(
    organisation: Organisation,
    *,
    name_nl: str,
    name_en: str,
    markets: Collection[str],
    actor: Actor,
    now: datetime,
) -> None:
    """Other names, other markets. Raises NotPermitted."""
    _check_may(actor)
    changed = [
        name for name, value in (("name_nl", name_nl), ("name_en", name_en)) if getattr(organisation, name) != value
    ]
    organisation.set_names(name_nl, name_en)
    if organisation.kind in (OrganisationKind.HUB, OrganisationKind.POST) and _set_markets(organisation, markets, now):
        changed.append("markets")
    if not changed:
        return
    organisation.edited_at = now
    recorded(organisation, "organisation.edited", changed, actor=actor, now=now)


def _set_markets(organisation: Organisation, markets: Collection[str], now: datetime) -> bool:
    """Serve these markets and no others; whether anything changed."""
    wanted, present = set(markets), set(markets_of(organisation))
    if wanted == present:
        return False
    if organisation.kind == OrganisationKind.HUB:
        gone = (HubMarket.hub_id == organisation.id, HubMarket.market.in_(sorted(present - wanted)))
        db.session.execute(delete(HubMarket).where(*gone))
        db.session.add_all(HubMarket(hub_id=organisation.id, market=code) for code in sorted(wanted - present))
        profile = db.session.get_one(HubProfile, organisation.id)
        profile.markets = sorted(wanted)
    else:
        _cover(organisation, wanted, present, now)
    db.session.flush()
    return True


def _cover(post: Organisation, wanted: set[str], present: set[str], now: datetime) -> None:
    """Cover that ends is retired, never deleted; cover that begins again is the same row."""
    rows = db.session.execute(select(PostCoverage).where(PostCoverage.post_id == post.id)).scalars().all()
    for row in rows:
        if row.market in present - wanted and row.retired_on is None:
            row.retired_on, row.edited_at = now.date(), now
    for market in sorted(wanted - present):
        earlier = next((row for row in rows if row.market == market), None)
        if earlier is not None:
            earlier.retired_on, earlier.edited_at, earlier.is_economic = None, now, True
            continue
        kind = HOST if market == post.market else ELSEWHERE
        db.session.add(PostCoverage(post_id=post.id, market=market, coverage_kind=kind, edited_at=now))


def retire_organisation(organisation: Organisation, *, reason: str, today: date, actor: Actor, now: datetime) -> None:
    """It gets no new questions and stands on no list; what runs there runs on. Raises NotPermitted, WrongState,
    RuleViolation.
    """
    _check_may(actor)
    if organisation.kind not in FOUNDED:
        raise RuleViolation("stays", _l("The ministry and the steering team cannot be retired."))
    if organisation.retired_on is not None:
        raise WrongState(NO_LONGER)
    organisation.retired_on, organisation.edited_at = today, now
    _recorded_with(organisation, "organisation.retired", reason, actor, now)


def reinstate_organisation(organisation: Organisation, *, actor: Actor, now: datetime) -> None:
    """It takes part again. Raises NotPermitted, WrongState."""
    _check_may(actor)
    if organisation.retired_on is None:
        raise WrongState(NO_LONGER)
    organisation.retired_on, organisation.edited_at = None, now
    recorded(organisation, "organisation.reinstated", (), actor=actor, now=now)


def follow_register(organisation: Organisation, *, actor: Actor, now: datetime) -> None:
    """The next reload puts back what the register says. Raises NotPermitted, WrongState."""
    _check_may(actor)
    if organisation.loaded_hash is None or organisation.edited_at is None:
        raise WrongState(_l("The loaded register does not know this organisation."))
    organisation.edited_at, organisation.loaded_hash = None, ""
    recorded(organisation, "organisation.follows_register", (), actor=actor, now=now)


def _recorded_with(organisation: Organisation, kind: str, reason: str | None, actor: Actor, now: datetime) -> None:
    db.session.flush()
    record(db.session, kind, organisation, actor=actor, now=now, personal={"reason": reason or ""})
    bump(db.session, ROUTING)


# --- offices -----------------------------------------------------------------------------------------------


def open_office(organisation: Organisation, values: Mapping[str, Any], *, actor: Actor, now: datetime) -> Office:
    """A further office of any organisation. Raises NotPermitted."""
    _check_may(actor)
    last = select(func.coalesce(func.max(Office.position), -1)).where(Office.organisation_id == organisation.id)
    position = db.session.execute(last).scalar_one() + 1
    office = Office(id=new_id(), organisation_id=organisation.id, position=position)
    assign(office, OFFICE_FIELDS, values)
    db.session.add(office)
    recorded(office, "office.add", (), actor=actor, now=now)
    return office


def change_office(office: Office, values: Mapping[str, Any], *, actor: Actor, now: datetime) -> bool:
    """Other hours, zone or address; whether clocks must be computed anew. Raises NotPermitted, WrongState."""
    _check_may(actor)
    if office.closed_on is not None:
        raise WrongState(_l("This office is closed."))
    changed = assign(office, OFFICE_FIELDS, values)
    if not changed:
        return False
    recorded(office, "office.edit", changed, actor=actor, now=now)
    moves = bool(CALENDAR_FIELDS & set(changed))
    if moves:
        calendar_changed(office, actor=actor, now=now)
    return moves


def shut_office(office: Office, *, on: date, today: date, actor: Actor, now: datetime) -> None:
    """Shut an office for good from a day on; a later day is a closure until then, which routing reads by itself.

    Raises NotPermitted, WrongState, RuleViolation (past, the last one open).
    """
    _check_may(actor)
    if office.closed_on is not None:
        raise WrongState(_l("This office is closed."))
    problems = list(_shutting_problems(office, on, today))
    if problems:
        raise RuleViolation(problems=problems)
    _drop_planned(office)
    office.closes_on = on
    if on <= today:
        office.closed_on = on
        recorded(office, "office.close", (), actor=actor, now=now)
        return
    last = on + LAST_OF_ALL
    db.session.add(Closure(id=new_id(), office_id=office.id, starts_on=on, ends_on=last, reason=_("Closes for good")))
    recorded(office, "office.closing_planned", (), actor=actor, now=now, on=on.isoformat())
    calendar_changed(office, actor=actor, now=now)


def _shutting_problems(office: Office, on: date, today: date) -> Iterator[Problem]:
    if on < today:
        yield Problem("past", _l("Choose today or a later day."), "closes_on")
    others = select(func.count()).where(
        Office.organisation_id == office.organisation_id,
        Office.id != office.id,
        Office.closed_on.is_(None),
        Office.closes_on.is_(None),
    )
    if not db.session.execute(others).scalar_one() and office.organisation.retired_on is None:
        message = _l("This is the only office that stays open. Add another one first, or retire the organisation.")
        yield Problem("last_office", message, "closes_on")


def keep_open(office: Office, *, actor: Actor, now: datetime) -> None:
    """Take a planned closing away, or open again what was closed. Raises NotPermitted, WrongState."""
    _check_may(actor)
    if office.closes_on is None and office.closed_on is None:
        raise WrongState(NO_LONGER)
    _drop_planned(office)
    office.closes_on = office.closed_on = None
    recorded(office, "office.reopened", (), actor=actor, now=now)
    calendar_changed(office, actor=actor, now=now)


def _drop_planned(office: Office) -> None:
    if office.closes_on is not None:
        planned = (Closure.office_id == office.id, Closure.starts_on == office.closes_on)
        db.session.execute(delete(Closure).where(*planned, Closure.ends_on == office.closes_on + LAST_OF_ALL))


def due_closings(today: date) -> list[str]:
    """Offices whose planned day has come and that nobody closed yet."""
    statement = select(Office.id).where(Office.closed_on.is_(None), Office.closes_on <= today)
    return list(db.session.execute(statement.order_by(Office.id)).scalars())


def close_planned(office_id: str, *, today: date, actor: Actor, now: datetime) -> bool:
    """Write down that a planned closing has come."""
    office = db.session.get(Office, office_id, with_for_update=True)
    if office is None or office.closed_on is not None or office.closes_on is None or office.closes_on > today:
        return False
    _drop_planned(office)
    office.closed_on = office.closes_on
    recorded(office, "office.close", (), actor=actor, now=now)
    return True
