"""Beginning a proposal and saving its sections, each under its own version (letter rec. 9; domain.md, Lifecycles)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from hubs.accounts.actor import Actor
from hubs.accounts.models import Office, OrganisationKind
from hubs.accounts.permissions import P
from hubs.accreditation.lifecycle import OPEN_STATES, AccreditationState, ProposalState
from hubs.accreditation.models import Accreditation, Proposal, ProposalSection
from hubs.accreditation.queries.files import known_codes, open_proposal_of, sections_of
from hubs.accreditation.sections import COVERAGE, FIXED, HUB, Gap, Section, read_section
from hubs.accreditation.statutory import amsterdam_day
from hubs.core.errors import NotFound, NotPermitted, Problem, RuleViolation, Stale, WrongState
from hubs.core.events import record
from hubs.core.types import new_id, new_reference_body
from hubs.directory.lifecycle import HubStatus
from hubs.directory.models import HubProfile, ServiceOffer
from hubs.extensions import db
from hubs.guideline.criteria import ProposalKind
from hubs.guideline.queries import version_in_force

K, S = ProposalKind, ProposalState
EDITABLE = frozenset({S.DRAFT, S.RETURNED})
STANDS = frozenset({HubStatus.ACCREDITED, HubStatus.CONDITIONAL, HubStatus.SUSPENDED})
NOT_YOURS = _l("Your role may not do this here.")
NOT_OPEN = _l("This proposal is handed in. You can only change it when the ministry asks you to complete it.")
CHANGED_MEANWHILE = _l(
    "Somebody else of your chamber saved this part while you had it open. "
    "What you typed is kept; compare it and save again."
)
LIVE = frozenset({AccreditationState.GRANTED, AccreditationState.ACTIVE, AccreditationState.SUSPENDED})
_QUIET = timedelta(minutes=30)  # saves by one person within this time are one event


@dataclass(frozen=True, slots=True)
class Saved:
    """A section as it is kept now, and what in it cannot be read yet."""

    row: ProposalSection
    gaps: tuple[Gap, ...]


def begin_proposal(*, kind: str, markets: Collection[str], actor: Actor, now: datetime) -> Proposal:
    """Begin a file for the actor's own hub under the guideline in force, with what the service already knows.

    Raises NotPermitted, RuleViolation (no guideline in force, a file is open already, a kind that does not fit).
    """
    if not actor.can(P.PROPOSAL_WRITE) or actor.organisation_kind != OrganisationKind.HUB:
        raise NotPermitted(message=NOT_YOURS)
    profile = db.session.get(HubProfile, actor.organisation_id, with_for_update=True)
    if profile is None:
        raise NotFound()
    accreditation = live_accreditation(profile.id)
    version = version_in_force(amsterdam_day(now))
    problems = [*_kind_problems(kind, profile, accreditation), *_market_problems(markets)]
    if version is None:
        problems.append(Problem("no_guideline", _l("There is no guideline in force, so nobody can apply today.")))
    if open_proposal_of(profile.id, OPEN_STATES) is not None:
        message = _l("Your chamber has an open proposal already. Finish or withdraw that one first.")
        problems.append(Problem("already_open", message, "kind"))
    if problems or version is None:
        raise RuleViolation(problems=problems)
    proposal = Proposal(
        id=new_id(),
        reference=free_reference(),
        kind=kind,
        state=S.DRAFT,
        hub_id=profile.id,
        guideline_version_id=version.id,
        renews_id=accreditation.id if accreditation and kind in (K.RENEWAL, K.SCOPE_CHANGE) else None,
        is_demo=profile.organisation.is_demo,
        created_at=now,
        created_by_id=actor.person_id,
    )
    _put_markets(proposal, sorted(markets))
    db.session.add(proposal)
    db.session.flush()
    _prefill(proposal, profile, actor=actor, now=now)
    data = {"kind": kind, "markets": proposal.markets, "guideline": version.id}
    record(db.session, "proposal.begin", proposal, actor=actor, now=now, data=data, outbox=False)
    return proposal


def _market_problems(markets: Collection[str]) -> list[Problem]:
    if not markets:
        return [Problem("required", _l("Choose at least one country."), "markets")]
    if set(markets) - known_codes()["market"]:
        return [Problem("unknown_code", _l("Choose countries from the list."), "markets")]
    return []


def live_accreditation(hub_id: str) -> Accreditation | None:
    """The accreditation that a hub holds or awaits."""
    statement = (
        select(Accreditation)
        .where(Accreditation.hub_id == hub_id, Accreditation.state.in_(LIVE))
        .order_by(Accreditation.granted_at.desc())
        .limit(1)
    )
    return db.session.execute(statement).scalar_one_or_none()


def fitting_kinds(profile: HubProfile, accreditation: Accreditation | None) -> tuple[str, ...]:
    """The kinds of proposal a hub with this standing can begin."""
    if profile.state in STANDS or (accreditation is not None and not accreditation.in_development):
        return (K.RENEWAL, K.SCOPE_CHANGE)
    if profile.state == HubStatus.IN_DEVELOPMENT:
        return (K.NEW, K.RENEWAL, K.SCOPE_CHANGE)
    return (K.NEW, K.IN_DEVELOPMENT)


def _kind_problems(kind: str, profile: HubProfile, accreditation: Accreditation | None) -> list[Problem]:
    if kind in fitting_kinds(profile, accreditation):
        return []
    if kind in (K.RENEWAL, K.SCOPE_CHANGE):
        message = _l("There is no accreditation to renew or to change yet. Begin a proposal for a new hub.")
    else:
        message = _l("Your hub is accredited already. Ask for a renewal or a change of scope.")
    return [Problem("kind_does_not_fit", message, "kind")]


def free_reference() -> str:
    """V-7K4-29Q, not in use; the unique constraint decides when two are drawn at once."""
    for _attempt in range(50):
        reference = f"V-{new_reference_body()}"
        if db.session.execute(select(Proposal.id).where(Proposal.reference == reference)).first() is None:
            return reference
    raise RuntimeError("no free reference left")


def _put_markets(proposal: Proposal, markets: list[str]) -> None:
    """The countries of a file; the first stands for it on the board unless it is among them already."""
    proposal.markets = markets
    if proposal.market not in markets:
        proposal.market = markets[0] if markets else None


def _prefill(proposal: Proposal, profile: HubProfile, *, actor: Actor, now: datetime) -> None:
    """What the service knows of the hub: its profile and offers; at a renewal everything since the last decision."""
    contents = profile_contents(profile, proposal.markets)
    if proposal.kind == K.RENEWAL:
        from hubs.accreditation.operations.renewals import prefill_renewal

        known = prefill_renewal(proposal, now=now)
        contents = {code: {**contents.get(code, {}), **known.get(code, {})} for code in {*contents, *known}}
        contents.setdefault(COVERAGE.code, {})["markets"] = list(proposal.markets)
    for code, content in contents.items():
        if content:
            row = ProposalSection(code=code, content=content, updated_at=now, updated_by_id=None)
            proposal.sections.append(row)
    db.session.flush()


def profile_contents(profile: HubProfile, markets: Collection[str]) -> dict[str, dict[str, Any]]:
    """The sections of a file as far as the published profile answers them."""
    offices = select(Office.city).where(Office.organisation_id == profile.id, Office.closed_on.is_(None))
    offers = select(ServiceOffer.service).where(ServiceOffer.organisation_id == profile.id)
    hub = {
        "registered_name": profile.organisation.name_en,
        "legal_form": profile.legal_form,
        "founding_year": profile.founded_year,
        "website": profile.website,
        "members": profile.member_count,
        "staff_fte": str(profile.staff_count) if profile.staff_count is not None else None,
    }
    coverage = {
        "markets": sorted(markets),
        "services_wanted": sorted(set(db.session.execute(offers).scalars())),
        "offices": [city for city in dict.fromkeys(db.session.execute(offices).scalars()) if city],
    }
    return {
        section.code: read_section(section, {name: value for name, value in given.items() if value}, {})[0]
        for section, given in ((HUB, hub), (COVERAGE, coverage))
    }


# --- sections ----------------------------------------------------------------------------------------------


def section_called(proposal: Proposal, code: str) -> Section:
    """The section of this file with this code. Raises NotFound."""
    if code in FIXED:
        return FIXED[code]
    found = next((section for section in sections_of(proposal) if section.code == code), None)
    if found is None:
        raise NotFound()
    return found


def row_of(proposal: Proposal, code: str) -> ProposalSection | None:
    """What is kept of a section; None until something is."""
    return next((row for row in proposal.sections if row.code == code), None)


def save_section(
    proposal: Proposal, section: Section, typed: Mapping[str, Any], *, version: int | None, actor: Actor, now: datetime
) -> Saved:
    """Keep what was typed in a section; what is not in `typed` stays. `version` is the one that was read, 0 for none.

    Raises NotPermitted, WrongState, Stale (somebody saved this section in between; nothing of theirs is lost).
    """
    if not actor.can(P.PROPOSAL_WRITE, proposal):
        raise NotPermitted(message=NOT_YOURS)
    if proposal.state not in EDITABLE:
        raise WrongState(NOT_OPEN)
    row = row_of(proposal, section.code)
    present = row.version_id if row is not None else 0
    if version is not None and version != present:
        raise Stale(CHANGED_MEANWHILE, extra={"version": present})
    read, gaps = read_section(section, typed, known_codes())
    kept = {name: value for name, value in (row.content if row else {}).items() if name not in typed}
    content = {**kept, **read}
    if row is not None and row.content == content:
        return Saved(row, gaps)
    if row is None:
        row = ProposalSection(code=section.code, content={}, updated_at=now)
        proposal.sections.append(row)
    is_news = row.updated_by_id != actor.person_id or now - row.updated_at > _QUIET or not row.content
    row.content, row.updated_at, row.updated_by_id = content, now, actor.person_id
    if section.code == COVERAGE.code and not any(gap.field == "markets" for gap in gaps):
        _put_markets(proposal, list(content.get("markets", ())))
    db.session.flush()
    if is_news:
        data = {"section": section.code}
        record(db.session, "proposal.save_section", proposal, actor=actor, now=now, data=data, outbox=False)
    return Saved(row, gaps)
