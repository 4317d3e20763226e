"""What the public page shows at each step, and what is said before anything is sent: who reads it, and by when."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from hubs.accounts.models import Organisation, OrganisationKind
from hubs.accounts.names import with_article
from hubs.companies.operations import text_in_force
from hubs.core.clock import local_day
from hubs.core.embedding import embedding_site, is_embedded
from hubs.core.templating import locale_code, money
from hubs.directory.models import HubMarket
from hubs.extensions import db
from hubs.reference.labels import instrument_name, label, market_name, sector_name
from hubs.referrals.forms.ask import CONSENT, FACTS, NAMES, REVIEW, SUBJECT, AskForm, as_formdata
from hubs.referrals.forms.ask_words import asked_services, unknown_hint
from hubs.referrals.forms.choices import COMMON_SERVICES, KNOWN_WORDS, LEGAL_FORM_WORDS, offer_choices
from hubs.referrals.forms.intake import QuestionFields
from hubs.referrals.intake.asking import responsible_office
from hubs.referrals.intake.data import FACT_KEYS, IntakeData
from hubs.referrals.intake.deciding_facts import deciding_facts
from hubs.referrals.intake.kept_asks import kept_until
from hubs.referrals.intake.models import KeptAsk
from hubs.referrals.routing.receipt import RoutingInput
from hubs.referrals.suggesting import Guess, markets_in, services_in
from hubs.referrals.table import current_table
from hubs.referrals.terms import Limit, default_limit

HOURS_A_DAY = 8
_SOURCE = re.compile(r"[a-z0-9][a-z0-9.:_-]{0,59}")
_CODE = re.compile(r"[a-z0-9-]{1,60}")


def ask_form(values: Mapping[str, Sequence[str]], now: datetime) -> AskForm:
    """The form with what is known, its choices, and the facts that decide."""
    form = AskForm(formdata=as_formdata(values))
    offer_choices(form, numbered=False)
    services, _hints = asked_services(locale_code())
    form.services.choices = services
    form.consent_recipients.choices = [("market", ""), ("none", "")]
    form.do_not_tell.choices = _hubs_of(form.markets())
    unknown = _("I don't know")
    form.facts_legal_form.choices = [("", unknown), *form.facts_legal_form.choices[1:]]
    form.facts_privately_insurable.choices = [("", unknown), ("yes", KNOWN_WORDS["yes"]), ("no", KNOWN_WORDS["no"])]
    form.decide = {} if form.services_unknown.data else deciding_in(form, now)
    return form


def deciding_in(form: QuestionFields, now: datetime) -> Mapping[str, Sequence[str]]:
    """The facts that decide for what stands in a form, each with the instruments that turn on it."""
    if not form.services.data:
        return {}
    table, found = current_table(now), dict[str, list[str]]()
    for market in form.markets() or (None,):
        asked = RoutingInput(
            market=market,
            services=tuple(form.services.data),
            size=form.company_size.data or None,
            region=form.company_region.data or None,
            target_groups=frozenset(form.target_groups.data or ()),
        )
        for key, instruments in deciding_facts(table, asked, FACT_KEYS, local_day(now)).items():
            found.setdefault(key, []).extend(instruments)
    return {key: tuple(dict.fromkeys(found[key])) for key in FACT_KEYS if key in found}


def why_asked(decide: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Why each fact is asked, in a sentence."""
    return {
        key: _("We ask this because the terms of %(names)s turn on it.", names=_listed(map(instrument_name, codes)))
        for key, codes in decide.items()
    }


def _listed(names: Any) -> str:
    listed = list(dict.fromkeys(names))
    return _("%(first)s and %(last)s", first=", ".join(listed[:-1]), last=listed[-1]) if listed[1:] else listed[0]


def guessed(form: AskForm) -> dict[str, list[str]]:
    """What the words of the text point to, once: on the way from the text to the subject."""
    text, found = form.text.data or "", dict[str, list[str]]()
    if not (form.services.data or form.services_unknown.data):
        found["services"] = list(services_in(text, dict(form.services.choices)).codes)
    if not form.market.data:
        found["market"] = list(markets_in(text, form.market.choices).codes)
    return found


def begun_from(args: Any) -> dict[str, list[str]]:
    """What the address that opened the page says: a country, and the site or hub it was opened from."""
    found: dict[str, list[str]] = {}
    market, code, source = (args.get(name, "")[:60] for name in ("market", "hub", "source"))
    if re.fullmatch(r"[A-Z]{2}", market):
        found["market"] = [market]
    if _CODE.fullmatch(code):
        source = f"hub:{code}"[:60]
        found.setdefault("market", _market_of(code))
    if is_embedded():
        source = embedding_site() or source
    if _SOURCE.fullmatch(source):
        found["source"] = [source]
    return found


def _market_of(code: str) -> list[str]:
    """The country of a hub by its code, when it works for one."""
    statement = (
        select(HubMarket.market)
        .join(Organisation, Organisation.id == HubMarket.hub_id)
        .where(Organisation.code == code, Organisation.kind == OrganisationKind.HUB)
        .limit(2)
    )
    markets = list(db.session.execute(statement).scalars())
    return markets if len(markets) == 1 else []


