"""Whether an agreement covers a question: each rule by itself and all that fail together."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubs.agreements.coverage import (
    FULL_SPECIFICITY,
    AgreementRecord,
    SectorRecord,
    SectorTree,
    Wish,
    coverage,
    place_name,
)

TREE = SectorTree(
    [
        SectorRecord(code="01", kind="sbi2008_division", section="A", topsectors=("agri_food", "tuinbouw")),
        SectorRecord(code="10", kind="sbi2008_division", section="C", topsectors=("agri_food",)),
        SectorRecord(code="28", kind="sbi2008_division", section="C", topsectors=("htsm",)),
        SectorRecord(code="A", kind="sbi2008_section"),
        SectorRecord(code="C", kind="sbi2008_section"),
        SectorRecord(code="agri_food", kind="topsector"),
    ]
)
POST = frozenset({"post"})


def agreement(**changes: Any) -> AgreementRecord:
    return AgreementRecord(**{"id": "a", "hub_id": "h", "post_ids": POST, **changes})


def wish(**changes: Any) -> Wish:
    facts = {
        "on": date(2026, 11, 23),
        "post_ids": POST,
        "market": "CO",
        "city": "Bogotá",
        "sector": "01",
        "services": ("commercial_referral",),
        "target_groups": frozenset({"sme"}),
        **changes,
    }
    return Wish(**facts)


@pytest.mark.parametrize(
    ("terms", "asked", "failed"),
    [
        ({}, {}, []),
        ({"post_ids": {"another"}}, {}, [("agreement", "none")]),
        ({"post_ids": {"another", "post"}}, {}, []),
        ({"post_ids": {"another"}}, {"post_ids": frozenset()}, []),
        ({"in_force": False}, {}, [("agreement", "not_in_force")]),
        ({"starts_on": date(2026, 11, 24)}, {}, [("agreement", "not_started")]),
        ({"starts_on": date(2026, 11, 23), "ends_on": date(2026, 11, 23)}, {}, []),
        ({"ends_on": date(2026, 11, 22)}, {}, [("agreement", "ended")]),
        ({"directions": {"hub_to_post"}}, {}, [("agreement", "direction")]),
        ({"directions": {"hub_to_hub"}, "post_ids": {"another"}}, {"direction": "hub_to_hub"}, []),
        ({"either_to": "post"}, {}, []),
        (
            {"either_to": "post"},
            {"either_services": frozenset({"commercial_referral"})},
            [("agreement", "either_to_post")],
        ),
        ({"markets": {"PE"}}, {}, [("territory", "CO")]),
        ({"cities": {"BOGOTA", "Cali"}}, {}, []),
        ({"cities": {"Cali"}}, {}, [("territory", "Bogotá")]),
        ({"cities": {"Cali"}}, {"city": None}, [("territory", "unknown")]),
        ({"sectors": {"28"}}, {}, [("sector", "01")]),
        ({"sectors": {"28"}}, {"sector": None}, [("sector", "unknown")]),
        ({"sectors": {"A"}}, {}, []),
        ({"sectors": {"agri_food"}}, {}, []),
        ({"sectors": {"10"}}, {"sector": "agri_food"}, []),
        ({"sectors": {"28"}}, {"sector": "agri_food"}, [("sector", "agri_food")]),
        ({"sectors": {"99"}}, {"sector": "99"}, []),
        ({"services": {"networking"}}, {}, [("service", "commercial_referral")]),
        (
            {"services": {"networking"}},
            {"services": ("office_space", "networking", "advocacy")},
            [("service", "office_space;advocacy")],
        ),
        ({"target_groups": {"startup"}}, {}, [("target_group", "sme")]),
        ({"target_groups": {"startup", "sme"}}, {}, []),
        ({"target_groups": {"startup"}}, {"target_groups": frozenset()}, [("target_group", "unknown")]),
        (
            {"in_force": False, "cities": {"Cali"}, "sectors": {"28"}, "services": {"x"}, "target_groups": {"startup"}},
            {},
            [
                ("agreement", "not_in_force"),
                ("territory", "Bogotá"),
                ("sector", "01"),
                ("service", "commercial_referral"),
                ("target_group", "sme"),
            ],
        ),
    ],
)
def test_every_rule_that_fails_is_named(terms: dict[str, Any], asked: dict[str, Any], failed: list[Any]) -> None:
    found = coverage(agreement(**terms), wish(**asked), TREE)
    assert list(found.failed) == failed
    assert found.holds == (not failed)


@pytest.mark.parametrize(
    ("closer", "wider"),
    [
        ({"services": {"commercial_referral"}}, {}),
        ({"sectors": {"01"}}, {"sectors": {"A"}}),
        ({"sectors": {"A"}}, {"sectors": {"agri_food"}}),
        ({"sectors": {"agri_food"}}, {}),
        ({"cities": {"Bogotá"}}, {"markets": {"CO"}}),
        ({"target_groups": {"sme"}}, {}),
    ],
)
def test_what_is_named_is_more_specific_than_what_is_merely_included(
    closer: dict[str, Any], wider: dict[str, Any]
) -> None:
    one, other = (coverage(agreement(**terms), wish(), TREE) for terms in (closer, wider))
    assert one.specificity > other.specificity > 0


def test_an_agreement_that_names_everything_is_fully_specific() -> None:
    terms = {
        "services": {"commercial_referral"},
        "sectors": {"01"},
        "cities": {"Bogota"},
        "target_groups": {"sme"},
        "markets": {"CO"},
    }
    assert coverage(agreement(**terms), wish(), TREE).specificity == FULL_SPECIFICITY


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Bogotá", " bogota "),
        ("New York", "New York City"),
        ("Washington, D.C.", "Washington DC"),
        ("Ho Chi Minh Stad", "Ho Chi Minh City"),
        ("St. Louis", "Saint Louis"),
        ("Sana'a", "Sanaa"),
        ("Pointe-Noire", "pointe noire"),
    ],
)
def test_a_city_is_the_same_however_it_is_written(one: str, other: str) -> None:
    assert place_name(one) == place_name(other) != ""


CODES = st.sampled_from(["a", "b", "c"])


@given(
    limited=st.sets(CODES),
    asked=st.lists(CODES, min_size=1, unique=True).map(tuple),
    groups=st.frozensets(CODES),
    cities=st.sets(CODES),
    city=st.none() | CODES,
)
def test_lifting_a_limit_never_makes_a_covered_question_uncovered(
    limited: set[str], asked: tuple[str, ...], groups: frozenset[str], cities: set[str], city: str | None
) -> None:
    asked_for = wish(services=asked, target_groups=groups, city=city)
    narrow = agreement(services=limited, target_groups=limited, cities=cities)
    wider = agreement(services=(), target_groups=(), cities=())
    if coverage(narrow, asked_for, TREE).holds:
        assert coverage(wider, asked_for, TREE).holds
    assert {failure.rule for failure in coverage(narrow, asked_for, TREE).failed} <= {
        "service",
        "target_group",
        "territory",
    }
