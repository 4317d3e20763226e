"""What the rows of the reference files become: values for the tables, nothing stored yet (data/README.md)."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from hubs.core.types import folded

from .holiday_calendar import public_holidays

DATA = Path(__file__).parent / "data"

Record = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Row:
    """One row as its file has it: `values` follow the file, `initial` are set once, when it is new.

    `beside` are facts of the same record that belong in another table (a profile, say).
    """

    key: tuple[Any, ...]
    values: Mapping[str, Any]
    initial: Mapping[str, Any] = field(default_factory=dict)
    beside: Mapping[str, Any] = field(default_factory=dict)


def read_records(name: str, folder: Path = DATA) -> list[dict[str, str]]:
    """The records of a CSV file in the data folder, blanks taken off."""
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return [{column: value.strip() for column, value in record.items()} for record in csv.DictReader(lines)]


def read_overrides(name: str, key: str, folder: Path = DATA) -> dict[str, dict[str, str]]:
    """A file of better names made here, by key; absent means none."""
    if not (folder / f"{name}.csv").exists():
        return {}
    return {record[key]: record for record in read_records(name, folder)}


def listed(text: str) -> list[str]:
    """The parts of a field that holds a list."""
    return [part.strip() for part in text.split(";") if part.strip()]


def named(name_nl: str, name_en: str) -> dict[str, str]:
    """Both names, each standing in for the other where it is missing, with the folded copies."""
    dutch, english = name_nl or name_en, name_en or name_nl
    return {
        "name_nl": dutch,
        "name_en": english,
        "name_nl_folded": folded(dutch),
        "name_en_folded": folded(english),
    }


def sourced(record: Record) -> dict[str, str | None]:
    return {"source": record.get("source") or None, "source_date": record.get("source_date") or None}


def market_rows(folder: Path = DATA) -> Iterator[Row]:
    """Markets, with the names people use; the formal ones are kept beside them."""
    short = read_overrides("market_names", "iso2", folder)
    for record in read_records("markets", folder):
        names = short.get(record["iso2"], record)
        yield Row(
            (record["iso2"],),
            {
                **named(names["name_nl"], names["name_en"]),
                **sourced(record),
                "iso2": record["iso2"],
                "iso3": record["iso3"],
                "formal_name_nl": record["name_nl"],
                "formal_name_en": record["name_en"],
                "region": record["region"] or None,
                "subregion": record["subregion"] or None,
                "capital": record["capital"] or None,
                "weekend_days": listed(record["weekend_days"]),
                "weekend_source": record["weekend_source"] or None,
                "timezone": record["main_tz"] or None,
                "timezone_count": int(record["tz_count"] or 0),
                "bhos2022_relation": record["bhos2022_relation"] or None,
                "partner_country_2013": record["partner_country_2013"] or None,
                "is_growth_market_2025": record["named_growth_market_2025"] == "yes",
                "post_in_country": record["post_in_country"] or None,
                "priority_source": record["priority_source"] or None,
            },
        )


def sector_rows(folder: Path = DATA) -> list[Row]:
    """Sectors, those without a parent first; NACE codes get a prefix because SBI has the same ones."""
    english = read_overrides("sector_names_en", "code", folder)
    rows = []
    for record in read_records("sectors", folder):
        is_nace = record["kind"].startswith("nace21")
        prefix = "nace:" if is_nace else ""
        code = prefix + record["code"]
        better = english.get(code, {}).get("name_en")
        name_nl, name_en = record["name_nl"], better or record["name_en"]
        if record["kind"] == "nace21_section":
            name_nl, name_en = name_nl.capitalize(), name_en.capitalize()
        values = {
            **named(name_nl, name_en),
            **sourced(record),
            "code": code,
            "kind": record["kind"],
            "parent_code": prefix + record["section"] if record["section"] else None,
            "topsector_hints": listed(record["topsector_hint_editorial"]),
        }
        rows.append(Row((code,), values))
    return sorted(rows, key=lambda row: row.values["parent_code"] is not None)


def default_provider(usual_provider: str) -> str:
    """Who gives a service by default, read from the names found in the sources, in their order."""
    names = listed(usual_provider)
    if names == ["out_of_scope"]:
        return "out_of_scope"
    if names[0] not in ("post", "hub"):
        return "partner"
    if {"post", "hub"} <= set(names):
        return "either"
    return "public" if "post" in names else "private"


def partner_codes(usual_provider: str) -> list[str]:
    """The partners among the names, as partner codes; `ROM` stays, it depends on the company's region."""
    others = [name for name in listed(usual_provider) if name not in ("post", "hub", "out_of_scope")]
    return [name if name == "ROM" else name.lower().replace(" ", "-") for name in others]


