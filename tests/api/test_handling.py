"""Who handles what, by API: a system assigns, the person behind a personal token claims; and filters of referrals."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from hubs.accounts.models import Absence, ApiClient, Membership, Office
from hubs.accounts.permissions import SCOPES
from hubs.core.clock import local_day, utcnow
from hubs.core.tokens import hash_token
from hubs.core.types import new_id
from hubs.referrals.models import SupportRequest
from tests.world import NOW, World

PERSONAL = {"officer": "post", "officer_2": "post", "staff": "hub_a"}


@pytest.fixture
def own_token(client: Any, in_app: Any, demo: World) -> Any:
    """A client of the API with a person behind it."""
    with in_app() as session:
        for persona, place in PERSONAL.items():
            card = demo.people[persona]
            session.add(
                ApiClient(
                    organisation_id=demo.organisations[place], person_id=card.id, name=card.name, role=card.role,
                    token_hash=hash_token(f"own-{persona}"), scopes=sorted(SCOPES), created_at=NOW,
                )
            )  # fmt: skip
        session.commit()
    return lambda persona: client(f"own-{persona}")


def test_a_system_assigns_and_a_person_claims(
    client: Any, own_token: Any, demo: World, conforms: Any, new_question: Any
) -> None:
    asked = new_question()
    path, post = f"/support-requests/{asked['id']}/handling", client("post")
    first, second = demo.people["officer"], demo.people["officer_2"]
    nobody = post("POST", path, {"action": "claim"})
    assert nobody.status_code == 422 and nobody.json["errors"][0]["code"] == "nobody_behind_token"
    assert conforms("POST", own_token("officer")("POST", path, {"action": "claim"}))["handler"] == first.id
    assert own_token("officer")("POST", path, {"action": "claim"}).status_code == 200
    taken = own_token("officer_2")("POST", path, {"action": "claim"})
    assert taken.status_code == 409 and taken.json["code"] == "claimed" and first.name in taken.json["detail"]
    kept = own_token("officer_2")("POST", path, {"action": "release"})
    assert kept.status_code == 409 and kept.json["code"] == "not_yours"
    assert own_token("officer")("POST", path, {"action": "release"}).json["handler"] is None
    assert post("POST", path, {"action": "assign", "handler": second.id}).json["handler"] == second.id
    assert post("GET", f"/support-requests?handler={second.id}").json["total"] == 1
    stranger = post("POST", path, {"action": "assign", "handler": demo.people["manager"].id})
    assert stranger.status_code == 422 and stranger.json["errors"][0]["field"] == "handler"
    assert post("POST", path, {"action": "assign", "handler": None}).json["handler"] is None
    etag = post("GET", path).headers["ETag"]
    post("POST", path, {"action": "assign", "handler": first.id})
    late = post("POST", path, {"action": "assign", "handler": second.id}, headers={"If-Match": etag})
    assert late.status_code == 412


def test_put_aside_until_a_moment_and_no_longer_than_the_term(client: Any, conforms: Any, new_question: Any) -> None:
    asked = new_question()
    path, post = f"/support-requests/{asked['id']}/handling", client("post")
    until = (utcnow() + timedelta(minutes=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
    unsaid = post("POST", path, {"action": "snooze"})
    assert {row["field"] for row in unsaid.json["errors"]} == {"until", "reason"} and unsaid.status_code == 422
    too_late = post("POST", path, {"action": "snooze", "until": "2099-01-01T09:00:00Z", "reason": "x"})
    assert too_late.status_code == 422 and too_late.json["errors"][0]["field"] == "until"
    aside = conforms("POST", post("POST", path, {"action": "snooze", "until": until, "reason": "Belt maandag."}))
    assert (aside["snoozedUntil"], aside["snoozeReason"]) == (until, "Belt maandag.")
    assert conforms("GET", post("GET", path))["snoozedUntil"] == until
    assert conforms("POST", post("POST", path, {"action": "unsnooze"}))["snoozedUntil"] is None
    assert post("POST", path, {"action": "unsnooze"}).status_code == 409
    post("POST", f"/support-requests/{asked['id']}/transitions", {"action": "withdraw", "note": "Hoeft niet meer."})
    for over in ({"action": "snooze", "until": until, "reason": "x"}, {"action": "assign"}):
        assert post("POST", path, over).status_code == 409


def test_a_referral_is_handled_by_its_receiver(
    client: Any, own_token: Any, demo: World, conforms: Any, new_referral: Any
) -> None:
    asked, referral = new_referral()
    path, hub = f"/referrals/{referral}/handling", client("hub_a")
    for refused in (client("post")("GET", path), client("post")("POST", path, {"action": "assign"})):
        assert refused.status_code == 403
    assert client("hub_b")("GET", path).status_code == 404
    staff = demo.people["staff"].id
    assert conforms("POST", own_token("staff")("POST", path, {"action": "claim"}))["handler"] == staff
    assert hub("GET", f"/referrals?handler={staff}").json["total"] == 1
    assert client("post")("GET", f"/referrals?handler={staff}").json["total"] == 0
    officer = demo.people["officer"].id
    assign = {"action": "assign", "handler": officer}
    assert client("post")("POST", f"/support-requests/{asked['id']}/handling", assign).status_code == 200
    assert client("post")("GET", f"/referrals?handler={officer}").json["total"] == 1
    assert hub("GET", f"/referrals?handler={officer}").json["total"] == 0
    taken = hub("POST", path, {"action": "move", "office": demo.offices["hub_a"]})
    assert taken.status_code == 422 and taken.json["errors"][0]["code"] == "capacity_taken"


def test_a_question_moves_to_another_office_of_its_own_desk(
    client: Any, in_app: Any, demo: World, conforms: Any, new_question: Any
) -> None:
    with in_app() as session:
        second = Office(
            id=new_id(), organisation_id=demo.organisations["post"], city="Cali", market="CO", position=1,
            timezone="America/Bogota", hours={"0": [["09:00", "17:00"]]},
        )  # fmt: skip
        session.add(second)
        session.commit()
        other = second.id
    asked, post = new_question(), client("post")
    path = f"/support-requests/{asked['id']}/handling"
    assert conforms("POST", post("POST", path, {"action": "move", "office": other}))["office"] == other
    assert post("GET", f"/support-requests?office={other}").json["total"] == 1
    for office in (demo.offices["hub_a"], None):
        foreign = post("POST", path, {"action": "move", "office": office})
        assert foreign.status_code == 422 and foreign.json["errors"][0]["field"] == "office"


def test_what_a_receiver_may_not_read_it_does_not_find(client: Any, in_app: Any, new_referral: Any) -> None:
    asked, referral = new_referral()
    _asked, declined = new_referral(company={"name": "Verzonnen Zaden BV"})
    hub, about = client("hub_a"), ("market=CO", "sector=01", "service=commercial_referral")
    assert all(hub("GET", f"/referrals?{each}").json["total"] == 2 for each in about)
    decline = {"action": "decline", "reason": "integrity"}
    assert hub("POST", f"/referrals/{declined}/transitions", decline).status_code == 200
    assert all(hub("GET", f"/referrals?{each}").json["items"][0]["id"] == referral for each in about)
    with in_app() as session:  # as it is at the moment of reading, whatever was done about it
        consent = session.get_one(SupportRequest, asked["id"]).consent
        consent.withdrawn_at = utcnow()
        session.commit()
    assert hub("GET", "/referrals").json["total"] == 2
    assert all(hub("GET", f"/referrals?{each}").json["total"] == 0 for each in about)
    assert all(client("post")("GET", f"/referrals?{each}").json["total"] == 2 for each in about)


def test_what_changed_since(client: Any, new_referral: Any) -> None:
    asked, referral = new_referral()
    post, hub = client("post"), client("hub_a")
    before = utcnow().isoformat().replace("+00:00", "Z")
    for call, path in ((post, "/support-requests"), (post, "/referrals"), (hub, "/referrals")):
        assert call("GET", f"{path}?updatedSince={before}").json["total"] == 0
    assert hub("POST", f"/referrals/{referral}/transitions", {"action": "acknowledge"}).status_code == 200
    assert post("GET", f"/support-requests?updatedSince={before}").json["items"][0]["id"] == asked["id"]
    assert hub("GET", f"/referrals?updatedSince={before}").json["items"][0]["id"] == referral


def test_colleagues_and_who_is_away(client: Any, in_app: Any, demo: World, conforms: Any) -> None:
    first, second = demo.people["officer"], demo.people["officer_2"]
    today = local_day(utcnow())
    with in_app() as session:
        held = select(Membership.id).where(Membership.organisation_id == demo.organisations["post"])
        away, deputy = (
            session.execute(held.where(Membership.person_id == card.id)).scalar_one() for card in (first, second)
        )
        absence = Absence(
            membership_id=away, deputy_membership_id=deputy, starts_on=today, ends_on=today + timedelta(days=3),
            recorded_at=utcnow(),
        )  # fmt: skip
        session.add(absence)
        session.commit()
    rows = {row["id"]: row for row in conforms("GET", client("post")("GET", "/colleagues"))["items"]}
    assert rows[first.id]["awayUntil"] == str(today + timedelta(days=3)) and rows[first.id]["deputy"] == second.id
    assert rows[second.id]["awayUntil"] is None and demo.people["manager"].id not in rows
    assert client("directory_only")("GET", "/colleagues").status_code == 403
