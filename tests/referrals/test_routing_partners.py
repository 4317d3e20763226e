"""Which partner and instrument: the terms decide (domain.md, Routing 1; instrument_terms.csv)."""

from __future__ import annotations

from typing import Any

import pytest

from hubs.referrals.routing import Receipt
from hubs.referrals.routing.terms import Term, Terms, fit, terms_from_rows
from tests.referrals.routing_records import INSTRUMENTS, SERVICES, question, reference_records, routed

KNOWN_FACTS = {
    "legal_form",
    "contract_value_eur",
    "amount_eur",
    "privately_insurable",
    "export_share_percent",
    "parties",
    "credit_days",
    "market",
    "market_region",
    "has_market",
    "region",
    "size",
    "sme",
    "target_groups",
}


def asked(service: str, **changes: Any) -> Receipt:
    return routed(asked=question(**{"market": None, "services": (service,), **changes}))


def first(receipt: Receipt) -> tuple[str, str | None]:
    return (receipt.destinations[0].code, receipt.destinations[0].instrument)


@pytest.mark.parametrize(
    ("service", "changes", "place"),
    [
        ("demo_feasibility", {"facts": {"legal_form": "private_limited"}}, ("rvo", "dhi")),
        ("demo_feasibility", {"facts": {"legal_form": "sole_trader"}}, ("rvo", "rvo")),
        ("demo_feasibility", {"facts": {"legal_form": "vof"}}, ("rvo", "rvo")),
        ("demo_feasibility", {"size": "sole_trader"}, ("rvo", "rvo")),
        ("demo_feasibility", {"size": "large"}, ("rvo", "rvo")),
        ("demo_feasibility", {"size": None, "target_groups": {"startup"}}, ("rvo", "dhi")),
        ("export_coaching", {"facts": {"export_share_percent": 25}}, ("rvo", "sib-coaching")),
        ("export_coaching", {"facts": {"export_share_percent": "25.1"}}, ("rvo", "sib")),
        ("export_coaching", {"size": "large"}, ("rvo", "rvo")),
        ("cluster_programme", {"facts": {"parties": 5}}, ("rvo", "pib")),
        ("cluster_programme", {"facts": {"parties": "4"}}, ("rvo", "rvo")),
        ("trade_fair", {"size": "small"}, ("rvo", "sib-beurs")),
        ("trade_fair", {"size": "large"}, ("rvo", "rvo")),
        ("trade_mission", {}, ("rvo", "rvo-missie")),
        ("subsidy_advice", {}, ("rvo", "rvo")),
        ("consortium_process", {}, ("nlworks", "nlworks")),
        ("tech_partnership", {}, ("een", "een-nl")),
        ("scaleup_support", {}, ("techleap", "techleap")),
        ("small_loan", {}, ("qredits", "qredits")),
        ("investment_finance", {"market": "CO"}, ("invest-international", "invest-international")),
        ("investment_finance", {"market": "NL", "facts": {"amount_eur": 6_000_000}}, ("invest-nl", "invest-nl")),
        ("certificate_of_origin", {"market": "CO"}, ("kvk", "kvk")),
        ("customs_advice", {}, ("evofenedex", "evofenedex")),
        ("export_orientation", {}, ("kvk", "kvk")),
        ("export_orientation", {"region": "Limburg"}, ("rom-liof", "rom-liof")),
        ("export_orientation", {"region": "Friesland"}, ("rom-nom", "rom-nom")),
        ("export_orientation", {"region": "fryslân"}, ("rom-nom", "rom-nom")),
        ("export_orientation", {"region": "Utrecht"}, ("rom-utrecht", "trp")),
        ("export_orientation", {"region": "Limburg", "market": "CO"}, ("kvk", "kvk")),
        ("export_credit_insurance", {"facts": {"contract_value_eur": 200_000}}, ("atradius-dsb", "adsb-ekv")),
        ("export_credit_insurance", {"facts": {"privately_insurable": "unknown"}}, ("atradius-dsb", "adsb-ekv")),
        (
            "export_credit_insurance",
            {"facts": {"contract_value_eur": 50_000, "privately_insurable": False}},
            ("atradius-dsb", "dggf3"),
        ),
    ],
)
def test_the_terms_decide(service: str, changes: dict[str, Any], place: tuple[str, str | None]) -> None:
    receipt = asked(service, **changes)
    assert receipt.outcome == "partner"
    assert first(receipt) == place


