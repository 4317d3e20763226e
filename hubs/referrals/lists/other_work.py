"""What else stands on the work list: areas to the right of this one add their own rows here, read in one statement
together with the tasks of accreditation (`hubs.accreditation.queries.tasks`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Date, String, cast, func, literal, null, select, type_coerce

from hubs.accounts.actor import Actor
from hubs.accounts.permissions import P
from hubs.core.clock import start_of
from hubs.referrals.complaints.models import Complaint
from hubs.referrals.feedback.models import UNHAPPY, Feedback
from hubs.referrals.feedback.moments import REOPEN_MONTHS, due_between
from hubs.referrals.models import SupportRequest
from hubs.referrals.queries import requests_visible_to
from hubs.referrals.titles import title_of


@dataclass(frozen=True, slots=True)
class OtherWork:
    """One kind of row: which there are for an actor, what to do about each, and where.

    `rows` gives a select of `work_columns`, or None for who has no part in it; `title` makes the name of a row.
    """

    kind: str
    rows: Callable[[Actor, date], Any]
    what: Any
    href: Callable[[Any], str]
    title: Callable[[Any], str]


_REGISTERED: dict[str, OtherWork] = {}


def register_work(work: OtherWork) -> None:
    """Let this kind stand on the work list from now on."""
    _REGISTERED[work.kind] = work


def other_work(kind: str) -> OtherWork | None:
    return _REGISTERED.get(kind)


def other_parts(actor: Actor, today: date) -> Sequence[Any]:
    """A select for each kind this actor has a part in."""
    found: Iterable[Any] = (work.rows(actor, today) for work in _REGISTERED.values())
    return [part for part in found if part is not None]


def work_columns(
    kind: str, key: Any, name: Any, due_on: Any = None, detail: Any = None, name_en: Any = None
) -> list[Any]:
    """Typed as the tasks of accreditation are, on both databases."""
    return [
        literal(kind).label("kind"),
        cast(key, String(40)).label("key"),
        cast(name, String).label("name_nl"),
        cast(name if name_en is None else name_en, String).label("name_en"),
        cast(null(), String(2)).label("market"),
        (cast(null(), Date) if due_on is None else type_coerce(due_on, Date)).label("due_on"),
        cast(detail if detail is not None else null(), String(40)).label("detail"),
    ]


# --- complaints --------------------------------------------------------------------------------------------


def _complaints(actor: Actor, _today: date) -> Any:
    if not actor.can(P.SUPPORT_REQUEST_HANDLE) or actor.organisation_id is None:
        return None
    due = func.date(Complaint.due_at)
    columns = work_columns("complaint", SupportRequest.reference, SupportRequest.text, due)
    statement = (
        select(*columns)
        .join(SupportRequest, SupportRequest.id == Complaint.support_request_id)
        .where(
            SupportRequest.owner_id == actor.organisation_id,
            SupportRequest.complaint_due_at.is_not(None),  # by its index: very few of a desk's questions
            Complaint.answered_at.is_(None),
        )
    )
    return statement.where(SupportRequest.office_id == actor.office_id) if actor.office_id else statement


def _title(row: Any) -> str:
    return title_of(row.name_nl) or row.key


register_work(
    OtherWork("complaint", _complaints, _l("Answer the complaint"), lambda row: f"/questions/{row.key}", _title)
)


# --- who was not helped ------------------------------------------------------------------------------------


def _unhappy(actor: Actor, today: date) -> Any:
    """Said of a question that can still be opened again, and nobody at the desk dealt with it; it has no term."""
    if not actor.can(P.SUPPORT_REQUEST_HANDLE) or actor.organisation_id is None:
        return None
    columns = work_columns("feedback", SupportRequest.reference, SupportRequest.text)
    waiting = select(Feedback.support_request_id).where(
        Feedback.organisation_id == actor.organisation_id,
        Feedback.answer.in_(UNHAPPY),
        Feedback.handled_at.is_(None),
        Feedback.closing_at > due_between(start_of(today), REOPEN_MONTHS)[1],
    )
    said = requests_visible_to(actor).where(SupportRequest.id.in_(waiting))
    return said.with_only_columns(*columns, maintain_column_froms=True)


register_work(
    OtherWork(
        "feedback",
        _unhappy,
        _l("Not helped, or only in part: call, or open the question again"),
        lambda row: f"/questions/{row.key}",
        _title,
    )
)
