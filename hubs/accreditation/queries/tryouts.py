"""The past proposals a draft of the guideline is tried on; a fixed number of statements whatever their number."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, select

from hubs.accounts.actor import Actor
from hubs.accounts.models import Organisation
from hubs.accreditation.lifecycle import ProposalState as S
from hubs.accreditation.models import CalibrationItem, Proposal
from hubs.accreditation.queries.proposals import proposals_visible_to
from hubs.accreditation.results import cases_of, yardstick_of, yardsticks
from hubs.accreditation.tryout import Trial, TryOut, Unknown, tried_out
from hubs.extensions import db
from hubs.guideline.models import GuidelineVersion

WEIGHED = (S.ASSESSED, S.DECISION_DRAFTED, S.DECIDED)


def past_proposals(actor: Actor) -> Select[Any]:
    """The ids of what was assessed, decided on or not; without what this person is scoring again, blind."""
    scoring = select(CalibrationItem.proposal_id).where(
        CalibrationItem.person_id == (actor.person_id or ""), CalibrationItem.finished_at.is_(None)
    )
    return (
        proposals_visible_to(actor)
        .with_only_columns(Proposal.id)
        .where(Proposal.state.in_(WEIGHED), Proposal.assessed_at.is_not(None), Proposal.id.not_in(scoring))
    )


def try_out(version: GuidelineVersion, *, actor: Actor, unknown: Unknown = Unknown.LEFT_OUT) -> TryOut:
    """What `version` would have made of every past proposal this actor may see. Changes nothing."""
    cases = cases_of(past_proposals(actor))
    own = yardsticks({case.guideline_version_id for case in cases})
    return tried_out(cases, own, yardstick_of(version), unknown=unknown)


def hubs_of(trials: Iterable[Trial]) -> dict[str, Organisation]:
    """The hubs behind these proposals, by id."""
    ids = sorted({trial.case.hub_id for trial in trials})
    found = db.session.execute(select(Organisation).where(Organisation.id.in_(ids))).scalars()
    return {hub.id: hub for hub in found}
