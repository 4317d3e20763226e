"""What the tests of accounts share: sending a form, reading a link out of the outbox, other memberships."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

import hubs
from hubs.accounts.links import path_for
from hubs.accounts.models import AccountLink, Membership, Person
from hubs.core.events import Event
from hubs.extensions import db, limiter
from tests.conftest import csrf_of
from tests.world import World

NEW_PASSWORD = "seven grey herons at noon"


def send(client: FlaskClient, address: str, page: str | None = None, **data: Any) -> Any:
    """POST a form with the CSRF token of `page` (the address itself unless given)."""
    return client.post(address, data={"csrf_token": csrf_of(client, page or address), **data})


def is_signed_in(client: FlaskClient) -> bool:
    return client.get("/account").status_code == 200


@pytest.fixture
def link_to(app: Flask) -> Callable[[str], str]:
    """`link_to('x@example.nl')`: the address in the newest mail to somebody, as the outbox would write it."""

    def newest(email: str) -> str:
        with app.app_context():
            statement = (
                select(AccountLink)
                .join(AccountLink.person)
                .where(Person.email_folded == email)
                .order_by(AccountLink.created_at.desc(), AccountLink.id.desc())
                .limit(1)
            )
            return path_for(db.session.execute(statement).scalar_one())

    return newest


@pytest.fixture
def events_of(app: Flask) -> Callable[[str], list[dict[str, Any]]]:
    """`events_of('account.invited')`: the data of the events of a kind, oldest first."""

    def listed(kind: str) -> list[dict[str, Any]]:
        with app.app_context():
            rows = db.session.execute(select(Event).where(Event.kind == kind).order_by(Event.id)).scalars()
            return [
                {"subject": (e.subject_type, e.subject_id), "actor": (e.actor_kind, e.actor_id), **e.data} for e in rows
            ]

    return listed


@pytest.fixture
def membership_id(app: Flask, demo: World) -> Callable[[str], str]:
    """`membership_id('officer')`: the id of a persona's membership."""

    def find(persona: str) -> str:
        card = demo.people[persona]
        with app.app_context():
            return db.session.execute(
                select(Membership.id).where(
                    Membership.person_id == card.id, Membership.organisation_id == card.organisation_id
                )
            ).scalar_one()

    return find


@pytest.fixture
def also_acts_for(app: Flask, demo: World) -> Callable[[str, str, str], str]:
    """`also_acts_for('officer', 'far_post', 'officer')`: a second membership; its id."""

    def add(persona: str, organisation: str, role: str) -> str:
        with app.app_context():
            row = Membership(
                person_id=demo.people[persona].id, organisation_id=demo.organisations[organisation], role=role
            )
            db.session.add(row)
            db.session.commit()
            return row.id

    return add


@pytest.fixture
def throttled(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The slow-down of one account, on as outside the tests."""
    monkeypatch.setitem(app.config, "RATELIMIT_ENABLED", True)


@pytest.fixture
def another_app(app: Flask) -> Iterator[Callable[..., Flask]]:
    """`another_app(NAME=value)`: a second application on the same database, with other settings."""

    def make(**settings: Any) -> Flask:
        return hubs.create_app({"SQLALCHEMY_DATABASE_URI": app.config["SQLALCHEMY_DATABASE_URI"], **settings})

    yield make
    limiter.enabled = False
