"""A play: desks, hubs and partners act through the API, the entrepreneur by the link, the clock and the outbox run."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from hubs.accounts.models import ApiClient, Office
from hubs.accounts.permissions import SCOPES
from hubs.core.clock import utcnow
from hubs.core.stamps import ROUTING, bump
from hubs.core.tokens import hash_token
from hubs.extensions import db
from hubs.outbox import dispatch, reminders
from hubs.referrals.models import Referral, RoutingReceipt, SupportRequest
from hubs.referrals.operations import replay_receipt
from hubs.referrals.tracking import tracking_token
from tests.api.conftest import question as body_of
from tests.conftest import csrf_of
from tests.world import NOW, World

SENDER = "Hubs <noreply@hubs.example>"
CLIENT = "jan@example.nl"
DESK = {
    "post": "post@example.nl",
    "hub_a": "casa-voorbeeld@example.nl",
    "hub_b": "hub-andes@example.nl",
    "partner": "partner@example.nl",
}
MORE = {"central": ("ministry", "officer"), "administrator": ("ministry", "administrator"), "head": ("post", "head")}


class Play:
    """Everything happens as it would: HTTP in, mail out."""

    def __init__(self, app: Flask, world: World, client_for: Callable[..., Any]) -> None:
        self.app, self.world, self.client_for = app, world, client_for
        self.visitor = app.test_client()
        self._sent: list[EmailMessage] = []

    # --- the API ---------------------------------------------------------------------------------------------------

    def call(self, by: str, method: str, path: str, json: Any = None, status: int = 200) -> Any:
        token = self.world.tokens.get(by, f"test-token-{by}")
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
        client = self.app.test_client()
        if method == "PATCH":
            headers["If-Match"] = client.get(f"/api/v1{path}", headers=headers).headers["ETag"]
        answer = client.open(f"/api/v1{path}", method=method, json=json, headers=headers)
        assert answer.status_code == status, answer.get_data(as_text=True)[:1500]
        return answer.json

    def ask(self, by: str = "post", **changes: Any) -> dict[str, Any]:
        return self.call(by, "POST", "/support-requests", body_of(**changes), 201)

    def advice(self, asked: dict[str, Any], by: str = "post") -> Any:
        return self.call(by, "POST", f"/support-requests/{asked['id']}/routing")

    def places(self, asked: dict[str, Any], by: str = "post") -> list[str]:
        return [self.name(row["organisation"]["id"]) for row in self.advice(asked, by)["destinations"]]

    def left_off(self, asked: dict[str, Any], by: str = "post") -> dict[str, set[str]]:
        return {
            self.name(row["organisation"]["id"]): {failure["rule"] for failure in row["failed"]}
            for row in self.advice(asked, by)["excluded"]
        }

    def act(self, asked: dict[str, Any], action: str, by: str = "post", status: int = 200, **data: Any) -> Any:
        path = f"/support-requests/{asked['id']}/transitions"
        return self.call(by, "POST", path, {"action": action, **data}, status)

    def refer(self, asked: dict[str, Any], *to: str, by: str = "post", status: int = 200, **data: Any) -> Any:
        destinations = [{"organisation": self.world.organisations[name], "services": []} for name in to]
        given = {"destinations": destinations, "receiptHash": self.advice(asked, by)["receiptHash"], **data}
        return self.act(asked, "refer", by, status, **given)

    def sent_to(self, name: str, **changes: Any) -> tuple[dict[str, Any], str]:
        """A question referred to a hub: (question, referral id)."""
        asked = self.ask(**changes)
        shown = self.refer(asked, name, reason=None if name == "hub_a" else "recent_experience")
        return asked, shown["referrals"][0]["id"]

    def answer(self, referral: str, action: str, by: str = "hub_a", status: int = 200, **data: Any) -> Any:
        return self.call(by, "POST", f"/referrals/{referral}/transitions", {"action": action, **data}, status)

    def show(self, asked: dict[str, Any], by: str = "post") -> Any:
        return self.call(by, "GET", f"/support-requests/{asked['id']}")

    def referral(self, referral: str, by: str = "hub_a") -> Any:
        return self.call(by, "GET", f"/referrals/{referral}")

    def name(self, organisation_id: str) -> str:
        return next((n for n, i in self.world.organisations.items() if i == organisation_id), organisation_id)

    # --- pages -----------------------------------------------------------------------------------------------------

    def page(self, persona: str, path: str) -> str:
        return html.unescape(self.client_for(persona).get(path).get_data(as_text=True))

    def case_page(self, asked: dict[str, Any], persona: str = "officer") -> str:
        return self.page(persona, f"/questions/{asked['reference']}")

    def work(self, persona: str = "officer") -> str:
        return self.page(persona, "/work")

    @property
    def link_of(self) -> Callable[[dict[str, Any]], str]:
        def link(asked: dict[str, Any]) -> str:
            with self.app.test_request_context():
                row = db.session.get_one(SupportRequest, asked["id"])
                token = tracking_token(row)
                db.session.remove()
            return f"/track/{token}"

        return link

    def track(self, asked: dict[str, Any]) -> str:
        return html.unescape(self.visitor.get(f"{self.link_of(asked)}?lang=en").get_data(as_text=True))

    def press(self, asked: dict[str, Any], action: str, status: int = 303, **values: str) -> None:
        data = {"action": action, **values, "csrf_token": csrf_of(self.visitor, "/track")}
        answer = self.visitor.post(self.link_of(asked), data=data)
        assert answer.status_code == status, answer.get_data(as_text=True)[:1500]

    # --- the clock and the outbox ----------------------------------------------------------------------------------

    def clock(self, now: datetime) -> dict[str, int]:
        with self.app.app_context():
            return reminders.run_once(now)

    def mails(self) -> set[tuple[str, str]]:
        """(reader, subject without numbers) of every mail since the last time; nobody gets the same one twice."""
        box: list[EmailMessage] = []
        with self.app.app_context():
            while dispatch.work_once(box.append, sender=SENDER):
                pass
        self._sent = box
        ids = [str(message["Message-ID"]) for message in box]
        assert len(ids) == len(set(ids))
        readers = {address: name for name, address in DESK.items()} | {CLIENT: "client"}
        plain = [
            (readers.get(m["To"], m["To"].split("@")[0]), re.sub(r"[HD]-\w{3}-\w{3}(-\d+)?", "#", m["Subject"]))
            for m in box
            if "/still-right/" not in m.as_string()  # asked of everybody in turn, whatever happens here
        ]
        return set(plain)

    def told(self) -> set[str]:
        return {reader for reader, _subject in self.mails()}

    # --- behind the scenes -----------------------------------------------------------------------------------------

    def change(self, work: Callable[[Any], Any]) -> Any:
        """Do something to the database, committed; the table routing is compiled from counts as changed."""
        with self.app.test_request_context("/?lang=en"):
            found = work(db.session)
            bump(db.session, ROUTING)
            db.session.commit()
            db.session.remove()
        return found

    def row(self, referral: str) -> dict[str, Any]:
        names = ("state", "reason", "due_at", "decide_due_at", "term", "agreement_id", "handler_id", "accepted_at")
        with self.app.app_context():
            found = db.session.get_one(Referral, referral)
            values = {name: getattr(found, name) for name in names}
            db.session.remove()
        return values

    def fill(self, *hubs: str, places: int = 0) -> None:
        def limit(session: Any) -> None:
            for hub in hubs:
                session.get(Office, self.world.offices[hub]).weekly_capacity = places

        self.change(limit)

    def at_desk(self, asked: dict[str, Any], by: str = "post") -> None:
        """Nothing is lost: the parts lie open with one owner whose clock runs, and the work list shows it."""
        shown = self.show(asked, by)
        assert shown["state"] == "in_hand" and shown["term"] and shown["dueAt"], shown
        assert shown["owner"]["id"] == self.world.organisations[by]
        assert {part["state"] for part in shown["parts"]} == {"open"}
        if by == "post":
            assert asked["reference"] in self.work()

    def receipts_replay(self) -> int:
        """Every stored receipt made again from its own input, moment and table is the same; how many there are."""
        with self.app.test_request_context("/?lang=en"):
            rows = db.session.execute(select(RoutingReceipt)).scalars().all()
            for row in rows:
                receipt = replay_receipt(row)
                assert (receipt.hash, receipt.digest) == (row.hash, row.result["digest"])
            db.session.remove()
        return len(rows)


@pytest.fixture
def play(app: Flask, demo: World, client_for: Callable[..., Any]) -> Play:
    found = Play(app, demo, client_for)

    def more_clients(session: Any) -> None:
        for name, (organisation, role) in MORE.items():
            session.add(
                ApiClient(
                    organisation_id=demo.organisations[organisation],
                    name=name,
                    token_hash=hash_token(f"test-token-{name}"),
                    role=role,
                    scopes=sorted(SCOPES),
                    created_at=NOW,
                )
            )

    found.change(more_clients)
    return found


@pytest.fixture
def later() -> datetime:
    """After every term of the small world."""
    return utcnow() + timedelta(days=20)
