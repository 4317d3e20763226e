"""Letters that go out with a decision, a term or an objection: made in both languages in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hubs.accounts.actor import Actor
from hubs.accreditation.operations.letters import make_letter


def send_letter(
    kind: str,
    *,
    actor: Actor,
    now: datetime,
    proposal: Any = None,
    decision: Any = None,
    accreditation: Any = None,
    objection: Any = None,
    extra: Mapping[str, Any] | None = None,
) -> None:
    """Make the letter `kind` about its subject; the outbox sends it when the transaction is through."""
    make_letter(
        kind,
        actor=actor,
        now=now,
        proposal=proposal,
        decision=decision,
        accreditation=accreditation,
        objection=objection,
        extra=extra,
    )
