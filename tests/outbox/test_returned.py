"""A mail of ours that comes back: its delivery is marked, and the desk hears of it once; missions have letters too."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from hubs.core.clock import utcnow
from hubs.core.events import Event
from hubs.extensions import db
from hubs.mailbox.arrivals import arrive
from hubs.missions.models import Mission
from hubs.outbox.dispatch import work_once
from hubs.outbox.models import Delivery
from hubs.referrals.models import SupportRequest
from tests.mailbox import mails
from tests.missions.samples import mission_values
from tests.referrals.builders import question
from tests.world import World


def _work(sent: list[Any]) -> None:
    while work_once(sent.append, sender="Hubs <noreply@hubs.example>"):
        pass


def test_a_returned_mail_is_told_to_the_desk_once(in_app: Any, demo: World) -> None:
    with in_app():
        request_id = question(demo).id
        db.session.commit()
        sent: list[Any] = []
        _work(sent)
        contact = db.session.get_one(SupportRequest, request_id).contact_person
        assert contact is not None
        statement = select(Delivery.id).where(Delivery.address == contact.email, Delivery.state == "sent")
        delivery_id = db.session.execute(statement.limit(1)).scalar_one()
        db.session.rollback()
        for number in (1, 2):
            raw = mails.bounce(delivery_id).replace(b"report-", f"r{number}-".encode())
            assert arrive(raw, "noreply@hubs.example", envelope_from="", now=utcnow()).state == "noted"
            _work(sent)
        found = db.session.get_one(Delivery, delivery_id)
        assert (found.state, found.error) == ("failed", "returned 5.1.1")
        kinds = select(Event).where(Event.kind == "support_request.mail_returned")
        assert len(db.session.execute(kinds).scalars().all()) == 1
        assert sum("kwam terug" in str(m["Subject"]) or "came back" in str(m["Subject"]) for m in sent) == 1


def test_a_hub_that_is_asked_and_the_post_that_gets_its_answer_are_mailed(in_app: Any, demo: World) -> None:
    with in_app():
        values = mission_values(demo, "post", "officer", "CO", "hub_a")
        db.session.commit()
        sent: list[Any] = []
        _work(sent)
        asked = [m for m in sent if values["mission_id"] in m.get_content()]
        assert {str(m["To"]) for m in asked} == {demo.people["manager"].email}
        assert "Bedrijf post" not in "".join(m.get_content() for m in asked)  # no participant is named
        assert db.session.get_one(Mission, values["mission_id"]).name("en") in asked[0].get_content()
