"""Making the indexed file of a case: who may, and that it is on record."""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l

from hubs.accounts.actor import Actor
from hubs.accounts.permissions import P
from hubs.accreditation.casefile.building import Built, build_file
from hubs.accreditation.casefile.gathering import Case
from hubs.accreditation.casefile.pieces import Purpose
from hubs.accreditation.results import check_not_blind
from hubs.core.errors import NotPermitted
from hubs.core.events import record
from hubs.extensions import db


def make_case_file(case: Case, purpose: Purpose, *, language: str, actor: Actor, now: datetime) -> Built:
    """Build the archive; reads only, so before the transaction that records it. Raises NotPermitted, NotTypeset."""
    if not actor.can(P.FILE_EXPORT):
        raise NotPermitted(message=_l("Your role may not do this here."))
    if case.proposal is not None:
        check_not_blind(actor, case.proposal)
    return build_file(case, purpose, language, now)


def record_case_file(case: Case, purpose: Purpose, built: Built, *, actor: Actor, now: datetime) -> None:
    """Write down that a file was made, for what, and its fingerprint."""
    data = {"purpose": str(purpose), "pieces": len(built.entries), "sha256": built.sha256}
    record(db.session, "case_file.make", case.subject, actor=actor, now=now, data=data, outbox=False)
