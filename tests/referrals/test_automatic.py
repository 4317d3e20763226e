"""Referrals that go out by themselves: when, when not and why, once, and only where a head chose so."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from hubs.accounts.actor import THE_SERVICE, service_for
from hubs.accounts.models import Office
from hubs.accounts.permissions import P
from hubs.agreements.models import Agreement
from hubs.core.clock import utcnow
from hubs.core.errors import NotPermitted, WrongState
from hubs.core.events import Event
from hubs.core.stamps import ROUTING, bump
from hubs.directory.models import HubProfile, PostProfile
from hubs.extensions import db, write_transaction
from hubs.outbox import dispatch
from hubs.outbox.reminders import run_once
from hubs.reference.models import Market
from hubs.referrals.models import Referral, SupportRequest
from hubs.referrals.operations import (
    act_on_referral,
    act_on_request,
    assign_handler,
    automatic,
    due_automatic,
    refer_automatically,
)
from hubs.referrals.state_words import STAYS_BECAUSE
from hubs.referrals.tracking import tracking_token
from tests.referrals.builders import CANARY, actor_for, question

SERVICE = "commercial_referral"


def choose(demo: Any, *services: str, post: str = "post") -> None:
    db.session.get(PostProfile, demo.organisations[post]).automatic_services = list(services)
    db.session.flush()


def events(kind: str) -> list[Event]:
    return list(db.session.execute(select(Event).where(Event.kind == kind).order_by(Event.id)).scalars())


def go(asked: SupportRequest) -> list[str]:
    """One look at everything that is due; the reasons that were recorded."""
    before = len(events(automatic.STAYED))
    due = due_automatic(utcnow())
    assert due == [asked.id]
    assert refer_automatically(asked.id, now=utcnow())
    assert due_automatic(utcnow()) == []
    assert not refer_automatically(asked.id, now=utcnow())
    return [code for event in events(automatic.STAYED)[before:] for code in event.data["codes"]]


def stays(asked: SupportRequest) -> None:
    assert (asked.state, asked.taken_at, asked.referrals) == ("received", None, [])
    assert {part.state for part in asked.parts} == {"open"} and asked.term == "first_reply"
    assert not events("referral.send")


# --- it goes ------------------------------------------------------------------------------------------------------


def test_goes_to_the_first_place(in_app: Any, demo: Any) -> None:
    with in_app():
        choose(demo, SERVICE)
        asked = question(demo)
        assert go(asked) == []
        referral = asked.referrals[0]
        assert (asked.state, referral.state, referral.rank, referral.override_reason) == ("referred", "sent", 1, None)
        assert referral.is_automatic and referral.agreement_id and referral.receipt_id and referral.decide_due_at
        sent, referred = events("referral.send")[0], events("support_request.refer")[0]
        assert sent.data["automatic"] is True and referred.data["automatic"] is True
        assert (sent.actor_kind, sent.organisation_id) == ("system", demo.organisations["post"])
        assert (asked.handler_id, asked.term) == (None, None)


def test_only_for_the_chosen_services_and_posts(in_app: Any, demo: Any) -> None:
    with in_app():
        choose(demo, "networking")
        choose(demo, SERVICE, post="far_post")
        asked = question(demo)
        question(demo, services=(SERVICE, "networking"), kvk="90001235")
        question(demo, services=("regulation_info",), kvk="90001236")
        question(demo, owner="ministry", kvk="90001237")
        draft = question(demo, services=("networking",), submit=False, kvk="90001238")
        assert due_automatic(utcnow()) == []
        assert not refer_automatically(asked.id, now=utcnow()) and not refer_automatically(draft.id, now=utcnow())
        assert not refer_automatically("0" * 26, now=utcnow())
        assert not events(automatic.STAYED)


def test_the_public_part_stays_at_the_desk(in_app: Any, demo: Any) -> None:
    with in_app():
        choose(demo, SERVICE)
        asked = question(demo, services=(SERVICE, "regulation_info"))
        assert go(asked) == []
        assert {part.service: part.state for part in asked.parts} == {SERVICE: "referred", "regulation_info": "open"}
        assert asked.term == "first_reply"


def test_taken_or_assigned_is_left_alone(in_app: Any, demo: Any) -> None:
    with in_app():
        choose(demo, SERVICE)
        taken, assigned = question(demo), question(demo, kvk="90001235")
        officer = actor_for(demo, "officer")
        act_on_request(taken, "take", actor=officer, now=utcnow())
        assign_handler(assigned, officer.id, actor=officer, now=utcnow())
        assert due_automatic(utcnow()) == []


def test_what_comes_back_is_not_sent_on(in_app: Any, demo: Any) -> None:
    with in_app():
        choose(demo, SERVICE)
        asked = question(demo)
        go(asked)
        receiver = "manager" if asked.referrals[0].to_id == demo.organisations["hub_a"] else "other_manager"
        act_on_referral(
            asked.referrals[0], "decline", actor=actor_for(demo, receiver), now=utcnow(),
            data={"reason": "no_capacity"},
        )  # fmt: skip
        assert asked.state == "in_hand" and due_automatic(utcnow()) == []
        assert not refer_automatically(asked.id, now=utcnow())


# --- it stays -----------------------------------------------------------------------------------------------------


def _sanctions(demo: Any) -> dict[str, Any]:
    db.session.get(Market, "CO").sanctions_from = utcnow().date() - timedelta(days=3)
    return {}


def _full(demo: Any) -> dict[str, Any]:
    for hub in ("hub_a", "hub_b"):
        db.session.get(Office, demo.offices[hub]).weekly_capacity = 0
    return {}


def _suspended(demo: Any, *also: str) -> dict[str, Any]:
    for hub in ("hub_a", "hub_b", *also):
        db.session.get(HubProfile, demo.organisations[hub]).state = "suspended"
    return {}


def _paused(demo: Any) -> dict[str, Any]:
    """No agreement holds for any hub that would come first."""
    for hub in ("hub_a", "hub_b", "hub_dev"):
        db.session.get(Agreement, demo.agreements[hub]).ends_on = date.today() - timedelta(days=2)
    return {}


BLOCKERS: dict[str, tuple[str, Callable[[Any], dict[str, Any]]]] = {
    "sanctions": ("sanctions", _sanctions),
    "no consent": ("consent", lambda _demo: {"consent": None}),
    "consent for another": ("consent", lambda _demo: {"consent": ["partner"]}),
    "a name in the text": ("identity_in_text", lambda _demo: {"text": f"Bel {CANARY['email']} over een advocaat."}),
    "full": ("capacity", _full),
    "in development": ("in_development", _suspended),
    "no standing": ("no_hub", lambda demo: _suspended(demo, "hub_dev")),
    "no agreement": ("no_hub", _paused),
    "no country": ("questions", lambda _demo: {"market": None, "consent": None}),
    "own choice": ("client_choice", lambda demo: {"chosen_id": demo.organisations["hub_b"]}),
    "waits": ("client_choice", lambda _demo: {"waits_until": utcnow() + timedelta(days=2)}),
}


@pytest.mark.parametrize("name", BLOCKERS)
def test_each_blocker_leaves_it_at_the_desk(in_app: Any, demo: Any, name: str) -> None:
    with in_app() as session:
        choose(demo, SERVICE)
        code, prepare = BLOCKERS[name]
        values = prepare(demo)
        bump(session, ROUTING)
        asked = question(demo, **values)
        assert code in go(asked)
        stays(asked)


def test_something_missing(in_app: Any, demo: Any) -> None:
    """An agreement for some sectors only, and nobody knows the sector."""
    with in_app() as session:
        choose(demo, SERVICE)
        for hub in ("hub_a", "hub_b"):
            session.get(Agreement, demo.agreements[hub]).sectors = ["33"]
        bump(session, ROUTING)
        asked = question(demo, sector=None)
        assert go(asked) == ["missing"]
        stays(asked)


def test_every_reason_is_told(in_app: Any, demo: Any) -> None:
    with in_app() as session:
        choose(demo, SERVICE)
        _sanctions(demo)
        bump(session, ROUTING)
        asked = question(demo, consent=None, text=f"Bel {CANARY['email']}.")
        assert go(asked) == ["sanctions", "identity_in_text", "consent"]
        assert events(automatic.STAYED)[0].data["code"] == "sanctions"


def test_one_part_goes_and_the_other_says_why_not(in_app: Any, demo: Any) -> None:
    """Hub A takes the one service, hub B the other; the consent names hub A only."""
    with in_app() as session:
        choose(demo, SERVICE, "networking")
        session.get(Agreement, demo.agreements["hub_a"]).services = [SERVICE]
        session.get(Agreement, demo.agreements["hub_b"]).services = ["networking"]
        session.get(Agreement, demo.agreements["hub_dev"]).services = ["office_space"]
        bump(session, ROUTING)
        asked = question(demo, services=(SERVICE, "networking"), consent=["hub_a"])
        assert go(asked) == ["consent"]
        assert [referral.to_id for referral in asked.referrals] == [demo.organisations["hub_a"]]
        assert {part.service: part.state for part in asked.parts} == {SERVICE: "referred", "networking": "open"}
        assert events(automatic.STAYED)[0].data["services"] == ["networking"]


def test_what_the_officers_checks_refuse_stays(in_app: Any, demo: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with in_app():
        choose(demo, SERVICE)
        asked = question(demo, consent=None)
        monkeypatch.setattr(automatic, "_why_not", lambda *_: None)
        assert go(asked) == ["refused"]
        stays(asked)


def test_places_that_change_at_that_moment_are_looked_at_again(
    in_app: Any, demo: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def changed(*_args: Any, **_kwargs: Any) -> None:
        raise WrongState(code="receipt_changed")

    with in_app():
        choose(demo, SERVICE)
        asked = question(demo)
        with monkeypatch.context() as patched:
            patched.setattr(automatic, "act_on_request", changed)
            assert not refer_automatically(asked.id, now=utcnow())
        stays(asked)
        assert go(asked) == []


def test_every_reason_has_words() -> None:
    assert set(STAYS_BECAUSE) == {str(blocker) for blocker in automatic.Blocker}


# --- who may, once, at once ---------------------------------------------------------------------------------------


def test_the_service_may_no_more_than_this(in_app: Any, demo: Any) -> None:
    with in_app():
        asked, far = question(demo), question(demo, owner="far_post", market="VN", kvk="90001235")
        actor = service_for(demo.organisations["post"])
        assert actor.can(P.SUPPORT_REQUEST_HANDLE, asked) and not actor.can(P.SUPPORT_REQUEST_HANDLE, far)
        assert actor.permissions == {P.SUPPORT_REQUEST_HANDLE}
        assert not THE_SERVICE.can(P.SUPPORT_REQUEST_HANDLE, asked)
        with pytest.raises(NotPermitted):
            act_on_request(asked, "withdraw", actor=actor, now=utcnow())
        with pytest.raises(NotPermitted):
            act_on_request(far, "refer", actor=actor, now=utcnow())


def stored(app: Flask, make: Callable[[], Any]) -> Any:
    with app.test_request_context("/?lang=en"):
        write_transaction()
        made = make()
        db.session.commit()
        db.session.remove()
    return made


def chosen_question(demo: Any, **values: Any) -> SupportRequest:
    choose(demo, SERVICE)
    return question(demo, **values)


def counts(app: Flask) -> tuple[int, int, int]:
    with app.app_context():
        of = [select(func.count()).select_from(Referral)]
        of += [
            select(func.count()).select_from(Event).where(Event.kind == kind)
            for kind in ("referral.send", automatic.STAYED)
        ]
        found = tuple(db.session.execute(statement).scalar_one() for statement in of)
        db.session.remove()
    return found  # type: ignore[return-value]


def at_once(app: Flask, *tasks: Callable[[], Any]) -> list[Any]:
    results: list[Any] = [None] * len(tasks)
    start = threading.Barrier(len(tasks))

    def run(place: int, task: Callable[[], Any]) -> None:
        with app.test_request_context("/?lang=en"):
            try:
                start.wait(5)
                results[place] = task()
            except Exception as error:  # noqa: BLE001  what went wrong is what the test looks at
                results[place] = error
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(place, task)) for place, task in enumerate(tasks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def test_the_schedule_sends_it_once(app: Flask, demo: Any) -> None:
    stored(app, lambda: chosen_question(demo).id)
    with app.app_context():
        assert run_once()["automatic"] == 1
        assert run_once()["automatic"] == 0
    assert counts(app) == (1, 1, 0)


@pytest.mark.parametrize(("consent", "expected"), [("market", (1, 1, 0)), (None, (0, 0, 1))])
def test_two_runs_at_once(app: Flask, demo: Any, consent: Any, expected: tuple[int, int, int]) -> None:
    stored(app, lambda: chosen_question(demo, consent=consent).id)
    results = at_once(app, *[lambda: run_once()["automatic"]] * 3)
    assert sorted(results, key=str) == [0, 0, 1], results
    assert counts(app) == expected


def test_an_officer_and_the_service_at_once(app: Flask, demo: Any) -> None:
    """Whoever comes first has it; there is one referral or none, and it was taken up once."""
    from hubs.referrals.queries import get_visible_request

    reference = stored(app, lambda: chosen_question(demo).reference)

    def take() -> str:
        write_transaction()
        actor = actor_for(demo, "officer")
        asked = get_visible_request(actor, reference, lock=True)
        act_on_request(asked, "take", actor=actor, now=utcnow())
        db.session.commit()
        return asked.state

    taken, done = at_once(app, take, lambda: run_once()["automatic"])
    assert (isinstance(taken, WrongState) and done == 1) or (taken == "in_hand" and done == 0), (taken, done)
    assert counts(app)[0] == done
    with app.app_context():
        assert len(events("support_request.take")) == 1


def test_killed_half_way_leaves_nothing(app: Flask, demo: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        pass

    def die(*_args: Any, **_kwargs: Any) -> None:
        raise Killed

    stored(app, lambda: chosen_question(demo).id)
    with app.app_context():
        with monkeypatch.context() as patched:
            patched.setattr("hubs.referrals.operations.sending.settle_clock", die)
            with pytest.raises(Killed):
                run_once()
        db.session.remove()
    assert counts(app) == (0, 0, 0)
    with app.app_context():
        assert run_once()["automatic"] == 1
    assert counts(app) == (1, 1, 0)


# --- what people read ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "desk", "entrepreneur"),
    [
        ("en", ("by itself: it was the first place then", "It went out by itself"), "by itself"),
        ("nl", ("vanzelf: deze plek stond toen bovenaan", "Deze ging vanzelf"), "Je vraag ging vanzelf naar"),
    ],
)
def test_pages_say_that_it_went_by_itself(
    app: Flask, demo: Any, client_for: Any, language: str, desk: tuple[str, str], entrepreneur: str
) -> None:
    def make() -> tuple[str, str]:
        asked = chosen_question(demo)
        return asked.reference, tracking_token(asked)

    reference, token = stored(app, make)
    with app.app_context():
        run_once()
        number = db.session.execute(select(Referral.reference)).scalar_one()
    client = client_for("officer", language)
    client.get(f"/?lang={language}")
    page = client.get(f"/questions/{reference}?lang={language}").get_data(as_text=True)
    assert all(words in page for words in desk)
    assert desk[1] in client.get(f"/referrals/{number}?lang={language}").get_data(as_text=True)
    track = app.test_client().get(f"/track/{token}?lang={language}").get_data(as_text=True)
    assert entrepreneur in track
    assert "read your question" not in track and "heeft je vraag gelezen" not in track


@pytest.mark.parametrize(("language", "words"), [("en", "Not sent by itself"), ("nl", "Niet vanzelf doorgegaan")])
def test_the_page_says_why_it_stays(app: Flask, demo: Any, client_for: Any, language: str, words: str) -> None:
    reference = stored(app, lambda: chosen_question(demo, consent=None).reference)
    with app.app_context():
        run_once()
    client = client_for("officer", language)
    page = client.get(f"/questions/{reference}?lang={language}").get_data(as_text=True)
    assert words in page


def test_mails_as_usual(app: Flask, demo: Any) -> None:
    stored(app, lambda: chosen_question(demo).id)
    sent: list[Any] = []
    with app.app_context():
        run_once()
        while dispatch.work_once(sent.append, sender="Hubs <noreply@hubs.example>"):
            pass
    subjects = [message["Subject"] for message in sent if CANARY["email"] == message["To"]]
    assert len(sent) >= 3 and len(subjects) == 2
    hubs_ = [message for message in sent if message["To"] in ("casa-voorbeeld@example.nl", "hub-andes@example.nl")]
    assert len(hubs_) == 1 and CANARY["company"] not in hubs_[0].get_content()
