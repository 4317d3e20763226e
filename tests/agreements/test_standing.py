"""In force only while every condition holds on that day; each one that fails is named."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubs.agreements.standing import (
    AgreementFacts,
    PostSide,
    Why,
    facts_of,
    failing_reasons,
    is_in_force,
    local_day,
    posts_in_force,
    superseded_posts,
)
from hubs.directory.lifecycle import STANDING, HubStatus

FIRST, LAST = date(2026, 1, 1), date(2028, 12, 31)
SIGNED = PostSide("p1", signed=True)


def facts(**changes: Any) -> AgreementFacts:
    values: dict[str, Any] = {"hub_signed": True, "posts": (SIGNED,), "starts_on": FIRST, "ends_on": LAST}
    return AgreementFacts(**{**values, **changes})


def codes(found: AgreementFacts, status: str = "accredited", on: date = FIRST, post: str | None = None) -> list[str]:
    return [str(reason.code) for reason in failing_reasons(found, status, on, post)]


def test_signed_by_both_within_its_term_and_accredited_it_is_in_force() -> None:
    assert codes(facts()) == []
    assert is_in_force(facts(), "accredited", LAST)
    assert posts_in_force(facts(), "in_development", FIRST) == {"p1"}


@pytest.mark.parametrize(
    ("changes", "status", "on", "expected"),
    [
        ({"hub_signed": False}, "accredited", FIRST, ["hub_not_signed"]),
        ({"posts": (PostSide("p1"),)}, "accredited", FIRST, ["post_not_signed"]),
        ({"posts": ()}, "accredited", FIRST, ["post_not_signed"]),
        ({}, "accredited", FIRST - timedelta(days=1), ["not_started"]),
        ({}, "accredited", LAST, []),
        ({}, "accredited", LAST + timedelta(days=1), ["over"]),
        ({"starts_on": None}, "accredited", FIRST, ["no_term"]),
        ({}, "suspended", FIRST, ["hub_status"]),
        ({}, "registered", FIRST, ["hub_status"]),
        ({"conditional": True}, "registered", FIRST, ["waits_for_accreditation"]),
        ({"conditional": True}, "withdrawn", FIRST, ["hub_status"]),
        ({"paused": True}, "accredited", FIRST, ["paused"]),
        ({"paused": True}, "suspended", FIRST, ["hub_status"]),
        ({"ended": True, "end_reason": "terminated"}, "accredited", FIRST, ["ended"]),
        ({"hub_ended": True}, "accredited", FIRST, ["hub_ended"]),
        ({"posts": (PostSide("p1", True, True),)}, "accredited", FIRST, ["post_ended"]),
        ({"posts": (PostSide("p1", True, False, FIRST),)}, "accredited", FIRST, ["superseded"]),
        ({"posts": (PostSide("p1", True, False, LAST),)}, "accredited", FIRST, []),
        ({"offered": False, "hub_signed": False}, "accredited", FIRST, ["not_offered", "hub_not_signed"]),
    ],
)
def test_each_condition_that_fails_is_named(
    changes: dict[str, Any], status: str, on: date, expected: list[str]
) -> None:
    assert codes(facts(**changes), status, on) == expected


def test_each_post_stands_for_itself() -> None:
    found = facts(posts=(SIGNED, PostSide("p2"), PostSide("p3", True, True)))
    assert posts_in_force(found, "accredited", FIRST) == {"p1"}
    assert codes(found) == []
    assert codes(found, post="p2") == ["post_not_signed"]
    assert codes(found, post="p3") == ["post_ended"]
    assert codes(found, post="stranger") == ["post_not_signed"]


DAYS = st.dates(FIRST - timedelta(days=400), LAST + timedelta(days=400))
SIDES = st.lists(
    st.builds(PostSide, st.sampled_from(["p1", "p2", "p3"]), st.booleans(), st.booleans(), st.none() | DAYS),
    max_size=3,
    unique_by=lambda side: side.post_id,
).map(tuple)
FACTS = st.builds(
    AgreementFacts,
    hub_signed=st.booleans(),
    posts=SIDES,
    starts_on=st.none() | DAYS,
    ends_on=st.none() | DAYS,
    hub_ended=st.booleans(),
    ended=st.booleans(),
    paused=st.booleans(),
    offered=st.booleans(),
    conditional=st.booleans(),
)


@given(FACTS, st.sampled_from(HubStatus), DAYS)
def test_posts_and_reasons_tell_the_same(found: AgreementFacts, status: HubStatus, on: date) -> None:
    holding = posts_in_force(found, status, on)
    assert bool(holding) == is_in_force(found, status, on)
    for side in found.posts:
        assert (side.post_id in holding) == (failing_reasons(found, status, on, side.post_id) == [])


@given(FACTS, st.sampled_from(HubStatus), DAYS)
def test_never_in_force_against_a_rule(found: AgreementFacts, status: HubStatus, on: date) -> None:
    for post_id in posts_in_force(found, status, on):
        side = next(side for side in found.posts if side.post_id == post_id)
        assert status in STANDING and found.hub_signed and side.signed
        assert found.starts_on is not None and found.ends_on is not None
        assert found.starts_on <= on <= found.ends_on
        assert not (found.ended or found.hub_ended or found.paused or side.ended)
        assert post_id not in superseded_posts(found, on)


def moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def version(number: int, starts_on: date = FIRST, **changes: Any) -> Any:
    values: dict[str, Any] = {
        "lineage_id": "l", "version_number": number, "state": "signed", "hub_signed_at": moment(FIRST),
        "hub_ended_at": None, "ended_at": None, "end_reason": None, "starts_on": starts_on, "ends_on": LAST,
        "conditional_on_accreditation": False,
        "posts": [SimpleNamespace(post_id="p1", signed_at=moment(FIRST), ended_at=None)],
    }  # fmt: skip
    return SimpleNamespace(**{**values, **changes})


def test_a_later_version_takes_over_on_its_first_day_for_posts_that_signed_it() -> None:
    change = date(2027, 1, 1)
    old, new = version(1), version(2, change)
    old.posts.append(SimpleNamespace(post_id="p2", signed_at=moment(FIRST), ended_at=None))
    found = facts_of(old, [old, new])
    assert posts_in_force(found, "accredited", change - timedelta(days=1)) == {"p1", "p2"}
    assert posts_in_force(found, "accredited", change) == {"p2"}
    assert superseded_posts(found, change) == {"p1"}
    assert posts_in_force(facts_of(new, [old, new]), "accredited", change) == {"p1"}


def test_a_later_version_given_up_before_its_first_day_replaces_nothing() -> None:
    change = date(2027, 1, 1)
    before, after = moment(change - timedelta(days=1)), moment(change + timedelta(days=1))
    old = version(1)
    assert not superseded_posts(facts_of(old, [version(2, change, ended_at=before)]), LAST)
    assert superseded_posts(facts_of(old, [version(2, change, ended_at=after)]), LAST) == {"p1"}
    unsigned = version(2, change, hub_signed_at=None)
    assert not superseded_posts(facts_of(old, [unsigned]), LAST)


def test_days_are_those_of_amsterdam() -> None:
    assert local_day(datetime(2026, 12, 31, 23, 30, tzinfo=UTC)) == date(2027, 1, 1)
    assert local_day(datetime(2026, 7, 1, 21, 30, tzinfo=UTC)) == date(2026, 7, 1)


def test_a_reason_carries_what_it_turned_on() -> None:
    (reason,) = failing_reasons(facts(), "suspended", FIRST)
    assert (reason.code, reason.value) == (Why.HUB_STATUS, "suspended")
    (reason,) = failing_reasons(facts(), "accredited", FIRST - timedelta(days=3))
    assert reason.on == FIRST
