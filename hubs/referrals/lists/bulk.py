"""Something done to many questions or referrals at once: which can and which cannot and why, doing it, undoing it.

Each item goes through the same door as by itself, with its own permission. What lies outside the actor's scope does
not exist here. Undoing puts back what was there, except where somebody changed it since.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload

from hubs.accounts.actor import Actor
from hubs.accounts.permissions import P
from hubs.core.errors import BadInput, DomainError, NotFound, NotPermitted, Problem, RuleViolation, WrongState
from hubs.core.events import record
from hubs.core.types import new_id
from hubs.extensions import db
from hubs.referrals.lists import handling
from hubs.referrals.lists.models import BulkAction, BulkItem, Snooze
from hubs.referrals.models import Referral, SupportRequest
from hubs.referrals.operations.assigning import assign_handler, check_handler
from hubs.referrals.queries import inbox_of, requests_visible_to

ACTIONS = ("assign", "claim", "release", "snooze", "unsnooze", "move")
AT_MOST = 100
UNDO_WITHIN = timedelta(days=7)
RESTORED, CHANGED_SINCE, NO_LONGER = "restored", "changed_since", "no_longer"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be done: the handler or office chosen, the moment and the reason."""

    action: str
    handler_id: str = ""
    office_id: str = ""
    until: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Weighed:
    """One chosen item and why it cannot be done to it, if so."""

    subject: Any
    problem: Any = None


@dataclass
class Done:
    """What came of it; plain values, good after the commit."""

    bulk_id: str | None = None
    changed: int = 0
    left: list[tuple[str, str]] = field(default_factory=list)  # (reference, why)


# --- what was chosen ----------------------------------------------------------------------------------------


def check_action(action: str) -> None:
    """Raises BadInput for what is no action."""
    if action not in ACTIONS:
        raise BadInput([Problem("unknown_action", _l("This action does not exist here."), "action")])


def chosen(actor: Actor, references: Iterable[str], *, lock: bool = False) -> list[Any]:
    """The questions of the desk and the referrals it received among these; questions are locked first."""
    wanted = list(dict.fromkeys(references))[:AT_MOST]
    if lock:
        _hold_questions(actor, wanted)
    found = [*_questions(actor, wanted, lock), *_referrals(actor, wanted, lock)]
    place = {reference: number for number, reference in enumerate(wanted)}
    return sorted(found, key=lambda subject: place[subject.reference])


def _hold_questions(actor: Actor, wanted: Sequence[str]) -> None:
    """One's own and those behind referrals received, all in one order: two desks may have each other's questions."""
    own = requests_visible_to(actor).where(SupportRequest.reference.in_(wanted))
    received = inbox_of(actor).where(Referral.reference.in_(wanted))
    ids = (
        own.with_only_columns(SupportRequest.id).order_by(None),
        received.with_only_columns(Referral.support_request_id).order_by(None),
    )
    held = select(SupportRequest.id).where(or_(*(SupportRequest.id.in_(each) for each in ids)))
    db.session.execute(held.order_by(SupportRequest.id).with_for_update(of=SupportRequest)).all()


def _questions(actor: Actor, wanted: Sequence[str], lock: bool) -> list[Any]:
    statement = requests_visible_to(actor).where(SupportRequest.reference.in_(wanted)).order_by(SupportRequest.id)
    options = (joinedload(SupportRequest.handler), joinedload(SupportRequest.office))
    return list(db.session.execute(_held(statement.options(*options), SupportRequest, lock)).scalars())


def _referrals(actor: Actor, wanted: Sequence[str], lock: bool) -> list[Any]:
    statement = inbox_of(actor).where(Referral.reference.in_(wanted)).order_by(Referral.id)
    options = (
        joinedload(Referral.handler),
        joinedload(Referral.sender),
        joinedload(Referral.receiver),
        joinedload(Referral.receiver_office),
        joinedload(Referral.support_request).joinedload(SupportRequest.consent),
    )
    return list(db.session.execute(_held(statement.options(*options), Referral, lock)).scalars())


def _held(statement: Select[Any], model: Any, lock: bool) -> Select[Any]:
    if not lock:
        return statement
    return statement.with_for_update(of=model).execution_options(populate_existing=True)


# --- which can and which cannot -----------------------------------------------------------------------------


def weigh(subjects: Iterable[Any], wish: Wish, *, actor: Actor, now: datetime) -> list[Weighed]:
    """For each item why it cannot be done, as far as that is known before; changes nothing."""
    return [Weighed(subject, _why_not(subject, wish, actor, now)) for subject in subjects]


def _why_not(subject: Any, wish: Wish, actor: Actor, now: datetime) -> Any:
    if not handling.may_handle(subject, actor):
        return _l("Your role may not do this here.")
    if handling.is_over(subject):
        return _l("This has ended.")
    return _WEIGHING[wish.action](subject, wish, actor, now)


