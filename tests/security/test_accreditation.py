"""Who must learn nothing: chambers of the ministry's thinking, assessors of one another, and whoever scores again.

And who must not get through: people who took part, tokens nobody stands behind, files and sites that only cost time.
"""

from __future__ import annotations

import io
import re
import socket
import threading
import zipfile
from collections.abc import Callable, Iterator
from time import monotonic, process_time
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from hubs.accounts.models import ApiClient, Membership
from hubs.accreditation import website
from hubs.accreditation.casefile.gathering import Case, gather
from hubs.accreditation.models import CalibrationItem, CalibrationRound, Decision, Interest, InternalNote, Proposal
from hubs.accreditation.operations import advising, assigning, deciding, objecting, signing, terms
from hubs.accreditation.operations.attempts import Conflicted
from hubs.accreditation.queries.conflicts import conflicts_on_objection
from hubs.accreditation.queries.proposals import get_visible_proposal
from hubs.core.clock import utcnow
from hubs.core.events import Event
from hubs.core.file_types import PDF, Unacceptable, file_type_of
from hubs.core.tokens import hash_token
from hubs.core.types import new_id
from hubs.extensions import db, write_transaction
from tests.accreditation.builders import assess, assessed_proposal, assigned_proposal, draft_proposal
from tests.accreditation.standing_samples import granted
from tests.conftest import csrf_of, post, without_tokens
from tests.files import docx, pdf
from tests.referrals.builders import actor_for

NOTE = "Kanarienotitie van het ministerie."
DRAFT = {"kind": "accredit", "reasons": "Getoetst."}


@pytest.fixture
def stored(app: Flask) -> Callable[[Callable[[], Any]], Any]:
    def store(make: Callable[[], Any]) -> Any:
        with app.test_request_context("/?lang=en"):
            write_transaction()
            made = make()
            db.session.commit()
            db.session.remove()
        return made

    return store


def ids(proposal: Proposal) -> tuple[str, str]:
    return proposal.id, proposal.reference


def loaded(demo: Any, reference: str, persona: str = "administrator") -> Proposal:
    return get_visible_proposal(actor_for(demo, persona), reference, lock=True)


def plain(client: Any, path: str) -> str:
    """A page without what differs at every look."""
    return re.sub("Up to date at[^<]*", "", without_tokens(client.get(path).get_data(as_text=True)))


# --- the chamber -------------------------------------------------------------------------------------------------


def test_a_chamber_cannot_tell_how_far_the_ministry_is(
    demo: Any, stored: Any, client_for: Callable[..., Any], api_for: Callable[[str], Any]
) -> None:
    now = utcnow()
    proposal_id, reference = stored(lambda: ids(assigned_proposal(db.session, demo, now=now)))
    api, page = api_for("new_manager"), client_for("new_manager")
    pages = ("/proposals", f"/proposals/{reference}")

    def seen() -> tuple[Any, ...]:
        answer = api("GET", f"/proposals/{proposal_id}")
        return answer.headers["ETag"], answer.json, *(plain(page, path) for path in pages)

    def weigh() -> None:
        proposal = loaded(demo, reference)
        assess(db.session, demo, proposal, now=now)
        proposal.touch_file()
        assigning.conclude(proposal, actor=actor_for(demo, "assessor"), now=now)

    def draft() -> str:
        values, who = {**DRAFT, "internal_note": NOTE}, actor_for(demo, "assessor_3")
        return deciding.draft_decision(loaded(demo, reference), values=values, actor=who, now=now).reference

    before = seen()
    assert before[1]["fileNumber"] is None and before[1]["actions"] == ["withdraw"]
    assert api_for("assessor")("GET", f"/proposals/{proposal_id}").json["fileNumber"] == 1
    stored(weigh)
    assert seen() == before
    drafted = stored(draft)
    assert seen() == before

    def sign() -> None:
        decision = db.session.execute(select(Decision).where(Decision.reference == drafted)).scalar_one()
        signing.sign_decision(decision, actor=actor_for(demo, "decision_maker"), now=now)

    def redraft() -> None:
        deciding.draft_decision(loaded(demo, reference), values=DRAFT, actor=actor_for(demo, "assessor_3"), now=now)

    def withdraw() -> tuple[int, bytes]:
        etag = {"If-Match": seen()[0]}
        answer = api("POST", f"/proposals/{proposal_id}/transitions", {"action": "withdraw"}, headers=etag)
        return answer.status_code, answer.data

    stored(sign)
    decided, refused = seen(), withdraw()
    assert refused[0] == 409
    assert decided[1]["state"] == "decided" and decided[1]["actions"] == []
    stored(redraft)  # in place of the one that holds: no business of the chamber's yet
    assert seen() == decided
    assert [row["id"] for row in api("GET", "/proposals?state=decided").json["items"]] == [proposal_id]
    assert api("GET", "/proposals?state=in_assessment").json["items"] == []
    assert api("GET", "/proposals?state=decision_drafted").json["items"] == []
    assert withdraw() == refused


