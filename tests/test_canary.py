"""A canary in every personal field of a masked question: nobody outside the desk meets it before acceptance.

Readers are crawled like a curious person would: every page they can reach by link, every address without
parameters, every search with the canary as the words, every API answer, refusals, mails and logs (domain.md,
rule 1). That the crawl can find something is proved with the mask taken off.
"""

from __future__ import annotations

import html
import io
import json
import re
import sys
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus, urlencode, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.exceptions import HTTPException

from hubs.accounts.cli import all_rules
from hubs.companies.models import Consent
from hubs.core import logs
from hubs.core.events import Event
from hubs.outbox import dispatch
from hubs.referrals import presentation
from hubs.referrals.models import Referral, SupportRequest
from hubs.referrals.tracking import tracking_token
from tests.conftest import csrf_of, without_tokens
from tests.world import World

CANARY = {
    "name": "Zilverreiger Werktuigen Kanarie",
    "city": "Kanariedorp aan Zee",
    "kvk": "91827364",
    "person": "Wilhelmina Kanarievogel-Roodborst",
    "email": "wilhelmina@kanarie-roodborst.nl",
    "phone": "+31205550177",
    "notes": "KanarieNotitie: vraag naar de schuur achter het huis.",
    "company_note": "KanarieBedrijfsnotitie 7731",
    "added": "KanarieAanvulling van de ondernemer 5519",
    "asked": "KanarieVraag van de post 6402",
}
DECOY = {
    "name": "Groenpootruiter Apparaten Testnaam",
    "kvk": "91827372",
    "person": "Theodora Testnaam-Winterkoning",
    "email": "theodora@testnaam-winterkoning.nl",
    "phone": "+31205550188",
}
REGION = "Flevoland"  # a real province: it stands in choice lists, so it is looked for in what is about the question
TEXT = "Wij nemen drie monteurs aan en zoeken een advocaat die de contracten opstelt."
MOST_PAGES = 250
MOST_ALIKE = 2  # pages of one address of the register or of reference data: they are hundreds, and all made alike
ABOUT_QUESTIONS = ("referrals", "companies", "agreements", "missions", "mailbox")
OUTSIDERS = ("manager", "staff", "other_manager", "far_manager", "far_head", "partner_manager", "administrator")
OUTSIDE_CLIENTS = ("hub_a", "hub_b", "far_hub", "far_post", "partner")


@dataclass
class Asked:
    """A question of the post with canaries, sent to hub A; ids and words that may not get out."""

    request_id: str
    reference: str
    referral_id: str
    referral_reference: str
    token: str
    company_id: str
    secrets: dict[str, str] = field(default_factory=dict)


def found_in(text: str, secrets: dict[str, str]) -> set[str]:
    """Which secrets stand in an answer, however they are written."""
    plain = html.unescape(text)
    plain = plain.replace("=\n", "").replace("\u00a0", " ")
    squeezed = re.sub(r"[\s.\-()]", "", plain).lower()
    hits = set()
    for name, value in secrets.items():
        forms = {value, quote(value), quote_plus(value), json.dumps(value)[1:-1]}
        close = re.sub(r"[\s.\-()]", "", value).lower()
        if any(form.lower() in plain.lower() for form in forms) or close in squeezed:
            hits.add(name)
    return hits


# --- the question -----------------------------------------------------------------------------------------


def body(**changes: Any) -> dict[str, Any]:
    made: dict[str, Any] = {
        "market": "CO", "city": "Bogotá", "sector": "33", "services": ["commercial_referral"], "companySize": "small",
        "targetGroups": ["sme"], "facts": {"contractValueEur": 15000}, "language": "nl", "urgency": "normal",
        "channel": "telephone", "text": TEXT, "privateNotes": CANARY["notes"],
        "company": {"name": CANARY["name"], "kvkNumber": CANARY["kvk"], "country": "NL", "region": REGION},
        "contactPerson": {"name": CANARY["person"], "email": CANARY["email"], "phone": CANARY["phone"]},
        "consent": {"recipients": "market", "channel": "telephone"},
    }  # fmt: skip
    return {**made, **changes}


