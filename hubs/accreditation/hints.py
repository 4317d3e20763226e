"""What an automatic check notices in a file before a person looks; shown to people, deciding nothing."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from hubs.accreditation.sections import years_of_accounts

STATUTES, ACCOUNTS = "C2", "C5"  # the criteria under which statutes and reviewed accounts are handed in
ACCOUNTS_OLD = "accounts_old"
STATUTES_UNDATED = "statutes_undated"
CLAIMS_OLD = "claims_old"
FOUNDED_RECENTLY = "founded_recently"
WEBSITE_UNREACHABLE = "website_unreachable"
CODES = (ACCOUNTS_OLD, STATUTES_UNDATED, CLAIMS_OLD, FOUNDED_RECENTLY, WEBSITE_UNREACHABLE)


@dataclass(frozen=True, slots=True)
class Noticed:
    """One thing noticed: a code, what it is about, and the numbers for its sentence."""

    code: str
    subject: str = ""
    values: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Document:
    """What is known of a document without opening it."""

    criterion: str
    title: str
    document_on: date | None


def hints_of(sections: Mapping[str, Mapping[str, Any]], documents: Iterable[Document], today: date) -> list[Noticed]:
    """Everything noticed in a file on this day; the website is looked at apart (`website`)."""
    listed = list(documents)
    return [*_about_years(sections, today), *_about_documents(listed, today)]


def _about_years(sections: Mapping[str, Mapping[str, Any]], today: date) -> Iterator[Noticed]:
    years = years_of_accounts(sections.get("finance", {}))
    if years and _is_over_a_year_ago(date(years[-1].year, 12, 31), today):
        yield Noticed(ACCOUNTS_OLD, "accounts", {"year": years[-1].year})
    claimed = sections.get("claims", {}).get("claims_year")
    if isinstance(claimed, int) and claimed < today.year - 1:
        yield Noticed(CLAIMS_OLD, "claims_year", {"year": claimed})
    founded = sections.get("hub", {}).get("founding_year")
    if isinstance(founded, int) and founded > today.year - 2:
        yield Noticed(FOUNDED_RECENTLY, "founding_year", {"year": founded})


def _about_documents(documents: Iterable[Document], today: date) -> Iterator[Noticed]:
    for document in documents:
        if document.criterion == STATUTES and document.document_on is None:
            yield Noticed(STATUTES_UNDATED, document.title[:120])
        dated = document.document_on
        if document.criterion == ACCOUNTS and dated is not None and _is_over_a_year_ago(dated, today):
            yield Noticed(ACCOUNTS_OLD, document.title[:120], {"year": dated.year})


def _is_over_a_year_ago(day: date, today: date) -> bool:
    """Whether the same day a year later lies behind; 29 February counts as 1 March."""
    last = date(day.year + 1, 3, 1) if (day.month, day.day) == (2, 29) else day.replace(year=day.year + 1)
    return today > last