def _assigning(subject: Any, wish: Wish, _actor: Actor, _now: datetime) -> Any:
    if wish.handler_id and subject.handler_id == wish.handler_id:
        return _l("Has this handler already.")
    return None


def _claiming(subject: Any, _wish: Wish, actor: Actor, _now: datetime) -> Any:
    if subject.handler_id == actor.id:
        return _l("You have this already.")
    if subject.handler_id is not None:
        return _l("%(name)s has this already.", name=subject.handler.name)
    return None


def _releasing(subject: Any, _wish: Wish, actor: Actor, now: datetime) -> Any:
    if subject.handler_id is None:
        return _l("Nobody has this.")
    return None if handling.has_it(subject, actor, now) else _l("%(name)s has this.", name=subject.handler.name)


def _snoozing(subject: Any, wish: Wish, _actor: Actor, now: datetime) -> Any:
    if subject.due_at is not None and subject.due_at <= now:
        return _l("Our term is over. It cannot wait.")
    if wish.until is None:
        return None
    found = handling.snooze_problems(subject, wish.until, "-", now)
    return found[0].message if found else None


def _waking(subject: Any, _wish: Wish, actor: Actor, now: datetime) -> Any:
    return None if handling.running_snooze(subject, actor, now) else _l("This is not put aside.")


def _moving(subject: Any, wish: Wish, actor: Actor, _now: datetime) -> Any:
    problems = handling.move_problems(subject, actor)
    if problems:
        return problems[0].message
    return _l("Lies there already.") if wish.office_id == handling.office_of(subject) else None


_WEIGHING: Mapping[str, Callable[[Any, Wish, Actor, datetime], Any]] = {
    "assign": _assigning,
    "claim": _claiming,
    "release": _releasing,
    "snooze": _snoozing,
    "unsnooze": _waking,
    "move": _moving,
}


def check_wish(wish: Wish, *, actor: Actor, now: datetime) -> None:
    """What is missing or wrong for all of them at once. Raises RuleViolation."""
    problems: list[Problem] = []
    if wish.action == "assign" and wish.handler_id != "none":
        problems += (
            check_handler(actor.organisation_id or "", wish.handler_id)
            if wish.handler_id
            else [Problem("handler_required", _l("Choose a handler."), "handler_id")]
        )
    if wish.action == "snooze":
        problems += handling.snooze_problems(None, wish.until, wish.reason, now)
    if wish.action == "move" and wish.office_id not in {office.id for office in handling.offices_for(actor)}:
        problems.append(Problem("office_unknown", _l("Choose one of your own offices."), "office_id"))
    if problems:
        raise RuleViolation(problems=problems)


# --- doing it -----------------------------------------------------------------------------------------------


def act_on_many(references: Iterable[str], wish: Wish, *, actor: Actor, now: datetime) -> Done:
    """Do it to every item that can; what could not is told with its reason. Raises BadInput, RuleViolation."""
    check_action(wish.action)
    if actor.organisation_id is None or actor.kind != "person" or actor.id is None:
        raise NotPermitted()
    check_wish(wish, actor=actor, now=now)
    done, changed = Done(), []
    for weighed in weigh(chosen(actor, references, lock=True), wish, actor=actor, now=now):
        reason = weighed.problem
        before = _value(weighed.subject, wish.action, actor, now)
        if reason is None:
            reason = _try(weighed.subject, wish, actor, now)
        if reason is None:
            changed.append((weighed.subject, before, _value(weighed.subject, wish.action, actor, now)))
        else:
            done.left.append((weighed.subject.reference, str(reason)))
    if changed:
        done.bulk_id, done.changed = _keep(changed, wish, actor, now), len(changed)
    return done


def _try(subject: Any, wish: Wish, actor: Actor, now: datetime) -> Any:
    """Do it to one; why not, when it refuses after all."""
    try:
        _DOORS[wish.action](subject, wish, actor, now)
    except (RuleViolation, WrongState, NotPermitted) as refusal:
        return _message(refusal)
    return None


def _message(refusal: DomainError) -> Any:
    return refusal.message or (refusal.problems[0].message if refusal.problems else refusal.code)


def _assign(subject: Any, wish: Wish, actor: Actor, now: datetime) -> None:
    assign_handler(subject, None if wish.handler_id == "none" else wish.handler_id, actor=actor, now=now)


_DOORS: Mapping[str, Callable[[Any, Wish, Actor, datetime], Any]] = {
    "assign": _assign,
    "claim": lambda subject, _wish, actor, now: handling.claim(subject, actor=actor, now=now),
    "release": lambda subject, _wish, actor, now: handling.release(subject, actor=actor, now=now),
    "snooze": lambda subject, wish, actor, now: handling.snooze(subject, wish.until, wish.reason, actor=actor, now=now),
    "unsnooze": lambda subject, _wish, actor, now: handling.unsnooze(subject, actor=actor, now=now),
    "move": lambda subject, wish, actor, now: handling.move(subject, wish.office_id, actor=actor, now=now),
}


