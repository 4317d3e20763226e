"""What is late of a hub's proposals and duties counts as late on its work list, and stands there when late is asked."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from hubs.accreditation.models import TermSuspension
from hubs.core.clock import local_day, utcnow
from tests.accreditation.builders import submitted_proposal
from tests.world import World

TODAY = local_day(utcnow())


def counts_of(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'<b class="num">(?:<svg.*?</svg>)?\s*(\d+)</b>', page, re.S)]


@pytest.mark.parametrize(
    ("days", "period"), [(-3, "late"), (0, "today"), (6 - TODAY.weekday(), "today" if TODAY.weekday() == 6 else "week"),
                         (40, "")],
)  # fmt: skip
def test_a_proposal_to_complete_is_counted_by_its_term(
    client_for: Any, in_app: Any, demo: World, days: int, period: str
) -> None:
    manager = client_for("new_manager")
    with in_app() as session:
        proposal = submitted_proposal(session, demo)
        session.commit()
        before = counts_of(manager.get("/work").get_data(as_text=True))
        proposal.state = "returned"
        session.add(
            TermSuspension(
                proposal_id=proposal.id, ground="completion", starts_on=TODAY - timedelta(days=9),
                until_on=TODAY + timedelta(days=days),
            )
        )  # fmt: skip
        reference = proposal.reference
        session.commit()
    page = manager.get("/work").get_data(as_text=True)
    grown = [after - was for after, was in zip(counts_of(page), before, strict=True)]
    assert grown == [int(period == name) for name in ("late", "today", "week")] + [0, 0]
    assert ("1 thing needs you today" in page) is (period in ("late", "today"))
    assert ("You are up to date" in page) is (period not in ("late", "today"))
    for name in ("late", "today", "week"):
        shown = reference in manager.get(f"/work?due={name}").get_data(as_text=True)
        assert shown is (period == name), name
