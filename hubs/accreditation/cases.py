"""A proposal with its answers, and what it comes to under whatever version of the guideline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from hubs.accreditation.scoring import Given, Result, result_of
from hubs.accreditation.sensitivity import Change, sensitivity
from hubs.guideline.criteria import Criterion, criteria_for


@dataclass(frozen=True, slots=True)
class Case:
    """A proposal as it is reckoned with."""

    id: str
    reference: str
    hub_id: str
    kind: str
    market_lists: frozenset[str]
    guideline_version_id: str
    given: Mapping[str, Given]  # by criterion


@dataclass(frozen=True, slots=True)
class Yardstick:
    """What of a guideline version a result is reckoned with."""

    criteria: tuple[Criterion, ...]
    pass_mark: Decimal


def criteria_under(case: Case, measure: Yardstick) -> tuple[Criterion, ...]:
    """The criteria of a version that apply to a case."""
    return criteria_for(measure.criteria, kind=case.kind, market_lists=case.market_lists)


def result_under(case: Case, measure: Yardstick) -> Result:
    """The result of a case under a version; answers to criteria that version does not ask are passed over."""
    asked = criteria_under(case, measure)
    return result_of(asked, case.given.values(), kind=case.kind, pass_mark=measure.pass_mark)


def sensitivity_under(case: Case, measure: Yardstick) -> tuple[Change, ...]:
    """Which single answers would change the result of a case under a version."""
    asked = criteria_under(case, measure)
    return sensitivity(asked, case.given.values(), kind=case.kind, pass_mark=measure.pass_mark)
