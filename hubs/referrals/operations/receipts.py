"""The advice on a question: made, kept with the table it was made on, and made again (domain.md, Routing receipt)."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from hubs.extensions import db
from hubs.referrals.models import RoutingReceipt, RoutingSnapshot, SupportRequest
from hubs.referrals.moment import input_of, moment_for
from hubs.referrals.routing import Receipt, replay, route
from hubs.referrals.table import current_table


def receipt_for(support_request: SupportRequest, *, now: datetime) -> Receipt:
    """The advice as of now. Changes nothing; its hash stays the same while the places do."""
    table = current_table(now)
    return route(table, input_of(support_request), moment_for(db.session(), support_request, table, now))


def store_receipt(support_request: SupportRequest, receipt: Receipt, *, now: datetime) -> RoutingReceipt:
    """Keep an advice with the slice of the table it was made on; the same advice is kept once."""
    _keep_snapshot(receipt, now)
    stored = receipt.to_json()
    asked, moment = stored.pop("input"), stored.pop("moment")
    for known in db.session.execute(
        select(RoutingReceipt).where(
            RoutingReceipt.support_request_id == support_request.id, RoutingReceipt.hash == receipt.hash
        )
    ).scalars():
        if known.result.get("digest") == receipt.digest:
            return known
    row = RoutingReceipt(
        support_request_id=support_request.id,
        hash=receipt.hash,
        snapshot_hash=receipt.table_version,
        rules_version=receipt.rules_version,
        input=asked,
        moment=moment,
        result=stored,
        created_at=now,
    )
    db.session.add(row)
    db.session.flush()
    return row


def passed_over(receipt: Receipt, services: Iterable[str | None]) -> set[str]:
    """The first places elsewhere for these services, which a desk that helps by itself departs from."""
    asked = set(services)
    return {
        place.organisation_id
        for place in receipt.first()
        if not place.at_owning_desk and not place.own_choice and asked & set(place.services)
    }


def count_gap(support_request: SupportRequest, receipt: Receipt, *, taken_by_post: bool) -> None:
    """A post takes what a hub would have got: a gap, with its causes; a hub takes all that is a hub's: none."""
    if receipt.gap and taken_by_post:
        support_request.has_gap, support_request.gap_causes = True, sorted(receipt.gap_causes)
    elif not receipt.gap and not taken_by_post:
        support_request.has_gap, support_request.gap_causes = False, []


def _keep_snapshot(receipt: Receipt, now: datetime) -> None:
    """The slice of the table, once; two desks may be the first to need it at the same moment."""
    if db.session.get(RoutingSnapshot, receipt.table_version) is not None:
        return
    content = current_table(now).slice(receipt.input.market)
    with suppress(IntegrityError), db.session.begin_nested():
        db.session.add(RoutingSnapshot(hash=receipt.table_version, content=content, created_at=now))
        db.session.flush()


def replay_receipt(row: RoutingReceipt) -> Receipt:
    """The stored advice made again from its own input, moment and table. Raises ValueError when it differs."""
    return replay(stored_json(row), row.snapshot.content)


def stored_json(row: RoutingReceipt) -> dict[str, Any]:
    """A stored advice as the JSON it was."""
    return {**row.result, "input": row.input, "moment": row.moment}
