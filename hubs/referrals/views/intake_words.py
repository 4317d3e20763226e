"""Sentences for the intake pages: what was found in a text, and which places an advice names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from hubs.accounts.models import Organisation
from hubs.core.templating import locale_code
from hubs.extensions import db
from hubs.referrals.routing import Receipt
from hubs.referrals.screening import Finding

_KINDS: dict[str, Any] = {
    "name": _l("a name: %(value)s"),
    "company": _l("the company: %(value)s"),
    "email": _l("an e-mail address: %(value)s"),
    "phone": _l("a phone number: %(value)s"),
    "kvk": _l("a register number: %(value)s"),
    "number": _l("a tax or bank number: %(value)s"),
    "web": _l("a web address: %(value)s"),
}


def finding_sentences(findings: Iterable[Finding]) -> list[str]:
    """What each finding is, in the reader's words."""
    return [str(_KINDS[finding.code]) % {"value": finding.value} for finding in findings]


def place_names(receipt: Receipt) -> list[str]:
    """The places of an advice in their order, by name; what to say when there is none."""
    ids = [place.organisation_id for place in receipt.destinations]
    rows = db.session.execute(select(Organisation).where(Organisation.id.in_(ids))).scalars()
    names = {row.id: row.name(locale_code()) for row in rows}
    return list(dict.fromkeys(names.get(identifier, "") for identifier in ids)) or [_("Nobody at this moment")]
