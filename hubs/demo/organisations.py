"""What the demonstration world adds to real posts and chambers: invented standing, offers, hours and capacity.

Every standing carries the reason that it is demonstration data; summaries say so too.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from hubs.accounts.models import Office, Organisation
from hubs.demo.actors import Actors
from hubs.demo.cast import address, organisations_by_code
from hubs.demo.rows import Row, is_yes, listed, rows_of
from hubs.directory.models import HubProfile
from hubs.directory.operations import add_closure, add_offer, add_office, edit_hub_profile, edit_office
from hubs.extensions import db
from hubs.referrals.operations import set_hub_status

REASON = "Demonstratiegegevens, geen besluit. / Demonstration data, not a decision."
SUSPENDED = (
    "Demonstratie: geschorst om te laten zien wat er dan gebeurt. / Demonstration: suspended to show what happens."
)
CLOSURE = "Demonstratie / Demonstration"
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
STANDING = {
    "accredited": ("accredit",),
    "conditional": ("accredit_conditionally",),
    "in_development": ("develop",),
    "withdrawn": ("accredit", "withdraw_accreditation"),
    "registered": (),
}
# hub, first and last day from today: the first is shorter than an answer may take, the second longer
CLOSURES = (("hh-colombia", 25, 27), ("nncc-ng", -1, 13))


def hours_of(text: str) -> dict[str, list[list[str]]]:
    """`mon-thu 08:00-12:00 13:30-17:30;fri 08:00-13:00` as an office stores its hours."""
    found: dict[str, list[list[str]]] = {}
    for line in listed(text):
        days, *spans = line.split()
        for day in _days(days):
            found[str(day)] = [span.split("-") for span in spans]
    return found


def _days(text: str) -> list[int]:
    first, _, last = text.partition("-")
    start, end = DAYS.index(first), DAYS.index(last or first)
    length = (end - start) % 7
    return [(start + step) % 7 for step in range(length + 1)]


def set_standings(actors: Actors, now: datetime) -> None:
    """Give each chamber of `hubs.csv` its invented standing, by the administrator, long ago."""
    administrator = actors.of(actors.ids["bz"], "administrator")
    assert administrator is not None  # noqa: S101  people.csv has one
    known = organisations_by_code("hub")
    for row in rows_of("hubs"):
        profile = db.session.get_one(HubProfile, known[row["code"]].id)
        for action in STANDING[row["standing"]]:
            set_hub_status(profile, action, actor=administrator, now=now, reason=REASON)


def describe_hubs(actors: Actors, now: datetime) -> None:
    """Profiles, hours, capacity and offers, each by the chamber's own manager."""
    known = organisations_by_code("hub")
    offers: dict[str, list[Row]] = {}
    for row in rows_of("offers"):
        offers.setdefault(row["hub"], []).append(row)
    for row in rows_of("hubs"):
        hub = known[row["code"]]
        manager = actors.of(hub.id, "manager")
        if manager is None:
            continue
        profile = db.session.get_one(HubProfile, hub.id)
        edit_hub_profile(profile, values=_profile_values(row), actor=manager, now=now)
        main = edit_office(_main_office(hub), values=_office_values(row), actor=manager, now=now)
        if row["second_city"]:
            values = {**_office_values(row), "city": row["second_city"], "timezone": main.timezone}
            add_office(hub, market=main.market, values=values, actor=manager, now=now)
        for offer in offers.get(row["code"], ()):
            add_offer(hub, values=_offer_values(offer), actor=manager, now=now)


def _profile_values(row: Row) -> dict[str, Any]:
    values: dict[str, Any] = {
        "languages": listed(row["languages"]),
        "first_talk_free": is_yes(row["first_talk_free"]),
        "contact_email": address(row["code"]),
    }
    if row["summary_nl"]:
        values |= {"summary_nl": row["summary_nl"], "summary_en": row["summary_en"]}
    return values


def _office_values(row: Row) -> dict[str, Any]:
    values: dict[str, Any] = {"email": address(row["code"]), "hours": hours_of(row["hours"])}
    values["weekly_capacity"] = int(row["capacity"]) if row["capacity"] else None
    if row["city"]:
        values["city"] = row["city"]
    return values


def _offer_values(row: Row) -> dict[str, Any]:
    return {
        "service": row["service"],
        "sectors": listed(row["sectors"]),
        "languages": [],
        "price_cents": int(row["price_cents"]) if row["price_cents"] else None,
        "currency": "EUR",
        "price_unit": row["price_unit"] or None,
        "price_includes_vat": False,
        "lead_time_days": int(row["lead_time_days"]),
        "is_published": is_yes(row["is_published"]),
    }


def open_desks(actors: Actors, now: datetime) -> None:
    """Fictional mail addresses for the offices of the posts and partners that take part."""
    codes = {row["organisation"] for row in rows_of("people") if row["kind"] in ("post", "partner")}
    for organisation in _organisations(codes):
        office = _main_office(organisation)
        edit_office(office, values={"email": address(organisation.code)}, actor=actors.leader(organisation.id), now=now)


def _organisations(codes: set[str]) -> Iterator[Organisation]:
    statement = select(Organisation).where(Organisation.code.in_(codes), Organisation.kind.in_(("post", "partner")))
    yield from db.session.execute(statement.order_by(Organisation.code)).scalars().all()


def close_for_a_while(actors: Actors, now: datetime, loaded_at: datetime) -> None:
    """Closures ahead: a short one that is only shown, and one that outlasts the time to answer."""
    today = loaded_at.date()
    for code, first, last in CLOSURES:
        hub = organisations_by_code("hub")[code]
        add_closure(
            _main_office(hub),
            starts_on=today + timedelta(days=first),
            ends_on=today + timedelta(days=last),
            reason=CLOSURE,
            today=now.date(),
            actor=actors.leader(hub.id),
            now=now,
        )


def _main_office(organisation: Organisation) -> Office:
    statement = (
        select(Office)
        .where(Office.organisation_id == organisation.id, Office.closed_on.is_(None))
        .order_by(Office.position, Office.id)
        .limit(1)
    )
    return db.session.execute(statement).scalar_one()


def suspend(actors: Actors, hub_id: str, now: datetime) -> None:
    """An administrator suspends a chamber: its agreements pause and what it has not accepted goes back."""
    administrator = actors.of(actors.ids["bz"], "administrator")
    assert administrator is not None  # noqa: S101  people.csv has one
    set_hub_status(db.session.get_one(HubProfile, hub_id), "suspend", actor=administrator, now=now, reason=SUSPENDED)
