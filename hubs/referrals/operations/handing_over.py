"""Handing open work over, and closing an account with it in one transaction: nothing stays with somebody who left.

The questions and referrals themselves are registered here; other areas register theirs (`hubs.accounts.open_work`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import exists, select

from hubs.accounts.actor import THE_SERVICE, Actor
from hubs.accounts.models import Membership, Organisation, Person
from hubs.accounts.open_work import KINDS as WORK_KINDS
from hubs.accounts.open_work import (
    OpenItem,
    WorkKind,
    colleagues_in,
    give,
    hold,
    may_hold,
    open_work_of,
    receivers_of,
    register,
)
from hubs.accounts.operations import people
from hubs.accounts.permissions import P
from hubs.accounts.queries import in_force, lock_memberships, open_memberships_of
from hubs.core.clock import local_day
from hubs.core.errors import NotPermitted, Problem, RuleViolation
from hubs.core.events import record
from hubs.core.perform import Actor as AnyActor
from hubs.extensions import db
from hubs.referrals.lifecycle import LIVE, ReferralState
from hubs.referrals.lifecycle import RequestState as R
from hubs.referrals.models import Referral, SupportRequest
from hubs.referrals.operations.assigning import put_handler
from hubs.referrals.state_words import REFERRAL_STATES, REQUEST_STATES

DESK = "desk"  # in a plan: with nobody by name
_OVER = (R.CLOSED, R.WITHDRAWN)


# --- questions and referrals as open work ------------------------------------------------------------------


def _questions(person_id: str, organisation_id: str | None) -> Iterator[OpenItem]:
    statement = select(SupportRequest).where(SupportRequest.handler_id == person_id, SupportRequest.state.not_in(_OVER))
    if organisation_id is not None:
        statement = statement.where(SupportRequest.owner_id == organisation_id)
    for asked in db.session.execute(statement.order_by(SupportRequest.id)).scalars():
        yield OpenItem(
            kind="question",
            id=asked.id,
            reference=asked.reference,
            organisation_id=asked.owner_id,
            right=P.SUPPORT_REQUEST_HANDLE,
            read=P.SUPPORT_REQUEST_READ,
            state=REQUEST_STATES[R(asked.state)],
            title=asked.title,
            office_id=asked.office_id,
            path=f"/questions/{asked.reference}",
        )


def _referrals(person_id: str, organisation_id: str | None) -> Iterator[OpenItem]:
    statement = (
        select(Referral, SupportRequest)
        .join(Referral.support_request)
        .where(Referral.handler_id == person_id, Referral.state.in_(sorted(LIVE)))
    )
    if organisation_id is not None:
        statement = statement.where(Referral.to_id == organisation_id)
    for referral, asked in db.session.execute(statement.order_by(Referral.id)):
        yield OpenItem(
            kind="referral",
            id=referral.id,
            reference=referral.reference,
            organisation_id=referral.to_id,
            right=P.REFERRAL_RECEIVE,
            read=P.REFERRAL_READ,
            state=REFERRAL_STATES[ReferralState(referral.state)],
            title=asked.title,
            office_id=referral.to_office_id,
            path=f"/referrals/{referral.reference}",
        )


def _give(model: Any) -> Any:
    def change(identifier: str, person_id: str | None, *, actor: AnyActor, now: datetime) -> None:
        statement = select(model).where(model.id == identifier).with_for_update(of=model)
        subject = db.session.execute(statement.execution_options(populate_existing=True)).scalar_one()
        put_handler(subject, person_id, actor=actor, now=now)

    return change


def _stray(model: Any, organisation: Any, is_open: Any) -> Any:
    def find(day: date) -> Iterator[tuple[str, str]]:
        works_there = exists().where(
            Membership.person_id == model.handler_id,
            Membership.organisation_id == organisation,
            in_force(day),
            Person.id == Membership.person_id,
            Person.is_active,
        )
        statement = select(model.handler_id, organisation).where(model.handler_id.is_not(None), is_open, ~works_there)
        yield from ((row[0], row[1]) for row in db.session.execute(statement.distinct()))

    return find


register(
    WorkKind(
        "question",
        _l("Questions"),
        _questions,
        _give(SupportRequest),
        _stray(SupportRequest, SupportRequest.owner_id, SupportRequest.state.not_in(_OVER)),
        (SupportRequest, lambda ids: ids),
    )
)
register(
    WorkKind(
        "referral",
        _l("Referrals received"),
        _referrals,
        _give(Referral),
        _stray(Referral, Referral.to_id, Referral.state.in_(sorted(LIVE))),
        (SupportRequest, lambda ids: select(Referral.support_request_id).where(Referral.id.in_(ids))),
    )
)


# --- what would be left behind -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Afterwards:
    """The roles somebody keeps: none of this membership's (`role` None), or that role at that office."""

    role: str | None = None
    office_id: str | None = None