def test_a_hub_does_not_read_of_internal_advice_and_refused_attempts(
    demo: Any, stored: Any, client_for: Callable[..., Any]
) -> None:
    def make() -> str:
        accreditation = granted(demo, "hub_b")
        who, now = actor_for(demo, "assessor"), utcnow()
        deciding.add_internal_note(NOTE, actor=who, now=now, accreditation=accreditation)
        return accreditation.id

    path = f"/accreditations/{stored(make)}"
    inside, outside = (client_for(who).get(path).get_data(as_text=True) for who in ("administrator", "other_manager"))
    assert "internal_note.write" in inside or "nternal" in inside
    assert (
        "internal_note" not in outside
        and "nternal advice" not in outside
        and demo.people["assessor"].name not in outside
    )
    assert client_for("far_manager").get(path).status_code == 404


# --- blind to one another ----------------------------------------------------------------------------------------


def test_no_score_through_a_draft_the_folder_or_side_by_side(
    demo: Any, stored: Any, client_for: Callable[..., Any], api_for: Callable[[str], Any], in_app: Any
) -> None:
    """After an assessment is opened again both are blind, whatever lies there of the first time."""
    now = utcnow()

    def make() -> tuple[str, str, str]:
        proposal = assessed_proposal(db.session, demo, now=now)
        drafted = deciding.draft_decision(proposal, values=DRAFT, actor=actor_for(demo, "assessor_3"), now=now)
        db.session.add(
            InternalNote(
                id=new_id(), proposal_id=proposal.id, person_id=demo.people["assessor"].id, text=NOTE, written_at=now
            )
        )
        note = {"note": "Opnieuw."}
        assigning.reassess(proposal, actor=actor_for(demo, "administrator"), now=now, data=note)
        return proposal.id, proposal.reference, drafted.reference

    proposal_id, reference, drafted = stored(make)
    for persona in ("assessor", "assessor_2", "decision_maker"):
        client = client_for(persona)
        text = client.get(f"/decisions/{drafted}/edit").get_data(as_text=True)
        assert drafted in text and "The reckoning says" not in text and not re.search(r"\d[.,]\d+ ?%|75 ?%", text)
        beside = client.get("/proposals/side-by-side/CO").get_data(as_text=True)
        assert "not scored by both yet" in beside
        assert client.get(f"/proposals/{reference}/result").status_code == 403
    for persona in ("administrator", "auditor", "decision_maker"):
        pieces = api_for(persona)("GET", f"/proposals/{proposal_id}/file?purpose=objection").json["pieces"]
        assert pieces and not {"internal_note"} & {piece["kind"] for piece in pieces}
    with in_app() as session:
        proposal = session.get(Proposal, proposal_id)
        case = Case(proposal.hub, proposal)
        found = gather(case)
        assert (found.scores, found.moderations, found.notes) == ([], [], []) and found.checks
        for row in proposal.assessors:
            row.finished_at = now
        found = gather(case)
        assert found.scores and [row.text for row in found.notes] == [NOTE]


