"""The entrepreneur asks in five steps; the mailed link sends it; whoever lost the link gets it again."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from hubs.companies.models import CompanyRecord, Consent, ContactPerson
from hubs.core.clock import utcnow
from hubs.core.events import Event
from hubs.extensions import db
from hubs.referrals.intake import drop_unconfirmed
from hubs.referrals.models import SupportRequest
from hubs.referrals.suggesting import markets_in, services_in
from hubs.referrals.tracking import confirmation_token, tracking_token
from tests.conftest import csrf_of
from tests.world import World

ANSWERS: dict[str, Any] = {
    "text": "Wij zoeken een advocaat voor drie arbeidscontracten in Colombia.",
    "market": "CO",
    "services": ["commercial_referral"],
    "company_name": "Textiel Verzonnen",
    "company_country": "NL",
    "contact_person_name": "Sam Verzonnen",
    "contact_person_email": "sam@voorbeeld.nl",
    "consent_recipients": "market",
    "submission_key": "ask-1",
}


def step(client: FlaskClient, number: int, action: str = "next", **changes: Any) -> Any:
    """Post a step with all answers, as whoever fills in the form at once does; the page that follows."""
    data = {**ANSWERS, **changes, "step": str(number), "action": action, "csrf_token": csrf_of(client, "/ask")}
    answer = client.post("/ask", data={name: value for name, value in data.items() if value is not None})
    onward = answer.headers.get("Location", "")
    return client.get(onward) if onward.startswith("/ask?") else answer


def page_of(client: FlaskClient, address: str) -> str:
    return client.get(html.unescape(address)).get_data(as_text=True)


@pytest.fixture
def visitor(client_for: Callable[..., FlaskClient]) -> FlaskClient:
    return client_for("anonymous")


def asked(app: Any) -> list[SupportRequest]:
    with app.app_context():
        rows = db.session.execute(select(SupportRequest).order_by(SupportRequest.id)).scalars().all()
        for row in rows:
            _ = (row.parts, row.company_record, row.consent, row.contact_person, row.owner)
        db.session.expunge_all()
        db.session.remove()
    return list(rows)


def token_of(app: Any, make: Callable[[SupportRequest], str]) -> str:
    with app.test_request_context():
        found = db.session.execute(select(SupportRequest).order_by(SupportRequest.id).limit(1)).scalar_one()
        token = make(found)
        db.session.remove()
    return token


def test_each_step_asks_one_thing_and_carries_the_rest(visitor: FlaskClient) -> None:
    first = visitor.get("/ask").get_data(as_text=True)
    assert "Step 1 of 6" in first and 'name="text"' in first
    second = step(visitor, 1, services=None, market=None).get_data(as_text=True)
    assert "Step 2 of 6" in second and "<mark" in second and "advocaat" in second
    assert re.search(r'value="commercial_referral"[^>]* checked', second)
    assert re.search(r'<option value="CO" selected', second)
    assert "drie arbeidscontracten" in second
    third = step(visitor, 2).get_data(as_text=True)
    assert "Step 3 of 6" in third and 'name="services"' not in third
    assert "Only after that you send it." in third
    fifth = step(visitor, 4).get_data(as_text=True)
    assert "May we pass your question on?" in fifth and "Bogotá" in fifth
    last = step(visitor, 5).get_data(as_text=True)
    assert "Step 6 of 6" in last and "Within 2 working days a person tells you who helps." in last
    for told in (ANSWERS["text"], "Colombia", "Textiel Verzonnen", "sam@voorbeeld.nl", "Casa Voorbeeld"):
        assert (told in last) is (told != "Casa Voorbeeld"), told
    assert "says yes or no within 2 working days" in last and "Everything you fill in here:" in last


def test_going_back_keeps_everything(visitor: FlaskClient) -> None:
    back = step(visitor, 4, "back", contact_person_name="Half ingevuld").get_data(as_text=True)
    assert "Step 3 of 6" in back and 'value="Textiel Verzonnen"' in back
    again = re.search(r'action="([^"]+)"', back)
    assert again and 'value="Half ingevuld"' in page_of(visitor, again.group(1) + "&step=contact")
    first = step(visitor, 2, "1").get_data(as_text=True)
    assert "Step 1 of 6" in first and ANSWERS["text"] in first


@pytest.mark.parametrize(
    ("number", "changes", "field"),
    [
        (1, {"text": " "}, "text"),
        (2, {"market": "ZZ"}, "market"),
        (2, {"services": ["sanctions_evasion"]}, "services"),
        (3, {"company_name": ""}, "company_name"),
        (4, {"contact_person_name": ""}, "contact_person_name"),
        (4, {"contact_person_email": ""}, "contact_person_email"),
        (5, {"consent_recipients": None}, "consent_recipients"),
    ],
)
def test_a_step_says_what_is_missing(visitor: FlaskClient, number: int, changes: dict[str, Any], field: str) -> None:
    answer = step(visitor, number, **changes)
    body = answer.get_data(as_text=True)
    assert answer.status_code == 422 and f'id="{field}-error"' in body and f"Step {number} of 6" in body


def test_an_error_of_an_earlier_step_is_shown_there(app: Any, visitor: FlaskClient) -> None:
    answer = step(visitor, 5, "submit", company_kvk_number="12", contact_person_email="sam")
    body = answer.get_data(as_text=True)
    assert answer.status_code == 422 and "Step 3 of 6" in body and 'id="company_kvk_number-error"' in body
    assert asked(app) == []


def test_nothing_is_sent_before_the_mailed_link_is_confirmed(
    app: Any, demo: World, visitor: FlaskClient, client_for: Callable[..., FlaskClient]
) -> None:
    sent = step(visitor, 5, "submit")
    assert sent.status_code == 303 and sent.headers["Location"] == "/ask/sent"
    assert "look in your mail" in visitor.get("/ask/sent").get_data(as_text=True)
    (question,) = asked(app)
    assert (question.state, question.created_by, question.channel) == ("draft", None, "web")
    assert question.owner_id == demo.organisations["post"] and question.language == "en"
    assert client_for("officer").get(f"/questions/{question.reference}/edit").status_code == 404
    address = f"/ask/confirm/{token_of(app, confirmation_token)}"
    page = visitor.get(address).get_data(as_text=True)
    assert ANSWERS["text"] in page and "Confirm and send" in page
    assert [row.state for row in asked(app)] == ["draft"]
    confirmed = visitor.post(address, data={"csrf_token": csrf_of(visitor, address)})
    assert confirmed.status_code == 303 and confirmed.headers["Location"].startswith("/track/")
    (question,) = asked(app)
    assert question.state == "received" and question.due_at is not None
    assert question.consent is not None and question.consent.channel == "web"
    assert "received your question" in visitor.get(confirmed.headers["Location"]).get_data(as_text=True)
    again = visitor.post(address, data={"csrf_token": csrf_of(visitor, "/ask")})
    assert again.status_code == 409 and "has been sent already" in again.get_data(as_text=True)
    assert client_for("officer").get(f"/questions/{question.reference}/edit").status_code == 200


def test_sent_twice_is_stored_once_with_one_mail(app: Any, visitor: FlaskClient) -> None:
    step(visitor, 5, "submit")
    step(visitor, 5, "submit")
    assert len(asked(app)) == 1
    with app.app_context():
        mails = select(func.count()).where(Event.kind == "support_request.asked")
        assert db.session.execute(mails).scalar_one() == 1
        db.session.remove()


def test_without_a_country_it_goes_to_the_central_desk(app: Any, demo: World, visitor: FlaskClient) -> None:
    last = step(visitor, 4, market="", services_unknown="y").get_data(as_text=True)
    assert "goes to the central desk of the ministry" in last
    assert step(visitor, 5, "submit", market="", services_unknown="y", consent_recipients=None).status_code == 303
    (question,) = asked(app)
    assert question.owner_id == demo.organisations["ministry"]
    assert question.market is None and question.services == [] and question.consent is None


def test_several_countries_go_to_the_post_of_each(app: Any, demo: World, visitor: FlaskClient) -> None:
    assert step(visitor, 5, "submit", more_markets=["VN"], do_not_tell=[demo.organisations["hub_b"]]).status_code == 303
    questions = asked(app)
    assert [row.owner_id for row in questions] == [demo.organisations["post"], demo.organisations["far_post"]]
    assert len({row.group_id for row in questions}) == 1
    assert {tuple(row.do_not_tell) for row in questions} == {(demo.organisations["hub_b"],)}
    address = f"/ask/confirm/{token_of(app, confirmation_token)}"
    assert visitor.post(address, data={"csrf_token": csrf_of(visitor, address)}).status_code == 303
    assert {row.state for row in asked(app)} == {"received"}


def test_a_no_to_hubs_is_no_consent(app: Any, visitor: FlaskClient) -> None:
    assert step(visitor, 5, "submit", consent_recipients="none").status_code == 303
    assert asked(app)[0].consent is None


def test_a_machine_is_told_the_same_and_kept_nowhere(app: Any, visitor: FlaskClient) -> None:
    answer = step(visitor, 5, "submit", website="http://spam.example")
    assert answer.status_code == 303 and answer.headers["Location"] == "/ask/sent"
    assert asked(app) == []


def test_an_old_link_sends_nothing_and_the_draft_is_dropped(app: Any, visitor: FlaskClient) -> None:
    step(visitor, 5, "submit")
    address = f"/ask/confirm/{token_of(app, confirmation_token)}"
    with app.app_context():
        question = db.session.execute(select(SupportRequest)).scalar_one()
        question.created_at = utcnow() - timedelta(days=8)
        db.session.commit()
        db.session.remove()
    shown = visitor.get(address).get_data(as_text=True)
    assert "too old" in shown and ANSWERS["text"] in shown
    assert visitor.post(address, data={"csrf_token": csrf_of(visitor, "/ask")}).status_code == 409
    with app.app_context():
        assert drop_unconfirmed(utcnow()) == 1
        assert drop_unconfirmed(utcnow()) == 0
        for model in (SupportRequest, Consent, ContactPerson, CompanyRecord):
            assert db.session.execute(select(func.count()).select_from(model)).scalar_one() == 0, model
        db.session.rollback()
        db.session.remove()


@pytest.mark.parametrize("token", ["x", "0" * 26, "a~b", "%00", "é"])
def test_a_forged_link_is_not_found(visitor: FlaskClient, token: str) -> None:
    for address in (f"/ask/confirm/{token}", f"/track/{token}", f"/consent/{token}"):
        assert visitor.get(address).status_code == 404, address


def test_links_for_one_purpose_do_not_work_for_another(app: Any, visitor: FlaskClient) -> None:
    step(visitor, 5, "submit")
    confirm, track = token_of(app, confirmation_token), token_of(app, tracking_token)
    assert visitor.get(f"/track/{confirm}").status_code == 404
    assert visitor.get(f"/ask/confirm/{track}").status_code == 404
    assert visitor.get(f"/track/{track}").status_code == 200


def lost(client: FlaskClient, email: str, reference: str) -> Any:
    return client.post("/track", data={"email": email, "reference": reference, "csrf_token": csrf_of(client, "/track")})


def link_events(app: Any, kind: str) -> int:
    with app.app_context():
        number = db.session.execute(select(func.count()).where(Event.kind == kind)).scalar_one()
        db.session.remove()
    return number


def test_a_lost_link_is_mailed_only_to_whom_it_belongs_and_the_answer_never_tells(
    app: Any, visitor: FlaskClient
) -> None:
    step(visitor, 5, "submit")
    address = f"/ask/confirm/{token_of(app, confirmation_token)}"
    visitor.post(address, data={"csrf_token": csrf_of(visitor, address)})
    reference = asked(app)[0].reference
    kind = "support_request.link_requested"
    answers = [
        lost(visitor, "ander@voorbeeld.nl", reference),
        lost(visitor, "sam@voorbeeld.nl", "H-000-000"),
        lost(visitor, "sam@voorbeeld.nl", "'; drop"),
    ]
    assert link_events(app, kind) == 0
    spoken = reference.lower().replace("-", " ")
    answers.append(lost(visitor, " SAM@voorbeeld.nl ", spoken))
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert link_events(app, kind) == 1
    lost(visitor, "sam@voorbeeld.nl", reference)
    assert link_events(app, kind) == 1  # not again within minutes
    assert lost(visitor, "", "").status_code == 422


def test_the_link_is_not_mailed_again_within_minutes(app: Any, visitor: FlaskClient) -> None:
    step(visitor, 5, "submit")
    reference = asked(app)[0].reference
    assert link_events(app, "support_request.asked") == 1
    lost(visitor, "sam@voorbeeld.nl", reference)
    assert link_events(app, "support_request.asked") == 1


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Wij zoeken een advocaat voor drie arbeidscontracten", ("commercial_referral",)),
        ("We need a lawyer and office space", ("commercial_referral", "office_space")),
        ("Exportkredietverzekering voor een order", ("export_credit_insurance",)),
        ("Onze lading wordt door de douane tegengehouden", ("customs_advice", "trade_barrier")),
        ("Goedemorgen", ()),
    ],
)
def test_words_point_to_services(text: str, codes: tuple[str, ...]) -> None:
    offered = ["commercial_referral", "office_space", "export_credit_insurance", "customs_advice", "trade_barrier"]
    assert services_in(text, offered).codes == codes


def test_one_country_named_is_a_guess_and_two_are_none() -> None:
    names = [("CO", "Colombia"), ("NE", "Niger"), ("NG", "Nigeria"), ("GE", "Georgië")]
    assert markets_in("naar Colombia", names).codes == ("CO",)
    assert markets_in("in nigeria", names).codes == ("NG",)
    assert markets_in("in GEORGIE", names).codes == ("GE",)
    assert markets_in("Colombia of Nigeria", names).codes == ()
    assert markets_in("Colombiaans", names).codes == ()
