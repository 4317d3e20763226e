"""How many days nothing may happen before something is idle, by the role that is to act: data, edited on pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import select

from hubs.core import stamps
from hubs.extensions import AnySession
from hubs.referrals.lists.models import IdleLimit


@dataclass
class _Kept:
    key: tuple[str, int] | None = None
    limits: Mapping[str, int] = field(default_factory=dict)


_kept = _Kept()


def idle_limits(session: AnySession, stamp: int | None = None) -> Mapping[str, int]:
    """Days by role; kept in the process until the stamp says that terms changed."""
    number = stamps.current(session, stamps.ROUTING) if stamp is None else stamp
    key = (str(session.get_bind().engine.url), number)
    if _kept.key != key:
        rows = session.execute(select(IdleLimit.role, IdleLimit.days))
        _kept.key, _kept.limits = key, {row.role: row.days for row in rows}
    return _kept.limits
