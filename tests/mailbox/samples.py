"""Mails for the walk over every address: one set apart at each of two desks, and the drafts of two."""

from __future__ import annotations

from typing import Any

from hubs.core.clock import utcnow
from hubs.extensions import db
from hubs.mailbox.arrivals import arrive
from hubs.mailbox.models import IncomingMail
from tests.mailbox import mails
from tests.world import World

DESKS = ("post", "far_post", "hub_a", "ministry", "partner")


def mail_ids(demo: World, name: str) -> tuple[str, str]:
    """(a mail set apart, the reference of the draft made of another)."""
    address = f"{demo.codes[name]}@hubs.example"
    values: dict[str, Any] = {"List_Id": "<l.example>"}
    apart = arrive(
        mails.mail(message_id=f"<apart-{name}@x>", **values), address, envelope_from="a@b.example", now=utcnow()
    )
    draft = arrive(mails.mail(message_id=f"<draft-{name}@x>"), address, envelope_from="a@b.example", now=utcnow())
    row = db.session.get_one(IncomingMail, draft.id)
    assert row.support_request is not None
    return apart.id, row.support_request.reference