@pytest.fixture
def asked(app: Flask, demo: World, api_for: Any, in_app: Any) -> Asked:
    """Written down by the post through the API, added to by the entrepreneur, sent to hub A."""
    call = api_for("post")
    created = call("POST", "/support-requests", body())
    assert created.status_code == 201, created.text
    question = created.json
    _give_company_more(call, question)
    token = urlsplit(question["trackingUrl"]).path.rpartition("/")[2]
    _talk(app, call, question["id"], token)
    act = f"/support-requests/{question['id']}/transitions"
    hub = {"organisation": demo.organisations["hub_a"], "services": []}
    sent = call("POST", act, {"action": "refer", "destinations": [hub], "receiptHash": None})
    assert sent.status_code == 200, sent.text
    referral = sent.json["referrals"][0]
    with in_app() as session:
        row = session.get(SupportRequest, question["id"])
        made = Asked(row.id, row.reference, referral["id"], referral["reference"], tracking_token(row), row.company_id)
        row.company_record.city = CANARY["city"]
        session.commit()
        hidden = {"company_id": row.company_id, "person_id": row.contact_person_id, "consent_id": row.consent_id}
    made.secrets = {**CANARY, **hidden, "tracking": made.token, "request_id": made.request_id}
    return made


def _give_company_more(call: Callable[..., Any], question: dict[str, Any]) -> None:
    path = f"/companies/{question['company']['id']}"
    etag = call("GET", path).headers["ETag"]
    answer = call("PATCH", path, {"note": CANARY["company_note"]}, headers={"If-Match": etag})
    assert answer.status_code == 200, answer.text


def _talk(app: Flask, call: Callable[..., Any], request_id: str, token: str) -> None:
    """The desk asks the entrepreneur something, who answers and adds to it."""
    path = f"/support-requests/{request_id}/transitions"
    assert call("POST", path, {"action": "ask", "note": CANARY["asked"]}).status_code == 200
    client = app.test_client()
    page = f"/track/{token}"
    data = {"action": "answer", "text": CANARY["added"], "csrf_token": csrf_of(client, page)}
    assert client.post(page, data=data).status_code == 303


# --- readers ----------------------------------------------------------------------------------------------


@dataclass
class Finds:
    """What a crawl met: address -> secrets in it; and how much it looked at."""

    looked_at: set[str] = field(default_factory=set)
    hits: dict[str, set[str]] = field(default_factory=dict)

    def look(self, address: str, text: str, secrets: dict[str, str]) -> None:
        self.looked_at.add(address)
        hits = found_in(text, secrets)
        if hits:
            self.hits[address] = hits

    @property
    def all_secrets(self) -> set[str]:
        return set().union(*self.hits.values())


_LINK = re.compile(r'(?:href|action|hx-get)="(/[^"]*)"')
_GET_FORM = re.compile(r"<form(?![^>]*method=\"post\")[^>]*>.*?</form>", re.S | re.I)


def crawl(app: Flask, client: FlaskClient, asked: Asked, secrets: dict[str, str]) -> Finds:
    """Every page this person can come to, starting from every address there is."""
    finds = Finds()
    waiting = deque(seeds(app, asked))
    known, alike = set(waiting), Counter[str]()
    while waiting:
        assert len(finds.looked_at) < MOST_PAGES, sorted(finds.looked_at)
        address = waiting.popleft()
        answer = client.get(address)
        text = answer.get_data(as_text=True)
        finds.look(address, text + str(answer.headers), without_echo(address, secrets))
        for link in _LINK.findall(text):
            target = tidy(html.unescape(link))
            if target and target not in known and worth_a_look(app, target, alike):
                known.add(target)
                waiting.append(target)
    return finds


def worth_a_look(app: Flask, target: str, alike: Counter[str]) -> bool:
    """Everything about questions and companies; of the many pages of the register a few."""
    try:
        endpoint, _values = app.url_map.bind("").match(urlsplit(target).path, method="GET")
    except HTTPException:
        return True
    alike[endpoint] += 1
    return endpoint.partition(".")[0] in ABOUT_QUESTIONS or alike[endpoint] <= MOST_ALIKE


def without_echo(address: str, secrets: dict[str, str]) -> dict[str, str]:
    """A page may repeat what its own address says: that is no news to whoever typed it."""
    return {name: value for name, value in secrets.items() if value not in address}


def tidy(link: str) -> str | None:
    parts = urlsplit(link)
    if parts.path.startswith(("/static/", "/api/", "/sign-out")) or parts.netloc:
        return None
    query = [(name, value) for name, value in parse_qsl(parts.query) if name not in ("lang", "next")]
    return parts.path + (f"?{urlencode(query)}" if query else "")


