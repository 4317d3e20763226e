"""What the service knows of a hub that asks for renewal, and what in its file is as it was (letter rec. 9).

Nothing of this is stored with the file: it is read from the last decided file and the register when it is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from hubs.accounts.models import Office, Organisation
from hubs.accreditation.models import Proposal, ProposalSection
from hubs.accreditation.sections import CLAIMS, COVERAGE, HUB, read_section
from hubs.companies.models import ClientContact
from hubs.core.clock import local_day, start_of
from hubs.directory.freshness import usual_days
from hubs.directory.models import HubAnswerRecord, HubProfile, ServiceOffer
from hubs.extensions import db
from hubs.referrals.models import Referral

Contents = dict[str, dict[str, Any]]
UNCHANGED, REGISTER, CHANGED, NEW = "unchanged", "register", "changed", "new"
ANSWER_TIME = "E3"  # response time achieved, in working days
NOT_CARRIED = frozenset({"claims_year", "accounts", "plan_years"})  # of that time: to be given anew


def marks_of(
    proposal: Proposal, *, now: datetime, contents: Mapping[str, Mapping[str, Any]] | None = None
) -> dict[str, dict[str, str]]:
    """For a renewal, what each answer is beside the last decided file: section -> field -> mark.

    `contents`: the answers as the reader sees them, the running draft when left out. `unchanged`: as it was then;
    `register`: other than then, but as the register has it; `changed`; `new`.
    """
    seen = contents if contents is not None else {row.code: row.content for row in proposal.sections}
    earlier, known = earlier_answers(proposal), from_register(proposal, now)
    marks = {
        code: {name: _mark(name, value, earlier.get(code, {}), known.get(code, {})) for name, value in content.items()}
        for code, content in seen.items()
    }
    if earlier:
        return marks
    # there is nothing to be new beside
    return {code: {name: mark for name, mark in found.items() if mark == REGISTER} for code, found in marks.items()}


def _mark(name: str, value: Any, before: Mapping[str, Any], known: Mapping[str, Any]) -> str:
    if name in before and before[name] == value:
        return UNCHANGED
    if name in known and known[name] == value:
        return REGISTER
    return CHANGED if name in before else NEW


def earlier_proposal(proposal: Proposal) -> Proposal | None:
    """The file on which the accreditation that is renewed was decided, else the last one decided before."""
    statement = (
        select(Proposal)
        .where(Proposal.hub_id == proposal.hub_id, Proposal.id != proposal.id, Proposal.decided_at.is_not(None))
        .order_by(Proposal.decided_at.desc())
        .limit(1)
    )
    return db.session.execute(statement).scalar_one_or_none()


def earlier_answers(proposal: Proposal) -> Contents:
    before = earlier_proposal(proposal)
    if before is None:
        return {}
    statement = select(ProposalSection).where(ProposalSection.proposal_id == before.id)
    return {
        row.code: {
            name: value for name, value in row.content.items() if name not in NOT_CARRIED and not name.startswith("_")
        }
        for row in db.session.execute(statement).scalars()
    }


def from_register(proposal: Proposal, now: datetime) -> Contents:
    """Profile, offices, offers, response time and dealings counted; what the register does not know is left out."""
    profile = db.session.get_one(HubProfile, proposal.hub_id)
    organisation = db.session.get_one(Organisation, proposal.hub_id)
    hub = {
        "registered_name": organisation.name_en,
        "legal_form": profile.legal_form,
        "founding_year": profile.founded_year,
        "website": profile.website,
        "members": profile.member_count,
        "staff_fte": str(profile.staff_count) if profile.staff_count is not None else None,
    }
    offices = select(Office.city).where(Office.organisation_id == profile.id, Office.closed_on.is_(None))
    cities = [city for city in dict.fromkeys(db.session.execute(offices).scalars()) if city]
    offers = select(ServiceOffer.service).where(
        ServiceOffer.organisation_id == profile.id, ServiceOffer.is_published.is_(True)
    )
    coverage = {
        "markets": sorted(profile.markets or ()),
        "services_wanted": sorted(set(db.session.execute(offers).scalars())),
        "offices": cities,
    }
    found: Contents = {
        section.code: read_section(section, {name: value for name, value in given.items() if value}, {})[0]
        for section, given in ((HUB, hub), (COVERAGE, coverage), (CLAIMS, _dealings(profile.id, now)))
    }
    record = db.session.get(HubAnswerRecord, profile.id)
    days = usual_days(record.answers, record.usual_minutes) if record else None
    group = _group_of(proposal, ANSWER_TIME)
    if days is not None and group:
        found[f"criteria_{group}"] = {ANSWER_TIME: str(days)}
    return found


def _group_of(proposal: Proposal, code: str) -> str:
    rows = proposal.guideline_version.criteria
    return next((row.group_code for row in rows if row.code == code), "")


def _dealings(hub_id: str, now: datetime) -> dict[str, Any]:
    """The last calendar year in the service: questions that came, and the companies behind the dealings."""
    year = local_day(now).year - 1
    first, last = (
        start_of(local_day(now).replace(year=year, month=1, day=1)),
        start_of(local_day(now).replace(year=year + 1, month=1, day=1)),
    )
    questions = select(func.count()).where(Referral.to_id == hub_id, Referral.sent_at >= first, Referral.sent_at < last)
    companies = select(func.count(func.distinct(ClientContact.company_id))).where(
        ClientContact.organisation_id == hub_id, ClientContact.at >= first, ClientContact.at < last
    )
    found = {
        "questions_per_year": db.session.execute(questions).scalar_one(),
        "companies": db.session.execute(companies).scalar_one(),
    }
    return {"claims_year": year, **found} if any(found.values()) else {}
