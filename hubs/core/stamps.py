"""A counter that changes whenever facts change that something compiled from them depends on (routing)."""

from __future__ import annotations

import time

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hubs.core.events import BigId
from hubs.extensions import Base

ROUTING = "routing"


class Stamp(Base):
    __tablename__ = "stamps"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    number: Mapped[int] = mapped_column(BigId, default=0)


def bump(session: Session, name: str) -> None:
    """Say that the facts behind `name` changed, in the transaction that changes them.

    The number follows the time in microseconds, so that a database put back from a copy never repeats one that
    a running process still holds something compiled under.
    """
    stamp = session.get(Stamp, name, with_for_update=True)
    if stamp is None:
        stamp = Stamp(name=name, number=0)
        session.add(stamp)
    stamp.number = max(stamp.number + 1, time.time_ns() // 1000)
    session.flush()


def current(session: Session, name: str) -> int:
    return session.execute(select(Stamp.number).where(Stamp.name == name)).scalar_one_or_none() or 0
