"""The generated page of permissions says what the tables say."""

from __future__ import annotations

from hubs.accounts.documentation import _SIDES, permissions_markdown
from hubs.accounts.models import ROLES_OF, OrganisationKind
from hubs.accounts.permissions import GRANTS, PARTY, SCOPES, P


def test_every_role_permission_and_scope_is_there() -> None:
    page = permissions_markdown()
    held = frozenset().union(*GRANTS.values())
    for permission in P:
        assert (f"| `{permission}` |" in page) is (permission in held)
    for kind in OrganisationKind:
        for role in ROLES_OF[kind]:
            assert (kind, role) in GRANTS
            assert f"`{role}`" in page
    for scope in SCOPES:
        assert f"| `{scope}` |" in page


def test_every_side_is_explained() -> None:
    assert set(PARTY.values()) <= set(_SIDES)
    assert set(PARTY) == set(P)


def test_administrators_reach_every_organisation() -> None:
    ministry = permissions_markdown().split("## Ministry")[1].split("## Post")[0]
    (row,) = [line for line in ministry.splitlines() if "people:manage" in line]
    assert row == "| `people:manage` | own |  |  | every organisation |  |  |"
