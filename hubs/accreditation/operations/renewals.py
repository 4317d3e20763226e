"""What a renewal begins with: everything the service knows since the last decision (letter rec. 9)."""

from __future__ import annotations

from datetime import datetime

from hubs.accreditation.models import Proposal
from hubs.accreditation.queries.renewals import Contents, earlier_answers, from_register


def prefill_renewal(proposal: Proposal, *, now: datetime) -> Contents:
    """The sections of a renewal, by code: the answers of the last file, over them what the register says now.

    What of it is unchanged or from the register is said when the file is read (`queries.renewals.marks_of`).
    """
    earlier, known = earlier_answers(proposal), from_register(proposal, now)
    return {code: {**earlier.get(code, {}), **known.get(code, {})} for code in sorted({*earlier, *known})}
