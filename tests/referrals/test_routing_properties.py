"""What must hold of every receipt, whatever the table, the question and the moment."""

from __future__ import annotations

import json
import random
from dataclasses import fields, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubs.agreements.coverage import POST_TO_HUB, Wish, coverage
from hubs.referrals.routing import (
    AgreementRecord,
    CoverageRecord,
    HubRecord,
    Moment,
    OfferRecord,
    OfficeRecord,
    PartnerRecord,
    Paused,
    PostRecord,
    Receipt,
    RoutingInput,
    RoutingTable,
    Weights,
    replay,
    route,
)
from hubs.referrals.routing.split import abroad
from tests.referrals.routing_records import NOW, agreement, hub, moment, post, question, table

SERVICES = ("commercial_referral", "networking", "market_information", "tender_info", "demo_feasibility", "consular")
CITIES = ("Bogotá", "Cali", "Leticia")
SECTORS = ("01", "10", "28", "A", "agri_food")
GROUPS = ("sme", "startup", "women_led")
LANGUAGES = ("nl", "en", "es")
STATUSES = ("accredited", "accredited", "conditional", "in_development", "suspended", "registered")
CODES = ("h1", "h2", "h3", "h4")
CHECKED = settings(max_examples=60, deadline=None)
RULES = {
    "status",
    "agreement",
    "territory",
    "sector",
    "service",
    "target_group",
    "offer",
    "closed",
    "capacity",
    "conflict",
    "excluded",
}


def some(values: tuple[str, ...]) -> st.SearchStrategy[frozenset[str]]:
    return st.just(frozenset()) | st.frozensets(st.sampled_from(values), max_size=3)


@st.composite
def hubs(draw: st.DrawFn, code: str) -> HubRecord:
    cities = draw(st.lists(st.none() | st.sampled_from(CITIES), min_size=1, max_size=2))
    return hub(
        code,
        status=draw(st.sampled_from(STATUSES)),
        languages=draw(some(LANGUAGES)),
        offices=tuple(
            OfficeRecord(office_id=f"{code} {n}", market="CO", city=city, weekly_capacity=8)
            for n, city in enumerate(cities)
        ),
        offers=tuple(
            OfferRecord(service=service, sectors=draw(some(SECTORS)), published=draw(st.booleans()))
            for service in draw(some(SERVICES))
        ),
    )


@st.composite
def agreements(draw: st.DrawFn, code: str, n: int) -> AgreementRecord:
    return agreement(
        code,
        id=f"{code} agreement {n}",
        post_ids=draw(st.sampled_from([{"post embassy"}, {"post embassy", "post x"}, {"post x"}])),
        services=draw(some(SERVICES)),
        sectors=draw(some(SECTORS)),
        cities=draw(some(CITIES)),
        markets=draw(st.sampled_from([set(), {"CO"}, {"PE"}])),
        target_groups=draw(some(GROUPS)),
        either_to=draw(st.sampled_from(["hub", "hub", "post"])),
        ends_on=draw(st.sampled_from([None, date(2026, 6, 30), date(2027, 6, 30)])),
        in_force=draw(st.sampled_from([True, True, False])),
    )


@st.composite
def records(draw: st.DrawFn) -> dict[str, Any]:
    codes = CODES[: draw(st.integers(0, len(CODES)))]
    return {
        "hubs": [draw(hubs(code)) for code in codes],
        "agreements": [draw(agreements(code, n)) for code in codes for n in range(draw(st.integers(0, 2)))],
        "posts": [post(status=draw(st.sampled_from(["listed", "listed", "closed"])))],
    }


@st.composite
def questions(draw: st.DrawFn) -> RoutingInput:
    return question(
        market=draw(st.sampled_from(["CO", "CO", "CO", "PE", None])),
        city=draw(st.none() | st.sampled_from((*CITIES, "Elsewhere"))),
        sector=draw(st.none() | st.sampled_from(("01", "28", "agri_food", "unheard"))),
        services=draw(st.lists(st.sampled_from(SERVICES), max_size=3)),
        target_groups=draw(some(GROUPS)),
        size=draw(st.sampled_from([None, "small", "large"])),
        languages=tuple(draw(st.lists(st.sampled_from(LANGUAGES), max_size=2, unique=True))),
        facts=draw(st.sampled_from([{}, {"legal_form": "vof"}, {"parties": 5, "privately_insurable": True}])),
    )


