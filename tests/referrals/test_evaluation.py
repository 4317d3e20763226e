"""Routing against labelled cases, and how agreement is counted (handles, `routing evaluate`)."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from hubs.reference.rows import read_records
from hubs.referrals.evaluation import KINDS, case_input, evaluate, expected_kind, model_table
from hubs.referrals.routing import RoutingTable
from tests.referrals.routing_records import reference_records

CASES = Path(__file__).parents[1] / "data" / "cases_public.csv"


@pytest.fixture(scope="module")
def model() -> RoutingTable:
    return model_table(**reference_records(), areas=read_records("areas"))


@pytest.fixture(scope="module")
def cases() -> list[dict[str, str]]:
    with CASES.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def case(**columns: str) -> dict[str, str]:
    return {"case_id": "x", "language": "nl", "destination_kind": "hub", **columns}


def test_kind_and_place_agree_with_the_labels(model: RoutingTable, cases: list[dict[str, str]]) -> None:
    found = evaluate(cases, model)
    counts = found.as_json()
    assert counts["cases"] == len(cases) == 40
    assert counts["agree_kind"] >= 0.95 * len(cases)
    assert counts["agree_place"] >= 0.80 * len(cases)
    assert sum(n for row in counts["confusion"].values() for n in row.values()) == len(cases)
    assert set(counts["confusion"]) <= set(KINDS)


def test_only_the_columns_that_routing_may_read_make_a_difference(
    model: RoutingTable, cases: list[dict[str, str]]
) -> None:
    readable = [
        "language",
        "country_iso2",
        "city",
        "requester_region",
        "sector_code",
        "service_codes",
        "facts",
        "size_class",
    ]
    for row in cases:
        assert case_input({name: row[name] for name in readable}) == case_input(row)


def test_no_module_names_a_case_or_reads_its_text(cases: list[dict[str, str]]) -> None:
    root = Path(__file__).parents[2] / "hubs"
    source = "".join(path.read_text(encoding="utf-8") for path in root.rglob("*.py"))
    data = "".join(path.read_text(encoding="utf-8") for path in (root / "reference" / "data").glob("*.csv"))
    for row in cases:
        assert row["case_id"] not in source + data
        assert row["text"] not in source + data


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("hub", "hub"),
        ("post_and_hub", "both"),
        ("RVO", "partner"),
        ("Atradius DSB", "partner"),
        ("other", "partner"),
        ("ask", "ask"),
        ("out_of_scope", "out_of_scope"),
    ],
)
def test_labels_as_kinds(label: str, kind: str) -> None:
    assert expected_kind(label) == kind


@pytest.mark.parametrize(
    ("columns", "kind", "place"),
    [
        ({"destination_kind": "hub", "expected_hub_id": "hh-colombia"}, True, True),
        ({"destination_kind": "hub", "expected_hub_id": "another"}, True, False),
        ({"destination_kind": "hub", "expected_hub_id": "x", "acceptable_alternatives": "hub:hh-colombia"}, True, True),
        (
            {"destination_kind": "post", "expected_post_id": "x", "acceptable_alternatives": "hub:hh-colombia"},
            False,
            True,
        ),
        (
            {
                "destination_kind": "post_and_hub",
                "expected_post_id": "ambassade-bogota",
                "expected_hub_id": "hh-colombia",
            },
            False,
            False,
        ),
        ({"destination_kind": "ask"}, False, False),
    ],
)
def test_alternatives_count_for_the_place_and_never_for_the_kind(
    model: RoutingTable, columns: dict[str, str], kind: bool, place: bool
) -> None:
    asked = case(country_iso2="CO", service_codes="commercial_referral", **columns)
    (result,) = evaluate([asked], model).results
    assert (result.kind_agrees, result.place_agrees) == (kind, place)


def test_both_needs_both_places(model: RoutingTable) -> None:
    asked = case(
        country_iso2="CO",
        service_codes="tender_info;commercial_referral",
        destination_kind="post_and_hub",
        expected_post_id="ambassade-bogota",
        expected_hub_id="hh-colombia",
    )
    (result,) = evaluate([asked], model).results
    assert result.kind_agrees
    assert result.place_agrees
    (wrong,) = evaluate([{**asked, "expected_hub_id": "another"}], model).results
    assert (wrong.kind_agrees, wrong.place_agrees) == (True, False)


def test_any_regional_agency_and_human_review_as_alternatives(model: RoutingTable) -> None:
    regional = case(
        service_codes="export_orientation",
        requester_region="Zeeland",
        destination_kind="ROM",
        expected_instrument_id="trp",
        acceptable_alternatives="ROM:trp",
    )
    insured = case(
        country_iso2="DE",
        service_codes="export_credit_insurance",
        facts="privately_insurable=yes",
        destination_kind="other",
        expected_instrument_id="x",
        acceptable_alternatives="human_review",
    )
    assert [result.place_agrees for result in evaluate([regional, insured], model).results] == [True, True]


# more questions of the kinds that case_rules.csv describes, with what its rules say
@pytest.mark.parametrize(
    ("columns", "kind", "code"),
    [
        ({"country_iso2": "KZ", "service_codes": "commercial_referral"}, "hub", "benelux-kz"),  # R1
        ({"country_iso2": "LU", "service_codes": "networking"}, "hub", "nhf-lu"),  # R1
        ({"country_iso2": "AU", "city": "Melbourne", "service_codes": "networking"}, "hub", "ncca-au"),  # R1
        ({"country_iso2": "US", "city": "New York", "service_codes": "office_space"}, "hub", "ncc-us"),  # R1
        ({"country_iso2": "BE", "city": "Brussels", "service_codes": "commercial_referral"}, "hub", "nkvk-be"),  # R1
        ({"country_iso2": "US", "city": "Dallas", "service_codes": "trade_barrier"}, "post", "ambassade-washington-dc"),
        ({"country_iso2": "US", "city": "Austin", "service_codes": "market_information"}, "post", "nbso-texas"),  # R2
        ({"country_iso2": "IN", "city": "Mumbai", "service_codes": "tender_info"}, "post", "consulaat-generaal-mumbai"),
        ({"country_iso2": "FR", "service_codes": "commercial_referral"}, "post", "ambassade-parijs"),  # R10
        ({"country_iso2": "CZ", "service_codes": "commercial_referral"}, "post", "ambassade-prague"),  # R10, seat in NL
        ({"country_iso2": "UA", "service_codes": "networking"}, "post", "ambassade-kyiv"),  # R10, seat not evidenced
        ({"country_iso2": "ZM", "service_codes": "authority_contact"}, "post", "ambassade-harare"),  # R11
        ({"country_iso2": "LI", "service_codes": "regulation_info"}, "post", "ambassade-bern"),  # R11
        ({"country_iso2": "BS", "service_codes": "supplier_lists"}, "post", "consulaat-generaal-miami"),  # R11
        ({"country_iso2": "SY", "service_codes": "trade_barrier"}, "post", "ambassade-beiroet"),  # R11, unknown post
        ({"country_iso2": "CD", "service_codes": "tender_info"}, "post", "ambassade-kinshasa"),  # not CG
        ({"country_iso2": "NE", "service_codes": "tender_info"}, "post", "ambassade-niamey"),  # not NG
        ({"country_iso2": "GE", "service_codes": "tender_info"}, "post", "ambassade-tbilisi"),  # the country
        ({"service_codes": "small_loan", "size_class": "micro"}, "partner", "qredits"),  # R15
        ({"service_codes": "cluster_programme", "facts": "parties=7", "size_class": "cluster"}, "partner", "rvo"),  # R8
        ({"country_iso2": "DE", "service_codes": "investment_finance"}, "partner", "invest-international"),  # R4
        ({"service_codes": "export_orientation", "requester_region": "Drenthe"}, "partner", "rom-nom"),  # R6
    ],
)
def test_the_rules_hold_for_questions_nobody_labelled(
    model: RoutingTable, columns: dict[str, Any], kind: str, code: str
) -> None:
    (result,) = evaluate([case(**columns)], model).results
    assert (result.found_kind, result.receipt.destinations[0].code) == (kind, code)


@pytest.mark.parametrize(
    ("columns", "kind"),
    [
        ({"service_codes": "commercial_referral"}, "ask"),  # R14, Georgia without saying which
        ({"country_iso2": "CG"}, "ask"),
        ({"country_iso2": "RU", "service_codes": "sanctions_evasion"}, "out_of_scope"),  # R13
        ({"country_iso2": "ES", "service_codes": "consular"}, "out_of_scope"),
        ({"country_iso2": "AF", "service_codes": "trade_barrier"}, "unserved"),
        ({"country_iso2": "VN", "service_codes": "authority_contact;networking"}, "both"),  # R16
    ],
)
def test_questions_without_one_place(model: RoutingTable, columns: dict[str, Any], kind: str) -> None:
    (result,) = evaluate([case(**columns)], model).results
    assert result.found_kind == kind