@pytest.fixture
def scoring_again(demo: Any, stored: Any) -> tuple[str, str, str, str]:
    """A decided proposal that assessor_3 scores again: its id, reference, decision and calibration item."""
    now = utcnow()

    def make() -> tuple[str, str, str, str]:
        proposal = assessed_proposal(db.session, demo, now=now)
        actor = actor_for(demo, "decision_maker")
        decision = deciding.draft_decision(proposal, values=DRAFT, actor=actor, now=now)
        signing.sign_decision(decision, actor=actor, now=now)
        drawn = CalibrationRound(
            id=new_id(), guideline_version_id=proposal.guideline_version_id, seed="x", size=1, drawn_at=now
        )
        item = CalibrationItem(id=new_id(), proposal_id=proposal.id, person_id=demo.people["assessor_3"].id)
        drawn.items = [item]
        db.session.add(drawn)
        db.session.flush()
        return proposal.id, proposal.reference, decision.reference, item.id

    return stored(make)


def test_who_scores_again_sees_nothing_of_the_first_time(
    demo: Any, stored: Any, scoring_again: Any, client_for: Callable[..., Any], api_for: Callable[[str], Any]
) -> None:
    proposal_id, reference, decision, item_id = scoring_again
    client, api = client_for("assessor_3"), api_for("assessor_3")
    names = [demo.people[persona].name for persona in ("assessor", "assessor_2", "decision_maker")]
    for path in ("assess", "moderation", "coordination", "hearing", "result", "decision"):
        assert client.get(f"/proposals/{reference}/{path}").status_code == 403, path
    for path in (
        "assessors",
        "scores",
        "fact-checks",
        "moderations",
        "internal-notes",
        "advices",
        "hearings",
        "result",
    ):
        assert api("GET", f"/proposals/{proposal_id}/{path}").status_code == 403, path
    for path in (f"/decisions/{decision}", f"/decisions/{decision}/objection-by-post"):
        assert client.get(path).status_code == 404, path
    assert api("GET", "/decisions").json["items"] == [] and api("GET", "/letters").json["items"] == []
    for path in (f"/proposals/{reference}", "/decisions?show=all", f"/calibration/items/{item_id}"):
        answer = client.get(path)
        text = answer.get_data(as_text=True)
        assert answer.status_code == 200 and decision not in text
        assert not [name for name in names if name in text], path
    assert client.get(f"/proposals/{reference}/sections/hub").status_code == 200  # the file itself is theirs to read

    def finish() -> None:
        db.session.get_one(CalibrationItem, item_id).finished_at = utcnow()

    stored(finish)
    assert client.get(f"/proposals/{reference}/assess").status_code == 200
    assert [row["reference"] for row in api("GET", "/decisions").json["items"]] == [decision]


# --- nobody decides on what they took part in --------------------------------------------------------------------


