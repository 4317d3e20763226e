"""Which services and markets the words of a question point to: a first guess that the entrepreneur checks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hubs.core.types import folded

MOST = 3

# beginnings of words, Dutch and English, and the service they point to; the longest beginning decides
STEMS: Mapping[str, str] = {
    "advocaat": "commercial_referral",
    "advocaten": "commercial_referral",
    "lawyer": "commercial_referral",
    "attorney": "commercial_referral",
    "jurist": "commercial_referral",
    "notaris": "commercial_referral",
    "notary": "commercial_referral",
    "accountant": "commercial_referral",
    "boekhoud": "commercial_referral",
    "bookkeep": "commercial_referral",
    "belastingadvis": "commercial_referral",
    "fiscalist": "commercial_referral",
    "tax advis": "commercial_referral",
    "arbeidscontract": "commercial_referral",
    "employment contract": "commercial_referral",
    "werving": "commercial_referral",
    "recruit": "commercial_referral",
    "vertaler": "commercial_referral",
    "translator": "commercial_referral",
    "distributeur": "partner_search",
    "distributor": "partner_search",
    "zakenpartner": "partner_search",
    "business partner": "partner_search",
    "afnemer": "partner_search",
    "buyers": "partner_search",
    "importeur": "partner_search",
    "importer": "partner_search",
    "klanten": "partner_search",
    "customers": "partner_search",
    "matchmaking": "partner_search",
    "leverancier": "supplier_lists",
    "supplier": "supplier_lists",
    "marktinformatie": "market_information",
    "marktonderzoek": "market_information",
    "market information": "market_information",
    "market research": "market_information",
    "vestigen": "setup_advice",
    "vestiging": "setup_advice",
    "dochterbedrijf": "setup_advice",
    "dochteronderneming": "setup_advice",
    "subsidiary": "setup_advice",
    "oprichten": "setup_advice",
    "kantoorruimte": "office_space",
    "werkplek": "office_space",
    "office space": "office_space",
    "douane": "customs_advice",
    "customs": "customs_advice",
    "invoerrecht": "customs_advice",
    "import dut": "customs_advice",
    "invoerregel": "regulation_info",
    "wetgeving": "regulation_info",
    "regelgeving": "regulation_info",
    "legislation": "regulation_info",
    "regulation": "regulation_info",
    "certificering": "regulation_info",
    "keurmerk": "regulation_info",
    "ministerie": "authority_contact",
    "ministry": "authority_contact",
    "autoriteit": "authority_contact",
    "authorit": "authority_contact",
    "vergunning": "authority_contact",
    "permit": "authority_contact",
    "gemeente": "authority_contact",
    "handelsbelemmering": "trade_barrier",
    "trade barrier": "trade_barrier",
    "tegengehouden": "trade_barrier",
    "geblokkeerd": "trade_barrier",
    "geschil": "dispute_support",
    "dispute": "dispute_support",
    "niet betaald": "dispute_support",
    "not paid": "dispute_support",
    "subsidie": "subsidy_advice",
    "subsid": "subsidy_advice",
    "financiering": "investment_finance",
    "lening": "investment_finance",
    "loan": "investment_finance",
    "krediet": "small_loan",
    "exportkrediet": "export_credit_insurance",
    "export credit": "export_credit_insurance",
    "verzeker": "export_credit_insurance",
    "insur": "export_credit_insurance",
    "beurs": "trade_fair",
    "trade fair": "trade_fair",
    "handelsmissie": "trade_mission",
    "trade mission": "trade_mission",
    "aanbesteding": "tender_info",
    "tender": "tender_info",
    "netwerk": "networking",
    "networking": "networking",
    "certificaat van oorsprong": "certificate_of_origin",
    "certificate of origin": "certificate_of_origin",
    "haalbaarheid": "demo_feasibility",
    "feasibility": "demo_feasibility",
    "imvo": "csr_advice",
    "duurzaam": "csr_advice",
    "zakencultuur": "business_culture",
    "business culture": "business_culture",
}


@dataclass(frozen=True, slots=True)
class Guess:
    """What was seen and what it points to."""

    words: tuple[str, ...]
    codes: tuple[str, ...]


def services_in(text: str, offered: Iterable[str]) -> Guess:
    """The services, at most three of those offered, that words in the text point to, in the order of the text."""
    known = set(offered)
    plain = folded(text)
    seen: dict[str, tuple[int, str]] = {}
    for stem in sorted(STEMS, key=len, reverse=True):
        match = re.search(rf"(?<!\w){re.escape(stem)}\w*", plain)
        if match and STEMS[stem] in known and not _inside(match.span(), seen.values()):
            place = (match.start(), match.group())
            seen[STEMS[stem]] = min(seen.get(STEMS[stem], place), place)
    ordered = sorted(seen.items(), key=lambda item: item[1])[:MOST]
    return Guess(tuple(word for _code, (_at, word) in ordered), tuple(code for code, _place in ordered))


def _inside(span: tuple[int, int], places: Iterable[tuple[int, str]]) -> bool:
    return any(start <= span[0] and span[1] <= start + len(word) for start, word in places)


def markets_in(text: str, names: Iterable[tuple[str, str]]) -> Guess:
    """The one market whose name stands in the text as a word; none when several do or none does."""
    plain = folded(text)
    found = {code: name for code, name in names if re.search(rf"(?<!\w){re.escape(folded(name))}(?!\w)", plain)}
    if len(found) != 1:
        return Guess((), ())
    ((code, name),) = found.items()
    return Guess((name,), (code,))
