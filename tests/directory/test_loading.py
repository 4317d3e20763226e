"""Loading posts, chambers and partners: all of them, in order, without accrediting anybody."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session

from hubs.accounts.models import Office, Organisation
from hubs.core.clock import utcnow
from hubs.directory.loading import is_open, load_directory
from hubs.directory.models import HubMarket, HubProfile, PartnerProfile, PostCoverage, PostProfile
from hubs.extensions import Base, db
from hubs.reference.loading import load_reference
from hubs.reference.rows import DATA
from tests.reference.tables import loaded_tables

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LATER = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)


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
    return Path(shutil.copytree(DATA, tmp_path / "data"))


@pytest.fixture(scope="module")
def first_load(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with everything loaded once."""
    path = tmp_path_factory.mktemp("directory") / "loaded.sqlite"
    engine = create_engine(f"sqlite:///{path}")
    Base.metadata.create_all(engine, tables=loaded_tables())
    with Session(engine) as session:
        load_reference(session, now=NOW)
        load_directory(session, now=NOW)
        session.commit()
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


@pytest.fixture
def loaded(tmp_path: Path, first_load: Path) -> Iterator[Session]:
    """A session on a copy of it."""
    path = shutil.copy(first_load, tmp_path / "directory.sqlite")
    engine = create_engine(f"sqlite:///{path}")
    with Session(engine) as session:
        yield session
    engine.dispose()


def organisation(session: Session, kind: str, code: str) -> Organisation:
    return session.scalars(select(Organisation).where(Organisation.kind == kind, Organisation.code == code)).one()


def codes(session: Session, kind: str) -> set[str]:
    return set(session.scalars(select(Organisation.code).where(Organisation.kind == kind)))


def test_every_code_is_there(loaded: Session) -> None:
    assert codes(loaded, "post") == {record["post_id"] for record in records("posts")}
    assert codes(loaded, "hub") == {record["hub_id"] for record in records("hubs")}
    assert codes(loaded, "partner") == {record["partner_code"] for record in records("partners")} - {"bz"}
    assert codes(loaded, "ministry") == {"bz"}
    assert codes(loaded, "steering_team") == {"regieteam"}
    for model, name in ((PostProfile, "posts"), (HubProfile, "hubs"), (PostCoverage, "post_coverage")):
        assert loaded.scalar(select(func.count()).select_from(model)) == len(records(name)), name
    assert loaded.scalar(select(func.count()).select_from(PartnerProfile)) == len(records("partners")) - 1


def test_every_organisation_has_one_office_and_two_names(loaded: Session) -> None:
    for found in loaded.scalars(select(Organisation)):
        assert len(found.offices) == 1, found.code
        assert found.name_nl and found.name_en and found.source, found.code
        assert len(found.offices[0].hours) == 5, found.code


def test_a_second_load_changes_nothing(loaded: Session, folder: Path) -> None:
    report = load_directory(loaded, now=LATER, folder=folder)
    assert not loaded.dirty and not loaded.new
    for name, table in report.tables.items():
        assert (table.added, table.changed, table.kept, table.retired) == (0, 0, [], []), name
        assert table.unchanged, name


def test_nobody_is_accredited_by_loading(loaded: Session) -> None:
    profiles = {profile.organisation.code: profile for profile in loaded.scalars(select(HubProfile))}
    assert {profile.state for profile in profiles.values()} == {"registered"}
    assert profiles["hh-colombia"].nlib_accredited == "yes"
    assert profiles["hh-colombia"].website == "https://hollandhouse-colombia.com"
    assert profiles["nvcc"].seated_in_nl and profiles["nvcc"].markets == ["VN"]
    assert not profiles["dujat"].seated_in_nl and profiles["dujat"].organisation.market is None


def test_markets_served_are_rows_too(loaded: Session) -> None:
    query = select(Organisation.code, HubMarket.market).join_from(
        HubMarket, Organisation, HubMarket.hub_id == Organisation.id
    )
    named = {(row["hub_id"], market) for row in records("hubs") for market in row["serves_iso2"].split(";")}
    assert {(code, market) for code, market in loaded.execute(query)} == {pair for pair in named if pair[1]}


