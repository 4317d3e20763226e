"""The model terms a draft starts from, and which terms a change touches."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hubs.agreements.terms import TERM_FIELDS, changed_terms, first_of_next_month, model_terms


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)))
def test_the_model_term_starts_next_month_and_ends_the_day_before_its_birthday(today: date) -> None:
    terms = model_terms(today)
    assert set(terms) == set(TERM_FIELDS)
    assert terms["starts_on"] > today and terms["starts_on"].day == 1
    assert terms["starts_on"] - today <= timedelta(days=31)
    assert terms["ends_on"] + timedelta(days=1) == terms["starts_on"].replace(year=terms["starts_on"].year + 3)


def test_december_is_followed_by_january() -> None:
    assert first_of_next_month(date(2026, 12, 31)) == date(2027, 1, 1)


def test_changed_terms_ignore_the_order_of_a_list() -> None:
    terms = model_terms(date(2026, 1, 1))
    assert changed_terms(terms, {**terms, "directions": list(reversed(terms["directions"]))}) == []
    assert changed_terms(terms, {**terms, "notice_days": 30, "services": ["a"]}) == ["services", "notice_days"]
