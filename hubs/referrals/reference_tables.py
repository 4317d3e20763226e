"""What administrators edit of this area's reference data, and what follows here from an edit elsewhere."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l

from hubs.core.errors import Problem
from hubs.core.perform import Actor
from hubs.reference.editing import EditField, EditTable, Kind, follow, register
from hubs.reference.rows import Row
from hubs.referrals.loading import TERMS_FILE
from hubs.referrals.models import Term
from hubs.referrals.operations.recomputing import recompute_market
from hubs.referrals.terms import TERM_WORDS

TERM_NAMES = {
    **TERM_WORDS,
    "client_answer": _l("Answer of the entrepreneur"),
    "complaint": _l("Answer a complaint"),
    "signpost_acknowledge": _l("Signpost: confirm receipt"),
    "signpost_decide": _l("Signpost: say yes or no"),
    "signpost_contact": _l("Signpost: first contact"),
    "signpost_report": _l("Signpost: report what came of it"),
}


def _rows(_scope: str | None) -> Iterable[Row]:
    with TERMS_FILE.open(encoding="utf-8", newline="") as file:
        for record in csv.DictReader(file):
            hours = int(record["working_hours"]) if record["working_hours"] else None
            yield Row((record["code"],), {"working_hours": hours, "outer_days": int(record["outer_days"])})


def _check(values: Mapping[str, Any], _today: date) -> Iterator[Problem]:
    if values["working_hours"] is not None and values["working_hours"] > values["outer_days"] * 24:
        message = _l("These hours do not fit in the days of the outer bound.")
        yield Problem("does_not_fit", message, "working_hours")


def _moved(row: Any, *, actor: Actor, now: datetime) -> None:
    """A holiday announced late moves running clocks, logged before and after (domain.md, rule 6)."""
    recompute_market(row.market, actor=actor, now=now)


register(
    EditTable(
        code="terms",
        label=_l("Terms"),
        note=_l(
            "How long a desk has where no agreement says otherwise. Clocks that run keep the term they began with."
        ),
        model=Term,
        key=("code",),
        fields=(
            EditField(
                "working_hours",
                _l("Working hours of the desk"),
                Kind.NUMBER,
                least=1,
                most=500,
                hint=_l("Empty: only the days below count."),
            ),
            EditField(
                "outer_days",
                _l("Days at most"),
                Kind.NUMBER,
                required=True,
                least=1,
                most=1100,
                hint=_l("The outer bound in elapsed days, holidays and weekends included."),
            ),
        ),
        title=lambda row, _locale: str(TERM_NAMES.get(row.code, row.code)),
        sub=lambda row, _locale: row.code,
        order=("code",),
        rows_of_file=_rows,
        can_add=False,
        can_retire=False,
        check=_check,
    )
)
follow("holidays", _moved)
