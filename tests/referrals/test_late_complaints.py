"""A complaint that nobody answered in time is told to whoever leads the desk: once, and not when it was answered."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from hubs.accounts.models import Membership
from hubs.core.clock import utcnow
from hubs.core.events import Event, OutboxItem
from hubs.outbox import dispatch, reminders
from hubs.outbox.models import Delivery
from hubs.referrals.complaints import answer_complaint, complain
from hubs.referrals.complaints.lateness import KIND, due_complaints
from hubs.referrals.complaints.models import Complaint
from hubs.referrals.models import SupportRequest
from tests.referrals.builders import actor_for, entrepreneur, question
from tests.world import World


def complained(in_app: Any, demo: World) -> tuple[str, datetime]:
    """A question with a complaint; what led up to it mails nobody."""
    with in_app() as session:
        asked = question(demo)
        complaint = complain(asked, "Ik wacht al lang.", actor=entrepreneur(asked), now=utcnow())
        made = asked.id, complaint.due_at
        session.execute(update(OutboxItem).values(done_at=utcnow()).execution_options(synchronize_session=False))
        session.commit()
    return made


def told(in_app: Any) -> list[str]:
    """The addresses of the mails that go out now."""
    sent: list[Any] = []
    with in_app():
        while dispatch.work_once(sent.append, sender="Hubs <noreply@hubs.example>"):
            pass
    return [str(mail["To"]) for mail in sent if "waits too long" in mail["Subject"]]


def run(in_app: Any, now: datetime) -> int:
    with in_app():
        return reminders.run_once(now)["complaints"]


def test_it_is_told_once_to_who_leads_the_desk(in_app: Any, demo: World) -> None:
    asked, due_at = complained(in_app, demo)
    assert run(in_app, due_at - timedelta(seconds=1)) == 0
    assert run(in_app, due_at) == 1
    assert run(in_app, due_at + timedelta(days=30)) == 0
    assert told(in_app) == ["head@example.nl"]
    with in_app() as session:
        entry = session.execute(select(Event).where(Event.kind == KIND)).scalar_one()
        assert entry.subject_id == asked and entry.actor_kind == "system"


def test_the_next_complaint_is_told_again(in_app: Any, demo: World) -> None:
    asked, due_at = complained(in_app, demo)
    assert run(in_app, due_at) == 1
    with in_app() as session:
        later = due_at + timedelta(days=1)
        row = session.get(SupportRequest, asked)
        answer_complaint(row, "We bellen je.", actor=actor_for(demo, "officer"), now=later)
        again = complain(row, "Er is niet gebeld.", actor=entrepreneur(row), now=later + timedelta(hours=1)).due_at
        session.commit()
    assert run(in_app, again - timedelta(seconds=1)) == 0
    assert run(in_app, again) == 1


def test_what_was_answered_is_not_told_nor_mailed(in_app: Any, demo: World) -> None:
    asked, due_at = complained(in_app, demo)
    with in_app() as session:
        assert due_complaints(due_at) == list(session.execute(select(Complaint.id)).scalars())
        session.rollback()
    assert run(in_app, due_at) == 1  # told, and answered before the mail goes out
    with in_app() as session:
        row = session.get(SupportRequest, asked)
        answer_complaint(row, "We bellen je.", actor=actor_for(demo, "officer"), now=due_at)
        session.commit()
        assert due_complaints(due_at + timedelta(days=9)) == []
    assert told(in_app) == []


def test_where_nobody_leads_the_inbox_is_told(in_app: Any, demo: World) -> None:
    _asked, due_at = complained(in_app, demo)
    with in_app() as session:
        statement = update(Membership).where(Membership.person_id == demo.people["head"].id).values(ended_at=utcnow())
        session.execute(statement.execution_options(synchronize_session=False))
        session.commit()
    assert run(in_app, due_at) == 1
    told(in_app)
    with in_app() as session:
        addresses = select(Delivery.address).where(Delivery.template == f"head:{KIND}")
        assert list(session.execute(addresses).scalars()) == ["post@example.nl"]
