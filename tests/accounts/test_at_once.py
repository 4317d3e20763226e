"""Two at the same moment: one wins, the other hears it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from hubs.accounts.models import Membership
from hubs.extensions import db
from tests.accounts.conftest import send
from tests.conftest import csrf_of


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """The answers of calls that start together."""
    gate = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        gate.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def posting(client: Any, address: str, page: str | None = None, **data: str) -> Callable[[], int]:
    """A POST ready to go, its CSRF token fetched before."""
    token = csrf_of(client, page or address)
    return lambda: client.post(address, data={"csrf_token": token, **data}).status_code


@pytest.mark.both
def test_a_link_is_used_once(app: Flask, demo: Any, link_to: Any) -> None:
    send(app.test_client(), "/forgot-password", email="officer@example.nl")
    address = link_to("officer@example.nl")
    passwords = ["seven grey herons at noon", "eight grey herons at noon", "nine grey herons at noon"]
    calls = [posting(app.test_client(), address, password=p, password_again=p) for p in passwords]
    answers = at_once(*calls)
    assert sorted(answers) == [303, 410, 410]
    signed_in = [
        send(app.test_client(), "/sign-in", email="officer@example.nl", password=p).status_code for p in passwords
    ]
    assert signed_in == [303 if status == 303 else 422 for status in answers]


@pytest.mark.both
def test_two_leaders_cannot_end_each_other(app: Flask, demo: Any, client_for: Any, membership_id: Any) -> None:
    head, officer = client_for("head"), client_for("officer")
    send(head, f"/people/{membership_id('officer')}", action="change", role="head", office_id="")
    calls = [
        posting(head, f"/people/{membership_id('officer')}", action="end"),
        posting(officer, f"/people/{membership_id('head')}", action="end"),
    ]
    answers = at_once(*calls)
    assert answers.count(303) >= 1
    with app.app_context():
        left = db.session.execute(
            select(func.count())
            .select_from(Membership)
            .where(
                Membership.organisation_id == demo.organisations["post"],
                Membership.role == "head",
                Membership.ended_at.is_(None),
            )
        ).scalar_one()
    assert left == 1


@pytest.mark.both
def test_invited_twice_at_once_is_invited_once(app: Flask, demo: Any, client_for: Any) -> None:
    data = {"name": "Wim", "email": "new@example.nl", "role": "officer", "office_id": "", "language": "nl"}
    calls = [posting(client_for("head"), "/people/invite", **data) for _ in range(2)]
    assert sorted(at_once(*calls)) == [303, 422]


@pytest.mark.both
def test_two_organisations_invite_a_new_person_at_once(app: Flask, demo: Any, client_for: Any) -> None:
    data = {"name": "Wim", "email": "new@example.nl", "office_id": "", "language": "nl"}
    calls = [
        posting(client_for("head"), "/people/invite", role="officer", **data),
        posting(client_for("manager"), "/people/invite", role="staff", **data),
    ]
    answers = at_once(*calls)
    assert answers == [303, 303]