def test_part_taken_is_not_undone_by_a_colleague_a_token_or_a_bad_form(
    demo: Any, stored: Any, app: Flask, client_for: Callable[..., Any], api_for: Callable[[str], Any]
) -> None:
    now = utcnow()
    who = demo.people["decision_maker"].id

    def two_hats() -> None:
        db.session.add(Membership(person_id=who, organisation_id=demo.organisations["post"], role="officer"))

    def make() -> tuple[str, str]:
        proposal = assessed_proposal(db.session, demo, advices={"post": "positive"}, now=now)
        advice = proposal.advices[0]
        proposal.state = "in_assessment"
        officer = next(
            actor for actor in _actors(demo, "decision_maker") if actor.organisation_id == demo.organisations["post"]
        )
        advising.give_advice(advice, opinion="negative", text="Nee.", version=None, actor=officer, now=now)
        advising.give_advice(
            advice, opinion="positive", text="Ja.", version=None, actor=actor_for(demo, "head"), now=now
        )
        proposal.state = "assessed"
        drafted = deciding.draft_decision(proposal, values=DRAFT, actor=actor_for(demo, "assessor_3"), now=now)
        return proposal.id, drafted.reference

    stored(two_hats)
    proposal_id, drafted = stored(make)
    token = api_for("decision_maker")
    decision_id = token("GET", f"/decisions?proposal={proposal_id}").json["items"][0]["id"]
    refused = token("POST", f"/decisions/{decision_id}/transitions", {"action": "sign", "more": 1})
    assert (refused.status_code, refused.json["code"]) == (403, "conflict_of_interest")
    assert [row["code"] for row in refused.json["errors"]] == ["advised"]
    client = client_for("decision_maker_2")
    stored(lambda: db.session.add(_interest(demo, "decision_maker_2", "hub_new")))
    for path, data in (
        (f"/decisions/{drafted}", {"action": "sign", "version": "999"}),
        ("/decisions", {"decision": drafted, "read_all": "y"}),
    ):
        post(client, path, data, page="/account")
    with app.app_context():
        kept = db.session.execute(select(Event).where(Event.kind == "decision.attempt_refused")).scalars().all()
        assert [(row.data["grounds"], row.data["channel"]) for row in kept] == [
            (["advised"], "api"), (["interest"], "page"), (["interest"], "folder"),
        ]  # fmt: skip
        assert db.session.execute(select(Decision.state)).scalars().all() == ["draft"]


def _actors(demo: Any, persona: str) -> list[Any]:
    from hubs.accounts.actor import actor_of_membership

    rows = db.session.execute(select(Membership).where(Membership.person_id == demo.people[persona].id)).scalars()
    return [actor_of_membership([row]) for row in rows]


def _interest(demo: Any, persona: str, hub: str) -> Interest:
    person, organisation = demo.people[persona].id, demo.organisations[hub]
    return Interest(id=new_id(), person_id=person, hub_id=organisation, declared_at=utcnow())


def test_an_interest_stops_every_act_and_a_token_of_nobody_drafts_nothing(
    demo: Any, stored: Any, api_for: Callable[[str], Any], in_app: Any
) -> None:
    now = utcnow()

    def make() -> tuple[str, str]:
        first = assessed_proposal(db.session, demo, now=now)
        db.session.add(_interest(demo, "administrator", "hub_new"))
        token = ApiClient(
            organisation_id=demo.organisations["ministry"], name="Koppeling", role="assessor",
            token_hash=hash_token("nobody"), scopes=["decisions:read", "decisions:write", "proposals:read"],
            created_at=now,
        )  # fmt: skip
        db.session.add(token)
        return ids(first)

    proposal_id, reference = stored(make)
    demo.tokens["nobody"] = "nobody"
    refused = api_for("nobody")("POST", "/decisions", {**DRAFT, "proposal": proposal_id})
    assert refused.status_code == 403 and [row["code"] for row in refused.json["errors"]] == ["no_person"]
    with in_app():
        proposal, who = loaded(demo, reference), actor_for(demo, "administrator")
        with pytest.raises(Conflicted):
            terms.extend_term(proposal, days=7, reason="x", actor=who, now=now)
        signer, editor = actor_for(demo, "decision_maker"), actor_for(demo, "decision_maker_2")
        decision = deciding.draft_decision(proposal, values=DRAFT, actor=actor_for(demo, "assessor_3"), now=now)
        deciding.edit_decision(decision, values={"reasons": "Beter."}, actor=editor, now=now)
        signing.sign_decision(decision, actor=signer, now=now)
        with pytest.raises(Conflicted):
            objecting.lodge_objection(decision, values={"grounds": "x"}, actor=who, now=now)
        made = objecting.lodge_objection(
            decision, values={"grounds": "x"}, actor=actor_for(demo, "new_manager"), now=now
        )
        for persona, ground in (
            ("decision_maker", "contested"), ("decision_maker_2", "drafted"), ("assessor_3", "drafted"),
            ("assessor", "assessed"), ("administrator", "interest"),
        ):  # fmt: skip
            assert ground in conflicts_on_objection(demo.people[persona].id, made), persona