def seeds(app: Flask, asked: Asked) -> list[str]:
    """Every address without parameters, and the others with everything a curious receiver could put there."""
    values = {
        "reference": [asked.reference, asked.referral_reference],
        "company_id": [asked.company_id],
    }
    listed = []
    for rule in all_rules(app):
        if rule["kind"] == "api" or "GET" not in rule["methods"] or rule["endpoint"] == "static":
            continue
        names = re.findall(r"<(?:[^<>:]+:)?([a-z_]+)>", rule["rule"])
        if not names:
            listed.append(rule["rule"])
        for value in values.get(names[0], []) if len(names) == 1 else []:
            listed.append(re.sub(r"<[^>]+>", value, rule["rule"]))
    listed += [f"/questions/new?company={asked.company_id}", "/no-such-page", f"/consent/{asked.request_id}"]
    return [address for address in listed if not address.startswith("/sign-in")]


def crawl_api(app: Flask, call: Callable[..., Any], asked: Asked, secrets: dict[str, str]) -> Finds:
    """Every collection, every item it names, and the addresses of the question itself."""
    finds = Finds()

    def look(path: str) -> Any:
        answer = call("GET", path)
        finds.look(path, answer.get_data(as_text=True) + str(answer.headers), without_echo(path, secrets))
        return answer

    for rule in all_rules(app):
        path = rule["rule"].removeprefix("/api/v1")
        if rule["kind"] != "api" or "GET" not in rule["methods"] or path == "/openapi.json" or "<" in path:
            continue
        answer = look(path)
        items = answer.json.get("items", []) if answer.status_code == 200 else []
        for item in items[: MOST_ALIKE if rule["permission"] == "directory:read" else 50]:
            if "id" in item:
                look(f"{path}/{item['id']}")
    for path in (
        f"/support-requests/{asked.request_id}", f"/referrals/{asked.referral_id}", f"/companies/{asked.company_id}",
        f"/referrals?supportRequest={asked.request_id}", f"/support-requests?company={asked.company_id}",
        f"/client-contacts?company={asked.company_id}", f"/events?subject={asked.request_id}",
        f"/companies?q={CANARY['kvk']}", f"/companies?q={quote(CANARY['name'][:6])}",
    ):  # fmt: skip
        look(path)
    return finds


def probe(call: Callable[..., Any], asked: Asked, secrets: dict[str, str]) -> Finds:
    """Writes that are refused, by API: what they say may not tell either."""
    finds = Finds()
    for path in (
        f"/referrals/{asked.referral_id}/transitions", f"/support-requests/{asked.request_id}/transitions",
        f"/support-requests/{asked.request_id}/routing",
    ):  # fmt: skip
        for sent in ({}, {"action": "refer"}, {"action": "decline"}, {"action": "close"}, {"action": "no_such"}):
            answer = call("POST", path, sent)
            assert answer.status_code >= 400, (path, sent)
            finds.look(f"POST {path} {sent}", answer.get_data(as_text=True), secrets)
    return finds


def everything(app: Flask, client_for: Any, api_for: Any, asked: Asked, secrets: dict[str, str]) -> dict[str, Finds]:
    """What each outsider finds."""
    found = {persona: crawl(app, client_for(persona), asked, secrets) for persona in ("anonymous", *OUTSIDERS)}
    for name in OUTSIDE_CLIENTS:
        found[f"api {name}"] = crawl_api(app, api_for(name), asked, secrets)
        found[f"api {name} refused"] = probe(api_for(name), asked, secrets)
    return found


