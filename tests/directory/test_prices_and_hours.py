"""The price a register shows, freshness, and hours and amounts as people type them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubs.core.calendars import parse_hours
from hubs.directory.freshness import ANSWERS_TO_TELL, is_stale, usual_days
from hubs.directory.hours_text import amount_text, parse_amount, parse_spans
from hubs.directory.languages import currencies_of, languages_of_market
from hubs.directory.prices import Price, lowest_price

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def offer(cents: int | None, unit: str | None = "hour", currency: str = "EUR", vat: bool = False) -> Any:
    return SimpleNamespace(price_cents=cents, price_unit=unit, currency=currency, price_includes_vat=vat)


@pytest.mark.parametrize(
    ("offers", "expected"),
    [
        ([], None),
        ([offer(None)], None),
        ([offer(0)], Price(0, "EUR", None, True)),
        ([offer(9500)], Price(9500, "EUR", "hour", False)),
        ([offer(9500), offer(9500), offer(None)], Price(9500, "EUR", "hour", False)),
        ([offer(9500), offer(8000)], Price(8000, "EUR", "hour", False, True)),
        ([offer(45000, "fixed"), offer(9500)], Price(9500, "EUR", "hour", False, True)),
        ([offer(0), offer(45000, "fixed", vat=True)], Price(45000, "EUR", "fixed", True, True)),
        ([offer(100, currency="USD"), offer(9500), offer(9900)], Price(9500, "EUR", "hour", False, True)),
    ],
)
def test_the_lowest_price(offers: list[Any], expected: Price | None) -> None:
    assert lowest_price(offers) == expected


@given(st.lists(st.builds(offer, st.none() | st.integers(0, 10**6), st.sampled_from(["hour", "fixed"]))))
def test_the_price_shown_is_one_of_those_offered(offers: list[Any]) -> None:
    price = lowest_price(offers)
    assert (price is None) == all(one.price_cents is None for one in offers)
    if price is not None:
        assert any(one.price_cents == price.cents for one in offers)


def test_a_profile_is_stale_after_six_months_and_before_it_was_ever_confirmed() -> None:
    assert is_stale(None, NOW)
    assert not is_stale(NOW - timedelta(days=182), NOW)
    assert is_stale(NOW - timedelta(days=183), NOW)


def test_a_usual_time_needs_enough_answers() -> None:
    assert usual_days(ANSWERS_TO_TELL - 1, 60) is None
    assert usual_days(ANSWERS_TO_TELL, 60) == 1
    assert usual_days(ANSWERS_TO_TELL, 8 * 60) == 1
    assert usual_days(ANSWERS_TO_TELL, 8 * 60 + 1) == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("09:00-16:30", [["09:00", "16:30"]]),
        ("9-12, 13:00 - 17.30", [["09:00", "12:00"], ["13:00", "17:30"]]),
        ("8.30 tot 12 en 13 tot 17", [["08:30", "12:00"], ["13:00", "17:00"]]),
        ("0:00-24:00", [["00:00", "24:00"]]),
    ],
)
def test_hours_as_typed(text: str, expected: list[list[str]]) -> None:
    assert parse_spans(text) == expected
    parse_hours({"0": parse_spans(text)})


@pytest.mark.parametrize("text", ["nine", "9", "9-", "900-1700", "9:0-12", "9-12-13"])
def test_hours_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match=".*"):
        parse_spans(text)


@given(st.text(max_size=40))
def test_whatever_is_typed_as_hours_is_read_or_refused(text: str) -> None:
    try:
        parse_hours({"3": parse_spans(text)})
    except ValueError:
        return


@pytest.mark.parametrize(
    ("text", "cents"), [("95", 9500), ("95,5", 9550), ("€ 95.05", 9505), ("0", 0), ("1 250", 125000)]
)
def test_amounts_as_typed(text: str, cents: int) -> None:
    assert parse_amount(text) == cents


@pytest.mark.parametrize("text", ["", "free", "1.250,00", "-5", "95,555", "12345678"])
def test_amounts_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match=".*"):
        parse_amount(text)


@given(st.integers(0, 10**8), st.booleans())
def test_an_amount_comes_back_as_it_was_typed(cents: int, comma: bool) -> None:
    assert parse_amount(amount_text(cents, comma)) == cents


def test_languages_and_currencies_follow_the_market() -> None:
    assert languages_of_market("CO") == ["nl", "en", "es"]
    assert languages_of_market("NL")[0] == "nl"
    assert languages_of_market("XK")[:2] == ["nl", "en"]
    assert currencies_of(["CO"]) == ["EUR", "USD", "GBP", "COP"]
