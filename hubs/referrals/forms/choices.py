"""What the question forms offer: codes with their words in the reader's language, the common ones first."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from hubs.accounts.models import Organisation, OrganisationKind
from hubs.core.clock import local_day, utcnow
from hubs.core.templating import locale_code
from hubs.core.types import folded
from hubs.directory.lifecycle import HubStatus
from hubs.directory.models import HubProfile
from hubs.directory.queries import standing_column
from hubs.extensions import db
from hubs.reference.labels import market_name
from hubs.reference.models import SectorKind
from hubs.reference.queries import code_lists, open_markets, open_services, routable_sectors
from hubs.reference.regions import PROVINCES
from hubs.referrals.forms.intake import CodesField, QuestionFields
from hubs.referrals.intake.data import KNOWN_OR_NOT, LEGAL_FORMS

Choices = list[tuple[str, Any]]

# what most callers ask for, shown first; the rest is one fold away
COMMON_SERVICES = (
    "commercial_referral",
    "partner_search",
    "market_information",
    "setup_advice",
    "regulation_info",
    "authority_contact",
    "trade_barrier",
    "subsidy_advice",
)
# channels that no person picks
_BY_ITSELF = frozenset({"api", "import"})
_GONE = frozenset({HubStatus.WITHDRAWN, HubStatus.EXPIRED})

LEGAL_FORM_WORDS = {
    "sole_trader": _l("Sole trader"),
    "private_limited": _l("Private limited company (bv)"),
    "public_limited": _l("Public limited company (nv)"),
    "vof": _l("General partnership (vof)"),
    "cv": _l("Limited partnership (cv)"),
    "maatschap": _l("Professional partnership (maatschap)"),
    "cooperative": _l("Cooperative"),
    "foundation": _l("Foundation"),
    "association": _l("Association"),
    "other": _l("Another legal form"),
}
KNOWN_WORDS = {"yes": _l("Yes"), "no": _l("No"), "unknown": _l("Not known")}


def offer_choices(form: QuestionFields, *, numbered: bool = True) -> None:
    """Give every field of a question form its choices; a stored code that left its list stays choosable.

    `numbered` puts the number of a sector before its name, for people who know the list.
    """
    locale = locale_code()
    lists: dict[str, Choices] = {}
    for entry in db.session.execute(code_lists()).scalars():
        lists.setdefault(entry.list_code, []).append((entry.code, entry.name(locale)))
    markets: Choices = [(row.iso2, row.name(locale)) for row in db.session.execute(open_markets(locale)).scalars()]
    services: Choices = [(row.code, row.name(locale)) for row in db.session.execute(open_services(locale)).scalars()]
    _set(form, "market", markets)
    _set(form, "more_markets", markets)
    _set(form, "sector", [("", _("Not known yet")), *sector_choices(locale, numbered=numbered)])
    _set(form, "services", common_first(services))
    _set(form, "company_size", [("", _("Not known")), *lists.get("company_size", [])])
    _set(form, "target_groups", lists.get("target_group", []))
    _set(form, "urgency", lists.get("urgency", []))
    _set(form, "channel", [pair for pair in lists.get("channel", []) if pair[0] not in _BY_ITSELF])
    _set(form, "language", [("nl", _("Dutch")), ("en", _("English"))])
    _set(form, "facts_legal_form", [("", _("Not known")), *((code, LEGAL_FORM_WORDS[code]) for code in LEGAL_FORMS)])
    _set(form, "facts_privately_insurable", [("", _("Not asked")), *((c, KNOWN_WORDS[c]) for c in KNOWN_OR_NOT)])
    _set(form, "company_region", [("", _("Not known")), *((name, name) for name in PROVINCES)])
    _set(form, "company_country", markets)


def offer_organisations(form: QuestionFields) -> None:
    """Whom a consent may name, and whom the entrepreneur may not want to know of the question."""
    named = organisation_choices()
    _set(form, "do_not_tell", named)
    kinds: Choices = [("market", _("Accredited hubs in this country")), ("none", _("Only our own desk"))]
    only = [(identifier, _("Only %(name)s", name=name)) for identifier, name in named]
    _set(form, "consent_recipients", [*kinds, *only])


def sector_choices(locale: str, *, numbered: bool = True) -> Choices:
    """Topsectors first, then divisions: by number, which stands before the name, or by name alone."""
    rows = list(db.session.execute(routable_sectors()).scalars())
    top: Choices = [(row.code, row.name(locale)) for row in rows if row.kind == SectorKind.TOPSECTOR]
    rest = [(row.code, row.name(locale)) for row in rows if row.kind != SectorKind.TOPSECTOR]
    if numbered:
        return [*top, *((code, f"{code} {name}") for code, name in rest)]
    return [*top, *sorted(rest, key=lambda pair: folded(pair[1]))]


def common_first(services: Choices) -> Choices:
    names = dict(services)
    first = [(code, names[code]) for code in COMMON_SERVICES if code in names]
    return [*first, *(pair for pair in services if pair[0] not in COMMON_SERVICES)]


def organisation_choices() -> Choices:
    """Hubs that take part and partners, by name; a hub with its market."""
    locale = locale_code()
    statement = (
        select(Organisation, standing_column(local_day(utcnow())))
        .outerjoin(HubProfile, HubProfile.id == Organisation.id)
        .where(
            Organisation.kind.in_((OrganisationKind.HUB, OrganisationKind.PARTNER)), Organisation.retired_on.is_(None)
        )
        .order_by(Organisation.kind, Organisation.name_folded, Organisation.id)
    )
    rows = db.session.execute(statement).all()
    return [(found.id, _named(found, locale)) for found, state in rows if state not in _GONE]


def _named(organisation: Organisation, locale: str) -> str:
    if organisation.kind == OrganisationKind.HUB and organisation.market:
        return _("%(name)s (%(market)s)", name=organisation.name(locale), market=market_name(organisation.market))
    return organisation.name(locale)


def _set(form: QuestionFields, name: str, choices: Choices) -> None:
    field = form._fields.get(name)
    if field is None:
        return
    known = {code for code, _name in choices}
    stored = field.object_data if isinstance(field, CodesField) else [field.object_data]
    kept = [(code, code) for code in stored or () if code and code not in known]
    field.choices = [*choices, *kept]
