"""Loading reference data: complete, repeatable, and never against a local edit."""

from __future__ import annotations

import csv
import shutil
import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hubs.core.stamps import ROUTING, current
from hubs.reference import queries
from hubs.reference.loading import LoadReport, load_reference
from hubs.reference.models import (
    CodeListEntry,
    Holiday,
    Instrument,
    Market,
    PlannedRetirement,
    Sector,
    Service,
    TradeFigure,
)
from hubs.reference.rows import DATA, default_provider, partner_codes

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LATER = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
FILES = {
    "markets": Market,
    "sectors": Sector,
    "services": Service,
    "instruments": Instrument,
    "code_lists": CodeListEntry,
    "trade": TradeFigure,
}


def records(name: str, folder: Path = DATA) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def rewrite(name: str, folder: Path, rows: list[dict[str, str]]) -> None:
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the data files that a test may change."""
    return Path(shutil.copytree(DATA, tmp_path / "data"))


def test_every_row_of_every_file_is_loaded(store: Session) -> None:
    for name, model in FILES.items():
        assert store.scalar(select(func.count()).select_from(model)) == len(records(name)), name


def test_a_second_load_changes_nothing_and_is_quick(store: Session, first_load: tuple[Path, LoadReport]) -> None:
    before, started = current(store, ROUTING), time.perf_counter()
    second = load_reference(store, now=NOW)
    assert time.perf_counter() - started < 10
    assert not store.dirty and not store.new
    assert current(store, ROUTING) == before
    for name, table in second.tables.items():
        assert (table.added, table.changed, table.kept, table.retired) == (0, 0, [], []), name
        assert table.unchanged == first_load[1].tables[name].added, name


def test_a_changed_field_is_taken_over(store: Session, folder: Path) -> None:
    before = current(store, ROUTING)
    rows = records("services", folder)
    rows[0]["name_nl"] = "Inlichtingen over de markt"
    rewrite("services", folder, rows)
    report = load_reference(store, now=LATER, folder=folder)
    assert report.tables["services"].changed == 1
    assert current(store, ROUTING) != before
    service = store.get(Service, rows[0]["service_code"])
    assert service is not None and service.name("nl") == "Inlichtingen over de markt"
    assert service.name_nl_folded == "inlichtingen over de markt"


def test_a_local_edit_is_kept_and_reported(store: Session, folder: Path) -> None:
    market = store.get_one(Market, "CO")
    market.set_names("Colombia (bewerkt)", "Colombia (edited)")
    market.mark_edited(NOW)
    report = load_reference(store, now=LATER, folder=folder).tables["markets"]
    assert (report.kept, report.differing, report.changed) == (["CO"], [], 0)

    rows = records("markets", folder)
    next(row for row in rows if row["iso2"] == "CO")["capital"] = "Elders"
    rewrite("markets", folder, rows)
    report = load_reference(store, now=LATER, folder=folder).tables["markets"]
    assert (report.kept, report.differing, report.changed) == (["CO"], ["CO"], 0)
    assert market.name("nl") == "Colombia (bewerkt)"
    assert market.capital == "Bogotá"

    market.follow_file()
    assert load_reference(store, now=LATER, folder=folder).tables["markets"].changed == 1
    assert (market.name("en"), market.capital) == ("Colombia", "Elders")


def test_a_row_that_left_its_file_is_retired_and_can_come_back(store: Session, folder: Path) -> None:
    rows = records("services", folder)
    gone = rows.pop(-1)["service_code"]
    full = DATA / "services.csv"
    rewrite("services", folder, rows)
    report = load_reference(store, now=LATER, folder=folder).tables["services"]
    assert report.retired == [gone]
    assert store.get_one(Service, gone).retired_on == date(2026, 12, 1)
    assert gone not in {service.code for service in store.scalars(queries.open_services("nl"))}
    assert load_reference(store, now=LATER, folder=folder).tables["services"].retired == []

    shutil.copy(full, folder / "services.csv")
    assert load_reference(store, now=LATER, folder=folder).tables["services"].changed == 1
    assert store.get_one(Service, gone).retired_on is None


def test_an_edited_row_that_left_its_file_stays_and_is_reported(store: Session, folder: Path) -> None:
    rows = records("services", folder)
    gone = rows.pop(-1)["service_code"]
    store.get_one(Service, gone).mark_edited(NOW)
    rewrite("services", folder, rows)
    report = load_reference(store, now=LATER, folder=folder).tables["services"]
    assert (report.kept, report.differing, report.retired) == ([gone], [gone], [])
    assert store.get_one(Service, gone).retired_on is None


def test_a_row_with_a_planned_day_that_left_its_file_stays_until_that_day(store: Session, folder: Path) -> None:
    rows = records("services", folder)
    gone, other = rows.pop(-1)["service_code"], rows.pop(-1)["service_code"]
    day = date(2027, 1, 1)
    store.add(PlannedRetirement(table_name="services", row_key=gone, on=day, planned_by=None, planned_at=NOW))
    rewrite("services", folder, rows)
    report = load_reference(store, now=LATER, folder=folder).tables["services"]
    assert (report.kept, report.differing, report.retired) == ([gone], [gone], [other])
    assert store.get_one(Service, gone).retired_on is None
    assert store.get_one(PlannedRetirement, ("services", gone)).on == day


def test_a_row_made_by_hand_is_left_alone(store: Session) -> None:
    own = CodeListEntry(list_code="channel", code="fax", position=99)
    own.set_names("Fax", "Fax")
    store.add(own)
    store.flush()
    report = load_reference(store, now=LATER).tables["code_list_entries"]
    assert (report.retired, report.kept, own.retired_on) == ([], [], None)


PROVIDERS = {
    "market_information": "either",
    "economic_outlook": "public",
    "regulation_info": "public",
    "supplier_lists": "public",
    "partner_search": "either",
    "business_partner_scan": "public",
    "setup_advice": "either",
    "trade_mission": "partner",
    "trade_fair": "partner",
    "seminars": "either",
    "networking": "either",
    "authority_contact": "public",
    "trade_barrier": "public",
    "dispute_support": "public",
    "customs_advice": "public",
    "csr_advice": "public",
    "subsidy_advice": "partner",
    "tender_info": "public",
    "business_culture": "either",
    "commercial_referral": "private",
    "office_space": "private",
    "advocacy": "private",
    "certificate_of_origin": "partner",
    "export_coaching": "partner",
    "export_orientation": "partner",
    "demo_feasibility": "partner",
    "investment_finance": "partner",
    "export_credit_insurance": "partner",
    "cluster_programme": "partner",
    "consortium_process": "partner",
    "tech_partnership": "partner",
    "scaleup_support": "partner",
    "small_loan": "partner",
    "consular": "out_of_scope",
    "inbound_investment": "out_of_scope",
    "job_search": "out_of_scope",
    "sanctions_evasion": "out_of_scope",
}


def test_default_provider_of_every_service(store: Session) -> None:
    assert {service.code: service.default_provider for service in store.scalars(select(Service))} == PROVIDERS


@pytest.mark.parametrize(
    ("usual", "provider", "partners"),
    [
        ("post", "public", []),
        ("hub", "private", []),
        ("hub;post", "either", []),
        ("post;hub;EEN", "either", ["een"]),
        ("post;RVO", "public", ["rvo"]),
        ("RVO;post;hub", "partner", ["rvo"]),
        ("Invest International", "partner", ["invest-international"]),
        ("ROM;KVK;RVO", "partner", ["ROM", "kvk", "rvo"]),
        ("out_of_scope", "out_of_scope", []),
    ],
)
def test_provider_words(usual: str, provider: str, partners: list[str]) -> None:
    assert default_provider(usual) == provider
    assert partner_codes(usual) == partners


def test_partner_codes_of_services_and_instruments_are_partners(store: Session) -> None:
    partners = {record["partner_code"] for record in records("partners")}
    named = {code for service in store.scalars(select(Service)) for code in service.partner_codes} - {"ROM"}
    assert named <= partners
    assert {instrument.partner_code for instrument in store.scalars(select(Instrument))} - {None} <= partners


def test_sectors_keep_sbi_codes_and_prefix_nace(store: Session) -> None:
    routable = store.scalars(queries.routable_sectors()).all()
    assert len(routable) == 9 + 86
    assert routable[0].kind == "topsector" and routable[9].code == "01"
    assert store.get_one(Sector, "01").parent_code == "A"
    assert store.get_one(Sector, "01").topsector_hints == ["agri_food", "tuinbouw"]
    assert store.get_one(Sector, "nace:01").parent_code == "nace:A"
    for sector in store.scalars(select(Sector)):
        assert sector.name_nl and sector.name_en, sector.code
        if sector.kind.startswith("sbi"):
            assert sector.name("nl") != sector.name("en"), sector.code


def test_markets_go_by_the_names_people_use(store: Session) -> None:
    dutch = [market.name("nl") for market in store.scalars(queries.open_markets("nl"))]
    assert dutch.index("België") < dutch.index("Belize") < dutch.index("Colombia") < dutch.index("Zwitserland")
    assert len(set(dutch)) == len(dutch) == 250
    belgium = store.get_one(Market, "BE")
    assert (belgium.formal_name_nl, belgium.name_nl_folded) == ("Koninkrijk België", "belgie")
    assert store.get_one(Market, "EG").weekend == frozenset({4, 5})


def test_a_sanctions_flag_survives_a_reload(store: Session) -> None:
    market = store.get_one(Market, "RU")
    market.sanctions_from = date(2026, 1, 1)
    store.flush()
    load_reference(store, now=LATER)
    assert market.has_sanctions_flag(date(2026, 1, 1))
    assert not market.has_sanctions_flag(date(2025, 12, 31))
    market.sanctions_until = date(2026, 6, 30)
    assert market.has_sanctions_flag(date(2026, 6, 30))
    assert not market.has_sanctions_flag(date(2026, 7, 1))


def test_a_lapsed_instrument_is_not_open(store: Session) -> None:
    assert store.get_one(Instrument, "dtif1").lapsed_on == date(2024, 1, 1)
    open_ids = {instrument.instrument_id for instrument in store.scalars(queries.open_instruments(NOW.date()))}
    assert "dtif1" not in open_ids and "dhi" in open_ids
    assert not store.get_one(Instrument, "dtif1").is_open(NOW.date())


def test_instrument_conditions_are_taken_as_they_stand(store: Session, folder: Path) -> None:
    rows = [
        {"instrument_id": "dhi", "fact": "legal_form", "rule": "not_in", "value": "sole_trader"},
        {"instrument_id": "dhi", "fact": "amount_eur", "rule": "at_least", "value": ""},
    ]
    rewrite("instrument_terms", folder, rows)
    load_reference(store, now=NOW, folder=folder)
    assert store.get_one(Instrument, "dhi").conditions == [
        {"fact": "legal_form", "rule": "not_in", "value": "sole_trader"},
        {"fact": "amount_eur", "rule": "at_least"},
    ]
    assert store.get_one(Instrument, "pib").conditions == []


def test_a_missing_file_is_an_error(store: Session, folder: Path) -> None:
    (folder / "services.csv").unlink()
    with pytest.raises(FileNotFoundError):
        load_reference(store, now=NOW, folder=folder)


def test_holidays_span_four_years_and_never_retire_older_ones(store: Session) -> None:
    assert store.scalar(select(func.min(Holiday.on))) == date(2025, 1, 1)
    assert store.scalar(select(func.max(Holiday.on))).year == 2028
    report = load_reference(store, now=datetime(2027, 6, 1, tzinfo=UTC)).tables["holidays"]
    assert report.retired == []
    assert store.scalar(select(func.max(Holiday.on))).year == 2029


def test_an_announced_holiday_entered_by_hand_stays(store: Session) -> None:
    store.add(Holiday(market="CO", on=date(2027, 2, 2), name_nl="Extra vrije dag", name_en="Extra day off"))
    store.flush()
    assert load_reference(store, now=LATER).tables["holidays"].retired == []


def test_office_and_statutory_holidays_are_two_lists(store: Session) -> None:
    year = (date(2026, 1, 1), date(2026, 12, 31))
    office = {holiday.on for holiday in store.scalars(queries.office_holidays(["NL"], *year))}
    statutory = {holiday.on for holiday in store.scalars(queries.statutory_holidays(*year))}
    good_friday, liberation = date(2026, 4, 3), date(2026, 5, 5)
    assert {good_friday, liberation} <= statutory
    assert not {good_friday, liberation} & office
    assert date(2026, 4, 27) in office & statutory
