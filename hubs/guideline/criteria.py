"""What a criterion is and which criteria are asked of whom, and when (domain.md, Guideline version; letter rec. 9).

A criterion is data of a version; here are only its words and the rule by which it applies to a proposal.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

SCALE_LEVELS = (0, 1, 2, 3, 4)
TOP_LEVEL = SCALE_LEVELS[-1]


class Answer(StrEnum):
    """What an answer looks like."""

    SCALE = "scale"  # 0 to 4, scored by two assessors
    YES_NO = "yes_no"
    NUMBER = "number"  # with a unit and a direction
    DOCUMENT = "document"
    AGREEMENT = "agreement"  # a signed referral agreement


class Rule(StrEnum):
    """What failing it does."""

    KNOCK_OUT = "knock_out"  # refuses, whatever the rest says
    MANDATORY = "mandatory"  # at most conditional
    INFORMATIVE = "informative"  # weighs only


class Better(StrEnum):
    """Which direction of the answer is the better one."""

    HIGHER = "higher"
    LOWER = "lower"


class Moment(StrEnum):
    """When it is asked: what a newcomer cannot have yet comes later than the application."""

    APPLICATION = "application"
    ACTIVATION = "activation"
    REVIEW = "review"


class ProposalKind(StrEnum):
    """What a proposal asks for."""

    NEW = "new"
    IN_DEVELOPMENT = "in_development"
    RENEWAL = "renewal"
    SCOPE_CHANGE = "scope_change"


class Consequence(StrEnum):
    """What failing it does besides its rule."""

    NONE = ""
    IN_DEVELOPMENT = "in_development"  # the computed result is at most `in_development`


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion of one version, as the pure modules read it."""

    code: str
    group: str
    answer: Answer
    rule: Rule
    unit: str = ""
    weight: Decimal = Decimal(0)
    threshold: Decimal | None = None
    better: Better | None = None
    moment: Moment = Moment.APPLICATION
    kinds: frozenset[str] = frozenset()  # empty: every kind of proposal
    market_lists: frozenset[str] = frozenset()  # empty: every market
    consequence: Consequence = Consequence.NONE
    position: int = 0


def applies_to(criterion: Criterion, kind: str, market_lists: Collection[str]) -> bool:
    """Whether it is asked of this kind of proposal for a market that stands on these lists.

    A criterion that names several lists holds for a market that stands on one of them.
    """
    asked = not criterion.kinds or kind in criterion.kinds
    return asked and (not criterion.market_lists or not criterion.market_lists.isdisjoint(market_lists))


def moments_for(kind: str) -> frozenset[Moment]:
    """The moments whose criteria an assessment weighs: a hub that asks for renewal has a record to look at."""
    if kind == ProposalKind.RENEWAL:
        return frozenset({Moment.APPLICATION, Moment.REVIEW})
    return frozenset({Moment.APPLICATION})


def criteria_for(
    criteria: Iterable[Criterion],
    *,
    kind: str,
    market_lists: Collection[str],
    moments: Collection[str] | None = None,
) -> tuple[Criterion, ...]:
    """The criteria that apply, in the version's order; `moments` are those of an assessment unless given."""
    wanted = moments_for(kind) if moments is None else moments
    return tuple(
        sorted(
            (item for item in criteria if item.moment in wanted and applies_to(item, kind, market_lists)),
            key=lambda item: (item.position, item.code),
        )
    )
