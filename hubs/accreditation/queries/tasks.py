"""What waits for this person in accreditation and of profiles, whoever they are: one statement, shortest term first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Date, String, cast, exists, func, literal, null, or_, select, type_coerce, union_all
from sqlalchemy.orm import aliased

from hubs.accounts.actor import Actor
from hubs.accounts.models import Organisation, OrganisationKind
from hubs.accounts.permissions import P
from hubs.accreditation.lifecycle import ConditionState, DecisionState, ObjectionState, ProposalState
from hubs.accreditation.models import (
    Accreditation,
    CalibrationItem,
    Concern,
    Condition,
    Decision,
    Interest,
    Objection,
    Obligation,
    PostAdvice,
    Proposal,
    ProposalAssessor,
    TermSuspension,
)
from hubs.core.clock import start_of
from hubs.core.events import Event
from hubs.directory.freshness import ASK_BEFORE, STALE_AFTER
from hubs.directory.lifecycle import ChangeState
from hubs.directory.models import DETAILS, HubProfile, ProfileChange
from hubs.directory.queries.changes import MADE, TAKEN_UP
from hubs.extensions import db
from hubs.referrals.lists.other_work import other_parts

AHEAD = timedelta(days=60)  # duties further away are no work yet
AT_MOST = 101  # one more than a page shows, which says that there are more
S = ProposalState


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do: what (a code), about which object, of which chamber, in which market, by when."""

    kind: str
    key: str  # reference or id of the object
    name_nl: str
    name_en: str
    market: str | None
    due_on: date | None
    detail: str | None = None

    def name(self, locale: str) -> str:
        return self.name_nl if locale.startswith("nl") else self.name_en


def tasks_of(actor: Actor, today: date) -> list[Task]:
    """What this actor can do now; empty, without asking the database, for who has no part in accreditation."""
    parts = [*_parts_for(actor, today), *_of_profiles(actor, today), *other_parts(actor, today)]
    if not parts:
        return []
    listed = union_all(*parts).subquery()
    statement = select(listed).order_by(listed.c.due_on.asc().nulls_last(), listed.c.key).limit(AT_MOST)
    return [Task(*row) for row in db.session.execute(statement)]


def _parts_for(actor: Actor, today: date) -> list[Any]:
    if actor.organisation_kind == OrganisationKind.HUB:
        return _of_a_hub(actor, today)
    if actor.organisation_kind == OrganisationKind.POST:
        return _of_a_post(actor)
    if actor.organisation_kind == OrganisationKind.MINISTRY:
        return [*_of_the_ministry(actor, today), *_in_person(actor)]
    return []


def _row(kind: str, key: Any, market: Any, due_on: Any, detail: Any = None) -> Any:
    """The columns every part has, typed alike for both databases."""
    return select(
        literal(kind).label("kind"),
        cast(key, String(40)).label("key"),
        Organisation.name_nl,
        Organisation.name_en,
        cast(market if market is not None else null(), String(2)).label("market"),
        (cast(null(), Date) if due_on is None else type_coerce(due_on, Date)).label("due_on"),
        cast(detail if detail is not None else null(), String(40)).label("detail"),
    )


def _proposal(kind: str, due_on: Any = None) -> Any:
    term = Proposal.due_on if due_on is None else due_on
    row = _row(kind, Proposal.reference, Proposal.market, term)
    return row.select_from(Proposal).join(Organisation, Organisation.id == Proposal.hub_id)


def _complete_by() -> Any:
    return (
        select(func.max(TermSuspension.until_on))
        .where(TermSuspension.proposal_id == Proposal.id, TermSuspension.ground == "completion")
        .scalar_subquery()
    )


