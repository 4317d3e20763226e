"""Finds in a question's text what tells who asks: names, addresses, telephone and register numbers.

A hub reads the text before it accepts, so what is found stops the referral until somebody moves it to the private
notes (domain.md, rule 1). Ordinary amounts, years and commodity codes are left alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import phonenumbers

from hubs.core.types import folded

SHORTEST_TOKEN = 3
SHORTEST_IN_DOMAIN = 4  # letters of a name that count inside a web address

# words that many company names share and that tell nothing by themselves; the whole name is always found
GENERIC = frozenset(
    """
    aan and bij con das de del dem den der des die dos een for het las les los met of op per s t te ten ter the to
    und uit van vande vanden vander von voor with zur
    bv nv vof cv bvba sa sas sarl gmbh ltd limited llc inc corp plc srl spa kft sro doo ag coop cooperatie u a ua
    advies advisors agri agro air apparatenbouw auto automatisering bedrijf bedrijven beheer bouw business capital
    coffee company consult consultancy consulting data design dienst diensten digital dutch education electronics
    energie energy engineering europa europe export fashion farm finance fish flowers food foods fruit fruits
    gezondheid global green groep groothandel group handel handelsonderneming health holding holland horticulture
    house import industrial industrie industries industry infra innovation innovations installatie international
    internationaal internet invest koffie kwekerij leather legal life logistics logistiek machine machinebouw
    machines management marine maritime market marketing media medical metaal metal milieu mode nederland
    nederlandse netherlands onderneming onderwijs onderzoek oil online partner partners plant plants plastics
    product producten productie products project projecten projects research retail sales seafood service services
    shipping software solar solutions studio supply support systeem systemen systems tech technics techniek
    technology textiel textile textiles trade trading training transport travel tuinbouw vis visserij vlees voeding
    water werk wholesale wind wood world zorg
    """.split()  # noqa: SIM905  a word list reads best as text
)

# every pattern begins where a run begins and repeats within bounds, so that no text takes more than linear time
_EMAIL = re.compile(
    r"(?<![^\s@<>()\[\],;:\"'])[^\s@<>()\[\],;:\"']+\s?(?:@|\(at\)|\[at\])\s?[^\s@<>()\[\],;:\"']+\.[^\W\d_]{2,}"
)
_DOMAIN = re.compile(r"(?<![\w-])(?<![\w-]\.)(?:https?://)?(?:[\w-]+\.)+[^\W\d_]{2,}(?:/\S*)?")
_DATE = re.compile(r"\b(?:\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)\d\d|(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2})\b")
_AMOUNT = re.compile(
    r"(?:(?:€|\$|£|\b(?:eur|euro|usd|dollar|gbp|cop|vnd)\b)\s*\d[\d.,\s]*\d)"
    r"|(?<![\d+])[1-9]\d{0,2}(?:[.,\u00a0 ]\d{3}){1,6}(?:[.,]\d{1,2})?(?![\d.,\s]{0,8}\d)"
    r"|(?<![\d.,])\d[\d.,]*\s*(?:€|\$|£|(?:eur|euro|usd|dollars?|gbp|miljoen|million|mln|miljard|billion|duizend|thousand|%"
    r"|kg|ton|tonnes?|m2|m3|km|liters?|litres?|stuks|pieces|units)\b)",
    re.IGNORECASE,
)
_COMMODITY = re.compile(
    r"\b(?:hs|gn|cn|taric|goederen\w*|commodity|tarief\w*|tariff)\b[\s\-:]*(?:codes?|nummers?|numbers?|nr\.?|no\.?)?"
    r"[\s:]*\d[\d. ]{3,13}",
    re.IGNORECASE,
)
_WITH_PREFIX = re.compile(r"(?<![\w.,])(?:\+|00)[1-9](?:[\s().\-/]*\d){7,14}(?!\d)")
_DOMESTIC = re.compile(r"(?<![\w.,+])\(?0[1-9](?:[\s().\-/]*\d){7,9}(?!\d)")
_CALLED = re.compile(
    r"\b(?:tel|telefoon\w*|phone|mobiel|mobile|gsm|whatsapp|app|bel|bellen|call)\b[^\d+\n]{0,15}(\+?\d(?:[\s().\-/]*\d){5,14})",
    re.IGNORECASE,
)
_REGISTER_WORD = re.compile(
    r"\b(?:kvk|k\.v\.k\.?|handelsregister|registratie\w*|registration|rsin|chamber\s+of\s+commerce)\b[^\d\n]{0,20}"
    r"(\d(?:[\s.\-]?\d){5,11})(?!\d)",
    re.IGNORECASE,
)
_EIGHT = re.compile(r"(?<![\d.,+\-/])(\d{8}|\d{4}[ .]\d{4}|\d{2}[ .]\d{2}[ .]\d{2}[ .]\d{2})(?![\d]|[.,]\d)")
_TWO_YEARS = re.compile(r"(?:19|20)\d\d[ .](?:19|20)\d\d")
_TAX_OR_BANK = re.compile(r"\b(?:NL\s?\d{9}\s?B\s?\d{2}|[A-Z]{2}\d{2}\s?[A-Z]{4}(?:\s?\d){10,16})\b")


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Something that tells who asks: `code` is name, company, email, phone, kvk, number or web."""

    start: int
    end: int
    code: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of who asks; `ignore` holds words that are part of the question anyway, such as its market."""

    person: str | None = None
    company: str | None = None
    registration_number: str | None = None
    email: str | None = None
    phone: str | None = None
    market: str | None = None
    ignore: Collection[str] = ()


def screen(text: str, known: Known | None = None) -> list[Finding]:
    """Everything in `text` that tells who asks, in order, without overlaps."""
    known = known or Known()
    dated = _blanked(text, _DATE, _COMMODITY, _TWO_YEARS)
    plain = _blanked(dated, _AMOUNT)
    found = [
        *_spans("email", _EMAIL, text),
        *_tax_and_register(plain),
        *_phones(dated, plain, known),
        *_names(text, known),
        *_webs(text, known),
    ]
    return _without_overlaps(found, text)


def screen_request(support_request: Any, ignore: Iterable[str] = ()) -> list[Finding]:
    """`screen` for a stored question with what its desk knows of who asks."""
    person, company = support_request.contact_person, support_request.company
    return screen(
        support_request.text,
        Known(
            person=person.name if person else None,
            email=person.email if person else None,
            phone=person.phone if person else None,
            company=support_request.company_name,
            registration_number=company.registration_number if company else None,
            market=support_request.market,
            ignore=[word for word in (support_request.city, *ignore) if word],
        ),
    )


def without(text: str, findings: Iterable[Finding]) -> tuple[str, list[str]]:
    """The text with each finding replaced by an ellipsis, and what was taken out, in order."""
    taken: list[str] = []
    kept, place = [], 0
    for finding in sorted(findings):
        kept += [text[place : finding.start], "…"]
        taken.append(text[finding.start : finding.end])
        place = finding.end
    return "".join([*kept, text[place:]]), taken


def _blanked(text: str, *patterns: re.Pattern[str]) -> str:
    """The text with what these patterns find blanked out, every position unmoved."""
    for pattern in patterns:
        text = pattern.sub(lambda match: re.sub(r"\S", "\x00", match.group()), text)
    return text


def _spans(code: str, pattern: re.Pattern[str], text: str, group: int = 0) -> Iterator[Finding]:
    for match in pattern.finditer(text):
        yield Finding(*match.span(group), code, match.group(group))


def _tax_and_register(plain: str) -> Iterator[Finding]:
    yield from _spans("number", _TAX_OR_BANK, plain)
    yield from _spans("kvk", _REGISTER_WORD, plain, 1)
    yield from _spans("kvk", _EIGHT, plain, 1)


def _own_number(text: str, number: str | None, code: str) -> Iterator[Finding]:
    """A number we know, however it is spaced."""
    signs = [re.escape(sign) for sign in number or "" if sign.isalnum()]
    if len(signs) >= 5:
        pattern = re.compile(r"(?<!\w)" + r"[\s.\-()/]*".join(signs) + r"(?!\w)", re.IGNORECASE)
        yield from _spans(code, pattern, text)


def _phones(dated: str, plain: str, known: Known) -> Iterator[Finding]:
    """Grouped digits look like amounts too, so prefixed numbers are sought before amounts are blanked out."""
    yield from _spans("phone", _WITH_PREFIX, dated)
    yield from _spans("phone", _DOMESTIC, dated)
    yield from _spans("phone", _CALLED, dated, 1)
    for region in {"NL", known.market or "NL"}:
        for match in phonenumbers.PhoneNumberMatcher(plain.replace("\x00", " "), region):
            yield Finding(match.start, match.end, "phone", match.raw_string)


def _names(text: str, known: Known) -> Iterator[Finding]:
    plain, places = _folded_with_places(text)
    ignored = {word for phrase in known.ignore for word in _words(phrase)}
    for code, name in (("name", known.person), ("company", known.company)):
        skipped = ignored | (GENERIC if code == "company" else _SMALL)
        for wanted in _wanted(name, skipped):
            for match in re.finditer(rf"(?<!\w){wanted}(?:'?s)?(?!\w)", plain):
                start, end = places[match.start()], places[match.end() - 1] + 1
                yield Finding(start, end, code, text[start:end])
    yield from _own_number(text, known.registration_number, "kvk")
    yield from _own_number(text, known.phone, "phone")


_LEGAL_FORMS = frozenset("bv nv vof cv bvba sa sas sarl gmbh ltd limited llc inc corp plc srl ag ua".split())  # noqa: SIM905
_SMALL = frozenset("aan bij das del den der des het las les los van vande vanden vander von the ter ten".split())  # noqa: SIM905


def _wanted(name: str | None, skipped: Collection[str]) -> list[str]:
    """Patterns to look for: the whole name when it has several words, and each word that tells something."""
    words = _words(name)
    core = [word for word in words if word not in _LEGAL_FORMS]
    whole = [r"[\W_]+".join(core)] if len(core) > 1 else []
    telling = [word for word in words if len(word) >= SHORTEST_TOKEN and word not in skipped and not word.isdigit()]
    return [*whole, *dict.fromkeys(telling)]


def _words(name: str | None) -> list[str]:
    return re.findall(r"\w+", folded(name).replace(".", ""))


def _webs(text: str, known: Known) -> Iterator[Finding]:
    """Web addresses that hold a word of the person's or company's name."""
    ignored = {word for phrase in known.ignore for word in _words(phrase)} | GENERIC
    wanted = [w for name in (known.person, known.company) for w in _words(name) if len(w) >= SHORTEST_IN_DOMAIN]
    squashed = ["".join(_words(known.company))] if known.company else []
    telling = [word for word in wanted if word not in ignored] + [word for word in squashed if len(word) > 5]
    for match in _DOMAIN.finditer(text):
        address = folded(match.group()).replace("-", "")
        if any(word in address for word in telling):
            yield Finding(*match.span(), "web", match.group())


def _folded_with_places(text: str) -> tuple[str, list[int]]:
    """Text as names are compared, and for each of its characters the place it came from."""
    plain: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for sign in unicodedata.normalize("NFKD", character).casefold():
            if not unicodedata.combining(sign):
                plain.append(" " if sign.isspace() else sign)
                places.append(place)
    return "".join(plain), places


def _without_overlaps(found: Iterable[Finding], text: str) -> list[Finding]:
    """One finding a place: the longest, and of equals the first in order of certainty."""
    certainty = {code: rank for rank, code in enumerate(("email", "kvk", "number", "phone", "name", "company", "web"))}
    kept: list[Finding] = []
    for finding in sorted(set(found), key=lambda f: (-(f.end - f.start), certainty[f.code], f.start)):
        if all(finding.end <= other.start or finding.start >= other.end for other in kept):
            kept.append(Finding(finding.start, finding.end, finding.code, text[finding.start : finding.end]))
    return sorted(kept)
