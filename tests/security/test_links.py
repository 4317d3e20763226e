"""The entrepreneur's links: a corrected address, a consent link in somebody else's box, nobody's link for another's."""

from __future__ import annotations

import dataclasses
from typing import Any

from flask import Flask
from sqlalchemy import select

from hubs.companies.links import consent_token, signed
from hubs.companies.operations import ContactData
from hubs.companies.queries import address_of
from hubs.core.clock import utcnow
from hubs.core.events import Event
from hubs.extensions import db, write_transaction
from hubs.outbox.models import Delivery
from hubs.outbox.notifications import deliveries_of
from hubs.referrals.intake import edit_request
from hubs.referrals.intake.addresses import confirm_email_change, open_change
from hubs.referrals.intake.data import IntakeData
from hubs.referrals.models import SupportRequest
from hubs.referrals.queries import get_visible_request
from hubs.referrals.tracking import confirmation_token, tracking_token
from tests.referrals.builders import CANARY, actor_for, entrepreneur, question

CORRECTED = "corrected@example.nl"


def data_of(asked: SupportRequest, **contact: Any) -> IntakeData:
    person = asked.contact_person
    known = ContactData(name=person.name, email=person.email, phone=person.phone)
    return IntakeData(
        text=asked.text,
        channel=asked.channel,
        markets=(asked.market,),
        city=asked.city,
        sector=asked.sector,
        services=tuple(asked.services),
        company_size=asked.company_size,
        target_groups=tuple(asked.target_groups),
        facts=asked.facts,
        private_notes=asked.private_notes,
        contact=dataclasses.replace(known, **contact),
        submit=False,
    )


def test_a_corrected_address_voids_every_link_in_earlier_mails(app: Flask, demo: Any, client_for: Any) -> None:
    with app.test_request_context("/?lang=en"):
        write_transaction()
        asked, other = question(demo), question(demo)
        other.contact_person = asked.contact_person
        asked.created_by = None
        db.session.flush()
        old = [f"/track/{tracking_token(each)}" for each in (asked, other)]
        consent = f"/consent/{consent_token(asked.consent_id, address_of(asked.consent))}"
        confirm = f"/ask/confirm/{confirmation_token(asked)}"
        reference = asked.reference
        db.session.commit()
        db.session.remove()
    visitor = client_for("anonymous")
    for path in (*old, consent):
        assert visitor.get(path).status_code == 200
    assert old[0] in visitor.get(confirm).get_data(as_text=True)

    with app.test_request_context("/?lang=en"):
        write_transaction()
        officer, now = actor_for(demo, "officer"), utcnow()
        asked = get_visible_request(officer, reference, lock=True)
        edit_request(asked, actor=officer, now=now, data=data_of(asked, phone="+31 20 111 2222"))
        assert asked.link_version == 1  # another number is no reason
        edit_request(asked, actor=officer, now=now, data=data_of(asked, email=CORRECTED))
        assert asked.link_version == 1  # nobody showed yet that this box is theirs
        confirm_email_change(open_change(asked.contact_person_id, now), actor=entrepreneur(asked), now=now)
        db.session.expire_all()
        fresh = f"/track/{tracking_token(asked)}"
        statement = select(Event).where(Event.kind == "support_request.link_replaced")
        told: list[Delivery] = [
            each for event in db.session.execute(statement).scalars().all() for each in deliveries_of(event, now)
        ]
        assert [delivery.address for delivery in told] == [CORRECTED, CORRECTED]
        db.session.expunge_all()
        db.session.commit()
        db.session.remove()
    for path in (*old, consent):
        assert visitor.get(path).status_code == 404, path
        assert CANARY["person"] not in visitor.get(path).get_data(as_text=True)
    assert "/track/" not in visitor.get(confirm).get_data(as_text=True).split("<main", 1)[1].split("</main", 1)[0]
    assert visitor.get(fresh).status_code == 200


def test_a_link_of_one_purpose_opens_no_other(app: Flask, demo: Any, client_for: Any) -> None:
    with app.test_request_context("/?lang=en"):
        write_transaction()
        first, second = question(demo), question(demo, consent=None)
        tokens = {
            "track": tracking_token(first),
            "consent": consent_token(first.consent_id, address_of(first.consent)),
            "ask/confirm": confirmation_token(first),
            "forged": signed("elsewhere", f"{second.id}.1"),
            "bare": f"{second.id}.1",
            "swapped": f"{second.id}.1~{tracking_token(first).split('~')[1]}",
            "consent without address": signed("consent", str(first.consent_id)),
        }
        db.session.commit()
        db.session.remove()
    visitor = client_for("anonymous")
    for kind in ("track", "consent", "ask/confirm"):
        for name, token in tokens.items():
            status = visitor.get(f"/{kind}/{token}").status_code
            assert (status == 200) is (name == kind), (kind, name, status)
