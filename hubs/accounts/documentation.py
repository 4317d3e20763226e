"""docs/permissions.md, written from the tables in `permissions.py` and from nothing else."""

from __future__ import annotations

from hubs.accounts.models import ROLES_OF, OrganisationKind
from hubs.accounts.permissions import BEYOND_OWN, ENTREPRENEUR, FOR_A_POST, GRANTS, PARTY, SCOPES, SYSTEM, P

_HEAD = """# Permissions

Declared in `hubs/accounts/permissions.py`. A role in an organisation holds permissions. A
permission asks on which side of an object one's organisation must be; *any* asks nothing. Outside one's scope an
object does not exist (404); inside it, without the permission, one may not (403).
"""

_SIDES = {
    "any": "any: the object has no sides",
    "own": "own: the organisation the object belongs to",
    "party": "party: a party to the agreement",
    "drafter": "drafter: the side that drafted the agreement",
    "reader": "reader: whoever may see it, as the object says",
    "owner": "owner: the desk that owns the question",
    "sender": "sender: the organisation that referred",
    "receiver": "receiver: the organisation it was referred to",
    "invited": "invited: the organisation that a mission asks to take part",
    "adviser": "adviser: a post whose advice the ministry asked",
    "assessor": "assessor: the person who was assigned, nobody else of the organisation",
}


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _table(head: list[str], rows: list[list[str]]) -> str:
    return "\n".join([_row(head), _row(["---"] * len(head)), *(_row(cells) for cells in rows)])


def _kind_table(kind: OrganisationKind) -> str:
    roles = ROLES_OF[kind]
    held = {role: GRANTS.get((kind, role), frozenset()) for role in roles}
    rows = []
    for permission in P:
        if not any(permission in granted for granted in held.values()):
            continue
        marks = [_mark(permission, role, held[role]) for role in roles]
        rows.append([f"`{permission}`", PARTY[permission], *marks])
    return _table(["Permission", "Side", *(f"`{role}`" for role in roles)], rows)


def _mark(permission: P, role: str, granted: frozenset[P]) -> str:
    if permission not in granted:
        return ""
    return "every organisation" if role in BEYOND_OWN.get(permission, frozenset()) else "yes"


def _listed(permissions: frozenset[P]) -> str:
    return ", ".join(f"`{permission}`" for permission in sorted(permissions))


def permissions_markdown() -> str:
    """The whole page: sides, a table for each kind of organisation, the service, entrepreneurs, API scopes."""
    parts = [_HEAD, "## Sides\n", "\n".join(f"- {words}" for words in _SIDES.values())]
    for kind in OrganisationKind:
        parts += [f"\n## {kind.replace('_', ' ').capitalize()}\n", _kind_table(kind)]
    parts += [
        "\n## Others\n",
        f"- The service itself (clocks, rules): {_listed(SYSTEM)}",
        f"- The service for a post that lets referrals go out by themselves, on its side: {_listed(FOR_A_POST)}",
        f"- An entrepreneur with a tracking link, for that question only: {_listed(ENTREPRENEUR)}",
        "\n## Scopes of API tokens\n",
        "A token acts for one organisation with the rights of one role, narrowed to its scopes.\n",
        _table(["Scope", "Lets through"], [[f"`{scope}`", _listed(let)] for scope, let in SCOPES.items()]),
    ]
    return "\n".join(parts) + "\n"
