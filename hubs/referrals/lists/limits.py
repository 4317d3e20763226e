"""How many days nothing may happen before something is idle, by the role that is to act, and how long an entrepreneur
gets to answer: data, edited on pages, kept in the process until the stamp says that it changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import literal, select, union_all

from hubs.core import stamps
from hubs.extensions import AnySession
from hubs.referrals.lists.models import IdleLimit
from hubs.referrals.models import Term
from hubs.referrals.terms import CLIENT_ANSWER


@dataclass(frozen=True, slots=True)
class Limits:
    """Days without any action by role; days that an entrepreneur gets to answer."""

    idle: Mapping[str, int] = field(default_factory=dict)
    answer_days: int = 0


@dataclass
class _Kept:
    key: tuple[str, int] | None = None
    limits: Limits = field(default_factory=Limits)


_kept = _Kept()


def limits_now(session: AnySession, stamp: int | None = None) -> Limits:
    """The limits as they are edited now."""
    number = stamps.current(session, stamps.ROUTING) if stamp is None else stamp
    key = (str(session.get_bind().engine.url), number)
    if _kept.key != key:
        rows = session.execute(
            union_all(
                select(literal("idle").label("kind"), IdleLimit.role.label("code"), IdleLimit.days),
                select(literal("term"), Term.code, Term.outer_days).where(Term.code == CLIENT_ANSWER),
            )
        ).all()
        idle = {row.code: row.days for row in rows if row.kind == "idle"}
        answer_days = next((row.days for row in rows if row.kind == "term"), 0)
        _kept.key, _kept.limits = key, Limits(idle, answer_days)
    return _kept.limits
