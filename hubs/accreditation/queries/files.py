"""The file of a proposal as somebody may see it: the chamber its running draft, everybody else what was handed in."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, and_, select
from sqlalchemy.orm import joinedload

from hubs.accounts.actor import Actor
from hubs.accounts.models import Organisation, Person
from hubs.accreditation.lifecycle import DecisionState
from hubs.accreditation.models import Decision, Evidence, Hint, Proposal, Submission
from hubs.accreditation.queries.decisions import decisions_visible_to
from hubs.accreditation.sections import Section, sections_for
from hubs.core.clock import local_day, utcnow
from hubs.core.errors import NotFound
from hubs.core.events import Event, EventPersonal
from hubs.extensions import db
from hubs.guideline.criteria import Criterion, criteria_for
from hubs.guideline.models import GuidelineVersion
from hubs.guideline.queries import get_version
from hubs.guideline.rows import criteria_of
from hubs.reference.market_lists import market_lists_of
from hubs.reference.models import CodeListEntry, Market, Provider, Sector, Service
from hubs.reference.queries import code_list, markets_with_lists, open_markets, open_services, routable_sectors


@dataclass(frozen=True, slots=True)
class FileSeen:
    """What a reader sees of a file; `submission` is None for the running draft."""

    contents: Mapping[str, Mapping[str, Any]]
    evidence: tuple[Evidence, ...]
    submission: Submission | None


def with_hub(statement: Select[Any]) -> Select[Any]:
    """The same proposals, with the chamber loaded beside each."""
    return statement.options(joinedload(Proposal.hub))


def lists_of(markets: Collection[str]) -> frozenset[str]:
    """The market lists on which one of these markets stands."""
    if not markets:
        return frozenset()
    rows = db.session.execute(markets_with_lists(markets, local_day(utcnow()))).all()
    dated = {code for _market, code in rows if code}
    return frozenset().union(dated, *(market_lists_of(market) for market, _code in rows))


def criteria_asked(version: GuidelineVersion, kind: str, markets: Collection[str]) -> tuple[Criterion, ...]:
    """The criteria of a version that an assessment of this kind for these markets weighs."""
    return criteria_for(criteria_of(version), kind=kind, market_lists=lists_of(markets))


def sections_of(proposal: Proposal) -> tuple[Section, ...]:
    """The sections of this file, under the version it was begun under."""
    version = get_version(proposal.guideline_version_id)
    return sections_for(criteria_asked(version, proposal.kind, proposal.markets))


def contents_of(proposal: Proposal) -> dict[str, dict[str, Any]]:
    """The running draft, section by section."""
    return {row.code: dict(row.content) for row in proposal.sections}


def kept_evidence(proposal: Proposal) -> list[Evidence]:
    """The documents that were not taken out again, oldest first."""
    return [row for row in proposal.evidence if row.removed_at is None]


def last_submission(proposal: Proposal) -> Submission | None:
    return proposal.submissions[-1] if proposal.submissions else None


def file_seen_by(actor: Actor, proposal: Proposal) -> FileSeen:
    """The file as this actor may see it."""
    if actor.is_system or actor.organisation_id == proposal.hub_id:
        return FileSeen(contents_of(proposal), tuple(kept_evidence(proposal)), None)
    submission = last_submission(proposal)
    if submission is None:
        return FileSeen({}, (), None)
    handed_in = {row["id"] for row in submission.content["evidence"]}
    shown = tuple(row for row in kept_evidence(proposal) if row.id in handed_in or row.is_late)
    return FileSeen(submission.content["sections"], shown, submission)


def get_visible_evidence(actor: Actor, proposal: Proposal, evidence_id: str) -> Evidence:
    """One document of a proposal that the actor may see. Raises NotFound."""
    found = next((row for row in file_seen_by(actor, proposal).evidence if row.id == evidence_id), None)
    if found is None:
        raise NotFound()
    return found


def open_hints(proposal: Proposal) -> list[Hint]:
    """What automatic checks notice now."""
    statement = (
        select(Hint)
        .where(Hint.proposal_id == proposal.id, Hint.resolved_at.is_(None))
        .order_by(Hint.code, Hint.subject)
    )
    return list(db.session.execute(statement).scalars())


def known_codes() -> dict[str, frozenset[str]]:
    """The codes that may be chosen today, by list."""
    return {
        "market": _codes(open_markets("en").with_only_columns(Market.iso2)),
        "sector": _codes(routable_sectors().with_only_columns(Sector.code)),
        "service": _codes(
            open_services("en").where(Service.default_provider != Provider.OUT_OF_SCOPE).with_only_columns(Service.code)
        ),
        "target_group": _codes(code_list("target_group").with_only_columns(CodeListEntry.code)),
    }


def _codes(statement: Select[Any]) -> frozenset[str]:
    return frozenset(db.session.execute(statement.order_by(None)).scalars())


def history_of(proposal: Proposal, kinds: Collection[str]) -> list[Row[Any]]:
    """What happened to a file, newest first: event, person, organisation, and the note that went with it."""
    statement = (
        select(Event, Person.name, Organisation, EventPersonal.value)
        .outerjoin(Person, Person.id == Event.actor_id)
        .outerjoin(Organisation, Organisation.id == Event.organisation_id)
        .outerjoin(EventPersonal, and_(EventPersonal.event_id == Event.id, EventPersonal.field == "note"))
        .where(Event.subject_type == Proposal.__tablename__, Event.subject_id == proposal.id, Event.kind.in_(kinds))
        .order_by(Event.id.desc())
        .limit(60)
    )
    return list(db.session.execute(statement))


def evidence_with_files(proposal: Proposal) -> list[Evidence]:
    """The same documents with what is known of their files and of who added them, in one statement."""
    statement = (
        select(Evidence)
        .where(Evidence.proposal_id == proposal.id)
        .options(joinedload(Evidence.file), joinedload(Evidence.added_by))
        .order_by(Evidence.id)
    )
    return list(db.session.execute(statement).scalars())


def decisions_on(actor: Actor, proposal: Proposal) -> list[Decision]:
    """The decisions on a proposal that this reader may see, newest first; drafts that were dropped are left out."""
    statement = decisions_visible_to(actor).where(
        Decision.proposal_id == proposal.id, Decision.state != DecisionState.DROPPED
    )
    return list(db.session.execute(statement.order_by(Decision.id.desc())).scalars())


def open_proposal_of(hub_id: str, states: Collection[str]) -> Proposal | None:
    """A file of this hub that is not over yet."""
    statement = select(Proposal).where(Proposal.hub_id == hub_id, Proposal.state.in_(states)).limit(1)
    return db.session.execute(statement).scalar_one_or_none()


def websites_due(states: Collection[str], code: str, limit: int = 20) -> Select[Any]:
    """Files handed in whose website was not looked at since."""
    looked = select(Hint.id).where(
        Hint.proposal_id == Proposal.id, Hint.code == code, Hint.noticed_at >= Proposal.resubmitted_at
    )
    return (
        select(Proposal.id)
        .where(Proposal.state.in_(states), Proposal.resubmitted_at.is_not(None), ~looked.exists())
        .order_by(Proposal.resubmitted_at)
        .limit(limit)
    )


def day_or_none(value: Any) -> date | None:
    """A date as JSON keeps it."""
    return date.fromisoformat(value) if value else None
