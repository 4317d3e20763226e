"""The menu stays short for every role: what is opened rarely is folded, and nothing is lost or there twice."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from hubs.accounts import menu
from hubs.accounts.actor import Actor
from hubs.accounts.models import OrganisationKind, Role
from hubs.accounts.permissions import GRANTS


@pytest.mark.parametrize(("kind", "role"), list(GRANTS))
def test_a_menu_is_short_and_begins_with_work(kind: OrganisationKind, role: Role) -> None:
    actor = Actor("person", id="p", organisation_kind=kind, roles=frozenset({role}), permissions=GRANTS[kind, role])
    found = menu.items_for(actor, "/work")
    assert found["shown"][0]["href"] == "/work" and found["shown"][0]["current"]
    assert len(found["shown"]) <= menu.DAILY
    places = [item["href"] for item in found["shown"] + found["folded"]]
    assert len(places) == len(set(places))


def test_a_visitor_sees_the_whole_menu() -> None:
    visitor = menu.items_for(None, "/ask")
    assert [item["current"] for item in visitor["shown"]] == [True, False, False] and not visitor["folded"]


def test_the_fold_says_where_one_is(client_for: Callable[..., FlaskClient]) -> None:
    head = client_for("head")
    shut = head.get("/work").get_data(as_text=True)
    assert '<details class="more">' in shut
    inside = head.get("/people").get_data(as_text=True)
    assert '<details class="more" data-current>' in inside and 'href="/people" aria-current="page"' in inside
