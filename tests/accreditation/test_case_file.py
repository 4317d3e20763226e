"""The indexed file: everything on it, numbered and hashed; in the Woo variant people by their role only."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from hubs.accreditation.casefile.pieces import (
    Names,
    Piece,
    PieceKind,
    Purpose,
    Treatment,
    file_name,
    numbered,
    treatment,
)
from hubs.accreditation.models import Decision, Hearing, InternalNote, Objection
from hubs.accreditation.operations.letters import make_letter
from hubs.core.clock import utcnow
from hubs.core.events import Event
from hubs.core.types import new_id
from hubs.core.uploads import lay_down
from hubs.extensions import db
from tests.accreditation.builders import assessed_proposal
from tests.conftest import post
from tests.referrals.builders import actor_for
from tests.world import World

EVIDENCE = b"%PDF-1.7 made up"


@pytest.fixture
def case(demo: World, in_app: Callable[[], Any]) -> tuple[str, str]:
    """An assessed and refused proposal with everything that can be in a file; its reference and an objection."""
    with in_app() as session:
        now = utcnow()
        proposal = assessed_proposal(session, demo, now=now)
        assessor, maker = demo.people["assessor"], demo.people["decision_maker"]
        proposal.sections[0].content["board"] = "Bestuurder Geheim"
        kept = proposal.evidence[0]
        kept.is_late = True
        kept.file.sha256 = hashlib.sha256(EVIDENCE).hexdigest()
        lay_down(EVIDENCE, kept.file.sha256)
        session.add(InternalNote(proposal_id=proposal.id, person_id=assessor.id, text="Ons beraad.", written_at=now))
        session.add(
            Hearing(
                article="4:7", proposal_id=proposal.id, subject="De cijfers", invited_at=now, form="oral",
                held_on=now.date(), report=f"{assessor.name} sprak met kamer@voorbeeld.nl, +31 6 12345678.",
                recorded_at=now, recorded_by_id=assessor.id,
            )
        )  # fmt: skip
        decision = Decision(
            id=new_id(), reference="B-2B2-3C3", kind="refuse", state="signed", hub_id=proposal.hub_id,
            proposal_id=proposal.id, reasons="Te weinig vraag.", drafted_at=now, drafted_by_id=assessor.id,
            signed_at=now, signed_by_id=maker.id, computed_outcome="accredit",
            computed={
                "result": {
                    "total": "81.25",
                    "rows": [{"code": "A1", "points": "10/3", "part": "5", "passed": True}],
                }
            },
        )  # fmt: skip
        session.add(decision)
        session.flush()
        make_letter("decision_refuse", decision=decision, actor=actor_for(demo, "decision_maker"), now=now)
        objection = Objection(
            decision_id=decision.id, hub_id=proposal.hub_id, received_on=now.date(), received_at=now,
            grounds="Wij zijn het er niet mee eens.", due_on=now.date(),
        )  # fmt: skip
        session.add(objection)
        session.commit()
        return proposal.reference, objection.id


def _archive(answer: Any) -> zipfile.ZipFile:
    assert answer.status_code == 200, answer.get_data(as_text=True)[:2000]
    assert answer.mimetype == "application/zip"
    return zipfile.ZipFile(io.BytesIO(answer.get_data()))


def _text(archive: zipfile.ZipFile, name: str) -> str:
    pages = PdfReader(io.BytesIO(archive.read(name))).pages
    return "\n".join(page.extract_text() for page in pages)


def _everything(archive: zipfile.ZipFile) -> str:
    made = [name for name in archive.namelist() if name.startswith("pieces/") and "-letter" not in name]
    return "\n".join(_text(archive, name) for name in made if "evidence" not in name)


def test_a_file_for_the_court_and_one_for_woo(
    case: tuple[str, str], client_for: Callable[..., Any], demo: World, in_app: Callable[[], Any]
) -> None:
    reference, objection_id = case
    client = client_for("decision_maker", "en")
    page = client.get(f"/proposals/{reference}/file?purpose=woo")
    assert page.status_code == 200 and "Left out (Woo 5.2)" in page.get_data(as_text=True)
    court = _archive(post(client, f"/proposals/{reference}/file", {"purpose": "court"}))
    names = court.namelist()
    for kind in (
        "submission",
        "evidence",
        "assessment",
        "advice",
        "hearing",
        "decision",
        "letter",
        "objection",
        "events",
    ):
        assert any(name.startswith("pieces/") and f"-{kind}" in name for name in names), (kind, names)
    assert sum(name.startswith("internal/") for name in names) == 1
    inventory = "".join(_text(court, "000-inventory.pdf").split())
    for name in names:
        if name != "000-inventory.pdf" and "evidence" not in name:
            assert hashlib.sha256(court.read(name)).hexdigest() in inventory, name
    assert hashlib.sha256(EVIDENCE).hexdigest() in inventory
    assert "Thefilecannotbefound" in inventory, "documents of the other criteria were never laid down"
    open_text = _everything(court)
    assert demo.people["assessor"].name in open_text and "kamer@voorbeeld.nl" in open_text
    assert "3.33" in open_text and "81.25" in open_text

    woo = _archive(post(client, f"/proposals/{reference}/file", {"purpose": "woo"}))
    assert not any(name.startswith("internal/") for name in woo.namelist())
    assert any(name.startswith("to-check/") for name in woo.namelist())
    closed = _everything(woo)
    people = [card.name for card in demo.people.values() if card.name in open_text]
    assert people and not [name for name in people if name in closed]
    for hidden in ("kamer@voorbeeld.nl", "12345678", "Bestuurder Geheim", "Ons beraad"):
        assert hidden not in closed, hidden
    assert "assessor 1" in closed
    against = _archive(post(client, f"/objections/{objection_id}/file", {"purpose": "objection"}))
    assert sorted(against.namelist()) == sorted(names)
    with in_app():
        made = db.session.execute(select(Event).where(Event.kind == "case_file.make").order_by(Event.id)).scalars()
        assert [entry.data["purpose"] for entry in made] == ["court", "woo", "objection"]


def test_the_inventory_by_api(case: tuple[str, str], api_for: Callable[..., Any], in_app: Callable[[], Any]) -> None:
    with in_app():
        proposal_id = db.session.execute(select(Decision.proposal_id)).scalar_one()
    listed = api_for("auditor")("GET", f"/proposals/{proposal_id}/file?purpose=woo")
    assert listed.status_code == 200, listed.get_data(as_text=True)
    treated = {row["kind"]: row["treatment"] for row in listed.json["pieces"]}
    assert treated["internal_note"] == "left_out" and treated["letter"] == "to_check"
    assert api_for("auditor")("GET", f"/proposals/{proposal_id}/file?purpose=x").status_code == 400
    assert api_for("assessor")("GET", f"/proposals/{proposal_id}/file").status_code == 403


def test_who_may_make_a_file(case: tuple[str, str], client_for: Callable[..., Any]) -> None:
    reference, _objection = case
    assert client_for("new_manager").get(f"/proposals/{reference}/file").status_code == 403
    assert client_for("assessor").get(f"/proposals/{reference}/file").status_code == 403
    auditor = client_for("auditor", "nl")
    assert auditor.get(f"/proposals/{reference}/file").status_code == 200
    wrong = post(auditor, f"/proposals/{reference}/file", {"purpose": "x"})
    assert wrong.status_code in (400, 422)
    assert auditor.get("/proposals/V-ZZZ-ZZZ/file").status_code == 404


def test_pieces_are_ordered_named_and_treated() -> None:
    at = [datetime(2026, 1, day, tzinfo=UTC) for day in (1, 2, 3)]
    note = Piece(PieceKind.INTERNAL_NOTE, "Beraad", at[0], "wij", sha256="0" * 64)
    letter = Piece(PieceKind.LETTER, "Brief 中文 ../x", at[1], "wij", sha256="1" * 64)
    trail = Piece(PieceKind.EVENTS, "Alles", at[0], "dienst", sha256="2" * 64)
    assert [piece for _number, piece in numbered([trail, letter, note])] == [note, letter, trail]
    assert treatment(note, Purpose.COURT) == Treatment.APART and treatment(note, Purpose.WOO) == Treatment.LEFT_OUT
    assert treatment(letter, Purpose.WOO) == Treatment.TO_CHECK
    assert file_name(7, letter, Treatment.TO_CHECK) == "to-check/007-letter-brief-x.pdf"


def test_names_give_way_to_roles() -> None:
    names = Names({"1": "Jan Verzonnen", "2": "Jan"}, {"1": "assessor 1"}, True, "somebody", "[mail]", "[tel]")
    assert names.of("1") == "assessor 1" and names.of("9") == "somebody" and names.of(None) == ""
    assert names.text("JAN VERZONNEN mailt a@b.nl of belt 010-1234567 op 2026-01-02") == (
        "[assessor 1] mailt [mail] of belt [tel] op 2026-01-02"
    )
    assert names.text("Januari 2026 kost 1.000.000 euro") == "Januari 2026 kost 1.000.000 euro"
    assert Names({"1": "Jan"}, {"1": "x"}, False, "y").of("1") == "Jan (x)"


def test_the_file_itself_by_api(case: tuple[str, str], api_for: Callable[..., Any], in_app: Callable[[], Any]) -> None:
    with in_app():
        proposal_id = db.session.execute(select(Decision.proposal_id)).scalar_one()
    path = f"/proposals/{proposal_id}/file"
    assert api_for("assessor")("POST", path, {"purpose": "court"}).status_code == 403
    maker = api_for("decision_maker")
    assert maker("POST", path, {"purpose": "fun"}).status_code == 400
    made = maker("POST", path, {"purpose": "court"})
    assert made.status_code == 200, made.get_data(as_text=True)[:500]
    archive = base64.b64decode(made.json["archive"])
    assert hashlib.sha256(archive).hexdigest() == made.json["sha256"] and len(archive) == made.json["size"]
    names = zipfile.ZipFile(io.BytesIO(archive)).namelist()
    assert "000-inventory.pdf" in names and any("-decision" in name for name in names)
    against = f"/objections/{case[1]}/file"
    assert maker("GET", against).json["pieces"][0]["number"] == made.json["pieces"][0]["number"]
    with in_app():
        kept = db.session.execute(select(Event).where(Event.kind == "case_file.make")).scalars()
        assert [entry.data["sha256"] for entry in kept] == [made.json["sha256"]]
