"""A question that is filled in bit by bit: kept, gone on with elsewhere, with files and facts, and in another site."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

import hubs
from config import SettingsError, load_settings
from hubs.accounts.models import Office
from hubs.core.clock import utcnow
from hubs.core.events import Event
from hubs.core.stored_files import StoredFile
from hubs.directory.models import HubProfile
from hubs.extensions import db
from hubs.outbox.notifications import deliveries_of, written
from hubs.referrals.intake import drop_unconfirmed
from hubs.referrals.intake.kept_asks import drop_old_asks
from hubs.referrals.intake.models import KeptAsk, KeptAskFile
from hubs.referrals.models import QuestionFile, SupportRequest
from tests.conftest import csrf_of
from tests.files import pdf
from tests.world import World

TEXT = "Wij zoeken een advocaat voor drie arbeidscontracten in Colombia."
COMPANY = {"company_name": "Textiel Verzonnen", "company_country": "NL", "company_size": "small"}
PERSON = {"contact_person_name": "Sam Verzonnen", "contact_person_email": "sam@voorbeeld.nl"}


class Walk:
    """Somebody who fills in the steps as a browser does: what a page holds, and no more, is sent back."""

    def __init__(self, client: FlaskClient, address: str = "/ask") -> None:
        self.client = client
        self.open(address)

    def open(self, address: str) -> str:
        self.answer = self.client.get(address)
        return self.read()

    def read(self) -> str:
        self.body = self.answer.get_data(as_text=True)
        found = re.search(r'name="step" value="(\w+)"', self.body)
        self.step = found.group(1) if found else ""
        return self.body

    def send(self, action: str = "next", *, step: str | None = None, **values: Any) -> str:
        action_url = re.search(r'<form method="post" action="([^"]+)"', self.body)
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.body)
        assert action_url and token
        carried = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', self.body))
        data = {**carried, **values, "action": action, "csrf_token": html.unescape(token.group(1))}
        self.address = html.unescape(action_url.group(1))
        self.answer = self.client.post(self.address, data=data, content_type="multipart/form-data")
        self.status = self.answer.status_code
        while self.answer.status_code == 303:
            self.address = self.answer.headers["Location"]
            self.answer = self.client.get(self.address)
        return self.read()

    def to(self, step: str, **answers: Any) -> str:
        """Go on until `step`, filling in what is asked."""
        given: dict[str, dict[str, Any]] = {
            "question": {"text": TEXT},
            "subject": {"market": "CO", "services": "commercial_referral"},
            "company": COMPANY,
            "contact": PERSON,
            "consent": {"consent_recipients": "market"},
        }
        for _time in range(8):
            if self.step == step:
                return self.body
            self.send(**{**given.get(self.step, {}), **answers.get(self.step, {})})
        raise AssertionError(f"never came to {step}, but to {self.step}")


@pytest.fixture
def walk(client_for: Callable[..., FlaskClient]) -> Walk:
    return Walk(client_for("anonymous"))


def rows(app: Flask, model: Any) -> int:
    with app.app_context():
        found = db.session.execute(select(func.count()).select_from(model)).scalar_one()
        db.session.remove()
    return found


def at(address: str, step: str) -> str:
    return re.sub(r"step=\w+", f"step={step}", address)


def test_each_step_has_an_address_and_going_back_loses_nothing(app: Flask, walk: Walk) -> None:
    walk.to("contact")
    contact = walk.address
    assert "@" not in contact and "Textiel" not in contact and "/ask?kept=" in contact
    assert rows(app, KeptAsk) == 1 and rows(app, SupportRequest) == 0
    company = walk.open(at(contact, "company"))
    assert 'value="Textiel Verzonnen"' in company
    walk.send("back", company_name="Half", company_country="NL")
    assert walk.step == "subject" and "checked" in walk.body
    assert 'value="Half"' in walk.open(at(contact, "company"))
    assert walk.send(company_name="") and walk.status == 422 and 'id="company_name-error"' in walk.body
    assert walk.open(at(contact, "review")) and walk.step == "company"  # what is not right yet comes first


def test_a_box_that_is_cleared_stays_cleared(walk: Walk) -> None:
    walk.to("company")
    walk.open(at(walk.address, "subject"))
    assert re.search(r'value="commercial_referral"[^>]* checked', walk.body)
    walk.send(market="CO")
    walk.open(at(walk.address, "subject"))
    assert not re.search(r'value="commercial_referral"[^>]* checked', walk.body)


def test_saved_it_is_gone_on_with_on_another_device(
    app: Flask, demo: World, walk: Walk, client_for: Callable[..., FlaskClient]
) -> None:
    walk.to("company")
    saved = walk.send("save", company_name="Textiel Verzonnen", company_country="NL")
    assert "saved, not sent" in saved and walk.address.startswith("/ask/saved?kept=")
    link = html.unescape(re.search(r'class="quote prewrap">([^<]+)<', saved).group(1))  # type: ignore[union-attr]
    address = walk.address
    for wrong in ("", "geen adres"):
        assert walk.send(email=wrong) and walk.status == 422 and 'id="email-error"' in walk.body
    assert "on its way to sam@voorbeeld.nl" in walk.send(email=" Sam@Voorbeeld.nl ").lower()
    walk.open(address)
    walk.send(email="sam@voorbeeld.nl")  # again within minutes: the same answer, no second mail
    assert mails(app, "kept_ask.link_requested") == [("Sam@voorbeeld.nl", link)]
    elsewhere = Walk(client_for("anonymous"), link.replace(app.config["BASE_URL"], ""))
    assert elsewhere.step == "company" and 'value="Textiel Verzonnen"' in elsewhere.body
    elsewhere.to("review")
    elsewhere.send("submit")
    assert "look in your mail" in elsewhere.body and rows(app, SupportRequest) == 1
    with app.app_context():
        kept = db.session.execute(select(KeptAsk)).scalar_one()
        assert kept.values == {} and kept.mail_to is None and kept.sent_at is not None
        db.session.remove()
    assert "look in your mail" in walk.open(link.replace(app.config["BASE_URL"], "")) or walk.answer.status_code == 303
    assert mails(app, "kept_ask.link_requested") == []  # a mail that was still to go has nothing to say any more


def mails(app: Flask, kind: str) -> list[tuple[str, str]]:
    """Address and link of every mail that events of this kind make now."""
    found = []
    with app.app_context():
        for entry in db.session.execute(select(Event).where(Event.kind == kind)).scalars().all():
            for delivery in deliveries_of(entry, utcnow()):
                delivery.id = "0" * 26
                mail = written(delivery, sender="Hubs <noreply@hubs.example>", now=utcnow())
                text = mail.get_content() if mail is not None else ""
                assert TEXT not in text and "Textiel" not in text
                found += [(delivery.address, link) for link in re.findall(r"https?://\S+", text)]
        db.session.remove()
    return found


def test_after_seven_days_it_is_gone(app: Flask, demo: World, walk: Walk) -> None:
    walk.to("review")
    walk.send("add_file", files=(io.BytesIO(pdf()), "offerte.pdf"))
    address = walk.address
    with app.app_context():
        kept = db.session.execute(select(KeptAsk)).scalar_one()
        kept.created_at = utcnow() - timedelta(days=7)
        db.session.commit()
        db.session.remove()
    assert walk.client.get(address).status_code == 404  # read, before anything has run
    assert "kept" in walk.client.get(address).get_data(as_text=True)
    with app.app_context():
        assert drop_old_asks(utcnow()) == 1 and drop_old_asks(utcnow()) == 0
        db.session.commit()
        db.session.remove()
    assert [rows(app, model) for model in (KeptAsk, KeptAskFile, StoredFile)] == [0, 0, 0]


@pytest.mark.parametrize("token", ["x", "0" * 26, "a~b", "%00", "é", "0" * 5000])
def test_a_forged_link_finds_nothing(client_for: Callable[..., FlaskClient], token: str) -> None:
    client = client_for("anonymous")
    for address in (f"/ask?kept={token}", f"/ask/saved?kept={token}"):
        assert client.get(address).status_code == 404, address


def test_files_go_along_once_and_a_refused_one_takes_nothing_with_it(app: Flask, demo: World, walk: Walk) -> None:
    walk.to("review")
    both = [(io.BytesIO(pdf()), "../offerte.pdf"), (io.BytesIO(b"MZ not a document"), "virus.pdf")]
    refused = walk.send("add_file", files=both)
    assert walk.status == 422 and "virus.pdf" in refused and 'id="files-error"' in refused and TEXT in refused
    walk.open(at(walk.address.replace("/ask?", "/ask?step=review&"), "review"))
    assert "offerte.pdf" in walk.body and rows(app, KeptAskFile) == 1
    walk.send("add_file", files=(io.BytesIO(pdf()), "offerte.pdf"))  # the answer was lost, so it is sent again
    assert rows(app, KeptAskFile) == 1
    walk.send("add_file", files=(io.BytesIO(pdf(text=b"2")), "tweede.pdf"))
    drop = re.search(r'value="(drop-\w+)">Take off tweede', walk.body)
    assert drop
    walk.send(drop.group(1))
    assert "tweede.pdf" not in walk.body and rows(app, KeptAskFile) == 1
    many = [(io.BytesIO(pdf(text=str(n).encode())), f"{n}.pdf") for n in range(6)]
    assert "at most 5 files" in walk.send("add_file", files=many) and walk.status == 422
    walk.send("submit")
    assert (rows(app, SupportRequest), rows(app, QuestionFile), rows(app, KeptAskFile)) == (1, 1, 0)
    assert rows(app, StoredFile) == 1
    with app.app_context():
        file = db.session.execute(select(QuestionFile)).scalar_one()
        assert (file.added_by_kind, file.visibility, file.stored.name) == ("entrepreneur", "case", "offerte.pdf")
        db.session.execute(select(SupportRequest)).scalar_one().created_at = utcnow() - timedelta(days=8)
        db.session.commit()
        assert drop_unconfirmed(utcnow()) == 1
        db.session.commit()
        db.session.remove()
    assert (rows(app, SupportRequest), rows(app, QuestionFile), rows(app, StoredFile)) == (0, 0, 0)


def test_sent_twice_from_the_last_page_is_stored_once(app: Flask, walk: Walk) -> None:
    walk.to("review")
    before = walk.body, walk.address
    walk.send("submit")
    walk.body, walk.address = before
    assert "look in your mail" in walk.send("submit") and rows(app, SupportRequest) == 1


def test_facts_are_asked_only_where_they_decide(app: Flask, walk: Walk) -> None:
    insured = {"market": "CO", "services": ["export_credit_insurance", "commercial_referral"]}
    asked = walk.to("facts", subject=insured)
    assert "Step 4 of 7" in asked and "turn on it" in asked
    for key, wanted in {
        "contract_value_eur": True, "credit_days": True, "privately_insurable": True, "legal_form": False,
        "export_share_percent": False, "parties": False, "amount_eur": False,
    }.items():  # fmt: skip
        assert (f'name="facts_{key}"' in asked) is wanted, key
    assert walk.send(facts_contract_value_eur="veel") and walk.status == 422
    walk.send(
        facts_contract_value_eur="€ 650.000",
        facts_credit_days="90",
        facts_unknown="credit_days",
        facts_legal_form="vof",
    )
    assert walk.step == "contact"
    told = walk.to("review")
    assert "650,000" in told and "Not known" in told
    walk.send("submit")
    with app.app_context():
        assert db.session.execute(select(SupportRequest)).scalar_one().facts == {"contract_value_eur": 650000}
        db.session.remove()


def test_a_large_company_is_not_asked_what_only_small_ones_may_have(walk: Walk) -> None:
    wanted = {"market": "CO", "services": "demo_feasibility"}
    assert 'name="facts_legal_form"' in walk.to("facts", subject=wanted)
    walk.open(at(walk.address, "company"))
    walk.send(**{**COMPANY, "company_size": "large"})
    assert walk.step == "contact" and "Step 4 of 6" in walk.body


@pytest.mark.parametrize(
    ("query", "market", "source"),
    [
        ("market=CO&source=nieuwsbrief", "CO", "nieuwsbrief"),
        ("hub=casa-voorbeeld", "CO", "hub:casa-voorbeeld"),
        ("market=colombia&source=<b>", None, None),
    ],
)
def test_the_address_may_say_the_country_and_where_one_came_from(
    app: Flask, client_for: Callable[..., FlaskClient], query: str, market: str | None, source: str | None
) -> None:
    walk = Walk(client_for("anonymous"), f"/ask?{query}")
    walk.send(text="Wij willen graag hulp.")
    assert walk.step == "subject" and ('<option value="CO" selected' in walk.body) is (market == "CO")
    walk.to("review", subject={"market": market or ""})
    walk.send("submit")
    with app.app_context():
        stored = db.session.execute(select(SupportRequest)).scalar_one()
        assert (stored.market, stored.source) == (market, source)
        db.session.remove()


# --- in another site --------------------------------------------------------------------------------------

SITE = "https://www.kamer-verzonnen.example"


@pytest.fixture
def framed(app: Flask, demo: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    monkeypatch.setenv("EMBED_ORIGINS", f"{SITE}, https://elders.example:8443")
    yield hubs.create_app({**load_settings(), "SQLALCHEMY_DATABASE_URI": app.config["SQLALCHEMY_DATABASE_URI"]})


def test_a_site_that_may_shows_the_form_without_a_cookie(app: Flask, framed: Flask) -> None:
    client = framed.test_client(use_cookies=False)
    begun = client.get("/ask?embed=1&lang=nl&market=CO", headers={"Referer": f"{SITE}/contact"})
    assert begun.headers.getlist("Set-Cookie") == [] and "X-Frame-Options" not in begun.headers
    policy = begun.headers["Content-Security-Policy"]
    assert f"frame-ancestors {SITE} https://elders.example:8443" in policy and '<html lang="nl"' in begun.text
    assert "<nav aria-label" not in begun.text and 'target="_top"' in begun.text
    walk = Walk(client, "/ask?embed=1&lang=nl&market=CO")
    walk.answer = begun
    walk.read()
    walk.to("review")
    assert "embed=1" in walk.address and "lang=nl" in walk.address and '<html lang="nl"' in walk.body
    walk.send("submit")
    assert walk.address.startswith("/ask/sent?embed=1") and walk.answer.headers.getlist("Set-Cookie") == []
    with app.app_context():
        stored = db.session.execute(select(SupportRequest)).scalar_one()
        assert (stored.source, stored.language) == ("www.kamer-verzonnen.example", "nl")
        db.session.remove()


def test_a_form_in_a_frame_needs_a_token_of_ours(app: Flask, framed: Flask) -> None:
    client = framed.test_client(use_cookies=False)
    for token in ("", "forged", "x.y.z"):
        data = {"text": TEXT, "action": "next", "step": "question", "csrf_token": token}
        assert client.post("/ask?embed=1", data=data).status_code == 400
    page = client.get("/ask?embed=1").text
    token = html.unescape(re.search(r'name="csrf_token" value="([^"]+)"', page).group(1))  # type: ignore[union-attr]
    data = {"text": TEXT, "action": "next", "step": "question", "csrf_token": token}
    assert client.post("/ask", data=data).status_code == 400  # good in a frame only
    assert rows(app, KeptAsk) == 0
    assert client.post("/ask?embed=1", data=data).status_code == 303


@pytest.mark.parametrize(
    "address",
    ["/ask", "/ask?embed=0", "/ask?xembed=1", "/", "/?embed=1", "/track?embed=1", "/sign-in?embed=1", "/work?embed=1"],
)
def test_no_other_page_may_be_framed(framed: Flask, address: str) -> None:
    answer = framed.test_client().get(address)
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Content-Security-Policy"].endswith("frame-ancestors 'none'")


def test_without_a_site_that_may_nothing_is_framed(client_for: Callable[..., FlaskClient]) -> None:
    answer = client_for("anonymous").get("/ask?embed=1")
    assert answer.headers["X-Frame-Options"] == "DENY" and "<nav" in answer.get_data(as_text=True)


@pytest.mark.parametrize("origins", ["*", "kamer.example", "https://a.example/pad", "https://a.example;script-src"])
def test_only_addresses_of_sites_are_taken(monkeypatch: pytest.MonkeyPatch, origins: str) -> None:
    monkeypatch.setenv("EMBED_ORIGINS", origins)
    with pytest.raises(SettingsError):
        load_settings()


def test_one_post_with_every_field_sends_at_once(app: Flask, client_for: Callable[..., FlaskClient]) -> None:
    client = client_for("anonymous")
    data = {
        "text": TEXT, "market": "CO", "services": ["commercial_referral"], **COMPANY, **PERSON,
        "consent_recipients": "market", "action": "submit", "csrf_token": csrf_of(client, "/ask"),
    }  # fmt: skip
    for _time in range(2):
        answer = client.post("/ask", data={**data, "submission_key": "one-post"})
        assert answer.status_code == 303 and answer.headers["Location"] == "/ask/sent"
    assert (rows(app, SupportRequest), rows(app, KeptAsk)) == (1, 0)
    wrong = client.post("/ask", data={**data, "contact_person_email": "x"})
    assert wrong.status_code == 422 and 'id="contact_person_email-error"' in wrong.get_data(as_text=True)


def test_a_hub_finds_the_lines_for_its_own_site(
    app: Flask, client_for: Callable[..., FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    manager = client_for("manager")
    page = html.unescape(html.unescape(manager.get("/organisation/embedding").get_data(as_text=True)))
    assert "/ask?embed=1&lang=nl&hub=casa-voorbeeld" in page and "<iframe src" in page and "may show" not in page
    with app.app_context():
        for profile in db.session.execute(select(HubProfile)).scalars():
            profile.website = f"{SITE}/over-ons"
        db.session.commit()
        db.session.remove()
    assert f"{SITE} may not show the form yet" in manager.get("/organisation/embedding").get_data(as_text=True)
    monkeypatch.setitem(app.config, "EMBED_ORIGINS", (SITE,))
    assert f"{SITE} may show the form." in manager.get("/organisation/embedding").get_data(as_text=True)
    assert "CO" in re.findall(r"market=(\w+)", client_for("head").get("/organisation/embedding").get_data(as_text=True))


def test_which_sites_may_show_the_form_is_said_and_whom_to_ask(
    app: Flask, client_for: Callable[..., FlaskClient], demo: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager = client_for("manager")
    page = manager.get("/organisation/embedding").get_data(as_text=True)
    assert "No site is allowed yet." in page and "Ask an administrator of the ministry" in page
    monkeypatch.setitem(app.config, "EMBED_ORIGINS", (SITE, "https://elders.example:8443"))
    with app.app_context():
        db.session.get(Office, demo.offices["ministry"]).email = "ministerie@example.nl"
        db.session.commit()
        db.session.remove()
    page = manager.get("/organisation/embedding").get_data(as_text=True)
    sites = page.split('id="sites"', 1)[1].split("</section>", 1)[0]
    assert re.findall(r"https://[^<\s]+(?=</li>)", sites) == [SITE, "https://elders.example:8443"]
    assert "mailto:ministerie@example.nl" in sites and "No site is" not in sites
