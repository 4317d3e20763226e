"""Reading calibration: who may score what again, one's own files, and how far two rounds of scoring agree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row, Select, and_, false, func, select, union_all
from sqlalchemy.orm import joinedload, selectinload

from hubs.accounts.actor import Actor
from hubs.accounts.models import Person
from hubs.accounts.permissions import P
from hubs.accreditation.calibration import Agreement, Pair, by_criterion
from hubs.accreditation.models import (
    CalibrationItem,
    CalibrationRound,
    CalibrationScore,
    Decision,
    FactCheck,
    Interest,
    InternalNote,
    Moderation,
    PostAdvice,
    Proposal,
    ProposalAssessor,
    Score,
)
from hubs.accreditation.queries.interests import assessors_in_force
from hubs.accreditation.queries.tryouts import WEIGHED
from hubs.accreditation.results import lists_by_market
from hubs.core.errors import NotFound
from hubs.extensions import db
from hubs.guideline.criteria import Answer, Criterion, criteria_for
from hubs.guideline.models import GuidelineVersion
from hubs.guideline.rows import criteria_of

TOOK_PART = (
    (ProposalAssessor.proposal_id, ProposalAssessor.person_id),
    (Score.proposal_id, Score.person_id),
    (FactCheck.proposal_id, FactCheck.person_id),
    (Moderation.proposal_id, Moderation.person_id),
    (PostAdvice.proposal_id, PostAdvice.given_by_id),
    (InternalNote.proposal_id, InternalNote.person_id),
    (Decision.proposal_id, Decision.drafted_by_id),
    (Decision.proposal_id, Decision.signed_by_id),
    (CalibrationItem.proposal_id, CalibrationItem.person_id),
)


# --- the draw ----------------------------------------------------------------------------------------------


def concluded_under(version_id: str) -> dict[str, str]:
    """The proposals assessed under a version that nobody is scoring again now, with their hubs."""
    busy = select(CalibrationItem.proposal_id).where(CalibrationItem.finished_at.is_(None))
    statement = select(Proposal.id, Proposal.hub_id).where(
        Proposal.guideline_version_id == version_id,
        Proposal.state.in_(WEIGHED),
        Proposal.assessed_at.is_not(None),
        Proposal.id.not_in(busy),
    )
    return {row.id: row.hub_id for row in db.session.execute(statement)}


def who_may_score(proposals: dict[str, str]) -> dict[str, set[str]]:
    """For each proposal (with its hub) the assessors who took no part in it and declared no interest in its hub."""
    people = set(db.session.execute(assessors_in_force().with_only_columns(Person.id).order_by(None)).scalars())
    took_part = took_part_in(proposals)
    interests: dict[str, set[str]] = defaultdict(set)
    standing = select(Interest.hub_id, Interest.person_id).where(Interest.ended_at.is_(None))
    for hub_id, person_id in db.session.execute(standing):
        interests[hub_id].add(person_id)
    return {
        proposal_id: people - took_part.get(proposal_id, set()) - interests.get(hub_id, set())
        for proposal_id, hub_id in proposals.items()
    }


def took_part_in(proposal_ids: Iterable[str]) -> dict[str, set[str]]:
    """Everybody who assessed, checked, moderated, advised, decided or scored again, by proposal."""
    ids = sorted(proposal_ids)
    rows = union_all(*(select(proposal, person).where(proposal.in_(ids)) for proposal, person in TOOK_PART))
    found: dict[str, set[str]] = defaultdict(set)
    for proposal_id, person_id in db.session.execute(rows):
        if proposal_id is not None and person_id is not None:
            found[proposal_id].add(person_id)
    return found


def has_scored(person_id: str, proposal_id: str) -> bool:
    """Whether this person gave a score on the file the first time."""
    scored = select(Score.id).where(Score.proposal_id == proposal_id, Score.person_id == person_id)
    return db.session.execute(scored.limit(1)).first() is not None


# --- one's own files ---------------------------------------------------------------------------------------


def get_item(item_id: str, *, lock: bool = False) -> CalibrationItem:
    """One file to score again, for whoever's permission is asked beside it. Raises NotFound."""
    statement = select(CalibrationItem).where(CalibrationItem.id == item_id)
    if lock:
        statement = statement.with_for_update(of=CalibrationItem)
    item = db.session.execute(statement.options(*_whole_item())).unique().scalar_one_or_none()
    if item is None:
        raise NotFound()
    return item


