"""The order of refusals: 401, 404, 403, 400, 409 or 412, 422; for every resource, from one table."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.api.conftest import mission
from tests.world import World

ABSENT = "0" * 26
BAD = {"noSuchField": 1, "noSuchEither": True}


@dataclass(frozen=True)
class Case:
    """One endpoint on a subject: who owns it, who is a stranger to it, who is near but may not."""

    name: str
    method: str
    path: str  # with {id}
    subject: str  # key in `subjects`
    owner: str
    stranger: str | None
    near: str  # sees it or belongs to the organisation, may not do this
    good: dict[str, Any] | None = None
    ok: int = 200
    headers: dict[str, str] = field(default_factory=dict)


ANY = {"If-Match": "*"}
CASES = [
    Case("company_show", "GET", "/companies/{id}", "company", "post", "hub_b", "directory_only"),
    Case("company_edit", "PATCH", "/companies/{id}", "company", "post", "hub_b", "readers", {"note": "x"}, headers=ANY),
    Case("contact_show", "GET", "/client-contacts/{id}", "contact", "post", "far_post", "directory_only"),
    Case("request_show", "GET", "/support-requests/{id}", "question", "post", "hub_a", "directory_only"),
    Case(
        "request_edit", "PATCH", "/support-requests/{id}", "question", "post", "far_post", "readers",
        {"urgency": "normal"}, headers=ANY,
    ),
    Case("request_route", "POST", "/support-requests/{id}/routing", "question", "post", "hub_a", "directory_only"),
    Case(
        "request_act", "POST", "/support-requests/{id}/transitions", "question", "post", "hub_a", "readers",
        {"action": "take"},
    ),
    Case("referral_show", "GET", "/referrals/{id}", "referral", "hub_a", "hub_b", "directory_only"),
    Case(
        "referral_act", "POST", "/referrals/{id}/transitions", "referral", "hub_a", "hub_b", "post",
        {"action": "acknowledge"},
    ),
    Case(
        "request_handle", "POST", "/support-requests/{id}/handling", "question", "post", "hub_a", "readers",
        {"action": "assign"},
    ),
    Case(
        "referral_handle", "POST", "/referrals/{id}/handling", "referral", "hub_a", "hub_b", "post",
        {"action": "assign"},
    ),
    Case("agreement_show", "GET", "/agreements/{id}", "agreement", "post", "hub_b", "directory_only"),
    Case(
        "agreement_edit", "PATCH", "/agreements/{id}", "draft", "head", "hub_a", "post", {"noticeDays": 30}, headers=ANY
    ),
    Case(
        "agreement_act", "POST", "/agreements/{id}/transitions", "agreement", "hub_a", "hub_b", "hub_staff",
        {"action": "terminate", "note": "Wij stoppen."},
    ),
    Case("hub_edit", "PATCH", "/hubs/{id}", "hub", "hub_a", None, "hub_b", {"memberCount": 3}, headers=ANY),
    Case(
        "hub_act", "POST", "/hubs/{id}/transitions", "hub", "administrator", None, "hub_a",
        {"action": "suspend", "reason": "Onderzoek."},
    ),
    Case(
        "liaison_edit", "PATCH", "/liaisons/{id}", "liaison", "hub_a", "hub_b", "hub_staff", {"name": "x"}, headers=ANY
    ),
    Case("liaison_remove", "DELETE", "/liaisons/{id}", "liaison", "hub_a", "hub_b", "hub_staff"),
    Case("capacity_end", "DELETE", "/capacity-changes/{id}", "capacity", "hub_a", "hub_b", "hub_staff"),
    Case("closure_remove", "DELETE", "/closures/{id}", "closure", "hub_a", "hub_b", "hub_staff"),
    Case("mission_show", "GET", "/missions/{id}", "mission", "post", "hub_b", "directory_only"),
    Case(
        "mission_edit", "PATCH", "/missions/{id}", "mission", "post", "hub_b", "hub_a", {"nameNl": "Reis"}, headers=ANY
    ),
    Case(
        "mission_act", "POST", "/missions/{id}/transitions", "mission", "post", "far_post", "hub_a",
        {"action": "cancel"},
    ),
    Case("participant_list", "GET", "/missions/{id}/participants", "mission", "post", "hub_a", "directory_only"),
    Case(
        "participant_create", "POST", "/missions/{id}/participants", "mission", "post", "hub_a", "readers",
        {"company": {"name": "Nieuw BV"}, "contactPerson": {"name": "Bo", "email": "bo@example.nl"}}, ok=201,
    ),
    Case("follow_up_list", "GET", "/missions/{id}/follow-ups", "mission", "post", "hub_a", "directory_only"),
    Case(
        "offer_edit", "PATCH", "/service-offers/{id}", "offer", "hub_a", None, "hub_b", {"leadTimeDays": 4}, headers=ANY
    ),
]  # fmt: skip


@pytest.fixture
def subjects(client: Any, demo: World, new_referral: Any, new_question: Any) -> dict[str, str]:
    asked, referral = new_referral()
    post = client("post")
    draft = client("head")("POST", "/agreements", _draft(demo))
    assert draft.status_code == 201, draft.json
    offers = client("hub_a")("GET", f"/service-offers?organisation={demo.organisations['hub_a']}").json["items"]
    days = {"office": demo.offices["hub_a"], "startsOn": "2099-01-01", "endsOn": "2099-01-05"}
    hub = client("hub_a")
    return {
        "mission": mission(client, demo)["mission"],
        "liaison": hub("POST", "/liaisons", {"name": "Lia Proef", "phone": "+31 70 555"}).json["id"],
        "capacity": hub("POST", "/capacity-changes", {**days, "weeklyCapacity": 3}).json["id"],
        "closure": hub("POST", "/closures", days).json["id"],
        "company": asked["company"]["id"],
        "contact": post("GET", "/client-contacts").json["items"][0]["id"],
        "question": new_question(company={"name": "Verzonnen Zaden BV"})["id"],
        "referral": referral,
        "agreement": demo.agreements["hub_a"],
        "draft": draft.json["id"],
        "hub": demo.organisations["hub_a"],
        "offer": offers[0]["id"],
    }


def _draft(demo: World) -> dict[str, Any]:
    return {
        "hub": demo.organisations["hub_a"],
        "posts": [demo.organisations["post"]],
        "services": ["commercial_referral"],
    }


def _refused(answer: Any, status: int) -> bytes:
    assert answer.status_code == status, (answer.status_code, answer.get_data(as_text=True)[:500])
    assert answer.mimetype == "application/problem+json" and answer.json["status"] == status
    assert answer.headers["API-Version"]
    return answer.get_data()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_order_of_refusals(case: Case, client: Any, conforms: Any, subjects: dict[str, str]) -> None:
    own, absent = case.path.format(id=subjects[case.subject]), case.path.format(id=ABSENT)

    def call(name: str, path: str, body: Any = case.good, headers: Any = case.headers) -> Any:
        return client(name)(case.method, path, body, headers=headers)

    # 401 before everything, in the same words
    first = _refused(call("", own), 401)
    for path, body in ((own, BAD), (absent, case.good)):
        for name in ("", "no-such-token", "expired", "revoked"):
            answer = call(name, path, body)
            assert _refused(answer, 401) == first and "Bearer" in answer.headers["WWW-Authenticate"]
    # 404 before 403 and 400: absent and out of one's scope in the same bytes
    nothing = _refused(call(case.owner, absent), 404)
    assert _refused(call(case.near, absent, BAD), 404) == nothing
    if case.stranger:
        assert _refused(call(case.stranger, own), 404) == nothing
        assert _refused(call(case.stranger, own, BAD), 404) == nothing
    # 403 before 400
    _refused(call(case.near, own), 403)
    if case.method != "GET":
        refused = call(case.near, own, {**(case.good or {}), **BAD})
        _refused(refused, 403)
        # 400, everything at once, before 412
        answer = call(case.owner, own, {**(case.good or {}), **BAD}, {"If-Match": '"999"'})
        _refused(answer, 400)
        assert {"noSuchField", "noSuchEither"} <= {row["field"] for row in answer.json["errors"]}
        conforms(case.method, answer)
    if case.headers or "action" in (case.good or {}):
        _refused(call(case.owner, own, case.good, {"If-Match": '"999.abc"'}), 412)
    if case.headers:
        _refused(call(case.owner, own, case.good, {}), 428)
    answer = call(case.owner, own)
    assert answer.status_code == case.ok, answer.json
    conforms(case.method, answer)


ACTIONS = [
    ("/support-requests/{id}/transitions", "question", "post", {"action": "answer", "note": "x"}),
    ("/referrals/{id}/transitions", "referral", "hub_a", {"action": "close", "outcome": "introduction"}),
    ("/agreements/{id}/transitions", "agreement", "hub_a", {"action": "withdraw_offer"}),
    ("/hubs/{id}/transitions", "hub", "administrator", {"action": "accredit", "reason": "Nogmaals."}),
]


@pytest.mark.parametrize(("path", "subject", "who", "body"), ACTIONS, ids=[row[1] for row in ACTIONS])
def test_wrong_state_is_409_and_comes_after_400(
    path: str, subject: str, who: str, body: dict[str, Any], client: Any, conforms: Any, subjects: dict[str, str]
) -> None:
    where = path.format(id=subjects[subject])
    if subject == "agreement":
        who = "head"  # its post drafted it
        assert client(who)("POST", where, body).status_code == 409
    answer = client(who)("POST", where, body)
    _refused(answer, 409)
    conforms("POST", answer)
    _refused(client(who)("POST", where, {**body, **BAD}), 400)
    for action in ("fly", "", None, 7, ["take"]):
        answer = client(who)("POST", where, {"action": action})
        _refused(answer, 400)
        assert answer.json["errors"][0]["field"] == "action"
    _refused(client(who)("POST", where, {}), 400)


def test_what_only_the_clock_does_is_no_action(client: Any, subjects: dict[str, str]) -> None:
    for action in ("lapse", "withdraw"):
        answer = client("hub_a")("POST", f"/referrals/{subjects['referral']}/transitions", {"action": action})
        _refused(answer, 400)
        assert answer.json["errors"][0]["code"] == "unknown_action"
    answer = client("hub_a")("POST", f"/agreements/{subjects['agreement']}/transitions", {"action": "expire"})
    _refused(answer, 400)


def test_rules_of_the_domain_are_422_all_at_once(client: Any, subjects: dict[str, str], demo: World) -> None:
    asked = f"/support-requests/{subjects['question']}/transitions"
    answer = client("post")("POST", asked, {"action": "refer", "destinations": []})
    _refused(answer, 422)
    answer = client("hub_a")("POST", f"/referrals/{subjects['referral']}/transitions", {"action": "decline"})
    _refused(answer, 422)
    assert answer.json["errors"][0]["field"] == "reason"
    late = {"startsOn": "2027-03-01", "endsOn": "2027-01-01"}
    draft = f"/agreements/{subjects['draft']}"
    assert client("head")("PATCH", draft, {**late, "services": []}, headers=ANY).status_code == 200
    answer = client("head")("POST", f"{draft}/transitions", {"action": "offer"})
    _refused(answer, 422)
    assert {row["field"] for row in answer.json["errors"]} == {"services", "endsOn"}
    answer = client("administrator")("POST", f"/hubs/{subjects['hub']}/transitions", {"action": "suspend"})
    _refused(answer, 422)


COLLECTIONS = [
    ("/companies", "directory_only"),
    ("/client-contacts", "directory_only"),
    ("/support-requests", "directory_only"),
    ("/referrals", "directory_only"),
    ("/agreements", "partner"),
    ("/events", "administrator"),
]


@pytest.mark.parametrize(("path", "who"), COLLECTIONS)
def test_a_collection_without_the_right_is_403_also_with_a_bad_query(path: str, who: str, client: Any) -> None:
    _refused(client("")("GET", path), 401)
    _refused(client(who)("GET", f"{path}?nonsense=1"), 403)


CREATIONS = [
    ("/companies", "readers", "post"),
    ("/client-contacts", "readers", "post"),
    ("/support-requests", "readers", "post"),
    ("/agreements", "post", "head"),
    ("/service-offers", "post", "hub_a"),
]


@pytest.mark.parametrize(("path", "near", "owner"), CREATIONS)
def test_creation_refuses_in_order(path: str, near: str, owner: str, client: Any, conforms: Any) -> None:
    _refused(client("")("POST", path, BAD), 401)
    _refused(client(near)("POST", path, BAD), 403)
    answer = client(owner)("POST", path, BAD)
    _refused(answer, 400)
    fields = {row["field"] for row in answer.json["errors"]}
    assert {"noSuchField", "noSuchEither"} <= fields and len(fields) > 2  # what is missing too
    conforms("POST", answer)


def test_no_matching_rule_is_404_for_everybody(client: Any) -> None:
    for path in ("/nothing", "/markets/", "/companies/short", "/markets/co", "/support-requests/H-7K4-29Q"):
        bodies = {_refused(client(name)("GET", path), 404) for name in ("", "post", "auditor")}
        assert len(bodies) == 1


def test_a_method_that_is_not_there_names_those_that_are(client: Any) -> None:
    answer = client("post")("DELETE", "/markets")
    _refused(answer, 405)
    assert "GET" in answer.headers["Allow"]


def test_an_office_of_somebody_else_gets_no_question(client: Any, demo: World) -> None:
    from tests.api.conftest import question

    answer = client("post")("POST", "/support-requests", question(office=demo.offices["hub_a"]))
    _refused(answer, 422)
    assert answer.json["errors"][0]["field"] == "office"


def test_problems_name_the_field_of_the_body(client: Any) -> None:
    from tests.api.conftest import question

    body = question(
        company={"name": "Fictief", "kvkNumber": "12"},
        contactPerson={"name": "Jan", "phone": "geen"},
        facts={"legalForm": "ltd", "exportSharePercent": 101},
        market="QQ",
        services=["nothing", "commercial_referral"],
    )
    answer = client("post")("POST", "/support-requests", body)
    _refused(answer, 400)
    fields = {row["field"] for row in answer.json["errors"]}
    assert fields == {"market", "services", "facts.legalForm", "facts.exportSharePercent"}
    answer = client("post")("POST", "/support-requests", {**body, "facts": None, "market": "CO", "services": None})
    _refused(answer, 400)
    assert {row["field"] for row in answer.json["errors"]} >= {"company.kvkNumber", "contactPerson.phone"}


def test_a_consent_to_come_is_refused(client: Any) -> None:
    from tests.api.conftest import question

    consent = {"recipients": "market", "givenAt": "2199-01-01T00:00:00Z", "channel": "telephone"}
    answer = client("post")("POST", "/support-requests", question(consent=consent))
    _refused(answer, 422)
    assert answer.json["errors"][0]["field"] == "consent.givenAt"


def test_a_reason_in_no_list_is_400_with_all_else_that_is_wrong(client: Any, new_referral: Any) -> None:
    _asked, referral = new_referral()
    body = {"action": "decline", "reason": "because", "outcome": "glory", "noSuchField": 1}
    refused = client("hub_a")("POST", f"/referrals/{referral}/transitions", body)
    assert refused.status_code == 400
    assert {problem["field"] for problem in refused.json["errors"]} == {"reason", "outcome", "noSuchField"}
    other = client("hub_a")(
        "POST", f"/referrals/{referral}/transitions", {"action": "decline", "reason": "need_changed"}
    )
    assert other.status_code == 422 and other.json["errors"][0]["field"] == "reason"
