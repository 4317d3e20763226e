"""The organisations a receipt names by id, for pages and API."""

from __future__ import annotations

from sqlalchemy import select

from hubs.accounts.models import Organisation
from hubs.extensions import db
from hubs.referrals.routing import Receipt


def named(receipt: Receipt) -> dict[str, Organisation]:
    """Every organisation on the receipt, places and those left off, by id."""
    ids = {place.organisation_id for place in receipt.destinations} | {row.organisation_id for row in receipt.excluded}
    if not ids:
        return {}
    rows = db.session.execute(select(Organisation).where(Organisation.id.in_(sorted(ids)))).scalars()
    return {row.id: row for row in rows}
