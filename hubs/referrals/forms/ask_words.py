"""Services in the words of somebody who needs one, and who usually gives them."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from hubs.extensions import db
from hubs.reference.models import Provider, Service
from hubs.referrals.forms.choices import Choices, common_first

PLAIN = {
    "commercial_referral": _l("Finding a lawyer, accountant or tax adviser"),
    "partner_search": _l("Finding customers or business partners"),
    "market_information": _l("Information about the market"),
    "setup_advice": _l("Opening a branch or an office"),
    "regulation_info": _l("Rules and import"),
    "authority_contact": _l("Contact with an authority there"),
    "trade_barrier": _l("A barrier to your trade"),
    "subsidy_advice": _l("Subsidies and programmes"),
    "customs_advice": _l("Customs"),
    "dispute_support": _l("Help with a dispute"),
    "office_space": _l("Office space or a desk"),
    "trade_fair": _l("A trade fair"),
    "trade_mission": _l("A trade mission"),
    "investment_finance": _l("Finance for an investment or project"),
    "export_credit_insurance": _l("Insurance against not being paid"),
    "small_loan": _l("A small loan"),
}
HINTS = {
    Provider.PRIVATE: _l("A hub usually helps. The first talk is free."),
    Provider.EITHER: _l("A hub or the embassy helps."),
    Provider.PUBLIC: _l("The embassy helps. That is free."),
    Provider.PARTNER: _l("A partner in the Netherlands helps."),
}


def asked_services(locale: str) -> tuple[Choices, dict[str, str]]:
    """What is offered on the public page, the common ones first, and the small line under each."""
    statement = select(Service).where(Service.retired_on.is_(None), Service.default_provider != Provider.OUT_OF_SCOPE)
    rows = list(db.session.execute(statement.order_by(Service.position, Service.code)).scalars())
    choices: Choices = [(row.code, _named(row, locale)) for row in rows]
    hints = {row.code: str(HINTS[Provider(row.default_provider)]) for row in rows}
    return common_first(choices), hints


def _named(service: Service, locale: str) -> str:
    plain = PLAIN.get(service.code)
    return str(plain) if plain is not None else service.name(locale)


def unknown_hint() -> str:
    return _("No problem. Somebody reads your question and chooses.")
