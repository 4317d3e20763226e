"""What a proposal asks of a chamber, section by section, and what is still missing in one (letter rec. 4, 8 and 9).

What was typed but cannot be read (`answers`) is kept; it is named as a gap and keeps the file from being submitted.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from hubs.accreditation.answers import Field, FieldKind, read_field
from hubs.guideline.criteria import Answer, Criterion, Moment, ProposalKind, Rule

K, F = ProposalKind, FieldKind
EVERY_KIND = frozenset(K)
WITH_RECORD = frozenset({K.NEW, K.RENEWAL})  # the others have less to show
Content = Mapping[str, Any]
LARGEST = 10**12
CRITERIA = "criteria_"  # begins the code of a section of criteria; the group's code follows

# the answer comes from somebody else: the opinion of the post, and the ministry's check of integrity and sanctions
NOT_ASKED_OF_CHAMBERS = frozenset({"F1", "G4"})


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the file, saved and versioned by itself."""

    code: str
    fields: tuple[Field, ...]
    group: str = ""  # of the guideline, for a section of criteria

    def field(self, code: str) -> Field | None:
        return next((item for item in self.fields if item.code == code), None)


@dataclass(frozen=True, slots=True)
class Gap:
    """What keeps a file from being complete: `code` says why; `words` has the sentence."""

    section: str
    field: str
    code: str
    values: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a section is: required fields answered, of how many."""

    done: int
    total: int

    @property
    def is_complete(self) -> bool:
        return self.done == self.total


# --- the sections ------------------------------------------------------------------------------------------


def _count(code: str, required_for: frozenset[str] = frozenset()) -> Field:
    return Field(code, F.INT, required_for, most=1_000_000)


def _money(code: str) -> Field:
    return Field(code, F.MONEY_CENTS, EVERY_KIND, most=LARGEST)


HUB = Section(
    "hub",
    (
        Field("registered_name", F.TEXT, EVERY_KIND, most=250),
        Field("legal_form", F.TEXT, EVERY_KIND, most=80),
        Field("registration_number", F.TEXT, most=80),
        Field("founding_year", F.YEAR, EVERY_KIND),
        Field("website", F.URL, EVERY_KIND - {K.IN_DEVELOPMENT}, most=200),
        _count("members", EVERY_KIND),
        Field("staff_fte", F.DECIMAL, EVERY_KIND, most=100_000),
        Field("board", F.LONG_TEXT, EVERY_KIND, most=4000),
    ),
)
COVERAGE = Section(
    "coverage",
    (
        Field("markets", F.CODES, EVERY_KIND, most=50, least=1, list_code="market"),
        Field("cities", F.LINES, most=100),
        Field("sectors", F.CODES, most=200, list_code="sector"),
        Field("services_wanted", F.CODES, EVERY_KIND, most=100, least=1, list_code="service"),
        Field("target_groups", F.CODES, most=20, list_code="target_group"),
        Field("offices", F.LINES, EVERY_KIND, most=30, least=1),
    ),
)
CLAIMS = Section(
    "claims",
    (
        Field("claims_year", F.YEAR, WITH_RECORD),
        _count("questions_per_year", WITH_RECORD),
        _count("unserved_by_post", WITH_RECORD),
        _count("companies", WITH_RECORD),
        _count("declined_for_coverage"),
        _count("sme_questions"),
        _count("startup_questions"),
        _count("women_led_questions"),
        Field("claims_basis", F.LONG_TEXT, EVERY_KIND, most=6000),
    ),
)
ACCOUNTS_COLUMNS = tuple(
    map(_money, ("members_cents", "services_cents", "sponsors_cents", "subsidies_cents", "other_cents", "costs_cents"))
)
REVENUE_COLUMNS = ACCOUNTS_COLUMNS[:-1]
FINANCE = Section(
    "finance",
    (
        Field("accounts", F.YEARS, WITH_RECORD, most=5, least=1, columns=ACCOUNTS_COLUMNS),
        Field("revenue_model", F.LONG_TEXT, EVERY_KIND, most=6000),
        Field("public_funding", F.LONG_TEXT, most=4000),
    ),
)
PLAN_COLUMNS = tuple(map(_money, ("revenue_cents", "subsidies_cents", "costs_cents")))
PLAN = Section(
    "plan",
    (
        Field("goals", F.LONG_TEXT, EVERY_KIND, most=8000),
        Field("plan_years", F.YEARS, EVERY_KIND - {K.SCOPE_CHANGE}, most=5, least=2, columns=PLAN_COLUMNS),
        Field("without_subsidy", F.LONG_TEXT, EVERY_KIND - {K.SCOPE_CHANGE}, most=4000),
        Field("risks", F.LONG_TEXT, most=4000),
    ),
)
FIRST, LAST = (HUB, COVERAGE, CLAIMS), (FINANCE, PLAN)
FIXED = {section.code: section for section in (*FIRST, *LAST)}


def sections_for(criteria: Iterable[Criterion]) -> tuple[Section, ...]:
    """The sections of a file for the criteria that apply to it, in the order in which they are shown.

    What a newcomer cannot have yet (criteria of activation) is not asked here.
    """
    asked = [item for item in criteria if item.moment != Moment.ACTIVATION and item.answer != Answer.AGREEMENT]
    groups = dict.fromkeys(item.group for item in asked if item.code not in NOT_ASKED_OF_CHAMBERS)
    return (*FIRST, *(_section_of(group, asked) for group in groups), *LAST)


def _section_of(group: str, criteria: Iterable[Criterion]) -> Section:
    own = [item for item in criteria if item.group == group and item.code not in NOT_ASKED_OF_CHAMBERS]
    return Section(CRITERIA + group, tuple(one for item in own for one in _fields_of(item)), group)


def _fields_of(criterion: Criterion) -> Iterator[Field]:
    """The chamber's answer to one criterion: an argument, a fact with a note, or a document with a note."""
    code = criterion.code
    required = frozenset() if criterion.rule == Rule.INFORMATIVE else EVERY_KIND
    if criterion.answer == Answer.SCALE:
        yield Field(code, F.LONG_TEXT, required, most=8000, criterion=code)
        return
    if criterion.answer == Answer.YES_NO:
        yield Field(code, F.YES_NO, required, criterion=code)
    elif criterion.answer == Answer.NUMBER:
        yield Field(code, F.DECIMAL, required, most=10**9, criterion=code, unit=criterion.unit)
    else:
        yield Field(code, F.DOCUMENT, required, criterion=code)
    yield Field(f"{code}_note", F.LONG_TEXT, most=2000, criterion=code)


