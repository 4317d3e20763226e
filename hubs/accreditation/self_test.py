"""What a chamber can find out before it applies: which hard requirements it would miss today (domain.md, Proposal).

Nothing is kept. The test judges answers as the assessment will (`scoring`), but on the chamber's own word.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from hubs.accreditation.answers import Field, FieldKind, read_field
from hubs.accreditation.scoring import Given, judged
from hubs.guideline.criteria import SCALE_LEVELS, Answer, Criterion, Moment, Rule


@dataclass(frozen=True, slots=True)
class Item:
    """One question with its answer so far: met, missed, or (None) not answered or not readable."""

    criterion: Criterion
    typed: str
    is_met: bool | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class SelfTest:
    """The questions of today, and what is asked later and need not be there yet."""

    items: tuple[Item, ...]
    prepare: tuple[Criterion, ...]  # required documents and facts of the application
    later: tuple[Criterion, ...]  # before the hub starts

    @property
    def missed(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.is_met is False and item.criterion.rule == Rule.KNOCK_OUT)

    @property
    def limiting(self) -> tuple[Item, ...]:
        """Not a reason to refuse, but the hub would start as one in development."""
        return tuple(item for item in self.items if item.is_met is False and item.criterion.rule != Rule.KNOCK_OUT)

    @property
    def open(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.is_met is None)

    @property
    def is_answered(self) -> bool:
        return any(item.typed for item in self.items)


def self_test(criteria: Iterable[Criterion], typed: Mapping[str, str]) -> SelfTest:
    """The test for the criteria that apply to a kind of proposal; `typed` by criterion code."""
    listed = sorted(criteria, key=lambda item: (item.position, item.code))
    at_once = [item for item in listed if item.moment == Moment.APPLICATION]
    asked = [item for item in at_once if item.rule == Rule.KNOCK_OUT or item.consequence]
    return SelfTest(
        items=tuple(_item(item, typed.get(item.code, "").strip()[:40]) for item in asked),
        prepare=tuple(item for item in at_once if item.rule == Rule.MANDATORY and item not in asked),
        later=tuple(item for item in listed if item.moment == Moment.ACTIVATION),
    )


def _item(criterion: Criterion, typed: str) -> Item:
    if not typed:
        return Item(criterion, typed, None)
    given = _given(criterion, typed)
    if given is None:
        return Item(criterion, typed, None, "not_number" if criterion.answer == Answer.NUMBER else "not_list")
    return Item(criterion, typed, judged(criterion, given).passed)


def _given(criterion: Criterion, typed: str) -> Given | None:
    code = criterion.code
    if criterion.answer == Answer.NUMBER:
        value, reasons = read_field(Field(code, FieldKind.DECIMAL, most=10**9), typed)
        return None if reasons else Given(code, value=Decimal(value))
    if criterion.answer == Answer.SCALE:
        return Given(code, levels=(int(typed),)) if typed in map(str, SCALE_LEVELS) else None
    if typed not in ("yes", "no"):
        return None
    if criterion.answer == Answer.YES_NO:
        return Given(code, value=typed == "yes")
    return Given(code, document_ok=typed == "yes")
