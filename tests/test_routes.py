"""Role x route x {own, foreign, absent}: what `rules dump` says is what the addresses do, for every persona.

The expected status is computed from the permission data alone. Pages refuse by permission first (403), the API
in the order of handles.md: 401, 404 (absent and foreign in the same bytes), 403, 400.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hubs.accounts.access import PUBLIC
from hubs.accounts.actor import Actor
from hubs.accounts.cli import all_rules
from hubs.extensions import db
from tests import route_samples
from tests.conftest import _fresh, _keep, csrf_of, without_tokens
from tests.referrals.builders import actor_for
from tests.route_samples import Sample, Subject
from tests.world import CAST, PASSWORD, World

SAFE = {"GET", "HEAD", "OPTIONS"}
REFUSALS = {401, 403, 404}
WITHOUT_PARAMETERS = Sample((Subject({}),), {}, everybody=True)
# what the body must name before there is anything to find
NAMED_IN_BODY = {"accounts.organisation_switch", "directory.organisation_confirm", "referrals.company_merge_act"}
# about something that some kinds of organisation do not have: no page, and refused by API
NONE_FOR = {
    "directory.profile_preview": {"post", "partner"},
    "directory.automatic_edit": {"hub", "partner"},
    "directory.offer_new": {"post"},
    "directory.office_new": {"post", "partner"},
    "api.service_offer_create": {"post"},
}
PERSONAS = sorted(CAST)


@dataclass
class Walk:
    """The world once, everybody signed in, and what it takes to put it back after a write."""

    app: Flask
    databases: Any
    samples: route_samples.Samples
    rules: list[dict[str, Any]]
    actors: dict[str, Actor]
    cookies: dict[str, str]
    csrf: dict[str, str]

    def put_back(self) -> None:
        _fresh(self.app, self.databases, "routes")

    def sample(self, rule: dict[str, Any]) -> Sample:
        if "<" not in rule["rule"]:
            return WITHOUT_PARAMETERS
        found = self.samples.by_endpoint.get(rule["endpoint"])
        if found is None:
            pytest.fail(
                f"{rule['endpoint']} ({rule['rule']}) is new: say in tests/route_samples.py which objects it is for"
            )
        return found

    def address(self, rule: dict[str, Any], values: dict[str, Any]) -> str:
        pattern = re.sub(r"<(?:[^<>:]+:)?([a-z_]+)>", lambda found: f"{{{found.group(1)}}}", rule["rule"])
        return pattern.format(**values)

    def client(self, who: str) -> FlaskClient:
        """Somebody's browser as it was just after signing in."""
        client = self.app.test_client()
        client.set_cookie(self.app.config["SESSION_COOKIE_NAME"], self.cookies[who])
        return client

    def open(self, who: str, method: str, address: str, kind: str) -> TestResponse:
        """One call; a write gets an empty body. What a success changed is put back."""
        if kind == "api":
            token = self.samples.tokens.get(who)
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            body = None if method in SAFE else {}
            answer = self.app.test_client().open(address, method=method, headers=headers, json=body)
        else:
            headers = {} if method in SAFE else {"X-CSRFToken": self.csrf[who]}
            answer = self.client(who).open(address, method=method, headers=headers)
        if method not in SAFE and answer.status_code < 400 and not to_sign_in(answer):
            self.put_back()
        return answer

    def may(self, who: str, rule: dict[str, Any], sample: Sample, subject: Subject) -> bool:
        """Whether the permission holds for this very object."""
        if sample.find is None:
            return self.actors[who].can(rule["permission"])
        with self.app.app_context():
            found = sample.find(subject.values)
            assert found is not None, f"the sample of {rule['endpoint']} is not there: {subject}"
            allowed = self.actors[who].can(rule["permission"], found)
            db.session.remove()
        return allowed


def to_sign_in(answer: TestResponse) -> bool:
    return answer.status_code in (302, 303) and answer.headers["Location"].startswith("/sign-in")


@pytest.fixture
def walk(world_walk: Walk, monkeypatch: pytest.MonkeyPatch) -> Walk:
    """The world as it was made, whatever the test before did to it; a mistake is an answer with status 500."""
    world_walk.put_back()
    monkeypatch.setitem(world_walk.app.config, "PROPAGATE_EXCEPTIONS", False)
    return world_walk