def test_the_database_knows_who_signed_an_upheld_decision(demo: Any, in_app: Any) -> None:
    """What the operation refuses, SQL does not do either: signed by nobody, or by who signed what was contested."""
    now = utcnow()
    with in_app() as session:
        proposal = assessed_proposal(session, demo, now=now)
        signer = actor_for(demo, "decision_maker")
        first = deciding.draft_decision(proposal, values=DRAFT, actor=actor_for(demo, "assessor_3"), now=now)
        signing.sign_decision(first, actor=signer, now=now)
        objection = objecting.lodge_objection(
            first, values={"grounds": "x"}, actor=actor_for(demo, "new_manager"), now=now
        )
        drafter = actor_for(demo, "assessor_3")
        again = deciding.draft_decision(proposal, values=DRAFT, actor=drafter, now=now, objection=objection)
        session.flush()
        for values in ({"state": "signed"}, {"signed_by_id": signer.person_id}):
            with pytest.raises(DBAPIError), session.begin_nested():
                session.execute(update(Decision).where(Decision.id == again.id).values(**values))
        other = demo.people["decision_maker_2"].id
        session.execute(update(Decision).where(Decision.id == again.id).values(state="signed", signed_by_id=other))


def test_two_at_once_are_one_after_the_other(
    demo: Any, stored: Any, app: Flask, client_for: Callable[..., Any], api_for: Callable[[str], Any]
) -> None:
    """Two who sign, hand in or assign at the same moment: one does, the other is told."""
    now = utcnow()

    def make() -> tuple[str, str]:
        proposal = assessed_proposal(db.session, demo, now=now)
        drafted = deciding.draft_decision(proposal, values=DRAFT, actor=actor_for(demo, "assessor_3"), now=now)
        other = draft_proposal(db.session, demo, hub="hub_b", persona="other_manager", kind="renewal", now=now)
        return drafted.reference, other.reference

    drafted, other = stored(make)
    signers = [client_for("decision_maker"), client_for("decision_maker_2")]
    answers = _at_once(signers, f"/decisions/{drafted}", {"action": "sign"})
    assert answers == [303, 409]
    hub = [client_for("other_manager"), client_for("other_manager")]
    assert _at_once(hub, f"/proposals/{other}", {"action": "submit"}) == [303, 409]
    desk, person = [client_for("administrator"), client_for("assessor")], demo.people["assessor_2"].id
    form = {"action": "assign", "person": person}
    answers = _at_once(desk, f"/proposals/{other}/coordination", {**form, "position": "1"}, {**form, "position": "2"})
    assert answers == [303, 422]
    with app.app_context():
        signed = db.session.execute(select(Event).where(Event.kind == "decision.sign")).scalars().all()
        handed_in = db.session.execute(select(Proposal).where(Proposal.reference == other)).scalar_one()
        assert len(signed) == 1 and len(handed_in.submissions) == 1 and len(handed_in.assessors) == 1


