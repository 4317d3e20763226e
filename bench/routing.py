"""Receipts per second of processor time on one core: 500 hubs and 2,000 agreements over 60 markets; ten times as many.

A receipt here is full: every failing rule of every hub of the market, every part of every score. Beside it, in the same
run, the plain way: a loop that asks `coverage` of every agreement of the market.
"""

from __future__ import annotations

import gc
import random
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from hubs.agreements.coverage import Wish, coverage
from hubs.referrals.routing import (
    AgreementRecord,
    CoverageRecord,
    HubRecord,
    MarketRecord,
    Moment,
    OfferRecord,
    OfficeRecord,
    PostRecord,
    RoutingInput,
    RoutingTable,
    SectorRecord,
    ServiceRecord,
    compile_table,
    route,
)

AIM_PER_SECOND = 10_000
SERVICES = ("commercial_referral", "office_space", "advocacy", "networking", "market_information", "partner_search")
SECTORS = tuple(f"{n:02d}" for n in range(1, 90))
GROUPS = ("sme", "startup", "scaleup", "women_led", "cluster")
LANGUAGES = ("nl", "en", "de", "fr", "es")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def build_table(rng: random.Random, markets: int, hubs: int, agreements: int) -> RoutingTable:
    """Hubs and agreements spread evenly over markets, each with its own scope."""
    codes = [f"M{n:03d}" for n in range(markets)]
    posts = [PostRecord(organisation_id=f"post-{m}", code=f"post-{m}", market=m, city=f"{m} city 0") for m in codes]
    hub_rows = [_hub(rng, n, codes[n % markets]) for n in range(hubs)]
    return compile_table(
        posts=posts,
        coverage=[CoverageRecord(post_code=post.code, market=post.market or "") for post in posts],
        hubs=hub_rows,
        agreements=[_agreement(rng, n, hub_rows[n % hubs]) for n in range(agreements)],
        partners=(),
        instruments=(),
        services=[
            ServiceRecord(code=s, default_provider="private" if n < 3 else "either") for n, s in enumerate(SERVICES)
        ],
        sectors=[SectorRecord(code=s, kind="sbi2008_division", section=chr(65 + int(s) // 5)) for s in SECTORS],
        markets=[MarketRecord(code=m) for m in codes],
        rules_version="bench",
    )


def _some(rng: random.Random, values: tuple[str, ...], share: float) -> frozenset[str]:
    return frozenset(rng.sample(values, rng.randint(1, min(6, len(values))))) if rng.random() < share else frozenset()


def _hub(rng: random.Random, n: int, market: str) -> HubRecord:
    offices = tuple(
        OfficeRecord(office_id=f"o{n}-{k}", market=market, city=f"{market} city {rng.randint(0, 4)}", weekly_capacity=8)
        for k in range(rng.choice((1, 1, 2)))
    )
    return HubRecord(
        organisation_id=f"hub-{n:05d}",
        code=f"hub-{n:05d}",
        status=rng.choice(("accredited",) * 6 + ("conditional", "in_development", "suspended")),
        markets={market},
        offices=offices,
        languages=_some(rng, LANGUAGES, 0.9),
        offers=[OfferRecord(service=s, sectors=_some(rng, SECTORS, 0.2)) for s in SERVICES if rng.random() < 0.8],
    )


def _agreement(rng: random.Random, n: int, hub: HubRecord) -> AgreementRecord:
    market = min(hub.markets)
    return AgreementRecord(
        id=f"agreement-{n:06d}",
        hub_id=hub.organisation_id,
        post_ids={f"post-{market}"},
        services=_some(rng, SERVICES, 0.7),
        sectors=_some(rng, SECTORS, 0.4),
        markets={market},
        cities=_some(rng, tuple(f"{market} city {k}" for k in range(5)), 0.3),
        target_groups=_some(rng, GROUPS, 0.3),
        starts_on=date(2026, 1, 1),
        ends_on=date(2026, 12, 31) if rng.random() < 0.9 else date(2026, 6, 30),
        in_force=rng.random() < 0.9,
    )


def questions(rng: random.Random, markets: int, count: int) -> list[RoutingInput]:
    found = []
    for _ in range(count):
        market = f"M{rng.randrange(markets):03d}"
        found.append(
            RoutingInput(
                market=market,
                city=f"{market} city {rng.randint(0, 9)}",
                sector=rng.choice(SECTORS),
                services=(rng.choice(SERVICES),),
                target_groups=frozenset({rng.choice(GROUPS)}),
                size="small",
                languages=(rng.choice(LANGUAGES),),
            )
        )
    return found


def moments(rng: random.Random, table: RoutingTable, seed: int) -> dict[str, Moment]:
    """The facts of the moment, market by market, as the caller would load them."""
    return {market: _moment(rng, table, market, seed) for market in table.markets}


def _moment(rng: random.Random, table: RoutingTable, market: str, seed: int) -> Moment:
    scope = table.scope(market)
    hubs, offices = sorted(scope.hub_ids), sorted(scope.office_ids)
    return Moment(
        as_of=NOW,
        outer_bound=datetime(2026, 11, 29, 12, tzinfo=UTC),
        capacity_left={office: rng.randint(0, 8) for office in offices},
        closed_until={o: datetime(2026, 12, 24, tzinfo=UTC) for o in offices if rng.random() < 0.05},
        answer_record={hub: (rng.randint(0, 20), 20) for hub in hubs},
        overall_answers=(8_000, 10_000),
        conflicts=frozenset(hub for hub in hubs if rng.random() < 0.02),
        rotation_seed=f"seed {seed}",
    )


def rate(work: Callable[[RoutingInput], Any], asked: list[RoutingInput]) -> float:
    """Answers per second; the best of three passes, since other work on the machine only makes them slower."""
    best = 0.0
    for _ in range(3):
        start = time.process_time()
        for question in asked:
            work(question)
        best = max(best, len(asked) / (time.process_time() - start))
    return best


def plain_loop(table: RoutingTable, question: RoutingInput) -> list[Any]:
    """Every agreement of the market asked in turn: no scores, no offices, no receipt."""
    index = table.index(question.market or "")
    wish = Wish(
        on=NOW.date(),
        post_ids=frozenset({f"post-{question.market}"}),
        market=question.market,
        city=question.city,
        sector=question.sector,
        services=question.services,
        target_groups=question.target_groups | {"sme"},
        either_services=table.either_services,
    )
    return [coverage(agreement, wish, table.sectors) for agreement in index.agreements] if index else []


def measure(markets: int, hubs: int, agreements: int, count: int = 20_000) -> dict[str, float]:
    """Receipts a second: first pass on an empty memory, then again; with the hash; and the plain loop."""
    rng = random.Random(20261122)
    table = build_table(rng, markets, hubs, agreements)
    asked, facts = questions(rng, markets, count), moments(rng, table, 1)
    for market in table.markets:
        table.slice_version(market)
    gc.collect()
    gc.freeze()  # as a worker does after start
    start = time.process_time()
    for question in asked:
        route(table, question, facts[question.market or ""])
    first = count / (time.process_time() - start)
    few = asked[: count // 5]
    return {
        "first_pass": first,
        "full_receipts": rate(lambda q: route(table, q, facts[q.market or ""]), asked),
        "with_places_hash": rate(lambda q: route(table, q, facts[q.market or ""]).hash, few),
        "with_digest": rate(lambda q: route(table, q, facts[q.market or ""]).digest, few),
        "plain_loop": rate(lambda q: plain_loop(table, q), few),
    }


def run() -> list[dict[str, Any]]:
    """Rows for the benchmark table."""
    rows = []
    for name, size in (
        ("500 hubs, 2,000 agreements, 60 markets", (60, 500, 2_000)),
        ("5,000 hubs, 20,000 agreements, 600 markets", (600, 5_000, 20_000)),
        ("5,000 hubs, 20,000 agreements, 60 markets", (60, 5_000, 20_000)),
    ):
        found = measure(*size)
        for figure, value in found.items():
            aim = AIM_PER_SECOND if figure == "full_receipts" and size == (60, 500, 2_000) else None
            rows.append({"name": f"routing {figure}: {name}", "value": round(value), "unit": "per second", "aim": aim})
    return rows


def show(rows: list[dict[str, Any]]) -> None:
    """The rows as a table."""
    for row in rows:
        aim = f"  (aim {row['aim']:,})" if row["aim"] else ""
        print(f"{row['value']:>9,} {row['unit']}  {row['name']}{aim}")