# --- reading and checking ----------------------------------------------------------------------------------


def read_section(
    section: Section, typed: Content, known: Mapping[str, Collection[str]]
) -> tuple[dict[str, Any], tuple[Gap, ...]]:
    """The content to keep of what was typed, and what in it could not be read. Unknown fields are left out.

    `known` holds the codes that may be chosen from now, by code list.
    """
    content: dict[str, Any] = {}
    gaps: list[Gap] = []
    for item in section.fields:
        if item.kind == F.DOCUMENT or item.code not in typed:
            continue
        value, found = read_field(item, typed[item.code], known)
        gaps += [Gap(section.code, item.code, each.code, each.values) for each in found]
        if value not in (None, "", [], {}):
            content[item.code] = value
    return content, tuple(gaps)


# --- is it complete ----------------------------------------------------------------------------------------


def gaps_in(
    sections: Sequence[Section],
    contents: Mapping[str, Content],
    *,
    evidence: Collection[str],
    kind: str,
    today: date,
    known: Mapping[str, Collection[str]] | None = None,
) -> tuple[Gap, ...]:
    """Everything that keeps this file from being submitted, at once, in the order of the file.

    `evidence` holds the codes of the criteria under which a document lies.
    """
    found: list[Gap] = []
    for section in sections:
        found += section_gaps(
            section, contents.get(section.code, {}), evidence=evidence, kind=kind, today=today, known=known
        )
    return tuple(found)


def section_gaps(
    section: Section,
    content: Content,
    *,
    evidence: Collection[str],
    kind: str,
    today: date,
    known: Mapping[str, Collection[str]] | None = None,
) -> tuple[Gap, ...]:
    """What is missing or cannot be read in one section."""
    found = [gap for item in section.fields for gap in _field_gaps(section, item, content, evidence, kind, known)]
    return (*found, *_odd(section, content, today))