@pytest.fixture(scope="module")
def world_walk(_app: Flask, _databases: Any) -> Iterator[Walk]:
    _fresh(_app, _databases, "demo")
    demo: World = _app.extensions["test_world"]
    with _app.test_request_context("/?lang=en"):
        samples = route_samples.make(demo)
        actors = {persona: actor_for(demo, persona) for persona in PERSONAS}
        db.session.commit()
    clients = {persona: _signed_in(_app, demo, persona) for persona in PERSONAS}
    csrf = {persona: csrf_of(client, "/account") for persona, client in clients.items()}
    clients["anonymous"] = _app.test_client()
    csrf["anonymous"] = csrf_of(clients["anonymous"])
    name = _app.config["SESSION_COOKIE_NAME"]
    cookies = {who: client.get_cookie(name).value for who, client in clients.items()}
    _keep(_app, _databases, "routes")
    yield Walk(_app, _databases, samples, all_rules(_app), actors, cookies, csrf)


def _signed_in(app: Flask, demo: World, persona: str) -> FlaskClient:
    client = app.test_client()
    client.get("/sign-in?lang=en")
    values = {"email": demo.people[persona].email, "password": PASSWORD, "csrf_token": csrf_of(client)}
    assert client.post("/sign-in", data=values).status_code == 303
    return client


def methods(rule: dict[str, Any]) -> list[str]:
    return rule["methods"]


def shape(answer: TestResponse, values: dict[str, Any]) -> tuple[int, str]:
    """An answer without what may differ between two requests: tokens, and the address itself."""
    text = without_tokens(answer.get_data(as_text=True))
    for value in values.values():
        text = text.replace(str(value), "*")
    return answer.status_code, text


def headers_of(answer: TestResponse) -> set[tuple[str, str]]:
    return {(name, value) for name, value in answer.headers if name not in ("X-Request-Id", "Date")}


def test_every_address_has_its_samples(walk: Walk) -> None:
    assert len(walk.rules) > 80
    for rule in walk.rules:
        walk.sample(rule)
    known = {rule["endpoint"] for rule in walk.rules}
    stale = set(walk.samples.by_endpoint) - known
    assert not stale, f"samples of addresses that are gone: {stale}"


def test_every_persona_meets_every_kind_of_subject(walk: Walk) -> None:
    """The samples are worth something: each rule with an object of somebody has an owner and a stranger."""
    for rule in walk.rules:
        sample = walk.sample(rule)
        if rule["permission"] == PUBLIC or sample.everybody or sample.no_strangers:
            continue
        able = [persona for persona in PERSONAS if walk.actors[persona].can(rule["permission"])]
        assert able, f"nobody may {rule['permission']}"
        assert any(sample.theirs(persona, CAST[persona][0]) for persona in able), rule["endpoint"]
        assert any(sample.foreign(persona, CAST[persona][0]) for persona in able), rule["endpoint"]


@pytest.mark.parametrize("persona", ["anonymous", *PERSONAS])
def test_pages(walk: Walk, persona: str) -> None:
    wrong = []
    for rule in walk.rules:
        if rule["kind"] == "api":
            continue
        for method in methods(rule):
            wrong += [f"{method} {line}" for line in _page(walk, persona, rule, method)]
    assert not wrong, "\n".join(wrong)


def _page(walk: Walk, persona: str, rule: dict[str, Any], method: str) -> Iterator[str]:
    sample, permission = walk.sample(rule), rule["permission"]
    organisation = CAST[persona][0] if persona in CAST else ""
    signed_in = persona in CAST
    able = permission == PUBLIC or (signed_in and walk.actors[persona].can(permission))
    hidden: list[tuple[int, str]] = []
    subjects = {"own": sample.theirs(persona, organisation), "foreign": sample.foreign(persona, organisation)}
    if sample.absent:
        subjects["absent"] = Subject(sample.absent)
    for whose, subject in subjects.items():
        if subject is None:
            continue
        address = walk.address(rule, subject.values)
        answer = walk.open(persona, method, address, "html")
        status = answer.status_code
        told = f"{address} as {persona} ({whose}): {status}"
        if permission != PUBLIC and not signed_in:
            if not to_sign_in(answer):
                yield f"{told}, to /sign-in expected"
        elif not able:
            if status != 403:
                yield f"{told}, 403 expected"
            hidden.append(shape(answer, subject.values))
        elif whose in ("absent", "foreign"):
            if status != 404:
                yield f"{told}, 404 expected"
            hidden.append(shape(answer, subject.values))
        elif permission != PUBLIC and not walk.may(persona, rule, sample, subject):
            if status != 403:
                yield f"{told}, 403 expected: not their side of it"
        elif status == 404 and nothing_there(walk, persona, rule["endpoint"]):
            continue
        elif not fine(method, status, permission):
            yield f"{told}, an answer expected"
    if len(set(hidden)) > 1:
        yield f"{rule['rule']} as {persona}: absent and foreign look different"


