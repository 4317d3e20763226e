"""The words for roles and kinds of organisation; the codes are those of `hubs.accounts.models`."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from hubs.accounts.models import Membership, Role
from hubs.accounts.models import OrganisationKind as K

ROLE_NAMES: dict[Role, Any] = {
    Role.ASSESSOR: _l("Assessor"),
    Role.DECISION_MAKER: _l("Decision maker"),
    Role.ADMINISTRATOR: _l("Administrator"),
    Role.AUDITOR: _l("Auditor"),
    Role.OFFICER: _l("Officer"),
    Role.HEAD: _l("Head of post"),
    Role.STAFF: _l("Staff member"),
    Role.MANAGER: _l("Manager"),
    Role.MEMBER: _l("Member"),
}
KIND_NAMES: dict[K, Any] = {
    K.MINISTRY: _l("Ministry"),
    K.POST: _l("Post"),
    K.HUB: _l("Hub"),
    K.PARTNER: _l("Partner"),
    K.STEERING_TEAM: _l("Steering team"),
}


def role_name(code: str) -> Any:
    return ROLE_NAMES[Role(code)]


def kind_name(code: str) -> Any:
    return KIND_NAMES[K(code)]


def membership_state(membership: Membership, today: date) -> str:
    """The code of what somebody's place is worth today: blocked, invited, left (the planned day is over), active."""
    if not membership.person.is_active:
        return "blocked"
    if membership.invited_as:
        return "invited"
    return "active" if membership.is_in_force_on(today) else "left"