def told(found: dict[str, Finds]) -> dict[str, dict[str, set[str]]]:
    return {who: finds.hits for who, finds in found.items() if finds.hits}


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Everything the service logs, as in production."""
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    logs.configure("INFO", as_json=True)
    yield stream
    monkeypatch.undo()
    logs.configure("CRITICAL", as_json=False)


# --- before acceptance ------------------------------------------------------------------------------------


def test_nobody_outside_the_desk_meets_a_canary(
    app: Flask, client_for: Any, api_for: Any, asked: Asked, logged: io.StringIO
) -> None:
    found = everything(app, client_for, api_for, asked, asked.secrets)
    assert not told(found)
    assert (
        len(found["manager"].looked_at) >= 20 and f"/referrals/{asked.referral_reference}" in found["manager"].looked_at
    )
    referral = api_for("hub_a")("GET", f"/referrals/{asked.referral_id}")
    assert referral.json["text"] == TEXT and REGION not in referral.text
    assert found_in(logged.getvalue(), asked.secrets) <= {"request_id", "company_id"}, "personal words in the log"
    assert '"endpoint"' in logged.getvalue()


def test_the_hub_reads_the_question_but_not_the_region(app: Flask, client_for: Any, asked: Asked) -> None:
    """The crawl is no good when the page it reads is empty."""
    page = client_for("manager").get(f"/referrals/{asked.referral_reference}").get_data(as_text=True)
    assert TEXT in html.unescape(page) and REGION not in page


@pytest.mark.parametrize("who", ["manager", "hub_a"])
def test_the_crawl_finds_canaries_when_the_mask_is_off(
    app: Flask, client_for: Any, api_for: Any, asked: Asked, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    """The proof that the tests above can fail."""
    monkeypatch.setattr(presentation, "_hidden_because", lambda *_: "")
    if who == "hub_a":
        finds = crawl_api(app, api_for("hub_a"), asked, asked.secrets)
    else:
        finds = crawl(app, client_for("manager"), asked, asked.secrets)
    assert {"name", "kvk", "person", "email", "phone", "notes", "added"} <= finds.all_secrets


def test_the_desk_itself_sees_everything(app: Flask, client_for: Any, api_for: Any, asked: Asked) -> None:
    finds = crawl(app, client_for("officer"), asked, asked.secrets)
    assert {"name", "kvk", "person", "email", "phone", "notes", "added", "asked"} <= finds.all_secrets
    finds = crawl_api(app, api_for("post"), asked, asked.secrets)
    assert {"name", "kvk", "person", "email", "phone", "notes", "company_note", "tracking"} <= finds.all_secrets


# --- no hint to a hub that knows the company --------------------------------------------------------------


def test_a_search_answers_as_if_the_company_did_not_exist(
    app: Flask, client_for: Any, api_for: Any, asked: Asked
) -> None:
    """Searching for the canary and for words nobody ever wrote down gives the same answer."""
    client, call = client_for("manager"), api_for("hub_a")
    for name, decoy in DECOY.items():
        canary = CANARY[name]
        for address in searches(app, client):
            pages = [same(client.get(address.format(quote_plus(words))), words) for words in (canary, decoy)]
            assert pages[0] == pages[1], address.format(canary)
        for path in ("/companies?q={}", "/hubs?q={}", "/posts?q={}", "/partners?q={}"):
            answers = [same(call("GET", path.format(quote_plus(words))), words) for words in (canary, decoy)]
            assert answers[0] == answers[1], path.format(canary)


def searches(app: Flask, client: FlaskClient) -> list[str]:
    """The search fields of the pages this person can open, and the list shown while typing."""
    found = {"/companies/similar?name={0}", "/companies/similar?number={0}", "/companies/similar?q={0}&by=number"}
    found |= {"/companies/similar?q={0}&by=name"}
    for rule in all_rules(app):
        if rule["kind"] != "html" or "GET" not in rule["methods"] or "<" in rule["rule"]:
            continue
        text = client.get(rule["rule"]).get_data(as_text=True)
        for form in _GET_FORM.findall(text):
            for name in re.findall(r'<input(?![^>]*type="(?:hidden|checkbox|radio|submit)")[^>]*name="([^"]+)"', form):
                found.add(f"{rule['rule']}?{name}={{0}}")
    assert {"/companies?q={0}", "/register?q={0}"} <= found
    return sorted(found)


def same(answer: Any, words: str) -> tuple[int, str]:
    """An answer without its own words and tokens."""
    text = html.unescape(answer.get_data(as_text=True))
    for form in {words, quote(words), quote_plus(words), words.replace(" ", "")}:
        text = text.replace(form, "*")
    return answer.status_code, without_tokens(text)


def test_a_hub_that_knows_the_company_gets_no_hint(
    app: Flask, demo: World, api_for: Any, client_for: Any, in_app: Any
) -> None:
    """Its own page of the company reads the same before and after a colleague elsewhere asks for it."""
    hub, client, post = api_for("hub_a"), client_for("manager"), api_for("post")
    own = {"name": "Reiger Machines (klant)", "kvkNumber": CANARY["kvk"], "country": "NL"}
    company = hub("POST", "/companies", own).json["id"]
    addresses = (f"/companies/{company}", "/companies", f"/companies/similar?number={CANARY['kvk']}")
    paths = (f"/companies/{company}", "/companies", f"/client-contacts?company={company}")

    def seen() -> list[Any]:
        return [same(client.get(address), "-") for address in addresses] + [hub("GET", path).json for path in paths]

    before = seen()
    question = post("POST", "/support-requests", body()).json
    wanted = {"organisation": demo.organisations["hub_a"], "services": []}
    path = f"/support-requests/{question['id']}/transitions"
    assert post("POST", path, {"action": "refer", "destinations": [wanted], "receiptHash": None}).status_code == 200
    assert seen() == before
    referral = hub("GET", "/referrals").json["items"][0]
    shown = hub("GET", f"/referrals/{referral['id']}").text
    page = client.get(f"/referrals/{referral['reference']}").get_data(as_text=True)
    for told_there in (shown, page):
        assert company not in told_there and "Reiger Machines" not in told_there and CANARY["kvk"] not in told_there


def test_recording_the_same_number_says_nothing(api_for: Any, asked: Asked) -> None:
    """The answer to writing down a known number is as the answer to an unknown one."""
    call = api_for("hub_b")
    answers = []
    for number in (CANARY["kvk"], DECOY["kvk"]):
        answer = call("POST", "/companies", {"name": "Eigen woorden", "kvkNumber": number, "country": "NL"})
        kept = {name: value for name, value in answer.json.items() if name not in ("id", "createdAt")}
        answers.append((answer.status_code, str(kept).replace(number, "*")))
    assert answers[0] == answers[1]


# --- mails, events, files ---------------------------------------------------------------------------------


def mails(in_app: Any) -> list[EmailMessage]:
    sent: list[EmailMessage] = []
    with in_app():
        while dispatch.work_once(sent.append, sender="Hubs <noreply@hubs.example>"):
            pass
    return sent


def test_no_mail_tells_who_asks(in_app: Any, asked: Asked, demo: World) -> None:
    """Not to the hub, and to nobody else either: a mail links, and the page asks again who reads.

    To the entrepreneur go the words that are said to them, and nothing else personal.
    """
    sent = mails(in_app)
    to_hub = [message for message in sent if message["To"] == "casa-voorbeeld@example.nl"]
    assert len(to_hub) == 1 and asked.referral_reference in to_hub[0]["Subject"]
    unsaid = {name: value for name, value in personal(asked).items() if name != "asked"}
    for message in sent:
        about_them = message["To"] == CANARY["email"]
        hidden = unsaid if about_them else asked.secrets
        assert not found_in(f"{message['Subject']}\n{message.get_content()}", hidden), message["Subject"]
        if not about_them:
            thread = {"request_id"} if message["To"] == "post@example.nl" else set()  # the desk that owns the case
            assert found_in(str(message), hidden) <= thread, message["To"]
    assert [message for message in sent if message["To"] == CANARY["email"]]


def test_events_hold_no_words(in_app: Any, asked: Asked) -> None:
    """The chain is kept for ever and exported: ids, codes and numbers only."""
    with in_app() as session:
        for entry in session.execute(select(Event)).scalars():
            kept = json.dumps([entry.data, entry.commitments], ensure_ascii=False)
            assert not found_in(kept, CANARY), (entry.kind, kept)


# --- after acceptance, and after it is over ---------------------------------------------------------------


def accept(api_for: Any, asked: Asked) -> None:
    answer = api_for("hub_a")("POST", f"/referrals/{asked.referral_id}/transitions", {"action": "accept"})
    assert answer.status_code == 200, answer.text


def personal(asked: Asked) -> dict[str, str]:
    """What acceptance shows; the desk's own note and talk stay the desk's."""
    return {name: value for name, value in asked.secrets.items() if name in CANARY}


def test_acceptance_shows_it_to_that_hub_alone(app: Flask, client_for: Any, api_for: Any, asked: Asked) -> None:
    accept(api_for, asked)
    found = everything(app, client_for, api_for, asked, personal(asked))
    shown = {"name", "kvk", "person", "email", "phone", "notes", "added"}
    for who in ("manager", "staff", "api hub_a"):
        assert shown <= found[who].all_secrets, who
        assert not found[who].all_secrets & {"company_note", "city"}, f"{who}: the desk's own note"
    assert set(told(found)) == {"manager", "staff", "api hub_a"}


def _withdraw_consent(app: Flask, _api_for: Any, asked: Asked) -> None:
    client = app.test_client()
    page = f"/track/{asked.token}"
    answer = client.post(page, data={"action": "withdraw_consent", "csrf_token": csrf_of(client, page)})
    assert answer.status_code == 303


def _return(_app: Flask, api_for: Any, asked: Asked) -> None:
    sent = {"action": "return", "reason": "need_changed", "note": "Terug."}
    answer = api_for("hub_a")("POST", f"/referrals/{asked.referral_id}/transitions", sent)
    assert answer.status_code == 200, answer.text


def _recall(_app: Flask, api_for: Any, asked: Asked) -> None:
    sent = {"action": "recall", "note": "Wij doen het zelf."}
    answer = api_for("post")("POST", f"/referrals/{asked.referral_id}/transitions", sent)
    assert answer.status_code == 200, answer.text


def _withdraw(_app: Flask, api_for: Any, asked: Asked) -> None:
    answer = api_for("post")("POST", f"/support-requests/{asked.request_id}/transitions", {"action": "withdraw"})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("ends", [_withdraw_consent, _return, _recall, _withdraw])
def test_when_it_is_over_nothing_is_left(
    app: Flask, client_for: Any, api_for: Any, asked: Asked, in_app: Any, ends: Callable[..., None]
) -> None:
    """After acceptance the hub saw who asks; after the end it sees nothing, at the very next read."""
    accept(api_for, asked)
    manager = client_for("manager")
    page = f"/referrals/{asked.referral_reference}"
    assert found_in(manager.get(page).get_data(as_text=True), personal(asked))
    ends(app, api_for, asked)
    assert not found_in(manager.get(page).get_data(as_text=True), personal(asked))
    finds = [
        crawl(app, client_for("staff"), asked, personal(asked)),
        crawl_api(app, api_for("hub_a"), asked, personal(asked)),
        crawl(app, client_for("other_manager"), asked, personal(asked)),
    ]
    assert [each.hits for each in finds] == [{}, {}, {}]
    for message in mails(in_app):
        theirs = {"asked"} if message["To"] == CANARY["email"] else set()
        assert found_in(message.get_content(), personal(asked)) <= theirs, message["Subject"]


def test_consent_that_ends_by_itself_closes_the_view_without_any_rule(
    app: Flask, client_for: Any, api_for: Any, asked: Asked, in_app: Any
) -> None:
    """Access is derived when read (rule 8): the row alone decides, no scheduler and no event."""
    accept(api_for, asked)
    with in_app() as session:
        referral = session.get(Referral, asked.referral_id)
        consent = session.get(Consent, referral.support_request.consent_id)
        consent.withdrawn_at = referral.accepted_at
        session.commit()
    assert not told({"manager": crawl(app, client_for("manager"), asked, {"notes": CANARY["notes"]})})
    shown = api_for("hub_a")("GET", f"/referrals/{asked.referral_id}").json
    assert shown["hiddenBecause"] == "consent" and "company" not in shown and "text" not in shown


def test_a_declining_hub_never_saw_it_and_the_next_one_neither(
    app: Flask, client_for: Any, api_for: Any, asked: Asked, demo: World
) -> None:
    refused = {"action": "decline", "reason": "no_capacity", "note": "Te druk."}
    answer = api_for("hub_a")("POST", f"/referrals/{asked.referral_id}/transitions", refused)
    assert answer.status_code == 200
    act = f"/support-requests/{asked.request_id}/transitions"
    wanted = {"organisation": demo.organisations["hub_b"], "services": []}
    sent = {"action": "refer", "destinations": [wanted], "receiptHash": None, "reason": "special_expertise"}
    again = api_for("post")("POST", act, sent)
    assert again.status_code == 200, again.text
    found = {name: crawl(app, client_for(name), asked, asked.secrets) for name in ("manager", "other_manager")}
    found |= {f"api {name}": crawl_api(app, api_for(name), asked, asked.secrets) for name in ("hub_a", "hub_b")}
    assert not told(found)
