"""Mail that waits for somebody, as one line of the work list."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import func, literal, select

from hubs.accounts.actor import Actor
from hubs.accounts.permissions import P
from hubs.mailbox.queries import waiting_mails
from hubs.referrals.lists.other_work import OtherWork, register_work, work_columns


def _rows(actor: Actor, _today: date) -> Any:
    if not actor.can(P.SUPPORT_REQUEST_HANDLE):
        return None
    waiting = waiting_mails(actor).order_by(None).subquery()
    counted = select(func.count().label("number")).select_from(waiting).subquery()
    columns = work_columns("mail", literal("mail"), counted.c.number, detail=counted.c.number)
    return select(*columns).where(counted.c.number > 0)


def _title(row: Any) -> str:
    return ngettext("%(num)s mail was set apart", "%(num)s mails were set apart", int(row.detail))


register_work(OtherWork("mail", _rows, _l("Look at it: answer, attach or throw away"), lambda _row: "/mail", _title))
