"""The words of a market-need dossier; every sentence about its codes and numbers is made here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from hubs.accreditation.dossier.counting import (
    ALL,
    DECLINED,
    ELSEWHERE,
    GAP,
    IN_CITIES,
    LATE,
    NO_CITY,
    REPEATED,
    UNMET,
    UNSERVED,
)
from hubs.accreditation.dossier.reading import EQUAL, GROWS, HIDDEN, LESS, SHRINKS, STEADY, Reader
from hubs.accreditation.dossier.supply import (
    ADDS,
    COVERED,
    FILLS_GAP,
    IN_DEVELOPMENT,
    NO,
    NO_AGREEMENT,
    OTHER_SECTORS,
    OVERLAP,
    PARTLY,
    PARTNER_TASK,
    PUBLIC_TASK,
    REMAINS_GAP,
    YES,
)
from hubs.core.templating import locale_code

NOT_SHOWN = _l("not shown")
TOTAL_NAMES: dict[str, Any] = {
    ALL: _l("All questions"),
    UNMET: _l("Beyond the reach of the post"),
    UNSERVED: _l("Nobody could help"),
    GAP: _l("The post took it because no hub could"),
    DECLINED: _l("Declined by a hub, because not in the agreement"),
    LATE: _l("Answered late, by the desk or by whom it was sent to"),
    REPEATED: _l("The same company asked the same again within a year"),
}
REASON_NAMES: dict[str, Any] = {
    "outside_territory": _l("Outside its territory"),
    "outside_sector": _l("Outside its sectors"),
    "service_not_offered": _l("It does not offer the service"),
}
CAUSE_NAMES: dict[str, Any] = {
    "no_hub": _l("No hub serves this market"),
    "status": _l("A hub has no standing"),
    "agreement": _l("No agreement covers it"),
    "territory": _l("Outside the territory of every hub"),
    "sector": _l("Outside the sectors of every hub"),
    "service": _l("The service is in no agreement"),
    "target_group": _l("Outside the target groups of every hub"),
    "offer": _l("No hub offers the service"),
    "closed": _l("The hub was closed for too long"),
    "conflict": _l("A hub had a conflict of interest"),
    "excluded": _l("The entrepreneur excluded a hub"),
    "capacity": _l("A hub was full"),
}
PLACE_NAMES: dict[str, Any] = {
    IN_CITIES: _l("In the cities of the proposal"),
    ELSEWHERE: _l("Elsewhere in the market"),
    NO_CITY: _l("City not said"),
}
CLAIM_NAMES: dict[str, Any] = {
    "questions_per_year": _l("Questions a year"),
    "unserved_by_post": _l("Beyond the reach of the post"),
    "companies": _l("Companies behind the questions"),
    "declined_for_coverage": _l("Declined, because not in the agreement"),
    "sme_questions": _l("Questions of SMEs"),
    "startup_questions": _l("Questions of start-ups"),
    "women_led_questions": _l("Questions of women entrepreneurs"),
}
GIVES_WORDS: dict[str, Any] = {YES: _l("yes"), PARTLY: _l("in part"), NO: _l("no")}
GIVES_REASONS: dict[str, Any] = {
    IN_DEVELOPMENT: _l("is in development"),
    NO_AGREEMENT: _l("has no agreement in force for it"),
    OTHER_SECTORS: _l("offers it for some of the sectors only"),
}
VERDICT_WORDS: dict[str, Any] = {
    FILLS_GAP: _l("Fills a gap"),
    ADDS: _l("Adds to what is there in part"),
    REMAINS_GAP: _l("Remains a gap"),
    COVERED: _l("Is there already"),
    PUBLIC_TASK: _l("Public task"),
    PARTNER_TASK: _l("Task of a partner"),
}
OVERLAP_NAME = _l("Overlaps")
GAPS, OVERLAPS = frozenset({FILLS_GAP, REMAINS_GAP}), frozenset({OVERLAP, ADDS})
FLOW_NAMES: dict[str, Any] = {
    "export_goods": _l("Export of goods to the market"),
    "import_goods": _l("Import of goods from the market"),
    "re_export_goods": _l("Re-export of goods to the market"),
    "domestic_export_goods": _l("Export of Dutch-made goods to the market"),
    "total_trade_goods": _l("Trade in goods, both ways"),
    "export_goods_share": _l("Share in the Dutch export of goods"),
}
UNIT_NAMES: dict[str, Any] = {
    "EUR": _l("euros"),
    "EUR million": _l("million euros"),
    "EUR billion": _l("billion euros"),
    "USD thousand": _l("thousand US dollars"),
    "USD million": _l("million US dollars"),
    "USD billion": _l("billion US dollars"),
    "percent of NL exports": _l("percent of Dutch exports"),
}
READER_NOTES: dict[str, Any] = {
    Reader.EXACT: _l(
        "You see exact numbers. The chamber does not see those about few companies. Nobody sees names here."
    ),
    Reader.SUPPRESSED: _l(
        "Numbers that say something about fewer than 10 companies are not shown. The ministry's assessors see exact "
        "numbers. Nobody sees names here."
    ),
    Reader.PREVIEW: _l(
        "Numbers are rounded to tens, and those that say something about fewer than 10 companies are not shown. "
        "Nobody sees names here."
    ),
}  # fmt: skip


def number(value: int | None) -> Any:
    """A figure as people write it, or that it is not shown."""
    return NOT_SHOWN if value is None else format_decimal(value, locale=locale_code())


def cause_name(code: str) -> Any:
    return CAUSE_NAMES.get(code, code)


def day(text: str) -> str:
    """A stored day in full."""
    return format_date(date.fromisoformat(text), "d MMMM y", locale=locale_code())


def quarter_words(starts_on: str, ends_on: str) -> str:
    """The months of a quarter: Nov 2025 - Jan 2026."""
    first, last = date.fromisoformat(starts_on), date.fromisoformat(ends_on)
    pattern = "LLL" if first.year == last.year else "LLL y"
    return f"{_month(first, pattern)} - {_month(last, 'LLL y')}"


def quarter_short(starts_on: str, ends_on: str) -> str:
    """The same under a bar, without years."""
    first, last = date.fromisoformat(starts_on), date.fromisoformat(ends_on)
    return f"{_month(first, 'LLL')}-{_month(last, 'LLL')}"


def _month(on: date, pattern: str) -> str:
    return format_date(on, pattern, locale=locale_code()).replace(".", "")


def finding(shown: Mapping[str, Any]) -> str:
    """What the register says, in one sentence."""
    totals = shown["totals"]
    every, unmet = totals[ALL]["now"], totals[UNMET]["now"]
    if every is None:
        return _("There are too few companies behind the questions to show a number.")
    if not every:
        return _("Nobody asked a question about this market and these sectors in these twelve months.")
    if unmet is None:
        return _(
            "There were %(number)s questions. How many of them the post could not answer itself is not shown.",
            number=number(every),
        )
    return ngettext(
        "%(unmet)s of the %(number)s question could not be answered by the post itself.",
        "%(unmet)s of the %(number)s questions could not be answered by the post itself.",
        every,
        unmet=number(unmet),
        number=number(every),
    )


def claimed_unmet(shown: Mapping[str, Any]) -> str:
    """What the chamber says of the same."""
    said = next((claim["claimed"] for claim in shown["claims"] if claim["code"] == "unserved_by_post"), None)
    return "" if said is None else _("The chamber says %(number)s.", number=number(said))


def claims_summary(shown: Mapping[str, Any]) -> str:
    """How many statements differ; those that are not shown are counted apart, so that they say nothing."""
    claims = shown["claims"]
    if not claims:
        return _("The chamber makes no statement about numbers.")
    seen = [claim for claim in claims if claim["verdict"] != HIDDEN]
    differ = sum(claim["verdict"] != EQUAL for claim in seen)
    if not seen:
        return _("The statements of the chamber cannot be laid beside the register here.")
    return ngettext(
        "Of the %(num)d statement of the chamber that can be compared, %(differ)d differs from the register.",
        "Of the %(num)d statements of the chamber that can be compared, %(differ)d differ from the register.",
        len(seen),
        differ=differ,
    )


def difference(claim: Mapping[str, Any]) -> str:
    """The register against the chamber."""
    if claim["verdict"] == HIDDEN:
        return _("cannot be shown")
    if claim["verdict"] == EQUAL:
        return _("Equal")
    if claim["verdict"] == LESS:
        return _("%(number)s fewer", number=number(-claim["difference"]))
    return _("%(number)s more", number=number(claim["difference"]))


def difference_words(claim: Mapping[str, Any]) -> str:
    """The difference, and for those who see everything whether the chamber sees this figure."""
    words = difference(claim)
    if claim.get("hidden_from_applicant"):
        return _("%(difference)s. The chamber does not see this number.", difference=words)
    return words


def trend_title(trend: Mapping[str, str | None]) -> str:
    """The heading over the quarters, against the twelve months before."""
    known = {
        (GROWS, GROWS): _("The demand grows, and so does the gap"),
        (GROWS, SHRINKS): _("The demand grows, the gap shrinks"),
        (GROWS, STEADY): _("The demand grows, the gap stays as it is"),
        (SHRINKS, SHRINKS): _("The demand shrinks, and so does the gap"),
        (SHRINKS, GROWS): _("The demand shrinks, the gap grows"),
        (STEADY, GROWS): _("The demand stays as it is, the gap grows"),
        (STEADY, SHRINKS): _("The demand stays as it is, the gap shrinks"),
        (STEADY, STEADY): _("Demand and gap stay as they are"),
    }
    return known.get((str(trend[ALL]), str(trend[UNMET])), _("Questions through the year"))


def verdict_words(row: Mapping[str, Any]) -> Any:
    if row["verdict"] == OVERLAP:
        return ngettext("Overlaps with %(num)d", "Overlaps with %(num)d", row["overlap"])
    return VERDICT_WORDS[row["verdict"]]


def amount(row: Mapping[str, Any]) -> str:
    """A trade figure in the unit of its source."""
    unit = UNIT_NAMES.get(row["unit"], row["unit"])
    figure = format_decimal(Decimal(row["value"]), "#,##0.###", locale=locale_code())
    return _("%(figure)s %(unit)s", figure=figure, unit=unit)
