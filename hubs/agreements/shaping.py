"""What the API tells of agreements: terms, parties, and whether they are in force at this moment."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flask_babel import get_locale

from hubs.accounts.models import Organisation
from hubs.core.perform import Actor, open_actions

from .models import Agreement
from .queries import lineages_of
from .standing import AgreementFacts, facts_of, failing_reasons, local_day, posts_in_force
from .terms import terms_of

_COLUMNS = (
    "id", "lineage_id", "version_number", "state", "drafted_by_id",
    "offered_at", "hub_signed_at", "hub_ended_at", "ended_at", "end_reason",
)  # fmt: skip


def party_shown(organisation: Organisation) -> dict[str, Any]:
    """An organisation as answers name it."""
    return {
        "id": organisation.id,
        "kind": organisation.kind,
        "code": organisation.code,
        "name": organisation.name(str(get_locale() or "nl")),
    }


def agreements_shown(rows: Iterable[tuple[Agreement, str]], *, actor: Actor, now: datetime) -> list[dict[str, Any]]:
    """Agreements, each with the standing of its hub, as `AgreementOut` takes them; one query for their lineages."""
    listed = list(rows)
    lineages = lineages_of([agreement for agreement, _standing in listed])
    return [
        _shown(agreement, standing, facts_of(agreement, lineages.get(agreement.lineage_id, ())), actor, now)
        for agreement, standing in listed
    ]


def _shown(agreement: Agreement, standing: str, facts: AgreementFacts, actor: Actor, now: datetime) -> dict[str, Any]:
    today = local_day(now)
    reasons = failing_reasons(facts, standing, today)
    holding = posts_in_force(facts, standing, today)
    return {
        **{name: getattr(agreement, name) for name in _COLUMNS},
        **terms_of(agreement),
        "is_in_force": not reasons,
        "not_in_force_because": reasons,
        "hub": party_shown(agreement.hub),
        "posts": [
            {
                "organisation": party_shown(row.post),
                "signed_at": row.signed_at,
                "ended_at": row.ended_at,
                "is_in_force": row.post_id in holding,
            }
            for row in agreement.posts
        ],
        "actions": [row.name for row in open_actions(agreement, actor)],
    }
