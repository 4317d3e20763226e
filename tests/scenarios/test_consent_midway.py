"""Consent: named, a class, withdrawn before and after acceptance, narrowed; whom not to tell (domain.md, rule 1)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.scenarios.conftest import Play

IDENTITY = ("Fictief Groen", "12345678", "Jan Verzonnen", "jan@example.nl", "123 4567", "Graag na tien uur")


def sees_nobody(play: Play, referral: str, by: str = "hub_a") -> bool:
    """No page, list or answer that this hub gets tells who asks."""
    shown = play.referral(referral, by)
    person = {"hub_a": "manager", "hub_b": "other_manager", "partner": "partner_manager"}[by]
    texts = [
        str(shown),
        str(play.call(by, "GET", "/referrals")),
        str(play.call(by, "GET", "/companies")),
        play.page(person, f"/referrals/{shown['reference']}"),
        play.page(person, "/referrals"),
        play.page(person, "/companies"),
        play.page(person, "/work"),
    ]
    return not any(word in text for word in IDENTITY for text in texts)


@pytest.mark.parametrize("accepted", [False, True], ids=["before acceptance", "after acceptance"])
def test_withdrawn_midway(play: Play, accepted: bool) -> None:
    asked, referral = play.sent_to("hub_a")
    if accepted:
        play.answer(referral, "accept")
        play.answer(referral, "record_contact")
        assert "Fictief Groen" in str(play.referral(referral))
    play.mails()
    play.press(asked, "withdraw_consent")
    assert (play.row(referral)["state"], play.row(referral)["reason"]) == ("withdrawn", "consent_withdrawn")
    assert sees_nobody(play, referral)
    assert play.referral(referral)["hiddenBecause"] == "ended" and "text" not in play.referral(referral)
    play.at_desk(asked)
    told = play.told()
    assert {"client", "hub_a" if not accepted else "hub_a"} <= told and told & {"post", "officer"}
    refused = play.refer(asked, "hub_b", reason="recent_experience", status=422)
    assert {"consent_required"} <= {problem["code"] for problem in refused["errors"]}
    shown = play.case_page(asked)
    assert "Consent withdrawn" in shown and "withdrew the consent" in shown
    assert play.places(asked)[0] == "hub_a", "the hub did nothing wrong: it may be asked again"


def test_withdrawn_when_it_was_closed(play: Play) -> None:
    """Closed is closed, but the hub no longer reads who it was."""
    asked, referral = play.sent_to("hub_a")
    play.answer(referral, "accept")
    play.answer(referral, "record_contact")
    play.answer(referral, "close", outcome="introduction")
    play.press(asked, "withdraw_consent")
    assert sees_nobody(play, referral)
    assert play.show(asked)["state"] == "closed"


@pytest.mark.parametrize(
    ("recipients", "allowed"),
    [(None, set()), (["hub_b"], {"hub_b"}), (["hub_a", "hub_b"], {"hub_a", "hub_b"}), ("market", {"hub_a", "hub_b"})],
)
def test_named_or_a_class(play: Play, demo: Any, recipients: Any, allowed: set[str]) -> None:
    given = recipients if not isinstance(recipients, list) else [demo.organisations[name] for name in recipients]
    consent = None if given is None else {"recipients": given, "channel": "telephone"}
    for name in ("hub_a", "hub_b", "hub_dev"):
        asked = play.ask(consent=consent)
        play.refer(asked, name, reason="recent_experience", status=200 if name in allowed else 422)


def test_in_development_never_first_and_asks_again(play: Play, demo: Any) -> None:
    asked = play.ask()
    advice = play.advice(asked)
    last = advice["destinations"][-1]
    assert last["organisation"]["id"] == demo.organisations["hub_dev"] and last["rank"] > 1
    refused = play.refer(asked, "hub_dev", status=422)
    assert {p["code"] for p in refused["errors"]} == {"reason_required", "consent_required"}
    consent = {"recipients": [demo.organisations["hub_dev"]], "channel": "telephone"}
    named = play.ask(consent=consent)
    assert play.refer(named, "hub_dev", reason="special_expertise")["state"] == "referred"


def test_in_development_alone_is_still_not_first(play: Play, demo: Any) -> None:
    for name in ("hub_a", "hub_b"):
        path = f"/hubs/{demo.organisations[name]}/transitions"
        play.call("administrator", "POST", path, {"action": "suspend", "reason": "Onderzoek loopt."})
    advice = play.advice(play.ask())
    assert (advice["outcome"], advice["gap"]) == ("post", True)
    ranks = {play.name(row["organisation"]["id"]): row["rank"] for row in advice["destinations"]}
    assert ranks["post"] == 1 and ranks["hub_dev"] > 1


def test_narrowed_to_another_place(play: Play, demo: Any) -> None:
    """Consent given again that names another: what ran at the first ends and comes back, nothing hangs there."""
    asked, referral = play.sent_to("hub_a")
    play.answer(referral, "accept")
    body = {"consent": {"recipients": [demo.organisations["hub_b"]], "channel": "telephone"}}
    play.call("post", "PATCH", f"/support-requests/{asked['id']}", body)
    assert play.row(referral)["state"] == "withdrawn"
    assert sees_nobody(play, referral)
    play.at_desk(asked)
    assert play.refer(asked, "hub_b", reason="client_choice")["state"] == "referred"


def test_choosing_one_place_leaves_the_other_part_where_it_is(play: Play, demo: Any) -> None:
    """A hub has one part, a partner the other; the entrepreneur chooses another hub: the partner still sees them."""
    named = [demo.organisations[name] for name in ("hub_a", "partner")]
    asked = play.ask(
        services=["commercial_referral", "subsidy_advice"],
        consent={"recipients": named, "channel": "telephone"},
    )
    first = play.refer(asked, "hub_a", "partner", reason="recent_experience")
    by_place = {play.name(row["to"]["id"]): row["id"] for row in first["referrals"]}
    play.answer(by_place["partner"], "accept", by="partner")
    play.press(asked, "choose_place", organisation=demo.organisations["hub_b"])
    assert play.row(by_place["hub_a"])["reason"] == "client_choice"
    assert play.row(by_place["partner"])["state"] == "accepted"
    assert play.referral(by_place["partner"], "partner")["company"]["name"] == "Fictief Groen BV"
    again = play.refer(asked, "hub_b")
    assert {row["state"] for row in again["referrals"]} == {"withdrawn", "accepted", "sent"}


def test_do_not_tell(play: Play, demo: Any) -> None:
    asked, referral = play.sent_to("hub_a")
    body = {"doNotTell": [demo.organisations["hub_a"]]}
    play.call("post", "PATCH", f"/support-requests/{asked['id']}", body)
    assert (play.row(referral)["state"], play.row(referral)["reason"]) == ("withdrawn", "not_to_be_told")
    play.at_desk(asked)
    assert play.left_off(asked)["hub_a"] == {"excluded"}
    assert sees_nobody(play, referral)


def test_do_not_tell_on_the_page_of_the_desk(play: Play, demo: Any) -> None:
    asked, referral = play.sent_to("hub_a")
    edit(play, asked, do_not_tell=demo.organisations["hub_a"])
    assert (play.row(referral)["state"], play.row(referral)["reason"]) == ("withdrawn", "not_to_be_told")
    play.at_desk(asked)


def edit(play: Play, asked: dict[str, Any], status: int = 303, **values: Any) -> str:
    """The edit page of an officer: everything as it stands, with `values` put over it."""
    from tests.conftest import post

    client = play.client_for("officer")
    path = f"/questions/{asked['reference']}/edit"
    shown = play.show(asked)
    form = {
        "text": shown["text"],
        "private_notes": shown["privateNotes"],
        "market": shown["market"],
        "sector": shown["sector"],
        "services": shown["services"],
        "company_size": shown["companySize"],
        "target_groups": shown["targetGroups"],
        "language": shown["language"],
        "urgency": shown["urgency"],
        "channel": shown["channel"],
        "contact_person_name": shown["contactPerson"]["name"],
        "contact_person_email": shown["contactPerson"]["email"],
        "contact_person_phone": shown["contactPerson"]["phone"],
        "action": "save",
    }
    answer = post(client, path, {**form, **values})
    assert answer.status_code == status, answer.get_data(as_text=True)[:4000]
    return answer.get_data(as_text=True)


NAMES_IN_TEXT = "Bel Jan Verzonnen van Fictief Groen BV op +31 20 123 4567, KvK 12345678, jan@example.nl."


def test_an_edit_may_not_tell_a_masked_hub_who_asks(play: Play) -> None:
    """The hub reads the text as it is now: names put into it after sending are stopped like before."""
    asked, referral = play.sent_to("hub_a")
    path = f"/support-requests/{asked['id']}"
    refused = play.call("post", "PATCH", path, {"text": NAMES_IN_TEXT}, 422)
    assert {problem["code"] for problem in refused["errors"]} == {"identity_in_text"}
    edit(play, asked, 422, text=NAMES_IN_TEXT)
    assert sees_nobody(play, referral)
    play.call("post", "PATCH", path, {"text": "Wij zoeken een advocaat voor vier contracten.", "privateNotes": "Jan"})
    assert play.referral(referral)["text"].endswith("vier contracten.")
    play.answer(referral, "accept")
    play.call("post", "PATCH", path, {"text": NAMES_IN_TEXT})
    assert play.referral(referral)["text"] == NAMES_IN_TEXT