def service_rows(folder: Path = DATA) -> Iterator[Row]:
    for position, record in enumerate(read_records("services", folder)):
        yield Row(
            (record["service_code"],),
            {
                **named(record["name_nl"], record["name_en"]),
                **sourced(record),
                "code": record["service_code"],
                "default_provider": default_provider(record["usual_provider"]),
                "usual_provider": record["usual_provider"],
                "partner_codes": partner_codes(record["usual_provider"]),
                "is_paid": True if record["paid"] == "yes" else None,
                "position": position,
            },
        )


def instrument_conditions(folder: Path = DATA) -> dict[str, list[dict[str, str]]]:
    """The terms a machine can test, by instrument, as their file has them; empty fields left out."""
    conditions: dict[str, list[dict[str, str]]] = {}
    if (folder / "instrument_terms.csv").exists():
        for record in read_records("instrument_terms", folder):
            facts = {column: value for column, value in record.items() if value and column != "instrument_id"}
            conditions.setdefault(record["instrument_id"], []).append(facts)
    return conditions


def _lapsed_on(status: str) -> date | None:
    word, _, day = status.partition(" ")
    return date.fromisoformat(day) if word == "lapsed" else None


def instrument_rows(folder: Path = DATA) -> Iterator[Row]:
    conditions = instrument_conditions(folder)
    columns = ("partner_code", "owner", "executed_by", "for_whom", "need_service_code", "country_limits")
    for record in read_records("instruments", folder):
        yield Row(
            (record["instrument_id"],),
            {
                **named(record["name"], record["name"]),
                **sourced(record),
                **{column: record[column] or None for column in (*columns, "terms", "status")},
                "instrument_id": record["instrument_id"],
                "kind": record["kind"],
                "lapsed_on": _lapsed_on(record["status"]),
                "conditions": conditions.get(record["instrument_id"], []),
            },
        )


def code_list_rows(folder: Path = DATA) -> Iterator[Row]:
    for position, record in enumerate(read_records("code_lists", folder)):
        yield Row(
            (record["list"], record["code"]),
            {
                **named(record["name_nl"], record["name_en"]),
                "list_code": record["list"],
                "code": record["code"],
                "position": position,
                "source": "code_lists.csv",
            },
        )


def trade_rows(folder: Path = DATA) -> Iterator[Row]:
    """Trade figures as published: value and unit of their source, a year where it gives one."""
    for record in read_records("trade", folder):
        year = int(record["year"]) if record["year"] else None
        key = (record["reporter_iso2"], record["partner_iso2"], record["flow"], year, record["unit"], record["source"])
        yield Row(
            key,
            {
                **sourced(record),
                "reporter": record["reporter_iso2"],
                "market": record["partner_iso2"],
                "flow": record["flow"],
                "value": Decimal(record["value"]),
                "unit": record["unit"],
                "year": year,
                "notes": record["notes"] or None,
            },
        )


def holiday_rows(markets: Sequence[str], years: Iterable[int], folder: Path = DATA) -> Iterator[Row]:
    """Holidays of these markets and years; what only a person can know (an announcement) is edited later."""
    names = read_overrides("holiday_names_nl", "name_en", folder)
    dutch = {english: record["name_nl"] for english, record in names.items()}
    for found in public_holidays(markets, years, dutch):
        yield Row(
            (found.market, found.on),
            {
                "market": found.market,
                "on": found.on,
                "name_nl": found.name_nl,
                "name_en": found.name_en,
                "closes_offices": found.closes_offices,
                "is_statutory": found.is_statutory,
                "is_estimated": found.is_estimated,
                "source": found.source,
            },
        )
