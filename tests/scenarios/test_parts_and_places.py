"""Which place takes which part: public and private together, partners, markets without hub or post, all full."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from hubs.accounts.models import Organisation
from hubs.agreements.models import Agreement
from hubs.core.clock import utcnow
from hubs.directory.models import PostCoverage, PostProfile
from hubs.extensions import db
from hubs.reference.models import Market
from hubs.referrals.models import RoutingRules, SupportRequest
from tests.scenarios.conftest import Play

BOTH = ["commercial_referral", "trade_barrier"]


def test_a_public_and_a_private_part_at_the_responsible_post(play: Play) -> None:
    """Its own part stays at the desk without a referral; the question closes when the last part does."""
    asked = play.ask(services=BOTH)
    advice = play.advice(asked)
    assert advice["outcome"] == "both"
    sent = play.refer(asked, "hub_a")
    assert [row["services"] for row in sent["referrals"]] == [["commercial_referral"]]
    states = {part["service"]: part["state"] for part in sent["parts"]}
    assert states == {"commercial_referral": "referred", "trade_barrier": "open"}
    assert sent["state"] == "referred" and sent["dueAt"], "our own part has its clock"
    assert asked["reference"] in play.work()
    play.act(asked, "serve", services=["trade_barrier"], note="Bij het ministerie gevraagd.")
    half = play.show(asked)
    assert (half["state"], half["outcome"], half["dueAt"]) == ("referred", None, None)
    referral = sent["referrals"][0]["id"]
    play.answer(referral, "accept")
    play.answer(referral, "record_contact")
    play.mails()
    play.answer(referral, "close", outcome="introduction")
    whole = play.show(asked)
    assert (whole["state"], whole["outcome"]) == ("closed", "served")
    assert "client" in play.told()
    assert play.receipts_replay() >= 1


def test_both_from_the_central_desk_are_two_linked_referrals(play: Play) -> None:
    asked = play.ask("central", services=BOTH)
    sent = play.refer(asked, "hub_a", "post", by="central")
    by_place = {play.name(row["to"]["id"]): row for row in sent["referrals"]}
    assert by_place["hub_a"]["services"] == ["commercial_referral"] and by_place["post"]["services"] == [
        "trade_barrier"
    ]
    play.answer(by_place["post"]["id"], "accept", by="post")
    play.answer(by_place["hub_a"]["id"], "decline", reason="service_not_offered")
    shown = play.show(asked, "central")
    assert shown["state"] == "referred" and shown["dueAt"]
    assert {p["service"]: p["state"] for p in shown["parts"]} == {
        "commercial_referral": "open",
        "trade_barrier": "referred",
    }
    play.answer(by_place["post"]["id"], "record_contact", by="post")
    play.answer(by_place["post"]["id"], "close", by="post", outcome="information_given")
    assert play.show(asked, "central")["state"] == "in_hand"
    again = play.refer(asked, "hub_b", by="central")["referrals"][-1]["id"]
    play.answer(again, "accept", by="hub_b")
    play.answer(again, "record_contact", by="hub_b")
    play.answer(again, "close", by="hub_b", outcome="introduction")
    done = play.show(asked, "central")
    assert (done["state"], done["outcome"]) == ("closed", "served")


def test_a_partner_part_warm_and_cold(play: Play, demo: Any) -> None:
    partner = demo.organisations["partner"]
    asked = play.ask(services=["subsidy_advice"], consent=None)
    row = next(r for r in play.advice(asked)["destinations"] if r["organisation"]["id"] == partner)
    assert row["organisation"]["kind"] == "partner"
    destination = [{"organisation": partner, "services": []}]
    warm = play.act(asked, "signpost", mode="warm", destinations=destination, status=422)
    assert "consent_required" in {p["code"] for p in warm["errors"]}
    play.mails()
    cold = play.act(asked, "signpost", mode="cold", destinations=destination)
    assert (cold["state"], cold["outcome"]) == ("closed", "signposted")
    assert play.told() == {"client"}, "no data left: the partner hears nothing"
    assert play.call("partner", "GET", "/referrals")["items"] == []
    named = play.ask(services=["subsidy_advice"], consent={"recipients": [partner], "channel": "telephone"})
    sent = play.act(named, "signpost", mode="warm", destinations=destination)
    referral = sent["referrals"][0]["id"]
    assert sent["state"] == "referred"
    assert "partner" in play.told()
    play.answer(referral, "acknowledge", by="partner")
    assert play.referral(referral, "partner")["company"]["name"] == "Fictief Groen BV"
    play.answer(referral, "accept", by="partner", partnerReference="RVO-2026-77")
    assert play.referral(referral, "post")["partnerReference"] == "RVO-2026-77"
    assert "RVO-2026-77" in play.case_page(named)


def test_a_market_without_hub_is_a_gap_with_its_cause(play: Play, demo: Any) -> None:
    asked = play.ask("far_post", market="LA", services=["partner_search"])
    advice = play.advice(asked, "far_post")
    assert (advice["outcome"], advice["gap"]) == ("post", True)
    play.act(asked, "serve", by="far_post", reason="recent_experience")
    done = play.show(asked, "far_post")
    assert (done["state"], done["outcome"], done["hasGap"]) == ("closed", "served", True)
    assert done["gapCauses"] == ["no_hub"]


def test_a_gap_counts_when_another_desk_sends_it_to_the_post(play: Play, demo: Any) -> None:
    """The post takes what a hub would have got, also when the question came by the central desk."""
    play.change(_end_all)
    asked = play.ask("central", services=["partner_search"])
    advice = play.advice(asked, "central")
    assert (advice["outcome"], advice["gap"]) == ("post", True)
    sent = play.refer(asked, "post", by="central")
    assert sent["hasGap"] is True and "agreement" in sent["gapCauses"]


def _end_all(session: Any) -> None:
    for row in session.execute(select(Agreement)).scalars():
        row.ends_on = (utcnow() - timedelta(days=3)).date()


def test_a_market_covered_from_elsewhere(play: Play, demo: Any) -> None:
    """Ecuador has no post: Lima covers it; a closed post, or a permanent representation, never comes up."""
    asked = play.ask("central", market="EC", services=["trade_barrier"], consent=None)
    advice = play.advice(asked, "central")
    (place,) = advice["destinations"]
    assert (advice["outcome"], advice["gap"], place["organisation"]["code"]) == ("post", False, "ambassade-lima")
    sent = play.act(
        asked,
        "refer",
        by="central",
        destinations=[{"organisation": place["organisation"]["id"], "services": []}],
        receiptHash=advice["receiptHash"],
    )
    assert sent["state"] == "referred"

    def close_lima(session: Any) -> None:
        session.get(PostProfile, place["organisation"]["id"]).is_open = False

    play.change(close_lima)
    after = play.advice(play.ask("central", market="EC", services=["trade_barrier"], consent=None), "central")
    assert after["outcome"] == "unserved" and after["destinations"] == []


def test_a_permanent_representation_never_takes_a_question(play: Play, demo: Any) -> None:
    def covers_ecuador(session: Any) -> str:
        row = session.execute(
            select(PostProfile).where(PostProfile.post_type == "permanent_representation").limit(1)
        ).scalar_one()
        for kind in ("host", "side_economic"):
            session.add(
                PostCoverage(
                    post_id=row.id, market="EC", coverage_kind=kind, is_economic=True, starts_on=date(2020, 1, 1)
                )
            )
        return row.id

    identifier = play.change(covers_ecuador)
    asked = play.ask("central", market="EC", services=["trade_barrier"], consent=None)
    assert [row["organisation"]["id"] for row in play.advice(asked, "central")["destinations"]] != [identifier]
    assert play.advice(asked, "central")["destinations"][0]["organisation"]["code"] == "ambassade-lima"


def test_all_full_is_no_gap_and_the_entrepreneur_chooses(play: Play, demo: Any) -> None:
    play.fill("hub_a", "hub_b")
    asked = play.ask()
    advice = play.advice(asked)
    assert (advice["outcome"], advice["gap"]) == ("post", False)
    assert play.left_off(asked)["hub_a"] == play.left_off(asked)["hub_b"] == {"capacity"}
    page = play.track(asked)
    for choice in ("choose_wait", "choose_place", "return_to_post"):
        assert f'value="{choice}"' in page, choice
    play.mails()
    play.press(asked, "choose_wait")
    waiting = play.show(asked)
    assert waiting["isPaused"] and waiting["dueAt"] is None
    assert asked["reference"] in play.work()
    with play.app.app_context():
        until = db.session.get_one(SupportRequest, asked["id"]).waits_until
        db.session.remove()
    assert until and until > utcnow() and play.clock(until)["waits"] == 1
    assert play.show(asked)["term"] and play.show(asked)["dueAt"]
    assert "post" in play.told() or "officer" in play.told()
    second = play.ask()
    play.press(second, "return_to_post")
    assert "post" in play.told()
    assert play.show(second)["chosen"] == demo.organisations["post"]
    play.act(second, "serve")
    done = play.show(second)
    assert (done["outcome"], done["hasGap"]) == ("served", False)


def test_next_place_when_the_first_is_full(play: Play, demo: Any) -> None:
    play.fill("hub_a")
    asked = play.ask()
    assert play.places(asked)[0] == "hub_b"
    assert play.refer(asked, "hub_b")["referrals"][0]["state"] == "sent"


def test_what_both_may_give_goes_to_a_hub_unless_agreed_otherwise(play: Play, demo: Any) -> None:
    asked = play.ask(services=["market_information"])
    assert play.places(asked)[0] == "hub_a"

    def leave_with_the_post(session: Any) -> None:
        for name in ("hub_a", "hub_b", "hub_dev"):
            session.get(Agreement, demo.agreements[name]).either_to = "post"

    play.change(leave_with_the_post)
    advice = play.advice(asked)
    assert (advice["outcome"], advice["gap"]) == ("post", False)
    assert play.places(asked) == ["post"]


def test_a_sanctions_flag_asks_for_a_recorded_check(play: Play) -> None:
    def flag(session: Any) -> None:
        session.get(Market, "CO").sanctions_from = (utcnow() - timedelta(days=3)).date()

    play.change(flag)
    asked = play.ask()
    refused = play.refer(asked, "hub_a", status=422)
    assert {p["code"] for p in refused["errors"]} == {"sanctions_check"}
    play.refer(asked, "hub_a", sanctionsChecked=True)


def test_hub_to_post_and_hub_to_hub(play: Play, demo: Any) -> None:
    to_post = play.ask("hub_a", services=["trade_barrier"], consent=None)
    referral = play.refer(to_post, "post", by="hub_a")["referrals"][0]["id"]
    assert play.row(referral)["agreement_id"] == demo.agreements["hub_a"]
    play.answer(referral, "decline", by="post", reason="service_not_offered")
    assert play.show(to_post, "hub_a")["state"] == "in_hand" and play.show(to_post, "hub_a")["dueAt"]
    named = {"recipients": [demo.organisations["hub_b"]], "channel": "telephone"}
    to_hub = play.ask("hub_a", consent=named)
    assert play.places(to_hub, "hub_a")[0] == "hub_a"
    other = play.refer(to_hub, "hub_b", by="hub_a", reason="special_expertise")["referrals"][0]["id"]
    shown = play.referral(other, "hub_b")
    assert "company" not in shown and shown["hiddenBecause"] == "not_accepted"


def test_back_to_the_post_while_the_post_has_a_part(play: Play, demo: Any) -> None:
    """The entrepreneur leaves the hub: the post owns it all, and holds no referral from the hub any more."""
    asked = play.ask("hub_a", services=BOTH)
    referral = play.refer(asked, "post", by="hub_a")["referrals"][0]["id"]
    play.mails()
    play.press(asked, "return_to_post")
    assert play.row(referral)["state"] == "withdrawn"
    play.at_desk(asked, "post")
    assert {"client", "post"} <= play.told()
    play.call("hub_a", "GET", f"/support-requests/{asked['id']}", status=404)


def test_helping_oneself_against_the_advice_asks_for_a_reason(play: Play) -> None:
    asked = play.ask()
    refused = play.act(asked, "serve", status=422)
    assert [(p["field"], p["code"]) for p in refused["errors"]] == [("reason", "reason_required")]
    play.act(asked, "serve", reason="recent_experience")
    own = play.ask(services=["trade_barrier"], consent=None)
    play.act(own, "serve")


def test_the_reason_for_another_than_the_first(play: Play) -> None:
    asked = play.ask()
    refused = play.refer(asked, "hub_b", status=422)
    assert {p["code"] for p in refused["errors"]} == {"reason_required"}
    refused = play.refer(asked, "hub_b", status=422, reason="other")
    assert {p["code"] for p in refused["errors"]} == {"note_required"}
    sent = play.refer(asked, "hub_b", reason="other", note="Kent deze sector.")
    assert play.referral(sent["referrals"][0]["id"], "post")["overrideReason"] == "other"
    assert play.receipts_replay() >= 1


def test_weights_are_data(play: Play, demo: Any) -> None:
    """A new version of the weights changes the order and is named in the advice; what was stored stays as it was."""
    asked = play.ask(language="nl")
    before = play.advice(asked)
    play.refer(asked, "hub_a")

    def only_load(session: Any) -> None:
        weights = {"specificity": "0", "answer": "0", "load": "1.0", "language": "0", "city": "0"}
        session.add(
            RoutingRules(version="9999.1", weights={**weights, "shrinkage": 10, "prior": "0.8"}, starts_on=date.today())
        )

    play.change(only_load)
    after = play.advice(play.ask(language="nl"))
    assert after["rulesVersion"] == "9999.1" != before["rulesVersion"]
    assert [play.name(r["organisation"]["id"]) for r in after["destinations"]][0] == "hub_b", "hub A has one already"
    assert play.receipts_replay() >= 1


def test_a_supervising_post_takes_the_authorities_of_a_support_office(play: Play) -> None:
    def office(session: Any) -> tuple[str, str, str]:
        statement = (
            select(Organisation.id, Organisation.market, PostProfile.district_cities)
            .join(PostProfile, PostProfile.id == Organisation.id)
            .where(PostProfile.post_type == "nbso", PostProfile.is_open.is_(True))
        )
        return next((str(i), str(m), str(c[0])) for i, m, c in session.execute(statement) if c)

    identifier, market, city = play.change(office)
    for services, is_office in ((["market_information"], True), (["authority_contact"], False)):
        asked = play.ask("central", market=market, city=city, services=services)
        places = [row["organisation"]["id"] for row in play.advice(asked, "central")["destinations"]]
        assert (identifier in places) is is_office, (services, places)
