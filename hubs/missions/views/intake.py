"""Questions for many participants at once: shown first, then each in a transaction of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import render_template, request
from flask_babel import gettext as _

from hubs.accounts.access import current_actor, permitted
from hubs.accounts.actor import Actor
from hubs.accounts.permissions import P
from hubs.companies.queries import record_now
from hubs.core.clock import utcnow
from hubs.core.errors import BadInput, RuleViolation, WrongState
from hubs.core.templating import locale_code
from hubs.extensions import db, write_transaction
from hubs.missions.forms import IntakeForm
from hubs.missions.models import Mission, Participant
from hubs.missions.operations import ask_for, ready_problems
from hubs.missions.operations.participants import check_open
from hubs.missions.queries import get_own_mission, get_participant, participants_of
from hubs.missions.views import bp
from hubs.missions.views.missions import Answer
from hubs.missions.words import CONSENT_WORDS
from hubs.reference.labels import market_name

MOST_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one participant."""

    company: str
    reference: str | None
    problems: tuple[str, ...] = ()


@bp.route("/missions/<id:mission_id>/intake", methods=["GET", "POST"])
@permitted(P.MISSION_EDIT)
def intake(mission_id: str) -> Answer:
    actor = current_actor()
    mission = get_own_mission(actor, mission_id)
    form = IntakeForm()
    form.market.choices = [(code, market_name(code)) for code in mission.market_codes]
    if request.method == "GET":
        return _show(mission, form)
    check_open(mission, actor)
    chosen = form.participants.data or []
    if not form.validate() or not chosen or len(chosen) > MOST_AT_ONCE:
        if not chosen:
            form.participants.errors = [_("Choose at least one participant.")]
        elif len(chosen) > MOST_AT_ONCE:
            form.participants.errors = [_("Choose at most %(number)s.", number=MOST_AT_ONCE)]
        return _show(mission, form), 422
    market = form.market.data or next(iter(mission.market_codes), "")
    lines = [_make(mission_id, identifier, market, actor, utcnow()) for identifier in dict.fromkeys(chosen)]
    mission = get_own_mission(actor, mission_id)
    done = sum(line.reference is not None for line in lines)
    page = render_template(
        "missions/intake_done.html", mission=mission, name=mission.name(locale_code()), lines=lines, done=done
    )
    return page, 200 if done == len(lines) else 422


def _make(mission_id: str, participant_id: str, market: str, actor: Actor, now: datetime) -> Line:
    """One participant, in a transaction of its own; what is refused keeps to its own row. Sent again it is found."""
    write_transaction(once=False)
    mission = get_own_mission(actor, mission_id)
    participant = get_participant(mission, participant_id)
    record_now(mission.organisation_id, participant.company_id)  # a merge, too, holds the company first
    db.session.expire(participant)
    participant = get_participant(mission, participant_id, lock=True)
    company = participant.company_name
    try:
        reference = ask_for(participant, market, actor=actor, now=now).reference
    except (BadInput, RuleViolation, WrongState) as refusal:
        db.session.rollback()
        words: list[Any] = [problem.message for problem in refusal.problems] or [refusal.message]
        return Line(company, None, tuple(str(each) for each in words if each))
    db.session.commit()
    return Line(company, reference)


def _show(mission: Mission, form: IntakeForm) -> str:
    listed = db.session.execute(participants_of(mission)).scalars().all()
    waiting: list[Participant] = [each for each in listed if each.support_request_id is None]
    return render_template(
        "missions/intake.html",
        mission=mission,
        name=mission.name(locale_code()),
        form=form,
        ready=[each for each in waiting if not ready_problems(each)],
        unready=[(each, ready_problems(each)) for each in waiting if ready_problems(each)],
        made=len(listed) - len(waiting),
        consent_words=CONSENT_WORDS,
        chosen=form.participants.data if request.method == "POST" else None,
        most=MOST_AT_ONCE,
    )