def _whole_item() -> tuple[Any, ...]:
    return (
        joinedload(CalibrationItem.round),
        joinedload(CalibrationItem.proposal)
        .joinedload(Proposal.guideline_version)
        .selectinload(GuidelineVersion.criteria),
        selectinload(CalibrationItem.scores),
    )


def items_of(actor: Actor) -> Select[Any]:
    """One's own files, those still to be scored first."""
    statement = select(CalibrationItem).where(CalibrationItem.person_id == (actor.person_id or ""))
    if not actor.can(P.CALIBRATION_SCORE):
        return statement.where(false())
    return statement.options(*_whole_item()).order_by(CalibrationItem.finished_at.is_not(None), CalibrationItem.id)


def items_wanted_of(actor: Actor) -> Select[Any]:
    """One's own files that are not finished, for the work list."""
    return items_of(actor).where(CalibrationItem.finished_at.is_(None))


def scale_criteria(item: CalibrationItem) -> tuple[Criterion, ...]:
    """What is scored again: the scale criteria the first assessment weighed."""
    return scale_criteria_of([item])[item.id]


def scale_criteria_of(items: Iterable[CalibrationItem]) -> dict[str, tuple[Criterion, ...]]:
    """For each file what is scored again; one statement for all their markets."""
    listed = list(items)
    lists = lists_by_market({market for item in listed for market in item.proposal.markets})
    criteria = {version.id: criteria_of(version) for version in {item.proposal.guideline_version for item in listed}}
    found = {}
    for item in listed:
        standing = frozenset().union(*(lists.get(market, frozenset()) for market in item.proposal.markets))
        asked = criteria_for(
            criteria[item.proposal.guideline_version_id], kind=item.proposal.kind, market_lists=standing
        )
        found[item.id] = tuple(one for one in asked if one.answer == Answer.SCALE)
    return found


# --- rounds and the report ---------------------------------------------------------------------------------


def rounds() -> Select[Any]:
    """Rounds with version, who drew and how many files are finished, of how many; never which files."""
    of_round = CalibrationItem.round_id == CalibrationRound.id
    drawn = select(func.count()).select_from(CalibrationItem).where(of_round).scalar_subquery()
    finished = (
        select(func.count())
        .select_from(CalibrationItem)
        .where(of_round, CalibrationItem.finished_at.is_not(None))
        .scalar_subquery()
    )
    return (
        select(
            CalibrationRound,
            GuidelineVersion.name.label("version"),
            Person.name.label("drawn_by"),
            drawn.label("drawn"),
            finished.label("finished"),
        )
        .join(GuidelineVersion, GuidelineVersion.id == CalibrationRound.guideline_version_id)
        .outerjoin(Person, Person.id == CalibrationRound.drawn_by_id)
        .order_by(CalibrationRound.id.desc())
    )


def get_round(round_id: str) -> Row[Any]:
    """One round as `rounds` gives it. Raises NotFound."""
    found = db.session.execute(rounds().where(CalibrationRound.id == round_id)).one_or_none()
    if found is None:
        raise NotFound()
    return found


def pairs(*, version_id: str | None = None, round_id: str | None = None) -> list[Pair]:
    """The levels of finished files beside those given the first time by each of the two assessors."""
    present = and_(
        ProposalAssessor.proposal_id == Score.proposal_id,
        ProposalAssessor.person_id == Score.person_id,
        ProposalAssessor.ended_at.is_(None),
    )
    same = and_(
        Score.proposal_id == CalibrationItem.proposal_id, Score.criterion_code == CalibrationScore.criterion_code
    )
    statement = (
        select(GuidelineVersion.name, CalibrationScore.criterion_code, Score.level, CalibrationScore.level)
        .select_from(CalibrationScore)
        .join(CalibrationItem, CalibrationItem.id == CalibrationScore.item_id)
        .join(CalibrationRound, CalibrationRound.id == CalibrationItem.round_id)
        .join(GuidelineVersion, GuidelineVersion.id == CalibrationRound.guideline_version_id)
        .join(Score, same)
        .join(ProposalAssessor, present)
        .where(CalibrationItem.finished_at.is_not(None))
    )
    if version_id is not None:
        statement = statement.where(GuidelineVersion.id == version_id)
    if round_id is not None:
        statement = statement.where(CalibrationRound.id == round_id)
    return [Pair(*row) for row in db.session.execute(statement)]


def agreement_by_criterion(
    *, version_id: str | None = None, round_id: str | None = None
) -> dict[tuple[str, str], Agreement]:
    """How far the two rounds of scoring agree, per version and criterion."""
    return by_criterion(pairs(version_id=version_id, round_id=round_id))
