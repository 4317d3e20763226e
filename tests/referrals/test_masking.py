"""Who sees what of a referral, and when it is over for them (domain.md, rule 1)."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from hubs.core.clock import utcnow
from hubs.core.errors import NotFound
from hubs.referrals.operations import (
    act_on_referral,
    act_on_request,
    add_information,
    do_not_tell,
    give_consent,
    withdraw_consent,
)
from hubs.referrals.presentation import ReferralView, referral_view
from tests.referrals.builders import CANARY, TEXT, actor_for, destinations, entrepreneur, question
from tests.referrals.test_operations import refer


def said(view: ReferralView) -> str:
    """Everything a template could print from a view, the model behind it aside."""
    values = {f.name: getattr(view, f.name) for f in dataclasses.fields(view) if f.name != "referral"}
    person, company = values.pop("contact_person"), values.pop("company")
    values["messages"] = [message.text for message in values["messages"]]
    known = [person.name, person.email, person.phone] if person else []
    known += [company.registration_number] if company else []
    return f"{values} {known}"


def canaries(view: ReferralView) -> set[str]:
    return {name for name, value in CANARY.items() if value in said(view)}


def test_a_hub_sees_the_question_and_nobody_behind_it(in_app: Any, demo: Any) -> None:
    with in_app():
        asked, now = question(demo), utcnow()
        referral = refer(demo, asked, "hub_a")
        add_information(asked, "Tessa belt morgen.", actor=entrepreneur(asked), now=now)
        view = referral_view(referral, actor_for(demo, "manager"), now)
        assert (view.side, view.sees_question, view.sees_identity) == ("receiver", True, False)
        assert view.hidden_because == "not_accepted"
        assert view.text == TEXT and view.market == "CO" and view.services == ["commercial_referral"]
        assert canaries(view) == set() and view.messages == []


def test_after_acceptance_everything_and_after_the_end_nothing(in_app: Any, demo: Any) -> None:
    with in_app():
        asked, now, manager = question(demo), utcnow(), actor_for(demo, "manager")
        referral = refer(demo, asked, "hub_a")
        act_on_referral(referral, "accept", actor=manager, now=now)
        assert canaries(referral_view(referral, manager, now)) == set(CANARY)
        act_on_referral(referral, "return", actor=manager, now=now, data={"reason": "cannot_help"})
        view = referral_view(referral, manager, now)
        assert (view.sees_question, view.sees_identity, view.hidden_because) == (False, False, "ended")
        assert view.text is None and canaries(view) == set()


@pytest.mark.parametrize("how", ["decline", "recall", "lapse"])
def test_after_an_end_without_acceptance_nothing(in_app: Any, demo: Any, how: str) -> None:
    with in_app():
        asked, now, manager = question(demo), utcnow(), actor_for(demo, "manager")
        referral = refer(demo, asked, "hub_a")
        if how == "lapse":  # the clock has run out; nobody ran the schedule
            view = referral_view(referral, manager, referral.decide_due_at)
            assert view.state == "lapsed" and view.is_over
        elif how == "decline":
            act_on_referral(referral, "decline", actor=manager, now=now, data={"reason": "integrity"})
            view = referral_view(referral, manager, now)
        else:
            act_on_referral(referral, "recall", actor=actor_for(demo, "officer"), now=now)
            view = referral_view(referral, manager, now)
        assert (view.sees_question, view.sees_identity, view.text) == (False, False, None)


def test_withdrawn_consent_closes_the_view_at_the_next_read(in_app: Any, demo: Any) -> None:
    with in_app():
        asked, now, manager = question(demo), utcnow(), actor_for(demo, "manager")
        referral = refer(demo, asked, "hub_a")
        act_on_referral(referral, "accept", actor=manager, now=now)
        # even before any rule has run: what is open is derived when read
        asked.consent.withdrawn_at = now
        view = referral_view(referral, manager, now)
        assert (view.sees_question, view.hidden_because) == (False, "consent") and canaries(view) == set()


def test_withdrawing_consent_takes_it_back_at_once(in_app: Any, demo: Any) -> None:
    with in_app():
        asked, now, manager = question(demo), utcnow(), actor_for(demo, "manager")
        referral = refer(demo, asked, "hub_a")
        act_on_referral(referral, "accept", actor=manager, now=now)
        act_on_referral(referral, "record_contact", actor=manager, now=now)
        withdraw_consent(asked, actor=entrepreneur(asked), now=now)
        assert (referral.state, referral.reason, asked.state) == ("withdrawn", "consent_withdrawn", "in_hand")
        view = referral_view(referral, manager, now)
        assert not view.sees_question and canaries(view) == set()
        from hubs.companies.models import CompanyRecord
        from hubs.extensions import db

        assert db.session.get(CompanyRecord, (demo.organisations["hub_a"], asked.company_id)) is None


def test_consent_that_names_another_closes_the_view(in_app: Any, demo: Any) -> None:
    with in_app():
        asked, now, manager = question(demo), utcnow(), actor_for(demo, "manager")
        referral = refer(demo, asked, "hub_a")
        act_on_referral(referral, "accept", actor=manager, now=now)
        other = question(demo, consent=["hub_b"]).consent
        give_consent(asked, other, actor=entrepreneur(asked), now=now)
        view = referral_view(referral, manager, now)
        assert not view.sees_question and canaries(view) == set()
        assert (referral.state, referral.reason, asked.state) == ("withdrawn", "consent_withdrawn", "in_hand")


def test_whom_not_to_tell(in_app: Any, demo: Any) -> None:
    with in_app():
        asked, now = question(demo), utcnow()
        referral = refer(demo, asked, "hub_a")
        do_not_tell(asked, [demo.organisations["hub_a"]], actor=entrepreneur(asked), now=now)
        assert (referral.state, referral.reason) == ("withdrawn", "not_to_be_told")
        assert refer(demo, asked, "hub_b").rank == 1


def test_a_post_sees_who_asks_before_it_accepts(in_app: Any, demo: Any) -> None:
    with in_app():
        asked = question(demo, owner="hub_a", services=("customs_advice",), consent=None)
        referral = refer(demo, asked, "post", persona="manager")
        view = referral_view(referral, actor_for(demo, "officer"), utcnow())
        assert view.sees_identity and canaries(view) == set(CANARY)


def test_cold_and_warm_signposts(in_app: Any, demo: Any) -> None:
    with in_app():
        now, officer, staff = utcnow(), actor_for(demo, "officer"), actor_for(demo, "partner_staff")
        cold = question(demo, services=("export_coaching",), consent=None)
        data = {"mode": "cold", "destinations": destinations(demo, "partner")}
        act_on_request(cold, "signpost", actor=officer, now=now, data=data)
        with pytest.raises(NotFound):
            referral_view(cold.referrals[0], staff, now)
        warm = question(demo, services=("export_coaching",), consent=["partner"])
        act_on_request(warm, "signpost", actor=officer, now=now, data={**data, "mode": "warm"})
        assert canaries(referral_view(warm.referrals[0], staff, now)) == set(CANARY)


def test_outsiders_see_nothing_at_all(in_app: Any, demo: Any) -> None:
    with in_app():
        referral = refer(demo, question(demo), "hub_a")
        for persona in ("other_manager", "far_officer", "partner_staff", "administrator"):
            with pytest.raises(NotFound):
                referral_view(referral, actor_for(demo, persona), utcnow())


def test_the_sender_sees_its_own_question(in_app: Any, demo: Any) -> None:
    with in_app():
        referral = refer(demo, question(demo), "hub_a")
        view = referral_view(referral, actor_for(demo, "officer"), utcnow())
        assert (view.side, canaries(view)) == ("sender", set(CANARY))
