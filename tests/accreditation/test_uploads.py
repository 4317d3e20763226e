"""Documents of a proposal: checked, scanned, kept outside the web root, and given out as downloads only."""

from __future__ import annotations

import hashlib
import io
import os
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from hubs.accreditation.models import Evidence, Proposal
from hubs.core import uploads
from hubs.core.clock import utcnow
from hubs.core.stored_files import StoredFile
from tests import files
from tests.accreditation.builders import draft_proposal, submitted_proposal
from tests.conftest import csrf_of


class FakeClamd:
    """Answers INSTREAM as clamd does and remembers what was sent to it."""

    def __init__(self) -> None:
        self.received: list[bytes] = []
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _peer = self._server.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as stream:
                assert stream.read(10) == b"zINSTREAM\0"
                content = b""
                while size := struct.unpack("!L", stream.read(4))[0]:
                    content += stream.read(size)
                self.received.append(content)
                found = files.EICAR in content
                connection.sendall(b"stream: Eicar-Signature FOUND\0" if found else b"stream: OK\0")

    def close(self) -> None:
        self._server.close()


@pytest.fixture
def clamd(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeClamd]:
    server = FakeClamd()
    monkeypatch.setitem(app.config, "VIRUS_SCANNER", f"clamd://127.0.0.1:{server.port}")
    yield server
    server.close()


@pytest.fixture
def reference(in_app: Any, demo: Any) -> str:
    with in_app() as session:
        proposal = draft_proposal(session, demo)
        found = proposal.reference
        session.commit()
    return found


def send(client: FlaskClient, reference: str, content: bytes, name: str, **more: str) -> Any:
    data = {**more, "csrf_token": csrf_of(client, "/account"), "file": (io.BytesIO(content), name)}
    return client.post(f"/proposals/{reference}/evidence", data=data, content_type="multipart/form-data")


def rows(in_app: Any) -> list[str]:
    with in_app() as session:
        return list(session.execute(select(StoredFile.id).order_by(StoredFile.id)).scalars())


def on_disk(sha256: str) -> Path:
    return Path(os.environ["HUBS_DATA_DIR"]) / "files" / sha256[:2] / sha256


def test_a_document_is_kept_and_given_out_as_a_download(
    reference: str, client_for: Callable[..., FlaskClient], in_app: Any, clamd: FakeClamd
) -> None:
    manager, content = client_for("new_manager"), files.pdf(text=os.urandom(8).hex().encode())
    given = {"criterion": "C2", "document_on": "2026-01-31", "title": "Statuten <2026>"}
    answer = send(manager, reference, content, "..\\..\\ge\u202efdp.exe", **given)
    assert answer.status_code == 303
    assert clamd.received == [content]
    sha256 = hashlib.sha256(content).hexdigest()
    with in_app() as session:
        evidence = session.execute(select(Evidence).where(Evidence.title == "Statuten <2026>")).scalar_one()
        stored, evidence_id = evidence.file, evidence.id
        assert (stored.name, stored.media_type, stored.scan) == ("gefdp.exe.pdf", "application/pdf", "clean")
        assert (stored.sha256, stored.size, evidence.is_late) == (sha256, len(content), False)
    assert on_disk(sha256).read_bytes() == content
    assert "Statuten &lt;2026&gt;" in manager.get(f"/proposals/{reference}").get_data(as_text=True)
    path = f"/proposals/{reference}/evidence/{evidence_id}"
    download = client_for("new_staff").get(path)
    assert download.get_data() == content
    assert download.headers["Content-Disposition"].startswith("attachment")
    assert download.headers["X-Content-Type-Options"] == "nosniff"
    assert download.mimetype == "application/pdf"
    assert any("sandbox" in policy for policy in download.headers.getlist("Content-Security-Policy"))
    for persona in ("other_manager", "head", "assessor"):
        assert client_for(persona).get(path).status_code == 404
    removed = manager.post(path, data={"action": "remove", "csrf_token": csrf_of(manager, "/account")})
    assert removed.status_code == 303
    assert manager.get(path).status_code == 404


