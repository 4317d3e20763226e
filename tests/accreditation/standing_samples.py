"""Accreditations in the small world, granted by a signed decision that is put down as such; and their addresses."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from hubs.accounts.models import Organisation
from hubs.accreditation.models import Accreditation, Concern, Condition, Decision, Funding, Obligation, Proposal
from hubs.accreditation.operations.standing import grant
from hubs.core.clock import local_day, utcnow
from hubs.core.types import new_id, new_reference_body
from hubs.core.uploads import receive, stored_file
from hubs.extensions import db
from hubs.guideline.models import GuidelineVersion
from tests.files import pdf
from tests.referrals.builders import actor_for
from tests.route_samples import ABSENT_ID, Sample, Subject
from tests.world import World


def row_of(model: Any, identifier: str) -> Any:
    return db.session.get_one(model, identifier)


def signed(demo: Any, hub: str, kind: str, **values: Any) -> Decision:
    """A decision as it lies there once signed; on a proposal of its own unless one is given."""
    now = values.pop("now", None) or utcnow()
    hub_id = demo.organisations[hub]
    conditions = values.pop("conditions", ())
    if kind in ("accredit", "accredit_with_conditions", "in_development", "refuse") and "proposal_id" not in values:
        values["proposal_id"] = proposal_of(hub_id, values.pop("proposal_kind", "new"), now).id
    decision = Decision(
        id=new_id(), reference=f"B-{new_reference_body()}", state="signed", kind=kind, hub_id=hub_id,
        reasons="Getoetst.",
        drafted_at=now, signed_at=now, signed_by_id=demo.people["decision_maker_2"].id, **values,
    )  # fmt: skip
    db.session.add(decision)
    db.session.flush()
    for position, (text, due_on) in enumerate(conditions):
        db.session.add(
            Condition(
                decision_id=decision.id,
                position=position,
                text=text,
                owner="hub",
                due_on=due_on,
                evidence_wanted="Een brief.",
            )  # fmt: skip
        )
    db.session.flush()
    return decision


def proposal_of(hub_id: str, kind: str, now: Any) -> Proposal:
    version = db.session.execute(select(GuidelineVersion).where(GuidelineVersion.state == "in_force")).scalars().first()
    assert version is not None
    market = db.session.get_one(Organisation, hub_id).market
    proposal = Proposal(
        id=new_id(), reference=f"V-{new_reference_body()}", state="decided", kind=kind, hub_id=hub_id, market=market,
        markets=[market], guideline_version_id=version.id, created_at=now, submitted_at=now, decided_at=now,
    )  # fmt: skip
    db.session.add(proposal)
    db.session.flush()
    return proposal


def granted(
    demo: Any, hub: str, *, kind: str = "accredit", starts_on: date | None = None, **values: Any
) -> Accreditation:
    """What such a decision gives; three years unless told."""
    now = values.pop("now", None) or utcnow()
    first = starts_on or local_day(now)
    last = values.pop("ends_on", None) or first + timedelta(days=3 * 365)
    decision = signed(demo, hub, kind, starts_on=first, ends_on=last, now=now, **values)
    return grant(decision, actor=actor_for(demo, "decision_maker_2"), now=now)


def accreditations(demo: World) -> dict[str, Sample]:
    """Everything under /accreditations: one of a hub in each of two markets."""
    today = local_day(utcnow())
    made = {
        ("hub_b", "ministry"): granted(demo, "hub_b", kind="accredit_with_conditions", conditions=[("x", today)]),
        ("far_hub", "ministry"): granted(demo, "far_hub", kind="accredit_with_conditions", conditions=[("x", today)]),
    }
    parts = {of: owed_under(demo, one) for of, one in made.items()}
    absent = {"accreditation_id": ABSENT_ID}

    def under(name: str, *, ministry: bool = False) -> Sample:
        seen = {"ministry"} if name == "concern" else {"ministry", "hub_b", "far_hub"}
        subjects = tuple(
            Subject({"accreditation_id": made[of].id, f"{name}_id": found[name]}, frozenset(of) & seen)
            for of, found in parts.items()
        )
        return Sample(subjects, {**absent, f"{name}_id": ABSENT_ID}, **_find(ministry))

    whole = tuple(Subject({"accreditation_id": one.id}, frozenset(of)) for of, one in made.items())
    reads = Sample(whole, absent, **_find(False))
    keeps = Sample(whole, absent, **_find(True))
    return {
        "accreditation.accreditation_show accreditation.accreditation_act": reads,
        "accreditation.concern_new accreditation.funding_new": keeps,
        "accreditation.obligation_show": under("obligation"),
        "accreditation.condition_show": under("condition"),
        "accreditation.handed_in_file": under("file"),
        "accreditation.concern_show": under("concern", ministry=True),
        "accreditation.funding_edit": under("funding", ministry=True),
        "accreditation.standing_show": Sample(
            (Subject({"code": demo.codes["hub_b"]}),), {"code": "no-such-hub"}, everybody=True
        ),
        "api.accreditation_show api.accreditation_act": reads,
        "api.accreditation_check api.concern_create api.funding_create": keeps,
        "api.condition_act": under("condition", ministry=True),
        "api.condition_evidence_create": under("condition"),
        "api.obligation_act": under("obligation", ministry=True),
        "api.obligation_file_create": under("obligation"),
        "api.concern_act": under("concern", ministry=True),
        "api.funding_edit": under("funding", ministry=True),
        "api.hub_standing": Sample(
            (Subject({"hub_id": demo.organisations["hub_b"]}),), {"hub_id": ABSENT_ID}, everybody=True
        ),
    }


def _find(ministry: bool) -> dict[str, Any]:
    if ministry:
        return {"no_strangers": True}
    return {"find": lambda values: db.session.get(Accreditation, values["accreditation_id"])}


def owed_under(demo: World, accreditation: Accreditation) -> dict[str, str]:
    """A duty, a condition, a file, a concern and an amount of one accreditation."""
    now, today = utcnow(), local_day(utcnow())
    obligation = db.session.execute(
        select(Obligation).where(
            Obligation.accreditation_id == accreditation.id, Obligation.kind == "yearly_report"
        ).order_by(Obligation.due_on).limit(1)
    ).scalar_one()  # fmt: skip
    condition = db.session.execute(
        select(Condition).where(Condition.decision_id == accreditation.decision_id)
    ).scalar_one()
    file = stored_file(receive(io.BytesIO(pdf()), "x.pdf"), by=None, now=now)
    concern = Concern(
        id=new_id(), hub_id=accreditation.hub_id, text="x", raised_at=now, owner_id=demo.people["assessor"].id,
        due_on=today,
    )  # fmt: skip
    funding = Funding(
        id=new_id(), hub_id=accreditation.hub_id, year=2026, source="x", amount_cents=100, recorded_at=now
    )
    db.session.add_all([file, concern, funding])
    db.session.flush()
    obligation.file_id = file.id
    db.session.flush()
    return {
        "accreditation": accreditation.id,
        "obligation": obligation.id, "condition": condition.id, "file": file.id, "concern": concern.id,
        "funding": funding.id,
    }  # fmt: skip
