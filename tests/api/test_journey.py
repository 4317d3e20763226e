"""The main job by HTTP alone, as handles.md spells it: record, route, refer, accept, speak, close."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import question
from tests.world import World

IDENTITY = ("Fictief Groen", "12345678", "Jan Verzonnen", "jan@example.nl", "123 4567", "tien uur")


def test_a_question_reaches_the_hub_and_comes_back_answered(client: Any, conforms: Any, demo: World) -> None:
    post, hub = client("post"), client("hub_a")
    created = post("POST", "/support-requests", question())
    asked = conforms("POST", created)
    assert created.status_code == 201 and created.headers["Location"].endswith(asked["id"])
    assert asked["state"] == "received" and asked["trackingUrl"].startswith("http") and "refer" in asked["actions"]
    assert asked["consent"]["recipients"] == "market" and asked["consent"]["standing"] == "unconfirmed"

    before = post("GET", f"/support-requests/{asked['id']}").headers["ETag"]
    receipt = conforms("POST", post("POST", f"/support-requests/{asked['id']}/routing"))
    assert receipt["outcome"] == "hub" and receipt["gap"] is False
    first = receipt["destinations"][0]
    assert first["rank"] == 1 and first["organisation"]["code"] == demo.codes["hub_a"]
    assert {part["code"] for part in first["parts"]} == {"specificity", "answer", "load", "language", "city"}
    assert all(part["text"] for part in first["parts"])
    assert all(failed["text"] for row in receipt["excluded"] for failed in row["failed"])
    assert post("GET", f"/support-requests/{asked['id']}").headers["ETag"] == before  # asking changes nothing

    body = {
        "action": "refer",
        "destinations": [{"organisation": first["organisation"]["id"], "services": first["services"]}],
        "receiptHash": receipt["receiptHash"],
        "reason": None,
        "note": None,
    }
    referred = conforms("POST", post("POST", f"/support-requests/{asked['id']}/transitions", body))
    assert referred["state"] == "referred" and referred["referrals"][0]["state"] == "sent"
    referral = referred["referrals"][0]["id"]

    steps = [
        ({"action": "acknowledge"}, "acknowledged", ["accept", "ask", "decline"]),
        ({"action": "accept"}, "accepted", ["ask", "record_contact", "return"]),
        (
            {"action": "record_contact", "channel": "telephone", "note": None},
            "contact_made",
            ["ask", "close", "return"],
        ),
        ({"action": "close", "outcome": "introduction", "note": "Voorgesteld."}, "closed", []),
    ]
    for step, state, actions in steps:
        shown = conforms("POST", hub("POST", f"/referrals/{referral}/transitions", step))
        assert (shown["state"], sorted(shown["actions"])) == (state, sorted(actions))
    done = conforms("GET", post("GET", f"/support-requests/{asked['id']}"))
    assert done["state"] == "closed" and done["outcome"] == "served"
    contacts = conforms("GET", hub("GET", "/client-contacts"))["items"]
    assert {row["result"] for row in contacts} >= {"introduction"}


def test_before_acceptance_the_hub_gets_no_identity_at_all(client: Any, conforms: Any, new_referral: Any) -> None:
    hub = client("hub_a")
    asked, referral = new_referral()
    for path in (f"/referrals/{referral}", "/referrals", "/companies", "/client-contacts", "/support-requests"):
        answer = hub("GET", path)
        text = answer.get_data(as_text=True)
        assert answer.status_code == 200 and not [word for word in IDENTITY if word in text], path
    masked = conforms("GET", hub("GET", f"/referrals/{referral}"))
    assert masked["hiddenBecause"] == "not_accepted" and masked["text"] == asked["text"]
    assert not {"company", "contactPerson", "privateNotes", "supportRequest"} & set(masked)
    for body in ({"action": "acknowledge"}, {"action": "ask", "note": "Welke stad?"}):
        text = hub("POST", f"/referrals/{referral}/transitions", body).get_data(as_text=True)
        assert not [word for word in IDENTITY if word in text], body
    answered = client("post")("POST", f"/referrals/{referral}/transitions", {"action": "answer", "note": "Bogotá."})
    assert answered.status_code == 200, answer.json
    shown = conforms("POST", hub("POST", f"/referrals/{referral}/transitions", {"action": "accept"}))
    assert shown["company"]["name"] == "Fictief Groen BV" and shown["contactPerson"]["email"] == "jan@example.nl"
    assert shown["privateNotes"] and shown["hiddenBecause"] is None


def test_a_decline_brings_it_back_and_closes_the_view(client: Any, conforms: Any, new_referral: Any) -> None:
    hub, post = client("hub_a"), client("post")
    asked, referral = new_referral()
    body = {"action": "decline", "reason": "no_capacity", "note": None}
    shown = conforms("POST", hub("POST", f"/referrals/{referral}/transitions", body))
    assert shown["state"] == "declined" and shown["hiddenBecause"] == "ended"
    assert not {"text", "company", "services"} & set(shown)
    back = conforms("GET", post("GET", f"/support-requests/{asked['id']}"))
    assert back["state"] == "in_hand" and back["dueAt"] and back["referrals"][0]["reason"] == "no_capacity"
    again = post("POST", f"/support-requests/{asked['id']}/routing").json
    assert asked["referrals"][0]["to"]["id"] not in [row["organisation"]["id"] for row in again["destinations"]]


def test_places_that_changed_since_the_receipt_answer_409_with_the_new_one(
    client: Any, conforms: Any, new_question: Any, demo: World
) -> None:
    post = client("post")
    asked = new_question()
    body = {
        "action": "refer",
        "destinations": [{"organisation": demo.organisations["hub_a"], "services": []}],
        "receiptHash": "0" * 64,
    }
    refused = post("POST", f"/support-requests/{asked['id']}/transitions", body)
    conforms("POST", refused)
    assert refused.status_code == 409 and refused.json["code"] == "receipt_changed"
    fresh = refused.json["receipt"]
    assert fresh["receiptHash"] == post("POST", f"/support-requests/{asked['id']}/routing").json["receiptHash"]
    taken = post("POST", f"/support-requests/{asked['id']}/transitions", {**body, "receiptHash": fresh["receiptHash"]})
    assert taken.status_code == 200


def test_another_place_than_the_first_needs_a_reason(client: Any, new_question: Any, demo: World) -> None:
    asked = new_question()
    body = {"action": "refer", "destinations": [{"organisation": demo.organisations["hub_b"]}]}
    refused = client("post")("POST", f"/support-requests/{asked['id']}/transitions", body)
    assert refused.status_code == 422 and refused.json["errors"][0]["field"] == "reason"


def test_everything_optional_may_be_null_or_absent(client: Any, conforms: Any) -> None:
    optional = ("market", "city", "sector", "services", "facts", "consent")
    for body in (
        question(**dict.fromkeys(optional)),
        {name: value for name, value in question().items() if name not in optional},
    ):
        asked = conforms("POST", client("post")("POST", "/support-requests", body))
        assert asked["state"] == "received" and asked["services"] == [] and asked["consent"] is None
        receipt = conforms("POST", client("post")("POST", f"/support-requests/{asked['id']}/routing"))
        assert receipt["outcome"] == "ask" and receipt["questions"]


def test_a_partner_is_signposted_cold_and_sees_nothing(
    client: Any, conforms: Any, new_question: Any, demo: World
) -> None:
    post = client("post")
    asked = new_question(services=["export_coaching"])
    receipt = conforms("POST", post("POST", f"/support-requests/{asked['id']}/routing"))
    partners = [row for row in receipt["destinations"] if row["organisation"]["kind"] == "partner"]
    if not partners:
        pytest.fail(f"no partner: {receipt['outcome']}")
    body = {
        "action": "signpost",
        "mode": "cold",
        "destinations": [{"organisation": partners[0]["organisation"]["id"], "services": []}],
        "note": None,
    }
    shown = conforms("POST", post("POST", f"/support-requests/{asked['id']}/transitions", body))
    assert shown["referrals"][0]["mode"] == "cold" and shown["parts"][0]["state"] == "signposted"
    assert client("partner")("GET", "/referrals").json["items"] == []
    assert client("partner")("GET", f"/referrals/{shown['referrals'][0]['id']}").status_code == 404


def test_an_edit_that_leads_elsewhere_is_said_first(client: Any, conforms: Any, new_referral: Any) -> None:
    post = client("post")
    asked, _referral = new_referral()
    etag = {"If-Match": post("GET", f"/support-requests/{asked['id']}").headers["ETag"]}
    refused = post("PATCH", f"/support-requests/{asked['id']}", {"market": "VN"}, headers=etag)
    assert refused.status_code == 409 and refused.json["code"] == "route_would_change"
    sure = {"market": "VN", "confirmedReceiptHash": refused.json["receipt"]["receiptHash"]}
    changed = conforms("PATCH", post("PATCH", f"/support-requests/{asked['id']}", sure, headers=etag))
    assert changed["market"] == "VN" and changed["referrals"][0]["state"] == "sent"
    harmless = post(
        "PATCH", f"/support-requests/{asked['id']}", {"privateNotes": "Iets anders."}, headers={"If-Match": "*"}
    )
    assert harmless.status_code == 200 and harmless.json["privateNotes"] == "Iets anders."
    assert harmless.json["facts"] == {"contractValueEur": 15000} and harmless.json["services"] == asked["services"]


def test_the_hub_can_send_on_and_the_sender_can_recall(client: Any, conforms: Any, new_referral: Any) -> None:
    post = client("post")
    asked, referral = new_referral()
    shown = conforms("POST", post("POST", f"/referrals/{referral}/transitions", {"action": "recall", "note": None}))
    assert shown["state"] == "recalled" and shown["side"] == "sender" and shown["supportRequest"] == asked["id"]
    assert client("hub_a")("GET", f"/referrals/{referral}").json["hiddenBecause"] == "ended"


def test_consent_asked_again_withdrawn_and_whom_not_to_tell(
    client: Any, conforms: Any, new_referral: Any, demo: World
) -> None:
    post, hub, anyhow = client("post"), client("hub_a"), {"If-Match": "*"}
    asked, referral = new_referral()
    path = f"/support-requests/{asked['id']}"
    named = {"recipients": [demo.organisations["hub_a"], demo.organisations["hub_dev"]], "channel": "email"}
    shown = conforms("PATCH", post("PATCH", path, {"consent": named}, headers=anyhow))
    assert set(shown["consent"]["recipients"]) == set(named["recipients"]) and shown["consent"]["standing"] == "given"
    assert hub("POST", f"/referrals/{referral}/transitions", {"action": "accept"}).json["company"]
    shown = conforms("PATCH", post("PATCH", path, {"consent": None}, headers=anyhow))
    assert shown["consent"]["standing"] == "withdrawn" and shown["referrals"][0]["state"] == "withdrawn"
    closed = hub("GET", f"/referrals/{referral}")
    assert closed.status_code == 200 and not [word for word in IDENTITY if word in closed.get_data(as_text=True)]
    assert post("PATCH", path, {"consent": None}, headers=anyhow).status_code == 409
    nobody = {"consent": {"recipients": ["0" * 26], "channel": "email"}}
    refused = post("PATCH", path, nobody, headers=anyhow)
    assert refused.status_code == 422 and refused.json["errors"][0]["field"] == "consent.recipients"

    other, referral = new_referral(company={"name": "Verzonnen Zaden BV"})
    untold = {"doNotTell": [demo.organisations["hub_a"]]}
    shown = conforms("PATCH", post("PATCH", f"/support-requests/{other['id']}", untold, headers=anyhow))
    assert shown["doNotTell"] == untold["doNotTell"] and shown["referrals"][0]["reason"] == "not_to_be_told"
