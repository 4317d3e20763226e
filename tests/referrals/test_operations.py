"""The main job: a question goes out with consent, is answered, and comes back when it is not (domain.md, rule 3)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from hubs.accounts.models import Organisation
from hubs.agreements.models import Agreement
from hubs.companies.models import ClientContact
from hubs.core.clock import utcnow
from hubs.core.errors import BadInput, NotPermitted, RuleViolation, WrongState
from hubs.core.events import Event
from hubs.core.stamps import ROUTING, bump
from hubs.referrals.models import Referral, RoutingReceipt
from hubs.referrals.operations import act_on_referral, act_on_request, receipt_for, replay_receipt
from tests.referrals.builders import actor_for, destinations, entrepreneur, question


def kinds(session: Any, subject: Any) -> list[str]:
    rows = session.execute(select(Event.kind).where(Event.subject_id == subject.id).order_by(Event.id))
    return list(rows.scalars())


def refer(demo: Any, asked: Any, *names: str, persona: str = "officer", now: Any = None, **data: Any) -> Referral:
    values = {"destinations": destinations(demo, *names), **data}
    act_on_request(asked, "refer", actor=actor_for(demo, persona), now=now or utcnow(), data=values)
    return asked.referrals[-1]


def problems_of(caught: Any) -> dict[str, str]:
    return {problem.field: problem.code for problem in caught.value.problems}


def test_from_question_to_closed(in_app: Any, demo: Any) -> None:
    with in_app() as session:
        now = utcnow()
        asked = question(demo, now=now)
        assert (asked.state, asked.term) == ("received", "first_reply")
        assert asked.due_at > asked.warn_at > now
        advice = receipt_for(asked, now=now)
        assert advice.outcome == "hub"
        first = advice.first()[0]
        assert first.organisation_id == demo.organisations["hub_a"]
        referral = refer(demo, asked, "hub_a", receipt_hash=advice.hash, now=now)
        assert (asked.state, asked.term, asked.handler_id) == ("referred", None, demo.people["officer"].id)
        assert referral.reference == f"D-{asked.reference[2:]}-1"
        assert (referral.state, referral.term, referral.rank) == ("sent", "acknowledge", 1)
        assert referral.decide_due_at > referral.due_at
        manager = actor_for(demo, "manager")
        act_on_referral(referral, "accept", actor=manager, now=now + timedelta(hours=1))
        assert (referral.state, referral.term, referral.handler_id) == ("accepted", "contact", manager.id)
        act_on_referral(referral, "record_contact", actor=manager, now=now + timedelta(hours=2))
        assert referral.term == "report" and referral.due_at == now + timedelta(hours=2, days=60)
        data = {"outcome": "introduction", "note": "Kennisgemaakt."}
        act_on_referral(referral, "close", actor=manager, now=now + timedelta(days=3), data=data)
        assert (referral.state, referral.due_at) == ("closed", None)
        assert (asked.state, asked.outcome, asked.term) == ("closed", "served", None)
        assert kinds(session, referral) == [
            "referral.send",
            "referral.acknowledge",
            "referral.accept",
            "referral.record_contact",
            "referral.close",
        ]
        assert kinds(session, asked) == [
            "support_request.submit",
            "support_request.take",
            "support_request.refer",
            "support_request.follow_parts",
        ]
        contacts = session.execute(select(ClientContact)).scalars().all()
        wrote = {contact.organisation_id for contact in contacts}
        assert wrote == {demo.organisations["post"], demo.organisations["hub_a"]}
        stored = session.execute(select(RoutingReceipt)).scalar_one()
        again = replay_receipt(stored)
        assert (again.hash, again.digest) == (stored.hash, stored.result["digest"])


def test_a_receipt_changes_nothing_and_keeps_its_hash(in_app: Any, demo: Any) -> None:
    with in_app() as session:
        asked = question(demo)
        session.flush()
        now = utcnow()
        first, later = receipt_for(asked, now=now), receipt_for(asked, now=now + timedelta(seconds=90))
        assert first.hash == later.hash and first.digest != later.digest
        assert not session.new and not session.dirty
        assert session.execute(select(RoutingReceipt)).first() is None


def test_an_outdated_receipt_is_refused_with_the_new_one(in_app: Any, demo: Any) -> None:
    with in_app():
        asked = question(demo)
        with pytest.raises(WrongState) as caught:
            refer(demo, asked, "hub_a", receipt_hash="0" * 64)
        assert caught.value.code == "receipt_changed"
        assert caught.value.extra["receipt"].hash == receipt_for(asked, now=utcnow()).hash


@pytest.mark.parametrize("consent", [None, ["hub_b"]])
def test_no_consent_no_referral(in_app: Any, demo: Any, consent: Any) -> None:
    with in_app() as session:
        asked = question(demo, consent=consent)
        with pytest.raises(RuleViolation) as caught:
            refer(demo, asked, "hub_a")
        assert problems_of(caught) == {"consent": "consent_required"}
        assert session.execute(select(Referral)).first() is None


def test_names_and_numbers_in_the_text_stop_it(in_app: Any, demo: Any) -> None:
    with in_app():
        asked = question(demo, text="Bel Tessa Kanarievogel op 06 12345678 over de contracten.")
        with pytest.raises(RuleViolation) as caught:
            refer(demo, asked, "hub_a")
        assert {problem.field for problem in caught.value.problems} == {"text"}
        assert any("Kanarievogel" in str(problem.message) for problem in caught.value.problems)


def test_another_place_than_the_first_asks_for_a_reason(in_app: Any, demo: Any) -> None:
    with in_app():
        asked = question(demo)
        with pytest.raises(RuleViolation) as caught:
            refer(demo, asked, "hub_b")
        assert problems_of(caught) == {"reason": "reason_required"}
        with pytest.raises(RuleViolation) as caught:
            refer(demo, asked, "hub_b", reason="other")
        assert problems_of(caught) == {"note": "note_required"}
        referral = refer(demo, asked, "hub_b", reason="recent_experience")
        assert (referral.rank, referral.override_reason) == (2, "recent_experience")


def test_in_development_only_by_own_choice_with_reason_and_named_consent(in_app: Any, demo: Any) -> None:
    with in_app():
        asked = question(demo)
        with pytest.raises(RuleViolation) as caught:
            refer(demo, asked, "hub_dev", reason="special_expertise")
        assert problems_of(caught) == {"consent": "consent_required"}
        named = question(demo, consent=["hub_dev"])
        with pytest.raises(RuleViolation) as caught:
            refer(demo, named, "hub_dev")
        assert problems_of(caught) == {"reason": "reason_required"}
        assert refer(demo, named, "hub_dev", reason="special_expertise").override_reason == "special_expertise"


def test_a_place_that_is_none_is_refused(in_app: Any, demo: Any) -> None:
    with in_app():
        asked = question(demo)
        for name, code in (("far_hub", "not_a_place"), ("partner", "not_a_place")):
            with pytest.raises(RuleViolation) as caught:
                refer(demo, asked, name)
            assert problems_of(caught) == {"destinations": code}
        with pytest.raises(RuleViolation) as caught:
            act_on_request(asked, "refer", actor=actor_for(demo, "officer"), now=utcnow(), data={})
        assert problems_of(caught) == {"destinations": "destinations_required"}


def test_a_part_that_is_away_cannot_be_referred_again(in_app: Any, demo: Any) -> None:
    with in_app():
        asked = question(demo)
        refer(demo, asked, "hub_a")
        with pytest.raises(WrongState) as caught:
            refer(demo, asked, "hub_b", reason="recent_experience")
        assert caught.value.code == "already_referred"


@pytest.mark.parametrize(
    ("action", "data", "state"),
    [
        ("decline", {"reason": "outside_sector"}, "declined"),
        ("decline", {"reason": "no_capacity"}, "declined"),
        ("return", {"reason": "cannot_help"}, "returned"),
    ],
)
def test_what_is_not_done_comes_back(in_app: Any, demo: Any, action: str, data: Any, state: str) -> None:
    with in_app() as session:
        asked, now, manager = question(demo), utcnow(), actor_for(demo, "manager")
        referral = refer(demo, asked, "hub_a", now=now)
        if action == "return":
            act_on_referral(referral, "accept", actor=manager, now=now)
        act_on_referral(referral, action, actor=manager, now=now, data=data)
        assert (referral.state, referral.reason, referral.due_at) == (state, data["reason"], None)
        assert (asked.state, asked.term) == ("in_hand", "re_route")
        assert asked.due_at is not None and [part.state for part in asked.parts] == ["open"]
        assert [cover.is_live for cover in referral.covers] == [False]
        back = session.execute(select(Event).where(Event.kind == "support_request.back_at_desk")).scalar_one()
        assert back.data["cause"] == state and back.data["next"] == [demo.organisations["hub_b"]]
        following = receipt_for(asked, now=now)
        assert [place.organisation_id for place in following.first()] == [demo.organisations["hub_b"]]
        left_off = {row.organisation_id: {f.rule for f in row.failed} for row in following.excluded}
        expected = {"capacity"} if data["reason"] == "no_capacity" else {"excluded"}
        assert left_off[demo.organisations["hub_a"]] == expected
        assert refer(demo, asked, "hub_b", now=now).number == 2


def test_recall_by_the_sender(in_app: Any, demo: Any) -> None:
    with in_app():
        asked, now, officer = question(demo), utcnow(), actor_for(demo, "officer")
        referral = refer(demo, asked, "hub_a")
        act_on_referral(referral, "recall", actor=officer, now=now)
        assert (referral.state, asked.state, asked.term) == ("recalled", "in_hand", "re_route")
        again = refer(demo, asked, "hub_a")
        act_on_referral(again, "accept", actor=actor_for(demo, "manager"), now=now)
        with pytest.raises(RuleViolation) as caught:
            act_on_referral(again, "recall", actor=officer, now=now)
        assert problems_of(caught) == {"note": "note_required"}


def test_a_question_between_desks_pauses_and_resumes(in_app: Any, demo: Any) -> None:
    with in_app():
        now = utcnow()
        asked, manager, officer = question(demo, now=now), actor_for(demo, "manager"), actor_for(demo, "officer")
        referral = refer(demo, asked, "hub_a", now=now)
        decide_by = referral.decide_due_at
        act_on_referral(referral, "ask", actor=manager, now=now + timedelta(hours=1), data={"note": "Hoe groot?"})
        assert (referral.state, referral.term, referral.decide_due_at) == ("paused", "answer", None)
        with pytest.raises(RuleViolation) as caught:
            note = {"note": "Bel Tessa Kanarievogel maar."}
            act_on_referral(referral, "answer", actor=officer, now=now + timedelta(hours=2), data=note)
        assert problems_of(caught) == {"note": "identity_in_text"}
        act_on_referral(referral, "answer", actor=officer, now=now + timedelta(hours=3), data={"note": "Drie man."})
        assert (referral.state, referral.term, referral.paused_at) == ("acknowledged", "decide", None)
        assert referral.decide_due_at >= decide_by + timedelta(hours=1, minutes=50)
        assert [message.text for message in asked.messages] == ["Hoe groot?", "Drie man."]


def test_a_question_to_the_entrepreneur_pauses_our_clock_only(in_app: Any, demo: Any) -> None:
    with in_app():
        now, officer = utcnow(), None
        asked = question(demo, now=now)
        officer = actor_for(demo, "officer")
        due = asked.due_at
        act_on_request(asked, "ask", actor=officer, now=now, data={"note": "Voor welke stad?"})
        assert (asked.state, asked.due_at, asked.waiting_since) == ("awaiting_entrepreneur", None, now)
        later = now + timedelta(hours=5)
        act_on_request(asked, "answer", actor=entrepreneur(asked), now=later, data={"note": "Bogotá"})
        assert (asked.state, asked.term) == ("in_hand", "first_reply") and asked.due_at > due
        with pytest.raises(RuleViolation):
            act_on_request(asked, "ask", actor=officer, now=later, data={"note": " "})


def test_public_and_private_part_go_their_own_ways(in_app: Any, demo: Any) -> None:
    with in_app():
        now = utcnow()
        asked = question(demo, services=("commercial_referral", "customs_advice"), now=now)
        advice = receipt_for(asked, now=now)
        assert advice.outcome == "both"
        referral = refer(demo, asked, "hub_a", now=now)
        assert [cover.part.service for cover in referral.covers] == ["commercial_referral"]
        assert (asked.state, asked.term) == ("referred", "first_reply")
        act_on_request(asked, "serve", actor=actor_for(demo, "officer"), now=now, data={"services": ["customs_advice"]})
        assert (asked.state, asked.term) == ("referred", None)
        manager = actor_for(demo, "manager")
        for action, data in (("accept", {}), ("record_contact", {}), ("close", {"outcome": "introduction"})):
            act_on_referral(referral, action, actor=manager, now=now, data=data)
        assert (asked.state, asked.outcome) == ("closed", "served")


def test_from_a_hub_both_parts_are_referred(in_app: Any, demo: Any) -> None:
    with in_app():
        asked = question(demo, owner="hub_a", services=("commercial_referral", "customs_advice"))
        refer(demo, asked, "post", persona="manager")
        assert [(r.to_id, [c.part.service for c in r.covers]) for r in asked.referrals] == [
            (demo.organisations["post"], ["customs_advice"])
        ]
        assert asked.referrals[0].agreement_id == demo.agreements["hub_a"]
        with pytest.raises(RuleViolation) as caught:
            refer(demo, asked, "hub_a", persona="manager")
        assert problems_of(caught) == {"destinations": "own_desk"}


def test_central_desk_sends_both_as_two_linked_referrals(in_app: Any, demo: Any) -> None:
    with in_app():
        asked = question(demo, owner="ministry", services=("commercial_referral", "customs_advice"))
        refer(demo, asked, "post", "hub_a", persona="central_officer")
        assert {(r.to_id, c.part.service) for r in asked.referrals for c in r.covers} == {
            (demo.organisations["post"], "customs_advice"),
            (demo.organisations["hub_a"], "commercial_referral"),
        }
        assert {r.reference[-2:] for r in asked.referrals} == {"-1", "-2"}


def test_signposts_cold_and_warm(in_app: Any, demo: Any) -> None:
    with in_app():
        now, officer = utcnow(), actor_for(demo, "officer")
        cold = question(demo, services=("export_coaching",), consent=None, now=now)
        data = {"mode": "cold", "destinations": destinations(demo, "partner")}
        act_on_request(cold, "signpost", actor=officer, now=now, data=data)
        assert (cold.state, cold.outcome) == ("closed", "signposted")
        assert (cold.referrals[0].state, cold.referrals[0].mode, cold.referrals[0].due_at) == ("closed", "cold", None)
        warm = question(demo, services=("export_coaching",), consent="market", now=now)
        with pytest.raises(RuleViolation) as caught:
            act_on_request(warm, "signpost", actor=officer, now=now, data={**data, "mode": "warm"})
        assert problems_of(caught) == {"consent": "consent_required"}
        named = question(demo, services=("export_coaching",), consent=["partner"], now=now)
        act_on_request(named, "signpost", actor=officer, now=now, data={**data, "mode": "warm"})
        referral = named.referrals[0]
        assert (named.state, referral.kind, referral.mode, referral.term) == (
            "referred",
            "signpost",
            "warm",
            "acknowledge",
        )
        staff = actor_for(demo, "partner_staff")
        act_on_referral(referral, "accept", actor=staff, now=now, data={"partner_reference": "RVO-1"})
        act_on_referral(referral, "record_contact", actor=staff, now=now)
        act_on_referral(referral, "close", actor=staff, now=now, data={"outcome": "information_given"})
        assert referral.partner_reference == "RVO-1"
        assert (named.state, named.outcome) == ("closed", "signposted")


def test_market_without_hub_is_a_gap_of_the_post(in_app: Any, demo: Any) -> None:
    with in_app():
        now = utcnow()
        asked = question(demo, owner="post", market="CL", services=("commercial_referral",), now=now)
        advice = receipt_for(asked, now=now)
        assert (advice.outcome, advice.gap) == ("post", True)
        officer, reason = actor_for(demo, "officer"), {"reason": "recent_experience"}
        with pytest.raises(RuleViolation):  # the embassy in Santiago comes first: helping oneself is a departure
            act_on_request(asked, "serve", actor=officer, now=now)
        act_on_request(asked, "serve", actor=officer, now=now, data=reason)
        assert (asked.state, asked.outcome, asked.has_gap) == ("closed", "served", True) and asked.gap_causes


def test_withdrawing_the_question_ends_everything_at_once(in_app: Any, demo: Any) -> None:
    with in_app():
        asked, now = question(demo), utcnow()
        referral = refer(demo, asked, "hub_a")
        act_on_request(asked, "withdraw", actor=entrepreneur(asked), now=now)
        assert (asked.state, asked.term, referral.state, referral.reason) == (
            "withdrawn",
            None,
            "withdrawn",
            "request_withdrawn",
        )
        assert [part.state for part in asked.parts] == ["withdrawn"]


@pytest.mark.parametrize(
    ("action", "outcome"),
    [("close_unserved", "unserved"), ("close_out_of_scope", "out_of_scope"), ("close_no_reply", "no_reply")],
)
def test_closing_and_reopening(in_app: Any, demo: Any, action: str, outcome: str) -> None:
    with in_app():
        asked, now, officer = question(demo), utcnow(), actor_for(demo, "officer")
        act_on_request(asked, action, actor=officer, now=now)
        assert (asked.state, asked.outcome, asked.term) == ("closed", outcome, None)
        act_on_request(asked, "reopen", actor=officer, now=now)
        assert (asked.state, asked.outcome, asked.term) == ("in_hand", None, "re_route")


def test_sanctions_flag_asks_for_a_recorded_check(in_app: Any, demo: Any) -> None:
    from hubs.reference.models import Market

    with in_app() as session:
        session.get(Market, "CO").sanctions_from = utcnow().date() - timedelta(days=3)
        asked = question(demo)
        with pytest.raises(RuleViolation) as caught:
            refer(demo, asked, "hub_a")
        assert problems_of(caught) == {"sanctions_checked": "sanctions_check"}
        refer(demo, asked, "hub_a", sanctions_checked=True)
        sent = session.execute(select(Event).where(Event.kind == "support_request.refer")).scalar_one()
        assert sent.data["sanctions_checked"] is True


def test_refusals_in_their_order(in_app: Any, demo: Any) -> None:
    with in_app():
        asked, now = question(demo), utcnow()
        referral = refer(demo, asked, "hub_a")
        manager, officer = actor_for(demo, "manager"), actor_for(demo, "officer")
        with pytest.raises(BadInput):
            act_on_referral(referral, "explode", actor=manager, now=now)
        with pytest.raises(NotPermitted):
            act_on_referral(referral, "accept", actor=officer, now=now)
        with pytest.raises(NotPermitted):
            act_on_referral(referral, "lapse", actor=manager, now=now)
        with pytest.raises(WrongState):
            act_on_referral(referral, "record_contact", actor=manager, now=now)
        with pytest.raises(NotPermitted):
            act_on_request(asked, "follow_parts", actor=officer, now=now)
        with pytest.raises(RuleViolation) as caught:
            act_on_referral(referral, "decline", actor=manager, now=now, data={"reason": "boredom"})
        assert problems_of(caught) == {"reason": "reason_unknown"}


def test_a_handler_is_one_of_ones_own(in_app: Any, demo: Any) -> None:
    with in_app():
        asked, now, manager = question(demo), utcnow(), actor_for(demo, "manager")
        referral = refer(demo, asked, "hub_a")
        with pytest.raises(RuleViolation) as caught:
            data = {"handler_id": demo.people["officer"].id}
            act_on_referral(referral, "accept", actor=manager, now=now, data=data)
        assert problems_of(caught) == {"handler_id": "handler_unknown"}
        data = {"handler_id": demo.people["staff"].id}
        act_on_referral(referral, "accept", actor=manager, now=now, data=data)
        assert referral.handler_id == demo.people["staff"].id


def test_from_hub_to_hub_where_an_agreement_allows_it(in_app: Any, demo: Any) -> None:
    with in_app() as session:
        asked = question(demo, owner="hub_a", consent=["hub_b"])
        referral = refer(demo, asked, "hub_b", persona="manager", reason="special_expertise")
        assert (referral.to_id, referral.agreement_id) == (demo.organisations["hub_b"], demo.agreements["hub_b"])
        act_on_referral(referral, "accept", actor=actor_for(demo, "other_manager"), now=utcnow())
        session.get(Agreement, demo.agreements["hub_b"]).directions = ["post_to_hub"]
        bump(session, ROUTING)
        other = question(demo, owner="hub_a", consent=["hub_b"])
        with pytest.raises(RuleViolation) as caught:
            refer(demo, other, "hub_b", persona="manager", reason="special_expertise")
        assert problems_of(caught) == {"destinations": "place_excluded"}


def test_a_partner_sends_on_to_a_hub_and_to_a_post(in_app: Any, demo: Any) -> None:
    with in_app():
        asked = question(demo, owner="partner", services=("commercial_referral", "customs_advice"))
        refer(demo, asked, "hub_a", "post", persona="partner_staff")
        assert {(r.to_id, r.kind) for r in asked.referrals} == {
            (demo.organisations["hub_a"], "referral"),
            (demo.organisations["post"], "referral"),
        }
        to_hub = next(r for r in asked.referrals if r.to_id == demo.organisations["hub_a"])
        act_on_referral(to_hub, "accept", actor=actor_for(demo, "manager"), now=utcnow())
        assert to_hub.state == "accepted"


def test_a_market_covered_from_elsewhere(in_app: Any, demo: Any) -> None:
    """Zambia has no Dutch post of its own: the one that covers it takes the question."""
    with in_app() as session:
        asked = question(demo, owner="ministry", market="ZM", services=("customs_advice",), consent=None)
        advice = receipt_for(asked, now=utcnow())
        place = advice.first()[0]
        assert (advice.outcome, advice.gap, place.kind) == ("post", False, "post")
        post = session.get(Organisation, place.organisation_id)
        assert post.market != "ZM"
        data = {"destinations": [{"organisation": post.id, "services": []}], "receipt_hash": advice.hash}
        act_on_request(asked, "refer", actor=actor_for(demo, "central_officer"), now=utcnow(), data=data)
        assert asked.referrals[0].agreement_id is None and asked.referrals[0].decide_due_at is not None


def test_a_stored_receipt_replays_after_the_world_changed(in_app: Any, demo: Any) -> None:
    with in_app() as session:
        asked = question(demo)
        refer(demo, asked, "hub_a")
        session.get(Agreement, demo.agreements["hub_a"]).services = ["networking"]
        bump(session, ROUTING)
        stored = session.execute(select(RoutingReceipt)).scalar_one()
        session.expire_all()
        assert replay_receipt(stored).first()[0].organisation_id == demo.organisations["hub_a"]
        assert receipt_for(question(demo), now=utcnow()).first()[0].organisation_id == demo.organisations["hub_b"]
