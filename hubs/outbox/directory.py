"""Mails about profiles: a change that waits for the ministry, what it decided, and "are these details still right?"."""

from __future__ import annotations

from collections.abc import Iterator

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from hubs.accounts.models import Membership, Organisation, OrganisationKind, Person, Role
from hubs.accounts.permissions import GRANTS, P
from hubs.accreditation.queries.conflicts import has_interest
from hubs.core.events import Event
from hubs.core.links import external
from hubs.directory.lifecycle import ChangeState
from hubs.directory.models import ProfileChange
from hubs.directory.still_right import still_right_url
from hubs.extensions import db
from hubs.outbox.letters import Letter

GROUP = "profile"
ASKED = "profile.confirmation_asked"
LEADERS = (Role.HEAD, Role.MANAGER)
_OPEN = _l("Open it in Hubs")

LETTERS: dict[str, Letter] = {
    "profile_change.submit": Letter(
        _l("%(hub)s changed details that you confirm"),
        (
            _l("The accreditation of %(hub)s rests on these details. The register shows them when you confirm."),
            _l("Is something not right? Then send it back and say why. You see what was and what it becomes."),
        ),
        button=_OPEN,
    ),
    "profile_change.publish": Letter(
        _l("Your changed details are in the register"),
        (_l("The ministry confirmed the details that you changed. Everybody sees them now."),),
        button=_OPEN,
    ),
    "profile_change.send_back": Letter(
        _l("The ministry sent your changed details back"),
        (
            _l("The register still shows what it showed before. Beside your draft you read what is not right."),
            _l("Mend it and publish again."),
        ),
        button=_OPEN,
    ),
    ASKED: Letter(
        _l("Are the details of %(hub)s still right?"),
        (
            _l("Every six months we ask you this, so that others can rely on what they read about you."),
            _l("Open the link, read, and press the button. You need not sign in. It takes a minute."),
        ),
        button=_l("Look whether it is right"),
    ),
}


def is_about(entry: Event) -> bool:
    """Whether an event is mailed: a change that was published at once needs nobody."""
    return entry.kind in LETTERS and (
        entry.kind != "profile_change.submit" or entry.data.get("to") == ChangeState.SUBMITTED
    )


def readers(entry: Event) -> Iterator[tuple[str, str, str, str | None]]:
    """(template, address, language, whose eyes it is for) for everybody an event is for; never who caused it."""
    organisation = _organisation(entry)
    if organisation is None:
        return
    to_ministry = entry.kind == "profile_change.submit"
    people = _confirmers(organisation.id) if to_ministry else _leaders(organisation.id)
    for person in people:
        if person.id != entry.actor_id:
            yield f"{GROUP}:{entry.kind}", person.email, person.language, None if to_ministry else organisation.id


def _organisation(entry: Event) -> Organisation | None:
    if entry.subject_type == ProfileChange.__tablename__:
        change = db.session.get(ProfileChange, entry.subject_id)
        return change.hub.organisation if change is not None else None
    return db.session.get(Organisation, entry.subject_id)


def _people(
    organisation_kind: OrganisationKind | None, roles: tuple[Role, ...], organisation_id: str | None
) -> list[Person]:
    statement = (
        select(Membership)
        .join(Membership.person)
        .join(Membership.organisation)
        .where(
            Membership.role.in_(roles),
            Membership.ended_at.is_(None),
            Membership.invited_as.is_(None),
            Person.is_active.is_(True),
        )
        .options(joinedload(Membership.person))
        .order_by(Person.email_folded)
    )
    if organisation_kind is not None:
        statement = statement.where(Organisation.kind == organisation_kind)
    if organisation_id is not None:
        # who leads one office only cannot say so for the whole
        statement = statement.where(Organisation.id == organisation_id, Membership.office_id.is_(None))
    members = db.session.execute(statement).scalars()
    return list({row.person_id: row.person for row in members}.values())


def _leaders(organisation_id: str) -> list[Person]:
    return _people(None, LEADERS, organisation_id)


def _confirmers(hub_id: str) -> list[Person]:
    """Who may confirm for the ministry and declared no interest in this hub."""
    ministry = OrganisationKind.MINISTRY
    roles = tuple(role for (kind, role), granted in GRANTS.items() if kind == ministry and P.PROFILE_CONFIRM in granted)
    return [person for person in _people(ministry, roles, None) if not has_interest(person.id, hub_id)]


def letter_for(template: str, entry: Event, language: str, address: str) -> tuple[Letter, dict[str, str], str] | None:
    """The mail behind a delivery's template, its values and its address; None when it is no news any more."""
    kind = template.partition(":")[2]
    organisation = _organisation(entry)
    if organisation is None or kind not in LETTERS:
        return None
    href = _href(kind, entry, organisation, address)
    return (LETTERS[kind], {"hub": organisation.name(language)}, href) if href else None


def _href(kind: str, entry: Event, organisation: Organisation, address: str) -> str | None:
    if kind == ASKED:
        person = next((each for each in _leaders(organisation.id) if each.email == address), None)
        return still_right_url(person.id, organisation.id) if person is not None else None
    if kind == "profile_change.submit":
        change = db.session.get(ProfileChange, entry.subject_id)
        waits = change is not None and change.state == ChangeState.SUBMITTED
        return external(f"/profile-changes/{entry.subject_id}") if waits else None
    return external("/organisation/profile" if kind == "profile_change.send_back" else "/organisation")
