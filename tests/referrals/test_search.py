"""The search over everything: what is found, with which typing errors, and what nobody learns by it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select

from hubs.companies.models import CompanyRecord, ContactPerson
from hubs.core.clock import utcnow
from hubs.core.searching import words
from hubs.core.searching.keeping import index
from hubs.core.searching.models import SearchDocument, SearchEntry, SearchWord
from hubs.referrals.models import Referral, SupportRequest
from hubs.referrals.operations import act_on_referral, act_on_request, withdraw_consent
from tests.referrals.builders import actor_for, destinations, question
from tests.world import World

# --- words ------------------------------------------------------------------------------------------------


def test_words_are_folded_and_numbers_joined() -> None:
    assert words.words_of("Café de Bloembollen, BOGOTÁ!") == ["cafe", "bloembollen", "bogota"]
    assert words.words_of("Bel +31 20 555 0100") == ["bel", "31", "20", "555", "0100", "31205550100"]
    assert words.words_of(None) == [] and words.words_of("\x00 ' \" * % _ -- );") == []
    assert max(len(word) for word in words.words_of("x" * 500)) == words.LONGEST


@pytest.mark.parametrize(
    ("typed", "word", "meant"),
    [
        ("bloembolen", "bloembollen", True),  # a letter missing
        ("bleombollen", "bloembollen", True),  # changed places
        ("bloenbolllen", "bloembollen", True),  # one wrong, one too many
        ("kanarei", "kanarie", True),
        ("kasbauw", "kasbouw", True),
        ("kas", "das", False),  # too short to guess
        ("90001234", "90001235", False),  # a number is right or wrong
        ("advocaat", "accountant", False),
    ],
)
def test_typing_errors(typed: str, word: str, meant: bool) -> None:
    assert bool(words.meant_by(typed, [word])) is meant
    if meant:  # and the index finds it: one of its keys is among those looked under
        assert set(words.typo_keys(typed)) & set(words.keys_of(word)), (typed, word)


def test_what_is_there_as_typed_is_not_guessed_at() -> None:
    assert words.meant_by("kanarie", ["kanarie", "kanaries", "canarie"]) == ["kanarie", "kanaries"]


def test_marks_and_excerpts() -> None:
    pieces = words.marked("Bloembollen in Bogotá", frozenset({"bogota"}))
    assert [(piece.text, piece.is_hit) for piece in pieces] == [("Bloembollen in ", False), ("Bogotá", True)]
    long = "voor " * 60 + "naald " + "na " * 60
    assert "naald" in words.around(long, frozenset({"naald"})) and len(words.around(long, frozenset({"naald"}))) < 140


# --- on the page ------------------------------------------------------------------------------------------


def _refs(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.get_data(as_text=True)[:500]
    return re.findall(r'<li data-kind="[^"]*" data-ref="([^"]+)"', answer.get_data(as_text=True))


@pytest.fixture
def case(in_app: Any, demo: World) -> dict[str, str]:
    """A question of the post, referred to hub A and not accepted yet."""
    with in_app() as session:
        asked = question(demo, text="Wij zoeken een verdeler voor bloembollen in Medellín.", city="Medellín")
        act_on_request(
            asked, "refer", actor=actor_for(demo, "officer"), now=utcnow(),
            data={"destinations": destinations(demo, "hub_a")},
        )  # fmt: skip
        session.commit()
        return {"id": asked.id, "question": asked.reference, "referral": asked.referrals[0].reference}


@pytest.mark.parametrize(
    "typed",
    ["bloembollen", "bloembolen", "BLOEMB", "verdeler medellin", "Kanarie Koeltechniek", "kanarei", "Kanarievogel",
     "tessa@kanarie-voorbeeld.nl", "555 0100", "90001234", "kanarienotitie", "bloembollen kanarie"],
)  # fmt: skip
def test_a_desk_finds_its_question(client_for: Any, case: dict[str, str], typed: str) -> None:
    answer = client_for("officer").get("/search", query_string={"q": typed})
    assert case["question"] in _refs(answer), typed
    assert "<mark>" in answer.get_data(as_text=True)


def test_nothing_is_found_by_words_that_are_not_there_together(client_for: Any, case: dict[str, str]) -> None:
    answer = client_for("officer").get("/search?q=bloembollen+zeppelin")
    assert _refs(answer) == [] and "Nothing found" in answer.get_data(as_text=True)


def test_a_reference_goes_straight_to_its_page(client_for: Any, case: dict[str, str]) -> None:
    officer, manager, stranger = client_for("officer"), client_for("manager"), client_for("other_manager")
    spoken = case["question"][2:].replace("-", "").lower()
    for typed in (case["question"], case["question"].lower(), spoken, f"h {spoken[:3]} {spoken[3:]}"):
        answer = officer.get("/search", query_string={"q": typed})
        assert (answer.status_code, answer.headers.get("Location")) == (303, f"/questions/{case['question']}")
    assert manager.get("/search", query_string={"q": spoken}).headers["Location"] == f"/referrals/{case['referral']}"
    assert manager.get("/search", query_string={"q": case["referral"]}).status_code == 303
    # the question itself is not the hub's, and a stranger learns nothing
    assert manager.get("/search", query_string={"q": case["question"]}).status_code == 200
    for typed in (spoken, case["question"], case["referral"]):
        answer = stranger.get("/search", query_string={"q": typed})
        assert answer.status_code == 200 and _refs(answer) == []


def test_a_hub_finds_the_question_but_not_who_asks_before_it_accepts(
    client_for: Any, case: dict[str, str], in_app: Any, demo: World
) -> None:
    manager = client_for("manager")
    assert _refs(manager.get("/search?q=bloembollen")) == [case["referral"]]
    hidden = (
        "Kanarie",
        "kanarei",
        "Kanarievogel",
        "90001234",
        "kanarienotitie",
        "5550100",
        "tessa",
        "bloembollen kanarie",
    )
    for typed in hidden:
        answer = manager.get("/search", query_string={"q": typed})
        assert _refs(answer) == [], typed
        assert "looks like" not in answer.get_data(as_text=True)
    with in_app() as session:
        referral = session.execute(select(Referral)).scalars().one()
        act_on_referral(referral, "accept", actor=actor_for(demo, "manager"), now=utcnow())
        session.commit()
    assert case["referral"] in _refs(manager.get("/search?q=kanarienotitie"))
    assert case["referral"] in _refs(manager.get("/search?q=bloembollen+kanarie"))
    with in_app() as session:
        asked = session.execute(select(SupportRequest)).scalars().one()
        withdraw_consent(asked, actor=actor_for(demo, "officer"), now=utcnow())
        session.commit()
    for typed in ("bloembollen", "kanarienotitie"):
        assert case["referral"] not in _refs(manager.get(f"/search?q={typed}")), typed


def test_the_page_checks_what_the_index_proposes(
    client_for: Any, case: dict[str, str], in_app: Any, demo: World
) -> None:
    """Even an index that knows too much lets nobody find what they may not read."""
    with in_app() as session:
        document = (
            session.execute(
                select(SearchDocument).where(
                    SearchDocument.scope == demo.organisations["hub_a"], SearchDocument.kind == "referral"
                )
            )
            .scalars()
            .first()
        )
        for word in ("kanarienotitie", "kanarie"):
            session.add(SearchEntry(scope=document.scope, kind="referral", word=word, subject_id=document.subject_id))
            session.add(SearchWord(scope=document.scope, key=f"={word}", word=word))
        session.commit()
    for typed in ("kanarienotitie", "kanari"):
        assert _refs(client_for("manager").get(f"/search?q={typed}")) == []


def test_strangers_find_nothing_of_others(client_for: Any, case: dict[str, str]) -> None:
    for persona in ("other_manager", "far_officer", "far_manager", "administrator", "auditor", "partner_staff"):
        answer = client_for(persona).get("/search?q=bloembollen")
        assert _refs(answer) == [], persona
    assert client_for("anonymous").get("/search?q=bloembollen").headers["Location"].startswith("/sign-in")


@pytest.mark.parametrize(
    "typed",
    ["'", '"', "%", "_", "*", "NEAR(", "a OR b", "); DROP TABLE people; --", "\x00abc", "\ud800", "ﬃ", "𝒜𝒷𝒸",
     "x" * 5000, " ".join(["woord"] * 200), "-- -", "=kanarie", "\U0010ffff", "İ", "ß" * 40],
)  # fmt: skip
def test_hostile_input(client_for: Any, case: dict[str, str], typed: str) -> None:
    client = client_for("officer")
    answer = client.get("/search", query_string={"q": typed.encode("utf-8", "surrogatepass")})
    assert answer.status_code == 200
    assert client.get("/questions", query_string={"q": typed.encode("utf-8", "surrogatepass")}).status_code == 200


def test_names_of_others_and_places(client_for: Any, demo: World) -> None:
    officer, manager = client_for("officer"), client_for("manager")
    assert "Casa Voorbeeld" in re.sub("</?mark>", "", officer.get("/search?q=vorbeeld").get_data(as_text=True))
    assert 'href="/register/hub-andes"' in officer.get("/search?q=andes").get_data(as_text=True)
    assert "/agreements/" in manager.get("/search?q=bogota").get_data(as_text=True)
    assert "/agreements/" not in client_for("far_manager").get("/search?q=casa").get_data(as_text=True)


# --- the index is right -----------------------------------------------------------------------------------


def _everything(session: Any) -> tuple[set[Any], set[Any]]:
    entries = select(SearchEntry.scope, SearchEntry.kind, SearchEntry.word, SearchEntry.subject_id)
    keys = select(SearchWord.scope, SearchWord.key)
    return {tuple(row) for row in session.execute(entries)}, {tuple(row) for row in session.execute(keys)}


def test_changes_are_found_at_once_and_old_words_no_more(client_for: Any, case: dict[str, str], in_app: Any) -> None:
    officer = client_for("officer")
    with in_app() as session:
        asked = session.execute(select(SupportRequest)).scalars().one()
        asked.text = "Nu zoeken wij een scheepswerf."
        session.execute(select(CompanyRecord)).scalars().one().name = "Nieuwenaam Verzonnen BV"
        session.execute(select(ContactPerson)).scalars().one().email = "anders@example.nl"
        session.commit()
    for typed in ("scheepswerf", "nieuwenaam", "anders@example.nl"):
        assert case["question"] in _refs(officer.get(f"/search?q={typed}")), typed
    for typed in ("bloembollen", "koeltechniek", "tessa@kanarie-voorbeeld.nl"):
        assert case["question"] not in _refs(officer.get(f"/search?q={typed}")), typed


def test_what_is_rolled_back_is_not_indexed(in_app: Any, demo: World) -> None:
    with in_app() as session:
        question(demo, text="Verdwenen woordenschat.")
        session.rollback()
        question(demo, kvk="90000999", text="Gebleven woordenschat.")
        session.commit()
        found = set(session.execute(select(SearchEntry.word).where(SearchEntry.kind == "question")).scalars())
    assert "gebleven" in found and "verdwenen" not in found


def test_rebuilding_changes_nothing_and_mends_everything(app: Flask, case: dict[str, str], in_app: Any) -> None:
    with in_app() as session:
        before = _everything(session)
        assert before[0] and before[1]
        session.execute(delete(SearchEntry).where(SearchEntry.word == "bloembollen"))
        session.execute(delete(SearchDocument))
        session.add(SearchDocument(kind="question", subject_id="0" * 26, scope="0" * 26, words="spook"))
        session.add(SearchEntry(kind="question", subject_id="0" * 26, scope="0" * 26, word="spook"))
        session.add(SearchWord(scope="0" * 26, key="=spook", word="spook"))
        session.commit()
    for _time in range(2):
        answer = app.test_cli_runner().invoke(args=["search", "rebuild", "--json"])
        assert answer.exit_code == 0, answer.output
        with in_app() as session:
            assert _everything(session) == before


def test_indexing_is_by_the_present_state(in_app: Any, demo: World, case: dict[str, str]) -> None:
    """Indexed again, nothing doubles; a cold signpost is not in its receiver's index."""
    with in_app() as session:
        before = _everything(session)
        index(session, "question", [case["id"]])
        assert _everything(session) == before
        cold = question(
            demo, kvk="90000555", text="Koud gewezen walrus.", services=("export_coaching",), consent=["partner"]
        )
        data = {"mode": "cold", "destinations": destinations(demo, "partner")}
        act_on_request(cold, "signpost", actor=actor_for(demo, "officer"), now=utcnow(), data=data)
        session.commit()
        scopes = set(session.execute(select(SearchEntry.scope).where(SearchEntry.word == "walrus")).scalars())
    assert scopes == {demo.organisations["post"]}
