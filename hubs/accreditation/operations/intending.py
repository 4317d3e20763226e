"""The intention to suspend or withdraw an accreditation, and hearing the hub about it first (Awb 4:8, 4:9, 4:11)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l

from hubs.accounts.actor import Actor
from hubs.accounts.permissions import P
from hubs.accreditation.deciding_rules import HEARD_BEFORE
from hubs.accreditation.models import Accreditation, Hearing
from hubs.accreditation.operations.attempts import check_no_interest, person_of
from hubs.accreditation.operations.deciding import ON_ACCREDITATIONS
from hubs.accreditation.operations.objecting import hearing_problems, put_hearing
from hubs.accreditation.operations.sending import send_letter
from hubs.accreditation.statutory import amsterdam_day
from hubs.core.errors import NotPermitted, Problem, RuleViolation, WrongState
from hubs.core.events import record
from hubs.core.types import new_id
from hubs.extensions import db

ARTICLE = "4:8"


def announce_intention(
    accreditation: Accreditation,
    *,
    intended_kind: str,
    subject: str,
    answer_by: date | None,
    actor: Actor,
    now: datetime,
) -> Hearing:
    """Tell a hub what the ministry means to do and why, and until when it can give its view; it gets a letter.

    Raises NotPermitted, Conflicted, WrongState, RuleViolation.
    """
    _check(accreditation, "announce_intention", actor)
    problems = []
    if intended_kind not in HEARD_BEFORE:
        problems.append(Problem("kind_not_here", _l("Choose one of these."), "intended_kind"))
    elif accreditation.state not in ON_ACCREDITATIONS[intended_kind]:
        raise WrongState(_l("This is no longer possible: the situation has changed. Look at it again."))
    if not subject.strip():
        problems.append(Problem("subject_required", _l("Say why. The hub reads this in the letter."), "subject"))
    if answer_by is None or answer_by <= amsterdam_day(now):
        problems.append(Problem("answer_by_past", _l("Choose a day after today."), "answer_by"))
    if problems:
        raise RuleViolation(problems=problems)
    hearing = Hearing(
        id=new_id(),
        article=ARTICLE,
        accreditation_id=accreditation.id,
        subject=subject.strip(),
        intended_kind=intended_kind,
        invited_at=now,
        answer_by=answer_by,
    )
    db.session.add(hearing)
    db.session.flush()
    data = {"hearing": hearing.id, "intended": intended_kind, "answer_by": str(answer_by)}
    record(db.session, "accreditation.announce_intention", accreditation, actor=actor, now=now, data=data)
    send_letter("intention", accreditation=accreditation, actor=actor, now=now, extra={"hearing": hearing})
    return hearing


def record_view(
    hearing: Hearing, accreditation: Accreditation, *, values: Mapping[str, Any], actor: Actor, now: datetime
) -> Hearing:
    """Write down what the hub said about an intention, or why it was not heard; once.

    `values`: form, held_on, report, waiver_reason. Raises NotPermitted, Conflicted, WrongState, RuleViolation.
    """
    _check(accreditation, "record_hearing", actor)
    if hearing.recorded_at is not None:
        raise WrongState(_l("This hearing is recorded already. Announce the intention again when something is new."))
    return _recorded(hearing, accreditation, values, actor=actor, now=now)


def waive_view(
    accreditation: Accreditation,
    *,
    intended_kind: str,
    values: Mapping[str, Any],
    actor: Actor,
    now: datetime,
) -> Hearing:
    """Record why a hub is not heard at all, in an urgent case (Awb 4:11). Raises as `record_view`."""
    _check(accreditation, "waive_hearing", actor)
    if intended_kind not in HEARD_BEFORE:
        raise RuleViolation("kind_not_here", _l("Choose one of these."), "intended_kind")
    hearing = Hearing(id=new_id(), article=ARTICLE, accreditation_id=accreditation.id, intended_kind=intended_kind)
    return _recorded(hearing, accreditation, {**values, "form": "waived"}, actor=actor, now=now)


def _recorded(
    hearing: Hearing, accreditation: Accreditation, values: Mapping[str, Any], *, actor: Actor, now: datetime
) -> Hearing:
    problems = list(hearing_problems(values, amsterdam_day(now)))
    if problems:
        raise RuleViolation(problems=problems)
    put_hearing(hearing, values, actor=actor, now=now)
    data = {"hearing": hearing.id, "form": hearing.form, "waiver": hearing.waiver_reason, "article": ARTICLE}
    record(db.session, "accreditation.record_hearing", accreditation, actor=actor, now=now, data=data)
    return hearing


def _check(accreditation: Accreditation, action: str, actor: Actor) -> None:
    if not actor.can(P.DECISION_DRAFT):
        raise NotPermitted(message=_l("Your role may not do this here."))
    person_of(actor, accreditation, action)
    check_no_interest(accreditation, action, accreditation.hub_id, actor)
