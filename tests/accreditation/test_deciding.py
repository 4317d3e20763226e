"""Decisions: drafted, bound to a file, signed by somebody who took no part; every door refuses who did, and tells."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from hubs.accounts.models import Membership
from hubs.accreditation.models import Accreditation, Decision, Hearing, Interest, InternalNote, Letter, Proposal
from hubs.accreditation.operations import deciding, signing
from hubs.core.clock import utcnow
from hubs.core.events import Event
from hubs.core.types import new_id
from hubs.extensions import db
from tests.accreditation.builders import assessed_proposal
from tests.conftest import post
from tests.referrals.builders import actor_for

REASONS = "De kamer voldoet aan alle criteria. De behoefte in Colombia blijkt uit het dossier."
DRAFT = {"kind": "accredit", "reasons": REASONS, "reasons_en": "All criteria are met."}


@pytest.fixture
def case(app: Any, demo: Any) -> Any:
    """A maker of assessed proposals with a draft on them: `case(kind=…)` gives the references."""

    def make(values: dict[str, Any] | None = None, by: str = "decision_maker", **proposal: Any) -> tuple[str, str]:
        with app.test_request_context("/?lang=en"):
            made = assessed_proposal(db.session, demo, **proposal)
            decision = deciding.draft_decision(
                made, values={**DRAFT, **(values or {})}, actor=actor_for(demo, by), now=utcnow()
            )
            found = made.reference, decision.reference
            db.session.commit()
            db.session.remove()
        return found

    return make


def _row(app: Any, model: Any, **where: Any) -> dict[str, Any]:
    with app.app_context():
        row = db.session.execute(select(model).filter_by(**where)).scalar_one()
        return {column.name: getattr(row, column.name) for column in row.__table__.columns}


def _events(app: Any, kind: str) -> list[Event]:
    with app.app_context():
        return list(db.session.execute(select(Event).where(Event.kind == kind)).scalars())


def _add(app: Any, *rows: Any) -> None:
    with app.app_context():
        db.session.add_all(rows)
        db.session.commit()


def _ids(app: Any, reference: str, bref: str) -> dict[str, str]:
    return {
        "proposal": _row(app, Proposal, reference=reference)["id"],
        "decision": _row(app, Decision, reference=bref)["id"],
    }


def _sign(client: Any, reference: str) -> Any:
    return post(client, f"/decisions/{reference}", {"action": "sign"})


# --- from draft to signature -----------------------------------------------------------------------------------


def test_a_decision_is_drafted_and_signed_on_pages(app: Any, demo: Any, client_for: Any, in_app: Any) -> None:
    with in_app() as session:
        reference = assessed_proposal(session, demo).reference
        session.commit()
    client = client_for("decision_maker")
    form = client.get(f"/proposals/{reference}/decision")
    assert form.status_code == 200 and "Weighted total" in form.text
    due = (utcnow() + timedelta(days=200)).date().isoformat()
    typed = {
        "kind": "accredit_with_conditions",
        "reasons": REASONS,
        "markets": ["CO"],
        "conditions-0-text": "Leg de <b>jaarcijfers</b> #let x = 1 voor.",
        "conditions-0-owner": "hub",
        "conditions-0-due_on": due,
        "conditions-0-evidence_wanted": "Verklaring van een accountant",
        "conditions-1-text": "",
    }
    stored = post(client, f"/proposals/{reference}/decision", typed)
    assert stored.status_code == 303, stored.text
    page = client.get(stored.location)
    assert "This departs from the computed result" in page.text and "&lt;b&gt;jaarcijfers" in page.text
    assert 'data-letter="decision_conditions"' in page.text and "as soon as two things are done" in page.text
    assert "up to and including" in page.text and "including …" not in page.text
    bref = stored.location.rsplit("/", 1)[1]
    assert _sign(client, bref).status_code == 422
    edited = {**typed, "departure_reason": "proportionality", "departure_note": "De cijfers zijn te kort."}
    assert post(client, f"/decisions/{bref}/edit", edited).status_code == 303
    preview = client.get(f"/decisions/{bref}/preview?language=en")
    assert preview.data.startswith(b"%PDF") and preview.mimetype == "application/pdf"
    signed = _sign(client, bref)
    assert signed.status_code == 303, signed.text
    decision = _row(app, Decision, reference=bref)
    assert decision["state"] == "signed" and decision["signed_digest"] == decision["digest"]
    assert _row(app, Proposal, reference=reference)["state"] == "decided"
    given = _row(app, Accreditation, decision_id=decision["id"])
    assert given["has_conditions"] and given["starts_on"] == decision["starts_on"]
    with app.app_context():
        letters = db.session.execute(select(Letter).where(Letter.decision_id == decision["id"])).scalars().all()
        assert {letter.language for letter in letters} == {"nl", "en"}
    for persona, language in (("decision_maker", "nl"), ("new_manager", "en"), ("auditor", "en")):
        shown = client_for(persona, language).get(f"/decisions/{bref}")
        assert shown.status_code == 200 and bref in shown.text
    assert "Internal advice" not in client_for("new_manager").get(f"/decisions/{bref}").text
    assert client_for("other_manager").get(f"/decisions/{bref}").status_code == 404


def test_the_dutch_pages_have_no_gaps(app: Any, demo: Any, client_for: Any, case: Any) -> None:
    _proposal, bref = case()
    client = client_for("decision_maker", "nl")
    for path in ("/decisions", f"/decisions/{bref}", f"/decisions/{bref}/edit", "/objections"):
        assert client.get(path).status_code == 200, path


def test_a_draft_is_the_ministrys_own(demo: Any, client_for: Any, case: Any) -> None:
    reference, bref = case()
    expected = {
        "decision_maker": 200, "assessor": 200, "auditor": 200, "administrator": 200, "new_manager": 404,
        "other_manager": 404, "head": 403, "officer": 403, "member": 403,
    }  # fmt: skip
    for persona, status in expected.items():
        assert client_for(persona).get(f"/decisions/{bref}").status_code == status, persona
    drafting = {"decision_maker_2": 409, "assessor": 409, "auditor": 403, "administrator": 403, "new_manager": 403}
    for persona, status in drafting.items():
        assert client_for(persona).get(f"/proposals/{reference}/decision").status_code == status, persona


@pytest.mark.parametrize("persona", ["auditor", "administrator", "new_manager", "assessor_3"])
def test_only_a_decision_maker_signs(app: Any, client_for: Any, case: Any, persona: str) -> None:
    _proposal, bref = case()
    client = client_for(persona)
    answer = client.post(f"/decisions/{bref}", data={"action": "sign", "csrf_token": _token(client)})
    assert answer.status_code == (404 if persona == "new_manager" else 403)
    assert _row(app, Decision, reference=bref)["state"] == "draft"


def _token(client: Any) -> str:
    from tests.conftest import csrf_of

    return csrf_of(client, "/account")


def test_a_draft_can_be_dropped(app: Any, client_for: Any, case: Any) -> None:
    reference, bref = case()
    assert post(client_for("decision_maker_2"), f"/decisions/{bref}", {"action": "drop"}).status_code == 303
    assert _row(app, Decision, reference=bref)["state"] == "dropped"
    assert _row(app, Proposal, reference=reference)["state"] == "assessed"
    assert client_for("decision_maker").get(f"/proposals/{reference}/decision").status_code == 200


# --- nobody decides on what they took part in ------------------------------------------------------------------


def _takes_part(app: Any, demo: Any, how: str, reference: str) -> str:
    """Give a decision maker a part in the proposal; the ground it must be refused on."""
    person = demo.people["decision_maker_2"].id
    proposal = _row(app, Proposal, reference=reference)
    now = utcnow()
    if how == "assessor":
        return "assessed"
    if how == "advised":
        _add(app, InternalNote(id=new_id(), proposal_id=proposal["id"], person_id=person, text="x", written_at=now))
    if how == "interest":
        _add(app, Interest(id=new_id(), person_id=person, hub_id=proposal["hub_id"], declared_at=now))
    return how


@pytest.mark.parametrize("how", ["advised", "interest", "assessor"])
def test_who_took_part_is_refused_through_every_door(
    app: Any, demo: Any, client_for: Any, api_for: Any, case: Any, how: str
) -> None:
    reference, bref = case()
    if how == "assessor":  # one person with both roles
        card = demo.people["assessor"]
        _add(app, Membership(person_id=card.id, organisation_id=card.organisation_id, role="decision_maker"))
        persona = "assessor"
    else:
        persona = "decision_maker_2"
    ground = _takes_part(app, demo, how, reference)
    ids = _ids(app, reference, bref)
    client = client_for(persona)
    page = client.get(f"/decisions/{bref}")
    assert "You cannot sign this decision" in page.text
    answers = [
        client.post(f"/decisions/{bref}", data={"action": "sign", "csrf_token": _token(client)}),
        api_for(persona)("POST", f"/decisions/{ids['decision']}/transitions", {"action": "sign"}),
        api_for(persona)("POST", f"/proposals/{ids['proposal']}/transitions", {"action": "decide"}),
    ]
    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert answers[1].json["code"] == "conflict_of_interest" and ground in {
        e["code"] for e in answers[1].json["errors"]
    }
    folder = post(client, "/decisions", {"decision": [bref], "read_all": "y"})
    assert folder.status_code == 200 and 'data-state="refused"' in folder.text
    command = app.test_cli_runner().invoke(args=["decisions", "sign", bref, "--as", demo.people[persona].email])
    assert command.exit_code != 0 and "Signed" not in command.output
    assert _row(app, Decision, reference=bref)["state"] == "draft"
    attempts = _events(app, "decision.attempt_refused")
    assert [event.data["channel"] for event in attempts] == ["page", "api", "api", "folder", "command"]
    assert all(ground in event.data["grounds"] and event.actor_id for event in attempts)
    assert "An attempt to sign was refused" in client_for("auditor").get(f"/decisions/{bref}").text


def test_an_assessor_without_the_role_leaves_a_trace_too(app: Any, client_for: Any, api_for: Any, case: Any) -> None:
    _reference, bref = case()
    client = client_for("assessor")
    assert client.post(f"/decisions/{bref}", data={"action": "sign", "csrf_token": _token(client)}).status_code == 403
    path = f"/decisions/{_row(app, Decision, reference=bref)['id']}/transitions"
    assert api_for("assessor")("POST", path, {"action": "sign"}).status_code == 403
    assert len(_events(app, "decision.attempt_refused")) == 2


def test_the_database_refuses_whoever_took_part(app: Any, demo: Any, case: Any) -> None:
    _reference, bref = case()
    with app.app_context():
        with pytest.raises(DBAPIError):
            db.session.execute(
                text("UPDATE decisions SET state = 'signed', signed_by_id = :person WHERE reference = :bref"),
                {"person": demo.people["assessor"].id, "bref": bref},
            )
        db.session.rollback()
    assert _row(app, Decision, reference=bref)["state"] == "draft"


def test_a_signed_decision_does_not_change(app: Any, client_for: Any, case: Any) -> None:
    _reference, bref = case()
    assert _sign(client_for("decision_maker"), bref).status_code == 303
    with app.app_context():
        with pytest.raises(DBAPIError):
            db.session.execute(text("UPDATE decisions SET reasons = 'x' WHERE reference = :bref"), {"bref": bref})
        db.session.rollback()
    assert client_for("decision_maker").get(f"/decisions/{bref}/edit").status_code == 409


# --- the file it was taken on ----------------------------------------------------------------------------------


def test_a_changed_file_refuses_and_says_what_changed(
    app: Any, demo: Any, client_for: Any, api_for: Any, case: Any
) -> None:
    reference, bref = case()
    with app.app_context():
        proposal = db.session.execute(select(Proposal).where(Proposal.reference == reference)).scalar_one()
        section = next(row for row in proposal.sections if row.code == "hub")
        section.content = {**section.content, "board": "Een ander bestuur"}
        proposal.touch_file()
        db.session.commit()
    client = client_for("decision_maker")
    page = client.get(f"/decisions/{bref}")
    assert 'id="file-changed"' in page.text and "hub: changed" in page.text
    refused = _sign(client, bref)
    assert refused.status_code == 409 and "hub: changed" in refused.text
    path = f"/decisions/{_row(app, Decision, reference=bref)['id']}/transitions"
    by_api = api_for("decision_maker")("POST", path, {"action": "sign"})
    assert by_api.status_code == 409 and by_api.json["code"] == "file_changed"
    assert by_api.json["changes"] == [{"part": "section", "key": "hub", "change": "changed"}]
    assert (
        post(client, f"/decisions/{bref}/edit", {"kind": "accredit", "reasons": REASONS, "markets": ["CO"]}).status_code
        == 303
    )
    assert _sign(client, bref).status_code == 303


def test_a_stale_page_does_not_sign(client_for: Any, case: Any) -> None:
    _reference, bref = case()
    client = client_for("decision_maker")
    assert post(client, f"/decisions/{bref}", {"action": "sign", "version": "99"}).status_code == 409


# --- by API ----------------------------------------------------------------------------------------------------


def test_a_decision_by_api(app: Any, demo: Any, api_for: Any, in_app: Any) -> None:
    with in_app() as session:
        proposal = assessed_proposal(session, demo).id
        session.commit()
    call, other = api_for("decision_maker"), api_for("decision_maker_2")
    assert api_for("new_manager")("POST", "/decisions", {"proposal": proposal, "kind": "refuse"}).status_code == 403
    assert call("POST", "/decisions", {"proposal": proposal}).status_code == 400
    assert call("POST", "/decisions", {"kind": "refuse"}).status_code == 422
    due = (utcnow() + timedelta(days=90)).date().isoformat()
    made = call(
        "POST", "/decisions",
        {
            "proposal": proposal, "kind": "accredit_with_conditions", "reasons": REASONS,
            "conditions": [{"text": "Jaarcijfers", "dueOn": due, "evidenceWanted": "Verklaring"}],
        },
    )  # fmt: skip
    assert made.status_code == 201, made.json
    body = made.json
    assert body["state"] == "draft" and body["departs"] and body["computedOutcome"] == "accredit"
    assert {lack["code"] for lack in body["lacking"]} == {"departure_reason_required", "departure_note_required"}
    path = f"/decisions/{body['id']}"
    assert other("POST", f"{path}/transitions", {"action": "sign"}).status_code == 422
    assert other("PATCH", path, {"departureReason": "policy"}).status_code == 428
    patched = other(
        "PATCH", path, {"departureReason": "policy", "departureNote": "Beleid", "internalNote": "Intern"},
        headers={"If-Match": made.headers["ETag"]},
    )  # fmt: skip
    assert patched.status_code == 200 and not patched.json["lacking"], patched.json
    assert patched.json["internalNotes"][0]["text"] == "Intern"
    assert other("POST", f"{path}/transitions", {"action": "sign"}).json["code"] == "conflict_of_interest"
    assert api_for("new_manager")("GET", path).status_code == 404
    signed = call("POST", f"{path}/transitions", {"action": "sign"})
    assert signed.status_code == 200, signed.json
    assert signed.json["state"] == "signed" and len(signed.json["letters"]) == 2 and signed.json["endsOn"]
    theirs = api_for("new_manager")("GET", path).json
    assert theirs["conditions"][0]["text"] == "Jaarcijfers" and "internalNotes" not in theirs
    assert api_for("other_manager")("GET", path).status_code == 404
    listed = api_for("new_manager")("GET", "/decisions").json
    assert [row["reference"] for row in listed["items"]] == [body["reference"]]
    assert call("POST", f"{path}/transitions", {"action": "sign"}).status_code == 409
    assert call("POST", f"{path}/transitions", {"action": "burn"}).status_code == 400


# --- the folder ------------------------------------------------------------------------------------------------


def test_the_folder_judges_each_draft_by_itself(app: Any, demo: Any, client_for: Any, case: Any) -> None:
    _first, good = case()
    _second, empty = case({"reasons": ""}, hub="far_hub", persona="far_manager", markets=("VN",), advices={})
    third, own = case(hub="hub_b", persona="other_manager", advices={})
    _takes_part(app, demo, "advised", third)
    client = client_for("decision_maker_2")
    listed = client.get("/decisions")
    assert all(bref in listed.text for bref in (good, empty, own))
    answer = post(client, "/decisions", {"decision": [good, empty, own, "B-000-000"], "read_all": "y"})
    assert answer.status_code == 200
    assert answer.text.count('data-state="refused"') == 3 and answer.text.count('data-kind="result"') == 4
    states = [_row(app, Decision, reference=bref)["state"] for bref in (good, empty, own)]
    assert states == ["signed", "draft", "draft"]
    assert post(client, "/decisions", {"decision": [empty]}).status_code == 422
    assert post(client, "/decisions", {"read_all": "y"}).status_code == 422


# --- hearing, refusing, mending --------------------------------------------------------------------------------


def test_a_refusal_on_departing_facts_needs_a_hearing(app: Any, demo: Any, client_for: Any, case: Any) -> None:
    reference, bref = case({"kind": "refuse"}, facts={"A4": False})
    client = client_for("decision_maker")
    refused = _sign(client, bref)
    assert refused.status_code == 422 and "Awb 4:7" in refused.text
    proposal = _row(app, Proposal, reference=reference)
    now = utcnow()
    _add(
        app,
        Hearing(
            id=new_id(), article="4:7", proposal_id=proposal["id"], form="waived", waiver_reason="declined",
            recorded_at=now,
        ),
    )  # fmt: skip
    assert _sign(client, bref).status_code == 409, "the hearing changed the file"
    departure = {"departure_reason": "hearing", "departure_note": "De feiten wijken af."}
    typed = {"kind": "refuse", "reasons": REASONS, "markets": ["CO"], **departure}
    assert post(client, f"/decisions/{bref}/edit", typed).status_code == 303
    assert _sign(client, bref).status_code == 303
    with app.app_context():
        assert db.session.execute(select(Accreditation)).first() is None


def test_a_mistake_is_mended_by_a_new_decision(app: Any, demo: Any, client_for: Any, case: Any) -> None:
    reference, first = case()
    client = client_for("decision_maker")
    assert _sign(client, first).status_code == 303
    page = client.get(f"/proposals/{reference}/decision")
    assert first in page.text
    ends = (utcnow() + timedelta(days=500)).date().isoformat()
    stored = post(
        client, f"/proposals/{reference}/decision",
        {"kind": "accredit", "reasons": REASONS, "markets": ["CO"], "ends_on": ends},
    )  # fmt: skip
    second = stored.location.rsplit("/", 1)[1]
    assert _sign(client, second).status_code == 303
    assert _row(app, Decision, reference=second)["replaces_id"] == _row(app, Decision, reference=first)["id"]
    assert "no longer holds" in client_for("new_manager").get(f"/decisions/{first}").text
    assert first in client_for("new_manager").get(f"/decisions/{second}").text


def test_a_proposal_is_taken_back_until_it_is_decided(client_for: Any, api_for: Any, app: Any, case: Any) -> None:
    """Its draft lapses with it; what was decided stays decided while another decision in its place is drafted."""
    reference, bref = case()
    chamber, maker = client_for("new_manager"), client_for("decision_maker")
    assert post(maker, f"/decisions/{bref}", {"action": "lapse"}).status_code == 403
    assert post(chamber, f"/proposals/{reference}", {"action": "withdraw"}).status_code == 303
    assert _row(app, Decision, reference=bref)["state"] == "dropped" and len(_events(app, "decision.lapse")) == 1
    second, first = case()
    assert _sign(maker, first).status_code == 303
    assert post(maker, f"/proposals/{second}/decision", {"kind": "refuse", "reasons": REASONS}).status_code == 303
    proposal, call = _row(app, Proposal, reference=second), api_for("new_manager")
    path = f"/proposals/{proposal['id']}"
    refused = call("POST", f"{path}/transitions", {"action": "withdraw"})
    assert (refused.status_code, refused.json["code"]) == (409, "wrong_state")
    assert proposal["state"] == "decision_drafted" and "withdraw" not in call("GET", path).json["actions"]


def test_earlier_decisions_like_it_are_shown(client_for: Any, case: Any) -> None:
    _reference, first = case(hub="hub_b", persona="other_manager", advices={})
    client = client_for("decision_maker")
    assert _sign(client, first).status_code == 303
    _other, second = case()
    assert first in client.get(f"/decisions/{second}").text


# --- the command -----------------------------------------------------------------------------------------------


def test_the_command_signs(app: Any, demo: Any, case: Any) -> None:
    _reference, bref = case()
    run = app.test_cli_runner().invoke
    wrong = run(args=["decisions", "sign", bref, "--as", "nobody@example.nl"])
    assert wrong.exit_code != 0
    assert run(args=["decisions", "sign", "B-000-000", "--as", demo.people["decision_maker"].email]).exit_code != 0
    done = run(args=["decisions", "sign", bref, "--as", demo.people["decision_maker"].email, "--json"])
    assert done.exit_code == 0, done.output
    assert _row(app, Decision, reference=bref)["state"] == "signed"


def test_an_operation_without_a_person_signs_nothing(app: Any, demo: Any, in_app: Any, case: Any) -> None:
    from dataclasses import replace

    from hubs.accreditation.operations.attempts import Conflicted

    _reference, bref = case()
    with in_app() as session:
        decision = session.execute(select(Decision).where(Decision.reference == bref)).scalar_one()
        nobody = replace(actor_for(demo, "decision_maker"), person_id=None)
        with pytest.raises(Conflicted):
            signing.sign_decision(decision, actor=nobody, now=utcnow())


def test_a_draft_survives_another_assessment(app: Any, demo: Any, client_for: Any, case: Any) -> None:
    """Assessed again while a draft lay there: the draft is saved again on the new assessment, then signed."""
    reference, bref = case()
    with app.app_context():
        proposal = db.session.execute(select(Proposal).where(Proposal.reference == reference)).scalar_one()
        proposal.state = "assessed"
        proposal.touch_file()
        db.session.commit()
    client = client_for("decision_maker")
    assert bref not in client.get("/decisions").text, "not among what waits for a signature"
    assert client.get(f"/proposals/{reference}/decision").status_code == 200
    again = post(client, f"/proposals/{reference}/decision", {"kind": "accredit", "reasons": REASONS})
    assert again.status_code == 409 and bref in again.text
    assert _sign(client, bref).status_code == 409
    typed = {"kind": "accredit", "reasons": REASONS, "markets": ["CO"]}
    assert post(client, f"/decisions/{bref}/edit", typed).status_code == 303
    assert _sign(client, bref).status_code == 303


def test_lists_ask_little_of_the_database(client_for: Any, case: Any, statements: Any) -> None:
    for hub, persona, market in (("hub_new", "new_manager", "CO"), ("far_hub", "far_manager", "VN")):
        case(hub=hub, persona=persona, markets=(market,), advices={})
    client = client_for("decision_maker")
    client.get("/decisions")
    for path in ("/decisions", "/decisions?show=all", "/objections"):
        with statements() as listed:
            assert client.get(path).status_code == 200
        assert len(listed) <= 6, "\n".join(listed)