@dataclass(frozen=True)
class Summary:
    """What became of handed-over work: how many pieces each person got, and how many the desk."""

    to_people: Mapping[str, int] = field(default_factory=dict)
    to_desk: int = 0

    @property
    def total(self) -> int:
        return self.to_desk + sum(self.to_people.values())


def left_behind(membership: Membership, after: Afterwards) -> list[OpenItem]:
    """The open work that this person could no longer do in this organisation."""
    items = open_work_of(membership.person_id, membership.organisation_id)
    if not items:
        return []
    rest = [m for m in open_memberships_of(membership.person_id, membership.organisation_id) if not m.invited_as]
    kept: list[Any] = [m for m in rest if m.id != membership.id]
    if after.role is not None:
        # one works at one office or at all of them, whatever one's roles
        kept = [after, *(Afterwards(m.role, after.office_id) for m in kept)]
    kind = membership.organisation.kind
    return [item for item in items if not may_hold(item, kind, kept)]


def choices_for(
    items: list[OpenItem], organisation: Organisation, person_id: str, on: date
) -> dict[str, dict[str, str]]:
    """Key of each item -> who could take it (id -> name)."""
    colleagues = colleagues_in(organisation, on, but=person_id)
    return {item.key: receivers_of(item, organisation.kind, colleagues) for item in items}


# --- operations --------------------------------------------------------------------------------------------


def close_membership(membership: Membership, plan: Mapping[str, str], *, actor: Actor, now: datetime) -> Summary:
    """Hand over what is open by `plan` (item key -> person id or `DESK`), then end the membership; both or neither.

    Raises NotPermitted, RuleViolation: last leader, something without a receiver, a receiver without the right.
    """
    _hold_work_and_roles(membership)
    done = hand_over(membership, left_behind(membership, Afterwards()), plan, actor=actor, now=now)
    people.end_membership(membership, actor=actor, now=now)
    return done


def change_role(
    membership: Membership,
    plan: Mapping[str, str],
    *,
    role: str,
    office_id: str | None,
    actor: Actor,
    now: datetime,
) -> Summary:
    """Give somebody another role or office, and hand over first what that role may not do. Raises as closing does."""
    _hold_work_and_roles(membership)
    items = left_behind(membership, Afterwards(role, office_id))
    done = hand_over(membership, items, plan, actor=actor, now=now)
    people.change_membership(membership, role=role, office_id=office_id, actor=actor, now=now)
    return done


def _hold_work_and_roles(membership: Membership) -> None:
    """The work first: whoever gives a question to somebody holds it before that person's roles."""
    hold(open_work_of(membership.person_id, membership.organisation_id))
    lock_memberships(membership.person_id, membership.organisation_id)


def hand_over_some(membership: Membership, plan: Mapping[str, str], *, actor: Actor, now: datetime) -> Summary:
    """Hand over what the plan names and nothing else: before a last day, or a long absence. Raises RuleViolation."""
    items = open_work_of(membership.person_id, membership.organisation_id)
    return hand_over(membership, [item for item in items if plan.get(item.key)], plan, actor=actor, now=now)


