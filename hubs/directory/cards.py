"""What the register tells of one hub, put together from its profile, offers, offices and answer record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from hubs.core.calendars import ClosedPeriod, WorkingCalendar, parse_hours
from hubs.core.clock import local_day

from .freshness import is_stale, usual_days
from .lifecycle import STANDING
from .models import HubAnswerRecord, HubProfile, ServiceOffer
from .prices import Price, lowest_price
from .queries import GONE_STATUSES, OfficeDays

CLOSURE_AHEAD_DAYS = 14


@dataclass(frozen=True, slots=True)
class ClosedOffice:
    """An office that is shut now or soon: its city, from and up to which day, and whether now."""

    city: str
    starts_on: date
    ends_on: date
    is_now: bool


@dataclass(frozen=True, slots=True)
class HubCard:
    """A hub as a card or page of the register shows it; `price` and `offers` are published ones only."""

    profile: HubProfile
    cities: list[str]
    offers: list[ServiceOffer]
    price: Price | None
    answer_days: int | None
    closed: list[ClosedOffice]
    is_stale: bool
    status: str  # today, whether or not a scheduler ran
    since: date | None

    @property
    def takes_questions(self) -> bool:
        return self.status in STANDING

    @property
    def is_gone(self) -> bool:
        """Only a stone remains: standing withdrawn or run out."""
        return self.status in GONE_STATUSES


def hub_card(
    profile: HubProfile,
    record: HubAnswerRecord | None,
    offices: Sequence[OfficeDays],
    offers: Sequence[ServiceOffer],
    now: datetime,
    service: str | None = None,
) -> HubCard:
    """The card of one hub; with a `service` chosen, the price is that of the service."""
    priced = [offer for offer in offers if offer.service == service] or list(offers)
    return HubCard(
        profile=profile,
        cities=[days.office.city for days in offices if days.office.city],
        offers=list(offers),
        price=lowest_price(priced),
        answer_days=usual_days(record.answers, record.usual_minutes) if record else None,
        closed=[shut for days in offices if (shut := closed_office(days, now))],
        is_stale=is_stale(profile.confirmed_at, now),
        status=profile.status_on(local_day(now)),
        since=profile.since_on(local_day(now)),
    )


def closed_office(days: OfficeDays, now: datetime, within_days: int = 0) -> ClosedOffice | None:
    """The closure an office is in, or that starts within so many days; told with the weekend that follows it."""
    if not days.closures:
        return None
    calendar = calendar_of(days)
    period: ClosedPeriod | None = calendar.closure_ahead(now, within_days=within_days)
    if period is None:
        return None
    is_now = period.starts_on <= calendar.local_date(now)
    return ClosedOffice(days.office.city or "", period.starts_on, period.ends_on, is_now)


def calendar_of(days: OfficeDays, holidays: frozenset[date] = frozenset()) -> WorkingCalendar:
    closures = tuple((closure.starts_on, closure.ends_on) for closure in days.closures)
    return WorkingCalendar(days.office.timezone, parse_hours(days.office.hours or {}), holidays, closures)
