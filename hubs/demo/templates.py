"""The story's questions as rows to copy from, with everything that hangs on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table, select

from hubs.accounts.models import Office
from hubs.agreements.models import Agreement
from hubs.companies.models import ClientContact, CompanyRecord, Consent
from hubs.core.events import Event
from hubs.extensions import db
from hubs.referrals.lifecycle import LIVE, RequestState
from hubs.referrals.models import Message, Pause, Referral, ReferralPart, RequestPart, SupportRequest

RowDict = dict[str, Any]
ENDED = (RequestState.CLOSED, RequestState.WITHDRAWN)
# the events that a copied question keeps: enough for its history, few enough for a million questions
KEPT_EVENTS = frozenset(
    {
        "support_request.submit",
        "support_request.serve",
        "support_request.close_unserved",
        "support_request.close_out_of_scope",
        "support_request.close_no_reply",
        "support_request.withdraw",
        "referral.send",
        "referral.accept",
        "referral.decline",
        "referral.lapse",
        "referral.return",
        "referral.close",
    }
)


@dataclass
class Template:
    """One question of the story with its rows, oldest first."""

    request: RowDict
    consent: RowDict | None = None
    records: list[RowDict] = field(default_factory=list)
    parts: list[RowDict] = field(default_factory=list)
    referrals: list[RowDict] = field(default_factory=list)
    covers: list[RowDict] = field(default_factory=list)
    messages: list[RowDict] = field(default_factory=list)
    contacts: list[RowDict] = field(default_factory=list)
    pauses: list[RowDict] = field(default_factory=list)
    events: list[RowDict] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        return self.request["state"] in ENDED


def table_of(model: Any) -> Table:
    table: Table = model.__table__
    return table


def _rows(model: Any, *where: Any, order: Any = None) -> list[RowDict]:
    """Rows as plain dictionaries by column name, with typed values."""
    statement = select(table_of(model)).where(*where)
    found = db.session.execute(statement.order_by(order) if order is not None else statement)
    return [dict(row) for row in found.mappings()]


def templates(references: Iterable[str]) -> list[Template]:
    """The story's questions with a company, without those asked together; open ones only where there is no limit.

    An open copy at an office with a weekly capacity would fill it.
    """
    requests = _rows(SupportRequest, SupportRequest.reference.in_(list(references)), order=SupportRequest.reference)
    kept = [row for row in requests if row["company_id"] and not row["group_id"] and row["state"] != RequestState.DRAFT]
    found = {row["id"]: Template(row) for row in kept}
    _attach(found)
    limited = set(db.session.execute(select(Office.id).where(Office.weekly_capacity.is_not(None))).scalars())
    return [one for one in found.values() if one.is_over or _takes_no_place(one, limited)]


def _takes_no_place(template: Template, limited: set[str]) -> bool:
    waits = template.request["waits_until"] is not None
    return not waits and not any(r["to_office_id"] in limited for r in template.referrals)


def _attach(found: Mapping[str, Template]) -> None:
    ids = list(found)
    of_request: tuple[tuple[Any, str], ...] = (
        (RequestPart, "parts"), (Referral, "referrals"), (Message, "messages"),
    )  # fmt: skip
    for model, name in of_request:
        for row in _rows(model, model.support_request_id.in_(ids), order=model.id):
            getattr(found[row["support_request_id"]], name).append(row)
    request_of = {row["id"]: one.request["id"] for one in found.values() for row in one.referrals}
    for row in _rows(ReferralPart, ReferralPart.referral_id.in_(list(request_of))):
        found[request_of[row["referral_id"]]].covers.append(row)
    subjects = {**{one: one for one in ids}, **request_of}
    of_subject: tuple[tuple[Any, str], ...] = ((ClientContact, "contacts"), (Pause, "pauses"), (Event, "events"))
    for model, name in of_subject:
        for row in _rows(model, model.subject_id.in_(list(subjects)), order=model.id):
            if name != "events" or row["kind"] in KEPT_EVENTS:
                getattr(found[subjects[row["subject_id"]]], name).append(row)
    given = [one.request["consent_id"] for one in found.values() if one.request["consent_id"]]
    consents = {row["id"]: row for row in _rows(Consent, Consent.id.in_(given))}
    for one in found.values():
        one.consent = consents.get(one.request["consent_id"] or "")
        one.records = _records(one)


def _records(template: Template) -> list[RowDict]:
    """The company as each organisation that dealt with it wrote it down."""
    owners = {template.request["owner_id"], *(row["organisation_id"] for row in template.contacts)}
    return _rows(
        CompanyRecord,
        CompanyRecord.company_id == template.request["company_id"],
        CompanyRecord.organisation_id.in_(owners),
    )


def agreement_starts() -> dict[str, date]:
    """Since when each agreement holds; a copy from before it was sent without one."""
    rows = db.session.execute(select(Agreement.id, Agreement.starts_on))
    return {agreement_id: starts_on for agreement_id, starts_on in rows if starts_on}


def is_live(row: RowDict) -> bool:
    return row["state"] in LIVE


def moments_of(row: RowDict) -> list[str]:
    """The columns of a row that hold an instant."""
    return [name for name, value in row.items() if isinstance(value, datetime)]
