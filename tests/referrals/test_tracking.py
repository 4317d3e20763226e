"""The entrepreneur's page: every state in plain words, nothing that is not theirs, and what they may decide."""

from __future__ import annotations

import html
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from hubs.accounts.actor import Actor
from hubs.accounts.permissions import GRANTS
from hubs.companies.links import consent_token
from hubs.companies.models import Consent
from hubs.companies.queries import address_of
from hubs.core.clock import utcnow
from hubs.core.types import new_id
from hubs.directory.models import HubProfile
from hubs.extensions import db
from hubs.referrals.models import Referral, SupportRequest
from hubs.referrals.operations import act_on_referral, act_on_request, choose_wait
from hubs.referrals.tracking import tracking_token
from hubs.referrals.tracking.naming import with_article
from tests.conftest import csrf_of
from tests.referrals.test_intake import send
from tests.world import World

SECRET = "Belt liever na vijven."
ROLE = {"officer": ("post", "officer"), "manager": ("hub", "manager"), "other_manager": ("hub", "manager")}


class Case:
    """One question, its link, and the hands that move it."""

    def __init__(self, app: Any, world: World, reference: str) -> None:
        self.app, self.world, self.reference = app, world, reference

    def actor(self, persona: str) -> Actor:
        card, (kind, role) = self.world.people[persona], ROLE[persona]
        granted = GRANTS[(kind, role)]  # type: ignore[index]
        return Actor("person", card.id, card.organisation_id, kind, permissions=granted)

    def do(self, action: str, **data: Any) -> None:
        self.change(lambda q: act_on_request(q, action, actor=self.actor("officer"), now=utcnow(), data=data))

    def refer(self, place: str, **data: Any) -> None:
        destinations = [{"organisation": self.world.organisations[place], "services": []}]
        self.do("refer", destinations=destinations, reason="special_expertise", **data)

    def hub(self, action: str, persona: str = "manager", **data: Any) -> None:
        def act(question: SupportRequest) -> None:
            referral = question.referrals[-1]
            actor = self.actor(persona)
            act_on_referral(referral, action, actor=actor, now=utcnow(), data={"handler_id": actor.id, **data})

        self.change(act)

    def change(self, act: Callable[[SupportRequest], Any]) -> None:
        with self.app.test_request_context():
            act(self.question())
            db.session.commit()
            db.session.remove()

    def question(self) -> SupportRequest:
        wanted = select(SupportRequest).where(SupportRequest.reference == self.reference)
        return db.session.execute(wanted).scalar_one()

    def read(self, *names: str) -> tuple[Any, ...]:
        with self.app.test_request_context():
            question = self.question()
            values = tuple(getattr(question, name) for name in names)
            db.session.remove()
        return values

    @property
    def link(self) -> str:
        with self.app.test_request_context():
            token = tracking_token(self.question())
            db.session.remove()
        return f"/track/{token}"


@pytest.fixture
def case(app: Any, demo: World, client_for: Callable[..., FlaskClient]) -> Case:
    return Case(app, demo, send(client_for("officer")).headers["Location"].rsplit("/", 1)[1])


@pytest.fixture
def visitor(client_for: Callable[..., FlaskClient]) -> FlaskClient:
    return client_for("anonymous")


def seen(client: FlaskClient, link: str) -> str:
    answer = client.get(link)
    assert answer.status_code == 200
    body = html.unescape(answer.get_data(as_text=True))
    assert SECRET not in body
    return body


def press(client: FlaskClient, link: str, action: str, **values: str) -> Any:
    return client.post(link, data={"action": action, **values, "csrf_token": csrf_of(client, "/track")})


def title(body: str) -> str:
    return body.split("<h1", 1)[1].split(">", 1)[1].split("</h1>", 1)[0]


def test_received(case: Case, visitor: FlaskClient) -> None:
    body = seen(visitor, case.link)
    assert title(body) == "The Embassy of the Netherlands, Bogotá has received your question"
    assert 'data-state="received"' in body and f'data-ref="{case.reference}"' in body
    assert "Somebody reads your question" in body and "Dutch time" in body
    assert ", ".join(case.reference.replace("-", "")) in body
    assert "By telephone you agreed" in body


