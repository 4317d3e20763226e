"""The standing of a hub. Until accreditation takes its own decisions an administrator sets it, with a reason."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l

from hubs.accounts.permissions import P
from hubs.core.errors import Problem
from hubs.core.lifecycle import Change, Lifecycle, t


class HubStatus(StrEnum):
    REGISTERED = "registered"
    IN_DEVELOPMENT = "in_development"
    ACCREDITED = "accredited"
    CONDITIONAL = "conditional"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


S = HubStatus
STANDING = frozenset({S.IN_DEVELOPMENT, S.ACCREDITED, S.CONDITIONAL})  # may hold agreements in force
_ALL_BUT_ENDED = {S.REGISTERED, S.IN_DEVELOPMENT, S.ACCREDITED, S.CONDITIONAL, S.SUSPENDED}


def _has_reason(_hub: Any, change: Change) -> Iterable[Problem]:
    if not (change.data.get("reason") or "").strip():
        yield Problem("reason_required", _l("Say why. The reason is kept with the decision."), "reason")


def _stamp(hub: Any, change: Change) -> None:
    hub.status_since = change.now
    hub.status_reason = change.data["reason"].strip()


def _row(name: str, label: Any, sources: set[S], target: S) -> Any:
    return t(name, label, sources, target, P.HUB_STATUS_SET, guard=_has_reason, effect=_stamp)


HUB_STATUS = Lifecycle(
    "hub_status",
    HubStatus,
    S.REGISTERED,
    (
        _row("develop", _l("Mark as in development"), {S.REGISTERED, S.WITHDRAWN, S.EXPIRED}, S.IN_DEVELOPMENT),
        _row("accredit", _l("Accredit"), _ALL_BUT_ENDED - {S.ACCREDITED} | {S.WITHDRAWN, S.EXPIRED}, S.ACCREDITED),
        _row("accredit_conditionally", _l("Accredit with conditions"), _ALL_BUT_ENDED - {S.CONDITIONAL}, S.CONDITIONAL),
        _row("suspend", _l("Suspend"), {S.IN_DEVELOPMENT, S.ACCREDITED, S.CONDITIONAL}, S.SUSPENDED),
        _row("withdraw_accreditation", _l("Withdraw"), _ALL_BUT_ENDED - {S.REGISTERED}, S.WITHDRAWN),
        _row("expire", _l("Mark as expired"), _ALL_BUT_ENDED - {S.REGISTERED}, S.EXPIRED),
    ),
)
