"""Numbers by their form, and what registers of the documented shape say, replayed from stored answers."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from hubs.companies.register import Answer, Outcome, Question, asked_of, outcome_of, registers
from hubs.companies.register.asking import Reply, ask
from hubs.companies.register.kvk import KvkRegister
from hubs.companies.register.numbers import (
    Form,
    WrongForm,
    checked_establishment,
    checked_rsin,
    checked_vat,
    registration_form,
)
from hubs.companies.register.vies import ViesRegister

RECORDED = registers({"KVK_API_URL": "recorded", "VIES_URL": "recorded"})


@pytest.mark.parametrize(
    ("typed", "country", "stored"),
    [
        ("NL123456782B90", "NL", "NL123456782B90"), ("nl 1234.56.782.b90", "NL", "NL123456782B90"),
        ("123456782B90", "NL", "NL123456782B90"), ("BE 0999.900.051", "BE", "BE0999900051"),
        ("GR094259216", "GR", "EL094259216"), ("123.456", "CO", "123456"),
    ],
)  # fmt: skip
def test_vat_numbers_as_they_are_stored(typed: str, country: str, stored: str) -> None:
    assert checked_vat(typed, country) == stored


@pytest.mark.parametrize(
    "typed", ["NL123456783B90", "NL1", "BE0999900052", "x" * 40, "NL123456782B9O", "é", "DE", "٣" * 9]
)
def test_vat_numbers_that_cannot_be(typed: str) -> None:
    with pytest.raises(WrongForm):
        checked_vat(typed, "NL")


def test_other_numbers_by_their_form() -> None:
    assert checked_establishment("0000 9000.1234") == "000090001234" and checked_rsin("1234.56.782") == "123456782"
    for wrong in ("111111111", "12", "x"):
        with pytest.raises(WrongForm):
            checked_rsin(wrong)
    for wrong in ("00009000123", "٠" * 12):
        with pytest.raises(WrongForm):
            checked_establishment(wrong)
    assert registration_form("90001234", "NL") == Form.RIGHT and registration_form("9000", "NL") == Form.WRONG
    assert registration_form("732829320", "FR") == Form.RIGHT and registration_form("732829321", "FR") == Form.WRONG
    assert registration_form("HRB 1234", "DE") == Form.UNKNOWN


@pytest.mark.parametrize(
    ("source", "question", "name", "outcome"),
    [
        ("kvk", Question("NL", "90001234"), "kanarie koeltechniek bv", Outcome.FOUND),
        ("kvk", Question("NL", "90001234"), "Kanarie Koeling", Outcome.FOUND),  # a trade name
        ("kvk", Question("NL", "90001235"), "Kanarie Koeltechniek", Outcome.NAME_DIFFERS),
        ("kvk", Question("NL", "90001236"), "Papegaai Textiel", Outcome.STRUCK_OFF),
        ("kvk", Question("NL", "90001237"), "x", Outcome.NOT_AVAILABLE),  # 503
        ("kvk", Question("NL", "90001238"), "x", Outcome.NOT_AVAILABLE),  # nobody answers
        ("kvk", Question("NL", "99999999"), "x", Outcome.NOT_FOUND),
        ("vies", Question("NL", "123456782B90"), "Kanarie Koeltechniek B.V.", Outcome.FOUND),
        ("vies", Question("BE", "0999900051"), "Anything", Outcome.FOUND),  # that country tells no name
        ("vies", Question("DE", "999900008"), "x", Outcome.NOT_AVAILABLE),
        ("vies", Question("NL", "123456782B91"), "x", Outcome.NOT_FOUND),
    ],
)
def test_what_a_register_says(source: str, question: Question, name: str, outcome: Outcome) -> None:
    assert outcome_of(RECORDED[source].look_up(question), name) == outcome


def test_what_the_business_register_tells_of_a_company() -> None:
    answer = RECORDED["kvk"].look_up(Question("NL", "90001236"))
    assert answer == Answer(
        is_known=True, names=("Papegaai Textiel B.V.",), city="Almelo", establishment_number="000090001236",
        rsin="123456782", ended_on=date(2025, 6, 30), is_ended=True,
    )  # fmt: skip


NONSENSE = (
    None,
    [],
    {},
    {"kvkNummer": "1"},
    {"fout": "x"},
    {"kvkNummer": "90001234", "handelsnamen": 3, "_embedded": []},
)


@pytest.mark.parametrize("body", NONSENSE)
@pytest.mark.parametrize("status", [200, 400, 500])
def test_nonsense_is_no_answer_about_the_number(status: int, body: Any) -> None:
    def say(*_args: Any) -> Reply:
        return Reply(status, body)

    for register in (KvkRegister("https://register.example", "key", say), ViesRegister("https://vies.example", say)):
        answer = register.look_up(Question("NL", "90001234"))
        whole = status == 200 and isinstance(body, dict) and body.get("kvkNummer") == "90001234"
        assert answer.is_available is (whole and register.source == "kvk")


def test_nothing_is_asked_by_default() -> None:
    assert registers({}) == {} and registers({"KVK_API_URL": "", "VIES_URL": ""}) == {}
    assert asked_of("NL", "90001234", None) == {"kvk": Question("NL", "90001234")}
    assert asked_of("BE", "0999", "BE0999900051") == {"vies": Question("BE", "0999900051")}
    assert asked_of("CO", None, "123456") == {}


class _Pages(http.server.BaseHTTPRequestHandler):
    """A register on this machine: what it says depends on the path."""

    seen: list[tuple[str, str | None]] = []

    def do_GET(self) -> None:
        self.seen.append((self.path, self.headers.get("apikey")))
        if self.path == "/away":
            self.send_response(302)
            self.send_header("Location", "/stolen")
            self.end_headers()
            return
        self.send_response(404 if self.path == "/absent" else 200)
        self.end_headers()
        large = b'"' + b"x" * 600_000 + b'"'
        body = {"/large": large, "/text": b"<html>"}.get(self.path, json.dumps({"path": self.path}).encode())
        self.wfile.write(body)

    def log_message(self, *_args: Any) -> None:
        """Nothing."""


@pytest.fixture
def site() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_call_takes_a_small_answer_and_goes_nowhere_else(site: str) -> None:
    _Pages.seen.clear()
    assert ask(f"{site}/here", {"apikey": "secret"}) == Reply(200, {"path": "/here"})
    assert ask(f"{site}/absent", {}) == Reply(404, {"path": "/absent"})
    for path in ("/large", "/text", "/away"):
        assert ask(f"{site}{path}", {"apikey": "secret"}) is None, path
    assert "/stolen" not in [path for path, _key in _Pages.seen]
    assert (
        ask("http://127.0.0.1:9/none", {}) is None and ask("file:///etc/hostname", {}) is None and ask("x", {}) is None
    )
