"""The limits after which something lies still, on the administrator's pages for reference data."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l

from hubs.reference.editing import EditField, EditTable, Kind, register
from hubs.reference.rows import Row
from hubs.referrals.lists.models import IdleLimit
from hubs.referrals.loading import IDLE_FILE

ROLE_NAMES = {
    "officer": _l("Officer of a post or the ministry"),
    "staff": _l("Staff of a hub"),
    "partner": _l("Partner"),
    "entrepreneur": _l("Entrepreneur"),
}


def _rows(_scope: str | None) -> Iterable[Row]:
    with IDLE_FILE.open(encoding="utf-8", newline="") as file:
        for record in csv.DictReader(file):
            yield Row((record["role"],), {"days": int(record["days"])})


def _title(row: Any, _locale: str) -> str:
    return str(ROLE_NAMES.get(row.role, row.role))


register(
    EditTable(
        code="idle-limits",
        label=_l("Limits for what lies still"),
        note=_l("After how many days without any action a question is marked in the lists, by who is to act."),
        model=IdleLimit,
        key=("role",),
        fields=(
            EditField(
                "days",
                _l("Days without any action"),
                Kind.NUMBER,
                required=True,
                least=1,
                most=365,
                hint=_l("Elapsed days, holidays and weekends included."),
            ),
        ),
        title=_title,
        sub=lambda row, _locale: row.role,
        order=("role",),
        rows_of_file=_rows,
        can_add=False,
        can_retire=False,
    )
)