def test_a_post_works_the_week_of_its_market(loaded: Session) -> None:
    cairo = organisation(loaded, "post", "ambassade-cairo").offices[0]
    assert (cairo.timezone, cairo.market) == ("Africa/Cairo", "EG")
    assert set(cairo.hours) == {"0", "1", "2", "3", "6"}
    bogota = organisation(loaded, "post", "ambassade-bogota").offices[0]
    assert bogota.city == "Bogotá" and bogota.hours["4"] == [["09:00", "16:30"]] and "5" not in bogota.hours


@pytest.mark.parametrize(
    ("code", "city", "zone"),
    [
        ("dcc-qld", "Brisbane", "Australia/Brisbane"),
        ("dnhk", "Düsseldorf", "Europe/Berlin"),
        ("nacc-gl", None, "America/New_York"),
        ("hh-colombia", "Bogotá", "America/Bogota"),
        ("dujat", None, "Europe/Amsterdam"),
    ],
)
def test_time_zone_of_a_hub_s_office(loaded: Session, code: str, city: str | None, zone: str) -> None:
    office = organisation(loaded, "hub", code).offices[0]
    assert (office.city, office.timezone) == (city, zone)


def test_an_nbso_is_supervised_by_the_embassy_of_its_country(loaded: Session) -> None:
    supervised = {
        profile.organisation.code: profile.supervising_post
        for profile in loaded.scalars(select(PostProfile).where(PostProfile.post_type == "nbso"))
    }
    assert len(supervised) == 13
    for code, post in supervised.items():
        assert post is not None, code
        assert post.code.startswith("ambassade-"), code
    assert supervised["nbso-texas"].market == "US"


@pytest.mark.parametrize(
    ("post_type", "status", "expected"),
    [
        ("embassy", "in_feed", True),
        ("embassy", "listed_2022", True),
        ("nbso", "active", True),
        ("embassy", "closed", False),
        ("embassy", "unknown", False),
        ("permanent_representation", "listed", False),
    ],
)
def test_which_posts_take_questions(post_type: str, status: str, expected: bool) -> None:
    assert is_open(post_type, status) is expected


def test_coverage_is_economic_until_somebody_says_otherwise(loaded: Session, folder: Path) -> None:
    side = loaded.scalars(select(PostCoverage).where(PostCoverage.coverage_kind.startswith("side_"))).all()
    assert len(side) == 82 and all(cover.is_economic for cover in side)
    side[0].is_economic = False
    loaded.flush()
    load_directory(loaded, now=LATER, folder=folder)
    assert side[0].is_economic is False


def test_regions_of_the_northern_agency(loaded: Session) -> None:
    agency = loaded.get_one(PartnerProfile, organisation(loaded, "partner", "rom-nom").id)
    assert agency.regions == ["Groningen", "Drenthe", "Fryslân"]


def test_a_ministry_desk_in_the_hague(loaded: Session) -> None:
    desk = organisation(loaded, "ministry", "bz").offices[0]
    assert (desk.city, desk.timezone) == ("Den Haag", "Europe/Amsterdam")


def test_local_edits_and_offices_survive_a_new_file(loaded: Session, folder: Path) -> None:
    hub = organisation(loaded, "hub", "dbcci")
    hub.set_names("Eigen naam", "Own name")
    hub.edited_at = NOW
    other = organisation(loaded, "hub", "mdbc")
    other.offices[0].hours = {"0": [["10:00", "12:00"]]}
    loaded.flush()
    rows = records("hubs", folder)
    for row in rows:
        if row["hub_id"] in ("dbcci", "mdbc"):
            row["name"], row["founded_year"] = "Nieuwe naam", "1999"
    rewrite("hubs", folder, rows)
    report = load_directory(loaded, now=LATER, folder=folder).tables["hubs"]
    assert (report.kept, report.differing, report.changed) == (["dbcci"], ["dbcci"], 1)
    assert hub.name("nl") == "Eigen naam"
    assert loaded.get_one(HubProfile, hub.id).founded_year is None
    assert other.name("nl") == "Nieuwe naam" and loaded.get_one(HubProfile, other.id).founded_year == 1999
    assert other.offices[0].hours == {"0": [["10:00", "12:00"]]}
    assert loaded.scalar(select(func.count()).select_from(Office).where(Office.organisation_id == other.id)) == 1


