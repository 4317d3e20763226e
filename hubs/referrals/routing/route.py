"""Where a question may go and why: one pure function of table, question and moment (domain.md, Routing)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from hubs.agreements.coverage import EITHER_TO_POST, HUB_TO_HUB, HUB_TO_POST, POST_TO_HUB, UNKNOWN, standing

from .hubs import Desk, HubAdvice, advise_hubs, merged
from .index import MarketIndex, WishKey
from .partners import PartnerAdvice, advise_partners, facts_of
from .posts import covers_on
from .receipt import (
    Destination,
    Excluded,
    InstrumentExcluded,
    Moment,
    Receipt,
    RoutingInput,
    TieBreak,
)
from .records import PostRecord
from .split import Split, abroad, split
from .table import RoutingTable

SME_SIZES = ("sole_trader", "micro", "small", "medium")
NO_HUB = "no_hub"
HOME_ZONE = ZoneInfo("Europe/Amsterdam")  # the dates of agreements, cover and instruments are Dutch ones
# why a hub said no -> the rule of coverage it comes to
COVERAGE_REASONS = {"outside_territory": "territory", "outside_sector": "sector", "service_not_offered": "offer"}
SCOPE_FACTS = {"territory": "city", "sector": "sector", "target_group": "target_groups"}


@dataclass(slots=True)
class Plan:
    """What is put together on the way to a receipt."""

    at_post: list[str] = field(default_factory=list)
    hub_places: list[Destination] = field(default_factory=list)
    own_choice: list[Destination] = field(default_factory=list)
    excluded: list[Excluded] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    causes: set[str] = field(default_factory=set)
    ties: list[TieBreak] = field(default_factory=list)


def route(table: RoutingTable, routing_input: RoutingInput, moment: Moment) -> Receipt:
    """The advice for one question. The same arguments give the same receipt, always."""
    on = moment.as_of.astimezone(HOME_ZONE).date()
    parts = _with_public(split(table, routing_input), moment)
    market = abroad(table, routing_input.market)
    plan = Plan(at_post=list(parts.public))
    if market and parts.hub_services:
        _plan_hubs(table, routing_input, moment, parts, market, on, plan)
    posts = _post_places(table, routing_input, market, plan.at_post, on) if market else ([], plan.at_post)
    advice = _partner_places(table, routing_input, parts, on)
    return _receipt(table, routing_input, moment, parts, plan, posts, advice)


def _with_public(parts: Split, moment: Moment) -> Split:
    """What a hub called a public task goes to the post, whoever gives it by default."""
    said = moment.public_services
    taken = tuple(service for service in parts.hub_services if service in said) if said else ()
    if not taken:
        return parts
    private = tuple(service for service in parts.private if service not in said)
    either = tuple(service for service in parts.either if service not in said)
    return replace(parts, public=(*parts.public, *taken), private=private, either=either)


def replay(stored: Mapping[str, Any], snapshot: Mapping[str, Any]) -> Receipt:
    """Makes a stored receipt again from its own input and moment, on the snapshot of its table."""
    table = RoutingTable.from_snapshot(snapshot)
    receipt = route(table, RoutingInput.from_json(stored["input"]), Moment.from_json(stored["moment"]))
    if receipt.digest != stored["digest"]:
        raise ValueError("the stored receipt does not follow from its snapshot")
    return receipt


def _plan_hubs(
    table: RoutingTable,
    routing_input: RoutingInput,
    moment: Moment,
    parts: Split,
    market: str,
    on: date,
    plan: Plan,
) -> None:
    """All hub services with one hub when one can; else each service by itself, and what is left with the post."""
    index = table.index(market)
    if index is None:
        plan.at_post += parts.hub_services
        plan.causes.add(NO_HUB)
        return
    key, desk = _wish(table, routing_input, parts.hub_services, market, on, index)
    together = advise_hubs(index, key, moment, desk)
    if together.ranked or len(parts.hub_services) == 1:
        _take(together, key.services, plan)
        return
    for service in parts.hub_services:
        alone = key._replace(services=(service,))
        _take(advise_hubs(index, alone, moment, desk), (service,), plan)


def _take(advice: HubAdvice, services: tuple[str, ...], plan: Plan) -> None:
    plan.excluded += advice.excluded
    plan.own_choice += advice.own_choice
    plan.hub_places += advice.ranked
    plan.ties.append(advice.tie_break)
    unknown = _unknown_scope(advice)
    plan.missing += unknown
    if advice.ranked:
        return
    plan.at_post += services
    if not (advice.is_full or _is_agreed(advice) or unknown):
        plan.causes |= _causes(advice)


def _causes(advice: HubAdvice) -> set[str]:
    """Why no hub could take it, by rule; a hub that is only in development counts as not yet accredited.

    A hub that said the question is outside its coverage counts under that rule, not as left off.
    """
    causes = {COVERAGE_REASONS.get(failure.value, failure.rule) for row in advice.excluded for failure in row.failed}
    if advice.own_choice:
        causes.add("status")
    return causes or {NO_HUB}


def _is_agreed(advice: HubAdvice) -> bool:
    """Whether a hub is kept off only because its agreement leaves `either` services with the post."""
    return any({failure.value for failure in row.failed} == {EITHER_TO_POST} for row in advice.excluded)


def _unknown_scope(advice: HubAdvice) -> list[str]:
    """Facts of the question that nobody knows and that alone keep a hub off."""
    found: list[str] = []
    for row in advice.excluded:
        if row.failed[0].value == UNKNOWN and all(failure.value == UNKNOWN for failure in row.failed):
            found += [SCOPE_FACTS[failure.rule] for failure in row.failed]
    return found


def _wish(
    table: RoutingTable,
    routing_input: RoutingInput,
    services: tuple[str, ...],
    market: str,
    on: date,
    index: MarketIndex,
) -> tuple[WishKey, Desk]:
    from_hub = routing_input.sender_kind == "hub"
    own_hub = from_hub and any(hub.id == routing_input.sender_id for hub in index.hubs)
    key = WishKey(
        direction=HUB_TO_HUB if from_hub else POST_TO_HUB,
        post_ids=frozenset() if from_hub else _acting_posts(table, routing_input, market, on),
        on=on,
        services=services,
        sector=routing_input.sector,
        city=routing_input.city,
        target_groups=_groups(routing_input),
    )
    return key, Desk(routing_input.sender_id if own_hub else None, routing_input.languages)


def _acting_posts(table: RoutingTable, routing_input: RoutingInput, market: str, on: date) -> frozenset[str]:
    """Under whose agreements hubs are asked: the owning desk if it covers the market, else the responsible post."""
    covers = table.covers.get(market, ())
    if routing_input.sender_kind == "post":
        own = {post.organisation_id for post, _ in covers_on(covers, on)} & {routing_input.sender_id}
        if own:
            return frozenset(name for name in own if name)
    post = table.responsible_post(market, routing_input.city, False, on)
    return frozenset({post.organisation_id}) if post else frozenset()


def _groups(routing_input: RoutingInput) -> frozenset[str]:
    if routing_input.size in SME_SIZES:
        return routing_input.target_groups | {"sme"}
    return routing_input.target_groups


def _post_places(
    table: RoutingTable, routing_input: RoutingInput, market: str | None, services: Iterable[str], on: date
) -> tuple[list[Destination], list[str]]:
    """The responsible post for each service, services of one post together; and services no open post covers."""
    grouped: dict[str, list[str]] = {}
    posts: dict[str, PostRecord] = {}
    unserved = []
    for service in services:
        authority = table.services[service].authority
        post = table.responsible_post(market, routing_input.city, authority, on) if market else None
        if post is None:
            unserved.append(service)
        else:
            posts[post.code] = post
            grouped.setdefault(post.code, []).append(service)
    places = [_post_place(table, routing_input, posts[code], tuple(own), on) for code, own in grouped.items()]
    return places, unserved


def _post_place(
    table: RoutingTable, routing_input: RoutingInput, post: PostRecord, services: tuple[str, ...], on: date
) -> Destination:
    return Destination(
        rank=1,
        part="public",
        services=services,
        organisation_id=post.organisation_id,
        kind="post",
        code=post.code,
        office_id=post.office_id,
        agreement_id=_agreement_to_post(table, routing_input, post, on),
        at_owning_desk=post.organisation_id == routing_input.sender_id,
    )


def _agreement_to_post(table: RoutingTable, routing_input: RoutingInput, post: PostRecord, on: date) -> str | None:
    """The agreement under which a hub hands a question to this post, when the sender is a hub of the market."""
    index = table.index(routing_input.market or "")
    if routing_input.sender_kind != "hub" or index is None:
        return None
    post_ids = frozenset({post.organisation_id})
    for agreement in index.agreements:
        is_own = agreement.hub_id == routing_input.sender_id
        if is_own and not standing(agreement, HUB_TO_POST, post_ids, on).fails:
            return agreement.id
    return None


def _partner_places(table: RoutingTable, routing_input: RoutingInput, parts: Split, on: date) -> list[PartnerAdvice]:
    if not parts.partner:
        return []
    facts = facts_of(table, routing_input)
    return [advise_partners(table, routing_input, service, facts, on) for service in parts.partner]


def _receipt(
    table: RoutingTable,
    routing_input: RoutingInput,
    moment: Moment,
    parts: Split,
    plan: Plan,
    posts: tuple[list[Destination], list[str]],
    advice: list[PartnerAdvice],
) -> Receipt:
    post_places, unserved = posts
    at_partners = [
        place._replace(at_owning_desk=place.organisation_id == routing_input.sender_id)
        for row in advice
        for place in row.places
    ]
    places = [*post_places, *plan.hub_places, *_newcomers(plan), *at_partners]
    asked = bool(parts.questions)
    outcome = "ask" if asked else _outcome(parts, plan, post_places, unserved)
    if asked:
        places, unserved = at_partners, []
    excluded = merged(plan.excluded, places)
    instruments: list[InstrumentExcluded] = [row for found in advice for row in found.excluded]
    missing = [*plan.missing, *(fact for row in advice for fact in row.missing)]
    notes = [*parts.notes, *(note for row in advice for note in row.notes)]
    return Receipt(
        outcome=outcome,
        gap=bool(plan.causes) and not asked,
        gap_causes=tuple(sorted(plan.causes)) if not asked else (),
        destinations=tuple(places),
        excluded=excluded,
        instruments_excluded=tuple(dict.fromkeys(instruments)),
        missing=tuple(dict.fromkeys(missing)),
        questions=parts.questions,
        out_of_scope=parts.out_of_scope,
        unserved=tuple(unserved),
        notes=tuple(dict.fromkeys(notes)),
        tie_break=_tie(plan.ties),
        sanctions_check=moment.sanctions and bool(places),
        rules_version=table.rules_version,
        table_version=table.slice_version(routing_input.market),
        input=routing_input,
        moment=moment,
    )


def _newcomers(plan: Plan) -> list[Destination]:
    """Hubs in development: after the hubs for the same services, else after the post; never first."""
    taken = {place.services for place in plan.hub_places}
    return [place if place.services in taken else place._replace(rank=place.rank + 1) for place in plan.own_choice]


def _outcome(parts: Split, plan: Plan, post_places: list[Destination], unserved: list[str]) -> str:
    if post_places and plan.hub_places:
        return "both"
    if plan.hub_places:
        return "hub"
    if post_places:
        return "post"
    if unserved:
        return "unserved"
    return "partner" if parts.partner else "out_of_scope"


def _tie(ties: list[TieBreak]) -> TieBreak:
    order = tuple(dict.fromkeys(name for tie in ties for name in tie.order))
    return TieBreak("rotation", next((tie.seed for tie in ties if tie.seed), ""), order)
