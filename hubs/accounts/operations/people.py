"""An organisation's people: invited, given another role, let go; and accounts that are blocked."""

from __future__ import annotations

from datetime import date, datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import IntegrityError

from hubs.accounts import links
from hubs.accounts.actor import Actor
from hubs.accounts.models import ROLES_OF, Membership, Organisation, OrganisationKind, Person
from hubs.accounts.operations import sign_ins
from hubs.accounts.operations.own_account import close_links, make_link
from hubs.accounts.permissions import P
from hubs.accounts.queries import (
    count_other_leaders,
    get_person,
    leader_roles,
    membership_of,
    offices_of,
    open_memberships_of,
    person_by_email,
)
from hubs.core.clock import local_day
from hubs.core.errors import NotPermitted, Problem, RuleViolation, WrongState
from hubs.core.events import record
from hubs.core.perform import Actor as AnyActor
from hubs.core.types import folded, new_id
from hubs.extensions import db


def _check(actor: Actor, organisation: Organisation) -> None:
    if not actor.can(P.PEOPLE_MANAGE, organisation):
        raise NotPermitted()


def _check_place(organisation: Organisation, role: str, office_id: str | None, actor: Actor) -> None:
    """The role must belong to this kind of organisation, the office to the organisation, and to who leads it."""
    problems = []
    if role not in ROLES_OF[OrganisationKind(organisation.kind)]:
        problems.append(Problem("unknown_role", _l("Choose a role that this organisation has."), "role"))
    if office_id is not None and office_id not in {office.id for office in offices_of(organisation.id)}:
        problems.append(Problem("unknown_office", _l("Choose an office of this organisation."), "office_id"))
    elif actor.office_id is not None and office_id != actor.office_id:
        problems.append(Problem("other_office", _l("You lead one office: choose that one."), "office_id"))
    if problems:
        raise RuleViolation(problems=problems)


def invite_person(
    organisation: Organisation,
    *,
    name: str,
    email: str,
    role: str,
    office_id: str | None,
    language: str,
    actor: Actor,
    now: datetime,
) -> Membership:
    """Invite somebody to act for an organisation; it counts once they accept by the mailed link.

    The answer is the same whether the address has an account or not, and until they accept only the name typed
    here is shown. Somebody who acts for this organisation already gets the role at once. Raises RuleViolation.
    """
    _check(actor, organisation)
    _check_place(organisation, role, office_id, actor)
    person = person_by_email(email) or _new_person(name, email, language, now)
    open_ones = open_memberships_of(person.id, organisation.id)
    if any(membership.role == role for membership in open_ones):
        raise RuleViolation("already_there", _l("Somebody with this mail address has this role here already."), "email")
    if actor.office_id is not None and any(membership.office_id != actor.office_id for membership in open_ones):
        # a second role would take them from their own office, or from all of them
        message = _l("Somebody who leads all of your organisation can give this person a role.")
        raise RuleViolation("other_office", message, "email")
    joined = any(membership.is_in_force_on(local_day(now)) for membership in open_ones)
    membership = _place(person, organisation.id, role, office_id, invited_as=None if joined else name)
    if joined:
        data = {"organisation_id": organisation.id, "role": role}
        record(db.session, "account.membership_added", membership, actor=actor, now=now, data=data, related=person)
    else:
        _send_invitation(membership, person, actor=actor, now=now)
    return membership


def _new_person(name: str, email: str, language: str, now: datetime) -> Person:
    """Somebody new; whoever was added under this address at the same moment when that came first."""
    person = Person(id=new_id(), name=name, email=email, email_folded=folded(email), language=language, created_at=now)
    try:
        with db.session.begin_nested():
            db.session.add(person)
    except IntegrityError:
        earlier = person_by_email(email)
        if earlier is None:
            raise
        return earlier
    return person


def _place(
    person: Person, organisation_id: str, role: str, office_id: str | None, *, invited_as: str | None
) -> Membership:
    """The row of person, organisation and role, begun or begun again."""
    membership = membership_of(person.id, organisation_id, role)
    if membership is None:
        membership = Membership(id=new_id(), person_id=person.id, organisation_id=organisation_id, role=role)
        db.session.add(membership)
    membership.invited_as, membership.ended_at, membership.ends_on = invited_as, None, None
    _work_at(membership, office_id)
    return membership


def _work_at(membership: Membership, office_id: str | None) -> None:
    """One works at one office or at all of them, whatever one's roles; so that two roles are never worth more."""
    membership.office_id = office_id
    db.session.flush()
    for other in open_memberships_of(membership.person_id, membership.organisation_id):
        other.office_id = office_id
    db.session.flush()


def _send_invitation(membership: Membership, person: Person, *, actor: Actor, now: datetime) -> None:
    link = make_link(person, links.INVITATION, now=now, organisation_id=membership.organisation_id)
    data = {
        "link_id": link.id,
        "organisation_id": membership.organisation_id,
        "membership_id": membership.id,
        "role": membership.role,
    }
    record(db.session, "account.invited", person, actor=actor, now=now, data=data)


