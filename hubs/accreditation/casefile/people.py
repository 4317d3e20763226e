"""Who took part in a case, and as what."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _
from sqlalchemy import select

from hubs.accounts.models import Membership, Organisation, OrganisationKind, Person
from hubs.accreditation.casefile.pieces import Names
from hubs.accreditation.models import Decision, Objection, Proposal
from hubs.extensions import db


def names_in(
    proposal: Proposal | None,
    decisions: Iterable[Decision],
    objections: Iterable[Objection],
    people: Iterable[str | None],
    *,
    hub_id: str,
    hidden: bool,
) -> Names:
    """The people of a case: those who acted in it, and everybody who ever worked for the hub."""
    special = _special_roles(proposal, decisions, objections)
    wanted = {person_id for person_id in (*people, *special) if person_id}
    statement = (
        select(Person.id, Person.name, Organisation.kind)
        .outerjoin(Membership, Membership.person_id == Person.id)
        .outerjoin(Organisation, Organisation.id == Membership.organisation_id)
        .where(Person.id.in_(wanted) | (Membership.organisation_id == hub_id))
        .order_by(Person.id, Membership.id)
    )
    known: dict[str, str] = {}
    roles: dict[str, str] = {}
    words = _kind_words()
    for person_id, name, kind in db.session.execute(statement):
        known[person_id] = name
        roles.setdefault(person_id, words.get(kind or "", _("somebody else")))
    return Names(
        known, {**roles, **special}, hidden, _("somebody else"), _("[e-mail address]"), _("[telephone number]")
    )


def _kind_words() -> dict[str, str]:
    return {
        OrganisationKind.MINISTRY: _("member of staff of the ministry"),
        OrganisationKind.POST: _("member of staff of the post"),
        OrganisationKind.HUB: _("contact person of the hub"),
        OrganisationKind.PARTNER: _("member of staff of a partner"),
    }


def _special_roles(
    proposal: Proposal | None, decisions: Iterable[Decision], objections: Iterable[Objection]
) -> dict[str, str]:
    found: dict[str, str] = {}
    for decision in decisions:
        if decision.drafted_by_id:
            found[decision.drafted_by_id] = _("drafter of the decision")
    for row in proposal.assessors if proposal else ():
        found[row.person_id] = _("assessor %(number)s", number=row.position)
    for decision in decisions:
        if decision.signed_by_id:
            found[decision.signed_by_id] = _("decision maker")
    for objection in objections:
        if objection.handler_id:
            found[objection.handler_id] = _("handler of the objection")
    return found
