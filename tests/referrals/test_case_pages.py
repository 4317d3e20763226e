"""The pages of a question and of a referral: the main job by buttons, refusals beside their fields, nothing leaks."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from hubs.core.clock import utcnow
from hubs.core.events import Event
from hubs.extensions import db, write_transaction
from hubs.referrals import terms
from hubs.referrals.lists import limits
from hubs.referrals.models import Referral, SupportRequest
from hubs.referrals.operations import receipt_for
from hubs.referrals.views import lists
from tests.conftest import post
from tests.referrals.builders import CANARY, question


@pytest.fixture
def case(app: Flask, demo: Any) -> Any:
    """`case(**values)`: a stored question of the post's desk; its reference."""

    def make(**values: Any) -> str:
        with app.test_request_context("/?lang=en"):
            write_transaction()
            reference = question(demo, **values).reference
            db.session.commit()
            db.session.remove()
        return reference

    return make


def stored(app: Flask, model: Any, reference: str, name: str) -> Any:
    with app.app_context():
        return db.session.execute(select(getattr(model, name)).where(model.reference == reference)).scalar_one()


def body(answer: Any) -> str:
    return answer.get_data(as_text=True)


def form_of(page: str, action: str, near: str = "") -> dict[str, Any]:
    """The hidden values of the form that holds the button for `action`, after `near` when given."""
    page = page[page.index(near) :] if near else page
    forms = re.findall(r"<form.*?</form>", page, re.S)
    found = next(form for form in forms if re.search(rf'name="action" value="{action}"', form))
    values: dict[str, Any] = {}
    for name, value in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', found):
        values.setdefault(name, []).append(value)
    return {**values, "action": action}


def test_the_whole_way_by_buttons(app: Flask, demo: Any, client_for: Any, case: Any) -> None:
    reference = case()
    officer, manager = client_for("officer"), client_for("manager")
    url = f"/questions/{reference}"
    page = body(officer.get(url))
    assert "Casa Voorbeeld" in page and CANARY["person"] in page
    answer = officer.post(url, data=form_of(page, "refer"), follow_redirects=True)
    assert answer.status_code == 200 and 'data-state="referred"' in body(answer)
    with app.app_context():
        sent = db.session.execute(select(Referral.reference)).scalar_one()
    inbox = f"/referrals/{sent}"
    page = body(manager.get(inbox))
    assert "Yes, I accept the question" in page and 'data-state="sent"' in page
    assert not [value for value in CANARY.values() if value in page]
    answer = manager.post(inbox, data=form_of(page, "accept"), follow_redirects=True)
    page = body(answer)
    assert answer.status_code == 200 and 'data-state="accepted"' in page
    assert all(value in page for name, value in CANARY.items())
    page = body(manager.post(inbox, data=form_of(page, "record_contact"), follow_redirects=True))
    values = {**form_of(page, "close"), "outcome": "introduction"}
    page = body(manager.post(inbox, data=values, follow_redirects=True))
    assert 'data-state="closed"' in page
    assert stored(app, SupportRequest, reference, "state") == "closed"
    page = body(officer.get(url))
    assert 'data-state="closed"' in page and "Done by Casa Voorbeeld" in page


def test_refusals_stand_beside_their_fields(app: Flask, demo: Any, client_for: Any, case: Any) -> None:
    reference, officer = case(), client_for("officer")
    url = f"/questions/{reference}"
    values = form_of(body(officer.get(url)), "refer", near='data-ref="hub-andes"')
    answer = officer.post(url, data={**values, "reason": "other", "note": " "})
    assert answer.status_code == 422
    page = body(answer)
    assert 'role="alert"' in page and "Explain your reason." in page
    note = f"note-refer-{demo.organisations['hub_b']}"
    assert f'href="#{note}"' in page and f'aria-describedby="{note}-hint {note}-error"' in page
    assert stored(app, SupportRequest, reference, "state") == "received"


def test_a_stale_page_is_told_and_keeps_what_was_typed(app: Flask, demo: Any, client_for: Any, case: Any) -> None:
    reference, officer, other = case(), client_for("officer"), client_for("officer_2")
    url = f"/questions/{reference}"
    seen = form_of(body(officer.get(url)), "ask")
    assert other.post(url, data=form_of(body(other.get(url)), "take")).status_code == 303
    answer = officer.post(url, data={**seen, "note": "Voor welke stad is het?"})
    assert answer.status_code == 409
    assert "Somebody changed this" in body(answer) and "Voor welke stad is het?" in body(answer)
    again = form_of(body(answer), "ask")
    assert officer.post(url, data={**again, "note": "Voor welke stad is het?"}).status_code == 303


