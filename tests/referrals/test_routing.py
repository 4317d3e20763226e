"""Which hubs may take a question and in which order, rule by rule (domain.md, Routing 3, 4 and 6)."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest

from hubs.referrals.routing import Moment, OfferRecord, OfficeRecord, Paused, Receipt, Weights, compile_table, route
from tests.referrals.routing_records import (
    MARKET,
    NOW,
    agreement,
    failed_rules,
    hub,
    moment,
    post,
    question,
    routed,
    table,
)

LATER = NOW + timedelta(days=30)


@pytest.mark.parametrize(
    ("own", "terms", "facts", "rule", "value"),
    [
        ({"status": "registered"}, {}, {}, "status", "registered"),
        ({"status": "suspended"}, {}, {}, "status", "suspended"),
        ({"status": "withdrawn"}, {}, {}, "status", "withdrawn"),
        ({"status": "expired"}, {}, {}, "status", "expired"),
        ({}, {"post_ids": {"post elsewhere"}}, {}, "agreement", "none"),
        ({}, {"in_force": False}, {}, "agreement", "not_in_force"),
        ({}, {"ends_on": date(2026, 11, 22)}, {}, "agreement", "ended"),
        ({}, {"starts_on": date(2026, 11, 24)}, {}, "agreement", "not_started"),
        ({}, {"directions": {"hub_to_post"}}, {}, "agreement", "direction"),
        ({}, {"markets": {"PE"}}, {}, "territory", "CO"),
        ({}, {"cities": {"Cali"}}, {}, "territory", "Bogotá"),
        ({}, {"sectors": {"A"}}, {}, "sector", "33"),
        ({}, {"services": {"networking"}}, {}, "service", "commercial_referral"),
        ({}, {"target_groups": {"startup"}}, {}, "target_group", "sme"),
        ({"offers": ()}, {}, {}, "offer", "commercial_referral"),
        (
            {"offers": (OfferRecord(service="commercial_referral", published=False),)},
            {},
            {},
            "offer",
            "commercial_referral",
        ),
        (
            {"offers": (OfferRecord(service="commercial_referral", sectors={"01"}),)},
            {},
            {},
            "offer",
            "commercial_referral",
        ),
        ({}, {}, {"closed_until": {"office casa": LATER}}, "closed", LATER.isoformat()),
        ({}, {}, {"capacity_left": {"office casa": 0}}, "capacity", "full"),
        ({}, {}, {"agreement_left": {"agreement casa": 0}}, "capacity", "agreement"),
        ({}, {}, {"excluded": {"hub casa": "no_capacity"}}, "capacity", "declined"),
        ({}, {}, {"conflicts": {"hub casa"}}, "conflict", "declared"),
        ({}, {}, {"excluded": {"hub casa": "entrepreneur"}}, "excluded", "entrepreneur"),
        ({}, {}, {"excluded": {"hub casa": "declined"}}, "excluded", "declined"),
        ({}, {}, {"paused": {"office casa": (Paused("2026-12-07"),)}}, "capacity", "2026-12-07"),
        (
            {},
            {},
            {"paused": {"office casa": (Paused("2026-12-07", ("commercial_referral",), "33", ("agreement casa",)),)}},
            "capacity",
            "2026-12-07",
        ),
    ],
)
def test_one_rule_that_fails_keeps_a_hub_off_and_is_said(
    own: dict[str, Any], terms: dict[str, Any], facts: dict[str, Any], rule: str, value: str
) -> None:
    receipt = routed([hub(**own)], [agreement(**terms)], facts=moment(**facts))
    assert failed_rules(receipt) == {rule: value}
    assert receipt.outcome == "post"
    assert [place.code for place in receipt.destinations] == ["embassy"]
    assert receipt.gap == (rule != "capacity")
    assert receipt.gap_causes == (() if rule == "capacity" else (rule,))


@pytest.mark.parametrize(
    "pause",
    [
        Paused("2026-12-07", ("networking",)),
        Paused("2026-12-07", (), "01"),
        Paused("2026-12-07", (), None, ("another agreement",)),
        Paused("2026-12-07", ("commercial_referral",), "01"),
    ],
)
def test_a_pause_of_something_else_keeps_nobody_off(pause: Paused) -> None:
    receipt = routed([hub()], [agreement()], facts=moment(paused={"office casa": (pause,)}))
    assert not receipt.excluded and receipt.outcome == "hub"
    assert Receipt.from_json(json.loads(json.dumps(receipt.to_json()))).digest == receipt.digest


def test_a_public_task_lies_with_the_post_and_is_no_gap() -> None:
    receipt = routed([hub()], [agreement()], facts=moment(public_services={"commercial_referral"}))
    assert (receipt.outcome, receipt.gap) == ("post", False)
    assert [place.code for place in receipt.destinations] == ["embassy"]


def test_facts_that_older_receipts_did_not_know_change_none_of_them() -> None:
    assert not {"paused", "public_services"} & set(moment().to_json())
    facts = moment(paused={"office casa": (Paused("2026-12-07"),)}, public_services={"networking"})
    assert Moment.from_json(json.loads(json.dumps(facts.to_json()))) == facts


def test_said_outside_coverage_counts_under_that_rule() -> None:
    receipt = routed([hub()], [agreement()], facts=moment(excluded={"hub casa": "outside_sector"}))
    assert failed_rules(receipt) == {"excluded": "outside_sector"}
    assert receipt.gap and receipt.gap_causes == ("sector",)


def test_every_rule_that_fails_is_listed_not_just_the_first() -> None:
    receipt = routed(
        [hub(status="suspended", offers=())],
        [agreement(in_force=False, cities={"Cali"}, sectors={"A"}, services={"advocacy"}, target_groups={"startup"})],
        facts=moment(
            closed_until={"office casa": LATER},
            capacity_left={"office casa": 0},
            conflicts={"hub casa"},
            excluded={"hub casa": "lapsed"},
        ),
    )
    assert list(failed_rules(receipt)) == [
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
    ]


def test_of_several_agreements_the_one_that_comes_nearest_is_told() -> None:
    far = agreement(id="far", cities={"Cali"}, sectors={"A"}, services={"advocacy"})
    near = agreement(id="near", cities={"Cali"})
    assert failed_rules(routed([hub()], [far, near])) == {"territory": "Bogotá"}


def test_of_several_agreements_that_cover_it_the_most_specific_counts() -> None:
    general, named = agreement(id="a"), agreement(id="b", services={"commercial_referral"}, cities={"Bogota"})
    place = routed([hub()], [general, named]).destinations[0]
    assert place.agreement_id == "b"
    assert dict(place.parts[0].detail) == {
        "territory": "city",
        "sector": "any",
        "service": "exact",
        "target_group": "any",
    }


def test_a_hub_that_may_take_it_comes_with_score_and_parts_that_add_up() -> None:
    facts = moment(answer_record={"hub casa": (41, 43)}, overall_answers=(80, 100), capacity_left={"office casa": 3})
    receipt = routed([hub()], [agreement(services={"commercial_referral"})], facts=facts)
    (place,) = receipt.destinations
    assert (receipt.outcome, receipt.gap, place.rank, place.kind) == ("hub", False, 1, "hub")
    assert [part.code for part in place.parts] == ["specificity", "answer", "load", "language", "city"]
    assert sum(float(part.points) for part in place.parts) == pytest.approx(float(place.score))
    assert dict(place.parts[1].detail)["in_time"] == "41"
    assert place.parts[2].value == "0.3750"
    assert dict(place.parts[3].detail)["shared"] == "nl"
    assert place.consent == "ask"


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"terms": {"services": {"commercial_referral"}}}, {}),
        ({"record": (20, 20)}, {"record": (10, 20)}),
        ({"left": 8}, {"left": 1}),
        ({"own": {"languages": {"nl"}}}, {"own": {"languages": {"es"}}}),
        ({"city": "Bogotá"}, {"city": "Cali"}),
    ],
)
def test_each_part_alone_decides_who_comes_first(better: dict[str, Any], worse: dict[str, Any]) -> None:
    def a_hub(code: str, side: dict[str, Any]) -> Any:
        offices = (
            OfficeRecord(
                office_id=f"office {code}", market=MARKET, city=side.get("city", "Leticia"), weekly_capacity=8
            ),
        )
        return hub(code, offices=offices, **side.get("own", {}))

    for names in (("one", "two"), ("two", "one")):
        sides = dict(zip(names, (better, worse), strict=True))
        receipt = routed(
            [a_hub(code, side) for code, side in sides.items()],
            [agreement(code, **side.get("terms", {})) for code, side in sides.items()],
            facts=moment(
                answer_record={f"hub {code}": side.get("record", (5, 10)) for code, side in sides.items()},
                capacity_left={f"office {code}": side.get("left", 4) for code, side in sides.items()},
            ),
        )
        assert [place.code for place in receipt.destinations] == list(names)
        assert receipt.tie_break.order == ()


def test_a_mismatch_of_language_lowers_and_is_said_but_excludes_nobody() -> None:
    receipt = routed([hub(languages={"es"})], [agreement()])
    part = receipt.destinations[0].parts[3]
    assert (receipt.outcome, part.points, dict(part.detail)["shared"]) == ("hub", "0.0000", "")


def test_a_language_of_the_offer_counts_as_one_of_the_hub() -> None:
    offers = (OfferRecord(service="commercial_referral", languages={"nl"}),)
    receipt = routed([hub(languages={"es"}, offers=offers)], [agreement()])
    assert dict(receipt.destinations[0].parts[3].detail)["shared"] == "nl"


def test_a_new_hub_gets_the_average_and_is_not_punished_for_having_few_cases() -> None:
    hubs = [hub("new"), hub("poor"), hub("good")]
    agreements = [agreement(code) for code in ("new", "poor", "good")]
    record = {"hub poor": (10, 40), "hub good": (38, 40)}
    receipt = routed(hubs, agreements, facts=moment(answer_record=record, overall_answers=(600, 1000)))
    assert [place.code for place in receipt.destinations] == ["good", "new", "poor"]
    assert receipt.destinations[1].parts[1].value == "0.6000"


def test_equal_scores_are_put_in_order_by_a_rotation_that_can_be_replayed_and_is_fair() -> None:
    compiled = table([hub("one"), hub("two"), hub("three")], [agreement(code) for code in ("one", "two", "three")])
    firsts = []
    for n in range(60):
        receipt = route(compiled, question(), moment(rotation_seed=f"question {n}"))
        again = route(compiled, question(), moment(rotation_seed=f"question {n}"))
        assert receipt.digest == again.digest
        assert receipt.tie_break.order == tuple(place.organisation_id for place in receipt.destinations)
        firsts.append(receipt.destinations[0].code)
    assert all(firsts.count(code) > 8 for code in ("one", "two", "three"))


def test_an_office_that_is_open_with_room_is_chosen_and_in_the_same_city_if_there_is_one() -> None:
    offices = tuple(
        OfficeRecord(office_id=name, market=MARKET, city=city, weekly_capacity=4)
        for name, city in (("cali", "Cali"), ("bogota", "Bogotá"), ("medellin", "Medellín"))
    )
    compiled = table([hub(offices=offices)], [agreement()])

    def office(**facts: Any) -> str | None:
        return route(compiled, question(), moment(**facts)).destinations[0].office_id

    assert office() == "bogota"
    assert office(capacity_left={"bogota": 0, "cali": 1, "medellin": 3}) == "medellin"
    assert office(closed_until={"bogota": LATER, "medellin": LATER}) == "cali"
    assert office(closed_until={"bogota": NOW + timedelta(days=2)}, outer_bound=NOW + timedelta(days=4)) == "bogota"


def test_offices_that_are_shut_and_full_are_both_said() -> None:
    offices = tuple(OfficeRecord(office_id=name, market=MARKET, city=None) for name in ("one", "two"))
    facts = moment(closed_until={"one": LATER}, capacity_left={"two": 0})
    receipt = routed([hub(offices=offices)], [agreement()], facts=facts)
    assert failed_rules(receipt) == {"closed": LATER.isoformat(), "capacity": "full"}


class TestInDevelopment:
    def test_it_comes_after_the_others_however_well_it_scores(self) -> None:
        hubs = [hub("ready", languages={"es"}), hub("young", status="in_development")]
        receipt = routed(hubs, [agreement("ready"), agreement("young", services={"commercial_referral"})])
        assert [(p.code, p.rank, p.own_choice) for p in receipt.destinations] == [
            ("ready", 1, False),
            ("young", 2, True),
        ]
        assert float(receipt.destinations[1].score) > float(receipt.destinations[0].score)

    def test_alone_it_comes_after_the_post_and_the_gap_is_counted(self) -> None:
        receipt = routed([hub(status="in_development")], [agreement()])
        assert (receipt.outcome, receipt.gap, receipt.gap_causes) == ("post", True, ("status",))
        assert [(p.code, p.rank, p.own_choice) for p in receipt.destinations] == [
            ("embassy", 1, False),
            ("casa", 2, True),
        ]

    def test_consent_for_accredited_hubs_does_not_name_it(self) -> None:
        hubs = [hub("ready"), hub("young", status="in_development")]
        receipt = routed(hubs, [agreement("ready"), agreement("young")], facts=moment(consent_market=True))
        assert [place.consent for place in receipt.destinations] == ["given", "ask"]
        named = routed(hubs, [agreement("ready"), agreement("young")], facts=moment(consent_ids={"hub young"}))
        assert [place.consent for place in named.destinations] == ["ask", "given"]


class TestNobodyEligible:
    def test_a_market_without_a_hub_is_a_gap_that_the_post_fills(self) -> None:
        receipt = routed()
        assert (receipt.outcome, receipt.gap, receipt.gap_causes) == ("post", True, ("no_hub",))
        assert receipt.destinations[0].services == ("commercial_referral",)

    def test_all_full_is_no_gap(self) -> None:
        hubs = [hub("one"), hub("two"), hub("three", offers=())]
        facts = moment(capacity_left={"office one": 0, "office two": 0})
        receipt = routed(hubs, [agreement(code) for code in ("one", "two", "three")], facts=facts)
        assert (receipt.outcome, receipt.gap) == ("post", False)
        assert failed_rules(receipt, "one") == {"capacity": "full"}

    def test_full_and_unfit_besides_is_a_gap(self) -> None:
        receipt = routed([hub(offers=())], [agreement()], facts=moment(capacity_left={"office casa": 0}))
        assert receipt.gap
        assert receipt.gap_causes == ("capacity", "offer")

    def test_unserved_only_when_no_open_post_covers_the_market(self) -> None:
        closed = routed(posts=[post(status="closed")])
        assert (closed.outcome, closed.unserved, closed.destinations) == ("unserved", ("commercial_referral",), ())
        assert routed(posts=[post(status="unknown")]).outcome == "unserved"
        assert routed(posts=[post(type="permanent_representation")]).outcome == "unserved"

    def test_an_unknown_city_is_no_gap_but_missing(self) -> None:
        receipt = routed([hub()], [agreement(cities={"Cali"})], asked=question(city=None))
        assert (receipt.outcome, receipt.gap, receipt.missing) == ("post", False, ("city",))

    def test_an_unknown_sector_that_would_change_the_outcome_is_missing(self) -> None:
        receipt = routed([hub()], [agreement(sectors={"33"})], asked=question(sector=None))
        assert (receipt.gap, receipt.missing) == (False, ("sector",))


def test_a_sanctions_flag_asks_for_a_check_and_changes_no_place() -> None:
    flagged, plain = (routed([hub()], [agreement()], facts=moment(sanctions=flag)) for flag in (True, False))
    assert (flagged.sanctions_check, plain.sanctions_check) == (True, False)
    assert flagged.hash == plain.hash


def test_the_hash_changes_with_the_places_and_with_nothing_else() -> None:
    hubs, agreements = [hub("one"), hub("two", languages={"es"})], [agreement("one"), agreement("two")]
    before = routed(hubs, agreements, facts=moment(answer_record={"hub one": (5, 5)}))
    later = routed(hubs, agreements, facts=moment(as_of=NOW + timedelta(hours=1), answer_record={"hub one": (5, 6)}))
    assert before.hash == later.hash
    assert before.digest != later.digest
    assert routed(hubs, agreements, facts=moment(conflicts={"hub two"})).hash != before.hash
    assert routed(hubs, agreements, facts=moment(conflicts={"hub one"})).hash != before.hash


def test_weights_are_data_and_change_the_order() -> None:
    hubs = [
        hub("near", languages={"es"}),
        hub("fluent", offices=(OfficeRecord(office_id="far", market=MARKET, city="Cali", weekly_capacity=8),)),
    ]
    agreements = [agreement("near"), agreement("fluent")]

    def first(**weights: str) -> str:
        others = {"specificity": "0", "answer": "0", "load": "0", "language": "0", "city": "0"}
        return routed(hubs, agreements, weights=Weights(**{**others, **weights})).destinations[0].code

    assert first(city="1") == "near"
    assert first(language="1") == "fluent"


@pytest.mark.parametrize(
    "wrong",
    [{"city": "0.20"}, {"city": "-0.10", "load": "0.35"}, {"city": "much"}, {"shrinkage": -1}, {"prior": "1.5"}],
)
def test_weights_that_make_no_sense_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="weights|share|shrinkage|prior"):
        Weights(**wrong)


def test_an_empty_table_still_answers() -> None:
    empty: dict[str, Any] = dict.fromkeys(
        (
            "posts",
            "coverage",
            "hubs",
            "agreements",
            "partners",
            "instruments",
            "services",
            "sectors",
            "markets",
        ),
        (),
    )
    assert route(compile_table(**empty, rules_version="empty"), question(), moment()).outcome == "ask"
