"""Standings, kinds of posts, prices and opening hours as words in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from babel.dates import get_day_names
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from hubs.core.templating import date_words, language_name, money

from .lifecycle import HubStatus
from .prices import Price
from .profile_fields import HUB_TYPES

STATUS_WORDS = {
    HubStatus.ACCREDITED: _l("Accredited"),
    HubStatus.CONDITIONAL: _l("Accredited with conditions"),
    HubStatus.IN_DEVELOPMENT: _l("In development"),
    HubStatus.SUSPENDED: _l("Suspended"),
    HubStatus.REGISTERED: _l("Not accredited"),
    HubStatus.WITHDRAWN: _l("Accreditation withdrawn"),
    HubStatus.EXPIRED: _l("Accreditation expired"),
}
STATUS_TONES = {
    HubStatus.REGISTERED: "neutral",
    HubStatus.IN_DEVELOPMENT: "neutral",
    HubStatus.ACCREDITED: "success",
    HubStatus.CONDITIONAL: "success",
    HubStatus.SUSPENDED: "warning",
    HubStatus.WITHDRAWN: "danger",
    HubStatus.EXPIRED: "danger",
}
STATUS_MEANING = {
    HubStatus.REGISTERED: _l("This chamber is in the register. The ministry has not accredited it."),
    HubStatus.IN_DEVELOPMENT: _l("New. The post looks along with every question."),
    HubStatus.ACCREDITED: _l("The ministry found that this hub meets the rules."),
    HubStatus.CONDITIONAL: _l("This hub meets the rules as long as it keeps to some conditions."),
    HubStatus.SUSPENDED: _l("May not take new questions now."),
    HubStatus.WITHDRAWN: _l("The ministry has withdrawn the accreditation. This hub takes no questions here."),
    HubStatus.EXPIRED: _l("The accreditation has run out. This hub takes no questions here."),
}
POST_TYPES = {
    "embassy": _l("Embassy"),
    "embassy_office": _l("Embassy office"),
    "consulate_general": _l("Consulate-general"),
    "nbso": _l("Netherlands Business Support Office"),
    "permanent_representation": _l("Permanent representation"),
    "representative_office": _l("Representative office"),
}
UNITS = {"hour": _l("per hour"), "fixed": _l("fixed price")}


def status_since_words(status: str, since: date | None) -> str:
    """ "Accredited since 1 March 2026"; empty where the standing has no first day."""
    if since is None or status == HubStatus.REGISTERED:
        return ""
    day = date_words(since)
    sentences = {
        HubStatus.IN_DEVELOPMENT: _("In development since %(day)s", day=day),
        HubStatus.ACCREDITED: _("Accredited since %(day)s", day=day),
        HubStatus.CONDITIONAL: _("Accredited with conditions since %(day)s", day=day),
        HubStatus.SUSPENDED: _("Suspended since %(day)s", day=day),
        HubStatus.WITHDRAWN: _("Accreditation withdrawn on %(day)s", day=day),
        HubStatus.EXPIRED: _("Accreditation expired on %(day)s", day=day),
    }
    return sentences.get(HubStatus(status), "")


def price_words(price: Price | None) -> str:
    """ "€ 95 per hour, excluding VAT", "From € 450 fixed, including VAT", "Free", "No price yet"."""
    if price is None:
        return _("No price yet")
    if price.is_free:
        return _("Free")
    words = _unit_and_vat(price, money(price.cents, price.currency))
    return _("From %(price)s", price=words) if price.is_lowest else words


def _unit_and_vat(price: Price, amount: str) -> str:
    if price.unit == "hour":
        if price.includes_vat:
            return _("%(amount)s per hour, including VAT", amount=amount)
        return _("%(amount)s per hour, excluding VAT", amount=amount)
    if price.includes_vat:
        return _("%(amount)s fixed, including VAT", amount=amount)
    return _("%(amount)s fixed, excluding VAT", amount=amount)


def offer_price_words(offer: Any) -> str:
    if offer.price_cents is None:
        return _("No price yet")
    return price_words(Price(offer.price_cents, offer.currency, offer.price_unit, offer.price_includes_vat))


def first_talk_words(first_talk_free: bool | None) -> str:
    if first_talk_free is None:
        return _("Not known yet")
    return _("Free") if first_talk_free else _("Paid")


def answer_words(days: int | None) -> str:
    """How long an answer usually takes, or that nobody can tell yet."""
    if days is None:
        return _("Not known yet")
    return ngettext("%(num)s working day", "%(num)s working days", days)


def hub_type_words(hub_type: str | None) -> str:
    return str(HUB_TYPES.get(hub_type or "", hub_type or ""))


def language_list(codes: Iterable[str]) -> str:
    return ", ".join(language_name(code) for code in codes)


def weekday_names() -> list[str]:
    """The days of the week from Monday, in the reader's language, with a capital."""
    names = get_day_names("wide", locale=get_locale() or "en")
    return [names[day][:1].upper() + names[day][1:] for day in range(7)]


def spans_text(hours: Mapping[str, Any] | None, day: int) -> str:
    """ "09:00-12:00, 13:00-17:00" as it is shown and typed; empty when closed."""
    spans = (hours or {}).get(str(day)) or []
    return ", ".join(f"{opens}-{closes}" for opens, closes in spans)


def hours_rows(hours: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """Days and their times, days with equal times joined: ("Monday to Thursday", "09:00-16:30")."""
    names, texts = weekday_names(), [spans_text(hours, day) for day in range(7)]
    rows: list[tuple[str, str]] = []
    first = 0
    for day in range(1, 8):
        if day == 7 or texts[day] != texts[first]:
            rows.append((_days_words(names, first, day - 1), _times(texts[first]) or _("Closed")))
            first = day
    return rows


def _times(text: str) -> str:
    """Times as the reader's language writes them: 09:00-16:30, in Dutch 09.00-16.30."""
    return text if str(get_locale() or "en").startswith("en") else text.replace(":", ".")


def _days_words(names: list[str], first: int, last: int) -> str:
    if first == last:
        return names[first]
    if last == first + 1:
        return _("%(first)s and %(last)s", first=names[first], last=_in_sentence(names[last]))
    return _("%(first)s to %(last)s", first=names[first], last=_in_sentence(names[last]))


def _in_sentence(day_name: str) -> str:
    return day_name if str(get_locale() or "en").startswith("en") else day_name.lower()


def cities_words(cities: list[str]) -> str:
    """ "Medellín, also Cali"."""
    known = list(dict.fromkeys(city for city in cities if city))
    if len(known) < 2:
        return "".join(known)
    return _("%(city)s, also %(others)s", city=known[0], others=", ".join(known[1:]))
