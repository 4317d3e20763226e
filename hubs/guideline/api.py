"""Guideline versions: read, drafted, edited criterion by criterion, compared, put in force and retired."""

from __future__ import annotations

from typing import Any

from hubs.accounts.permissions import P
from hubs.api import codes
from hubs.api.call import Answer, Call
from hubs.api.endpoints import Routes
from hubs.api.listing import Listing, both_ways, listing
from hubs.core.clock import local_day
from hubs.core.errors import NotFound
from hubs.reference.market_lists import MARKET_LISTS

from . import operations
from .comparison import compare
from .content import Group
from .lifecycle import GUIDELINE_VERSION
from .models import GuidelineVersion
from .queries import get_version, get_visible_version, holding_on, versions_visible_to
from .rows import content_of
from .schemas import (
    ComparisonOut,
    ComparisonQuery,
    CriterionPatch,
    CriterionPut,
    GuidelineVersionNew,
    GuidelineVersionOut,
    GuidelineVersionPatch,
    GuidelineVersionQuery,
    GuidelineVersionTransition,
    GuidelineVersionWhole,
)
from .shaping import comparison_shown, exact_number, taken_criterion, version_shown, whole_shown
from .words import (
    ANSWER_WORDS,
    BETTER_WORDS,
    CONSEQUENCE_WORDS,
    KIND_WORDS,
    MOMENT_WORDS,
    RULE_WORDS,
    STATE_WORDS,
    UNIT_WORDS,
)

routes = Routes()
TAG = "guideline-versions"
codes.add_lifecycle(GUIDELINE_VERSION, STATE_WORDS)
codes.add("criterion_answer", "list", ANSWER_WORDS)
codes.add("criterion_rule", "list", RULE_WORDS)
codes.add("criterion_moment", "list", MOMENT_WORDS)
codes.add("criterion_better", "list", BETTER_WORDS)
codes.add("criterion_unit", "list", UNIT_WORDS)
codes.add("criterion_consequence", "list", {code: words for code, words in CONSEQUENCE_WORDS.items() if code})
codes.add("proposal_kind", "list", KIND_WORDS)
codes.add("market_list", "list", MARKET_LISTS)


def _answer(call: Call, version: GuidelineVersion, location: str | None = None) -> Answer:
    shown = whole_shown(version, actor=call.actor, today=local_day(call.now))
    return Answer(shown, version.version_id, location)


@routes.get(
    "/guideline-versions",
    P.ACCOUNT_USE,
    answer=GuidelineVersionOut,
    query=GuidelineVersionQuery,
    summary="Versions of the guideline; drafts for who may read them",
    tag=TAG,
)
def guideline_version_list(call: Call) -> Listing:
    query, today = call.query(), local_day(call.now)
    statement = versions_visible_to(call.actor)
    if query.get("state"):
        statement = statement.where(GuidelineVersion.state == query["state"])
    if query.get("on"):
        holding = holding_on(query["on"]).with_only_columns(GuidelineVersion.id)
        statement = statement.where(GuidelineVersion.id.in_(holding))
    page = listing(statement, query, both_ways(id=[(GuidelineVersion.id, "asc")]))
    return page.showing([version_shown(version, actor=call.actor, today=today) for version in page.items])


@routes.get(
    "/guideline-versions/<id:version_id>",
    P.ACCOUNT_USE,
    answer=GuidelineVersionWhole,
    summary="A version with its groups and criteria",
    tag=TAG,
)
def guideline_version_show(call: Call, version_id: str) -> Answer:
    version = get_visible_version(call.actor, version_id)
    call.may(version)
    return _answer(call, version)


@routes.create(
    "/guideline-versions",
    P.GUIDELINE_EDIT,
    body=GuidelineVersionNew,
    answer=GuidelineVersionWhole,
    summary="Make a draft that says what another version says",
    tag=TAG,
)
def guideline_version_create(call: Call) -> Answer:
    values = call.body()
    based_on = get_version(values["based_on"])
    draft = operations.create_draft(
        based_on, name=values["name"], note=values.get("note"), actor=call.actor, now=call.now
    )
    return _answer(call, draft, f"/api/v1/guideline-versions/{draft.id}")


