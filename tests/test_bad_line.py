"""What a page weighs on a bad line, and what a browser never has to fetch twice."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from typing import Any

from flask import Flask, Response
from flask.testing import FlaskClient

from hubs.core.sent_forms import OnceOnly, SentForm
from hubs.core.views import settle_form
from hubs.extensions import db, write_transaction
from tests.referrals.builders import question
from tests.referrals.test_intake import count
from tests.world import World

GZIP = {"Accept-Encoding": "gzip, deflate, br"}
FIRST_VISIT, LATER = 100_000, 20_000  # bytes
LATIN = "/static/vendor/noto-sans/noto-sans-latin-wght-normal.woff2"  # what Dutch and English need


def weight(client: FlaskClient, path: str) -> int:
    answer = client.get(path, headers=GZIP)
    assert answer.status_code == 200, path
    if answer.headers.get("Content-Encoding") == "gzip":
        gzip.decompress(answer.data)
        assert int(answer.headers["Content-Length"]) == len(answer.data)
    return len(answer.data)


def test_a_full_work_list_is_light(demo: World, in_app: Callable[[], Any], client_for: Any) -> None:
    with in_app() as session:
        for number in range(40):
            question(
                demo, kvk=str(90_000_100 + number), text=f"Vraag {number}: wie helpt ons met contracten in Bogotá?"
            )
        session.commit()
    officer = client_for("officer")
    page = officer.get("/work").get_data(as_text=True)
    assets = set(re.findall(r'(?:href|src)="(/static/[^"#]+)', page))
    assert {path.split("?")[0] for path in assets} >= {"/static/app.css", "/static/app.js"}
    html = weight(officer, "/work")
    everything = html + sum(weight(officer, path) for path in assets) + weight(officer, LATIN)
    assert html < LATER and everything < FIRST_VISIT, (html, everything)
    for path in assets:
        answer = officer.get(path)
        assert "max-age=31" in answer.headers["Cache-Control"] or "max-age=3600" in answer.headers["Cache-Control"]
        known = {"If-None-Match": answer.headers["ETag"]} if "ETag" in answer.headers else {}
        known |= {"If-Modified-Since": answer.headers["Last-Modified"]} if "Last-Modified" in answer.headers else {}
        assert officer.get(path, headers={**GZIP, **known}).status_code == 304, path


def test_pages_go_out_compressed_to_whoever_takes_it(client_for: Callable[..., FlaskClient]) -> None:
    officer = client_for("officer")
    plain, small = officer.get("/work"), officer.get("/work", headers=GZIP)
    assert "Content-Encoding" not in plain.headers and "Accept-Encoding" in plain.headers["Vary"]
    assert b"<h1" in gzip.decompress(small.data) and len(small.data) < len(plain.data) / 2
    assert "Content-Encoding" not in officer.get("/work", headers={"Accept-Encoding": "gzip;q=0"}).headers
    lengths = {len(officer.get("/account", headers=GZIP).data) for _try in range(12)}
    assert len(lengths) > 3, "the length of a page that holds a secret varies by chance"
    assert officer.head("/work", headers=GZIP).status_code == 200
    assert officer.get("/live", headers=GZIP).status_code == 200


def test_what_is_refused_after_a_commit_gives_its_key_back(app: Flask) -> None:
    """A view that writes something down about a refusal has stored nothing of the form."""
    form = {"form_key": "a-key-of-a-form-0001", "text": "x"}
    for status, kept in ((422, 0), (303, 1)):
        with app.test_request_context("/ask", method="POST", data=form):
            assert isinstance(app.extensions["once_only"], OnceOnly)
            write_transaction()
            db.session.commit()
            write_transaction()  # a second step of the same request
            db.session.commit()
            headers = {"Location": "/track/x"} if status == 303 else {}
            settle_form(Response(status=status, headers=headers))
            db.session.remove()
        assert count(app, SentForm) == kept
    with app.app_context():
        assert db.session.execute(db.select(SentForm.location)).scalar_one() == "/track/x"
        db.session.remove()
