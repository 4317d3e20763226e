"""The mail to whoever leads a desk about a complaint that the desk did not answer in time. It says nothing of what the
complaint is about, nor whose it is."""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l

from hubs.core.durations import when_words
from hubs.core.events import Event
from hubs.core.links import external
from hubs.extensions import db
from hubs.outbox.letters import Letter
from hubs.outbox.readers import Reader, leading_readers
from hubs.referrals.complaints.lateness import KIND
from hubs.referrals.models import SupportRequest

GROUP = "head"
LETTERS: dict[str, Letter] = {
    KIND: Letter(
        _l("A complaint waits too long for an answer: %(reference)s"),
        (
            _l("The entrepreneur is not satisfied with how your desk deals with this question."),
            _l("The answer was due by %(due)s. Nobody has answered yet. See to it that it happens."),
        ),
        "complaint",
        _l("Read the complaint"),
    ),
}


def is_about(entry: Event) -> bool:
    return entry.kind in LETTERS


def readers(entry: Event) -> list[tuple[str, Reader]]:
    """Who leads the desk that the question lies at now."""
    asked = db.session.get(SupportRequest, entry.subject_id)
    return [(f"{GROUP}:{entry.kind}", reader) for reader in leading_readers(asked.office)] if asked is not None else []


def letter_for(template: str, entry: Event, now: datetime) -> tuple[Letter, dict[str, str], str] | None:
    """The letter with its values and its link; None when the complaint has been answered meanwhile."""
    asked = db.session.get(SupportRequest, entry.subject_id)
    if asked is None or asked.complaint_due_at is None:
        return None
    due = when_words(asked.complaint_due_at, asked.office.timezone, now, dated=True)
    values = {"reference": asked.reference, "due": due}
    return LETTERS[template.partition(":")[2]], values, external(f"/questions/{asked.reference}/complaint")
