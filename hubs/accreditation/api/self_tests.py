"""The self-test by API: which hard requirements a chamber would miss today. Nothing is kept."""

from __future__ import annotations

from typing import Any

from hubs.accounts.permissions import P
from hubs.accreditation.queries.files import lists_of
from hubs.accreditation.schemas.self_tests import SelfTestNew, SelfTestOut
from hubs.accreditation.self_test import SelfTest, self_test
from hubs.accreditation.words import proposals as words
from hubs.api.call import Answer, Call
from hubs.api.words import explained
from hubs.core.errors import BadInput, Problem
from hubs.core.templating import locale_code
from hubs.guideline.criteria import Moment, criteria_for
from hubs.guideline.models import GuidelineVersion
from hubs.guideline.queries import get_visible_version
from hubs.guideline.rows import criteria_of

from . import routes


@routes.endpoint(
    "POST",
    "/guideline-versions/<id:version_id>/self-tests",
    P.ACCOUNT_USE,
    body=SelfTestNew,
    answer=SelfTestOut,
    summary="What is missing before one applies under this version; keeps nothing",
    tag="guideline-versions",
)
def guideline_version_self_test(call: Call, version_id: str) -> Answer:
    version = get_visible_version(call.actor, version_id)
    call.may(version)
    given = call.body()
    lists = lists_of([given["market"]] if given["market"] else [])
    asked = criteria_for(criteria_of(version), kind=given["kind"], market_lists=lists, moments=tuple(Moment))
    found = self_test(asked, given["answers"])
    _check(found, given["answers"])
    return Answer(_shown(found, version))


def _check(found: SelfTest, answers: dict[str, str]) -> None:
    """All at once: answers to what is not asked, and answers that cannot be read. Raises BadInput."""
    asked = {item.criterion.code for item in found.items}
    problems = [
        Problem(*explained("unknown_field"), field=f"answers.{code}"[:200]) for code in answers if code not in asked
    ]
    problems += [
        Problem(item.problem, words.self_test_problem(item.problem), f"answers.{item.criterion.code}")
        for item in found.items
        if item.problem
    ]
    if problems:
        raise BadInput(problems)


def _shown(found: SelfTest, version: GuidelineVersion) -> dict[str, Any]:
    rows = {row.code: row for row in version.criteria}
    locale = locale_code()
    return {
        "items": [
            {
                "code": item.criterion.code,
                "name": rows[item.criterion.code].name(locale),
                "explanation": rows[item.criterion.code].explanation(locale),
                "rule": item.criterion.rule,
                "is_met": item.is_met,
            }
            for item in found.items
        ],
        "missed": [item.criterion.code for item in found.missed],
        "limiting": [item.criterion.code for item in found.limiting],
        "open": [item.criterion.code for item in found.open],
        "prepare": [criterion.code for criterion in found.prepare],
        "later": [criterion.code for criterion in found.later],
    }