@pytest.mark.parametrize(
    "facts",
    [
        {"privately_insurable": True},
        {"contract_value_eur": 12_000},
        {"amount_eur": 4_000},
        {"contract_value_eur": 300_000, "credit_days": 30},
    ],
)
def test_what_a_private_insurer_covers_is_said_and_goes_to_nobody_here(facts: dict[str, Any]) -> None:
    receipt = asked("export_credit_insurance", facts=facts)
    assert (receipt.outcome, receipt.destinations) == ("partner", ())
    assert [note.code for note in receipt.notes] == ["private_insurer"]
    assert "adsb-ekv" in {row.instrument for row in receipt.instruments_excluded}


def test_short_credit_that_no_private_insurer_takes_stays_with_the_state() -> None:
    facts = {"contract_value_eur": 300_000, "credit_days": 30, "privately_insurable": "no"}
    assert first(asked("export_credit_insurance", facts=facts)) == ("atradius-dsb", "adsb-ekv")


def test_facts_that_would_change_the_first_place_are_missing() -> None:
    assert asked("demo_feasibility").missing == ("legal_form",)
    assert asked("cluster_programme").missing == ("parties",)
    assert asked("export_coaching", size=None).missing == ("sme", "export_share_percent")
    assert asked("export_orientation").missing == ("region",)
    assert asked("cluster_programme", facts={"parties": 6}).missing == ()
    facts = {"contract_value_eur": "unknown", "privately_insurable": "no"}
    assert asked("export_credit_insurance", facts=facts).missing == ("contract_value_eur",)


def test_an_instrument_that_does_not_fit_is_listed_with_each_condition_that_failed() -> None:
    receipt = asked("demo_feasibility", facts={"legal_form": "vof"}, size="large")
    (row,) = receipt.instruments_excluded
    assert row.instrument == "dhi"
    assert [term[0] for term in row.failed] == ["legal_form", "sme"]


def test_a_lapsed_instrument_is_not_offered() -> None:
    receipt = asked("investment_finance", market="CO")
    assert "dtif1" not in {place.instrument for place in receipt.destinations}


def test_a_partner_question_stays_at_a_partner_that_owns_it() -> None:
    receipt = asked("subsidy_advice", sender_id="partner rvo", sender_kind="partner")
    assert receipt.destinations[0].at_owning_desk


def test_a_public_part_beside_a_partner_part_goes_to_the_post() -> None:
    receipt = asked("subsidy_advice", market="CO", services=("subsidy_advice", "tender_info"))
    assert receipt.outcome == "post"
    assert [(p.kind, p.rank) for p in receipt.destinations] == [("post", 1), ("partner", 1)]


@pytest.mark.parametrize(
    ("operator", "value", "found", "met"),
    [
        ("eq", "yes", True, True),
        ("ne", "yes", "yes", False),
        ("in", "a;b", "b", True),
        ("not_in", "a;b", "b", False),
        ("gte", "5", 5, True),
        ("gte", "5", "4.99", False),
        ("lte", "25", "25", True),
        ("lte", "25", "a quarter", None),
        ("gte", "5", "NaN", None),
        ("gte", "5", None, None),
        ("eq", "x", " ", None),
        ("any_of", "a;b", frozenset({"b", "c"}), True),
        ("any_of", "a;b", frozenset({"c"}), False),
        ("any_of", "a;b", frozenset(), None),
    ],
)
def test_operators(operator: str, value: str, found: Any, met: bool | None) -> None:
    terms = Terms(conditions=(Term(fact="f", operator=operator, value=value),))
    result = fit(terms, {"f": found})
    assert (result.fits, result.unknown) == (met is not False, ("f",) if met is None else ())


def test_unknown_counts_as_a_failure_where_the_data_say_so() -> None:
    strict = terms_from_rows([{"fact": "f", "operator": "eq", "value": "no", "unknown": "fails"}])
    assert not fit(strict, {}).fits


def test_a_condition_that_cannot_be_tested_is_refused_when_it_is_read() -> None:
    with pytest.raises(ValueError, match="operator"):
        terms_from_rows([{"effect": "must", "fact": "f", "operator": "about", "value": "5"}])


def test_the_conditions_kept_as_data_test_facts_that_are_asked() -> None:
    facts = {term.fact for row in INSTRUMENTS for term in row.terms.conditions}
    assert facts <= KNOWN_FACTS


def test_every_partner_service_has_somebody_to_go_to() -> None:
    partners = {row.code for row in reference_records()["partners"]} | {"ROM"}
    for service in SERVICES:
        if service.default_provider == "partner":
            assert set(service.partner_codes) & partners, service.code
            receipt = asked(service.code, market="CO")
            assert receipt.outcome == "partner", service.code
            assert receipt.destinations, service.code
