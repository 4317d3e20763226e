"""A number that changes whenever facts change that something kept in a process was made of (routing, calendars).

Random, not counted up: a database that is put back to an earlier state never meets a number it had before.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping

from flask import g, has_request_context
from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, mapped_column

from hubs.core.events import BigId
from hubs.extensions import AnySession, Base

ROUTING = "routing"
DEMO = "demo"  # there when a demonstration world was loaded


class Stamp(Base):
    __tablename__ = "stamps"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    number: Mapped[int] = mapped_column(BigId, default=0)


def _fresh() -> int:
    return secrets.randbits(62) | 1


def bump(session: AnySession, name: str) -> None:
    """Say that the facts behind `name` changed, in the transaction that changes them.

    The number follows the time in microseconds, so that a database put back from a copy never repeats one that
    a running process still holds something compiled under.
    """
    if has_request_context():
        g.pop("stamps", None)
    stamp = session.get(Stamp, name, with_for_update=True)
    if stamp is None:
        stamp = Stamp(name=name, number=0)
        session.add(stamp)
    stamp.number = max(stamp.number + 1, time.time_ns() // 1000)
    session.flush()


def remember(found: Mapping[str, int]) -> None:
    """Numbers that another statement of this request read already, all of them."""
    if has_request_context():
        g.stamps = dict(found)


def current(session: AnySession, name: str) -> int:
    """The present number, 0 when there is none; all of them are read at once, once a request."""
    kept: dict[str, int] | None = g.get("stamps") if has_request_context() else None
    if kept is None:
        kept = {row.name: row.number for row in session.execute(select(Stamp.name, Stamp.number))}
        if has_request_context():
            g.stamps = kept
    return kept.get(name, 0)
