"""Splitting by service, asking back, the responsible post and the owning desk (domain.md, Routing 1, 2, 7)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from hubs.referrals.routing import CoverageRecord, OfferRecord
from tests.referrals.routing_records import MARKET, agreement, failed_rules, hub, post, question, routed


class TestSplit:
    def test_a_public_and_a_private_part_go_to_post_and_hub_each_for_its_part(self) -> None:
        asked = question(services=("tender_info", "commercial_referral"), sender_id="post embassy", sender_kind="post")
        receipt = routed([hub()], [agreement()], asked=asked)
        assert receipt.outcome == "both"
        assert [(p.kind, p.rank, p.services, p.at_owning_desk) for p in receipt.destinations] == [
            ("post", 1, ("tender_info",), True),
            ("hub", 1, ("commercial_referral",), False),
        ]

    def test_what_no_hub_takes_joins_the_public_part(self) -> None:
        receipt = routed(asked=question(services=("tender_info", "commercial_referral")))
        assert (receipt.outcome, receipt.gap) == ("post", True)
        assert receipt.destinations[0].services == ("tender_info", "commercial_referral")

    def test_either_goes_to_a_hub_when_one_may_take_it_else_to_the_post(self) -> None:
        asked = question(services=("market_information",))
        assert routed([hub()], [agreement()], asked=asked).outcome == "hub"
        assert routed(asked=asked).outcome == "post"

    def test_an_agreement_may_leave_either_with_the_post_and_that_is_no_gap(self) -> None:
        asked = question(services=("market_information",))
        receipt = routed([hub()], [agreement(either_to="post")], asked=asked)
        assert (receipt.outcome, receipt.gap) == ("post", False)
        assert failed_rules(receipt) == {"agreement": "either_to_post"}

    def test_private_goes_to_the_hub_although_either_stays_with_the_post(self) -> None:
        asked = question(services=("market_information", "commercial_referral"))
        receipt = routed([hub()], [agreement(either_to="post")], asked=asked)
        assert receipt.outcome == "both"
        assert {p.kind: p.services for p in receipt.destinations} == {
            "post": ("market_information",),
            "hub": ("commercial_referral",),
        }

    def test_one_hub_for_all_services_comes_before_one_hub_for_each(self) -> None:
        offers = (OfferRecord(service="networking"),)
        asked = question(services=("commercial_referral", "networking"))
        receipt = routed([hub("all"), hub("some", offers=offers)], [agreement("all"), agreement("some")], asked=asked)
        assert [p.code for p in receipt.destinations] == ["all"]
        assert failed_rules(receipt, "some") == {"offer": "commercial_referral"}

    def test_services_are_divided_when_no_hub_takes_them_all(self) -> None:
        hubs = [
            hub("one", offers=(OfferRecord(service="networking"),)),
            hub("two", offers=(OfferRecord(service="commercial_referral"),)),
        ]
        asked = question(services=("commercial_referral", "networking"))
        receipt = routed(hubs, [agreement("one"), agreement("two")], asked=asked)
        assert {p.code: (p.rank, p.services) for p in receipt.destinations} == {
            "two": (1, ("commercial_referral",)),
            "one": (1, ("networking",)),
        }
        assert receipt.excluded == ()

    def test_out_of_scope_is_told_and_the_rest_goes_on(self) -> None:
        assert routed(asked=question(services=("consular",), market=None)).outcome == "out_of_scope"
        mixed = routed([hub()], [agreement()], asked=question(services=("consular", "commercial_referral")))
        assert (mixed.outcome, mixed.out_of_scope) == ("hub", ("consular",))

    def test_an_unknown_service_is_said(self) -> None:
        receipt = routed([hub()], [agreement()], asked=question(services=("commercial_referral", "divination")))
        assert [note.value for note in receipt.notes] == ["divination"]


class TestAsk:
    @pytest.mark.parametrize(
        ("changes", "codes"),
        [
            ({"market": None}, ["market"]),
            ({"market": None, "market_candidates": ("GE", "US")}, ["market_ambiguous"]),
            ({"services": ()}, ["need"]),
            ({"services": (), "market": None}, ["market", "need"]),
            ({"market": "ZZ"}, ["market"]),
            ({"market": "NL"}, ["market"]),
            ({"services": ("divination",)}, ["need"]),
        ],
    )
    def test_market_or_need_missing_or_ambiguous_asks_back(self, changes: dict[str, Any], codes: list[str]) -> None:
        receipt = routed([hub()], [agreement()], asked=question(**changes))
        assert (receipt.outcome, receipt.gap, receipt.destinations) == ("ask", False, ())
        assert [found.code for found in receipt.questions] == codes

    def test_what_a_partner_can_do_without_a_market_is_already_shown(self) -> None:
        receipt = routed(asked=question(market=None, services=("commercial_referral", "subsidy_advice")))
        assert receipt.outcome == "ask"
        assert [p.code for p in receipt.destinations] == ["rvo"]


class TestPosts:
    POSTS = (
        post("embassy", city="Bogotá"),
        post("consulate", type="consulate_general", city="Cali"),
        post("nbso", type="nbso", city="Medellín", supervising_code="consulate"),
        post("abroad", market="PE", city="Lima"),
    )
    COVERAGE = (
        CoverageRecord(post_code="embassy", market=MARKET),
        CoverageRecord(post_code="consulate", market=MARKET, cities={"Cali", "Palmira"}),
        CoverageRecord(post_code="nbso", market=MARKET, kind="host_region", cities={"Medellín", "Envigado"}),
        CoverageRecord(post_code="abroad", market=MARKET, kind="side_consular_feed_2026"),
    )

    def code(self, city: str | None, service: str = "supplier_lists", **changes: Any) -> str:
        facts: dict[str, Any] = {"posts": self.POSTS, "coverage": self.COVERAGE, **changes}
        receipt = routed(asked=question(city=city, services=(service,)), **facts)
        return receipt.destinations[0].code if receipt.destinations else receipt.outcome

    def test_district_then_city_then_embassy(self) -> None:
        assert self.code("palmira") == "consulate"
        assert self.code("CALI") == "consulate"
        assert self.code("Leticia") == "embassy"
        assert self.code(None) == "embassy"

    def test_a_post_in_the_city_without_a_district(self) -> None:
        coverage = [CoverageRecord(post_code=row.code, market=MARKET) for row in self.POSTS[:2]]
        assert self.code("Cali", coverage=coverage) == "consulate"
        assert self.code("Palmira", coverage=coverage) == "embassy"

    def test_a_business_support_office_does_commercial_work_in_its_area_only(self) -> None:
        assert self.code("Envigado") == "nbso"
        assert self.code("Envigado", "trade_barrier") == "consulate"
        assert self.code("Leticia") == "embassy"

    def test_without_a_known_supervisor_authorities_go_to_the_embassy(self) -> None:
        posts = [*self.POSTS[:2], post("nbso", type="nbso", city="Medellín"), self.POSTS[3]]
        assert self.code("Medellín", "tender_info", posts=posts) == "embassy"

    def test_without_an_embassy_a_consulate_never_a_business_support_office(self) -> None:
        posts = [post("embassy", status="closed"), *self.POSTS[1:]]
        assert self.code("Leticia", posts=posts) == "consulate"
        assert self.code("Leticia", posts=[post("embassy", status="closed"), *self.POSTS[2:]]) == "abroad"

    def test_cover_from_elsewhere_holds_between_its_dates(self) -> None:
        posts = [self.POSTS[3], post("later", market="EC", city="Quito")]

        def dated(code: str, since: date | None, until: date | None) -> CoverageRecord:
            return CoverageRecord(
                post_code=code, market=MARKET, kind="side_editorial", valid_from=since, valid_until=until
            )

        def covered(*rows: CoverageRecord) -> str:
            return self.code(None, posts=posts, coverage=rows)

        assert covered(dated("abroad", None, date(2026, 11, 23))) == "abroad"
        assert covered(dated("abroad", None, date(2026, 11, 22))) == "unserved"
        assert covered(dated("abroad", date(2026, 11, 24), None)) == "unserved"
        assert covered(dated("abroad", None, None), dated("later", date(2026, 1, 1), None)) == "later"

    def test_consular_cover_that_is_not_economic_does_not_count(self) -> None:
        coverage = [CoverageRecord(post_code="abroad", market=MARKET, kind="side_consular", economic=False)]
        assert self.code(None, coverage=coverage) == "unserved"


class TestOwningDesk:
    def test_the_agreements_of_the_owning_post_count(self) -> None:
        world = {"posts": TestPosts.POSTS, "coverage": TestPosts.COVERAGE}
        ours = agreement(post_ids={"post consulate"})
        by_embassy = question(sender_id="post embassy", sender_kind="post")
        by_consulate = question(sender_id="post consulate", sender_kind="post")
        assert failed_rules(routed([hub()], [ours], asked=by_embassy, **world)) == {"agreement": "none"}
        assert routed([hub()], [ours], asked=by_consulate, **world).outcome == "hub"

    @pytest.mark.parametrize(
        ("sender_id", "sender_kind"), [("ministry", "ministry"), ("post far", "post"), ("partner rvo", "partner")]
    )
    def test_any_other_desk_uses_those_of_the_responsible_post(self, sender_id: str, sender_kind: str) -> None:
        asked = question(sender_id=sender_id, sender_kind=sender_kind)
        assert routed([hub()], [agreement()], asked=asked).outcome == "hub"

    def test_a_hub_keeps_what_it_can_do_itself(self) -> None:
        asked = question(sender_id="hub casa", sender_kind="hub")
        own = hub(languages={"es"})
        receipt = routed([own, hub("other")], [agreement("other", directions={"hub_to_hub"})], asked=asked)
        assert [(p.code, p.rank, p.at_owning_desk) for p in receipt.destinations] == [
            ("casa", 1, True),
            ("other", 2, False),
        ]

    def test_hub_to_hub_only_where_an_agreement_allows_it(self) -> None:
        asked = question(sender_id="hub casa", sender_kind="hub")
        receipt = routed([hub(offers=()), hub("other")], [agreement("other")], asked=asked)
        assert failed_rules(receipt, "other") == {"agreement": "direction"}
        assert failed_rules(receipt, "casa") == {"offer": "commercial_referral"}

    def test_a_hub_hands_the_public_part_to_the_post_under_its_agreement(self) -> None:
        asked = question(services=("tender_info",), sender_id="hub casa", sender_kind="hub")
        receipt = routed([hub()], [agreement()], asked=asked)
        assert (receipt.destinations[0].code, receipt.destinations[0].agreement_id) == ("embassy", "agreement casa")
