"""Who acts, for which organisation, and the only test of what they may: `can`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hubs.accounts.models import ApiClient, Membership, OrganisationKind, Role
from hubs.accounts.permissions import (
    BEYOND_OWN,
    ENTREPRENEUR,
    FOR_A_POST,
    GRANTS,
    PARTY,
    PERSONAL_PARTIES,
    SCOPES,
    SYSTEM,
    P,
)


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, an API client, an entrepreneur with a tracking link, or the service itself.

    `id` names the person, the client or the support request; `organisation_id` is who one acts for.
    `office_id` is set when the membership is for one office only.
    """

    kind: str  # person, client, entrepreneur, system, anonymous
    id: str | None = None
    organisation_id: str | None = None
    organisation_kind: str | None = None
    office_id: str | None = None
    roles: frozenset[str] = frozenset()
    permissions: frozenset[str] = frozenset()
    language: str = "nl"
    person_id: str | None = None  # the human being: also behind a personal API token; four eyes are judged by it
    person_name: str | None = field(default=None, compare=False)
    organisation_name: str | None = field(default=None, compare=False)

    def can(self, permission: str, subject: Any = None) -> bool:
        """Whether this actor may do `permission`, to `subject` when one is given.

        Without a subject: whether the role holds the permission at all. With one: whether the actor's
        organisation is also on the side of the object that the permission asks for.
        """
        if permission not in self.permissions:
            return False
        party = PARTY[P(permission)]
        if subject is None or party == "any":
            return True
        if self.roles & BEYOND_OWN.get(P(permission), frozenset()):
            return True
        if self.kind == "entrepreneur":
            return subject.parties.get("entrepreneur") == {self.id}
        mine = self.person_id if party in PERSONAL_PARTIES else self.organisation_id
        return mine is not None and mine in subject.parties.get(party, ())

    @property
    def is_system(self) -> bool:
        return self.kind == "system"


ANONYMOUS = Actor("anonymous")
THE_SERVICE = Actor("system", id="service", permissions=frozenset(SYSTEM))


def service_for(post_id: str) -> Actor:
    """The service on the side of one post, which chose that it may send its questions on (domain.md, Routing 5)."""
    return Actor(
        THE_SERVICE.kind,
        id=THE_SERVICE.id,
        organisation_id=post_id,
        organisation_kind=OrganisationKind.POST,
        permissions=FOR_A_POST,
    )


def actor_of_membership(memberships: list[Membership], locale: str = "nl") -> Actor:
    """The actor for one person and one organisation, with every role held there (at least one membership).

    Roles at several offices never add up to every office: the first office limits all, and counts with the roles
    that hold everywhere.
    """
    office_id = next((m.office_id for m in memberships if m.office_id), None)
    memberships = [m for m in memberships if m.office_id in (None, office_id)]
    first = memberships[0]
    organisation = first.organisation
    kind = OrganisationKind(organisation.kind)
    granted: set[str] = set()
    for membership in memberships:
        granted |= GRANTS.get((kind, Role(membership.role)), frozenset())
    return Actor(
        "person",
        id=first.person_id,
        organisation_id=organisation.id,
        organisation_kind=organisation.kind,
        office_id=office_id,
        roles=frozenset(m.role for m in memberships),
        permissions=frozenset(granted),
        language=first.person.language,
        person_id=first.person_id,
        person_name=first.person.name,
        organisation_name=organisation.name(locale),
    )


def actor_of_client(client: ApiClient) -> Actor:
    """The actor of an API token: the rights of its role, narrowed to its scopes."""
    organisation = client.organisation
    let_through = frozenset().union(*(SCOPES.get(scope, frozenset()) for scope in client.scopes), frozenset())
    granted = GRANTS.get((OrganisationKind(organisation.kind), Role(client.role)), frozenset())
    return Actor(
        "client",
        id=client.id,
        organisation_id=organisation.id,
        organisation_kind=organisation.kind,
        roles=frozenset({client.role}),
        permissions=granted & (let_through | {P.ACCOUNT_USE}),
        language="en",
        person_id=client.person_id,
        person_name=client.name,
        organisation_name=organisation.name_en,
    )


def actor_of_entrepreneur(support_request_id: str, language: str = "nl") -> Actor:
    """The actor who holds the tracking link of one support request."""
    return Actor("entrepreneur", id=support_request_id, permissions=frozenset(ENTREPRENEUR), language=language)
