"""The address of each desk, `<code>@<domain>`, and which desk an address is of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.utils import parseaddr

from flask import current_app
from sqlalchemy import case, func, select

from hubs.accounts.models import Office, Organisation, OrganisationKind
from hubs.core.types import Code
from hubs.extensions import db
from hubs.referrals.reply_addresses import is_reply_address, mail_in_domain, read_reply_address

# which organisation an address is of, should two have the same code
_KINDS = (OrganisationKind.POST, OrganisationKind.MINISTRY, OrganisationKind.HUB, OrganisationKind.PARTNER)
_LOCAL = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Desk:
    """An organisation and the office at which its mail arrives; none when it has closed."""

    organisation_id: str
    office_id: str | None
    kind: str

    @property
    def is_open(self) -> bool:
        return self.office_id is not None


def desk_address(code: str) -> str | None:
    """The address of a desk by its organisation's code; None for a code that cannot stand in one."""
    local = code.lower()
    return f"{local}@{mail_in_domain()}" if _LOCAL.fullmatch(local) else None


def find_desk(address: str) -> Desk | None:
    """The desk an address is of, also one that has closed; None when there never was one."""
    local, domain = split(address)
    if domain != mail_in_domain() or not _LOCAL.fullmatch(local):
        return None
    order = case({str(kind): place for place, kind in enumerate(_KINDS)}, value=Organisation.kind, else_=9)
    statement = (
        select(Organisation)
        .where(func.lower(Organisation.code, type_=Code) == local, Organisation.kind.in_(_KINDS))
        .order_by(Organisation.retired_on.is_not(None), order)
        .limit(1)
    )
    found = db.session.execute(statement).scalar_one_or_none()
    if found is None:
        return None
    return Desk(found.id, None if found.retired_on else _main_office(found.id), found.kind)


def desk_of(organisation_id: str) -> Desk:
    """An organisation's desk. Raises LookupError for an unknown one."""
    found = db.session.get(Organisation, organisation_id)
    if found is None:
        raise LookupError(organisation_id)
    return Desk(found.id, None if found.retired_on else _main_office(found.id), found.kind)


def central_desk() -> Desk:
    """The ministry's desk, which looks at what belongs nowhere. Raises LookupError before the reference data are in."""
    statement = (
        select(Organisation.id)
        .where(Organisation.kind == OrganisationKind.MINISTRY, Organisation.retired_on.is_(None))
        .order_by(Organisation.id)
        .limit(1)
    )
    return desk_of(db.session.execute(statement).scalar_one_or_none() or "")


def _main_office(organisation_id: str) -> str | None:
    statement = (
        select(Office.id)
        .where(Office.organisation_id == organisation_id, Office.closed_on.is_(None))
        .order_by(Office.position, Office.id)
        .limit(1)
    )
    return db.session.execute(statement).scalar_one_or_none()


def split(address: str) -> tuple[str, str]:
    """(before the @, after it), in small letters."""
    local, _at, domain = parseaddr(address)[1].strip().lower().rpartition("@")
    return local, domain


def is_sender_address(address: str) -> bool:
    """Whether it is the address our own mails are sent from: only what comes back arrives there."""
    return split(address) == split(current_app.config["MAIL_FROM"])


def is_known(address: str) -> bool:
    """Whether mail for this address is taken at all."""
    if is_sender_address(address):
        return True
    return read_reply_address(address) is not None if is_reply_address(address) else find_desk(address) is not None


def is_ours(address: str) -> bool:
    """Whether an address lies in a domain of ours, known or not."""
    return is_sender_address(address) or split(address)[1] == mail_in_domain()
