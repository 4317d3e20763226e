"""Questions by the dozen, as rows: what the market-need dossier counts, without the intake that makes them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert

from hubs.companies.models import Company
from hubs.core.types import new_id, new_reference_body
from hubs.referrals.models import Referral, RequestPart, SupportRequest


def companies(session: Any, number: int, at: datetime) -> list[str]:
    """Ids of so many fictional companies."""
    ids = [new_id() for _ in range(number)]
    rows = [
        {"id": one, "country": "NL", "registration_number": f"T{new_reference_body()}{n}", "created_at": at}
        for n, one in enumerate(ids)
    ]
    session.execute(insert(Company), rows)
    return ids


def ask(
    session: Any,
    demo: Any,
    at: datetime,
    asked_by: Sequence[str],
    *,
    services: Sequence[str] = ("partner_search",),
    declined: str | None = None,
    late_referral: bool = False,
    step: timedelta = timedelta(minutes=7),
    **values: Any,
) -> list[str]:
    """One question of each of these companies from `at` on, closed as served unless told; their ids."""
    made = []
    for number, company in enumerate(asked_by):
        came_in = at + number * step
        row: dict[str, Any] = {
            "id": new_id(), "version_id": 1, "reference": f"H-{new_reference_body()}", "state": "closed",
            "owner_id": demo.organisations["post"], "office_id": demo.offices["post"], "company_id": company,
            "market": "CO", "sector": "33", "city": None, "target_groups": [], "facts": {}, "do_not_tell": [],
            "language": "nl", "urgency": "normal", "channel": "web", "text": "Een vraag.", "created_at": came_in,
            "received_at": came_in, "outcome": "served", "has_gap": False, "gap_causes": [], "is_demo": True,
            "link_version": 1, **values,
        }  # fmt: skip
        session.execute(insert(SupportRequest), [row])
        parts = [
            {"id": new_id(), "support_request_id": row["id"], "position": n, "service": service, "state": "served"}
            for n, service in enumerate(services)
        ]
        if parts:
            session.execute(insert(RequestPart), parts)
        if declined or late_referral:
            session.execute(insert(Referral), [_referral(demo, row, declined, late_referral)])
        made.append(row["id"])
    return made


def _referral(demo: Any, row: dict[str, Any], declined: str | None, late: bool) -> dict[str, Any]:
    return {
        "id": new_id(), "version_id": 1, "reference": f"D{row['reference'][1:]}-1", "support_request_id": row["id"],
        "number": 1, "kind": "referral", "mode": "warm", "state": "declined" if declined else "closed",
        "reason": declined, "from_id": demo.organisations["post"], "from_office_id": demo.offices["post"],
        "to_id": demo.organisations["hub_a"], "to_office_id": demo.offices["hub_a"], "is_demo": True,
        "sent_at": row["received_at"], "late_at": row["received_at"] if late else None,
    }  # fmt: skip
