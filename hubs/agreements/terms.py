"""The model agreement: what a new draft says until its parties say otherwise, and which fields are terms.

The figures are the service's own proposal; the ministry's model text is not public (domain.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

DIRECTIONS = ("post_to_hub", "hub_to_post", "hub_to_hub")
EITHER_TO = ("hub", "post")
TERM_YEARS = 3  # as long as an accreditation usually holds

# every column of an agreement that its parties agree on; a change of one is a new version
TERM_FIELDS = (
    "directions", "services", "sectors", "markets", "cities", "target_groups", "either_to",
    "starts_on", "ends_on", "notice_days", "conditional_on_accreditation", "review_month",
    "acknowledge_hours", "acknowledge_outer_days", "decide_hours", "decide_outer_days",
    "contact_hours", "contact_outer_days", "quote_days", "report_days",
    "capacity_share", "first_talk_free", "no_membership", "no_commission", "non_exclusive",
    "consent_text_version", "data_fields", "decline_reasons", "liaison_hub", "liaison_posts",
)  # fmt: skip

# what a hub may be told of who asks, once it has accepted; the words are in `words.py`
DATA_FIELDS = ("company", "contact_person", "email", "phone", "text", "private_notes")


def model_terms(today: date) -> dict[str, Any]:
    """The terms a new draft starts from; lists left empty mean no restriction."""
    starts_on = first_of_next_month(today)
    return {
        "directions": ["post_to_hub", "hub_to_post"],
        "services": [],
        "sectors": [],
        "markets": [],
        "cities": [],
        "target_groups": [],
        "either_to": "hub",
        "starts_on": starts_on,
        "ends_on": last_day(starts_on, TERM_YEARS),
        "notice_days": 60,
        "conditional_on_accreditation": False,
        "review_month": starts_on.month,
        "acknowledge_hours": 8,
        "acknowledge_outer_days": 4,
        "decide_hours": 16,
        "decide_outer_days": 7,
        "contact_hours": 16,
        "contact_outer_days": 7,
        "quote_days": 10,
        "report_days": 60,
        "capacity_share": None,
        "first_talk_free": True,
        "no_membership": True,
        "no_commission": True,
        "non_exclusive": True,
        "consent_text_version": None,
        "data_fields": list(DATA_FIELDS),
        "decline_reasons": [],
        "liaison_hub": None,
        "liaison_posts": None,
    }


def first_of_next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def last_day(starts_on: date, years: int) -> date:
    """The last day of a term that starts on the first of a month and lasts so many years."""
    return date.fromordinal(date(starts_on.year + years, starts_on.month, 1).toordinal() - 1)


def terms_of(agreement: Any) -> dict[str, Any]:
    """The terms of an agreement, lists copied: what a change of it starts from."""
    found = {name: getattr(agreement, name) for name in TERM_FIELDS}
    return {name: list(value) if isinstance(value, list) else value for name, value in found.items()}


def changed_terms(earlier: Mapping[str, Any], later: Mapping[str, Any]) -> list[str]:
    """The fields in which two sets of terms differ, in the order of `TERM_FIELDS`."""
    return [name for name in TERM_FIELDS if _plain(earlier.get(name)) != _plain(later.get(name))]


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, list) else value