def test_what_may_not_come_in_is_refused_beside_its_field_and_nothing_is_kept(
    reference: str, client_for: Callable[..., FlaskClient], in_app: Any, clamd: FakeClamd, app: Flask, monkeypatch: Any
) -> None:
    manager, before = client_for("new_manager"), rows(in_app)
    refusals = [
        (b"<script>alert(1)</script>", "report.pdf", "This kind of file is not taken."),
        (files.docx(**{"word/vbaProject.bin": b"x"}), "plan.docx", "This file holds macros"),
        (files.pdf(b"trailer <</Encrypt 9 0 R>>"), "plan.pdf", "locked with a password"),
        (files.pdf(text=files.EICAR), "plan.pdf", "The virus check refuses this file."),
        (files.pdf(text=b"x" * 10 * uploads.MEGABYTE), "plan.pdf", "This file is too large: at most 10 MB."),
        (b"", "empty.pdf", "This file is empty."),
    ]
    for content, name, words in refusals:
        answer = send(manager, reference, content, name, title="What I typed")
        text = answer.get_data(as_text=True)
        assert answer.status_code == 422, name
        assert words in text
        assert 'id="file-error"' in text
        assert 'value="What I typed"' in text
    clamd.close()
    monkeypatch.setitem(app.config, "VIRUS_SCANNER", "clamd://127.0.0.1:1")
    closed = send(manager, reference, files.png(width=77), "plan.png", title="What I typed")
    assert closed.status_code == 422
    assert "The virus check does not answer" in closed.get_data(as_text=True)
    both = send(manager, reference, b"", "", criterion="Z9", document_on="tomorrow")
    assert both.get_data(as_text=True).count("-error") >= 3
    assert rows(in_app) == before
    assert not on_disk(hashlib.sha256(files.png(width=77)).hexdigest()).exists()
    huge = send(manager, reference, files.pdf(text=b"x" * 25 * uploads.MEGABYTE), "huge.pdf")
    assert huge.status_code == 413
    elsewhere = manager.post("/proposals/new", data={"markets": "x" * 3 * uploads.MEGABYTE})
    assert elsewhere.status_code == 413  # only where files are taken may more be sent


def test_documents_after_submission_are_late_and_stay(
    client_for: Callable[..., FlaskClient], in_app: Any, demo: Any
) -> None:
    with in_app() as session:
        proposal = submitted_proposal(session, demo)
        reference, number = proposal.reference, proposal.file_number
        session.commit()
    manager, assessor = client_for("new_manager"), client_for("assessor")
    answer = send(manager, reference, files.jpeg(), "brief.JPEG", title="Letter of three members")
    assert answer.status_code == 303
    page = assessor.get(f"/proposals/{reference}").get_data(as_text=True)
    assert "Letter of three members" in page
    assert 'data-state="late"' in page
    assert "not checked for viruses" in page  # no scanner is set here
    with in_app() as session:
        proposal = session.execute(select(Proposal)).scalar_one()
        assert proposal.file_number == number + 1
        late = next(row for row in proposal.evidence if row.is_late)
        path, in_time = f"/proposals/{reference}/evidence/{late.id}", proposal.evidence[0].id
    assert assessor.get(path).get_data() == files.jpeg()
    for persona, evidence_path, status in (
        ("new_manager", path, 409),
        ("new_manager", f"/proposals/{reference}/evidence/{in_time}", 409),
        ("assessor", path, 403),
        ("other_manager", path, 404),
    ):
        client = client_for(persona)
        answer = client.post(evidence_path, data={"action": "remove", "csrf_token": csrf_of(client, "/account")})
        assert answer.status_code == status, persona
    assert send(client_for("assessor"), reference, files.png(), "x.png").status_code == 403


def test_orphans_go_after_a_day_and_damage_is_found(app: Flask, in_app: Any) -> None:
    content = os.urandom(64)
    sha256 = hashlib.sha256(content).hexdigest()
    with in_app():
        path, now = uploads.lay_down(content, sha256), utcnow()
        assert uploads.damaged([sha256]) == []
        assert not list(path.parent.glob(".new-*"))
        uploads.remove_orphans(set(), now)
        assert path.exists()  # its row may still be on the way
        uploads.remove_orphans({sha256}, now + timedelta(days=2))
        assert path.exists()
        path.write_bytes(b"otherwise")
        assert uploads.damaged([sha256]) == [sha256]
        uploads.remove_orphans(set(), now + timedelta(days=2))
        assert not path.exists()
        assert uploads.damaged([sha256]) == [sha256]
        with pytest.raises(ValueError, match="not a sha256"):
            uploads.path_of("../../etc/passwd")
    run = app.test_cli_runner().invoke
    assert run(args=["files", "tidy", "--json"]).exit_code == 0
    assert run(args=["files", "check"]).exit_code == 0