def test_what_the_chamber_confirmed_is_not_overwritten(loaded: Session, folder: Path) -> None:
    profile = loaded.get_one(HubProfile, organisation(loaded, "hub", "mdbc").id)
    profile.founded_year, profile.confirmed_at = 1995, NOW
    loaded.flush()
    rows = records("hubs", folder)
    next(row for row in rows if row["hub_id"] == "mdbc")["founded_year"] = "1999"
    rewrite("hubs", folder, rows)
    load_directory(loaded, now=LATER, folder=folder)
    assert profile.founded_year == 1995


def test_a_standing_survives_a_new_file(loaded: Session, folder: Path) -> None:
    profile = loaded.get_one(HubProfile, organisation(loaded, "hub", "mdbc").id)
    loaded.execute(HubProfile.__table__.update().where(HubProfile.id == profile.id).values(state="accredited"))
    loaded.expire(profile)
    rows = records("hubs", folder)
    next(row for row in rows if row["hub_id"] == "mdbc")["serves_iso2"] = "MY;SG"
    rewrite("hubs", folder, rows)
    load_directory(loaded, now=LATER, folder=folder)
    assert profile.state == "accredited" and profile.markets == ["MY", "SG"]
    markets = select(HubMarket.market).where(HubMarket.hub_id == profile.id).order_by(HubMarket.market)
    assert loaded.scalars(markets).all() == ["MY", "SG"]


def test_a_post_that_left_the_list_is_retired(loaded: Session, folder: Path) -> None:
    rewrite("posts", folder, [row for row in records("posts", folder) if row["post_id"] != "nbso-dalian"])
    rewrite("post_coverage", folder, [r for r in records("post_coverage", folder) if r["post_id"] != "nbso-dalian"])
    report = load_directory(loaded, now=LATER, folder=folder)
    assert report.tables["posts"].retired == ["nbso-dalian"]
    assert len(report.tables["post_coverage"].retired) == 1
    assert organisation(loaded, "post", "nbso-dalian").retired_on == date(2026, 12, 1)


def test_districts_of_posts_that_have_a_part_of_the_market(loaded: Session) -> None:
    texas = loaded.get_one(PostProfile, organisation(loaded, "post", "nbso-texas").id)
    assert "Houston" in texas.district_cities
    assert loaded.get_one(PostProfile, organisation(loaded, "post", "ambassade-bogota").id).district_cities == []


def test_coverage_of_an_unknown_post_is_an_error(loaded: Session, folder: Path) -> None:
    rows = records("post_coverage", folder)
    rows[0]["post_id"] = "ambassade-nergens"
    rewrite("post_coverage", folder, rows)
    with pytest.raises(ValueError, match="ambassade-nergens"):
        load_directory(loaded, now=LATER, folder=folder)


def test_every_value_fits_its_column(loaded: Session) -> None:
    """SQLite stores what is too long without a word; PostgreSQL refuses it."""
    for table in loaded_tables():
        for column in table.columns:
            length = getattr(column.type, "length", None)
            if length:
                longest = loaded.scalar(select(func.max(func.length(column)))) or 0
                assert longest <= length, column


def test_a_reload_keeps_the_district_that_a_post_gave(app: Any, demo: Any) -> None:
    with app.app_context():
        post = db.session.get(PostProfile, demo.organisations["post"])
        post.district_cities, post.confirmed_at = ["Bogotá", "Tunja"], utcnow()
        db.session.commit()
        load_directory(db.session(), now=utcnow())
        db.session.commit()
        assert db.session.get(PostProfile, demo.organisations["post"]).district_cities == ["Bogotá", "Tunja"]
