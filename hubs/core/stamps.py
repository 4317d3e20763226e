"""A counter that changes whenever facts change that something compiled from them depends on (routing)."""

from __future__ import annotations

from sqlalchemy import BigInteger, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hubs.extensions import Base

ROUTING = "routing"


class Stamp(Base):
    __tablename__ = "stamps"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, default=0)


def bump(session: Session, name: str) -> None:
    """Say that the facts behind `name` changed, in the transaction that changes them."""
    stamp = session.get(Stamp, name, with_for_update=True)
    if stamp is None:
        session.add(Stamp(name=name, number=1))
    else:
        stamp.number += 1
    session.flush()


def current(session: Session, name: str) -> int:
    return session.execute(select(Stamp.number).where(Stamp.name == name)).scalar_one_or_none() or 0