def hand_over(
    membership: Membership, items: list[OpenItem], plan: Mapping[str, str], *, actor: Actor, now: datetime
) -> Summary:
    """Give each item to whom the plan says. Raises NotPermitted, RuleViolation with every item that cannot go so."""
    organisation, person_id = membership.organisation, membership.person_id
    if not actor.can(P.PEOPLE_MANAGE, organisation):
        raise NotPermitted()
    choices = choices_for(items, organisation, person_id, local_day(now)) if items else {}
    problems = [problem for item in items for problem in _refusals(item, plan.get(item.key), choices[item.key])]
    if problems:
        raise RuleViolation(problems=problems)
    hold(items)
    for receiver in sorted({plan[item.key] for item in items} - {DESK}):
        lock_memberships(receiver, organisation.id)
    given: dict[str, list[OpenItem]] = {}
    for item in items:
        receiver = plan[item.key]
        give(item, None if receiver == DESK else receiver, actor=actor, now=now)
        given.setdefault(receiver, []).append(item)
    for receiver, listed in sorted(given.items()):
        _note(membership, receiver, listed, actor=actor, now=now)
    db.session.flush()
    counted = Counter({receiver: len(listed) for receiver, listed in given.items()})
    to_desk = counted.pop(DESK, 0)
    return Summary(dict(counted), to_desk)


def field_of(key: str) -> str:
    """The name of an item's field in a form."""
    return "to_" + key.replace(".", "_")


def _refusals(item: OpenItem, receiver: str | None, choices: Mapping[str, str]) -> Iterator[Problem]:
    if not receiver:
        message = _l("Choose who takes %(reference)s.", reference=item.reference)
        yield Problem("no_receiver", message, field_of(item.key))
    elif receiver != DESK and receiver not in choices:
        message = _l(
            "This colleague may not take %(reference)s. Choose somebody else, or the desk.", reference=item.reference
        )
        yield Problem("receiver_refused", message, field_of(item.key))


def _note(membership: Membership, receiver: str, items: list[OpenItem], *, actor: Any, now: datetime) -> None:
    """One event for each receiver, so that they get one mail however much it is."""
    person = db.session.get(Person, receiver) if receiver != DESK else None
    data = {
        "organisation_id": membership.organisation_id,
        "from": membership.person_id,
        "to": person.id if person else None,
        "items": [{"kind": item.kind, "id": item.id} for item in items],
    }
    related = person if person is not None else None
    record(db.session, "work.handed_over", membership, actor=actor, now=now, data=data, related=related)


def close_person(person: Person, *, actor: Actor, now: datetime) -> int:
    """Shut somebody out everywhere at once; what was open with them is back on its desks. How many pieces.

    Raises NotPermitted, RuleViolation for oneself.
    """
    people.block_person(person, actor=actor, now=now)
    return let_go(person.id, None, actor=actor, now=now)


def let_go(person_id: str, organisation_id: str | None, *, actor: Any, now: datetime) -> int:
    """Put everything open with this person back on its desk (in one organisation, or everywhere); how many pieces."""
    items = open_work_of(person_id, organisation_id)
    hold(items)
    for item in items:
        give(item, None, actor=actor, now=now)
    db.session.flush()
    return len(items)


# --- by the clock ------------------------------------------------------------------------------------------


def due_leavers(now: datetime) -> list[str]:
    """Memberships whose planned last day is over and that nobody ended yet."""
    statement = select(Membership.id).where(
        Membership.ended_at.is_(None), Membership.ends_on.is_not(None), Membership.ends_on < local_day(now)
    )
    return list(db.session.execute(statement.order_by(Membership.id)).scalars())


def end_planned(membership_id: str, *, now: datetime) -> bool:
    """Write down that a planned last day is over, and put what is still open on the desk."""
    membership = db.session.get(Membership, membership_id)
    if membership is None:
        return False
    hold(open_work_of(membership.person_id, membership.organisation_id))
    db.session.refresh(membership, with_for_update={"of": Membership, "key_share": True})
    if membership.ended_at is not None or membership.ends_on is None:
        return False
    if membership.ends_on >= local_day(now):
        return False
    items = left_behind(membership, Afterwards())
    for item in items:
        give(item, None, actor=THE_SERVICE, now=now)
    if items:
        _note(membership, DESK, items, actor=THE_SERVICE, now=now)
    people.note_end(membership, actor=THE_SERVICE, now=now)
    return True


def due_strays(now: datetime) -> list[tuple[str, str]]:
    """(person, organisation) of open work in the name of somebody who no longer works there."""
    return sorted({pair for kind in WORK_KINDS.values() for pair in kind.stray(local_day(now))})


def collect_strays(person_id: str, organisation_id: str, *, now: datetime) -> bool:
    """Work that somehow lies with somebody who left, a question opened again say, goes back to its desk."""
    return let_go(person_id, organisation_id, actor=THE_SERVICE, now=now) > 0
