"""Who must learn nothing more: former and other receivers, strangers who ask, reading tokens, single offices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from hubs.accounts.actor import ANONYMOUS
from hubs.accounts.models import ApiClient, Membership, Office, Person
from hubs.companies.models import CompanyRecord
from hubs.companies.operations import CompanyData, ConsentData, ContactData
from hubs.core.clock import utcnow
from hubs.core.tokens import hash_token
from hubs.core.types import new_id
from hubs.extensions import db, write_transaction
from hubs.referrals.intake import IntakeData, ask_requests
from hubs.referrals.intake.renewing import consent_again
from hubs.referrals.models import SupportRequest
from hubs.referrals.operations import act_on_referral, act_on_request, return_to_post, withdraw_consent
from hubs.referrals.presentation import referral_view
from hubs.referrals.queries import colleagues_of, get_visible_referral
from tests.conftest import post
from tests.referrals.builders import CANARY, TEXT, actor_for, destinations, entrepreneur, question

TITLE = TEXT.splitlines()[0][:30]


def stored(app: Flask, make: Callable[[], Any]) -> Any:
    with app.test_request_context("/?lang=en"):
        write_transaction()
        made = make()
        db.session.commit()
        db.session.remove()
    return made


def sent(demo: Any, *hubs: str, **values: Any) -> SupportRequest:
    """A question of the post that lies with each hub, a part each."""
    asked = question(demo, **values)
    for hub, part in zip(hubs, asked.parts, strict=True):
        chosen = destinations(demo, hub, services=(part.service,))
        data = {"destinations": chosen, "reason": "recent_experience"}
        act_on_request(asked, "refer", actor=actor_for(demo, "officer"), now=utcnow(), data=data)
    return asked


def done_by(demo: Any, referral: Any, persona: str, *actions: str) -> None:
    for action in actions:
        data = {"outcome": "helped", "channel": "telephone"}
        if action == "close":
            from hubs.referrals.operations.planning import reasons_of

            data["outcome"] = reasons_of("referral_outcome")[0]
        act_on_referral(referral, action, actor=actor_for(demo, persona), now=utcnow(), data=data)


def knows_company(demo: Any, organisation: str) -> bool:
    statement = select(CompanyRecord).where(CompanyRecord.organisation_id == demo.organisations[organisation])
    return db.session.execute(statement).first() is not None


# --- after the end ---------------------------------------------------------------------------------------------------


def test_a_withdrawn_question_closes_the_view_of_who_helped_with_a_part(
    app: Flask, demo: Any, client_for: Any, api_for: Any
) -> None:
    def made() -> str:
        asked = sent(demo, "hub_a", "hub_b", services=("commercial_referral", "partner_search"))
        done_by(demo, asked.referrals[0], "manager", "accept", "record_contact", "close")
        assert knows_company(demo, "hub_a")
        act_on_request(asked, "withdraw", actor=entrepreneur(asked), now=utcnow())
        assert not knows_company(demo, "hub_a")
        return asked.referrals[0].reference

    reference = stored(app, made)
    client = client_for("manager")
    pages = [client.get(path).get_data(as_text=True) for path in (f"/referrals/{reference}", "/referrals?state=all")]
    pages.append(api_for("hub_a")("GET", "/referrals").get_data(as_text=True))
    for page in pages:
        assert reference in page
        assert TITLE not in page and not any(value in page for value in CANARY.values())


def test_consent_withdrawn_for_two_questions_leaves_no_company_behind(app: Flask, demo: Any) -> None:
    def made() -> None:
        first = sent(demo, "hub_a")
        second = sent(demo, "hub_a")
        second.consent = first.consent
        for asked in (first, second):
            done_by(demo, asked.referrals[0], "manager", "accept", "record_contact")
        assert knows_company(demo, "hub_a")
        withdraw_consent(first, actor=entrepreneur(first), now=utcnow())
        assert not knows_company(demo, "hub_a")

    stored(app, made)


def test_a_hub_keeps_a_company_it_may_still_know(app: Flask, demo: Any) -> None:
    def made() -> None:
        first, second = sent(demo, "hub_a"), sent(demo, "hub_a")
        for asked in (first, second):
            done_by(demo, asked.referrals[0], "manager", "accept", "record_contact")
        withdraw_consent(first, actor=entrepreneur(first), now=utcnow())
        assert knows_company(demo, "hub_a")

    stored(app, made)


def test_a_desk_that_gave_the_question_up_reads_it_nowhere(app: Flask, demo: Any, client_for: Any) -> None:
    def made() -> str:
        asked = question(demo, owner="hub_a", services=("commercial_referral",))
        data = {"destinations": destinations(demo, "hub_b"), "reason": "recent_experience"}
        act_on_request(asked, "refer", actor=actor_for(demo, "manager"), now=utcnow(), data=data)
        return_to_post(asked, actor=entrepreneur(asked), now=utcnow())
        assert asked.owner_id == demo.organisations["post"]
        return asked.referrals[0].reference

    reference = stored(app, made)
    client = client_for("manager")
    for path in ("/referrals?box=out&state=all", f"/referrals/{reference}", "/work"):
        page = client.get(path).get_data(as_text=True)
        assert TITLE not in page and CANARY["company"] not in page, path


# --- consent that covers no more -------------------------------------------------------------------------------------


def test_the_work_list_follows_the_consent(app: Flask, demo: Any, client_for: Any) -> None:
    def made() -> str:
        return sent(demo, "hub_a").reference

    reference = stored(app, made)
    assert TITLE in client_for("manager").get("/work").get_data(as_text=True)

    def narrowed() -> None:
        asked = db.session.execute(select(SupportRequest).where(SupportRequest.reference == reference)).scalar_one()
        asked.consent.recipients_kind, asked.consent.market = "organisations", None
        asked.consent.recipient_ids = [demo.organisations["hub_b"]]

    stored(app, narrowed)
    assert TITLE not in client_for("manager").get("/work").get_data(as_text=True)


def test_the_work_list_follows_whom_not_to_tell(app: Flask, demo: Any, client_for: Any) -> None:
    def made() -> None:
        sent(demo, "hub_a").do_not_tell = [demo.organisations["hub_a"]]

    stored(app, made)
    assert TITLE not in client_for("manager").get("/work").get_data(as_text=True)


def test_a_post_keeps_what_a_hub_sent_it_without_consent(app: Flask, demo: Any, client_for: Any) -> None:
    """A post needs no consent: its work may not vanish from the list when a consent for hubs is withdrawn."""

    def made() -> None:
        asked = question(demo, owner="hub_a", services=("authority_contact",))
        data = {"destinations": destinations(demo, "post"), "reason": "recent_experience"}
        act_on_request(asked, "refer", actor=actor_for(demo, "manager"), now=utcnow(), data=data)
        withdraw_consent(asked, actor=entrepreneur(asked), now=utcnow())
        assert asked.referrals[0].is_live

    stored(app, made)
    assert TITLE in client_for("officer").get("/work").get_data(as_text=True)


# --- strangers on the public page ------------------------------------------------------------------------------------


def _asked_by_a_stranger(name: str, kvk: str, email: str, phone: str) -> IntakeData:
    return IntakeData(
        text="We zoeken hulp.",
        channel="web",
        markets=("CO",),
        services=("commercial_referral",),
        company=CompanyData(name="Iets Anders", registration_number=kvk, region="Friesland"),
        contact=ContactData(name=name, email=email, phone=phone),
        consent=ConsentData(recipients="market", channel="web"),
    )


def test_a_stranger_changes_nothing_that_a_desk_wrote_down(app: Flask, demo: Any) -> None:
    """Mails about an open question, with its link, go to its contact person: a stranger may not become that person."""

    def made() -> None:
        now = utcnow()
        asked = question(demo)
        person = asked.contact_person
        person.email = None
        record = asked.company_record
        record.region, record.city = "Overijssel", "Zwolle"
        db.session.flush()
        for email in ("stranger@elders.example", CANARY["email"]):
            data = _asked_by_a_stranger(person.name, CANARY["kvk"], email, "+31 20 000 0000")
            [draft] = ask_requests(actor=ANONYMOUS, now=now, data=data, submission_key=new_id())
            assert draft.owner_id == asked.owner_id and draft.company_id == asked.company_id
            assert draft.contact_person_id != person.id
            person.email = CANARY["email"]
            db.session.flush()
        assert (person.email, person.phone) == (CANARY["email"], CANARY["phone"])
        assert (record.name, record.region, record.city) == (CANARY["company"], "Overijssel", "Zwolle")

    stored(app, made)


# --- tokens with few scopes ------------------------------------------------------------------------------------------


def _token(demo: Any, organisation: str, role: str, *scopes: str) -> dict[str, str]:
    token = f"few-scopes-{new_id()}"
    db.session.add(
        ApiClient(
            organisation_id=demo.organisations[organisation],
            name="few",
            token_hash=hash_token(token),
            role=role,
            scopes=list(scopes),
            created_at=utcnow(),
        )
    )
    return {"Authorization": f"Bearer {token}"}


def test_a_token_that_only_reads_gets_no_link_to_act_with(app: Flask, demo: Any, api_for: Any) -> None:
    headers, request_id = stored(
        app, lambda: (_token(demo, "post", "officer", "support-requests:read"), question(demo).id)
    )
    path = f"/api/v1/support-requests/{request_id}"
    read_only = app.test_client().get(path, headers=headers)
    assert read_only.status_code == 200
    assert "trackingUrl" not in read_only.json and "/track/" not in read_only.get_data(as_text=True)
    assert read_only.json["actions"] == []
    assert "/track/" in api_for("post")("GET", f"/support-requests/{request_id}").json["trackingUrl"]


# --- memberships of one office ---------------------------------------------------------------------------------------


def _second_office(demo: Any, organisation: str) -> str:
    first = db.session.get(Office, demo.offices[organisation])
    office = Office(
        id=new_id(), organisation_id=first.organisation_id, position=1, city="Cali", market=first.market,
        timezone=first.timezone, hours=first.hours,
    )  # fmt: skip
    db.session.add(office)
    db.session.flush()
    return office.id


def test_two_roles_at_two_offices_are_not_every_office(app: Flask, demo: Any) -> None:
    def made() -> None:
        second = _second_office(demo, "hub_a")
        own = db.session.execute(select(Membership).where(Membership.person_id == demo.people["staff"].id)).scalar_one()
        own.office_id = demo.offices["hub_a"]
        db.session.add(
            Membership(person_id=own.person_id, organisation_id=own.organisation_id, role="manager", office_id=second)
        )
        db.session.flush()
        actor = actor_for(demo, "staff")
        assert (actor.office_id, actor.roles) in ((demo.offices["hub_a"], {"staff"}), (second, {"manager"}))

    stored(app, made)


def test_who_leads_one_office_gives_nobody_another(app: Flask, demo: Any, client_for: Any) -> None:
    def made() -> dict[str, str]:
        _second_office(demo, "hub_a")
        rows = {}
        for persona in ("manager", "staff"):
            row = db.session.execute(
                select(Membership).where(Membership.person_id == demo.people[persona].id)
            ).scalar_one()
            rows[persona] = row.id
            if persona == "manager":
                row.office_id = demo.offices["hub_a"]
        return rows

    rows = stored(app, made)
    client = client_for("manager")
    assert client.get(f"/people/{rows['staff']}").status_code == 404  # works at every office: not this leader's
    assert demo.people["staff"].email not in client.get("/people").get_data(as_text=True)
    everywhere = {"action": "change", "role": "manager", "office_id": ""}
    assert post(client, f"/people/{rows['manager']}", everywhere).status_code == 422
    invited = {"name": "Iemand", "email": "iemand@example.nl", "role": "staff", "language": "nl", "office_id": ""}
    assert post(client, "/people/invite", invited).status_code == 422
    assert post(client, "/people/invite", {**invited, "office_id": demo.offices["hub_a"]}).status_code == 303


def test_a_change_of_office_goes_for_every_role(app: Flask, demo: Any, client_for: Any) -> None:
    def made() -> tuple[str, str]:
        second = _second_office(demo, "hub_a")
        person_id = demo.people["staff"].id
        own = db.session.execute(select(Membership).where(Membership.person_id == person_id)).scalar_one()
        db.session.add(Membership(person_id=person_id, organisation_id=own.organisation_id, role="manager"))
        return own.id, second

    membership_id, second = stored(app, made)
    values = {"action": "change", "role": "staff", "office_id": second}
    assert post(client_for("manager"), f"/people/{membership_id}", values).status_code == 303
    with app.app_context():
        rows = db.session.execute(select(Membership).where(Membership.person_id == demo.people["staff"].id)).scalars()
        assert {row.office_id for row in rows} == {second}


def test_who_was_only_invited_is_no_colleague_yet(app: Flask, demo: Any) -> None:
    """An invitation must not tell the name of an account that exists elsewhere."""

    def made() -> None:
        stranger = demo.people["far_manager"].id
        db.session.add(
            Membership(
                person_id=stranger, organisation_id=demo.organisations["hub_a"], role="staff", invited_as="Typed Name"
            )
        )
        db.session.flush()
        people = db.session.execute(colleagues_of(actor_for(demo, "manager"))).scalars().all()
        assert stranger not in {person.id for person in people}
        assert all(isinstance(person, Person) for person in people) and people

    stored(app, made)


# --- consents given again --------------------------------------------------------------------------------------------


def test_consent_given_to_another_hub_closes_the_first_ones_view(app: Flask, demo: Any) -> None:
    def made() -> None:
        now = utcnow()
        asked = sent(demo, "hub_a")
        done_by(demo, asked.referrals[0], "manager", "accept")
        named = ConsentData(recipients="organisations", recipient_ids=(demo.organisations["hub_b"],), channel="web")
        consent_again(asked, named, actor=actor_for(demo, "officer"), now=now)
        referral = get_visible_referral(actor_for(demo, "manager"), asked.referrals[0].reference)
        view = referral_view(referral, actor_for(demo, "manager"), now)
        assert not view.sees_identity and not view.sees_question and view.contact_person is None

    stored(app, made)


@pytest.mark.parametrize("persona", ["other_manager", "far_manager", "partner_staff", "far_officer", "central_officer"])
def test_what_is_anothers_answers_as_what_is_absent(app: Flask, demo: Any, client_for: Any, persona: str) -> None:
    def made() -> tuple[str, str]:
        asked = sent(demo, "hub_a")
        return asked.reference, asked.referrals[0].reference

    reference, referral = stored(app, made)
    client = client_for(persona)

    def answer(path: str) -> tuple[int, str]:
        found = client.get(path)
        return found.status_code, found.get_data(as_text=True).replace(path, "")

    for path in (f"/referrals/{referral}", f"/questions/{reference}", f"/questions/{reference}/edit"):
        absent = path.replace(reference[2:], "000-000")
        assert answer(path) == answer(absent) and answer(path)[0] == 404, path
