"""Away for some days with a deputy: noted by oneself or who leads, shown with the work, mailed; chains end."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from hubs.accounts.absences import covered_by, deputies_of, first_present
from hubs.accounts.models import Absence, Membership
from hubs.core.clock import local_day, utcnow
from hubs.core.events import Event
from hubs.core.types import new_id
from hubs.extensions import db
from hubs.outbox.notifications import deliveries_of, desk_readers
from hubs.referrals.models import SupportRequest
from hubs.referrals.operations import act_on_request
from tests.accounts.conftest import send
from tests.referrals.builders import actor_for, question

TODAY = local_day(utcnow())


def day(number: int) -> str:
    return (TODAY + timedelta(days=number)).isoformat()


@pytest.fixture
def away(app: Flask, membership_id: Any) -> Any:
    """`away('officer', deputy='officer_2')`: somebody is away from today on for three days."""

    def note(persona: str, deputy: str | None = None, start: int = 0, end: int = 3) -> str:
        with app.app_context():
            row = Absence(
                id=new_id(), membership_id=membership_id(persona), recorded_at=utcnow(),
                starts_on=TODAY + timedelta(days=start), ends_on=TODAY + timedelta(days=end),
                deputy_membership_id=membership_id(deputy) if deputy else None,
            )  # fmt: skip
            db.session.add(row)
            db.session.commit()
            return row.id

    return note


def standing_in(app: Flask, demo: Any, persona: str, on: date = TODAY) -> str | None:
    """Who stands in for somebody, by name; "" for nobody, None when they are there."""
    card = demo.people[persona]
    with app.app_context():
        found = deputies_of([card.id], card.organisation_id, on).get(card.id)
        return None if found is None else found.deputy.name if found.deputy else ""


def test_noted_by_oneself_and_told(app: Flask, demo: Any, client_for: Any, membership_id: Any) -> None:
    officer = client_for("officer")
    page = officer.get("/account/absences").get_data(as_text=True)
    assert demo.people["officer_2"].name in page and demo.people["head"].name in page
    assert f'value="{membership_id("officer")}"' not in page and demo.people["staff"].name not in page
    values = {"starts_on": day(0), "ends_on": day(3), "deputy_membership_id": membership_id("officer_2")}
    assert send(officer, "/account/absences", **values).status_code == 303
    assert standing_in(app, demo, "officer") == demo.people["officer_2"].name
    assert standing_in(app, demo, "officer", TODAY + timedelta(days=3)) == demo.people["officer_2"].name
    assert standing_in(app, demo, "officer", TODAY + timedelta(days=4)) is None, "the last day counts, the next not"
    people = client_for("head").get("/people").get_data(as_text=True)
    assert f"deputy: {demo.people['officer_2'].name}" in people
    assert "away until" not in client_for("far_head").get("/people").get_data(as_text=True)
    with app.app_context():
        entry = db.session.execute(select(Event).where(Event.kind == "absence.recorded")).scalar_one()
        told = {row.address: row.template for row in deliveries_of(entry, utcnow())}
        assert told == {demo.people["officer_2"].email: "people:absence.recorded#deputy"}
        assert covered_by(demo.people["officer_2"].id, demo.organisations["post"], TODAY)[0].name == "Noor Proefstra"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"starts_on": day(-1)}, "Choose today or a later day"),
        ({"starts_on": day(5), "ends_on": day(4)}, "before the first day"),
        ({"ends_on": day(500)}, "more than a year"),
        ({"starts_on": "tomorrow"}, "Not a valid date"),
        ({"ends_on": ""}, "Fill in a day"),
        ({"deputy": "officer"}, "Not a valid choice"),
        ({"deputy": "staff"}, "Not a valid choice"),
        ({"starts_on": day(12), "ends_on": day(20)}, "overlap"),
    ],
)
def test_what_cannot_be_is_said(
    app: Flask, client_for: Any, membership_id: Any, away: Any, changes: dict[str, str], words: str
) -> None:
    away("officer", start=10, end=12)
    values = {"starts_on": day(0), "ends_on": day(3), "deputy_membership_id": ""}
    deputy = changes.pop("deputy", None) if (changes := dict(changes)) else None
    values |= {**changes, **({"deputy_membership_id": membership_id(deputy)} if deputy else {})}
    answer = send(client_for("officer"), "/account/absences", **values)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422 and words in page
    assert values["starts_on"] in page, "what was typed is kept"
    with app.app_context():
        assert len(db.session.execute(select(Absence)).scalars().all()) == 1


def test_nobody_is_their_own_deputy_below_the_form_too(app: Flask, demo: Any, in_app: Any, membership_id: Any) -> None:
    from hubs.accounts.operations.absences import record_absence
    from hubs.core.errors import NotPermitted, RuleViolation

    with in_app() as session:
        mine = session.get(Membership, membership_id("officer"))
        given_days = {"starts_on": TODAY, "ends_on": TODAY, "now": utcnow()}
        for deputy, code in (("officer", "own_deputy"), ("staff", "deputy_unknown")):
            with pytest.raises(RuleViolation) as refused:
                other = membership_id(deputy)
                record_absence(mine, deputy_membership_id=other, actor=actor_for(demo, "officer"), **given_days)
            assert refused.value.problems[0].code == code
        session.get(Membership, membership_id("officer_2")).ends_on = TODAY
        later = {**given_days, "ends_on": TODAY + timedelta(days=1)}
        with pytest.raises(RuleViolation) as refused:
            record_absence(
                mine, deputy_membership_id=membership_id("officer_2"), actor=actor_for(demo, "officer"), **later
            )
        assert refused.value.problems[0].code == "deputy_leaves"
        for stranger in ("officer_2", "far_head", "manager"):
            with pytest.raises(NotPermitted):
                record_absence(mine, deputy_membership_id=None, actor=actor_for(demo, stranger), **given_days)


def test_a_head_notes_changes_and_ends_it_for_somebody(
    app: Flask, demo: Any, client_for: Any, membership_id: Any
) -> None:
    head = client_for("head")
    address = f"/people/{membership_id('officer')}/absences"
    assert send(head, address, starts_on=day(0), ends_on=day(3), deputy_membership_id="").status_code == 303
    page = head.get(address).get_data(as_text=True)
    change = re.search(r'href="([^"]+\?change=[^"]+)"', page)[1]
    form = head.get(change).get_data(as_text=True)
    version = re.search(r'name="version" value="(\d+)"', form)[1]
    values = {"starts_on": day(0), "ends_on": day(5), "deputy_membership_id": membership_id("head"), "action": "change"}
    assert send(head, change, version=version, **values).status_code == 303
    late = send(head, change, version=version, **{**values, "ends_on": day(6)})
    assert late.status_code == 409 and day(6) in late.get_data(as_text=True)
    assert send(head, change, version=version, **{**values, "starts_on": day(-3)}).status_code in (409, 422)
    own = client_for("officer").get(change.replace(address, "/account/absences"))
    assert own.status_code == 200, "one's own, whoever noted it"
    assert client_for("officer_2").get(change.replace(address, "/account/absences")).status_code == 404
    for stranger in ("far_head", "manager"):
        assert client_for(stranger).get(change).status_code == 404
    assert send(head, change, action="withdraw").status_code == 303
    assert standing_in(app, demo, "officer") is None
    assert head.get(change).status_code == 404, "over is over"
    with app.app_context():
        kinds = db.session.execute(select(Event.kind).where(Event.kind.like("absence.%")).order_by(Event.id)).scalars()
        assert list(kinds) == ["absence.recorded", "absence.changed", "absence.withdrawn"]
        first = db.session.execute(select(Event).where(Event.kind == "absence.recorded")).scalar_one()
        assert {row.address for row in deliveries_of(first, utcnow())} == {demo.people["officer"].email}


def test_mails_and_the_case_page(app: Flask, demo: Any, in_app: Any, client_for: Any, away: Any) -> None:
    with in_app() as session:
        asked = question(demo, kvk="90000500")
        act_on_request(asked, "take", actor=actor_for(demo, "officer"), now=utcnow(), data={})
        reference = asked.reference
        session.commit()

    def readers() -> set[str]:
        with in_app():
            row = db.session.execute(select(SupportRequest).where(SupportRequest.reference == reference)).scalar_one()
            return {reader.address for reader in desk_readers(row.office, row.handler)}

    officer, second = demo.people["officer"].email, demo.people["officer_2"].email
    assert readers() == {officer}
    away("officer", deputy="officer_2")
    assert readers() == {officer, second}
    page = client_for("head").get(f"/questions/{reference}").get_data(as_text=True)
    assert re.search(r"Handler: Noor Proefstra \(away until \w+ \d+ \w+, deputy: Daan Proefman\)", page)
    away("officer_2")  # the deputy is away too, without one: the desk's mailbox
    assert readers() == {officer, "post@example.nl"}
    page = client_for("head").get(f"/questions/{reference}").get_data(as_text=True)
    assert "no deputy: ask the desk" in page


def test_a_chain_ends(app: Flask, demo: Any, away: Any, in_app: Any, statements: Any) -> None:
    away("officer", deputy="officer_2")
    away("officer_2", deputy="head")
    assert standing_in(app, demo, "officer") == demo.people["head"].name
    away("head", deputy="officer")
    assert [standing_in(app, demo, each) for each in ("officer", "officer_2", "head")] == ["", "", ""]
    with in_app(), statements() as listed:
        deputies_of([card.id for card in demo.people.values()], demo.organisations["post"], TODAY)
    assert len(listed) <= 2


def test_a_deputy_who_left_or_may_no_longer_stands_in_for_nobody(
    app: Flask, demo: Any, away: Any, membership_id: Any
) -> None:
    away("officer", deputy="officer_2")
    with app.app_context():
        db.session.get(Membership, membership_id("officer_2")).ended_at = utcnow()
        db.session.commit()
    assert standing_in(app, demo, "officer") == ""


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from("abcdef"), st.one_of(st.none(), st.sampled_from("abcdefgh")), max_size=6))
def test_whoever_stands_in_is_there(deputies: dict[str, str | None]) -> None:
    for absent in deputies:
        found = first_present(absent, deputies)
        assert found is None or (found not in deputies and found != absent)