def test_received_by_a_hub_and_accepted_never_look_alike(case: Case, visitor: FlaskClient) -> None:
    case.refer("hub_a")
    sent = seen(visitor, case.link)
    assert title(sent) == "Your question was sent to Casa Voorbeeld"
    assert "Only your question:" in sent and "Who may help you" in sent and "Why this place?" in sent
    case.hub("acknowledge")
    received = seen(visitor, case.link)
    assert title(received) == "Casa Voorbeeld has received your question, but not accepted it yet"
    assert "That is not a yes yet." in received
    case.hub("accept")
    accepted = seen(visitor, case.link)
    assert title(accepted) == "Casa Voorbeeld accepted your question"
    assert "Pilar Verzonnen of Casa Voorbeeld calls or mails you." in accepted
    assert "95 per hour, excluding VAT" in accepted and "Not needed" in accepted
    assert "Who helps you and what does it cost?" in accepted
    case.hub("record_contact")
    assert title(seen(visitor, case.link)) == "Casa Voorbeeld helps you"
    case.hub("close", outcome="introduction")
    closed = seen(visitor, case.link)
    assert title(closed) == "Your question is done" and "Were you not helped?" in closed
    assert 'data-state="closed"' in closed


def test_a_hub_that_asks_pauses_the_wait(case: Case, visitor: FlaskClient) -> None:
    case.refer("hub_a")
    case.hub("ask", note="Interne vraag aan de post")
    body = seen(visitor, case.link)
    assert title(body) == "Casa Voorbeeld wants to know something first"
    assert "Interne vraag" not in body


@pytest.mark.parametrize(
    ("reason", "words"),
    [("no_capacity", "Casa Voorbeeld was full"), ("conflict_of_interest", "Casa Voorbeeld could not take")],
)
def test_declined_is_told_without_the_hubs_own_words(case: Case, visitor: FlaskClient, reason: str, words: str) -> None:
    case.refer("hub_a")
    case.hub("decline", reason=reason, note="Geheime reden")
    body = seen(visitor, case.link)
    assert title(body) == "Your question is back at the Embassy of the Netherlands, Bogotá"
    assert words in body and "Casa Voorbeeld has not seen who you are." in body
    assert "Geheime reden" not in body and "conflict" not in body.lower()


def test_a_term_that_ran_out_shows_even_when_no_clock_has_run(case: Case, visitor: FlaskClient) -> None:
    case.refer("hub_a")

    def late(question: SupportRequest) -> None:
        question.referrals[0].decide_due_at = utcnow() - timedelta(hours=1)

    case.change(late)
    assert title(seen(visitor, case.link)).startswith("Your question is back")


def test_awaiting_the_entrepreneur(case: Case, visitor: FlaskClient) -> None:
    case.do("ask", note="Voor welke stad is het?")
    body = seen(visitor, case.link)
    assert "has a question for you" in title(body) and "Voor welke stad is het?" in body and "Your answer" in body
    assert press(visitor, case.link, "answer", text=" ").status_code == 422
    assert press(visitor, case.link, "answer", text="Voor Bogotá.").status_code == 303
    assert case.read("state") == ("in_hand",)
    assert "Voor Bogotá." in seen(visitor, case.link)


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ("serve", "Your question is done"),
        ("close_unserved", "Nobody could help you with this question"),
        ("close_out_of_scope", "We cannot help you with this question"),
        ("close_no_reply", "we did not hear from you"),
    ],
)
def test_closed(case: Case, visitor: FlaskClient, action: str, words: str) -> None:
    case.do(action, note="Interne notitie", reason="recent_experience")
    body = seen(visitor, case.link)
    assert words in title(body) and "Interne notitie" not in body
    assert 'value="withdraw"' not in body and 'value="choose_place"' not in body
    assert press(visitor, case.link, "answer", text="Toch nog iets.").status_code == 303
    assert "Toch nog iets." in seen(visitor, case.link)
    assert press(visitor, case.link, "withdraw").status_code == 409


def test_a_cold_signpost_gives_the_address(
    app: Any, demo: World, visitor: FlaskClient, client_for: Callable[..., FlaskClient]
) -> None:
    sent = send(client_for("officer"), services=["subsidy_advice"])
    case = Case(app, demo, sent.headers["Location"].rsplit("/", 1)[1])
    destinations = [{"organisation": case.world.organisations["partner"], "services": []}]
    case.do("signpost", mode="cold", destinations=destinations)
    body = seen(visitor, case.link)
    assert "can help you further" in title(body) and "gave you the address of" in body
    assert "Get in touch with them yourself." in body


def test_information_is_added_to_an_open_question(case: Case, visitor: FlaskClient) -> None:
    assert press(visitor, case.link, "answer", text="Het zijn vier contracten.").status_code == 303
    assert "Het zijn vier contracten." in seen(visitor, case.link)
    long = press(visitor, case.link, "answer", text="x" * 5000)
    assert long.status_code == 422 and "x" * 5000 in long.get_data(as_text=True)


