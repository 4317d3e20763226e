"""What follows from a no: pauses, conflicts, gaps, public tasks, waiting for room; explained and replayable."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from hubs.accounts.models import Office
from hubs.core.clock import utcnow
from hubs.core.errors import NotPermitted, RuleViolation, WrongState
from hubs.core.events import Event
from hubs.core.stamps import ROUTING, bump
from hubs.directory.models import CapacityChange
from hubs.outbox.notifications import ALL_FULL, BACK_AT_DESK, letter_kind
from hubs.outbox.reminders import run_once
from hubs.referrals.clocks import next_monday
from hubs.referrals.models import Referral, RoutingReceipt, SupportRequest
from hubs.referrals.operations import act_on_referral, act_on_request, choose_wait, receipt_for, replay_receipt
from hubs.referrals.operations.consequences import lift_exclusion, lift_pause
from hubs.referrals.operations.keeping import ask_senders, drop_choices
from hubs.referrals.operations.receipts import store_receipt
from hubs.referrals.pages.case import case_page
from hubs.referrals.room import AwaitedOffice, CapacityPause, ExcludedPair
from hubs.referrals.routing import Receipt
from hubs.referrals.tracking import tracking_token
from tests.conftest import csrf_of
from tests.referrals.builders import actor_for, destinations, entrepreneur, question
from tests.world import World

ZONE = "America/Bogota"


def sent(demo: World, asked: SupportRequest, hub: str = "hub_a", persona: str = "officer") -> Referral:
    data = {"destinations": destinations(demo, hub), "reason": "client_choice"}
    act_on_request(asked, "refer", actor=actor_for(demo, persona), now=utcnow(), data=data)
    return asked.referrals[-1]


def said_no(demo: World, referral: Referral, reason: str, persona: str = "manager", **data: Any) -> Referral:
    values = {"reason": reason, **data}
    return act_on_referral(referral, "decline", actor=actor_for(demo, persona), now=utcnow(), data=values)


def failed(receipt: Receipt, demo: World, hub: str = "hub_a") -> list[tuple[str, str]]:
    """Why this hub is left off; empty when it is a place."""
    return [
        tuple(failure)
        for row in receipt.excluded
        if row.organisation_id == demo.organisations[hub]
        for failure in row.failed
    ]


def another(demo: World, number: int, **values: Any) -> SupportRequest:
    return question(demo, kvk=str(91_000_000 + number), **values)


def test_a_no_for_capacity_pauses_what_it_was_about_until_the_day_it_names(in_app: Any, demo: World) -> None:
    with in_app() as session:
        now = utcnow()
        until = (now + timedelta(days=20)).date()
        referral = said_no(demo, sent(demo, another(demo, 1)), "no_capacity", pause_until=until)
        pause = session.execute(select(CapacityPause)).scalar_one()
        assert (pause.until_on, pause.services, pause.sector) == (until, ["commercial_referral"], "33")
        assert pause.referral_id == referral.id and pause.lineage_id is not None
        same = another(demo, 2)
        receipt = receipt_for(same, now=now)
        assert failed(receipt, demo) == [("capacity", until.isoformat())] and receipt.outcome == "hub"
        assert failed(receipt_for(another(demo, 3, sector="01"), now=now), demo) == [], "another sector"
        assert failed(receipt_for(another(demo, 4, services=("partner_search",)), now=now), demo) == [], "a service"
        stored = store_receipt(same, receipt, now=now)
        session.expire_all()
        kept = session.get(RoutingReceipt, stored.id)
        assert replay_receipt(kept).digest == receipt.digest and "paused" in kept.moment
        later = pause.until_at + timedelta(seconds=1)
        assert failed(receipt_for(same, now=later), demo) == []
        assert failed(receipt_for(same, now=pause.until_at - timedelta(seconds=1)), demo)
        events = session.execute(select(Event).where(Event.kind == "referral.decline")).scalars().all()
        assert events[-1].data["pause_until"] == until.isoformat()


def test_without_a_day_it_is_next_monday_and_all_questions_when_asked_so(in_app: Any, demo: World) -> None:
    with in_app() as session:
        now = utcnow()
        said_no(demo, sent(demo, another(demo, 1)), "no_capacity", pause_scope="everything")
        pause = session.execute(select(CapacityPause)).scalar_one()
        assert pause.until_on == next_monday(now, pause.office.timezone)
        assert (pause.services, pause.sector, pause.lineage_id) == ([], None, None)
        for values in ({"sector": "01"}, {"services": ("partner_search",)}):
            assert failed(receipt_for(another(demo, 2, **values), now=now), demo)[0][0] == "capacity"


@pytest.mark.parametrize("days", [0, -3, 400])
def test_a_pause_ends_between_tomorrow_and_three_months(in_app: Any, demo: World, days: int) -> None:
    with in_app() as session:
        referral = sent(demo, another(demo, 1))
        until = utcnow().date() + timedelta(days=days - 1 if days == 0 else days)
        with pytest.raises(RuleViolation) as caught:
            said_no(demo, referral, "no_capacity", pause_until=until)
        assert [problem.field for problem in caught.value.problems] == ["pause_until"]
        session.rollback()
        assert session.execute(select(CapacityPause)).first() is None


def test_the_hub_lifts_its_own_pause_and_nobody_else(in_app: Any, demo: World) -> None:
    with in_app() as session:
        now = utcnow()
        asked = another(demo, 1)
        said_no(demo, sent(demo, asked), "no_capacity")
        pause = session.execute(select(CapacityPause)).scalar_one()
        for persona in ("other_manager", "head", "officer", "staff"):
            with pytest.raises(NotPermitted):
                lift_pause(pause, actor=actor_for(demo, persona), now=now)
        lift_pause(pause, actor=actor_for(demo, "manager"), now=now)
        assert failed(receipt_for(asked, now=now), demo) == [], "also the question it said no to"
        with pytest.raises(WrongState):
            lift_pause(pause, actor=actor_for(demo, "manager"), now=now)


def test_a_conflict_keeps_the_company_away_and_tells_nobody(in_app: Any, demo: World) -> None:
    with in_app() as session:
        now = utcnow()
        asked = another(demo, 1)
        said_no(demo, sent(demo, asked), "conflict_of_interest")
        pair = session.execute(select(ExcludedPair)).scalar_one()
        assert failed(receipt_for(asked, now=now), demo) == [("conflict", "declared")]
        later = another(demo, 1, text="Een heel andere vraag over een kantoor in Bogotá.")
        assert failed(receipt_for(later, now=now), demo) == [("excluded", "not_available")]
        elsewhere = another(demo, 1, owner="ministry")
        assert ("excluded", "not_available") in failed(receipt_for(elsewhere, now=now), demo)
        assert failed(receipt_for(another(demo, 2), now=now), demo) == []
        with pytest.raises(NotPermitted):
            lift_exclusion(pair, actor=actor_for(demo, "other_manager"), now=now)
        lift_exclusion(pair, actor=actor_for(demo, "manager"), now=now)
        for each in (asked, later, elsewhere):
            assert not {"conflict", "excluded"} & {rule for rule, _ in failed(receipt_for(each, now=now), demo)}


def test_a_no_for_coverage_counts_as_a_gap_with_its_cause(in_app: Any, demo: World) -> None:
    with in_app() as session:
        asked = another(demo, 1)
        said_no(demo, sent(demo, asked), "outside_sector")
        assert not asked.has_gap, "another hub can still take it"
        assert failed(receipt_for(asked, now=utcnow()), demo) == [("excluded", "outside_sector")]
        said_no(demo, sent(demo, asked, "hub_b"), "service_not_offered", "other_manager")
        assert asked.has_gap and {"sector", "offer"} <= set(asked.gap_causes) and "excluded" not in asked.gap_causes
        session.flush()


def test_fullness_is_never_missing_coverage_and_is_put_to_the_entrepreneur(in_app: Any, demo: World) -> None:
    with in_app() as session:
        asked = another(demo, 1)
        said_no(demo, sent(demo, asked), "no_capacity")
        said_no(demo, sent(demo, asked, "hub_b"), "no_capacity", "other_manager")
        receipt = receipt_for(asked, now=utcnow())
        assert (receipt.outcome, receipt.gap, asked.has_gap) == ("post", False, False)
        backs = session.execute(select(Event).where(Event.kind == BACK_AT_DESK).order_by(Event.id)).scalars().all()
        assert [letter_kind(entry) for entry in backs] == [BACK_AT_DESK, ALL_FULL], "the entrepreneur is asked"
        page = case_page(asked, actor_for(demo, "officer"), utcnow())
        assert "they may choose to wait" in page.step.more and "Without an answer you decide" in page.step.after


def test_a_public_task_goes_to_the_post(in_app: Any, demo: World) -> None:
    with in_app():
        now = utcnow()
        asked = another(demo, 1)
        said_no(demo, sent(demo, asked), "public_task")
        receipt = receipt_for(asked, now=now)
        assert (receipt.outcome, receipt.gap) == ("post", False)
        assert [place.at_owning_desk for place in receipt.destinations] == [True]
        assert asked.state == "in_hand" and asked.term is not None and asked.due_at > now, "the post's clock runs"
        central = another(demo, 2, owner="ministry")
        referral = said_no(demo, sent(demo, central, persona="central_officer"), "public_task")
        at_post = central.referrals[-1]
        assert at_post.id != referral.id and at_post.to_id == demo.organisations["post"]
        assert (at_post.state, at_post.term) == ("sent", "acknowledge") and at_post.due_at > now


def test_a_desk_may_say_that_it_is_no_public_task(app: Any, in_app: Any, demo: World, client_for: Any) -> None:
    """The words say what is so, and with one press hubs are advised again; the ministry reads both."""
    with in_app() as session:
        asked = another(demo, 1)
        referral = said_no(demo, sent(demo, asked), "public_task")
        page = case_page(asked, actor_for(demo, "officer"), utcnow())
        assert page.step.todo == "Help with it yourself." and "public task, so it lies with us now" in page.step.more
        assert "Do you see it otherwise?" in page.step.after
        session.commit()
        reference, asked_id, number = asked.reference, asked.id, referral.reference
    officer, path = client_for("officer"), f"/questions/{reference}/public-task"
    assert f'action="{path}"' in officer.get(f"/questions/{reference}").get_data(as_text=True)
    for persona, status in (("far_officer", 404), ("auditor", 403), ("manager", 404)):
        client = client_for(persona)
        answer = client.post(path, data={"csrf_token": csrf_of(client, "/account")})
        assert answer.status_code in (status, 403), persona
    faults = "/routing-faults"
    ministry = client_for("administrator")
    assert ">sees it otherwise<" not in ministry.get(faults).get_data(as_text=True)
    token = {"csrf_token": csrf_of(officer, "/account")}
    assert officer.post(path, data=token).status_code == 303
    assert officer.post(path, data=token).status_code == 409, "there is nothing to say any more"
    shown = officer.get(f"/questions/{reference}").get_data(as_text=True)
    assert "Not a public task, says our desk" in shown and f'action="{path}"' not in shown
    listed = ministry.get(faults).get_data(as_text=True)
    assert ">sees it otherwise<" in listed and number in listed
    with in_app() as session:
        asked = session.get(SupportRequest, asked_id)
        receipt = receipt_for(asked, now=utcnow())
        places = [place.organisation_id for place in receipt.destinations]
        assert demo.organisations["hub_b"] in places and demo.organisations["hub_a"] not in places
        stored = store_receipt(asked, receipt, now=utcnow())
        assert replay_receipt(stored).hash == receipt.hash
        step = case_page(asked, actor_for(demo, "officer"), utcnow()).step
        assert step.todo == "Choose a new place." and "Do you see it otherwise?" not in step.after
        again = said_no(demo, sent(demo, asked, "hub_b"), "public_task", "other_manager")
        assert again.ended_at and receipt_for(asked, now=utcnow()).outcome == "post", (
            "a later word of a hub counts anew"
        )


def test_what_went_to_the_post_by_itself_says_why(in_app: Any, demo: World, client_for: Any) -> None:
    """Nobody chose that beforehand: a hub said it."""
    with in_app() as session:
        central = another(demo, 2, owner="ministry")
        said_no(demo, sent(demo, central, persona="central_officer"), "public_task")
        at_post = central.referrals[-1]
        assert at_post.is_handed_to_post and not at_post.is_automatic
        track = tracking_token(central)
        session.commit()
        reference, number = central.reference, at_post.reference
    desk = client_for("central_officer")
    page = desk.get(f"/questions/{reference}").get_data(as_text=True)
    assert "by itself: a hub said that this is a public task" in page
    assert "It went to the post by itself, because a hub said" in page
    assert "our post chose" not in page and "your post chose" not in page
    page = desk.get(f"/referrals/{number}").get_data(as_text=True)
    assert "because a hub said" in page and "your post chose" not in page
    page = client_for("anonymous").get(f"/track/{track}").get_data(as_text=True)
    assert "A hub said that this is a task of the government." in page and "agreed this beforehand" not in page


def test_a_dated_capacity_counts_and_the_usual_one_returns(in_app: Any, demo: World) -> None:
    with in_app() as session:
        now = utcnow()
        office = session.get(Office, demo.offices["hub_a"])
        today = now.date()

        def change(**values: Any) -> CapacityChange:
            row = CapacityChange(
                office_id=office.id, starts_on=today - timedelta(days=1), ends_on=today + timedelta(days=9),
                created_at=now, reason="mission", **values,
            )  # fmt: skip
            session.add(row)
            session.flush()
            return row

        asked = another(demo, 1)
        shut = change(weekly_capacity=0)
        assert failed(receipt_for(asked, now=now), demo) == [("capacity", "full")]
        assert failed(receipt_for(asked, now=now + timedelta(days=20)), demo) == []
        shut.ended_at = now
        change(weekly_capacity=0, service="partner_search")
        assert failed(receipt_for(asked, now=now), demo) == []
        search = another(demo, 2, services=("partner_search",))
        assert failed(receipt_for(search, now=now), demo) == [("capacity", "full")]
        both = receipt_for(another(demo, 3, services=("partner_search", "commercial_referral")), now=now)
        together = [place for place in both.destinations if len(place.services) == 2]
        assert demo.organisations["hub_a"] not in {place.organisation_id for place in together}


def _all_full(demo: World, asked: SupportRequest, until: date) -> None:
    said_no(demo, sent(demo, asked), "no_capacity", pause_until=until)
    said_no(demo, sent(demo, asked, "hub_b"), "no_capacity", "other_manager", pause_until=until + timedelta(days=5))


def test_waiting_lasts_until_the_first_place_is_free(in_app: Any, demo: World) -> None:
    with in_app() as session:
        now = utcnow()
        asked, until = another(demo, 1), (now + timedelta(days=12)).date()
        _all_full(demo, asked, until)
        choose_wait(asked, actor=entrepreneur(asked), now=now)
        first = session.execute(select(CapacityPause).order_by(CapacityPause.until_at).limit(1)).scalar_one()
        assert asked.waits_until == first.until_at
        assert len(session.execute(select(AwaitedOffice)).all()) == 2
        session.commit()
        request_id, ends = asked.id, first.until_at
    for moment, waits in ((now + timedelta(minutes=5), True), (ends + timedelta(seconds=1), False)):
        with in_app() as session:
            run_once(moment)
            asked = session.get(SupportRequest, request_id)
            assert (asked.waits_until is not None) is waits
    with in_app() as session:
        asked = session.get(SupportRequest, request_id)
        assert asked.due_at is not None and asked.paused_at is None, "the desk's clock runs again"
        assert session.execute(select(AwaitedOffice)).first() is None


def test_a_place_that_frees_earlier_ends_the_wait_at_once(in_app: Any, demo: World) -> None:
    with in_app() as session:
        now = utcnow()
        asked = another(demo, 1)
        _all_full(demo, asked, (now + timedelta(days=12)).date())
        choose_wait(asked, actor=entrepreneur(asked), now=now)
        pause = session.execute(select(CapacityPause).order_by(CapacityPause.until_at).limit(1)).scalar_one()
        session.commit()
        request_id, pause_id = asked.id, pause.id
    with in_app() as session:
        lift_pause(session.get(CapacityPause, pause_id), actor=actor_for(demo, "manager"), now=now)
        session.commit()
    with in_app() as session:
        assert run_once(now + timedelta(minutes=1))["waits"] == 1
        asked = session.get(SupportRequest, request_id)
        assert asked.waits_until is None and asked.paused_at is None and asked.term is not None
        over = session.execute(select(Event).where(Event.kind == "support_request.wait_over")).scalar_one()
        assert over.data == {"early": True}


def test_a_place_freed_by_another_question_ends_the_wait_too(in_app: Any, demo: World) -> None:
    with in_app() as session:
        now = utcnow()
        hubs = [demo.organisations[name] for name in ("hub_a", "hub_b")]
        session.execute(update(Office).where(Office.organisation_id.in_(hubs)).values(weekly_capacity=1))
        bump(session, ROUTING)
        taking = [sent(demo, another(demo, number), hub) for number, hub in ((1, "hub_a"), (2, "hub_b"))]
        asked = another(demo, 3)
        choose_wait(asked, actor=entrepreneur(asked), now=now)
        session.commit()
        request_id, taken_id = asked.id, taking[0].id
    with in_app():
        assert run_once(now + timedelta(minutes=1))["waits"] == 0
    with in_app() as session:
        said_no(demo, session.get(Referral, taken_id), "integrity")
        session.commit()
    with in_app() as session:
        assert run_once(now + timedelta(minutes=2))["waits"] == 1
        assert session.get(SupportRequest, request_id).waits_until is None


# --- on pages -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "nl"])
def test_every_consequence_is_said_before_and_after(
    demo: World, in_app: Any, client_for: Callable[..., FlaskClient], language: str
) -> None:
    with in_app() as session:
        referral = sent(demo, another(demo, 1))
        session.commit()
        path, reference = f"/referrals/{referral.reference}", referral.support_request.reference
    manager = client_for("manager", language)
    page = manager.get(path).get_data(as_text=True)
    assert page.count('name="reason" value="') >= 8 and 'type="date"' in page
    if language == "en":
        for words in ("You get no questions like this one until Monday", "The ministry sees that it came to you",
                      "You get no questions of this company any more", "something that no hub covers"):  # fmt: skip
            assert words in page, words
    until = (utcnow() + timedelta(days=30)).date()
    data = {"action": "decline", "reason": "no_capacity", "csrf_token": csrf_of(manager, path)}
    wrong = manager.post(path, data={**data, "pause_until": "2020-01-01"})
    assert wrong.status_code == 422 and 'id="pause_until-decline--error"' in wrong.get_data(as_text=True)
    assert manager.post(path, data={**data, "pause_until": "gisteren"}).status_code == 422
    done = manager.post(path, data={**data, "pause_until": until.isoformat()}, follow_redirects=True)
    assert done.status_code == 200
    mine = manager.get("/organisation/capacity").get_data(as_text=True)
    assert path.rsplit("/", 1)[1] in mine
    officer = client_for("officer", language).get(f"/questions/{reference}").get_data(as_text=True)
    if language == "en":
        assert "Full for such questions until" in officer and "Said it is full until" in officer
        assert "You get no questions like this one until" in done.get_data(as_text=True)


def test_the_manager_sees_and_lifts_it_others_do_not(
    demo: World, in_app: Any, client_for: Callable[..., FlaskClient], statements: Callable[[], Any]
) -> None:
    with in_app() as session:
        said_no(demo, sent(demo, another(demo, 1)), "no_capacity")
        said_no(demo, sent(demo, another(demo, 2, sector="01")), "conflict_of_interest")
        pause_id = session.execute(select(CapacityPause.id)).scalar_one()
        pair_id = session.execute(select(ExcludedPair.id)).scalar_one()
        session.commit()
    paths = (f"/organisation/capacity/pauses/{pause_id}", f"/organisation/capacity/conflicts/{pair_id}")
    for persona, status in (("staff", 403), ("other_manager", 404), ("head", 404), ("anonymous", 303)):
        client = client_for(persona)
        token = csrf_of(client, "/ask" if persona == "anonymous" else "/account")
        for path in paths:
            assert client.post(path, data={"csrf_token": token}).status_code == status, (persona, path)
    manager = client_for("manager")
    with statements() as listed:
        page = manager.get("/organisation/capacity").get_data(as_text=True)
    assert len(listed) <= 6, listed
    assert page.count('data-kind="capacity_pause"') == 1 and page.count('data-kind="excluded_pair"') == 1
    assert "Kanarie" not in page and "Tessa" not in page, "who asks stays hidden"
    for path in paths:
        token = csrf_of(manager, "/organisation/capacity")
        assert manager.post(path, data={"csrf_token": token}).status_code == 303
        assert manager.post(path, data={"csrf_token": token}).status_code == 409
    page = manager.get("/organisation/capacity").get_data(as_text=True)
    assert "data-kind" not in re.sub(r"<header.*?</header>", "", page, flags=re.S)


def test_the_ministry_sees_what_came_to_a_hub_by_mistake(
    demo: World, in_app: Any, client_for: Callable[..., FlaskClient], statements: Callable[[], Any]
) -> None:
    with in_app() as session:
        for number in range(5):
            referral = said_no(demo, sent(demo, another(demo, number)), "public_task")
        session.commit()
        reference = referral.reference
    for persona in ("administrator", "auditor"):
        client = client_for(persona)
        with statements() as listed:
            page = client.get("/routing-faults").get_data(as_text=True)
        assert len(listed) <= 6, listed
        assert reference in page and "Casa Voorbeeld" in page and "Kanarie" not in page
    assert client_for("manager").get("/routing-faults").status_code == 403


@pytest.mark.parametrize("act", [ask_senders, drop_choices])
def test_a_lost_standing_holds_the_question_before_the_referral(
    in_app: Any, demo: World, act: Any, statements: Any
) -> None:
    """The order of whoever acts on one of them: the question, then the referral (two in the other order would wait
    for each other for ever)."""
    with in_app() as session:
        referral = sent(demo, another(demo, 1))
        act_on_referral(referral, "accept", actor=actor_for(demo, "manager"), now=utcnow())
        if act is drop_choices:
            referral.keep_asked_at = utcnow()
        session.flush()
        with statements() as seen:
            act(demo.organisations["hub_a"], now=utcnow())
        read = [line for line in seen if line.lstrip().upper().startswith("SELECT")]
        first = next(n for n, line in enumerate(read) if "FROM support_requests" in line)
        second = next(n for n, line in enumerate(read) if "FROM referrals" in line.split("WHERE")[0])
        assert first < second
        assert (referral.keep_asked_at is None) is (act is drop_choices)
