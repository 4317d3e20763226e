"""Assessing by page and by API: two people blind to one another, checks once for both, moderation, conclusion."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from hubs.accreditation.models import Moderation, Proposal, ProposalAssessor, Score
from hubs.core.events import Event
from hubs.extensions import db
from tests.accreditation.builders import assess, assigned_proposal, submitted_proposal
from tests.conftest import post
from tests.world import World

CANARY = "Kanariegeel bewijs dat nergens anders staat"
MINISTRY = ("assessor", "assessor_2", "assessor_3", "decision_maker", "administrator", "auditor")
SCALES = ("A1", "A5", "B1", "B3", "D1")


@pytest.fixture
def running(in_app: Any, demo: World) -> dict[str, str]:
    """A proposal in assessment by assessor and assessor_2, an advice asked of the post."""
    with in_app() as session:
        proposal = assigned_proposal(session, demo, posts=("post",), answers={"A3": "12", "G3": True})
        session.commit()
        return {"id": proposal.id, "reference": proposal.reference, "hub": proposal.hub_id}


def urls(case: dict[str, str]) -> list[str]:
    """Every page and call about the assessment of this proposal."""
    base, api = f"/proposals/{case['reference']}", f"/api/v1/proposals/{case['id']}"
    pages = ["", "/assess", "/assess/B1", "/moderation", "/hearing", "/coordination", "/advice", "/result"]
    calls = ["", "/scores", "/assessors", "/fact-checks", "/moderations", "/internal-notes", "/advices", "/result"]
    return [*(base + page for page in pages), *(api + call for call in calls), "/api/v1/assessments", "/proposals"]


def seen_by(persona: str, case: dict[str, str], client: Any, token: str | None) -> str:
    """Everything this persona gets to see, by page and by API, in one text."""
    found = []
    for url in urls(case):
        is_call = url.startswith("/api")
        if is_call and token is None:
            continue
        headers = {"Authorization": f"Bearer {token}"} if is_call else {}
        answer = client.get(url, headers=headers)
        assert answer.status_code in (200, 303, 403, 404), f"{url} as {persona}: {answer.status_code}"
        found.append(answer.get_data(as_text=True))
    return "\n".join(found)


def score(client: Any, case: dict[str, str], code: str, version: int = 0, **values: Any) -> Any:
    page = f"/proposals/{case['reference']}/assess/{code}"
    return post(client, page, {"action": "score", "version": version, **values}, page="/account")


def test_interest_assignment_and_start(in_app: Any, demo: World, client_for: Callable[..., Any]) -> None:
    with in_app() as session:
        proposal = submitted_proposal(session, demo)
        session.commit()
        reference, hub = proposal.reference, proposal.hub_id
    own, other, keeper = client_for("assessor"), client_for("assessor_2"), client_for("administrator")
    assert post(own, "/interests", {"hub": hub, "note": CANARY}).status_code == 303
    again = post(own, "/interests", {"hub": hub})
    assert again.status_code == 422 and "declared this interest already" in again.get_data(as_text=True)
    listed = own.get("/interests").get_data(as_text=True)
    interest = re.search(r'data-kind="interest" data-ref="(\w+)"', listed)
    assert interest and CANARY in listed
    assert CANARY not in other.get("/interests").get_data(as_text=True)
    assert CANARY in keeper.get("/interests").get_data(as_text=True)
    ending = f"/interests/{interest.group(1)}"
    assert post(other, ending, {"action": "end"}, page="/interests").status_code == 404
    assert post(keeper, ending, {"action": "end"}, page="/interests").status_code == 403
    assert client_for("auditor").get("/interests").status_code == 403
    assert client_for("head").get("/interests").status_code == 403

    page = f"/proposals/{reference}/coordination"

    def assign(position: int, persona: str, **more: Any) -> Any:
        person = demo.people[persona].id
        return post(keeper, page, {"action": "assign", "position": position, "person": person, **more})

    assert assign(1, "assessor_2").status_code == 303
    for persona, words in (
        ("assessor", "declared an interest"),
        ("assessor_2", "has the other place already"),
        ("decision_maker", "somebody who assesses"),
        ("officer", "somebody who assesses"),
    ):
        refused = assign(2, persona)
        assert refused.status_code == 422 and words in refused.get_data(as_text=True), persona
    late = assign(2, "assessor_3", due_on="2020-01-01")
    assert late.status_code == 422 and "2020-01-01" in late.get_data(as_text=True)
    assert post(client_for("decision_maker"), page, {"action": "assign"}, page="/interests").status_code == 403
    # acting on a hub in which one has an interest is refused, and the attempt is kept
    refused = post(own, page, {"action": "assign", "position": 2, "person": demo.people["assessor_3"].id})
    assert refused.status_code == 403
    unstarted = post(keeper, page, {"action": "start_assessment"})
    assert unstarted.status_code == 422 and "Assign two assessors" in unstarted.get_data(as_text=True)
    assert assign(2, "assessor_3").status_code == 303
    assert post(keeper, page, {"action": "start_assessment", "version": 1}).status_code == 409
    assert post(keeper, page, {"action": "start_assessment"}).status_code == 303
    # once the interest is over the person may come in; who is replaced stays on record
    assert post(own, ending, {"action": "end"}, page="/interests").status_code == 303
    assert assign(2, "assessor").status_code == 303
    with in_app() as session:
        found = session.execute(select(Proposal).where(Proposal.reference == reference)).scalar_one()
        assert found.state == "in_assessment"
        rows = {row.person_id: row for row in found.assessors}
        assert rows[demo.people["assessor_3"].id].ended_at is not None
        assert rows[demo.people["assessor"].id].position == 2
        kinds = list(session.execute(select(Event.kind).where(Event.subject_id == found.id)).scalars())
        assert kinds.count("proposal.assign") == 3 and "proposal.attempt_refused" in kinds
    page_of_3 = client_for("assessor_3").get(f"/proposals/{reference}/assess/B1")
    assert page_of_3.status_code == 403


def test_a_score_says_everything_that_is_wrong_and_keeps_what_was_typed(
    running: dict[str, str], in_app: Any, demo: World, client_for: Callable[..., Any]
) -> None:
    client = client_for("assessor")
    page = f"/proposals/{running['reference']}/assess"
    first = client.get(f"{page}/B1").get_data(as_text=True)
    assert "Uitleg van de kamer bij B1" in first and 'name="level"' in first and "B1 now at work" in first
    empty = score(client, running, "B1")
    text = empty.get_data(as_text=True)
    assert empty.status_code == 422 and "Choose a score" in text and "Explain why" in text
    low = score(client, running, "B1", level=1, reason=CANARY)
    text = low.get_data(as_text=True)
    assert low.status_code == 422 and "Choose a ground" in text and CANARY in text
    assert re.search(r'value="1"[^>]*checked', text)
    assert score(client, running, "B1", level=1, reason=CANARY, ground="invented").status_code == 422
    stored = score(client, running, "B1", level=1, reason=CANARY, ground="overlap")
    assert stored.status_code == 303 and "/assess/B2" in stored.headers["Location"]
    # a second tab that saw nothing yet
    stale = score(client, running, "B1", level=3, reason="Iets anders dan wat er stond.")
    assert stale.status_code == 409 and "Iets anders dan wat er stond." in stale.get_data(as_text=True)
    assert score(client, running, "B1", version=1, level=3, reason=CANARY, ground="overlap").status_code == 303
    with in_app() as session:
        row = session.execute(select(Score)).scalar_one()
        assert (row.level, row.ground, row.reason) == (3, None, CANARY)  # no ground where nothing fails
        assert session.get(Proposal, running["id"]).file_number == 3
    skipped = post(client, f"{page}/A1", {"action": "skip"})
    assert skipped.status_code == 303 and "/assess/A2" in skipped.headers["Location"]
    assert client.get(f"{page}/Z9").status_code == 404
    overview = client.get(page).get_data(as_text=True)
    assert "of 24 criteria done" in overview or "criteria done" in overview
    refused = post(client, page, {"action": "finish"})
    assert refused.status_code == 422
    for code in set(SCALES) - {"B1"}:
        assert f"{code} has no score of yours yet" in refused.get_data(as_text=True)
    for persona, status in (("decision_maker", 403), ("administrator", 403), ("manager", 403), ("new_manager", 403)):
        assert client_for(persona).get(f"{page}/B1").status_code == status, persona
    assert client_for("anonymous").get(f"{page}/B1").status_code in (302, 303)


def test_checks_are_made_once_and_say_what_departs(
    running: dict[str, str], in_app: Any, demo: World, client_for: Callable[..., Any]
) -> None:
    one, two = client_for("assessor", "nl"), client_for("assessor_2")
    base = f"/proposals/{running['reference']}/assess"

    def check(client: Any, code: str, version: int = 0, **values: Any) -> Any:
        return post(client, f"{base}/{code}", {"action": "check", "version": version, **values})

    assert check(one, "A3", value="veel").status_code == 422
    assert check(one, "A3", value="-3").status_code == 422
    assert check(one, "A3", value="1.250,5").status_code == 422  # departs from 12, so it asks a reason
    assert check(one, "A3", value="1.250,5", reason="Het register telt anders.").status_code == 303
    assert check(two, "A3", value="12").status_code == 409  # checked by the other meanwhile
    assert check(two, "A3", version=1, value="12").status_code == 303
    assert check(two, "C1", answer="no").status_code == 422
    refused = check(two, "C1", answer="no", ground="incomplete", reason=CANARY)
    assert refused.status_code == 303
    assert check(one, "G4", answer="yes").status_code == 303
    assert check(one, "G3", answer="no", ground="contradicted", reason="Niet ondertekend.").status_code == 303
    assert check(one, "B1", answer="yes").status_code == 422  # a scale is scored
    seen = one.get(base).get_data(as_text=True)
    assert CANARY in seen  # facts are open to both at once
    with in_app():
        from hubs.accreditation.queries.assessments import checks_of, departing_facts

        proposal = db.session.get_one(Proposal, running["id"])
        facts = checks_of(proposal)
        assert str(facts["A3"].value) == "12.00" and not facts["A3"].departs
        assert facts["C1"].answer is False and facts["C1"].ground == "incomplete" and not facts["C1"].departs
        assert [row.criterion_code for row in departing_facts(proposal)] == ["G3"]


def test_nobody_sees_a_score_before_both_have_finished(
    running: dict[str, str], in_app: Any, demo: World, client_for: Callable[..., Any]
) -> None:
    others = ("officer", "head", "manager", "new_manager", "new_staff", "far_manager", "member", "central_officer")
    clients = {persona: client_for(persona) for persona in (*MINISTRY, *others)}
    with in_app() as session:
        proposal = session.get(Proposal, running["id"])
        assess(session, demo, proposal, levels={"B1": (1, 3)}, finish=False)
        session.execute(db.delete(Moderation))
        for row in session.execute(select(Score).where(Score.criterion_code == "B1")).scalars():
            row.reason = f"{CANARY} {row.level}"
        session.commit()
    for code in ("note",):
        text = {"action": code, "text": f"{CANARY} notitie"}
        assert post(clients["assessor"], f"/proposals/{running['reference']}/assess", text).status_code == 303

    def sights() -> dict[str, str]:
        return {name: seen_by(name, running, client, demo.tokens.get(name)) for name, client in clients.items()}

    before = sights()
    assert f"{CANARY} 1" in before["assessor"] and f"{CANARY} 3" not in before["assessor"]
    assert f"{CANARY} 3" in before["assessor_2"] and f"{CANARY} 1" not in before["assessor_2"]
    assert f"{CANARY} notitie" in before["assessor"]
    for persona in set(clients) - {"assessor", "assessor_2"}:
        assert CANARY not in before[persona], persona
    assert f"{CANARY} notitie" not in before["assessor_2"]
    page = f"/proposals/{running['reference']}/assess"
    assert post(clients["assessor"], page, {"action": "finish"}).status_code == 303
    half = sights()
    assert f"{CANARY} 3" not in half["assessor"]
    assert not any(CANARY in half[persona] for persona in set(clients) - {"assessor", "assessor_2"})
    fixed = score(clients["assessor"], running, "B1", version=1, level=4, reason=CANARY)
    assert fixed.status_code == 409
    assert post(clients["assessor_2"], page, {"action": "finish"}).status_code == 303
    after = sights()
    for persona in MINISTRY:
        assert f"{CANARY} 1" in after[persona] and f"{CANARY} 3" in after[persona], persona
    for persona in others:
        assert CANARY not in after[persona], persona


def test_concluding_names_everything_that_is_open_and_moderation_settles_it(
    running: dict[str, str], in_app: Any, demo: World, client_for: Callable[..., Any]
) -> None:
    one, two = client_for("assessor"), client_for("assessor_2")
    page, moderation = (f"/proposals/{running['reference']}/{name}" for name in ("assess", "moderation"))
    with in_app() as session:
        proposal = session.get(Proposal, running["id"])
        assess(session, demo, proposal, levels={"B1": (1, 3), "D1": (4, 2)}, leave=("G4", "A1"))
        session.execute(db.delete(Moderation))
        session.commit()
    refused = post(one, page, {"action": "conclude"}).get_data(as_text=True)
    for words in ("G4 has not been answered", "A1 has not been answered", "scores on B1 lie too far apart",
                  "scores on D1 lie too far apart", "has not given its advice yet"):  # fmt: skip
        assert words in refused, words
    assert client_for("decision_maker").get(moderation).status_code == 200
    assert post(client_for("decision_maker"), moderation, {"criterion": "B1"}, page="/account").status_code == 403

    def moderate(client: Any, code: str, version: int = 0, **values: Any) -> Any:
        return post(client, moderation, {"action": "moderate", "criterion": code, "version": version, **values})

    assert moderate(one, "A5", level=3, reason="x").status_code == 422  # close enough together
    assert moderate(one, "B1", level=1, reason=CANARY).status_code == 422  # asks a ground
    assert moderate(one, "B1", level=2, reason=CANARY).status_code == 303
    stale = moderate(two, "B1", level=3, reason="Mijn eigen tekst.")
    assert stale.status_code == 409 and "Mijn eigen tekst." in stale.get_data(as_text=True)
    assert moderate(two, "D1", level=3, reason=CANARY).status_code == 303
    with in_app() as session:
        proposal = session.get(Proposal, running["id"])
        people = [row.person_id for row in proposal.assessors]
        session.add_all(Score(proposal_id=proposal.id, criterion_code="A1", person_id=person, level=3, reason="x",
                              saved_at=proposal.submitted_at) for person in people)  # fmt: skip
        proposal.advices[0].due_on = proposal.submitted_at.date() - timedelta(days=1)  # its time has passed
        session.commit()
    assert post(one, f"{page}/G4", {"action": "check", "version": 0, "answer": "yes"}).status_code == 303
    assert post(client_for("assessor_3"), page, {"action": "conclude"}).status_code == 403
    assert post(one, page, {"action": "conclude"}).status_code == 303
    assert post(two, f"{page}/G4", {"action": "check", "version": 1, "answer": "yes"}, page=page).status_code == 409
    keeper = client_for("administrator")
    assert post(keeper, page, {"action": "reassess"}).status_code == 422
    assert post(keeper, page, {"action": "reassess", "note": "Een fout in de cijfers."}).status_code == 303
    with in_app() as session:
        proposal = session.get(Proposal, running["id"])
        assert proposal.state == "in_assessment"
        assert not any(row.finished_at for row in proposal.assessors)
        assert session.execute(select(Moderation)).first() is None
        kinds = set(session.execute(select(Event.kind).where(Event.subject_id == proposal.id)).scalars())
        assert {"proposal.moderate", "proposal.conclude", "proposal.drop_moderations"} <= kinds


def test_asking_to_complete_holds_the_term_and_opens_the_parts(
    running: dict[str, str], in_app: Any, demo: World, client_for: Callable[..., Any]
) -> None:
    page = f"/proposals/{running['reference']}/coordination"
    with in_app() as session:
        proposal = session.get(Proposal, running["id"])
        assess(session, demo, proposal)
        due_on = proposal.due_on
        session.commit()
    keeper = client_for("administrator")
    past = post(keeper, page, {"action": "send_back", "until_on": "2020-01-01"})
    text = past.get_data(as_text=True)
    assert past.status_code == 422 and "Choose a day after today" in text and "Say why" in text
    until = (due_on - timedelta(days=20)).isoformat()
    done = post(
        keeper, page, {"action": "send_back", "note": "De jaarrekening van 2024\nDe statuten", "until_on": until}
    )
    assert done.status_code == 303
    with in_app() as session:
        proposal = session.get(Proposal, running["id"])
        assert proposal.state == "returned" and not any(row.finished_at for row in proposal.assessors)
        assert proposal.suspensions[-1].until_on.isoformat() == until and proposal.due_on > due_on
        from hubs.accreditation.models import Letter

        letters = session.execute(select(Letter).where(Letter.proposal_id == proposal.id)).scalars().all()
        assert {letter.language for letter in letters} == {"nl", "en"}
        assert {letter.kind for letter in letters} == {"completion_request"}
    assert score(client_for("assessor"), running, "B1", version=1, level=4, reason="x").status_code == 409


def test_the_post_advises_on_its_own_page(
    running: dict[str, str], in_app: Any, demo: World, client_for: Callable[..., Any], api_for: Callable[..., Any]
) -> None:
    page = f"/proposals/{running['reference']}/advice"
    head, officer = client_for("head"), client_for("officer")
    assert running["reference"] in officer.get("/work").get_data(as_text=True)
    assert running["reference"] not in client_for("far_officer").get("/work").get_data(as_text=True)
    assert post(head, page, {}).status_code == 422
    typed = f"  {CANARY}\r\n\r\ntweede alinea <b>"
    assert post(head, page, {"opinion": "positive_if", "text": typed, "version": 1}).status_code == 303
    shown = officer.get(page).get_data(as_text=True)
    assert CANARY in shown and "tweede alinea &lt;b&gt;" in shown and "Stuk bij C1" in shown
    assert post(officer, page, {"opinion": "negative", "text": "Oud.", "version": 1}).status_code == 409
    assert post(officer, page, {"opinion": "negative", "text": "Toch niet.", "version": 2}).status_code == 303
    for persona, status in (("far_head", 404), ("far_officer", 404), ("manager", 403), ("assessor", 403)):
        assert client_for(persona).get(page).status_code == status, persona
    nobody = api_for("post")  # a token of the post's own system: no person stands behind it
    path = f"/proposals/{running['id']}/advice"
    tag = nobody("GET", path).headers["ETag"]
    body = {"opinion": "positive", "text": "Van niemand."}
    assert nobody("PATCH", path, body, headers={"If-Match": tag}).status_code == 403
    person = api_for("head")
    assert person("PATCH", path, body).status_code == 428
    assert person("PATCH", path, body, headers={"If-Match": '"1.0"'}).status_code == 412
    assert person("PATCH", path, body, headers={"If-Match": tag}).status_code == 200
    assert api_for("far_post")("GET", path).status_code == 404
    with in_app() as session:
        changes = select(Event).where(Event.subject_id == running["id"], Event.kind.like("proposal.%advi%"))
        events = session.execute(changes.order_by(Event.id)).scalars().all()
        assert [event.kind for event in events] == ["proposal.advise", *["proposal.change_advice"] * 2]
        assert [event.personal[0].value for event in events][1:] == ["Toch niet.", "Van niemand."]
        session.get(Proposal, running["id"]).state = "assessed"
        session.commit()
    assert post(officer, page, {"opinion": "negative", "text": "Te laat."}, page="/account").status_code == 409


def test_hearing_is_invited_recorded_or_waived(
    running: dict[str, str], in_app: Any, demo: World, client_for: Callable[..., Any]
) -> None:
    page, keeper = f"/proposals/{running['reference']}/hearing", client_for("administrator")
    with in_app() as session:
        assess(session, demo, session.get(Proposal, running["id"]), facts={"A3": "0"})
        session.commit()
    shown = keeper.get(page).get_data(as_text=True)
    assert "Hear the chamber before it is refused" in shown and 'data-criterion="A3"' in shown
    assert post(keeper, page, {"action": "invite"}).status_code == 422
    assert post(keeper, page, {"action": "invite", "subject": CANARY, "answer_by": "2020-01-01"}).status_code == 422
    with in_app() as session:
        answer_by = session.get(Proposal, running["id"]).due_on.isoformat()
    assert post(keeper, page, {"action": "invite", "subject": CANARY, "answer_by": answer_by}).status_code == 303
    listed = keeper.get(page).get_data(as_text=True)
    found = re.search(r'data-kind="hearing" data-ref="(\w{26})" data-state="invited"', listed)
    assert found
    record = {"action": "record", "hearing": found.group(1), "version": 1}
    wrong = post(keeper, page, {**record, "form": "oral", "held_on": "2999-01-01"})
    text = wrong.get_data(as_text=True)
    assert wrong.status_code == 422 and "has not come yet" in text and "Write down" in text
    today = client_for  # the day of the invitation
    assert today
    with in_app() as session:
        from hubs.accreditation.statutory import amsterdam_day
        from hubs.core.clock import utcnow

        day = amsterdam_day(utcnow()).isoformat()
    done = post(keeper, page, {**record, "form": "oral", "held_on": day, "report": "De kamer licht toe."})
    assert done.status_code == 303
    assert post(keeper, page, {**record, "form": "waived", "waiver_reason": "urgent", "version": 2}).status_code == 409
    assert post(keeper, page, {"action": "waive", "form": "waived"}).status_code == 422
    assert post(keeper, page, {"action": "waive", "form": "waived", "waiver_reason": "declined"}).status_code == 303
    assert client_for("decision_maker").get(page).status_code == 200
    assert post(client_for("decision_maker"), page, {"action": "invite"}, page="/account").status_code == 403


def test_the_whole_assessment_by_api(
    in_app: Any, demo: World, api_for: Callable[..., Any], client_for: Callable[..., Any]
) -> None:
    with in_app() as session:
        proposal = submitted_proposal(session, demo)
        session.commit()
        path, reference = f"/proposals/{proposal.id}", proposal.reference
    keeper, one, two = api_for("administrator"), api_for("assessor"), api_for("assessor_2")
    person = {name: demo.people[name].id for name in ("assessor", "assessor_2", "decision_maker")}
    bad = keeper("POST", f"{path}/assessors", {"person": person["decision_maker"], "position": 1})
    assert bad.status_code == 422 and bad.json["errors"][0]["code"] == "not_an_assessor"
    for position, name in ((1, "assessor"), (2, "assessor_2")):
        made = keeper("POST", f"{path}/assessors", {"person": person[name], "position": position})
        assert made.status_code == 201, made.json
    assert one("POST", f"{path}/scores", {"criterion": "B1", "level": 3, "reason": "x"}).status_code == 409
    assert keeper("POST", f"{path}/transitions", {"action": "start_assessment"}).status_code == 200
    asked = keeper("POST", f"{path}/advices", {"posts": [demo.organisations["post"]]})
    assert asked.status_code == 201 and asked.json["items"][0]["opinion"] is None
    assert keeper("POST", f"{path}/advices", {"posts": [demo.organisations["far_post"]]}).status_code == 422
    listed = one("GET", "/assessments").json["items"]
    assert [(row["proposal"]["reference"], row["state"]) for row in listed] == [(reference, "open")]

    bad = one("POST", f"{path}/scores", {"criterion": "B1", "level": 1})
    assert bad.status_code == 422 and {row["code"] for row in bad.json["errors"]} == {
        "ground_required", "reason_required",
    }  # fmt: skip
    assert one("POST", f"{path}/scores", {"criterion": "B1", "level": 7, "reason": "x"}).status_code == 400
    for call, levels in ((one, (3, 3, 1, 3, 3)), (two, (3, 3, 3, 3, 3))):
        for code, level in zip(SCALES, levels, strict=True):
            body = {"criterion": code, "level": level, "reason": CANARY, "ground": "overlap" if level < 2 else None}
            assert call("POST", f"{path}/scores", {**body, "version": 0}).status_code == 200
    stale = one("POST", f"{path}/scores", {"criterion": "B1", "level": 3, "reason": "x", "version": 0})
    assert stale.status_code == 409 or stale.status_code == 412
    assert one("POST", f"{path}/scores", {"criterion": "Z1", "level": 3, "reason": "x"}).status_code == 422
    assert len(one("GET", f"{path}/scores").json["items"]) == 5
    assert api_for("decision_maker")("GET", f"{path}/scores").json == {"items": [], "allOpen": False}
    assert keeper("POST", f"{path}/scores", {"criterion": "B1", "level": 3, "reason": "x"}).status_code == 403
    assert api_for("new_manager")("GET", f"{path}/scores").status_code == 403
    assert api_for("far_manager")("GET", f"{path}/scores").status_code == 404
    with in_app():
        from tests.accreditation.builders import criteria_of_proposal

        criteria = [(item.code, str(item.answer)) for item in criteria_of_proposal(
            db.session.execute(select(Proposal)).scalar_one())]  # fmt: skip
    for code, answer in criteria:
        if answer != "scale" and code != "F1":
            value: dict[str, Any] = {"value": "12"} if answer == "number" else {"answer": True}
            saved = two("POST", f"{path}/fact-checks", {"criterion": code, **value})
            assert saved.status_code == 200, (code, saved.json)
    for call in (one, two):
        assert call("POST", f"{path}/assessment/transitions", {"action": "finish"}).status_code == 200
    refused = one("POST", f"{path}/transitions", {"action": "conclude"})
    assert refused.status_code == 422
    assert {row["code"] for row in refused.json["errors"]} == {"moderation_open", "answer_missing", "advice_open"}
    assert one("GET", f"{path}/moderations").json["wanted"] == ["B1"]
    moderated = one("POST", f"{path}/moderations", {"criterion": "B1", "level": 2, "reason": "Samen besproken."})
    assert moderated.status_code == 200
    advice = api_for("head")("GET", f"{path}/advice")
    given = {"opinion": "positive", "text": "Goed voor deze markt."}
    match = {"If-Match": advice.headers["ETag"]}
    assert api_for("head")("PATCH", f"{path}/advice", given, headers=match).status_code == 200
    concluded = one("POST", f"{path}/transitions", {"action": "conclude"})
    assert concluded.status_code == 200 and concluded.json["state"] == "assessed"
    assert len(api_for("auditor")("GET", f"{path}/scores").json["items"]) == 10
    result = keeper("GET", f"{path}/result").json
    assert result["outcome"] == "accredit", result
    interest = one("POST", "/interests", {"hub": demo.organisations["hub_b"], "note": "Familie"})
    assert interest.status_code == 201
    where = f"/interests/{interest.json['id']}"
    assert two("GET", where).status_code == 404 and keeper("GET", where).status_code == 200
    assert keeper("POST", f"{where}/transitions", {"action": "end"}).status_code == 403
    assert one("POST", f"{where}/transitions", {"action": "end"}).json["endedAt"] is not None
    assert client_for("assessor").get(f"/proposals/{reference}/assess").status_code == 200


def test_replaced_assessor_counts_no_longer(running: dict[str, str], in_app: Any, demo: World) -> None:
    """Their scores stay, are no longer shown among those that count, and the moderation made with them is dropped."""
    from hubs.accreditation.operations.assigning import assign_assessor
    from hubs.accreditation.queries.assessments import levels_that_count, visible_scores
    from hubs.accreditation.queries.proposals import get_visible_proposal
    from hubs.core.clock import utcnow
    from tests.referrals.builders import actor_for

    with in_app() as session:
        proposal = session.get(Proposal, running["id"])
        assess(session, demo, proposal, levels={"B1": (0, 4)})
        keeper = actor_for(demo, "administrator")
        proposal = get_visible_proposal(keeper, proposal.id)
        person = demo.people["assessor_3"].id
        before = proposal.file_number
        assign_assessor(proposal, person_id=person, position=1, actor=keeper, now=utcnow())
        assert proposal.file_number > before
        assert {who for _code, who in levels_that_count(proposal)} == {demo.people["assessor_2"].id}
        assert not visible_scores(keeper, proposal)
        assert session.execute(select(Moderation)).first() is None
        assert len(session.execute(select(Score)).all()) == 10
        back = assign_assessor(proposal, person_id=demo.people["assessor"].id, position=1, actor=keeper, now=utcnow())
        assert back.finished_at is None and back.ended_at is None
        assert len(session.execute(select(ProposalAssessor)).all()) == 3
