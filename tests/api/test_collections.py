"""Collections: pages without holes, filters, totals, strict queries, and a bounded number of statements."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest

from hubs.core.pagination import encode_cursor
from tests.api.conftest import mission
from tests.world import World

LISTS = [
    ("/markets", "post"),
    ("/sectors", "post"),
    ("/services", "post"),
    ("/code-lists", "post"),
    ("/consent-texts", "post"),
    ("/posts", "post"),
    ("/hubs", "post"),
    ("/service-offers", "hub_a"),
    ("/partners", "post"),
    ("/agreements", "post"),
    ("/companies", "post"),
    ("/client-contacts", "post"),
    ("/support-requests", "post"),
    ("/referrals", "post"),
    ("/referrals", "hub_a"),
    ("/events", "auditor"),
    ("/liaisons", "hub_a"),
    ("/capacity-changes", "hub_a"),
    ("/closures", "hub_a"),
    ("/missions", "post"),
    ("/colleagues", "post"),
]


def _walk(call: Any, path: str, size: int) -> tuple[list[dict[str, Any]], int]:
    found: list[dict[str, Any]] = []
    answer = call("GET", f"{path}{'&' if '?' in path else '?'}pageSize={size}").json
    total = answer["total"]
    while True:
        assert len(answer["items"]) <= size and answer["total"] == total
        found += answer["items"]
        if answer["next"] is None:
            return found, total
        parts = urlsplit(answer["next"])
        assert parts.scheme == "http" and parts.path.startswith("/api/v1/")
        answer = call("GET", f"{parts.path.removeprefix('/api/v1')}?{parts.query}").json


@pytest.fixture(autouse=True)
def desk(kept: Any, client: Any, demo: World) -> None:
    """What a hub keeps of its own desk."""
    kept("collections", lambda: _filled(client, demo))


def _filled(client: Any, demo: World) -> None:
    office = demo.offices["hub_a"]
    for number in range(1, 4):
        days = {"office": office, "startsOn": f"2099-0{number}-01", "endsOn": f"2099-0{number}-03"}
        client("hub_a")("POST", "/liaisons", {"name": f"Lia {number}", "phone": "+31 70 555"})
        client("hub_a")("POST", "/capacity-changes", {**days, "weeklyCapacity": number})
        client("hub_a")("POST", "/closures", days)
    mission(client, demo)
    mission(client, demo)


@pytest.mark.parametrize(("path", "who"), LISTS)
def test_pages_hold_everything_once_within_six_statements(
    path: str, who: str, client: Any, conforms: Any, new_referral: Any, statements: Any
) -> None:
    for number in range(3):
        new_referral(company={"name": f"Verzonnen {number} BV"})
    call = client(who)
    with statements() as listed:
        answer = call("GET", f"{path}?pageSize=100")
    whole = conforms("GET", answer)
    assert answer.status_code == 200 and whole["total"] >= 1 and len(listed) <= 6, listed
    with statements() as fewer:
        call("GET", f"{path}?pageSize=2")
    assert len(fewer) <= len(listed)
    keys = [str(row.get("id") or row.get("code") or row.get("version")) for row in _walk(call, path, 7)[0]]
    assert len(keys) == len(set(keys)) == whole["total"]


@pytest.mark.parametrize(("path", "who"), LISTS)
def test_every_order_turned_round_is_the_other_way(path: str, who: str, client: Any, document: Any) -> None:
    parameters = document["paths"][path]["get"]["parameters"]
    orders = next(row for row in parameters if row["name"] == "sort")["schema"]["enum"]
    call = client(who)
    for order in [name for name in orders if not name.startswith("-")]:
        if f"-{order}" not in orders:
            continue
        onward = [row.get("id") or row.get("code") for row in _walk(call, f"{path}?sort={order}", 50)[0]]
        back = [row.get("id") or row.get("code") for row in _walk(call, f"{path}?sort=-{order}", 50)[0]]
        assert onward == back[::-1]


@pytest.mark.parametrize(("path", "who"), LISTS)
def test_a_query_is_taken_literally(path: str, who: str, client: Any, conforms: Any) -> None:
    for query in ("nonsense=1", "pageSize=0", "pageSize=101", "pageSize=x", "sort=colour", "pageSize=1&pageSize=2"):
        answer = client(who)("GET", f"{path}?{query}")
        assert answer.status_code == 400, query
        conforms("GET", answer)
    both = client(who)("GET", f"{path}?nonsense=1&pageSize=0").json["errors"]
    assert {row["field"] for row in both} == {"nonsense", "pageSize"}


@pytest.mark.parametrize(("path", "who"), [row for row in LISTS if row[0] != "/code-lists"])
def test_a_cursor_not_made_here_is_400(path: str, who: str, client: Any) -> None:
    made_up: list[list[Any]] = [
        [], [None], ["x"], [1], [1.5], [True], ["x", "y"], [1, 2], [None, None], [10**30, "x"], [10**30],
        ["2026-01-01", "x"], ["a\x00b", "x"], [1e308, "x"], ["9999-12-31T23:59:59+00:00", "x"], ["\ud800", "x"],
        ["0001-01-01T00:00:00+14:00", "x"],
    ]  # fmt: skip
    cursors = ["!", "=", "e30", "bnVsbA", "W1tbW10", *(encode_cursor(values) for values in made_up)]
    for cursor in cursors:
        for sort in ("", "&sort=-dueAt", "&sort=dueAt", "&sort=createdAt"):
            answer = client(who)("GET", f"{path}?cursor={cursor}{sort}")
            assert answer.status_code in (200, 400), (cursor, sort)


def test_filters(client: Any, demo: World, new_referral: Any, new_question: Any) -> None:
    asked, _referral = new_referral()
    new_question(company={"name": "Verzonnen Zaden BV"}, market="VN", services=["networking"])
    post, hub = client("post"), client("hub_a")

    def count(call: Any, path: str) -> int:
        answer = call("GET", path)
        assert answer.status_code == 200, answer.json
        return answer.json["total"]

    assert count(post, "/support-requests?state=referred") == 1
    assert count(post, "/support-requests?market=VN") == 1
    assert count(post, "/support-requests?service=networking&market=CO") == 0
    assert count(post, f"/support-requests?company={asked['company']['id']}") == 1
    assert count(post, f"/support-requests?reference={asked['reference']}") == 1
    assert count(hub, "/referrals?side=receiver&state=sent") == 1
    assert count(hub, "/referrals?side=sender") == 0
    assert count(post, f"/referrals?supportRequest={asked['id']}&side=sender&kind=referral") == 1
    assert count(hub, f"/referrals?supportRequest={asked['id']}") == 0
    assert count(post, "/companies?kvkNumber=12345678") == 1
    assert count(post, "/companies?q=ZADEN") == 1
    assert count(client("hub_b"), "/companies?kvkNumber=12345678") == 0
    assert count(post, "/hubs?market=CO&state=accredited&language=nl&service=networking") == 1
    assert count(post, "/posts?q=bogota&market=CO") == 1
    assert count(post, "/services?provider=either&q=MARKT") >= 1
    assert count(post, "/sectors?kind=topsector") == 9
    assert count(post, "/markets?q=colombia") == 1
    assert count(post, f"/agreements?hub={demo.organisations['hub_a']}&state=in_force") == 1
    assert count(hub, f"/agreements?post={demo.organisations['post']}") == 1
    assert count(post, f"/referrals?market=CO&service=commercial_referral&sector=01&office={demo.offices['post']}") == 1
    assert count(hub, f"/referrals?market=CO&service=commercial_referral&sector=01&office={demo.offices['hub_a']}") == 1
    for other in ("market=VN", "service=networking", "sector=33", f"office={demo.offices['hub_b']}"):
        assert count(hub, f"/referrals?{other}") == count(post, f"/referrals?{other}") == 0, other
    for path in ("/support-requests", "/referrals"):
        assert count(post, f"{path}?updatedSince=2000-01-01T00:00:00Z") == count(post, path) > 0
        assert count(post, f"{path}?updatedSince=2199-01-01T00:00:00Z") == 0
    assert count(client("auditor"), f"/events?subject={asked['id']}&kind=support_request.submit") == 1
    assert count(client("auditor"), "/events?since=2199-01-01T00:00:00Z") == 0
    assert count(client("hub_a"), "/service-offers?isPublished=false") == 0


def test_drafts_of_offers_are_ones_own(client: Any, demo: World) -> None:
    offer = client("hub_a")("GET", f"/service-offers?organisation={demo.organisations['hub_a']}").json["items"][0]
    path = f"/service-offers/{offer['id']}"
    assert client("hub_a")("PATCH", path, {"isPublished": False}, headers={"If-Match": "*"}).status_code == 200
    assert client("hub_a")("GET", path).status_code == 200
    assert client("hub_b")("GET", path).status_code == 404
    assert path.rsplit("/", 1)[1] not in client("hub_b")("GET", "/service-offers?pageSize=100").get_data(as_text=True)


def test_events_hold_no_names(client: Any, new_referral: Any) -> None:
    new_referral()
    text = client("auditor")("GET", "/events?pageSize=100").get_data(as_text=True)
    assert not [word for word in ("Fictief Groen", "Jan Verzonnen", "jan@example.nl", "12345678") if word in text]


def test_code_lists_have_every_state_and_action_with_both_names(client: Any) -> None:
    from hubs.agreements.lifecycle import AGREEMENT
    from hubs.directory.lifecycle import HUB_STATUS
    from hubs.referrals.lifecycle import REFERRAL, SUPPORT_REQUEST

    listed = {row["code"]: row for row in client("post")("GET", "/code-lists").json["items"]}
    for lifecycle in (SUPPORT_REQUEST, REFERRAL, AGREEMENT, HUB_STATUS):
        states = {entry["code"] for entry in listed[f"{lifecycle.kind}_state"]["entries"]}
        actions = {entry["code"] for entry in listed[f"{lifecycle.kind}_action"]["entries"]}
        assert states == {str(state) for state in lifecycle.states}
        assert actions == set(lifecycle.transitions)
    assert {"decline_reason", "return_reason", "override_reason", "referral_outcome", "request_outcome"} <= set(listed)
    assert {"company_size", "target_group", "channel", "urgency", "theme", "routing_outcome"} <= set(listed)
    for row in listed.values():
        assert row["entries"] and all(entry["nameNl"] and entry["nameEn"] for entry in row["entries"]), row["code"]
    one = client("post")("GET", "/code-lists/decline_reason")
    assert one.json == listed["decline_reason"] and one.json["kind"] == "reason"
    assert client("post")("GET", "/code-lists/nothing").status_code == 404


def test_a_foreign_cursor_of_a_list_in_memory_is_400(client: Any) -> None:
    refused = client("post")("GET", "/code-lists?cursor=zzz")
    assert refused.status_code == 400 and refused.json["errors"][0]["field"] == "cursor"
    first = client("post")("GET", "/code-lists?pageSize=2").json
    assert client("post")("GET", first["next"].partition("/api/v1")[2]).status_code == 200