def _value(subject: Any, action: str, actor: Actor, now: datetime) -> str | None:
    """What the action changes: the handler, the office, or the snooze in force."""
    if action == "move":
        return handling.office_of(subject)
    if action in ("snooze", "unsnooze"):
        running = handling.running_snooze(subject, actor, now)
        return running.id if running else None
    return subject.handler_id if subject.handler_id is None else str(subject.handler_id)


def _keep(changed: Sequence[tuple[Any, str | None, str | None]], wish: Wish, actor: Actor, now: datetime) -> str:
    row = BulkAction(
        id=new_id(),
        organisation_id=actor.organisation_id,
        person_id=actor.id,
        action=wish.action,
        target_id={"assign": wish.handler_id, "move": wish.office_id}.get(wish.action) or None,
        at=now,
    )
    if row.target_id == "none":
        row.target_id = None
    row.items = [
        BulkItem(
            subject_id=subject.id,
            subject_type=subject.__tablename__,
            reference=subject.reference,
            position=place,
            before=before,
            after=after,
        )
        for place, (subject, before, after) in enumerate(changed)
    ]
    db.session.add(row)
    db.session.flush()
    data = {"action": wish.action, "items": len(row.items)}
    record(db.session, "bulk_action.done", row, actor=actor, now=now, data=data, outbox=False)
    return row.id


# --- undoing it ---------------------------------------------------------------------------------------------


def bulk_actions_visible_to(actor: Actor) -> Select[Any]:
    """What colleagues did to many; who works for one office sees only what they did themselves."""
    own = select(BulkAction).where(BulkAction.organisation_id == actor.organisation_id)
    return own.where(BulkAction.person_id == actor.id) if actor.office_id else own


def may_undo(row: BulkAction, actor: Actor) -> bool:
    """Who did it, or who keeps the organisation's people."""
    return row.person_id == actor.id or actor.can(P.PEOPLE_MANAGE, row)


def get_visible_bulk_action(actor: Actor, bulk_id: str, *, lock: bool = False) -> BulkAction:
    """Raises NotFound."""
    statement = bulk_actions_visible_to(actor).where(BulkAction.id == bulk_id)
    found = db.session.execute(_held(statement, BulkAction, lock)).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


def can_be_undone(row: BulkAction, now: datetime) -> bool:
    return row.undone_at is None and now - row.at <= UNDO_WITHIN


def undo(row: BulkAction, *, actor: Actor, now: datetime) -> Done:
    """Put back what was there, item by item; what changed since stays and is told. Raises WrongState."""
    if not may_undo(row, actor):
        raise NotPermitted(message=_l("Only who did this, or who keeps your organisation's people, undoes it."))
    if row.undone_at is not None:
        raise WrongState(_l("This is undone already."))
    if not can_be_undone(row, now):
        raise WrongState(_l("This is too long ago to undo."))
    present = {subject.id: subject for subject in chosen(actor, [item.reference for item in row.items], lock=True)}
    done = Done(bulk_id=row.id)
    for item in row.items:
        item.undoing, reason = _put_back(present.get(item.subject_id), item, row.action, actor, now)
        if item.undoing == RESTORED:
            done.changed += 1
        else:
            done.left.append((item.reference, str(reason)))
    row.undone_at, row.undone_by_id = now, actor.id
    db.session.flush()
    data = {"restored": done.changed, "left": len(done.left)}
    record(db.session, "bulk_action.undone", row, actor=actor, now=now, data=data, outbox=False)
    return done


def _put_back(subject: Any, item: BulkItem, action: str, actor: Actor, now: datetime) -> tuple[str, Any]:
    if subject is None or not handling.may_handle(subject, actor):
        return NO_LONGER, _l("You cannot reach it any more.")
    if handling.is_over(subject) or _value(subject, action, actor, now) != item.after:
        return CHANGED_SINCE, _l("Changed since. It stays as it is now.")
    wish = _reverse(item, action)
    refusal = _try(subject, wish, actor, now) if wish is not None else None
    return (RESTORED, "") if refusal is None else (NO_LONGER, refusal)


def _reverse(item: BulkItem, action: str) -> Wish | None:
    """What puts one item back; None when nothing is left to do."""
    if action == "move":
        return Wish("move", office_id=item.before or "")
    if action not in ("snooze", "unsnooze"):
        return Wish("assign", handler_id=item.before or "none")
    before = db.session.get(Snooze, item.before) if item.before else None
    if before is not None:
        return Wish("snooze", until=before.until_at, reason=before.reason)
    return Wish("unsnooze") if action == "snooze" else None