def pauses() -> st.SearchStrategy[Paused]:
    services = st.lists(st.sampled_from(SERVICES), max_size=2, unique=True).map(tuple)
    return st.builds(Paused, st.just("2026-12-07"), services, st.none() | st.sampled_from(SECTORS), st.just(()))


@st.composite
def moments(draw: st.DrawFn) -> Moment:
    ids, offices = [f"hub {code}" for code in CODES], [f"{code} {n}" for code in CODES for n in range(2)]
    return moment(
        outer_bound=NOW + timedelta(days=7),
        capacity_left=draw(st.dictionaries(st.sampled_from(offices), st.none() | st.integers(0, 9), max_size=4)),
        closed_until=draw(
            st.dictionaries(st.sampled_from(offices), st.sampled_from([NOW, NOW + timedelta(days=30)]), max_size=2)
        ),
        answer_record=draw(
            st.dictionaries(st.sampled_from(ids), st.integers(0, 30).map(lambda n: (n // 2, n)), max_size=4)
        ),
        overall_answers=draw(st.sampled_from([None, (0, 0), (70, 100)])),
        conflicts=draw(st.frozensets(st.sampled_from(ids), max_size=1)),
        excluded=draw(
            st.dictionaries(st.sampled_from(ids), st.sampled_from(["entrepreneur", "no_capacity"]), max_size=1)
        ),
        paused=draw(st.dictionaries(st.sampled_from(offices), st.lists(pauses(), max_size=2).map(tuple), max_size=2)),
        public_services=draw(st.frozensets(st.sampled_from(SERVICES), max_size=1)),
        consent_market=draw(st.booleans()),
        sanctions=draw(st.booleans()),
        rotation_seed=draw(st.sampled_from(["", "one", "two"])),
    )


def shuffled(rows: list[Any], seed: int) -> list[Any]:
    return random.Random(seed).sample(rows, len(rows))


@CHECKED
@given(records(), questions(), moments(), st.integers(0, 5))
def test_the_order_of_records_makes_no_difference(
    rows: dict[str, Any], asked: RoutingInput, facts: Moment, seed: int
) -> None:
    one, other = table(**rows), table(**{name: shuffled(list(found), seed) for name, found in rows.items()})
    assert one.version == other.version
    assert route(one, asked, facts).digest == route(other, asked, facts).digest


@CHECKED
@given(records(), questions(), moments())
def test_a_stored_receipt_replays_to_the_same_bytes(rows: dict[str, Any], asked: RoutingInput, facts: Moment) -> None:
    compiled = table(**rows)
    receipt = route(compiled, asked, facts)
    stored = json.loads(json.dumps(receipt.to_json()))
    snapshot = json.loads(json.dumps(compiled.slice(asked.market)))
    again = replay(stored, snapshot)
    assert (again.hash, again.digest) == (receipt.hash, receipt.digest)
    assert again.to_json() == stored
    assert Receipt.from_json(stored).digest == receipt.digest


@CHECKED
@given(records(), questions().filter(lambda asked: asked.market != "PE"), moments())
def test_another_market_changes_nothing(rows: dict[str, Any], asked: RoutingInput, facts: Moment) -> None:
    far = hub("far", markets={"PE"}, offices=(OfficeRecord(office_id="far", market="PE", city="Lima"),))
    wider = {
        "hubs": [*rows["hubs"], far],
        "agreements": [*rows["agreements"], agreement("far", markets={"PE"}, post_ids={"post lima"})],
        "posts": [*rows["posts"], post("lima", market="PE", city="Lima")],
        "coverage": [
            CoverageRecord(post_code="embassy", market="CO"),
            CoverageRecord(post_code="lima", market="PE"),
        ],
    }
    assert route(table(**rows), asked, facts).digest == route(table(**wider), asked, facts).digest


@CHECKED
@given(records(), questions(), moments())
def test_ranks_scores_and_standing(rows: dict[str, Any], asked: RoutingInput, facts: Moment) -> None:
    receipt = route(table(**rows), asked, facts)
    statuses = {row.organisation_id: row.status for row in rows["hubs"]}
    groups: dict[tuple[str, ...], list[Any]] = {}
    for place in receipt.destinations:
        if place.kind == "hub":
            assert (place.rank > 1) or statuses[place.organisation_id] in ("accredited", "conditional")
            assert place.own_choice == (statuses[place.organisation_id] == "in_development")
            assert Decimal(place.score) == sum(Decimal(part.points) for part in place.parts)
            assert 0 <= Decimal(place.score) <= 1
            groups.setdefault(place.services, []).append(place)
    for places in groups.values():
        assert [place.rank for place in places] == sorted(place.rank for place in places)
        ranked = [Decimal(place.score) for place in places if not place.own_choice]
        assert ranked == sorted(ranked, reverse=True)
        choice = [place.own_choice for place in places]
        assert choice == sorted(choice)


@CHECKED
@given(records(), questions(), moments())
def test_every_hub_of_the_market_is_either_on_the_list_or_left_off_with_reasons(
    rows: dict[str, Any], asked: RoutingInput, facts: Moment
) -> None:
    compiled = table(**rows)
    receipt = route(compiled, asked, facts)
    placed = {place.organisation_id for place in receipt.destinations if place.kind == "hub"}
    left_off = [row.organisation_id for row in receipt.excluded]
    assert len(left_off) == len(set(left_off))
    assert not placed & set(left_off)
    assert all(row.failed and {failure.rule for failure in row.failed} <= RULES for row in receipt.excluded)
    wants_hub = {"commercial_referral", "networking", "market_information"} & set(asked.services)
    wants_hub -= facts.public_services
    if asked.market == "CO" and wants_hub:
        assert placed | set(left_off) == compiled.scope("CO").hub_ids


@CHECKED
@given(records(), questions(), moments())
def test_outcome_and_places_agree(rows: dict[str, Any], asked: RoutingInput, facts: Moment) -> None:
    receipt = route(table(**rows), asked, facts)
    firsts = {place.kind for place in receipt.destinations if place.rank == 1}
    expected = {"hub": {"hub"}, "post": {"post"}, "both": {"hub", "post"}}.get(receipt.outcome, set())
    assert expected == firsts & {"hub", "post"}
    assert (receipt.outcome == "ask") == bool(receipt.questions)
    assert bool(receipt.gap_causes) == receipt.gap
    assert not receipt.gap or receipt.outcome in ("post", "both") or receipt.unserved
    placed = [service for place in receipt.destinations if place.rank == 1 for service in place.services]
    assert len(placed) == len(set(placed))
    if receipt.outcome not in ("ask", "out_of_scope"):
        told = {*placed, *receipt.unserved, *receipt.out_of_scope}
        assert told == set(asked.services)


@CHECKED
@given(records(), questions(), moments())
def test_the_index_finds_what_asking_each_agreement_finds(
    rows: dict[str, Any], asked: RoutingInput, facts: Moment
) -> None:
    compiled = table(**rows)
    services = tuple(s for s in asked.services if s in ("commercial_referral", "networking", "market_information"))
    services = tuple(s for s in services if s not in facts.public_services)  # those are the post's, whoever offers them
    if abroad(compiled, asked.market) != "CO" or len(services) != 1 or rows["posts"][0].status == "closed":
        return
    groups = asked.target_groups | ({"sme"} if asked.size == "small" else set())
    wish = Wish(
        on=NOW.date(),
        direction=POST_TO_HUB,
        post_ids=frozenset({"post embassy"}),
        market="CO",
        city=asked.city,
        sector=asked.sector,
        services=services,
        either_services=compiled.either_services,
        target_groups=groups,
    )
    receipt = route(compiled, asked, facts)
    places = {place.organisation_id: place for place in receipt.destinations if place.kind == "hub"}
    aspects = {"agreement", "territory", "sector", "service", "target_group"}
    for row in rows["hubs"]:
        found = [
            coverage(terms, wish, compiled.sectors)
            for terms in rows["agreements"]
            if terms.hub_id == row.organisation_id
        ]
        if row.organisation_id in places:
            best = max(answer.specificity for answer in found if answer.holds)
            assert places[row.organisation_id].parts[0].value == f"{best / 10_000:.4f}"
            continue
        (left_off,) = (item for item in receipt.excluded if item.organisation_id == row.organisation_id)
        told = tuple(failure for failure in left_off.failed if failure.rule in aspects)
        if any(answer.holds for answer in found):
            assert told == ()
        elif found:
            assert told in {answer.failed for answer in found}
        else:
            assert [(failure.rule, failure.value) for failure in told] == [("agreement", "none")]


@CHECKED
@given(records(), questions(), moments(), st.sampled_from(CODES), st.integers(1, 10))
def test_answering_better_never_lowers_a_rank(
    rows: dict[str, Any], asked: RoutingInput, facts: Moment, code: str, more: int
) -> None:
    facts = replace(facts, overall_answers=(70, 100))
    name = f"hub {code}"
    in_time, total = facts.answer_record.get(name, (0, 0))
    better = {**facts.answer_record, name: (in_time + more, total + more)}
    compiled = table(**rows)

    def rank(record: Any) -> int | None:
        receipt = route(compiled, asked, replace(facts, answer_record=record))
        return next((p.rank for p in receipt.destinations if p.organisation_id == name), None)

    before, after = rank(facts.answer_record), rank(better)
    assert (before is None) == (after is None)
    assert before is None or (after is not None and after <= before)


@CHECKED
@given(moments())
def test_a_moment_survives_storage(facts: Moment) -> None:
    assert Moment.from_json(json.loads(json.dumps(facts.to_json()))) == facts


@CHECKED
@given(questions())
def test_a_question_survives_storage(asked: RoutingInput) -> None:
    assert RoutingInput.from_json(json.loads(json.dumps(asked.to_json()))) == asked


def test_membership_and_price_are_not_even_known_to_routing() -> None:
    kinds = (HubRecord, OfferRecord, OfficeRecord, AgreementRecord, PartnerRecord, PostRecord, RoutingInput, Moment)
    names = {item.name for kind in (*kinds, Weights) for item in fields(kind)}
    assert not [name for name in names if any(word in name for word in ("member", "price", "cents", "fee", "paid"))]


def test_a_receipt_holds_no_names() -> None:
    named = [hub(name="Casa Voorbeeld")]
    receipt = route(table(named, [agreement()], posts=[post(name="Embassy in Bogotá")]), question(), moment())
    assert "Voorbeeld" not in json.dumps(receipt.to_json())


def test_a_receipt_changed_after_it_was_made_is_refused() -> None:
    stored = route(table([hub()], [agreement()]), question(), moment()).to_json()
    stored["destinations"][0]["score"] = "0.9999"
    with pytest.raises(ValueError, match="changed"):
        Receipt.from_json(stored)


def test_a_receipt_does_not_follow_from_another_table() -> None:
    stored = route(table([hub()], [agreement()]), question(), moment()).to_json()
    other = table([hub()], [agreement(in_force=False)])
    with pytest.raises(ValueError, match="follow"):
        replay(stored, other.slice("CO"))


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        moment(as_of=NOW.replace(tzinfo=None))


def test_the_memory_of_a_table_stays_bounded() -> None:
    compiled: RoutingTable = table([hub()], [agreement()])
    index = compiled.index("CO")
    assert index is not None
    for n in range(3_000):
        route(compiled, question(city=f"city {n}", sector=f"sector {n}"), moment())
    assert len(index._readings) <= 512
    assert len(index._aspects) <= 1_024
    assert len(index._own_sides) <= 1_024