def test_an_outdated_advice_shows_the_new_one(app: Flask, demo: Any, client_for: Any, case: Any) -> None:
    reference, officer = case(), client_for("officer")
    url = f"/questions/{reference}"
    values = {**form_of(body(officer.get(url)), "refer"), "receipt_hash": "0" * 64}
    answer = officer.post(url, data=values)
    assert answer.status_code == 409 and "The places have changed" in body(answer)
    with app.test_request_context("/"):
        asked = db.session.execute(select(SupportRequest)).scalar_one()
        assert receipt_for(asked, now=utcnow()).hash in body(answer)


@pytest.mark.parametrize(
    ("persona", "status"),
    [("far_officer", 404), ("manager", 404), ("partner_staff", 404), ("administrator", 403), ("member", 403)],
)
def test_strangers_do_not_see_a_question(client_for: Any, case: Any, persona: str, status: int) -> None:
    reference = case()
    client = client_for(persona)
    assert client.get(f"/questions/{reference}").status_code == status
    assert client.get("/questions/H-000-000").status_code == status
    assert post(client, f"/questions/{reference}", {"action": "take"}, page="/account").status_code == status


def test_anonymous_readers_sign_in_first(client_for: Any, case: Any) -> None:
    answer = client_for("anonymous").get(f"/questions/{case()}")
    assert answer.status_code == 303 and "/sign-in" in answer.headers["Location"]


@pytest.mark.parametrize("action", ["explode", "follow_parts", ""])
def test_unknown_actions_are_refused(client_for: Any, case: Any, action: str) -> None:
    url, officer = f"/questions/{case()}", client_for("officer")
    values = {**form_of(body(officer.get(url)), "take"), "action": action}
    assert officer.post(url, data=values).status_code == (403 if action == "follow_parts" else 422)


def test_consent_is_asked_and_written_down_for_a_place_it_does_not_cover(
    app: Flask, demo: Any, client_for: Any, case: Any
) -> None:
    reference, officer = case(consent=None), client_for("officer")
    url = f"/questions/{reference}"
    page = body(officer.get(url))
    assert "The consent does not cover this place" in page
    refused = officer.post(url, data=form_of(page, "refer"))
    assert refused.status_code == 422 and "Ask the entrepreneur first" in body(refused)
    values = {**form_of(body(refused), "name_in_consent"), "channel": "telephone"}
    page = body(officer.post(url, data=values, follow_redirects=True))
    assert "The consent is written down." in page
    assert officer.post(url, data=form_of(page, "refer")).status_code == 303


def test_what_was_said_between_the_desks(app: Flask, demo: Any, client_for: Any, case: Any) -> None:
    url = f"/questions/{case()}"
    officer, manager = client_for("officer"), client_for("manager")
    officer.post(url, data=form_of(body(officer.get(url)), "refer"))
    with app.app_context():
        inbox = f"/referrals/{db.session.execute(select(Referral.reference)).scalar_one()}"
    values = {**form_of(body(manager.get(inbox)), "ask"), "note": "Hoe groot wordt het?"}
    assert manager.post(inbox, data=values).status_code == 303
    page = body(officer.get(inbox))
    assert "Hoe groot wordt het?" in page and "Answer Casa Voorbeeld." in page
    refused = officer.post(inbox, data={**form_of(page, "answer"), "note": f"Vraag {CANARY['person']} zelf."})
    assert refused.status_code == 422 and "to the private notes" in body(refused)
    values = {**form_of(body(refused), "answer"), "note": "Drie mensen."}
    assert officer.post(inbox, data=values).status_code == 303
    page = body(manager.get(inbox))
    assert "Drie mensen." in page and not [value for value in CANARY.values() if value in page]


def test_after_a_no_the_hub_sees_nothing_and_the_desk_the_next_place(
    app: Flask, demo: Any, client_for: Any, case: Any
) -> None:
    url = f"/questions/{case()}"
    officer, manager = client_for("officer"), client_for("manager")
    officer.post(url, data=form_of(body(officer.get(url)), "refer"))
    with app.app_context():
        inbox = f"/referrals/{db.session.execute(select(Referral.reference)).scalar_one()}"
    values = {**form_of(body(manager.get(inbox)), "decline"), "reason": "outside_sector"}
    page = body(manager.post(inbox, data=values, follow_redirects=True))
    assert "You do not see this question any more." in page and "arbeidscontracten" not in page
    page = body(officer.get(url))
    assert "Choose a new place." in page and "Casa Voorbeeld said no: outside sector." in page
    assert page.index("Refer to Hub Andes") < page.index("places are left off")