def test_another_place_can_be_chosen_and_consent_is_given_with_it(case: Case, visitor: FlaskClient) -> None:
    case.refer("hub_a")
    body = seen(visitor, case.link)
    assert "Kamer Fictief Cali" in body and "you agree that Kamer Fictief Cali gets your name" in body
    chosen = press(visitor, case.link, "choose_place", organisation=case.world.organisations["hub_dev"])
    assert chosen.status_code == 303
    body = seen(visitor, case.link)
    assert title(body) == "You chose Kamer Fictief Cali" and "no longer sees anything" in body
    state, consent_id = case.read("state", "consent_id")
    assert state == "in_hand"
    with case.app.app_context():
        consent = db.session.get_one(Consent, consent_id)
        assert consent.recipient_ids == [case.world.organisations["hub_dev"]] and consent.channel == "web"
        db.session.remove()
    stranger = press(visitor, case.link, "choose_place", organisation=case.world.organisations["far_hub"])
    assert stranger.status_code == 422
    assert press(visitor, case.link, "choose_place", organisation=new_id()).status_code == 422


def test_a_place_can_be_refused(case: Case, visitor: FlaskClient) -> None:
    case.refer("hub_a")
    with case.app.app_context():
        referral_id = db.session.execute(select(Referral.id)).scalar_one()
        db.session.remove()
    assert press(visitor, case.link, "refuse_place", referral="0" * 26).status_code == 409
    assert press(visitor, case.link, "refuse_place", referral=referral_id).status_code == 303
    body = seen(visitor, case.link)
    assert "You did not want Casa Voorbeeld" in body and title(body).startswith("Your question is back")
    assert press(visitor, case.link, "refuse_place", referral=referral_id).status_code == 409


def test_back_to_the_post(case: Case, visitor: FlaskClient) -> None:
    case.refer("hub_a")
    case.hub("accept")
    assert press(visitor, case.link, "return_to_post").status_code == 303
    body = seen(visitor, case.link)
    assert "You asked to go back" in body and case.read("state") == ("in_hand",)


def test_consent_can_be_confirmed_and_taken_back(case: Case, visitor: FlaskClient) -> None:
    assert press(visitor, case.link, "confirm_consent").status_code == 303
    assert "By telephone you agreed" not in seen(visitor, case.link)
    case.refer("hub_a")
    case.hub("accept")
    assert press(visitor, case.link, "withdraw_consent").status_code == 303
    body = seen(visitor, case.link)
    assert "You took back your consent." in body and case.read("state") == ("in_hand",)
    assert "These do not see it, or no longer: Casa Voorbeeld." in body
    assert press(visitor, case.link, "withdraw_consent").status_code == 409
    assert press(visitor, case.link, "confirm_consent").status_code == 409


def test_the_question_can_be_withdrawn(case: Case, visitor: FlaskClient) -> None:
    case.refer("hub_a")
    assert press(visitor, case.link, "withdraw").status_code == 303
    body = seen(visitor, case.link)
    assert title(body) == "Your question has been withdrawn" and "You withdrew your question" in body
    assert "<button" not in body.split("<main", 1)[1].split("</main>", 1)[0]
    assert press(visitor, case.link, "answer", text="x").status_code == 409


def test_a_hub_suspended_midway_is_told(case: Case, visitor: FlaskClient) -> None:
    case.refer("hub_a")
    case.hub("accept")

    def suspend(_question: SupportRequest) -> None:
        profile = db.session.get_one(HubProfile, case.world.organisations["hub_a"])
        db.session.execute(HubProfile.__table__.update().where(HubProfile.id == profile.id).values(state="suspended"))

    case.change(suspend)
    assert "The accreditation of Casa Voorbeeld has stopped for now." in seen(visitor, case.link)


def test_when_all_are_full_the_entrepreneur_may_wait(case: Case, visitor: FlaskClient) -> None:
    from hubs.accounts.models import Office
    from hubs.core.stamps import ROUTING, bump

    def fill(_question: SupportRequest) -> None:
        for office in db.session.execute(select(Office).where(Office.weekly_capacity.is_not(None))).scalars():
            office.weekly_capacity = 0
        bump(db.session(), ROUTING)

    case.change(fill)
    case.do("take")
    body = seen(visitor, case.link)
    if 'value="choose_wait"' in body:
        assert press(visitor, case.link, "choose_wait").status_code == 303
    else:  # another place has room: waiting may still be chosen by the desk for them
        case.change(lambda q: choose_wait(q, actor=case.actor("officer"), now=utcnow()))
    assert title(seen(visitor, case.link)) == "You are waiting until there is room"


