"""What keeps a draft from being signed, as far as no database is needed (Awb 4:8)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from hubs.accreditation.deciding_rules import DecisionDraft, HearingFact, lacks

TODAY = date(2026, 3, 2)
REFUSAL = DecisionDraft(
    kind="refuse", proposal_kind="new", computed_outcome="refuse", departure_reason=None, departure_note="",
    reasons="Er is te weinig vraag.", starts_on=None, ends_on=None, markets=("CO",), conditions=(),
    has_departing_facts=False, hearings=(),
)  # fmt: skip


@pytest.mark.parametrize(
    ("heard", "lacking"),
    [
        ((), ["hearing_required_48"]),
        ((HearingFact("4:8", True, "suspend"),), ["hearing_required_48"]),
        ((HearingFact("4:8", False, "withdraw"),), ["hearing_required_48"]),
        ((HearingFact("4:8", True, "withdraw"),), []),
    ],
)
def test_refusing_what_was_given_hears_the_hub_like_withdrawing_it(
    heard: tuple[HearingFact, ...], lacking: list[str]
) -> None:
    assert lacks(REFUSAL, TODAY) == []
    taking_away = replace(REFUSAL, takes_away=True, hearings=heard)
    assert [lack.code for lack in lacks(taking_away, TODAY)] == lacking
    withdrawing = replace(REFUSAL, kind="withdraw", computed_outcome=None, hearings=heard)
    assert [lack.code for lack in lacks(withdrawing, TODAY)] == lacking
