"""Public holidays per market, and the Dutch ones as the Algemene termijnenwet has them."""

from __future__ import annotations

from datetime import date

import pytest

from hubs.reference.holiday_calendar import public_holidays
from hubs.reference.rows import read_records

DUTCH = {record["name_en"]: record["name_nl"] for record in read_records("holiday_names_nl")}


def days(market: str, *years: int) -> dict[date, object]:
    return {found.on: found for found in public_holidays([market], years, DUTCH)}


@pytest.mark.parametrize("year", [2025, 2026, 2027, 2028, 2030])
def test_liberation_day_shuts_offices_in_lustrum_years_only(year: int) -> None:
    found = days("NL", year)[date(year, 5, 5)]
    assert found.is_statutory
    assert found.closes_offices is (year % 5 == 0)
    assert found.name_nl == "Bevrijdingsdag"


def test_dutch_year() -> None:
    found = days("NL", 2026)
    assert {on for on, holiday in found.items() if holiday.is_statutory} == {
        date(2026, 1, 1),
        date(2026, 4, 3),
        date(2026, 4, 6),
        date(2026, 4, 27),
        date(2026, 5, 5),
        date(2026, 5, 14),
        date(2026, 5, 25),
        date(2026, 12, 25),
        date(2026, 12, 26),
    }
    assert not found[date(2026, 4, 3)].closes_offices
    assert found[date(2026, 4, 6)].name_nl == "Tweede paasdag"


def test_king_s_day_moves_from_sunday() -> None:
    assert date(2025, 4, 26) in days("NL", 2025) and date(2025, 4, 27) not in days("NL", 2025)


def test_a_day_with_two_feasts_keeps_both() -> None:
    # Ascension Day falls on 5 May in 2016
    found = days("NL", 2016)[date(2016, 5, 5)]
    assert (found.name_nl, found.closes_offices, found.is_statutory) == ("Hemelvaartsdag; Bevrijdingsdag", True, True)


def test_estimated_dates_say_so_and_lose_the_remark_in_the_name() -> None:
    found = [holiday for holiday in days("EG", 2027).values() if holiday.name_en.startswith("Eid al-Fitr")]
    assert found and all(holiday.is_estimated for holiday in found)
    assert found[0].name_nl == "Suikerfeest"
    assert all("estimated" not in holiday.name_en for holiday in found)


def test_substitute_days_are_named_in_both_languages() -> None:
    boxing = days("GB", 2026)[date(2026, 12, 28)]
    assert boxing.name_en == "Boxing Day (observed)"
    assert boxing.name_nl == "Tweede kerstdag (Boxing Day) (vervangende dag)"


def test_an_unknown_market_has_none() -> None:
    assert days("BV", 2026) == {} or all(holiday.market == "BV" for holiday in days("BV", 2026).values())
    assert days("ZZ", 2026) == {}
