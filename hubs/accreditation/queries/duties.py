"""Duties, conditions, concerns and public money of one accreditation, only through one that may be seen."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Row, Select, and_, exists, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from hubs.accounts.actor import Actor
from hubs.accounts.models import Organisation, OrganisationKind, Person
from hubs.accreditation.duties import number
from hubs.accreditation.lifecycle import AccreditationState, ConditionState
from hubs.accreditation.models import (
    Accreditation,
    Concern,
    Condition,
    Decision,
    Funding,
    Letter,
    Obligation,
    Proposal,
    ProposalSection,
)
from hubs.accreditation.queries.accreditations import accreditations_visible_to
from hubs.accreditation.queries.decisions import decisions_visible_to, letters_visible_to
from hubs.core.clock import local_day
from hubs.core.errors import NotFound
from hubs.core.events import Event
from hubs.core.stored_files import StoredFile
from hubs.extensions import db

A = AccreditationState
LIVE = (A.GRANTED, A.ACTIVE, A.SUSPENDED)
FILTERS = ("ending", "conditions", "concerns", "waiting", "ended")


def is_ministry(actor: Actor) -> bool:
    return actor.organisation_kind == OrganisationKind.MINISTRY


def _one(statement: Select[Any], model: Any, lock: bool) -> Any:
    if lock:
        statement = statement.with_for_update(of=model)
    found = db.session.execute(statement).unique().scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


def get_obligation(accreditation: Accreditation, obligation_id: str, *, lock: bool = False) -> Obligation:
    """One duty of this accreditation. Raises NotFound."""
    own = select(Obligation).where(Obligation.id == obligation_id, Obligation.accreditation_id == accreditation.id)
    return _one(own, Obligation, lock)


def get_condition(accreditation: Accreditation, condition_id: str, *, lock: bool = False) -> Condition:
    """One condition of the decision that gave this accreditation. Raises NotFound."""
    own = select(Condition).where(Condition.id == condition_id, Condition.decision_id == accreditation.decision_id)
    return _one(own, Condition, lock)


def get_concern(actor: Actor, accreditation: Accreditation, concern_id: str, *, lock: bool = False) -> Concern:
    """One concern about this hub; for the ministry only. Raises NotFound."""
    if not is_ministry(actor):
        raise NotFound()
    own = select(Concern).where(Concern.id == concern_id, Concern.hub_id == accreditation.hub_id)
    return _one(own, Concern, lock)


def get_funding(accreditation: Accreditation, funding_id: str, *, lock: bool = False) -> Funding:
    """Public money of this hub. Raises NotFound."""
    return _one(select(Funding).where(Funding.id == funding_id, Funding.hub_id == accreditation.hub_id), Funding, lock)


def get_handed_in_file(accreditation: Accreditation, file_id: str) -> StoredFile:
    """A plan, report or piece of evidence handed in under this accreditation. Raises NotFound."""
    of_duty = exists().where(Obligation.accreditation_id == accreditation.id, Obligation.file_id == StoredFile.id)
    of_condition = exists().where(
        Condition.decision_id == accreditation.decision_id, Condition.evidence_file_id == StoredFile.id
    )
    return _one(select(StoredFile).where(StoredFile.id == file_id, or_(of_duty, of_condition)), StoredFile, False)


def conditions_of(accreditation: Accreditation) -> list[Condition]:
    statement = select(Condition).where(Condition.decision_id == accreditation.decision_id)
    statement = statement.options(joinedload(Condition.evidence_file), joinedload(Condition.decision))
    return list(db.session.execute(statement.order_by(Condition.position, Condition.id)).scalars())


def obligations_of(accreditation: Accreditation) -> list[Obligation]:
    statement = select(Obligation).where(Obligation.accreditation_id == accreditation.id)
    statement = statement.options(joinedload(Obligation.file), joinedload(Obligation.accreditation))
    return list(db.session.execute(statement.order_by(Obligation.due_on, Obligation.kind)).scalars())


def concerns_about(actor: Actor, hub_id: str) -> list[Concern]:
    """Open ones first; nothing for anybody but the ministry."""
    if not is_ministry(actor):
        return []
    statement = select(Concern).where(Concern.hub_id == hub_id).options(joinedload(Concern.owner))
    is_closed = Concern.closed_at.is_not(None)
    return list(db.session.execute(statement.order_by(is_closed, Concern.due_on, Concern.id)).scalars())


def fundings_of(hub_id: str) -> list[Funding]:
    statement = select(Funding).where(Funding.hub_id == hub_id)
    return list(db.session.execute(statement.order_by(Funding.year, Funding.source, Funding.id)).scalars())


def own_revenue_shares(hub_id: str) -> dict[int, int]:
    """Percent of revenue that is no public money, by year, from the finance section of the files of this hub."""
    statement = (
        select(ProposalSection.content)
        .join(Proposal, Proposal.id == ProposalSection.proposal_id)
        .where(Proposal.hub_id == hub_id, ProposalSection.code == "finance", Proposal.submitted_at.is_not(None))
        .order_by(Proposal.submitted_at, Proposal.id)
    )
    found: dict[int, int] = {}
    for content in db.session.execute(statement).scalars():
        for row in content.get("accounts") or []:
            share = _own_share(row)
            if share is not None:
                found[int(row["year"])] = share
    return found


REVENUE = ("members_cents", "services_cents", "sponsors_cents", "other_cents")


def _own_share(row: Any) -> int | None:
    """None when the row does not hold what it takes."""
    if not isinstance(row, dict) or not isinstance(row.get("year"), int):
        return None
    own = [row.get(name) or 0 for name in REVENUE]
    public = row.get("subsidies_cents") or 0
    if not all(isinstance(amount, int) for amount in (*own, public)) or sum(own) + public <= 0:
        return None
    return round(100 * sum(own) / (sum(own) + public))


def letters_to(actor: Actor, hub_id: str) -> list[Letter]:
    """Letters to this hub, newest first."""
    statement = letters_visible_to(actor).where(Letter.hub_id == hub_id)
    return list(db.session.execute(statement.order_by(Letter.made_at.desc(), Letter.id.desc()).limit(50)).scalars())


def decisions_about(actor: Actor, hub_id: str) -> list[Decision]:
    """Signed decisions about a hub, newest first."""
    statement = decisions_visible_to(actor).where(Decision.hub_id == hub_id, Decision.signed_at.is_not(None))
    return list(db.session.execute(statement.order_by(Decision.signed_at.desc(), Decision.id.desc())).scalars())


INSIDE = ("accreditation.attempt_refused", "condition.attempt_refused", "internal_note.write")


def history_of(actor: Actor, accreditation: Accreditation) -> list[Row[Any]]:
    """What happened to an accreditation and its duties, newest first: event and the name of the person.

    Internal advice and refused attempts are for the ministry only.
    """
    about = and_(Event.subject_type == Accreditation.__tablename__, Event.subject_id == accreditation.id)
    under = and_(Event.related_type == Accreditation.__tablename__, Event.related_id == accreditation.id)
    on_conditions = and_(
        Event.subject_type == Condition.__tablename__,
        Event.related_type == Decision.__tablename__,
        Event.related_id == accreditation.decision_id,
    )
    statement = (
        select(Event, Person.name)
        .outerjoin(Person, Person.id == Event.actor_id)
        .where(or_(about, under, on_conditions))
        .order_by(Event.id.desc())
        .limit(100)
    )
    if not is_ministry(actor):
        statement = statement.where(Event.kind.not_in(INSIDE))
    return list(db.session.execute(statement))


def own_accreditation(hub_id: str) -> Accreditation | None:
    """The one a hub holds: what is in effect, else what was granted, else the last there was."""
    statement = select(Accreditation).where(Accreditation.hub_id == hub_id)
    found = list(db.session.execute(statement.order_by(Accreditation.granted_at.desc(), Accreditation.id)).scalars())
    for states in ((A.ACTIVE, A.SUSPENDED), (A.GRANTED,)):
        for one in found:
            if one.state in states:
                return one
    return found[0] if found else None


# --- lists -------------------------------------------------------------------------------------------------


def accreditation_rows(actor: Actor, *, q: str = "", wanted: str = "", now: Any) -> Select[Any]:
    """Accreditations with what is open about them: rows carry `Accreditation`, `ends_on`, `id`, counts and `total`."""
    today = local_day(now)
    conditions, concerns, late = _conditions_open(), _concerns_open(), _duties_late(today)
    statement = accreditations_visible_to(actor).join(Organisation, Organisation.id == Accreditation.hub_id)
    statement = statement.join(Decision, Decision.id == Accreditation.decision_id)
    for word in q.split()[:6]:
        statement = statement.where(Organisation.name_folded.contains(word, autoescape=True))
    statement = statement.where(*_wanted(wanted, today, conditions, concerns))
    counted = statement.with_only_columns(Accreditation.id).order_by(None).subquery()
    total = select(func.count()).select_from(counted).scalar_subquery()
    return statement.options(selectinload(Accreditation.hub)).add_columns(
        Accreditation.ends_on.label("ends_on"),
        Accreditation.id.label("id"),
        Decision.reference.label("reference"),
        conditions.label("conditions"),
        concerns.label("concerns"),
        late.label("late"),
        total.label("total"),
    )


def _wanted(wanted: str, today: Any, conditions: Any, concerns: Any) -> list[Any]:
    if wanted == "ended":
        return [Accreditation.state.not_in(LIVE)]
    live = Accreditation.state.in_(LIVE)
    chosen: dict[str, list[Any]] = {
        "ending": [Accreditation.ends_on <= _ends_before(today)],
        "conditions": [conditions > 0],
        "concerns": [concerns > 0],
        "waiting": [Accreditation.state == A.GRANTED],
    }
    return [live, *chosen.get(wanted, [])]


def _ends_before(today: Any) -> Any:

    return today + timedelta(days=2 * number("ending_days"))


def open_counts(accreditation_ids: list[str], today: Any) -> dict[str, tuple[int, int, int]]:
    """Open conditions, late duties and open concerns of each of these, in one statement."""
    if not accreditation_ids:
        return {}
    statement = select(Accreditation.id, _conditions_open(), _duties_late(today), _concerns_open()).where(
        Accreditation.id.in_(accreditation_ids)
    )
    return {row[0]: (row[1], row[2], row[3]) for row in db.session.execute(statement)}


def _conditions_open() -> Any:
    return (
        select(func.count())
        .select_from(Condition)
        .where(Condition.decision_id == Accreditation.decision_id, Condition.state == ConditionState.OPEN)
        .correlate(Accreditation)
        .scalar_subquery()
    )


def _concerns_open() -> Any:
    return (
        select(func.count())
        .select_from(Concern)
        .where(Concern.hub_id == Accreditation.hub_id, Concern.closed_at.is_(None))
        .correlate(Accreditation)
        .scalar_subquery()
    )


def _duties_late(today: Any) -> Any:
    return (
        select(func.count())
        .select_from(Obligation)
        .where(
            Obligation.accreditation_id == Accreditation.id,
            Obligation.done_at.is_(None),
            Obligation.cancelled_at.is_(None),
            Obligation.due_on < today,
        )
        .correlate(Accreditation)
        .scalar_subquery()
    )
