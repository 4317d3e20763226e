"""The outbox: at least once, never doubled, whatever moment a worker is killed at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text, update

from hubs.accounts.actor import Actor
from hubs.agreements.models import Agreement
from hubs.core import audit
from hubs.core.clock import utcnow
from hubs.core.events import EventPersonal, EventSeal, OutboxItem, record
from hubs.extensions import db, write_transaction
from hubs.outbox import dispatch
from hubs.outbox.mail import MailRefused, message_id, sender_for
from hubs.outbox.models import Delivery
from tests.world import World

SENDER = "Hubs <noreply@hubs.example>"


class Killed(BaseException):
    """The process ends here: nothing catches this."""


class Box:
    """Collects what was sent."""

    def __init__(self) -> None:
        self.sent: list[EmailMessage] = []

    def __call__(self, message: EmailMessage) -> None:
        self.sent.append(message)

    @property
    def ids(self) -> list[str]:
        return [str(message["Message-ID"]) for message in self.sent]


@pytest.fixture
def happened(demo: World, in_app: Callable[[], Any]) -> Iterator[int]:
    """An agreement offered by the post: one mail to the manager of hub A is due."""
    with in_app():
        write_transaction()
        agreement = db.session.get_one(Agreement, demo.agreements["hub_a"])
        actor = Actor("person", id=demo.people["head"].id, organisation_id=demo.organisations["post"])
        said = {"note": "Tessa"}
        entry = record(db.session(), "agreement.offer", agreement, actor=actor, now=utcnow(), personal=said)
        number = entry.id
        db.session.commit()
    yield number


def work(in_app: Callable[[], Any], box: Any) -> int:
    with in_app():
        return dispatch.work_once(box, sender=SENDER)


def deliveries(in_app: Callable[[], Any]) -> list[tuple[str, str, int]]:
    with in_app():
        rows = db.session.execute(select(Delivery.address, Delivery.state, Delivery.attempts)).all()
        return [tuple(row) for row in rows]


def test_one_mail_once(happened: int, in_app: Callable[[], Any]) -> None:
    box = Box()
    assert work(in_app, box) > 0
    assert work(in_app, box) == 0
    assert [message["To"] for message in box.sent] == ["manager@example.nl"]
    assert deliveries(in_app) == [("manager@example.nl", "sent", 1)]
    body = box.sent[0].get_content()
    assert "/agreements/" in body and "Tessa" not in body


@contextmanager
def killed_at(monkeypatch: pytest.MonkeyPatch, name: str, when: str) -> Iterator[None]:
    """A worker that dies before or after `dispatch.<name>` did its work."""
    real = getattr(dispatch, name)

    def dying(*args: Any, **kwargs: Any) -> Any:
        if when == "after":
            real(*args, **kwargs)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(dispatch, name, dying)
        yield


@pytest.mark.parametrize(
    ("name", "when"),
    [("deliveries_of", "before"), ("_add", "after"), ("written", "before"), ("_note", "before"), ("_note", "after")],
)
def test_killed_at_any_moment(
    name: str, when: str, happened: int, in_app: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a death and a lease's time everything is delivered; a repeat has the same Message-ID."""
    box = Box()
    with killed_at(monkeypatch, name, when), pytest.raises(Killed):
        work(in_app, box)
    with in_app():  # the lease runs out
        past = utcnow() - timedelta(minutes=5)
        for model in (OutboxItem, Delivery):
            db.session.execute(update(model).where(model.lease_until.is_not(None)).values(lease_until=past))
        db.session.commit()
    while work(in_app, box):
        pass
    assert len(set(box.ids)) == 1 and 1 <= len(box.ids) <= 2
    assert [row[1] for row in deliveries(in_app)] == ["sent"]


def test_a_lease_keeps_others_away(happened: int, in_app: Callable[[], Any]) -> None:
    with in_app():
        now = utcnow()
        db.session.execute(update(OutboxItem).values(lease_until=now + timedelta(minutes=1)))
        db.session.commit()
        assert dispatch.expand(happened, now) is False
        assert dispatch.expand(happened, now + timedelta(minutes=2)) is True


def test_a_server_that_is_away_is_tried_again(happened: int, in_app: Callable[[], Any]) -> None:
    def away(_message: EmailMessage) -> None:
        raise ConnectionRefusedError("away")

    work(in_app, away)
    assert deliveries(in_app) == [("manager@example.nl", "waiting", 1)]
    box = Box()
    work(in_app, box)
    assert box.sent == []  # not before its time
    with in_app():
        db.session.execute(update(Delivery).values(next_try_at=utcnow()))
        db.session.commit()
    work(in_app, box)
    assert len(box.sent) == 1


def test_an_address_that_is_refused_is_not_tried_for_ever(happened: int, in_app: Callable[[], Any]) -> None:
    def refuses(_message: EmailMessage) -> None:
        raise MailRefused("550 no such mailbox")

    work(in_app, refuses)
    assert deliveries(in_app) == [("manager@example.nl", "failed", 1)]


def test_mail_as_a_file_overwrites_itself(tmp_path: Path) -> None:
    send = sender_for({"SMTP_URL": "", "HUBS_DATA_DIR": str(tmp_path)})
    message = EmailMessage()
    message["Message-ID"] = message_id("0" * 26, SENDER)
    message.set_content("Hello")
    send(message)
    send(message)
    assert [path.name for path in (tmp_path / "mail").iterdir()] == ["0" * 26 + ".eml"]


def test_the_chain_is_whole_and_shows_tampering(happened: int, in_app: Callable[[], Any]) -> None:
    work(in_app, Box())
    with in_app():
        assert db.session.execute(select(func.count()).select_from(EventSeal)).scalar_one() >= 1
        verdict = audit.verify(db.session())
        assert verdict.is_whole and verdict.unsealed == 0 and verdict.checked >= 1
    with in_app():
        dialect = db.session.connection().dialect.name
        disarm = "DROP TRIGGER events_no_update" if dialect == "sqlite" else "DROP TRIGGER events_insert_only ON events"
        db.session.execute(text(disarm))
        db.session.execute(text("UPDATE events SET kind = 'agreement.sign' WHERE id = :id"), {"id": happened})
        db.session.commit()
        assert audit.verify(db.session()).problem == "hash_differs"


def test_erasing_personal_values_leaves_the_chain_whole(happened: int, in_app: Callable[[], Any]) -> None:
    work(in_app, Box())
    with in_app():
        kept = db.session.execute(select(EventPersonal)).scalars().all()
        assert [row.value for row in kept] == ["Tessa"]
        db.session.execute(update(EventPersonal).values(value="somebody else"))
        assert audit.verify(db.session()).problem == "personal_value_differs"
        db.session.rollback()
        db.session.execute(text("DELETE FROM event_personal"))
        db.session.commit()
        assert audit.verify(db.session()).is_whole
