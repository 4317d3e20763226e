"""What happens by rule: lapse, warnings, a hub suspended or an agreement ended midway, the entrepreneur decides."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from hubs.agreements.models import Agreement
from hubs.core.clock import utcnow
from hubs.core.errors import NotPermitted, RuleViolation, WrongState
from hubs.core.events import Event
from hubs.directory.models import HubProfile
from hubs.referrals.operations import (
    act_on_referral,
    act_on_request,
    agreement_ended,
    breach,
    choose_place,
    choose_wait,
    due_breaches,
    due_lapses,
    due_waits,
    due_warnings,
    end_wait,
    lapse,
    receipt_for,
    refuse_place,
    return_to_post,
    set_hub_status,
    warn,
)
from tests.referrals.builders import actor_for, entrepreneur, question
from tests.referrals.test_operations import problems_of, refer


def events(session: Any, kind: str) -> list[Event]:
    return list(session.execute(select(Event).where(Event.kind == kind).order_by(Event.id)).scalars())


def test_silence_lapses_once(in_app: Any, demo: Any) -> None:
    with in_app() as session:
        asked, now = question(demo), utcnow()
        referral = refer(demo, asked, "hub_a", now=now)
        assert due_lapses(now) == []
        later = referral.decide_due_at
        assert due_lapses(later) == [referral.id]
        with pytest.raises(WrongState) as caught:
            act_on_referral(referral, "accept", actor=actor_for(demo, "manager"), now=later)
        assert caught.value.code == "lapsed"
        assert lapse(referral.id, now=later) is True
        assert lapse(referral.id, now=later) is False
        assert (referral.state, asked.state, asked.term) == ("lapsed", "in_hand", "re_route")
        assert due_lapses(later) == []
        assert len(events(session, "referral.lapse")) == len(events(session, "support_request.back_at_desk")) == 1
        first = receipt_for(asked, now=later).first()[0]
        assert first.organisation_id == demo.organisations["hub_b"]


def test_warning_at_three_quarters_and_breach_once(in_app: Any, demo: Any) -> None:
    with in_app() as session:
        now = utcnow()
        asked = question(demo, now=now)
        key = ("support_requests", asked.id)
        assert due_warnings(now) == [] and warn(*key, now=now) is False
        assert due_warnings(asked.warn_at) == [key]
        assert warn(*key, now=asked.warn_at) is True and warn(*key, now=asked.warn_at) is False
        assert due_warnings(asked.warn_at) == []
        due = asked.due_at
        assert due_breaches(due) == [key]
        assert breach(*key, now=due) is True and breach(*key, now=due) is False
        assert due_breaches(due) == []
        assert [e.data["term"] for e in events(session, "support_request.due_soon")] == ["first_reply"]
        assert len(events(session, "support_request.overdue")) == 1


def test_an_unacknowledged_referral_is_told_and_then_lapses(in_app: Any, demo: Any) -> None:
    with in_app() as session:
        asked, now = question(demo), utcnow()
        referral = refer(demo, asked, "hub_a", now=now)
        key = ("referrals", referral.id)
        assert key in due_breaches(referral.due_at) and breach(*key, now=referral.due_at) is True
        assert key not in due_breaches(referral.decide_due_at)
        assert breach(*key, now=referral.decide_due_at) is False
        assert len(events(session, "referral.overdue")) == 1


def test_a_hub_suspended_midway(in_app: Any, demo: Any) -> None:
    with in_app() as session:
        now, admin = utcnow(), actor_for(demo, "administrator")
        waiting, accepted, paused = question(demo), question(demo), question(demo)
        referrals = [refer(demo, asked, "hub_a") for asked in (waiting, accepted, paused)]
        manager = actor_for(demo, "manager")
        act_on_referral(referrals[1], "accept", actor=manager, now=now)
        act_on_referral(referrals[2], "ask", actor=manager, now=now, data={"note": "Wanneer?"})
        profile = session.get(HubProfile, demo.organisations["hub_a"])
        with pytest.raises(NotPermitted):
            set_hub_status(profile, "suspend", actor=manager, now=now, reason="x")
        with pytest.raises(RuleViolation):
            set_hub_status(profile, "suspend", actor=admin, now=now, reason=" ")
        set_hub_status(profile, "suspend", actor=admin, now=now, reason="Onderzoek loopt.")
        assert [r.state for r in referrals] == ["withdrawn", "accepted", "withdrawn"]
        assert referrals[0].reason == "hub_standing"
        assert (waiting.state, waiting.term) == ("in_hand", "re_route")
        following = receipt_for(waiting, now=now)
        assert following.first()[0].organisation_id == demo.organisations["hub_b"]
        left_off = {row.organisation_id: {f.rule for f in row.failed} for row in following.excluded}
        assert "status" in left_off[demo.organisations["hub_a"]]
        agreement = session.get(Agreement, demo.agreements["hub_a"])
        assert agreement.state == "paused"
        set_hub_status(profile, "accredit", actor=admin, now=now, reason="Onderzoek afgerond.")
        assert agreement.state == "in_force"
        assert receipt_for(waiting, now=now).first()[0].organisation_id == demo.organisations["hub_a"]


def test_a_suspended_hub_cannot_accept_even_before_the_rule_ran(in_app: Any, demo: Any) -> None:
    with in_app() as session:
        referral = refer(demo, question(demo), "hub_a")
        session.get(HubProfile, demo.organisations["hub_a"]).state = "suspended"
        session.flush()
        with pytest.raises(RuleViolation) as caught:
            act_on_referral(referral, "accept", actor=actor_for(demo, "manager"), now=utcnow())
        assert {"hub_standing", "consent_required"} <= {p.code for p in caught.value.problems}


def test_an_agreement_ended_midway(in_app: Any, demo: Any) -> None:
    with in_app() as session:
        now = utcnow()
        waiting, accepted = question(demo), question(demo)
        first, second = refer(demo, waiting, "hub_a"), refer(demo, accepted, "hub_a")
        act_on_referral(second, "accept", actor=actor_for(demo, "manager"), now=now)
        agreement = session.get(Agreement, demo.agreements["hub_a"])
        agreement.state, agreement.ended_at, agreement.end_reason = "ended", now, "terminated"
        session.flush()
        with pytest.raises(RuleViolation) as caught:
            act_on_referral(first, "accept", actor=actor_for(demo, "manager"), now=now)
        assert problems_of(caught) == {"action": "agreement"}
        agreement_ended(agreement, now=now)
        assert (first.state, first.reason, second.state) == ("withdrawn", "agreement_ended", "accepted")
        assert (waiting.state, waiting.term, accepted.state) == ("in_hand", "re_route", "referred")


def test_the_entrepreneur_refuses_chooses_and_returns(in_app: Any, demo: Any) -> None:
    with in_app():
        now = utcnow()
        asked = question(demo, now=now)
        client = entrepreneur(asked)
        first = refer(demo, asked, "hub_a")
        refuse_place(first, actor=client, now=now)
        assert (first.state, first.reason, asked.term) == ("withdrawn", "client_refused", "re_route")
        left_off = {row.organisation_id: {f.rule for f in row.failed} for row in receipt_for(asked, now=now).excluded}
        assert left_off[demo.organisations["hub_a"]] == {"excluded"}
        second = refer(demo, asked, "hub_b")
        assert second.rank == 1
        with pytest.raises(RuleViolation):
            choose_place(asked, demo.organisations["hub_a"], actor=client, now=now)
        with pytest.raises(WrongState):
            choose_place(asked, demo.organisations["hub_b"], actor=client, now=now)
        return_to_post(asked, actor=client, now=now)
        assert (second.state, second.reason) == ("withdrawn", "returned_to_post")
        assert (asked.owner_id, asked.chosen_id) == (demo.organisations["post"], demo.organisations["post"])
        with pytest.raises(NotPermitted):
            refuse_place(first, actor=entrepreneur(question(demo)), now=now)


def test_the_entrepreneurs_choice_is_the_reason(in_app: Any, demo: Any) -> None:
    with in_app():
        now = utcnow()
        asked = question(demo, now=now)
        first = refer(demo, asked, "hub_a")
        choose_place(asked, demo.organisations["hub_b"], actor=entrepreneur(asked), now=now)
        assert (first.state, first.reason, asked.state) == ("withdrawn", "client_choice", "in_hand")
        assert asked.chosen_id == demo.organisations["hub_b"]
        chosen = refer(demo, asked, "hub_b")
        assert (chosen.override_reason, asked.chosen_id) == ("client_choice", None)


def test_a_hubs_question_moves_to_the_post(in_app: Any, demo: Any) -> None:
    with in_app():
        now = utcnow()
        asked = question(demo, owner="hub_a", now=now)
        return_to_post(asked, actor=entrepreneur(asked), now=now)
        assert (asked.owner_id, asked.office_id) == (demo.organisations["post"], demo.offices["post"])
        assert asked.term == "first_reply" and asked.company_name == "Kanarie Koeltechniek"
        assert asked.contact_person.organisation_id == demo.organisations["post"]


def test_all_full_waits_and_comes_back(in_app: Any, demo: Any) -> None:
    from hubs.accounts.models import Office
    from hubs.core.stamps import ROUTING, bump

    with in_app() as session:
        now = utcnow()
        asked = question(demo, now=now)
        client = entrepreneur(asked)
        with pytest.raises(WrongState):
            choose_wait(asked, actor=client, now=now)
        for name in ("hub_a", "hub_b"):
            session.get(Office, demo.offices[name]).weekly_capacity = 0
        bump(session, ROUTING)
        advice = receipt_for(asked, now=now)
        assert (advice.outcome, advice.gap) == ("post", False)
        choose_wait(asked, actor=client, now=now)
        assert asked.waits_until > now and asked.due_at is None
        assert due_waits(now) == [] and due_waits(asked.waits_until) == [asked.id]
        until = asked.waits_until
        assert end_wait(asked.id, now=until) is True and end_wait(asked.id, now=until) is False
        assert asked.waits_until is None and asked.due_at is not None
        act_on_request(asked, "take", actor=actor_for(demo, "officer"), now=until)


def test_a_desk_that_acts_ends_the_wait(in_app: Any, demo: Any) -> None:
    from hubs.accounts.models import Office
    from hubs.core.stamps import ROUTING, bump

    with in_app() as session:
        now = utcnow()
        asked = question(demo, now=now)
        for name in ("hub_a", "hub_b"):
            session.get(Office, demo.offices[name]).weekly_capacity = 0
        bump(session, ROUTING)
        choose_wait(asked, actor=entrepreneur(asked), now=now)
        act_on_request(asked, "serve", actor=actor_for(demo, "officer"), now=now)
        assert (asked.state, asked.waits_until, asked.has_gap) == ("closed", None, False)


def test_capacity_share_of_an_agreement(in_app: Any, demo: Any) -> None:
    from hubs.core.stamps import ROUTING, bump

    with in_app() as session:
        now = utcnow()
        session.get(Agreement, demo.agreements["hub_a"]).capacity_share = 12  # of 8 places: one
        bump(session, ROUTING)
        first = refer(demo, question(demo), "hub_a")
        with pytest.raises(WrongState) as caught:
            refer(demo, question(demo), "hub_a")
        assert caught.value.code == "no_capacity"
        data = {"reason": "service_not_offered"}
        act_on_referral(first, "decline", actor=actor_for(demo, "manager"), now=now, data=data)
        assert refer(demo, question(demo), "hub_a").state == "sent"


def test_no_capacity_holds_for_such_questions_until_monday_and_for_no_others(in_app: Any, demo: Any) -> None:
    with in_app():
        now, manager = utcnow(), actor_for(demo, "manager")
        referral = refer(demo, question(demo), "hub_a")
        act_on_referral(referral, "decline", actor=manager, now=now, data={"reason": "no_capacity"})
        same, hub_a = referral.support_request, demo.organisations["hub_a"]
        assert receipt_for(same, now=now).first()[0].organisation_id == demo.organisations["hub_b"]
        assert receipt_for(question(demo), now=now).first()[0].organisation_id == demo.organisations["hub_b"]
        assert receipt_for(question(demo, sector="01"), now=now).first()[0].organisation_id == hub_a
        assert receipt_for(same, now=now + timedelta(days=8)).first()[0].organisation_id == hub_a