def _field_gaps(
    section: Section,
    item: Field,
    content: Content,
    evidence: Collection[str],
    kind: str,
    known: Mapping[str, Collection[str]] | None,
) -> Iterator[Gap]:
    required = kind in item.required_for
    if item.kind == F.DOCUMENT:
        if required and item.code not in evidence:
            yield Gap(section.code, item.code, "document_required")
        return
    value, reasons = read_field(item, content.get(item.code), known)
    for reason in reasons:
        yield Gap(section.code, item.code, reason.code, reason.values)
    if reasons:
        return
    if required and value in (None, "", [], {}):
        yield Gap(section.code, item.code, "required")
    elif required and item.kind == F.YEARS:
        yield from _rows_gaps(section, item, value)


def _rows_gaps(section: Section, item: Field, rows: list[dict[str, Any]]) -> Iterator[Gap]:
    if len(rows) < item.least:
        yield Gap(section.code, item.code, "too_few_years", {"least": item.least})
    for number, row in enumerate(rows):
        for column in ("year", *(each.code for each in item.columns)):
            if column not in row:
                yield Gap(section.code, item.code, "required", {"row": number, "column": column})


def _odd(section: Section, content: Content, today: date) -> Iterator[Gap]:
    """Answers that cannot all be true."""
    if section.code == HUB.code and _after(content.get("founding_year"), today.year):
        yield Gap(section.code, "founding_year", "in_future")
    if section.code == CLAIMS.code:
        if _after(content.get("claims_year"), today.year):
            yield Gap(section.code, "claims_year", "in_future")
        total = content.get("questions_per_year")
        for code in (
            "unserved_by_post", "declined_for_coverage", "sme_questions", "startup_questions", "women_led_questions",
        ):  # fmt: skip
            part = content.get(code)
            if isinstance(total, int) and isinstance(part, int) and part > total:
                yield Gap(section.code, code, "more_than_total", {"total": total})
    for code in ("accounts", "plan_years"):
        years = [row.get("year") for row in _rows(content.get(code))]
        if len(set(years)) != len(years):
            yield Gap(section.code, code, "year_twice")
    if section.code == FINANCE.code and any(
        _after(row.get("year"), today.year) for row in _rows(content.get("accounts"))
    ):
        yield Gap(section.code, "accounts", "in_future")


def _after(year: Any, this_year: int) -> bool:
    return isinstance(year, int) and year > this_year


def _rows(value: Any) -> list[dict[str, Any]]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def progress_of(section: Section, content: Content, *, evidence: Collection[str], kind: str, today: date) -> Progress:
    """How many of the required answers of a section are there and can be read."""
    required = [item.code for item in section.fields if kind in item.required_for]
    open_ones = {gap.field for gap in section_gaps(section, content, evidence=evidence, kind=kind, today=today)}
    odd = len(open_ones - set(required))  # an optional answer that cannot be read keeps a section open too
    return Progress(sum(code not in open_ones for code in required), len(required) + odd)


# --- what follows from the answers -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class YearOfAccounts:
    """One year reckoned out."""

    year: int
    revenue_cents: int
    subsidies_cents: int
    costs_cents: int

    @property
    def result_cents(self) -> int:
        return self.revenue_cents - self.costs_cents

    @property
    def subsidy_percent(self) -> Decimal | None:
        """Subsidies in the revenue; None without revenue."""
        if not self.revenue_cents:
            return None
        return (Decimal(100) * self.subsidies_cents / self.revenue_cents).quantize(Decimal("0.1"))


def years_of_accounts(content: Content) -> tuple[YearOfAccounts, ...]:
    """The years of accounts that are complete, oldest first; what is not yet readable is left out."""
    found = []
    for row in _rows(content.get("accounts")):
        codes = ("year", *(column.code for column in ACCOUNTS_COLUMNS))
        if all(isinstance(row.get(code), int) and not isinstance(row.get(code), bool) for code in codes):
            revenue = sum(row[column.code] for column in REVENUE_COLUMNS)
            found.append(YearOfAccounts(row["year"], revenue, row["subsidies_cents"], row["costs_cents"]))
    return tuple(sorted(found, key=lambda year: year.year))


def answer_to(contents: Mapping[str, Content], criterion: str) -> tuple[Any, str]:
    """What the chamber answered to a criterion, and its note with it; None and empty when it did not."""
    for code, content in contents.items():
        if code.startswith(CRITERIA) and (criterion in content or f"{criterion}_note" in content):
            return content.get(criterion), str(content.get(f"{criterion}_note") or "")
    return None, ""
