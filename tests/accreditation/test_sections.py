"""What a proposal asks, how answers are read, and what is still missing: without an application."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubs.accreditation.answers import Field, FieldKind, Unreadable, read_field
from hubs.accreditation.differences import differences
from hubs.accreditation.sections import (
    CLAIMS,
    COVERAGE,
    FINANCE,
    HUB,
    PLAN,
    Gap,
    gaps_in,
    progress_of,
    read_section,
    sections_for,
    years_of_accounts,
)
from hubs.guideline.criteria import Answer, Criterion, Moment, ProposalKind, Rule

TODAY = date(2026, 11, 22)
F = FieldKind
KNOWN = {"market": {"CO", "VN"}, "sector": {"33"}, "service": {"networking"}, "target_group": {"sme"}}
CRITERIA = (
    Criterion("A1", "market_need", Answer.SCALE, Rule.KNOCK_OUT),
    Criterion("A2", "market_need", Answer.DOCUMENT, Rule.MANDATORY),
    Criterion("A3", "market_need", Answer.NUMBER, Rule.MANDATORY, unit="requests/year"),
    Criterion("C3", "governance", Answer.YES_NO, Rule.INFORMATIVE),
    Criterion("F1", "cooperation", Answer.DOCUMENT, Rule.MANDATORY),
    Criterion("F2", "cooperation", Answer.AGREEMENT, Rule.KNOCK_OUT, moment=Moment.ACTIVATION),
)
SECTIONS = sections_for(CRITERIA)
ACCOUNTS = {
    "year": "2025", "members_cents": "80.000", "services_cents": "40 000", "sponsors_cents": "0",
    "subsidies_cents": "30000,50", "other_cents": "0", "costs_cents": "140000",
}  # fmt: skip
TYPED: dict[str, dict[str, Any]] = {
    "hub": {
        "registered_name": "Casa  Voorbeeld", "legal_form": "asociación", "founding_year": "1987",
        "website": "casa-voorbeeld.example.nl", "members": "1.250", "staff_fte": "2,5", "board": "Chosen.",
    },
    "coverage": {
        "markets": ["CO"], "services_wanted": ["networking"], "sectors": [], "offices": "Bogotá\n\n Medellín \nBogotá",
    },
    "claims": {
        "claims_year": "2025", "questions_per_year": "340", "unserved_by_post": "120", "companies": "200",
        "claims_basis": "Our register.",
    },
    "criteria_market_need": {"A1": "There is need.", "A3": "120"},
    "finance": {"accounts": [ACCOUNTS], "revenue_model": "Members and services."},
    "plan": {
        "goals": "More.", "without_subsidy": "Members pay.",
        "plan_years": [
            {"year": year, "revenue_cents": "150000", "subsidies_cents": "0", "costs_cents": "140000"}
            for year in ("2028", "2027")
        ],
    },
}  # fmt: skip


def read_all(typed: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {section.code: read_section(section, typed.get(section.code, {}), KNOWN)[0] for section in SECTIONS}


def gaps(typed: dict[str, Any], kind: str = "new", evidence: tuple[str, ...] = ("A2",)) -> set[tuple[str, str, str]]:
    found = gaps_in(SECTIONS, read_all(typed), evidence=evidence, kind=kind, today=TODAY, known=KNOWN)
    return {(gap.section, gap.field, gap.code) for gap in found}


def test_the_criteria_make_their_own_sections() -> None:
    """A section a group; what others answer, and what a newcomer cannot have, is not asked."""
    codes = [section.code for section in SECTIONS]
    assert codes == ["hub", "coverage", "claims", "criteria_market_need", "criteria_governance", "finance", "plan"]
    fields = [field.code for field in SECTIONS[3].fields]
    assert fields == ["A1", "A2", "A2_note", "A3", "A3_note"]


def test_a_whole_file_is_complete_and_reads_as_meant() -> None:
    contents = read_all(TYPED)
    assert gaps(TYPED) == set()
    assert contents["hub"]["registered_name"] == "Casa Voorbeeld"
    assert contents["hub"]["members"] == 1250
    assert contents["hub"]["staff_fte"] == "2.5"
    assert contents["hub"]["website"] == "https://casa-voorbeeld.example.nl"
    assert contents["coverage"]["offices"] == ["Bogotá", "Medellín"]
    assert [row["year"] for row in contents["plan"]["plan_years"]] == [2027, 2028]
    (year,) = years_of_accounts(contents["finance"])
    assert (year.revenue_cents, year.result_cents, str(year.subsidy_percent)) == (15_000_050, 1_000_050, "20.0")
    for section in (HUB, COVERAGE, CLAIMS, FINANCE, PLAN):
        assert progress_of(
            section, contents[section.code], evidence=(), kind="new", today=TODAY
        ).is_complete  # fmt: skip


def test_an_empty_file_names_everything_at_once() -> None:
    found = gaps({}, evidence=())
    required = {
        (section.code, field.code) for section in SECTIONS for field in section.fields if "new" in field.required_for
    }
    assert {(section, field) for section, field, _code in found} == required
    assert ("criteria_market_need", "A2", "document_required") in found
    fewer = gaps({}, kind="in_development", evidence=())
    assert ("claims", "questions_per_year", "required") not in fewer
    assert ("finance", "accounts", "required") not in fewer


@pytest.mark.parametrize(
    ("section", "field", "typed", "code"),
    [
        ("hub", "founding_year", "2031", "in_future"),
        ("hub", "founding_year", "in 1987", "not_year"),
        ("hub", "members", "many", "not_number"),
        ("hub", "members", "-3", "out_of_range"),
        ("hub", "members", "12,5", "not_whole"),
        ("hub", "website", "javascript:alert(1)", "not_url"),
        ("hub", "website", "https://[::1", "not_url"),
        ("hub", "website", "https://someone@example.nl", "not_url"),
        ("hub", "legal_form", "x" * 81, "too_long"),
        ("coverage", "markets", ["QQ"], "unknown_code"),
        ("coverage", "markets", "CO", "not_list"),
        ("claims", "unserved_by_post", "341", "more_than_total"),
        ("finance", "accounts", [ACCOUNTS, ACCOUNTS], "year_twice"),
        ("finance", "accounts", [{**ACCOUNTS, "year": "2027"}], "in_future"),
        ("finance", "accounts", [{**ACCOUNTS, "costs_cents": "a lot"}], "not_number"),
        ("finance", "accounts", [{**ACCOUNTS, "costs_cents": ""}], "required"),
        ("plan", "plan_years", TYPED["plan"]["plan_years"][:1], "too_few_years"),
    ],
)
def test_what_cannot_be_is_named_and_kept(section: str, field: str, typed: Any, code: str) -> None:
    changed = {**TYPED, section: {**TYPED[section], field: typed}}
    assert (section, field, code) in gaps(changed)
    kept = read_all(changed)[section][field]
    if code in ("not_year", "not_number", "not_url", "too_long") and not isinstance(typed, list):
        assert kept == typed
        again = read_section(next(one for one in SECTIONS if one.code == section), read_all(changed)[section], KNOWN)
        assert again[0][field] == typed


@pytest.mark.parametrize(
    ("typed", "cents"),
    [("1250", 125_000), ("1.250", 125_000), ("1,250", 125_000), ("€ 1 250,50", 125_050), ("1.250,5", 125_050),
     ("1,250.50", 125_050), ("0,05", 5), (1250, 1250)],
)  # fmt: skip
def test_amounts_as_people_write_them(typed: Any, cents: int) -> None:
    assert read_field(Field("costs", F.MONEY_CENTS, most=10**12), typed) == (cents, ())


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from([item for section in SECTIONS for item in section.fields if item.kind != F.DOCUMENT]),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=30) | st.sampled_from(["2.5", "١٢", "1e9", "NaN"]),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=6,
    ),
)
def test_whatever_is_sent_is_read_or_kept_and_reading_again_changes_nothing(item: Field, typed: Any) -> None:
    value, reasons = read_field(item, typed, KNOWN)
    assert all(isinstance(reason, Unreadable) for reason in reasons)
    again, still = read_field(item, value, KNOWN)
    assert again == value
    assert len(still) == len(reasons)


def test_the_kinds_of_proposal_are_all_known() -> None:
    assert all(field.required_for <= set(ProposalKind) for section in SECTIONS for field in section.fields)
    assert Gap("hub", "members", "required") == Gap("hub", "members", "required")


def test_differences_name_fields_items_and_documents() -> None:
    before = {
        "sections": {"hub": {"members": 10, "board": "x", "legal_form": ""}, "coverage": {"markets": ["CO", "VN"]}},
        "evidence": [{"id": "1", "title": "Statutes", "criterion": "C2"}],
    }
    after = {
        "sections": {"hub": {"members": 12, "website": "https://a.nl"}, "coverage": {"markets": ["VN", "PE"]}},
        "evidence": [
            {"id": "1", "title": "Statutes", "criterion": "C2"},
            {"id": "2", "title": "Plan", "criterion": None},
        ],
    }
    found = {(one.section, one.field): one for one in differences(before, after)}
    assert {key: one.kind for key, one in found.items()} == {
        ("hub", "members"): "changed",
        ("hub", "board"): "removed",
        ("hub", "website"): "added",
        ("coverage", "markets"): "changed",
        ("evidence", ""): "added",
    }
    assert (found["coverage", "markets"].added, found["coverage", "markets"].gone) == (("PE",), ("CO",))
    assert differences(after, after) == ()
