"""API tokens: whose rights they carry, and when they stop."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from hubs.accounts.models import ApiClient
from hubs.accounts.permissions import P
from hubs.accounts.queries import actor_of_token
from hubs.core.clock import utcnow
from hubs.core.tokens import hash_token


def test_token_acts_for_its_organisation(demo: Any, in_app: Any, statements: Any) -> None:
    with in_app(), statements() as listed:
        actor = actor_of_token(demo.tokens["post"], utcnow())
    assert actor is not None
    assert (actor.kind, actor.organisation_id) == ("client", demo.organisations["post"])
    assert actor.can(P.SUPPORT_REQUEST_CREATE) and not actor.can(P.PEOPLE_MANAGE)
    assert len(listed) == 1


def test_scopes_narrow_the_role(demo: Any, in_app: Any) -> None:
    with in_app() as session:
        client = session.execute(
            select(ApiClient).where(ApiClient.token_hash == hash_token(demo.tokens["hub_a"]))
        ).scalar_one()
        client.scopes = ["referrals:read"]
        session.flush()
        actor = actor_of_token(demo.tokens["hub_a"], utcnow())
        assert actor is not None
        assert actor.permissions == {P.REFERRAL_READ, P.ACCOUNT_USE}


def test_unknown_revoked_and_expired_tokens_are_nobody(demo: Any, in_app: Any) -> None:
    now = utcnow()
    with in_app() as session:
        assert actor_of_token("nonsense", now) is None
        assert actor_of_token("", now) is None
        client = session.execute(
            select(ApiClient).where(ApiClient.token_hash == hash_token(demo.tokens["post"]))
        ).scalar_one()
        client.expires_at = now + timedelta(minutes=1)
        session.flush()
        assert actor_of_token(demo.tokens["post"], now) is not None
        assert actor_of_token(demo.tokens["post"], now + timedelta(minutes=1)) is None
        client.expires_at, client.revoked_at = None, now
        session.flush()
        assert actor_of_token(demo.tokens["post"], now) is None