def test_an_unknown_action_and_a_void_link_are_refused(case: Case, visitor: FlaskClient) -> None:
    assert press(visitor, case.link, "accept").status_code == 422
    assert press(visitor, case.link, "").status_code == 422
    old = case.link
    case.change(lambda q: setattr(q, "link_version", 2))
    assert visitor.get(old).status_code == 404
    assert press(visitor, old, "withdraw").status_code == 404
    assert visitor.get(case.link).status_code == 200


def test_a_link_opens_one_question_only(
    case: Case, visitor: FlaskClient, client_for: Callable[..., FlaskClient]
) -> None:
    send(client_for("officer"), submission_key="k2", text="CANARY andere vraag", company_name="Ander Bedrijf")
    assert "CANARY" not in seen(visitor, case.link)


def test_questions_asked_together_link_to_each_other(
    app: Any, demo: World, visitor: FlaskClient, client_for: Callable[..., FlaskClient]
) -> None:
    sent = send(client_for("officer"), more_markets=["EC"], city=None)
    first = Case(app, demo, sent.headers["Location"].rsplit("/", 1)[1])
    body = seen(visitor, first.link)
    assert "Asked together with this question" in body and "Ecuador" in body
    second = body.split("Asked together", 1)[1].split('href="', 1)[1].split('"', 1)[0]
    assert "Ecuador" in seen(visitor, second)


def consent_link(case: Case) -> str:
    with case.app.test_request_context():
        consent = case.question().consent
        assert consent is not None
        link = f"/consent/{consent_token(consent.id, address_of(consent))}"
        db.session.remove()
    return link


def test_the_mailed_consent_is_confirmed_once(case: Case, visitor: FlaskClient) -> None:
    link = consent_link(case)
    body = visitor.get(link).get_data(as_text=True)
    assert "Did you say this on the telephone?" in body and "May we pass your question on?" in body
    assert SECRET not in body and "Textiel" not in body
    assert press(visitor, link, "nonsense").status_code == 409
    assert press(visitor, link, "confirm").status_code == 303
    assert "Your consent is confirmed" in visitor.get(link).get_data(as_text=True)
    assert "By telephone you agreed" not in seen(visitor, case.link)


def test_a_no_on_the_mailed_link_takes_the_question_back(case: Case, visitor: FlaskClient) -> None:
    case.refer("hub_a")
    case.hub("accept")
    link = consent_link(case)
    assert press(visitor, link, "refuse").status_code == 303
    assert "has been withdrawn" in visitor.get(link).get_data(as_text=True)
    assert case.read("state") == ("in_hand",)
    assert press(visitor, link, "confirm").status_code == 409
    assert "You took back your consent." in seen(visitor, case.link)


def test_one_no_goes_for_all_countries_of_the_conversation(
    app: Any, demo: World, visitor: FlaskClient, client_for: Callable[..., FlaskClient]
) -> None:
    sent = send(client_for("officer"), more_markets=["EC"], city=None)
    case = Case(app, demo, sent.headers["Location"].rsplit("/", 1)[1])
    body = visitor.get(consent_link(case)).get_data(as_text=True)
    assert "Colombia" in body and "Ecuador" in body
    assert press(visitor, consent_link(case), "refuse").status_code == 303
    with app.app_context():
        withdrawn = db.session.execute(select(Consent.withdrawn_at)).scalars().all()
        db.session.remove()
    assert len(withdrawn) == 2 and None not in withdrawn


def test_the_page_speaks_dutch_to_who_reads_dutch(case: Case, client_for: Callable[..., FlaskClient]) -> None:
    client = client_for("anonymous", language="nl")
    assert '<html lang="nl"' in seen(client, case.link)


@pytest.mark.parametrize(
    ("name", "locale", "first", "expected"),
    [
        ("Nederlandse ambassade in Bogotá", "nl", True, "De Nederlandse ambassade in Bogotá"),
        ("Nederlands consulaat-generaal in Milaan", "nl", False, "het Nederlands consulaat-generaal in Milaan"),
        ("Embassy of the Netherlands, Bogotá", "en", True, "The Embassy of the Netherlands, Bogotá"),
        ("Casa Voorbeeld", "nl", True, "Casa Voorbeeld"),
    ],
)
def test_official_names_get_their_article(name: str, locale: str, first: bool, expected: str) -> None:
    assert with_article(name, locale, first=first) == expected
