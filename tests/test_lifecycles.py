"""Every lifecycle table: transition × state and transition × role, through the one door."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hubs.accounts.actor import THE_SERVICE, Actor
from hubs.accounts.models import OrganisationKind
from hubs.accounts.permissions import GRANTS, PARTY, P
from hubs.accreditation.lifecycle import ACCREDITATION, CONDITION, DECISION, OBJECTION, PROPOSAL
from hubs.agreements.lifecycle import AGREEMENT
from hubs.core.errors import BadInput, NotPermitted, WrongState
from hubs.core.lifecycle import Lifecycle, Transition
from hubs.core.perform import check_permitted, check_state, open_actions, transition_of
from hubs.directory.lifecycle import HUB_STATUS, PROFILE_CHANGE
from hubs.guideline.lifecycle import GUIDELINE_VERSION
from hubs.mailbox.lifecycle import INCOMING_MAIL
from hubs.missions.lifecycle import MISSION, MISSION_HUB
from hubs.referrals.lifecycle import REFERRAL, SUPPORT_REQUEST

LIFECYCLES = (
    SUPPORT_REQUEST, REFERRAL, AGREEMENT, HUB_STATUS, PROFILE_CHANGE, GUIDELINE_VERSION, PROPOSAL, DECISION,
    ACCREDITATION, CONDITION, OBJECTION, INCOMING_MAIL, MISSION, MISSION_HUB,
)  # fmt: skip
ROWS = [(lifecycle, row) for lifecycle in LIFECYCLES for row in lifecycle.transitions.values()]


class Subject:
    """Anything with a lifecycle and a state, on whose every side organisation `ours` is."""

    __tablename__ = "subjects"
    id = "subject"

    def __init__(self, lifecycle: Lifecycle, state: str, organisation: str = "ours") -> None:
        self.lifecycle, self.state = lifecycle, state
        self.parties = {side: {organisation} for side in {*PARTY.values()} - {"any"}}
        self.parties["assessor"] = {"p"} if organisation == "ours" else {"q"}  # people, not organisations
        self.keep_asked_at, self.kept_at, self.decided_at = "asked", None, None  # what some actions are offered for
        self.reason = "unknown_desk"


def everybody() -> list[tuple[OrganisationKind, str, Actor]]:
    return [
        (
            kind,
            role,
            Actor(
                "person", id="p", person_id="p", organisation_id="ours", roles=frozenset({role}), permissions=granted
            ),
        )
        for (kind, role), granted in GRANTS.items()
    ]


def ids(pair: tuple[Lifecycle, Transition]) -> str:
    return f"{pair[0].kind}.{pair[1].name}"


@pytest.mark.parametrize("pair", ROWS, ids=ids)
def test_an_action_is_open_in_its_sources_only(pair: tuple[Lifecycle, Transition]) -> None:
    lifecycle, row = pair
    for state in lifecycle.states:
        subject = Subject(lifecycle, state)
        if state in lifecycle.sources_of(row.name):
            check_state(subject, row.name)
        else:
            with pytest.raises(WrongState):
                check_state(subject, row.name)


@pytest.mark.parametrize("pair", ROWS, ids=ids)
def test_an_action_is_for_its_roles_only(pair: tuple[Lifecycle, Transition]) -> None:
    lifecycle, row = pair
    state = next(iter(lifecycle.sources_of(row.name)))
    for _kind, _role, actor in everybody():
        own, foreign = Subject(lifecycle, state), Subject(lifecycle, state, "theirs")
        if not row.by_rule and row.permission in actor.permissions:
            check_permitted(own, row.name, actor)
            assert row.name in [item.name for item in open_actions(own, actor)]
        else:
            with pytest.raises(NotPermitted):
                check_permitted(own, row.name, actor)
            assert row.name not in [item.name for item in open_actions(own, actor)]
        if PARTY[P(row.permission)] != "any":
            with pytest.raises(NotPermitted):
                check_permitted(foreign, row.name, actor)


@pytest.mark.parametrize("pair", [pair for pair in ROWS if pair[1].by_rule], ids=ids)
def test_the_service_does_what_is_by_rule(pair: tuple[Lifecycle, Transition]) -> None:
    lifecycle, row = pair
    check_permitted(Subject(lifecycle, next(iter(row.sources))), row.name, THE_SERVICE)


@pytest.mark.parametrize("lifecycle", LIFECYCLES, ids=lambda item: item.kind)
def test_every_state_can_be_reached_and_every_action_known(lifecycle: Lifecycle) -> None:
    reached = {lifecycle.initial}
    dynamic = any(callable(row.target) for row in lifecycle.transitions.values())
    reached |= {row.target for row in lifecycle.transitions.values() if isinstance(row.target, str)}
    unreached = set(lifecycle.states) - reached
    assert not unreached or dynamic
    with pytest.raises(BadInput):
        transition_of(lifecycle, "no_such_action")


def test_a_wrong_table_is_refused_at_import(monkeypatch: pytest.MonkeyPatch) -> None:
    from hubs.core.lifecycle import t

    build: Callable[..., Any] = lambda target: Lifecycle(  # noqa: E731
        "thing", HUB_STATUS.states, "registered", (t("go", "Go", {"registered"}, target, P.HUB_STATUS_SET),)
    )
    build("accredited")
    with pytest.raises(ValueError, match="unknown state"):
        build("nowhere")
