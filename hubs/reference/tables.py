"""The tables of this area as administrators edit them (`hubs.reference.editing`)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from flask_babel import lazy_gettext as _l

from hubs.core.errors import Problem
from hubs.core.templating import date_words
from hubs.reference import rows
from hubs.reference.editing import EditField, EditTable, Kind, dates_in_order, register
from hubs.reference.labels import label_choices, market_name
from hubs.reference.market_lists import MARKET_LISTS
from hubs.reference.models import (
    WEEKDAYS,
    CodeListEntry,
    Holiday,
    Instrument,
    Market,
    MarketCombination,
    MarketListPlace,
    Sector,
    SectorKind,
    Service,
)
from hubs.reference.words import CODE_LIST_WORDS, PROVIDER_WORDS, SECTOR_KIND_WORDS

_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_NAMES = (
    EditField("name_nl", _l("Name in Dutch"), required=True),
    EditField("name_en", _l("Name in English"), required=True),
)


def _codes(name: str) -> Any:
    """The codes of a list with their names, as choices."""
    return lambda locale: label_choices(name, locale)


def _words(table: Mapping[Any, Any], *, empty: bool = False) -> Any:
    none = [("", "-")] if empty else []
    return lambda _locale: [*none, *((str(code), str(words)) for code, words in table.items())]


def _named(row: Any, locale: str) -> str:
    return str(row.name(locale))


def _is_code(name: str) -> Any:
    def check(values: Mapping[str, Any], _today: date) -> Iterator[Problem]:
        if name in values and not _CODE.fullmatch(values[name] or ""):
            message = _l("A code has small letters, digits and _ only.")
            yield Problem("bad_code", message, name)

    return check


@lru_cache(maxsize=8)
def _filed(name: str) -> tuple[rows.Row, ...]:
    """The rows of a file of this installation; they change with a new version only."""
    return tuple(getattr(rows, name)())


def _file(name: str) -> Any:
    return lambda _scope: _filed(name)


# --- markets -----------------------------------------------------------------------------------------------


def _check_market(values: Mapping[str, Any], today: date) -> Iterator[Problem]:
    unknown = [day for day in values.get("weekend_days") or [] if day not in WEEKDAYS]
    if unknown:
        yield Problem("unknown_day", _l("Use mon, tue, wed, thu, fri, sat and sun."), "weekend_days")
    if len(values.get("weekend_days") or []) > 5:
        yield Problem("no_week", _l("Leave at least two working days."), "weekend_days")
    if values.get("timezone") and values["timezone"] not in available_timezones():
        yield Problem("unknown_zone", _l("Use a name such as Europe/Amsterdam."), "timezone")
    if values.get("sanctions_until") and not values.get("sanctions_from"):
        yield Problem("no_start", _l("Fill in from which day."), "sanctions_from")
    yield from dates_in_order("sanctions_from", "sanctions_until")(values, today)


register(
    EditTable(
        code="markets",
        label=_l("Markets"),
        note=_l("Countries to trade with: names, working week, the lists they stand on, and the sanctions flag."),
        model=Market,
        key=("iso2",),
        fields=(
            *_NAMES,
            EditField("formal_name_nl", _l("Formal name in Dutch"), required=True, longest=120),
            EditField("formal_name_en", _l("Formal name in English"), required=True, longest=120),
            EditField("region", _l("Part of the world"), longest=40),
            EditField("subregion", _l("Smaller part"), longest=60),
            EditField("capital", _l("Capital"), longest=80),
            EditField(
                "weekend_days",
                _l("Days off in a week"),
                Kind.CODES,
                hint=_l("One a line: mon, tue, wed, thu, fri, sat, sun. New offices there get their hours from it."),
            ),
            EditField("timezone", _l("Time zone of the capital"), longest=40),
            EditField(
                "bhos2022_relation",
                MARKET_LISTS["bhos_2022_broad"],
                Kind.CHOICE,
                choices=_words({"broad": _l("Broad"), "specific": _l("Specific")}, empty=True),
            ),
            EditField(
                "partner_country_2013",
                _l("Partner country of 2013"),
                Kind.CHOICE,
                choices=_words(
                    {"aid": _l("Aid"), "transitional": _l("Aid and trade"), "trade": _l("Trade")}, empty=True
                ),
            ),
            EditField("is_growth_market_2025", MARKET_LISTS["growth_market_2025"], Kind.YES_NO),
            EditField(
                "sanctions_from",
                _l("Sanctions flag from"),
                Kind.DATE,
                hint=_l("While the flag stands no referral leaves by itself, and a check is asked for."),
            ),
            EditField("sanctions_until", _l("Sanctions flag until"), Kind.DATE, hint=_l("This day counts too.")),
        ),
        title=_named,
        sub=lambda row, _locale: row.iso2,
        order=("name_nl_folded", "iso2"),
        search=("name_nl_folded", "name_en_folded"),
        rows_of_file=_file("market_rows"),
        can_add=False,
        check=_check_market,
    )
)


# --- lists of markets, combinations with a theme -----------------------------------------------------------


def _on_list(row: Any, locale: str) -> str:
    return f"{market_name(row.market, locale)}: {MARKET_LISTS.get(row.list_code, row.list_code)}"


def _days(row: Any, _locale: str) -> str:
    return f"{date_words(row.starts_on)} - {date_words(row.ends_on)}"


_MARKET = EditField("market", _l("Market"), Kind.CHOICE, required=True, choices=_codes("market"))
_FROM = EditField("starts_on", _l("First day"), Kind.DATE, required=True)
_UNTIL = EditField("ends_on", _l("Last day"), Kind.DATE, hint=_l("This day counts too. Empty: until further notice."))

register(
    EditTable(
        code="market-lists",
        label=_l("Market lists"),
        note=_l("Markets that stand on a list for some time, besides what their own row says."),
        model=MarketListPlace,
        key=("id",),
        fields=(
            _MARKET,
            EditField("list_code", _l("List"), Kind.CHOICE, required=True, choices=_words(MARKET_LISTS)),
            _FROM,
            _UNTIL,
            EditField("note", _l("Source or note"), Kind.LONG, longest=2000),
        ),
        title=_on_list,
        sub=_days,
        order=("market", "id"),
        group="market",
        group_words=market_name,
        check=dates_in_order("starts_on", "ends_on"),
    )
)
register(
    EditTable(
        code="market-combinations",
        label=_l("Market and theme combinations"),
        note=_l("Markets and themes that the steering team chose together, with their roadmap."),
        model=MarketCombination,
        key=("id",),
        fields=(
            _MARKET,
            EditField("theme", _l("Theme"), Kind.CHOICE, required=True, choices=_codes("theme")),
            _FROM,
            _UNTIL,
            EditField("roadmap_nl", _l("Roadmap in Dutch"), Kind.LONG, longest=4000),
            EditField("roadmap_en", _l("Roadmap in English"), Kind.LONG, longest=4000),
        ),
        title=lambda row, locale: (
            f"{market_name(row.market, locale)}: {dict(label_choices('theme', locale)).get(row.theme, row.theme)}"
        ),  # noqa: E501
        sub=_days,
        order=("market", "id"),
        group="market",
        group_words=market_name,
        check=dates_in_order("starts_on", "ends_on"),
    )
)


# --- sectors, services, instruments ------------------------------------------------------------------------

register(
    EditTable(
        code="sectors",
        label=_l("Sectors"),
        note=_l("Topsectors, and sections and divisions of the classifications of businesses."),
        model=Sector,
        key=("code",),
        fields=(
            *_NAMES,
            EditField(
                "topsector_hints",
                _l("Topsectors it may belong to"),
                Kind.CODES,
                hint=_l("Codes of topsectors, one a line."),
            ),
        ),
        title=_named,
        sub=lambda row, _locale: row.code,
        order=("kind", "code"),
        search=("name_nl_folded", "name_en_folded"),
        group="kind",
        group_words=lambda code, _locale: str(SECTOR_KIND_WORDS[SectorKind(code)]),
        rows_of_file=_file("sector_rows"),
        can_add=False,
    )
)
register(
    EditTable(
        code="services",
        label=_l("Services"),
        note=_l("Kinds of help, and who gives them unless an agreement says otherwise. Routing follows at once."),
        model=Service,
        key=("code",),
        fields=(
            EditField("code", _l("Code"), required=True, longest=64, fixed=True),
            *_NAMES,
            EditField(
                "default_provider", _l("Who gives it"), Kind.CHOICE, required=True, choices=_words(PROVIDER_WORDS)
            ),
            EditField("usual_provider", _l("Who gives it, as found"), required=True, longest=120),
            EditField(
                "partner_codes",
                _l("Partners that give it too"),
                Kind.CODES,
                hint=_l("Codes of partners, one a line, the first one first."),
            ),
            EditField("position", _l("Place in the list"), Kind.NUMBER, required=True),
        ),
        title=_named,
        sub=lambda row, _locale: row.code,
        order=("position", "code"),
        search=("name_nl_folded", "name_en_folded"),
        rows_of_file=_file("service_rows"),
        check=_is_code("code"),
    )
)
register(
    EditTable(
        code="instruments",
        label=_l("Instruments"),
        note=_l("Schemes and facilities of partners. Terms that the service tests itself come with the file."),
        model=Instrument,
        key=("instrument_id",),
        fields=(
            EditField("instrument_id", _l("Code"), required=True, longest=64, fixed=True),
            *_NAMES,
            EditField("kind", _l("Kind"), required=True, longest=60),
            EditField("partner_code", _l("Code of the partner"), longest=64),
            EditField("need_service_code", _l("Service it is for"), Kind.CHOICE, choices=_codes("service")),
            EditField("for_whom", _l("For whom"), Kind.LONG, longest=4000),
            EditField("country_limits", _l("Countries"), Kind.LONG, longest=4000),
            EditField("terms", _l("Terms in words"), Kind.LONG, longest=4000),
            EditField("status", _l("Status, as found"), longest=80),
            EditField(
                "lapsed_on",
                _l("No longer open from"),
                Kind.DATE,
                hint=_l("From this day on it is not named any more."),
            ),
        ),
        title=_named,
        sub=lambda row, _locale: row.instrument_id,
        order=("name_nl_folded", "instrument_id"),
        search=("name_nl_folded", "name_en_folded"),
        rows_of_file=_file("instrument_rows"),
        check=_is_code("instrument_id"),
    )
)


# --- code lists --------------------------------------------------------------------------------------------


def _check_entry(values: Mapping[str, Any], today: date) -> Iterator[Problem]:
    yield from _is_code("code")(values, today)
    if "list_code" in values and values["list_code"] not in CODE_LIST_WORDS:
        yield Problem("unknown_list", _l("Choose a list."), "list_code")


register(
    EditTable(
        code="code-lists",
        label=_l("Code lists"),
        note=_l("What people choose from: themes, target groups, reasons, outcomes, channels. A code never changes."),
        model=CodeListEntry,
        key=("list_code", "code"),
        fields=(
            EditField("list_code", _l("List"), Kind.CHOICE, required=True, choices=_words(CODE_LIST_WORDS), fixed=True),
            EditField("code", _l("Code"), required=True, longest=64, fixed=True),
            *_NAMES,
            EditField("position", _l("Place in the list"), Kind.NUMBER, required=True),
        ),
        title=_named,
        sub=lambda row, _locale: f"{CODE_LIST_WORDS.get(row.list_code, row.list_code)}: {row.code}",
        order=("list_code", "position", "code"),
        search=("name_nl_folded", "name_en_folded"),
        group="list_code",
        group_words=lambda code, _locale: str(CODE_LIST_WORDS.get(code, code)),
        rows_of_file=_file("code_list_rows"),
        check=_check_entry,
    )
)


# --- holidays ----------------------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def _holidays(market: str, first: int, last: int) -> tuple[rows.Row, ...]:
    return tuple(rows.holiday_rows([market], range(first, last + 1)))


def _holidays_of_file(market: str | None) -> Iterable[rows.Row]:
    """What the calendar says of one market, for the years that are kept; of all at once it would take long."""
    return _holidays(market, 2020, 2040) if market else ()


register(
    EditTable(
        code="holidays",
        label=_l("Public holidays"),
        note=_l("Days off in a market. A change moves the clocks that run there, at once."),
        model=Holiday,
        key=("market", "on"),
        fields=(
            EditField("market", _l("Market"), Kind.CHOICE, required=True, choices=_codes("market"), fixed=True),
            EditField("on", _l("Day"), Kind.DATE, required=True, fixed=True),
            *_NAMES,
            EditField("closes_offices", _l("Offices are closed"), Kind.YES_NO),
            EditField("is_statutory", _l("Moves terms set by law (the Netherlands only)"), Kind.YES_NO),
            EditField("is_estimated", _l("The date is not announced yet"), Kind.YES_NO),
        ),
        title=_named,
        sub=lambda row, locale: f"{market_name(row.market, locale)}, {date_words(row.on)}",
        order=("on", "market"),
        group="market",
        group_words=market_name,
        rows_of_file=_holidays_of_file,
    )
)