def _at_once(clients: list[Any], path: str, *data: dict[str, str]) -> list[int]:
    """What each client got for its form, in order of the numbers."""
    tokens = [csrf_of(client, "/account") for client in clients]
    ready, answers = threading.Barrier(len(clients)), []

    def send(number: int) -> None:
        ready.wait(20)
        form = {**data[number % len(data)], "csrf_token": tokens[number]}
        answers.append(clients[number].post(path, data=form).status_code)

    threads = [threading.Thread(target=send, args=(number,)) for number in range(len(clients))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return sorted(answers)


def test_a_file_that_is_gone_is_said_to_be_so(demo: Any, stored: Any, api_for: Callable[[str], Any]) -> None:
    def make() -> tuple[str, str]:
        proposal = draft_proposal(db.session, demo)  # its documents are rows only
        return proposal.id, proposal.evidence[0].id

    proposal_id, evidence_id = stored(make)
    assert api_for("new_manager")("GET", f"/proposals/{proposal_id}/evidence/{evidence_id}").status_code == 404


# --- what only costs time ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b"/ObjStm " * 400_000,
        b"/ObjStm stream\nx\x9cK\x04\x00\x00y\x00y\n" * 60_000,
        b"/#4a#61#76a" * 300_000,
    ],
)
def test_a_pdf_made_to_be_slow_is_not(body: bytes) -> None:
    begun = process_time()
    try:
        assert file_type_of(pdf().replace(b"startxref", body + b"\nstartxref", 1)) == PDF
    except Unacceptable as refusal:
        assert refusal.code in ("file_damaged", "file_active")
    assert process_time() - begun < 20


def test_a_document_made_to_be_slow_is_not() -> None:
    begun = process_time()
    relations = b"<Relationship TargetMode=" * 200_000
    assert file_type_of(docx(**{"word/_rels/document.xml.rels": relations})).extension == "docx"
    with pytest.raises(Unacceptable):
        file_type_of(docx(**{"Object 1/" * 7000: b""}))
    made = io.BytesIO(docx())
    with zipfile.ZipFile(made, "a", zipfile.ZIP_LZMA) as archive:
        archive.writestr("word/media/x.bin", b"x" * 1000)
    with pytest.raises(Unacceptable):
        file_type_of(made.getvalue())
    outside = (
        b'<Relationship Target="https://x.example/a.dotm" Type="http://x/attachedTemplate" TargetMode = "External"/>'
    )
    with pytest.raises(Unacceptable) as found:
        file_type_of(docx(**{"word/_rels/settings.xml.rels": outside}))
    assert found.value.code == "file_active" and process_time() - begun < 20


@pytest.fixture
def dripping() -> Iterator[int]:
    """A site that never ends its answer; its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        over = threading.Event()

        def drip() -> None:
            taken, _address = server.accept()
            with taken:
                while not over.wait(0.02):
                    try:
                        taken.sendall(b"x")
                    except OSError:
                        return

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        over.set()
        thread.join(5)


def test_a_site_that_drips_holds_nobody_up(dripping: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(website.PORTS, "http", dripping)
    monkeypatch.setattr(website, "MOST_SECONDS", 0.3)
    monkeypatch.setattr(website, "is_public", lambda _address: True)
    begun = monotonic()
    verdict = website.check("http://site.example", resolve=lambda _host, _port: ["127.0.0.1"])
    assert (verdict.is_reachable, verdict.reason) == (False, "no_connection") and monotonic() - begun < 10


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "169.254.169.254", "100.64.0.1", "0.0.0.0", "::1", "::ffff:127.0.0.1", "fd00::1",
     "fe80::1", "2002:7f00:1::", "64:ff9b::7f00:1", "224.0.0.1", "no address"],
)  # fmt: skip
def test_no_address_inside_is_looked_at(address: str) -> None:
    asked: list[str] = []

    def look(*target: str) -> tuple[int, str | None]:
        asked.append(target[2])
        return 302, "http://inside.example/"

    def resolve(host: str, _port: int) -> list[str]:
        return ["192.0.2.1"] if host == "unused" else ["8.8.8.8"] if host == "outside.example" else ["8.8.8.8", address]

    assert website.check("http://outside.example", resolve=resolve, look=look).reason == "not_public"
    assert asked == ["8.8.8.8"]
    for url in ("ftp://x.example", "http://user@x.example", "http://x.example:22", "http://x.example/a\r\nb", "x"):
        assert website.check(url, resolve=resolve, look=look).reason in ("not_web", "not_public")
