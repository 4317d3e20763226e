"""Asked every six months, answered by one click: the mail, the link without signing in, and nothing asked twice."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from hubs.accounts.models import Membership
from hubs.core.clock import utcnow
from hubs.core.events import Event, OutboxItem
from hubs.directory.models import HubProfile, PartnerProfile, PostProfile, ProfileChange
from hubs.directory.operations import due_confirmations
from hubs.directory.still_right import still_right_token
from hubs.extensions import db
from hubs.outbox import dispatch
from hubs.outbox.models import Delivery
from hubs.outbox.reminders import run_once

SENDER = "Hubs <noreply@hubs.example>"


@pytest.fixture
def mails(app: Any, demo: Any) -> Any:
    """`mails()`: what goes out now, as (address, subject, text)."""
    with app.app_context():
        db.session.execute(update(OutboxItem).values(done_at=utcnow()))
        db.session.commit()

    def send() -> list[tuple[str, str, str]]:
        sent: list[Any] = []
        with app.app_context():
            while dispatch.work_once(sent.append, sender=SENDER):
                pass
            db.session.remove()
        return sorted((mail["To"], mail["Subject"], mail.get_content()) for mail in sent)

    return send


def _link(mail: tuple[str, str, str]) -> str:
    found = re.search(r"https?://[^/\s]+(/\S+)", mail[2])
    assert found, mail[2]
    return found.group(1)


def _confirmed(app: Any, demo: Any, ago: timedelta) -> None:
    with app.app_context():
        for model in (HubProfile, PostProfile, PartnerProfile):
            db.session.execute(update(model).values(confirmed_at=utcnow() - ago))
        db.session.commit()


def test_asked_once_and_again_after_a_month(app: Any, demo: Any, mails: Any) -> None:
    _confirmed(app, demo, timedelta(days=100))
    with app.app_context():
        assert due_confirmations(utcnow()) == []
    _confirmed(app, demo, timedelta(days=170))
    with app.app_context():
        assert len(due_confirmations(utcnow())) == 8  # five hubs, two posts, a partner; nobody leads the others
        now = utcnow()
        run_once(now)
        run_once(now + timedelta(days=1))
    told = mails()
    assert {address for address, _subject, _text in told} == {
        f"{name}@example.nl"
        for name in ("manager", "other.manager", "dev.manager", "new.manager", "far.manager", "head", "far.head",
                     "partner.manager")
    }  # fmt: skip
    assert len(told) == 8 and "Are the details of Casa Voorbeeld still right?" in {mail[1] for mail in told}
    with app.app_context():
        run_once(utcnow() + timedelta(days=31))
    assert len(mails()) == 8


def test_one_click_without_signing_in(app: Any, demo: Any, mails: Any, client_for: Any, post: Any, text: Any) -> None:
    _confirmed(app, demo, timedelta(days=300))
    with app.app_context():
        run_once(utcnow())
    by_address = {mail[0]: mail for mail in mails()}
    reader = client_for("anonymous")
    for address, model, name, words in (
        ("manager@example.nl", HubProfile, "hub_a", "Fictional hub for tests."),
        ("head@example.nl", PostProfile, "post", "Cities and regions of your district"),
        ("partner.manager@example.nl", PartnerProfile, "partner", "Website"),
    ):
        path = _link(by_address[address])
        page = text(reader.get(path))
        assert words in page and "Are these details still right?" in page and "Not right?" in page
        with app.app_context():  # a look is no answer
            assert db.session.get(model, demo.organisations[name]).confirmed_at < utcnow() - timedelta(days=200)
        assert post(reader, path, action="confirm").status_code == 303
        assert "Your details are confirmed." in text(reader.get(path))
        with app.app_context():
            assert db.session.get(model, demo.organisations[name]).confirmed_at > utcnow() - timedelta(hours=1)
            event = db.session.execute(
                select(Event).where(Event.kind == "profile.confirm", Event.subject_id == demo.organisations[name])
            ).scalar_one()
            assert event.actor_kind == "person"
    assert reader.get("/organisation/profile").status_code == 303  # a field that is not right: sign in first


def test_links_that_are_not_or_no_longer_good(app: Any, demo: Any, client_for: Any, monkeypatch: Any) -> None:
    reader, hub = client_for("anonymous"), demo.organisations["hub_a"]
    with app.app_context():
        own = still_right_token(demo.people["manager"].id, hub)
        others = [
            still_right_token(demo.people["staff"].id, hub),  # does not lead
            still_right_token(demo.people["other_manager"].id, hub),  # of another hub
            still_right_token(demo.people["administrator"].id, demo.organisations["ministry"]),
            own[:-2] + "xx",
            "nonsense",
        ]
    assert reader.get(f"/still-right/{own}").status_code == 200
    for token in others:
        assert reader.get(f"/still-right/{token}").status_code == 404, token
    monkeypatch.setattr("hubs.directory.still_right.GOOD_FOR_SECONDS", -1)
    assert reader.get(f"/still-right/{own}").status_code == 404
    monkeypatch.undo()
    with app.app_context():
        db.session.execute(
            update(Membership).where(Membership.person_id == demo.people["manager"].id).values(ended_at=utcnow())
        )
        db.session.commit()
    assert reader.get(f"/still-right/{own}").status_code == 404


def test_who_is_mailed_about_a_change(app: Any, demo: Any, mails: Any, client_for: Any, post: Any) -> None:
    manager, assessor = client_for("manager"), client_for("assessor")
    base = {"markets": ["CO"], "languages": ["nl", "es", "en"], "seated_in_nl": "no", "first_talk_free": ""}
    assert post(manager, "/organisation/profile", summary_en="Only words.", **base).status_code == 303
    assert mails() == []
    assert post(manager, "/organisation/profile", legal_form="Stichting", **base).status_code == 303
    told = mails()
    assert {mail[0] for mail in told} == {
        "assessor@example.nl", "assessor.2@example.nl", "assessor.3@example.nl", "administrator@example.nl"
    }  # fmt: skip
    assert all("Casa Voorbeeld" in mail[1] and "Stichting" not in mail[2] for mail in told)
    with app.app_context():
        change = db.session.execute(select(ProfileChange).where(ProfileChange.state == "submitted")).scalar_one()
        path = f"/profile-changes/{change.id}"
    assert _link(told[0]) == path
    assert post(assessor, path, action="send_back", reason="No.").status_code == 303
    (back,) = mails()
    assert back[0] == "manager@example.nl" and _link(back) == "/organisation/profile"
    assert post(manager, path, page="/organisation", action="submit").status_code == 303
    assert post(assessor, path, action="publish").status_code == 303
    with app.app_context():  # what was decided meanwhile is no news for the ministry
        db.session.execute(select(Delivery))
    assert {mail[0] for mail in mails()} == {"manager@example.nl"}


def test_on_the_work_list(app: Any, demo: Any, client_for: Any, post: Any, text: Any) -> None:
    _confirmed(app, demo, timedelta(days=5))
    base = {"markets": ["CO"], "languages": ["nl", "es", "en"], "seated_in_nl": "no", "legal_form": "Stichting"}
    assert post(client_for("manager"), "/organisation/profile", **base).status_code == 303
    with app.app_context():
        path = f"/profile-changes/{db.session.execute(select(ProfileChange.id)).scalar_one()}"
    assert path in text(client_for("assessor").get("/work")) and path in text(client_for("administrator").get("/work"))
    assert path not in text(client_for("decision_maker").get("/work"))
    assert post(client_for("assessor"), path, action="send_back", reason="No.").status_code == 303
    assert "sent your changed details back" in text(client_for("manager").get("/work"))
    assert "still right" not in text(client_for("head").get("/work"))
    _confirmed(app, demo, timedelta(days=190))
    assert "Say whether your details are still right" in text(client_for("head").get("/work"))
    assert "Say whether your details are still right" in text(client_for("partner_manager").get("/work"))
    assert "Say whether your details are still right" not in text(client_for("officer").get("/work"))