def resend_invitation(membership: Membership, *, actor: Actor, now: datetime) -> None:
    """Mail a new link; the earlier one no longer works. Raises WrongState once the invitation was accepted."""
    _check(actor, membership.organisation)
    if membership.invited_as is None:
        raise WrongState(_l("This person has accepted the invitation already."))
    _send_invitation(membership, membership.person, actor=actor, now=now)


def change_membership(
    membership: Membership, *, role: str, office_id: str | None, actor: Actor, now: datetime
) -> Membership:
    """Give somebody another role or office; the membership that now holds. Raises RuleViolation."""
    organisation = membership.organisation
    _check(actor, organisation)
    _check_place(organisation, role, office_id, actor)
    before = membership.role
    if role != before:
        if any(m.role == role for m in open_memberships_of(membership.person_id, organisation.id)):
            raise RuleViolation("already_there", _l("This person has that role here already."), "role")
        if role not in leader_roles(organisation):
            _check_leaders(membership, actor, now)
        membership = _with_role(membership, role, now)
    _work_at(membership, office_id)
    data = {"organisation_id": organisation.id, "from": before, "to": role, "office_id": office_id}
    record(
        db.session, "account.membership_changed", membership, actor=actor, now=now, data=data, related=membership.person
    )
    return membership


def _with_role(membership: Membership, role: str, now: datetime) -> Membership:
    """The same place under another role: in the row itself, or in an ended row that had that role before."""
    earlier = membership_of(membership.person_id, membership.organisation_id, role)
    if earlier is None:
        membership.role = role
        return membership
    earlier.invited_as, earlier.ended_at, membership.ended_at = membership.invited_as, None, now
    earlier.ends_on, membership.ends_on = membership.ends_on, None
    return earlier


def _check_leaders(membership: Membership, actor: Actor, now: datetime) -> None:
    """One's own organisation keeps somebody who can invite people; the ministry may clear another's desk."""
    leads = membership.role in leader_roles(membership.organisation) and membership.is_in_force_on(local_day(now))
    if leads and actor.organisation_id == membership.organisation_id and count_other_leaders(membership) == 0:
        raise RuleViolation(
            "last_leader",
            _l("Nobody else here can invite people. Give somebody else that role first."),
        )


def end_membership(membership: Membership, *, actor: Actor, now: datetime) -> None:
    """End a membership or withdraw an invitation; sign-ins for that organisation end. Raises RuleViolation."""
    _check(actor, membership.organisation)
    _check_leaders(membership, actor, now)
    note_end(membership, actor=actor, now=now)


def plan_last_day(membership: Membership, ends_on: date | None, *, actor: Actor, now: datetime) -> None:
    """Say on which day somebody acts here for the last time; None: no end is planned. It ends by itself then.

    Raises NotPermitted, WrongState, RuleViolation.
    """
    _check(actor, membership.organisation)
    if membership.invited_as is not None:
        raise WrongState(_l("This person has not accepted the invitation yet."))
    if ends_on is not None:
        if ends_on < local_day(now):
            raise RuleViolation("ends_past", _l("Choose today or a later day."), "ends_on")
        _check_leaders(membership, actor, now)
    membership.ends_on = ends_on
    db.session.flush()
    data = {
        "organisation_id": membership.organisation_id,
        "role": membership.role,
        "ends_on": ends_on.isoformat() if ends_on else None,
    }
    record(
        db.session, "account.last_day_planned", membership, actor=actor, now=now, data=data, related=membership.person
    )


def note_end(membership: Membership, *, actor: AnyActor, now: datetime) -> None:
    """Write down that a membership is over; sign-ins for that organisation end with the last of them."""
    membership.ended_at = now
    db.session.flush()
    person = membership.person
    rest = open_memberships_of(person.id, membership.organisation_id)
    if not any(other.is_in_force_on(local_day(now)) for other in rest):
        sign_ins.end_sign_ins_for(membership, now=now)
    if not rest:
        close_links(person, links.INVITATION, now=now, organisation_id=membership.organisation_id)
    data = {"organisation_id": membership.organisation_id, "role": membership.role}
    record(db.session, "account.membership_ended", membership, actor=actor, now=now, data=data, related=person)


def block_person(person: Person, *, actor: Actor, now: datetime) -> None:
    """Shut somebody out of every organisation at once. Raises RuleViolation for oneself."""
    _check_blocking(person, actor)
    get_person(person.id, lock=True).is_active = False
    sign_ins.end_all_sign_ins(person, actor=actor, now=now)
    record(db.session, "account.blocked", person, actor=actor, now=now, outbox=False)


def unblock_person(person: Person, *, actor: Actor, now: datetime) -> None:
    """Let somebody in again. Raises RuleViolation for oneself."""
    _check_blocking(person, actor)
    person.is_active = True
    record(db.session, "account.unblocked", person, actor=actor, now=now, outbox=False)


def _check_blocking(person: Person, actor: Actor) -> None:
    if not actor.can(P.ORGANISATION_MANAGE):
        raise NotPermitted()
    if person.id == actor.id:
        raise RuleViolation("own_account", _l("You cannot block yourself."))
