"""What a decision needs before it can be signed, and which kind follows from a computed outcome (Awb 4:5, 4:7, 4:8).

The service computes and advises; a person decides, and says why when they decide otherwise (domain rule 7).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from hubs.accreditation.statutory import plus_months

ACCREDIT, CONDITIONS, IN_DEVELOPMENT, REFUSE, NOT_CONSIDER = (
    "accredit",
    "accredit_with_conditions",
    "in_development",
    "refuse",
    "not_consider",
)
SUSPEND, LIFT_SUSPENSION, WITHDRAW = "suspend", "lift_suspension", "withdraw"
GRANTING = frozenset({ACCREDIT, CONDITIONS, IN_DEVELOPMENT})
HEARD_BEFORE = frozenset({SUSPEND, WITHDRAW})
KIND_OF_OUTCOME: Mapping[str, str] = MappingProxyType(
    {"accredit": ACCREDIT, "conditional": CONDITIONS, "in_development": IN_DEVELOPMENT, "refuse": REFUSE}
)
DEPARTURES = (
    "facts_weighed_otherwise", "market_need", "policy", "proportionality", "advice_of_post", "hearing", "other",
)  # fmt: skip
WAIVERS = ("urgent", "known_view", "would_defeat_purpose", "declined")  # Awb 4:11
OBJECTION_WAIVERS = ("manifestly_inadmissible", "manifestly_unfounded", "declined", "fully_met")  # Awb 7:3


@dataclass(frozen=True, slots=True)
class ConditionDraft:
    """A condition as it is drafted."""

    text: str
    owner: str
    due_on: date | None
    evidence_wanted: str


@dataclass(frozen=True, slots=True)
class HearingFact:
    """What is on record of hearing the hub: the article, whether it is done, and what it was about."""

    article: str
    is_done: bool
    intended_kind: str | None = None


@dataclass(frozen=True, slots=True)
class DecisionDraft:
    """What a draft says and what it is about, as far as the rules ask."""

    kind: str
    proposal_kind: str | None
    computed_outcome: str | None
    departure_reason: str | None
    departure_note: str
    reasons: str
    starts_on: date | None
    ends_on: date | None
    markets: Sequence[str]
    conditions: Sequence[ConditionDraft]
    has_departing_facts: bool
    hearings: Sequence[HearingFact]
    not_consider_until: date | None = None
    takes_away: bool = False  # it takes the place of a decision that gave an accreditation


@dataclass(frozen=True, slots=True)
class Lack:
    """Something that still stands in the way of a signature: a code, and the field it belongs to."""

    code: str
    field: str | None = None


def departs(kind: str, computed_outcome: str | None) -> bool:
    """Whether this kind of decision is another than the computed outcome leads to."""
    if computed_outcome is None or kind not in KIND_OF_OUTCOME.values():
        return False
    return KIND_OF_OUTCOME[computed_outcome] != kind


def lacks(draft: DecisionDraft, today: date) -> list[Lack]:
    """Everything that keeps this draft from being signed today, all at once."""
    return [
        *_reasons(draft),
        *_term(draft, today),
        *_conditions(draft, today),
        *_heard(draft),
        *_considered(draft, today),
    ]


def _reasons(draft: DecisionDraft) -> Iterator[Lack]:
    if not draft.reasons.strip():
        yield Lack("reasons_required", "reasons")
    if departs(draft.kind, draft.computed_outcome):
        if draft.departure_reason not in DEPARTURES:
            yield Lack("departure_reason_required", "departure_reason")
        if not draft.departure_note.strip():
            yield Lack("departure_note_required", "departure_note")


def _term(draft: DecisionDraft, today: date) -> Iterator[Lack]:
    if draft.kind not in GRANTING:
        return
    starts_on = draft.starts_on or today
    if starts_on < today:
        yield Lack("start_past", "starts_on")
    if draft.ends_on is not None and draft.ends_on <= starts_on:
        yield Lack("term_order", "ends_on")
    if not draft.markets:
        yield Lack("markets_required", "markets")


def _conditions(draft: DecisionDraft, today: date) -> Iterator[Lack]:
    if draft.kind == CONDITIONS and not draft.conditions:
        yield Lack("conditions_required", "conditions")
    if draft.conditions and draft.kind not in (CONDITIONS, IN_DEVELOPMENT):
        yield Lack("conditions_not_here", "conditions")
    for condition in draft.conditions:
        if condition.due_on is None or condition.due_on <= today:
            yield Lack("condition_due", "conditions")
        elif draft.ends_on is not None and condition.due_on > draft.ends_on:
            yield Lack("condition_after_term", "conditions")


def _heard(draft: DecisionDraft) -> Iterator[Lack]:
    """Awb 4:7: before a refusal, in whole or in part, on facts that depart from the applicant's; 4:8: before harm."""
    in_part = draft.kind == IN_DEVELOPMENT and draft.proposal_kind not in (None, IN_DEVELOPMENT)
    asked = draft.has_departing_facts and (draft.kind == REFUSE or in_part)
    if asked and not any(each.article == "4:7" and each.is_done for each in draft.hearings):
        yield Lack("hearing_required")
    harm = WITHDRAW if draft.kind == REFUSE and draft.takes_away else draft.kind
    if harm in HEARD_BEFORE and not any(
        each.article == "4:8" and each.is_done and each.intended_kind == harm for each in draft.hearings
    ):
        yield Lack("hearing_required_48")


def _considered(draft: DecisionDraft, today: date) -> Iterator[Lack]:
    """Awb 4:5: only after a period to complete the file that passed unused, and within four weeks of it."""
    if draft.kind != NOT_CONSIDER:
        return
    if draft.not_consider_until is None:
        yield Lack("completion_not_passed", "kind")
    elif today > draft.not_consider_until:
        yield Lack("not_consider_too_late", "kind")


def with_months(day: date, months: int) -> date:
    """The last day of a term of so many months that begins on `day`."""
    return date.fromordinal(plus_months(day, months).toordinal() - 1)