def _of_profiles(actor: Actor, today: date) -> list[Any]:
    """Changes to confirm; what was sent back; a profile that nobody confirmed for six months."""
    parts: list[Any] = []
    if actor.can(P.PROFILE_CONFIRM):
        conflicted = select(Interest.hub_id).where(Interest.person_id == actor.person_id, Interest.ended_at.is_(None))
        parts.append(
            _profile_change("confirm_profile").where(
                ProfileChange.state == ChangeState.SUBMITTED,
                ProfileChange.hub_id.not_in(conflicted),
                or_(ProfileChange.edited_by.is_(None), ProfileChange.edited_by != actor.person_id),
                ~_made_by(actor),
            )
        )
    if actor.can(P.PROFILE_EDIT) and actor.office_id is None:
        own = ProfileChange.hub_id == actor.organisation_id
        parts.append(_profile_change("profile_back").where(own, ProfileChange.state == ChangeState.SENT_BACK))
        parts += _still_right(actor, today)
    return parts


def _made_by(actor: Actor) -> Any:
    return exists().where(
        Event.subject_type == ProfileChange.__tablename__,
        Event.subject_id == ProfileChange.id,
        Event.kind.in_(MADE),
        Event.kind != TAKEN_UP,
        Event.actor_id == actor.person_id,
    )


def _profile_change(kind: str) -> Any:
    row = _row(kind, ProfileChange.id, null(), None, Organisation.code)
    return row.select_from(ProfileChange).join(Organisation, Organisation.id == ProfileChange.hub_id)


def _still_right(actor: Actor, today: date) -> list[Any]:
    """A hub that confirmed before is told beside its term, under what comes soon."""
    model = DETAILS.get(actor.organisation_kind or "")
    if model is None:
        return []
    old = model.confirmed_at <= start_of(today) - STALE_AFTER + ASK_BEFORE
    wanted = model.confirmed_at.is_(None) if model is HubProfile else or_(model.confirmed_at.is_(None), old)
    row = _row("still_right", Organisation.code, null(), None, Organisation.code).select_from(Organisation)
    return [row.join(model, model.id == Organisation.id).where(Organisation.id == actor.organisation_id, wanted)]


def _of_a_hub(actor: Actor, today: date) -> list[Any]:
    parts: list[Any] = []
    if actor.can(P.PROPOSAL_WRITE):
        own = Proposal.hub_id == actor.organisation_id
        parts.append(_proposal("complete", _complete_by()).where(own, Proposal.state == S.RETURNED))
        parts.append(_proposal("write", cast(null(), Date)).where(own, Proposal.state == S.DRAFT))
    if actor.can(P.ACCREDITATION_REPORT):
        parts.append(
            _row("condition", Accreditation.id, null(), Condition.due_on)
            .select_from(Condition)
            .join(Decision, Decision.id == Condition.decision_id)
            .join(Accreditation, Accreditation.decision_id == Decision.id)
            .join(Organisation, Organisation.id == Decision.hub_id)
            .where(
                Decision.hub_id == actor.organisation_id,
                Decision.state == DecisionState.SIGNED,
                Condition.owner == "hub",
                Condition.state == ConditionState.OPEN,
                Condition.evidence_at.is_(None),
            )
        )
        parts.append(
            _row("duty", Accreditation.id, null(), Obligation.due_on, Obligation.kind)
            .select_from(Obligation)
            .join(Accreditation, Accreditation.id == Obligation.accreditation_id)
            .join(Organisation, Organisation.id == Accreditation.hub_id)
            .where(
                Accreditation.hub_id == actor.organisation_id,
                Obligation.done_at.is_(None),
                Obligation.cancelled_at.is_(None),
                Obligation.kind != "mid_term_review",
                Obligation.due_on <= today + AHEAD,
            )
        )
    return parts


def _of_a_post(actor: Actor) -> list[Any]:
    if not actor.can(P.ADVICE_GIVE):
        return []
    advice = _row("advise", Proposal.reference, Proposal.market, PostAdvice.due_on)
    return [
        advice.select_from(PostAdvice)
        .join(Proposal, Proposal.id == PostAdvice.proposal_id)
        .join(Organisation, Organisation.id == Proposal.hub_id)
        .where(
            PostAdvice.post_id == actor.organisation_id,
            PostAdvice.given_at.is_(None),
            Proposal.state.in_((S.SUBMITTED, S.IN_ASSESSMENT, S.RETURNED)),
        )
    ]