def nothing_there(walk: Walk, persona: str, endpoint: str) -> bool:
    kind = walk.actors[persona].organisation_kind
    return endpoint in NAMED_IN_BODY or kind in NONE_FOR.get(endpoint, ())


def fine(method: str, status: int, permission: str) -> bool:
    """What somebody who may gets: a page or a redirect; for an empty form 400, 409 or 422 too."""
    if method in SAFE:
        return status in (200, 302, 303) or (permission != PUBLIC and status == 409)
    return status < 500 and status not in REFUSALS


@pytest.mark.parametrize("persona", PERSONAS)
def test_api(walk: Walk, persona: str) -> None:
    wrong = []
    for rule in walk.rules:
        if rule["kind"] == "api":
            for method in methods(rule):
                wrong += [f"{method} {line}" for line in _call(walk, persona, rule, method)]
    assert not wrong, "\n".join(wrong)


def _call(walk: Walk, persona: str, rule: dict[str, Any], method: str) -> Iterator[str]:
    sample, permission, organisation = walk.sample(rule), rule["permission"], CAST[persona][0]
    able = permission == PUBLIC or walk.actors[persona].can(permission)
    subjects = {"own": sample.theirs(persona, organisation), "foreign": sample.foreign(persona, organisation)}
    if sample.absent:
        subjects["absent"] = Subject(sample.absent)
    hidden = []
    for whose, subject in subjects.items():
        if subject is None:
            continue
        address = walk.address(rule, subject.values)
        answer = walk.open(persona, method, address, "api")
        status = answer.status_code
        told = f"{address} as {persona} ({whose}): {status}"
        if whose in ("absent", "foreign"):
            if status != 404:
                yield f"{told}, 404 expected"
            hidden.append((answer.get_data(), frozenset(headers_of(answer))))
        elif (
            not able
            or (permission != PUBLIC and not walk.may(persona, rule, sample, subject))
            or nothing_there(walk, persona, rule["endpoint"])
        ):
            if status != 403:
                yield f"{told}, 403 expected"
        elif not (status == 200 if method in SAFE else status < 500 and status not in REFUSALS):
            yield f"{told}, an answer expected: {answer.get_data(as_text=True)[:200]}"
        if status >= 400 and answer.mimetype != "application/problem+json":
            yield f"{told} is not problem+json"
    if len(set(hidden)) > 1:
        yield f"{rule['rule']} as {persona}: absent and foreign differ"


def test_api_without_a_token_or_with_a_wrong_one(walk: Walk) -> None:
    """401 before anything else, in the same words whether the object exists or not."""
    walk.samples.tokens["wrong"] = "not-a-token"
    wrong, bodies = [], set()
    for rule in walk.rules:
        if rule["kind"] != "api":
            continue
        sample = walk.sample(rule)
        for method in methods(rule):
            for who in ("nobody", "wrong"):
                for values in [sample.subjects[0].values, sample.absent]:
                    answer = walk.open(who, method, walk.address(rule, values), "api")
                    expected = 200 if rule["permission"] == PUBLIC else 401
                    if answer.status_code != expected:
                        wrong.append(f"{method} {rule['rule']} with {who}: {answer.status_code}")
                    if expected == 401:
                        bodies.add(answer.get_data())
    assert not wrong, "\n".join(wrong)
    assert len(bodies) == 1


def test_no_rule_is_404_for_everybody(walk: Walk) -> None:
    for persona in ("anonymous", "officer", "administrator"):
        assert walk.open(persona, "GET", "/no-such-page", "html").status_code == 404
        for method in ("GET", "POST"):
            assert walk.open(persona, method, "/api/v1/no-such-thing", "api").status_code == 404


def test_head_and_options_give_nothing_away(walk: Walk) -> None:
    """HEAD follows GET; OPTIONS names methods and no more."""
    for rule in walk.rules:
        if rule["permission"] == PUBLIC or "GET" not in rule["methods"]:
            continue
        subject = walk.sample(rule).subjects[0]
        address = walk.address(rule, subject.values)
        answer = walk.open("anonymous", "HEAD", address, rule["kind"])
        assert answer.status_code == 401 if rule["kind"] == "api" else to_sign_in(answer), address
        options = walk.open("anonymous", "OPTIONS", address, rule["kind"])
        assert options.get_data() == b"" or options.status_code >= 400, address