def test_lists_filters_and_pages(client_for: Any, case: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "PAGE_SIZE", 5)
    references = [case() for _ in range(7)]
    officer = client_for("officer")
    page = body(officer.get("/questions"))
    assert references[-1] in page and references[0] not in page and 'rel="next"' in page
    following = re.search(r'rel="next" href="([^"]+)"', page).group(1).replace("&amp;", "&")
    page = body(officer.get(following))
    assert references[0] in page and references[-1] not in page
    assert references[-1] not in body(officer.get("/questions?state=closed"))
    assert references[-1] in body(officer.get("/questions?market=CO&handler=none"))
    assert references[-1] not in body(officer.get("/questions?market=VN"))
    assert officer.get("/questions?cursor=nonsense").status_code == 422
    assert "No open questions" in body(client_for("far_officer").get("/questions"))


@pytest.mark.parametrize("path", ["/questions", "/referrals", "/referrals?box=out", "/work"])
def test_lists_take_at_most_six_statements(
    app: Flask, demo: Any, client_for: Any, case: Any, statements: Any, path: str
) -> None:
    officer, manager = client_for("officer"), client_for("manager")
    for number in range(6):
        url = f"/questions/{case(services=('commercial_referral', 'customs_advice')[: 1 + number % 2])}"
        if number < 4:
            officer.post(url, data=form_of(body(officer.get(url)), "refer"))
    for client in (officer, manager):
        client.get(path)  # a process reads calendars and limits once, each in one statement, and has them from then on
        for kept in (terms._kept, limits._kept, None):
            if kept is not None:
                kept.key = None
            with statements() as listed:
                assert client.get(path).status_code == 200
            assert len(listed) <= (6 if kept is None else 7), "\n\n".join(listed)


def test_helping_oneself_against_the_advice_asks_for_a_reason(
    app: Flask, demo: Any, client_for: Any, case: Any
) -> None:
    reference, officer = case(), client_for("officer")
    url = f"/questions/{reference}"
    refused = officer.post(url, data=form_of(body(officer.get(url)), "serve"))
    assert refused.status_code == 422 and 'id="reason-serve--error"' in body(refused)
    values = {**form_of(body(refused), "serve"), "reason": "special_expertise"}
    assert officer.post(url, data=values).status_code == 303
    with app.app_context():
        served = db.session.execute(select(Event).where(Event.kind == "support_request.serve")).scalar_one()
        assert served.data["reason"] == "special_expertise"
        assert served.data["departed_from"] == [demo.organisations["hub_a"]]


def test_recall_return_and_handler_by_buttons(app: Flask, demo: Any, client_for: Any, case: Any) -> None:
    url, officer, manager = f"/questions/{case()}", client_for("officer"), client_for("manager")
    officer.post(url, data=form_of(body(officer.get(url)), "refer"))
    with app.app_context():
        inbox = f"/referrals/{db.session.execute(select(Referral.reference)).scalar_one()}"
    values = {**form_of(body(manager.get(inbox)), "assign"), "handler_id": demo.people["staff"].id}
    assert manager.post(inbox, data=values).status_code == 303
    page = body(manager.get(inbox))
    assert "Handler: Mateo Verzonnen" in page
    assert officer.post(inbox, data=form_of(body(officer.get(inbox)), "recall")).status_code == 303
    assert stored(app, Referral, inbox.rsplit("/", 1)[1], "state") == "recalled"
    values = {**form_of(body(officer.get(url)), "assign"), "handler_id": demo.people["manager"].id}
    assert officer.post(url, data=values).status_code == 422


@pytest.mark.parametrize(
    "values",
    [
        {"action": "refer", "destinations": "x" * 300},
        {"action": "refer", "destinations": "\x00"},
        {"action": "ask", "note": "y" * 5000},
        {"action": "take", "version": "seven"},
        {"action": "take", "version": "9" * 12},
        {"action": "assign", "handler_id": "nobody"},
        {"action": "assign", "handler_id": "\x00"},
        {"action": "name_in_consent", "destinations": "\x00", "channel": "\x00"},
        {"action": "\x00"},
        {"action": "signpost", "mode": "lukewarm"},
        {"action": "serve", "services": "nonsense"},
        {"action": "z" * 90},
    ],
)
def test_bad_input_is_never_an_error_of_ours(client_for: Any, case: Any, values: dict[str, str]) -> None:
    url, officer = f"/questions/{case()}", client_for("officer")
    token = form_of(body(officer.get(url)), "take")["csrf_token"]
    assert officer.post(url, data={"csrf_token": token, **values}).status_code in (409, 422)
    for odd in ("state=%00", "market=%00a", "handler=%00", "cursor=%00", "box=%00", "due=%00", "others=%00"):
        for path in ("/questions", "/referrals", "/work"):
            assert officer.get(f"{path}?{odd}").status_code in (200, 422)
