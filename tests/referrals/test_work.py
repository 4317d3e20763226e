"""The work list: what waits for whom, by deadline, for every role; an empty one says what comes next."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from hubs.core.clock import utcnow
from hubs.extensions import db, write_transaction
from hubs.referrals.models import Referral
from hubs.referrals.operations import act_on_referral, act_on_request, choose_place
from tests.referrals.builders import CANARY, actor_for, destinations, entrepreneur, question


@pytest.fixture
def world_of(app: Flask, demo: Any) -> dict[str, str]:
    """One question in every situation, by a short name: its reference, or that of its referral."""
    with app.test_request_context("/?lang=en"):
        write_transaction()
        found = _situations(demo)
        db.session.commit()
        db.session.remove()
    return found


def _situations(demo: Any) -> dict[str, str]:
    now = utcnow()
    officer, manager, staff = (actor_for(demo, name) for name in ("officer", "manager", "partner_staff"))

    def sent(hours: float = 0, **values: Any) -> Any:
        asked = question(demo, now=now - timedelta(hours=hours), **values)
        data = {"destinations": destinations(demo, "hub_a")}
        act_on_request(asked, "refer", actor=officer, now=now - timedelta(hours=hours), data=data)
        return asked.referrals[0]

    new, late = question(demo), question(demo, now=now - timedelta(days=8), text="Al lang te laat")
    draft = question(demo, submit=False)
    declined = sent()
    act_on_referral(declined, "decline", actor=manager, now=now, data={"reason": "outside_sector"})
    asked = sent()
    act_on_referral(asked, "ask", actor=manager, now=now, data={"note": "Hoe groot wordt de kas?"})
    waiting, accepted, slow = sent(), sent(), sent(hours=10)
    act_on_referral(accepted, "accept", actor=manager, now=now)
    away = question(demo)
    act_on_request(away, "ask", actor=officer, now=now, data={"note": "Voor welke stad?"})
    chosen = question(demo)
    choose_place(chosen, demo.organisations["hub_b"], actor=entrepreneur(chosen), now=now)
    signposted = question(demo, services=("export_coaching",), consent=["partner"])
    data = {"mode": "warm", "destinations": destinations(demo, "partner")}
    act_on_request(signposted, "signpost", actor=officer, now=now, data=data)
    act_on_referral(signposted.referrals[0], "acknowledge", actor=staff, now=now)
    return {
        "new": new.reference,
        "late": late.reference,
        "draft": draft.reference,
        "declined": declined.support_request.reference,
        "asked": asked.reference,
        "waiting": waiting.reference,
        "accepted": accepted.reference,
        "slow": slow.reference,
        "away": away.reference,
        "chosen": chosen.reference,
        "signposted": signposted.referrals[0].reference,
    }


def lists_of(page: str) -> tuple[list[str], list[str]]:
    """The references under `waits for us` and under `waits for others`, in order."""
    ours = page.split('id="us"')[1] if 'id="us"' in page else ""
    ours, _, theirs = ours.partition('id="others"') if ours else ("", "", page.partition('id="others"')[2])
    return re.findall(r'data-ref="([^"]+)"', ours), re.findall(r'data-ref="([^"]+)"', theirs)


def counts_of(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'<b class="num">(?:<svg.*?</svg>)?\s*(\d+)</b>', page, re.S)]


def page_of(client: Any, path: str = "/work") -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_the_desk(client_for: Any, world_of: dict[str, str]) -> None:
    page = page_of(client_for("officer"))
    ours, theirs = lists_of(page)
    named = {reference: name for name, reference in world_of.items()}
    assert {named[reference] for reference in ours} == {
        "new", "late", "draft", "declined", "asked", "slow", "chosen",
    }  # fmt: skip
    assert {named[reference] for reference in theirs} == {"waiting", "accepted", "away", "signposted"}
    assert named[ours[0]] == "late" and named[ours[-1]] == "draft"
    assert counts_of(page)[0] == 2 and counts_of(page)[3] == 4
    for words in (
        "Casa Voorbeeld said no: outside sector.",
        "They ask: Hoe groot wordt de kas?",
        "Call Casa Voorbeeld",
        "We asked: Voor welke stad?",
        "The entrepreneur chose a place.",
        "Says yes or no.",
    ):
        assert words in page, words


def test_filters_and_one_s_own(client_for: Any, world_of: dict[str, str]) -> None:
    officer, other = client_for("officer"), client_for("officer_2")
    late, _ = lists_of(page_of(officer, "/work?due=late"))
    assert set(late) == {world_of["late"], world_of["slow"]}
    mine, _ = lists_of(page_of(officer, "/work?handler=mine"))
    assert world_of["asked"] in mine and world_of["new"] not in mine
    nobody, _ = lists_of(page_of(officer, "/work?handler=none"))
    assert world_of["new"] in nobody and world_of["asked"] not in nobody
    page = page_of(other, "/work?handler=mine")
    assert lists_of(page)[0] == [] and "Nothing waits for you with this choice." in page
    assert page_of(officer, "/work?due=nonsense&handler=nonsense")


def test_the_hub(client_for: Any, world_of: dict[str, str]) -> None:
    page = page_of(client_for("manager"))
    ours, theirs = lists_of(page)
    assert set(ours) == {world_of["waiting"], world_of["accepted"], world_of["slow"]}
    assert theirs == [world_of["asked"]]
    assert not [name for name in ("company", "person", "email", "phone", "kvk", "notes") if CANARY[name] in page]


def test_the_partner(client_for: Any, world_of: dict[str, str]) -> None:
    ours, theirs = lists_of(page_of(client_for("partner_staff")))
    assert (ours, theirs) == ([world_of["signposted"]], [])


@pytest.mark.parametrize("persona", ["far_officer", "far_manager", "central_officer", "partner_manager"])
def test_an_empty_list_says_what_comes_next(client_for: Any, demo: Any, persona: str) -> None:
    assert "You are up to date" in page_of(client_for(persona))


@pytest.mark.parametrize("persona", ["assessor", "decision_maker", "administrator", "auditor", "member"])
def test_roles_without_questions_get_a_page_that_says_so(client_for: Any, demo: Any, persona: str) -> None:
    page = page_of(client_for(persona))
    assert "Nothing waits for you now" in page
    assert ('href="/hubs"' in page) == (persona == "administrator")


def test_what_has_lapsed_is_gone_before_the_clock_has_run(
    app: Flask, client_for: Any, world_of: dict[str, str]
) -> None:

    with app.app_context():
        write_transaction()
        over = update(Referral).where(Referral.reference == world_of["waiting"])
        db.session.execute(over.values(decide_due_at=utcnow() - timedelta(minutes=1)))
        db.session.commit()
    manager = client_for("manager")
    ours, _ = lists_of(page_of(manager))
    assert world_of["waiting"] not in ours
    page = page_of(manager, f"/referrals/{world_of['waiting']}")
    assert 'data-state="lapsed"' in page and "arbeidscontracten" not in page and 'value="accept"' not in page
    page = page_of(manager, "/referrals")
    assert "This question is not with you any more" in page


def test_a_canary_in_every_personal_field_stays_hidden_from_the_hub(client_for: Any, world_of: dict[str, str]) -> None:
    """Every page that a hub can open about a question it has not accepted."""
    for persona in ("manager", "staff", "other_manager"):
        client = client_for(persona)
        paths = ["/work", "/referrals", "/referrals?state=all", "/questions", "/questions?state=all", "/companies"]
        paths += [f"/referrals/{world_of[name]}" for name in ("waiting", "slow", "asked")]
        paths += [f"/questions/{world_of['new']}", f"/companies/similar?q={CANARY['company'][:6]}"]
        for path in paths:
            page = client.get(path).get_data(as_text=True)
            shown = [name for name, value in CANARY.items() if value in page]
            assert not shown, (persona, path, shown)