@routes.patch(
    "/guideline-versions/<id:version_id>",
    P.GUIDELINE_EDIT,
    body=GuidelineVersionPatch,
    answer=GuidelineVersionWhole,
    summary="Change the head, the numbers or the groups of a draft",
    tag=TAG,
)
def guideline_version_edit(call: Call, version_id: str) -> Answer:
    version, values = _to_edit(call, version_id)
    groups = values.pop("groups", None)
    if "pass_mark" in values:
        values["pass_mark"] = exact_number(values["pass_mark"])
    if values or groups is None:
        operations.edit_version(version, values=values, actor=call.actor, now=call.now)
    if groups is not None:
        listed = [Group(one["code"], one["name_nl"], one["name_en"]) for one in groups]
        operations.edit_groups(version, listed, actor=call.actor, now=call.now)
    return _answer(call, version)


@routes.endpoint(
    "DELETE",
    "/guideline-versions/<id:version_id>",
    P.GUIDELINE_EDIT,
    answer=GuidelineVersionWhole,
    writes=True,
    match="required",
    refuses=(409, 412, 422, 428),
    summary="Throw a draft away; answers what it said",
    tag=TAG,
)
def guideline_version_drop(call: Call, version_id: str) -> Answer:
    version, _values = _to_edit(call, version_id)
    answer = _answer(call, version)
    operations.drop_draft(version, actor=call.actor, now=call.now)
    return answer


@routes.endpoint(
    "PUT",
    "/guideline-versions/<id:version_id>/criteria/<key:code>",
    P.GUIDELINE_EDIT,
    body=CriterionPut,
    answer=GuidelineVersionWhole,
    writes=True,
    match="required",
    refuses=(409, 412, 422, 428),
    summary="Add a criterion to a draft, or replace it whole",
    tag=TAG,
)
def guideline_criterion_put(call: Call, version_id: str, code: str) -> Answer:
    version, values = _to_edit(call, version_id)
    known = {row.code for row in version.criteria}
    return _saved(call, version, taken_criterion(values, code), code if code in known else None)


@routes.patch(
    "/guideline-versions/<id:version_id>/criteria/<key:code>",
    P.GUIDELINE_EDIT,
    body=CriterionPatch,
    answer=GuidelineVersionWhole,
    summary="Change a criterion of a draft",
    tag=TAG,
)
def guideline_criterion_edit(call: Call, version_id: str, code: str) -> Answer:
    version, values = _to_edit(call, version_id, code)
    return _saved(call, version, taken_criterion(values, code, content_of(version)), code)


@routes.endpoint(
    "DELETE",
    "/guideline-versions/<id:version_id>/criteria/<key:code>",
    P.GUIDELINE_EDIT,
    answer=GuidelineVersionWhole,
    writes=True,
    match="required",
    refuses=(409, 412, 422, 428),
    summary="Take a criterion out of a draft",
    tag=TAG,
)
def guideline_criterion_remove(call: Call, version_id: str, code: str) -> Answer:
    version, _values = _to_edit(call, version_id, code)
    operations.remove_criterion(version, code, actor=call.actor, now=call.now)
    return _answer(call, version)


@routes.transitions(
    "/guideline-versions/<id:version_id>/transitions",
    P.GUIDELINE_PUT_IN_FORCE,
    body=GuidelineVersionTransition,
    answer=GuidelineVersionWhole,
    summary="Put a draft in force from a day, or retire a version",
    tag=TAG,
)
def guideline_version_act(call: Call, version_id: str) -> Answer:
    version = get_version(version_id, lock=True)
    call.may_act(version)
    values = call.body()
    call.match(version.version_id)
    action = values.pop("action")
    operations.act_on_version(version, action, actor=call.actor, now=call.now, data=values)
    return _answer(call, version)


@routes.get(
    "/guideline-versions/<id:version_id>/comparison",
    P.ACCOUNT_USE,
    answer=ComparisonOut,
    query=ComparisonQuery,
    summary="What this version says otherwise than another",
    tag=TAG,
)
def guideline_version_compare(call: Call, version_id: str) -> Answer:
    after = get_visible_version(call.actor, version_id)
    call.may(after)
    other = call.query().get("before") or after.based_on_id or after.id
    before = get_visible_version(call.actor, other)
    return Answer(comparison_shown(compare(content_of(before), content_of(after)), before, after))


def _to_edit(call: Call, version_id: str, code: str | None = None) -> tuple[GuidelineVersion, dict[str, Any]]:
    """The version and the body, in the order of refusals: 404, 403, 400, 412."""
    version = get_version(version_id, lock=True)
    if code is not None and all(row.code != code for row in version.criteria):
        raise NotFound()
    call.may(version)
    values = call.body()
    call.match(version.version_id)
    return version, values


def _saved(call: Call, version: GuidelineVersion, item: Any, replaces: str | None) -> Answer:
    operations.save_criterion(version, item, replaces=replaces, actor=call.actor, now=call.now)
    return _answer(call, version)