def _hubs_of(markets: tuple[str, ...]) -> list[tuple[str, str]]:
    if not markets:
        return []
    statement = (
        select(Organisation)
        .join(HubMarket, HubMarket.hub_id == Organisation.id)
        .where(
            HubMarket.market.in_(markets),
            Organisation.kind == OrganisationKind.HUB,
            Organisation.retired_on.is_(None),
        )
        .order_by(Organisation.name_folded, Organisation.id)
    )
    rows = db.session.execute(statement).scalars().unique()
    return [(row.id, row.name(locale_code())) for row in rows]


def ask_page(form: AskForm, step: str, kept: KeptAsk | None, now: datetime) -> dict[str, Any]:
    """Everything a step shows besides its fields."""
    steps = form.steps()
    place = steps.index(step) if step in steps else 0
    text = text_in_force(local_day(now)) if step in (CONSENT, REVIEW) else None
    if text and not form.consent_text_version.data:
        form.consent_text_version.data = text.version
    guess = services_in(form.text.data or "", dict(form.services.choices)) if step == SUBJECT else Guess((), ())
    return {
        "steps": steps,
        "names": NAMES,
        "number": place + 1,
        "total": len(steps),
        "before": steps[place - 1] if place else None,
        "after": steps[place + 1] if place + 1 < len(steps) else None,
        "coming": [str(NAMES[name]) for name in steps[place + 1 :]],
        "hints": asked_services(locale_code())[1] if step == SUBJECT else {},
        "common": COMMON_SERVICES,
        "unknown_hint": unknown_hint(),
        "guess": guess if set(guess.codes) & set(form.services.data or ()) else Guess((), ()),
        "consent_text": text.text(locale_code()) if text else "",
        "why": why_asked(form.decide) if step == FACTS else {},
        "files": list(kept.files) if kept is not None else [],
        "until": kept_until(kept) if kept is not None else None,
        "embedded": is_embedded(),
        **(prospect(form, now) if step in (CONSENT, REVIEW) else {}),
        **({"told": _told(form)} if step == REVIEW else {}),
    }


def prospect(form: AskForm, now: datetime) -> dict[str, Any]:
    """Who will read the question, by when, and what comes then; told before it is sent."""
    data = IntakeData(text=form.text.data or "", city=form.city.data or None, services=tuple(form.services.data or ()))
    offices = [responsible_office(market, data, now) for market in form.markets() or (None,)]
    session = db.session()
    return {
        "desks": list(dict.fromkeys(in_sentence(office.organisation) for office in offices)),
        "markets": [market_name(code) for code in form.markets()],
        "within": {code: limit_words(default_limit(session, code)) for code in ("first_reply", "decide", "contact")},
        "hub_may": bool(form.markets()) and "market" in (form.consent_recipients.data or ()),
    }


def limit_words(limit: Limit) -> str:
    """A term as somebody outside counts it: working days, and never more than so many days."""
    if limit.hours is None:
        return ngettext("%(num)s day", "%(num)s days", limit.days)
    days = max(1, round(limit.hours / HOURS_A_DAY))
    return ngettext("%(num)s working day", "%(num)s working days", days)


def in_sentence(organisation: Organisation) -> str:
    return with_article(organisation.name(locale_code()), locale_code(), first=False)


def _told(form: AskForm) -> dict[str, list[tuple[str, str]]]:
    """Everything filled in, by step, in words."""
    chosen = dict(form.services.choices)
    services = [str(chosen.get(code, code)) for code in form.services.data or ()]
    country = market_name(form.company_country.data)
    company = [form.company_name.data, form.company_kvk_number.data, form.company_region.data]
    return {
        "subject": [
            (_("Country"), ", ".join(market_name(code) for code in form.markets()) or _("Not known yet")),
            (_("City"), form.city.data or ""),
            (_("What you need"), _("You do not know yet") if form.services_unknown.data else ", ".join(services)),
            (_("Sector"), sector_name(form.sector.data) if form.sector.data else ""),
        ],
        "company": [
            (_("Company"), ", ".join(part for part in company if part)),
            (_("Registered in"), country if form.company_country.data != "NL" else ""),
            (_("Size"), label("company_size", form.company_size.data)),
        ],
        "facts": _told_facts(form),
        "contact": [
            (_("Name"), form.contact_person_name.data or ""),
            (_("E-mail"), form.contact_person_email.data or ""),
            (_("Phone"), form.contact_person_phone.data or ""),
        ],
    }


def _told_facts(form: AskForm) -> list[tuple[str, str]]:
    facts, told = form.facts(), []
    for key in form.decide:
        value = facts.get(key)
        amount = money(int(value) * 100) if value is not None and key.endswith("_eur") else value
        words = {**LEGAL_FORM_WORDS, **KNOWN_WORDS}.get(str(value), amount)
        told.append((str(form[f"facts_{key}"].label.text), str(words) if value is not None else _("Not known")))
    return told
