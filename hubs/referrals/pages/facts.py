"""The columns of a list that a reader may choose, and that something lies still, in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from hubs.core.durations import when_words
from hubs.reference.labels import label, market_name, sector_name, service_name
from hubs.referrals.lists.asked import Asked
from hubs.referrals.lists.turns import idle_days

COLUMN_WORDS = {
    "service": _l("Service"),
    "sector": _l("Sector"),
    "market": _l("Country"),
    "handler": _l("Handler"),
    "office": _l("Office"),
    "channel": _l("Came in by"),
    "received": _l("Received"),
    "sent": _l("Sent"),
    "last_action": _l("Last action"),
}
SORT_WORDS = {
    "newest": _l("Newest first"),
    "oldest": _l("Oldest first"),
    "due": _l("Shortest term first"),
    "waiting": _l("Longest waiting first"),
    "market": _l("By country"),
    "company": _l("By company"),
    "handler": _l("By handler"),
}


def chosen_facts(asked: Asked, row: Any, timezone: str, now: datetime) -> list[tuple[str, str]]:
    """The chosen columns of a row as (word, value); those without a value are left out."""
    values = ((name, _value(name, row, timezone, now)) for name in asked.columns)
    return [(str(COLUMN_WORDS[name]), value) for name, value in values if value]


def _value(name: str, row: Any, timezone: str, now: datetime) -> str:
    made = {
        "service": lambda: ", ".join(
            service_name(code) for code in sorted(set((row.services or "").split(","))) if code
        ),
        "sector": lambda: sector_name(row.sector),
        "market": lambda: market_name(row.market),
        "handler": lambda: row.handler_name or "",
        "office": lambda: row.office_city or "",
        "channel": lambda: label("channel", row.channel),
        "received": lambda: _moment(row.received_at, timezone, now),
        "sent": lambda: _moment(row.sent_at, timezone, now),
        "last_action": lambda: _moment(row.last_at, timezone, now),
    }
    return made[name]()


def _moment(at: datetime | None, timezone: str, now: datetime) -> str:
    return when_words(at, timezone, now, short=True) if at else ""


def idle_words(role: str, last: datetime | None, limits: Mapping[str, int], now: datetime) -> str:
    """That nothing was done for longer than may be, and whose turn it is; empty when that is not so."""
    days = idle_days(role, last, limits, now)
    if not days:
        return ""
    return ngettext("Nothing happened for %(num)s day", "Nothing happened for %(num)s days", days)


def idle_reason(role: str, limits: Mapping[str, int]) -> str:
    """Why that is marked: the limit of who is to act."""
    days = limits.get(role, 0)
    who = {
        "officer": _("the desk"),
        "staff": _("the hub"),
        "partner": _("the partner"),
        "entrepreneur": _("the entrepreneur"),
    }.get(role, "")
    return ngettext("The limit for %(who)s is %(num)s day.", "The limit for %(who)s is %(num)s days.", days, who=who)
