"""Counting and suppressing, without a database: beside a plain count, in any order, and with nothing given away."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubs.accreditation.dossier import (
    Cell,
    Reader,
    Scope,
    ServiceFacts,
    SupplierFacts,
    count_questions,
    dossier_payload,
    payload_sha256,
    periods_before,
    shown_dossier,
    supply_map,
)
from hubs.accreditation.dossier.counting import BETWEEN, BITS, COVERAGE_REASONS, KINDS, MEASURES, QUARTER, Counted
from hubs.accreditation.dossier.supply import AgreementCover, OfferFacts

NOW = datetime(2026, 11, 16, 12, tzinfo=UTC)
PERIODS = periods_before(NOW)
CITIES = ("Cali",)
SERVICES = ("partner_search", "networking", "office_space")
DAY = 86_400


@pytest.mark.parametrize(
    ("now", "first", "last"),
    [
        (datetime(2026, 11, 16, 12, tzinfo=UTC), date(2025, 11, 1), date(2026, 10, 31)),
        (datetime(2026, 10, 31, 22, 59, tzinfo=UTC), date(2025, 10, 1), date(2026, 9, 30)),
        (datetime(2026, 10, 31, 23, 0, tzinfo=UTC), date(2025, 11, 1), date(2026, 10, 31)),  # November in Amsterdam
        (datetime(2026, 7, 31, 22, 0, tzinfo=UTC), date(2025, 8, 1), date(2026, 7, 31)),  # summer time
        (datetime(2028, 2, 29, 12, tzinfo=UTC), date(2027, 2, 1), date(2028, 1, 31)),
        (datetime(2026, 1, 1, 12, tzinfo=UTC), date(2025, 1, 1), date(2025, 12, 31)),
    ],
)
def test_twelve_whole_months_of_amsterdam(now: datetime, first: date, last: date) -> None:
    found = periods_before(now)
    assert (found.starts_on, found.ends_on) == (first, last)
    assert found.before_ends_on == first - timedelta(days=1)
    assert found.before_starts_on == first.replace(year=first.year - 1)
    days = [day for quarter in found.quarters for day in quarter]
    assert (days[0], days[-1]) == (found.before_starts_on, last)
    assert all(later == earlier + timedelta(days=1) for earlier, later in zip(days[1::2], days[2::2], strict=False))


# --- counting ----------------------------------------------------------------------------------------------

asked = st.fixed_dictionaries(
    {
        "company": st.one_of(st.none(), st.integers(0, 14)),
        "day": st.integers(0, 36 * 30),
        "own": st.integers(0, 7),
        "causes": st.sampled_from([[], ["no_hub"], ["agreement", "offer"]]),
        "groups": st.sampled_from([[], ["sme"], ["sme", "women_led"]]),
        "city": st.sampled_from([None, "Cali", "CALI", "Bogotá"]),
        "services": st.lists(st.sampled_from(SERVICES), max_size=2, unique=True),
        "part_unserved": st.booleans(),
        "declined": st.sampled_from([(), (), ("outside_sector",), ("outside_territory", "outside_sector")]),
        "late": st.booleans(),
    }
)
questions = st.lists(asked, max_size=60)


def counted(rows: list[dict[str, Any]]) -> Counted:
    edges = [int(edge.timestamp()) for edge in PERIODS.edges]
    begin = int(PERIODS.reads_from.timestamp())
    asked_rows, parts, declined, late = [], [], {}, set()
    for number, row in enumerate(rows):
        at = min(begin + row["day"] * DAY, int(PERIODS.reads_until.timestamp()) - 1)
        quarter = sum(at >= edge for edge in edges)
        company = None if row["company"] is None else f"c{row['company']}"
        identifier = row.get("id", f"q{number}")
        mark = str(quarter * QUARTER + row["own"])
        texts = mark, json.dumps(row["causes"]), json.dumps(row["groups"]), row["city"] or ""
        asked_rows.append((identifier, company, at, BETWEEN.join(texts)))
        parts += [
            (identifier, service, int(row["part_unserved"] and not place))
            for place, service in enumerate(row["services"])
        ]
        if row["declined"]:
            declined[identifier] = set(row["declined"])
        if row["late"]:
            late.add(identifier)
    Random(len(rows)).shuffle(parts)
    return count_questions(asked_rows, parts, declined=declined, late=late, cities=CITIES)


def plainly(rows: list[dict[str, Any]]) -> dict[tuple[str, ...], list[str | None]]:
    """Every cell by asking each question what it belongs to, one at a time."""
    edges = [int(edge.timestamp()) for edge in PERIODS.edges]
    begin, end = int(PERIODS.reads_from.timestamp()), int(PERIODS.reads_until.timestamp()) - 1
    moments = [min(begin + row["day"] * DAY, end) for row in rows]
    cells: dict[tuple[str, ...], list[str | None]] = defaultdict(list)
    for number, row in enumerate(rows):
        at, company = moments[number], row["company"]
        quarter = sum(at >= edge for edge in edges) - 1
        if quarter < 0:
            continue
        when = "now" if quarter > 3 else "before"
        unserved = bool(row["own"] & BITS["unserved"]) or (row["part_unserved"] and bool(row["services"]))
        gap = bool(row["own"] & BITS["gap"])
        kinds = ("all", "unmet" if unserved or gap or row["declined"] else "met")
        repeated = any(
            other["company"] == company
            and company is not None
            and set(other["services"]) & set(row["services"])
            and place != number
            and (moments[place], f"q{place}") < (at, f"q{number}")
            and at - moments[place] <= 365 * DAY
            for place, other in enumerate(rows)
        )
        measures = {"unserved": unserved, "gap": gap, "declined": bool(row["declined"]), "repeated": repeated,
                    "late": row["late"] or bool(row["own"] & BITS["late"])}  # fmt: skip
        place = "unknown" if not row["city"] else "in_cities" if row["city"].lower() == "cali" else "elsewhere"
        names: list[tuple[str, ...]] = [(when, kind) for kind in kinds]
        names += [(when, name) for name, holds in measures.items() if holds]
        names += [(kind, "quarter", str(quarter)) for kind in kinds]
        names += [(when, "reason", reason) for reason in row["declined"]]
        names += [(when, "cause", cause) for cause in row["causes"] if gap]
        for kind in kinds:
            names += [(when, kind, "group", code) for code in row["groups"]]
            names += [(when, kind, "service", code) for code in row["services"]]
            names.append((when, kind, "place", place))
        for name in names:
            cells[name].append(None if company is None else f"c{company}")
    return cells


def cell_of(members: list[str | None], *, exact: bool = False) -> Cell:
    number = len(set(members) - {None})
    return Cell(len(members), number if exact or number < 10 else None)


@settings(max_examples=80, deadline=None)
@given(questions)
def test_every_figure_is_the_plain_count(rows: list[dict[str, Any]]) -> None:
    found, plain = counted(rows), plainly(rows)
    for when in ("now", "before"):
        for name in (*KINDS, *MEASURES):
            assert found.totals[name][when] == cell_of(plain[when, name], exact=name in KINDS), (when, name)
        for reason in COVERAGE_REASONS:
            assert found.reasons[reason][when] == cell_of(plain[when, "reason", reason])
        for code, pair in found.causes.items():
            assert pair[when] == cell_of(plain[when, "cause", code])
        for name, splits in (("service", found.services), ("group", found.groups), ("place", found.places)):
            for code, split in splits.items():
                for kind in KINDS:
                    assert split[kind][when] == cell_of(plain[when, kind, name, code]), (when, kind, name, code)
    for number, cells in enumerate(found.quarters):
        for kind in KINDS:
            assert cells[kind] == cell_of(plain[kind, "quarter", str(number)])
    named = {name[-1] for name in plain if name[-2] in ("service", "group", "cause")}
    assert named == {*found.services, *found.groups, *found.causes}


@settings(max_examples=40, deadline=None)
@given(questions, st.randoms())
def test_the_order_of_rows_is_of_no_matter(rows: list[dict[str, Any]], random: Random) -> None:
    named = [{**row, "id": f"q{number}"} for number, row in enumerate(rows)]
    shuffled = random.sample(named, len(named))
    assert counted(named) == counted(shuffled)


# --- what each reader sees ---------------------------------------------------------------------------------


def payload_of(rows: list[dict[str, Any]], *, sectors: tuple[str, ...] = (), **claims: int) -> dict[str, Any]:
    scope = Scope(markets=("CO",), sectors=sectors, cities=CITIES, services=SERVICES, target_groups=("sme",),
                  claims=claims)  # fmt: skip
    outside = {name: {"now": Cell(23, 15), "before": Cell(4, 4)} for name in ("other_sectors", "no_sector")}
    if not sectors:
        outside = {name: {"now": Cell(), "before": Cell()} for name in outside}
    supply = {"posts": [], "hubs": [], "rows": []}
    payload = dossier_payload(
        scope, PERIODS, counted(rows), sectors=sectors, outside=outside, trade=[], supply=supply, now=NOW
    )
    return json.loads(json.dumps(payload))


def figures(shown: dict[str, Any]) -> list[int | None]:
    found: list[int | None] = []

    def visit(value: Any) -> None:
        if isinstance(value, dict | list):
            for inner in value.values() if isinstance(value, dict) else value:
                visit(inner)
        elif value is None or isinstance(value, int):
            found.append(value)

    for name in (
        "totals",
        "companies",
        "denominators",
        "quarters",
        "causes",
        "reasons",
        "services",
        "groups",
        "places",
    ):
        visit(shown[name])
    return found


def many(number: int, *, first_company: int = 0, **values: Any) -> list[dict[str, Any]]:
    """So many questions of the period, each by a company of its own, spread over its quarters."""
    row = {"own": 0, "causes": [], "groups": [], "city": None, "services": [], "part_unserved": False, "declined": (),
           "late": False}  # fmt: skip
    return [{**row, "company": first_company + n, "day": 365 * 2 + 5 + (n * 90) % 355, **values} for n in range(number)]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 30), asked), max_size=8))
def test_nothing_small_is_shown_or_can_be_subtracted(batches: list[tuple[int, dict[str, Any]]]) -> None:
    rows = []
    for batch, (times, row) in enumerate(batches):
        rows += [{**row, "company": batch * 7 + n % 17, "day": (row["day"] + n) % 1080} for n in range(times)]
    payload = payload_of(rows)
    shown = shown_dossier(payload, Reader.SUPPRESSED)
    assert all(value is None or value >= 10 or value == 0 for value in figures(shown))
    exact = shown_dossier(payload, Reader.EXACT)
    for when, quarters in (("before", shown["quarters"][:4]), ("now", shown["quarters"][4:])):
        every, unmet = shown["totals"]["all"][when], shown["totals"]["unmet"][when]
        if every is None:
            assert all(row["all"] is None and row["unmet"] is None for row in quarters)
            continue
        assert exact["companies"]["all"][when] >= 10
        assert unmet is None or every - unmet >= 10
        parts = [shown["totals"][name][when] for name in ("unserved", "gap", "declined")]
        whole = every if unmet is None else unmet
        assert all(part is None or whole - part >= 10 for part in parts)
        if unmet is not None and parts.count(None) == 1:
            assert sum(part or 0 for part in parts) >= unmet  # nothing is left over for the hidden one
        for kind, total in (("all", every), ("unmet", unmet)):
            hidden = [row for row in quarters if row[kind] is None]
            rest = None if total is None else total - sum(row[kind] or 0 for row in quarters)
            if hidden and rest is not None:
                assert len(hidden) > 1 and rest >= 10, (kind, quarters, total)
        for split in (*shown["services"].values(), *shown["groups"].values()):
            part, within = split["all"][when], split["unmet"][when]
            assert part is None or every - part >= 10
            assert within is None or (part is not None and part - within >= 10 and (unmet or 0) - within >= 10)


def test_two_worlds_that_differ_in_a_small_figure_look_the_same_to_the_applicant() -> None:
    claims = {"questions_per_year": 80, "women_led_questions": 5, "declined_for_coverage": 2}
    base = [*many(60), *many(40, first_company=100, own=BITS["gap"], causes=["no_hub"])]

    def world(women: int, declined: int, late: int) -> dict[str, Any]:
        rows = [dict(row) for row in base]
        for number in range(women):
            rows[number]["groups"] = ["women_led"]
        for number in range(declined):  # already unmet, so that only this figure differs
            rows[60 + number]["declined"] = ("outside_sector",)
        for number in range(late):
            rows[number + 20]["late"] = True
        return payload_of(rows, **claims)

    one, other = world(3, 2, 1), world(8, 5, 9)
    for reader in (Reader.SUPPRESSED, Reader.PREVIEW):
        assert shown_dossier(one, reader) == shown_dossier(other, reader)
    seen = {claim["code"]: claim for claim in shown_dossier(one, Reader.SUPPRESSED)["claims"]}
    assert seen["questions_per_year"] == {
        "code": "questions_per_year", "claimed": 80, "counted": 100, "difference": 20, "verdict": "more",
    }  # fmt: skip
    assert seen["women_led_questions"]["verdict"] == seen["declined_for_coverage"]["verdict"] == "hidden"
    assert seen["women_led_questions"]["difference"] is None
    exact = {claim["code"]: claim for claim in shown_dossier(one, Reader.EXACT)["claims"]}
    assert (exact["women_led_questions"]["counted"], exact["women_led_questions"]["difference"]) == (3, -2)
    assert exact["women_led_questions"]["hidden_from_applicant"]
    assert not exact["questions_per_year"]["hidden_from_applicant"]
    assert payload_sha256(one) != payload_sha256(other)


def test_many_questions_of_few_companies_are_small() -> None:
    rows = [{**row, "company": number % 9} for number, row in enumerate(many(90, own=BITS["gap"], groups=["sme"]))]
    shown = shown_dossier(payload_of(rows, questions_per_year=90, companies=9), Reader.SUPPRESSED)
    assert {*figures(shown)} <= {None, 0}
    assert {claim["verdict"] for claim in shown["claims"]} == {"hidden"}
    assert shown["causes"] == {}
    assert shown_dossier(payload_of(rows), Reader.EXACT)["totals"]["gap"] == {"now": 90, "before": 0}


def test_a_preview_is_rounded_so_that_two_of_them_have_no_small_difference() -> None:
    for number in (40, 43, 44):
        shown = shown_dossier(payload_of(many(number), questions_per_year=42), Reader.PREVIEW)
        assert shown["totals"]["all"]["now"] == 40
        assert shown["claims"][0]["difference"] == -2
    assert shown_dossier(payload_of(many(45)), Reader.PREVIEW)["totals"]["all"]["now"] == 50


def test_an_empty_market_and_denominators() -> None:
    shown = shown_dossier(payload_of([], questions_per_year=12), Reader.EXACT)
    assert shown["totals"]["all"] == {"now": 0, "before": 0}
    assert shown["trend"] == {"all": None, "unmet": None}
    assert shown["claims"][0]["verdict"] == "less"
    assert {*figures(shown_dossier(payload_of([]), Reader.SUPPRESSED))} <= {None, 0}
    wide = payload_of(many(50), sectors=("33",))
    assert shown_dossier(wide, Reader.EXACT)["denominators"]["market"] == {"now": 96, "before": 8}
    hidden = shown_dossier(wide, Reader.SUPPRESSED)["denominators"]
    assert hidden == {
        "market": {"now": 96, "before": None},
        "other_sectors": {"now": 23, "before": None},
        "no_sector": {"now": 23, "before": None},
    }


# --- supply and scope --------------------------------------------------------------------------------------


def hub(gives: str = "partner_search", **values: Any) -> SupplierFacts:
    offers = (OfferFacts(service=gives, sectors=values.pop("sectors", frozenset())),)
    agreed = (AgreementCover(id="a", services=values.pop("agreed", frozenset())),)
    facts = {"status": "accredited", "offers": offers, "agreements": agreed, **values}
    return SupplierFacts(id="h", code="h", name_nl="Hub", name_en="Hub", **facts)


POST = SupplierFacts(id="p", code="p", name_nl="Post", name_en="Post")


@pytest.mark.parametrize(
    ("provider", "hubs", "wanted", "partners", "expected"),
    [
        ("private", [], True, (), ("no", "fills_gap", 0)),
        ("private", [], False, (), ("no", "remains_gap", 0)),
        ("private", [hub()], True, (), ("no", "overlap", 1)),
        ("private", [hub()], False, (), ("no", "covered", 0)),
        ("private", [hub(status="in_development")], True, (), ("no", "adds", 0)),
        ("private", [hub(agreements=())], True, (), ("no", "adds", 0)),
        ("private", [hub(agreed=frozenset({"networking"}))], True, (), ("no", "adds", 0)),
        ("private", [hub(sectors=frozenset({"01"}))], True, (), ("no", "adds", 0)),
        ("private", [hub(sectors=frozenset({"33", "01"}))], True, (), ("no", "overlap", 1)),
        ("private", [hub("networking")], True, (), ("no", "fills_gap", 0)),
        ("either", [], True, (), ("partly", "adds", 0)),
        ("either", [hub()], True, ("een",), ("partly", "overlap", 1)),
        ("public", [], True, (), ("yes", "public_task", 0)),
        ("partner", [], True, ("rvo",), ("no", "partner_task", 0)),
        ("partner", [], False, (), ("no", "remains_gap", 0)),
    ],
)
def test_who_does_what(
    provider: str, hubs: list[SupplierFacts], wanted: bool, partners: tuple[str, ...], expected: tuple[str, str, int]
) -> None:
    service = ServiceFacts(code="partner_search", provider=provider, partners=partners)
    chosen = {"partner_search"} if wanted else set()
    found = supply_map([service], posts=[POST], hubs=hubs, wanted=chosen, sectors={"33"})["rows"][0]
    assert (found["post"], found["verdict"], found["overlap"]) == expected
    assert found["wanted"] is wanted
    nobody = ServiceFacts(code="consular", provider="out_of_scope")
    assert supply_map([nobody], posts=[], hubs=[], wanted=(), sectors=())["rows"] == []


def test_a_scope_takes_what_can_be_read_of_a_file() -> None:
    sections = {
        "coverage": {"markets": ["CO"], "sectors": "33", "cities": ["Cali", 3], "services_wanted": ["networking"]},
        "claims": {"questions_per_year": 120, "companies": "veel", "unserved_by_post": True, "claims_year": 2025},
    }
    scope = Scope.from_sections(sections)
    assert scope == Scope(
        markets=("CO",), cities=("Cali",), services=("networking",), claims={"questions_per_year": 120},
        claims_year=2025,
    )  # fmt: skip
    assert Scope.from_sections({}) == Scope(markets=())
