"""The demonstration world: everything in it, marked, repeatable, and nothing that has still to happen."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from hubs.accounts.models import ApiClient, Membership, OrganisationKind, Person, Role
from hubs.accounts.passwords import is_right
from hubs.accounts.permissions import GRANTS, SCOPES
from hubs.accounts.queries import actor_of_token
from hubs.accreditation.models import Accreditation, Decision, Objection, Proposal
from hubs.agreements.lifecycle import AgreementState
from hubs.agreements.models import Agreement
from hubs.core.clock import utcnow
from hubs.core.events import Event, OutboxItem
from hubs.demo import cast, organisations
from hubs.demo.load import load_demo
from hubs.directory.lifecycle import HubStatus
from hubs.directory.models import HubProfile
from hubs.extensions import db, write_transaction
from hubs.outbox.models import Delivery
from hubs.outbox.reminders import run_once
from hubs.referrals.lifecycle import ReferralState, RequestState
from hubs.referrals.models import Message, Referral, RoutingReceipt, SupportRequest
from hubs.referrals.operations import due_lapses, replay_receipt
from tests import world
from tests.conftest import _fresh, _let_go, csrf_of
from tests.demo.conftest import LOADED_AT

COUNTED = (Person, Membership, ApiClient, Agreement, SupportRequest, Referral, Message, Event, RoutingReceipt)

ORGANISATION = ("organisation", "organisation_kind", "organisation_code", "organisation_id", "markets")


def run(app: Flask, *words: str) -> Any:
    return app.test_cli_runner().invoke(args=["demo", *words])


def counts() -> dict[str, int]:
    return {
        model.__name__: db.session.execute(select(func.count()).select_from(model)).scalar_one() for model in COUNTED
    }


def distinct(column: Any) -> set[Any]:
    return set(db.session.execute(select(column).distinct()).scalars())


def test_every_state_is_there(loaded: Flask) -> None:
    with loaded.app_context():
        assert distinct(SupportRequest.state) == set(RequestState)
        assert distinct(Referral.state) == set(ReferralState)
        assert distinct(Agreement.state) == set(AgreementState)
        assert distinct(HubProfile.state) == set(HubStatus) - {HubStatus.EXPIRED}
        assert distinct(SupportRequest.outcome) - {None} == {
            "served", "signposted", "out_of_scope", "unserved", "no_reply",
        }  # fmt: skip
        assert db.session.execute(select(func.count()).select_from(SupportRequest)).scalar_one() > 100
        assert distinct(SupportRequest.has_gap) == {True, False}
        assert {"warm", "cold"} == distinct(Referral.mode)
        kinds = distinct(Event.kind)
        assert {"support_request.reopen", "support_request.back_at_desk", "support_request.choose_place"} <= kinds
        assert {"support_request.choose_wait", "support_request.return_to_post", "consent.withdrawn"} <= kinds


def test_everything_invented_is_marked(loaded: Flask) -> None:
    with loaded.app_context():
        for model in (Person, ApiClient, Agreement, SupportRequest, Referral, Proposal, Decision, Accreditation):
            assert distinct(model.is_demo) == {True}, model
        reasons = distinct(HubProfile.status_reason) - {None} - distinct(Decision.reference)
        assert reasons == {organisations.REASON, organisations.SUSPENDED}
        assert all("emonstrat" in reason for reason in reasons)


def test_loading_again_changes_nothing(loaded: Flask) -> None:
    with loaded.app_context():
        before = counts()
    done = run(loaded, "load", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["new"] is False
    with loaded.app_context():
        assert counts() == before


def test_the_same_moment_gives_the_same_world(loaded: Flask, _databases: Any) -> None:
    def content() -> list[tuple[Any, ...]]:
        of_requests = select(
            SupportRequest.reference, SupportRequest.state, SupportRequest.text, SupportRequest.created_at,
            SupportRequest.due_at, SupportRequest.outcome,
        ).order_by(SupportRequest.reference)  # fmt: skip
        of_referrals = select(
            Referral.reference, Referral.state, Referral.sent_at, Referral.decide_due_at, Referral.reason
        ).order_by(Referral.reference)
        return [tuple(row) for found in (of_requests, of_referrals) for row in db.session.execute(found)]

    with loaded.app_context():
        first = content()
    _fresh(loaded, _databases, "reference")
    with loaded.test_request_context("/?lang=nl"):
        write_transaction()
        load_demo(now=LOADED_AT)
        db.session.commit()
        assert content() == first


def test_a_first_run_of_the_scheduler_finds_nothing(loaded: Flask) -> None:
    with loaded.app_context():
        assert due_lapses(utcnow() + timedelta(hours=1)) == []
    with loaded.app_context():
        done = run_once(LOADED_AT)
    assert set(done.values()) == {0} and {"accreditations", "proposals", "lapses"} <= set(done)


def test_clocks_are_late_soon_and_later(loaded: Flask) -> None:
    with loaded.app_context():
        for model in (SupportRequest, Referral):
            running = list(db.session.execute(select(model.due_at, model.warn_at).where(model.due_at.is_not(None))))
            late = [due for due, _ in running if due < LOADED_AT]
            later = [warn for _, warn in running if warn > LOADED_AT]
            assert late and later and len(late) < len(running) / 3


def test_the_past_is_not_mailed(loaded: Flask) -> None:
    with loaded.app_context():
        assert db.session.execute(select(func.count()).select_from(Delivery)).scalar_one() == 0
        waiting = select(Event.at).join(OutboxItem).where(OutboxItem.done_at.is_(None))
        found = list(db.session.execute(waiting).scalars())
        assert len(found) < 40
        assert all(at >= LOADED_AT - timedelta(hours=2) for at in found)


def test_stored_receipts_replay(loaded: Flask) -> None:
    with loaded.app_context():
        rows = db.session.execute(select(RoutingReceipt)).scalars().all()
        assert len(rows) > 80
        for row in rows:
            assert replay_receipt(row).hash == row.hash


def test_lists_by_id_are_lists_by_time(loaded: Flask) -> None:
    with loaded.app_context():
        moments = list(db.session.execute(select(SupportRequest.created_at).order_by(SupportRequest.id)).scalars())
        assert moments == sorted(moments)
        told = select(Event.at).where(Event.subject_type != "guideline_versions")  # those came with reference data
        numbered = list(db.session.execute(told.order_by(Event.id)).scalars())
        assert numbered == sorted(numbered)


def test_accounts(loaded: Flask) -> None:
    done = run(loaded, "accounts", "--json")
    assert done.exit_code == 0
    accounts = json.loads(done.stdout)
    fields = {"email", "password", "role", *ORGANISATION}
    assert all(set(row) == fields and isinstance(row["markets"], list) for row in accounts)
    assert {(row["organisation_kind"], row["role"]) for row in accounts} == {(str(k), str(r)) for k, r in GRANTS}
    assert len({row["email"] for row in accounts}) == len(accounts)
    posts, hubs = in_market(accounts, "post", "VN"), in_market(accounts, "hub", "VN")
    assert len(posts) == 2 and len(hubs) == 2
    assert in_market(accounts, "post", "CO") and in_market(accounts, "hub", "CO")
    assert in_market(accounts, "post", "KE") - posts and in_market(accounts, "hub", "KE") - hubs
    assert len([row for row in accounts if row["role"] == Role.ASSESSOR]) == 3
    with loaded.app_context():
        person = db.session.execute(select(Person).where(Person.email == accounts[0]["email"])).scalar_one()
        assert is_right(person.password_hash, accounts[0]["password"])


def in_market(rows: list[dict[str, Any]], kind: str, market: str) -> set[str]:
    return {row["organisation"] for row in rows if row["organisation_kind"] == kind and market in row["markets"]}


def test_somebody_of_the_cast_signs_in(loaded: Flask) -> None:
    account = json.loads(run(loaded, "accounts", "--json").stdout)[0]
    client = loaded.test_client()
    values = {"email": account["email"], "password": account["password"], "csrf_token": csrf_of(client)}
    assert client.post("/sign-in", data=values).status_code == 303
    assert client.get("/work").status_code == 200


def test_tokens(loaded: Flask) -> None:
    done = run(loaded, "tokens", "--json")
    assert done.exit_code == 0
    tokens = json.loads(done.stdout)
    assert all(set(row) == {"client", "token", "scopes", *ORGANISATION} for row in tokens)
    assert all(set(row["scopes"]) <= set(SCOPES) for row in tokens)
    kinds = [row["organisation_kind"] for row in tokens]
    assert kinds.count(OrganisationKind.POST) >= 3 and kinds.count(OrganisationKind.HUB) >= 3
    with loaded.app_context():
        for row in tokens:
            actor = actor_of_token(row["token"], utcnow())
            assert actor is not None and actor.organisation_name == row["organisation"]


@pytest.mark.parametrize("words", [("load",), ("accounts", "--json"), ("tokens", "--json")])
def test_refused_in_production(loaded: Flask, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]) -> None:
    monkeypatch.setitem(loaded.config, "HUBS_ENV", "production")
    done = run(loaded, *words)
    assert done.exit_code != 0
    assert done.stdout == "" and cast.PASSWORD not in done.output


def test_needs_reference_data(_app: Flask, _databases: Any) -> None:
    _fresh(_app, _databases, "reference")
    with _app.app_context():
        _let_go()
        _databases.create_empty()
        world.migrate()
        _let_go()
    done = run(_app, "load")
    assert done.exit_code != 0
    assert "reference load" in done.output


def test_proposals_stand_at_every_stage(loaded: Flask) -> None:
    with loaded.app_context():
        assert distinct(Proposal.state) >= {
            "draft", "submitted", "in_assessment", "returned", "decision_drafted", "decided",
        }  # fmt: skip
        assert distinct(Decision.kind) >= {"accredit", "accredit_with_conditions", "refuse"}
        assert distinct(Accreditation.state) == {"active"}
        assert db.session.execute(select(func.count()).select_from(Objection)).scalar_one() == 1