def _of_the_ministry(actor: Actor, today: date) -> list[Any]:
    """What anybody with the right to it may take up."""
    parts: list[Any] = []
    if actor.can(P.PROPOSAL_COORDINATE):
        parts.append(_proposal("assign").where(Proposal.state == S.SUBMITTED))
        passed = _complete_by() < today
        parts.append(_proposal("not_consider", _complete_by()).where(Proposal.state == S.RETURNED, passed))
    if actor.can(P.DECISION_DRAFT) and not actor.can(P.DECISION_SIGN):
        parts.append(_proposal("draft").where(Proposal.state == S.ASSESSED))
    if actor.can(P.DECISION_SIGN):
        parts.append(
            _row("sign", Decision.reference, Proposal.market, Proposal.due_on)
            .select_from(Decision)
            .join(Organisation, Organisation.id == Decision.hub_id)
            .outerjoin(Proposal, Proposal.id == Decision.proposal_id)
            .where(Decision.state == DecisionState.DRAFT)
        )
    if actor.can(P.ACCREDITATION_KEEP):
        parts.append(
            _row("judge", Accreditation.id, null(), Condition.due_on)
            .select_from(Condition)
            .join(Decision, Decision.id == Condition.decision_id)
            .join(Accreditation, Accreditation.decision_id == Decision.id)
            .join(Organisation, Organisation.id == Decision.hub_id)
            .where(Condition.state == ConditionState.OPEN, Condition.evidence_at.is_not(None))
        )
    if actor.can(P.OBJECTION_DECIDE):
        parts.append(_objection("take_up").where(Objection.state == ObjectionState.RECEIVED))
    return parts


def _objection(kind: str) -> Any:
    row = _row(kind, Objection.id, null(), Objection.due_on)
    return row.select_from(Objection).join(Organisation, Organisation.id == Objection.hub_id)


def _in_person(actor: Actor) -> list[Any]:
    """What was given to this person and nobody else."""
    person_id = actor.person_id
    if person_id is None:
        return []
    parts = [
        _objection("objection").where(Objection.handler_id == person_id, Objection.state == ObjectionState.IN_HANDLING),
        _row("concern", Concern.id, null(), Concern.due_on, _latest_accreditation())
        .select_from(Concern)
        .join(Organisation, Organisation.id == Concern.hub_id)
        .where(Concern.owner_id == person_id, Concern.closed_at.is_(None)),
    ]
    if actor.can(P.ASSESSMENT_SCORE):
        mine = ProposalAssessor
        assigned = (
            _row("score", Proposal.reference, Proposal.market, mine.due_on)
            .select_from(mine)
            .join(Proposal, Proposal.id == mine.proposal_id)
            .join(Organisation, Organisation.id == Proposal.hub_id)
            .where(mine.person_id == person_id, mine.ended_at.is_(None), Proposal.state == S.IN_ASSESSMENT)
        )
        parts += [assigned.where(mine.finished_at.is_(None)), _to_conclude(person_id)]
    if actor.can(P.CALIBRATION_SCORE):
        parts.append(
            _row("calibrate", CalibrationItem.id, null(), null())
            .select_from(CalibrationItem)
            .join(Organisation, Organisation.id == literal(actor.organisation_id))
            .where(CalibrationItem.person_id == person_id, CalibrationItem.finished_at.is_(None))
        )
    return parts


def _latest_accreditation() -> Any:
    """The page of the hub a concern is about."""
    found = select(func.max(Accreditation.id)).where(Accreditation.hub_id == Concern.hub_id)
    return found.correlate(Concern).scalar_subquery()


def _to_conclude(person_id: str) -> Any:
    """Both assessors are done, this person is one of them, and no advice is out."""
    mine, other = ProposalAssessor, aliased(ProposalAssessor)
    busy = exists().where(other.proposal_id == Proposal.id, other.ended_at.is_(None), other.finished_at.is_(None))
    advice_out = exists().where(PostAdvice.proposal_id == Proposal.id, PostAdvice.given_at.is_(None))
    return (
        _proposal("conclude")
        .join(mine, mine.proposal_id == Proposal.id)
        .where(
            mine.person_id == person_id,
            mine.ended_at.is_(None),
            Proposal.state == S.IN_ASSESSMENT,
            ~busy,
            ~advice_out,
        )
    )
