"""What a renewal begins with: everything the service knows since the last decision (letter rec. 9)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hubs.accreditation.models import Proposal
from hubs.accreditation.queries.renewals import Contents, earlier_answers, from_register

STATUTORY = ("registered_name",)


def prefill_renewal(proposal: Proposal, *, now: datetime) -> Contents:
    """The sections of a renewal, by code: the answers of the last file, over them what the register says now.

    What of it is unchanged or from the register is said when the file is read (`queries.renewals.marks_of`).
    """
    earlier, known = earlier_answers(proposal), from_register(proposal, now)
    return {code: _over(earlier.get(code, {}), known.get(code, {})) for code in sorted({*earlier, *known})}


def _over(earlier: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """What the register says now goes before, but a name under statutes is not the name people know a hub by."""
    kept = {name: earlier[name] for name in STATUTORY if earlier.get(name)}
    return {**earlier, **known, **kept}
