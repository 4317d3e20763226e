"""Mails: nothing goes to an address that was corrected, and no log repeats an address."""

from __future__ import annotations

import smtplib
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from hubs.core.clock import utcnow
from hubs.core.errors import RuleViolation
from hubs.core.events import Event
from hubs.extensions import db, write_transaction
from hubs.outbox import dispatch
from hubs.outbox.notifications import deliveries_of, written
from hubs.referrals.operations import name_in_consent
from tests.referrals.builders import actor_for, question


def test_a_mail_that_waited_does_not_go_to_the_old_address(app: Flask, demo: Any) -> None:
    with app.test_request_context("/?lang=en"):
        write_transaction()
        now, asked = utcnow(), question(demo)
        entry = db.session.execute(
            select(Event).where(Event.kind == "support_request.submit", Event.subject_id == asked.id)
        ).scalar_one()
        [waiting] = [each for each in deliveries_of(entry, now) if each.template.startswith("entrepreneur:")]
        waiting.id = entry.subject_id
        assert written(waiting, sender="Hubs <noreply@hubs.example>", now=now) is not None
        asked.contact_person.email = "corrected@example.nl"
        db.session.flush()
        assert written(waiting, sender="Hubs <noreply@hubs.example>", now=now) is None
        db.session.rollback()
        db.session.remove()


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (smtplib.SMTPRecipientsRefused({"somebody@example.nl": (450, b"busy somebody@example.nl")}), "450"),
        (smtplib.SMTPDataError(451, b"somebody@example.nl again later"), "451"),
        (ConnectionRefusedError(111, "refused"), "111"),
    ],
)
def test_no_log_repeats_an_address(error: Exception, words: str) -> None:
    logged = dispatch._in_log(error)
    assert words in logged and "somebody" not in logged


def test_a_consent_by_telephone_that_no_mail_can_confirm_is_none(app: Flask, demo: Any) -> None:
    with app.test_request_context("/?lang=en"):
        write_transaction()
        asked = question(demo, consent=None)
        asked.contact_person.email = None
        db.session.flush()
        values = {"actor": actor_for(demo, "officer"), "now": utcnow()}
        with pytest.raises(RuleViolation) as refused:
            name_in_consent(asked, demo.organisations["hub_dev"], channel="telephone", **values)
        assert refused.value.problems[0].code == "email_for_consent"
        name_in_consent(asked, demo.organisations["hub_dev"], channel="visit", **values)
        assert asked.consent.recipient_ids == [demo.organisations["hub_dev"]]
        db.session.rollback()
        db.session.remove()
