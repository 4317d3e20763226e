"""What every answer owes its reader: headers, tokens, no way out of the site, and calm with whatever is sent."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

import hubs
from config import load_settings
from hubs.core.events import Event
from hubs.extensions import db, limiter
from hubs.referrals.models import SupportRequest
from tests.conftest import csrf_of
from tests.databases import is_postgresql
from tests.test_routes import SAFE, Walk, to_sign_in, walk, world_walk  # noqa: F401
from tests.world import PASSWORD, World

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
CSP, SANDBOX = "Content-Security-Policy", "default-src 'none'; sandbox"  # a file adds a stricter one of its own
# who opens what: between them these people may open every page
VIEWERS = (
    "anonymous", "officer", "head", "manager", "partner_manager", "administrator", "assessor", "decision_maker",
    "other_manager", "far_manager",
)  # fmt: skip


def _text_of(answer: TestResponse) -> str:
    """A page as text; a file that is sent has none."""
    return answer.get_data(as_text=True) if answer.mimetype.startswith("text/") else ""


def pages(walked: Walk, method: str) -> Iterator[dict[str, Any]]:
    for rule in walked.rules:
        if rule["kind"] == "html" and rule["endpoint"] != "static" and method in rule["methods"]:
            yield rule


def viewer_of(walked: Walk, rule: dict[str, Any]) -> tuple[str, str]:
    """Somebody who may open this page, and its address for them."""
    from tests.world import CAST

    sample = walked.sample(rule)
    if rule["permission"] == "public":
        return "anonymous", walked.address(rule, sample.subjects[0].values)
    fallback = None
    for who in VIEWERS[1:]:
        subject = sample.theirs(who, CAST[who][0])
        if subject is None or not walked.actors[who].can(rule["permission"]):
            continue
        found = who, walked.address(rule, subject.values)
        if walked.open(who, "GET", found[1], "html").status_code == 200:
            return found
        fallback = fallback or found
    assert fallback, f"nobody of {VIEWERS} may open {rule['rule']}"
    return fallback


# --- headers ----------------------------------------------------------------------------------------------


def check_headers(answer: TestResponse, told: str) -> None:
    is_file = answer.headers.get("Content-Disposition", "").startswith("attachment")
    for name, value in HEADERS.items():
        wanted = [SANDBOX, value] if is_file and name == CSP and SANDBOX in answer.headers.getlist(CSP) else [value]
        assert answer.headers.getlist(name) == wanted, f"{told}: {name} is {answer.headers.getlist(name)}"
    assert "Server" not in answer.headers and "X-Powered-By" not in answer.headers, told


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/", 200), ("/sign-in", 200), ("/register", 200), ("/static/app.css", 200), ("/static/absent.css", 404),
        ("/no-such-page", 404), ("/work", 303), ("/live", 200), ("/ready", 200), ("/metrics", 200),
        ("/track/forged", 404), ("/api/v1/openapi.json", 200), ("/api/v1/hubs", 401), ("/api/v1/nothing", 404),
        ("/.well-known/security.txt", 200), ("/sign-out", 405),
    ],
)  # fmt: skip
def test_headers_on_every_kind_of_answer(app: Flask, demo: World, address: str, status: int) -> None:
    answer = app.test_client().get(address)
    assert answer.status_code == status
    check_headers(answer, address)
    if not address.startswith("/static/") and status != 404:
        assert "no-store" in answer.headers["Cache-Control"], address


def test_headers_on_refusals_and_mistakes(
    app: Flask, client_for: Any, api_for: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_for("officer")
    told = {
        "400": client.post("/sign-out"),
        "403": client.get("/hubs"),
        "422": client.post("/questions/new", data={"csrf_token": csrf_of(client, "/questions/new")}),
        "api 400": api_for("post")("POST", "/support-requests", {}),
        "api 403": api_for("post")("GET", "/events"),
    }
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    monkeypatch.setitem(app.view_functions, "public.start", lambda: 1 / 0)
    monkeypatch.setitem(app.view_functions, "api.hub_list", lambda: 1 / 0)
    told["500"] = client.get("/")
    told["api 500"] = api_for("post")("GET", "/hubs")
    for name, answer in told.items():
        assert answer.status_code == int(name[-3:]), (name, answer.status_code)
        check_headers(answer, name)
    for name in ("500", "api 500"):
        text = told[name].get_data(as_text=True)
        assert "ZeroDivision" not in text and "Traceback" not in text and "E-" in text


_INLINE = re.compile(
    r"<script(?![^>]*\ssrc=)|<style|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:|<iframe|<object|<embed|<base\b", re.I
)


def test_no_page_holds_what_the_policy_forbids(walk: Walk) -> None:  # noqa: F811
    """A page that leans on inline script or style, or on another site, would break in a browser."""
    wrong = []
    for rule in pages(walk, "GET"):
        who, address = viewer_of(walk, rule)
        answer = walk.open(who, "GET", address, "html")
        text = _text_of(answer)
        check_headers(answer, address)
        found = _INLINE.search(text)
        if found and answer.mimetype == "text/html":
            wrong.append(f"{address}: {found.group(0)}")
        for link in re.findall(r'<(?:script|link|img|source)[^>]*?(?:src|href)="([^"]+)"', text):
            if not link.startswith("/"):
                wrong.append(f"{address} loads {link}")
        if answer.status_code == 200 and answer.mimetype == "text/html" and "<h1" in text:
            assert text.count("<h1") == 1, address
    assert not wrong, "\n".join(wrong)


@pytest.fixture
def another_app(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """`another_app(BASE_URL='https://…')`: a second application on the same database, as the environment says."""

    def make(**environment: str) -> Flask:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return hubs.create_app({**load_settings(), "SQLALCHEMY_DATABASE_URI": app.config["SQLALCHEMY_DATABASE_URI"]})

    yield make
    limiter.enabled = False


def test_over_https_cookies_stay_there(another_app: Any, demo: World) -> None:
    """`__Host-`, Secure, HttpOnly, SameSite, no Domain; strict transport; a form sent from elsewhere is refused."""
    secure = another_app(BASE_URL="https://hubs.example")
    client, there = secure.test_client(), {"base_url": "https://hubs.example"}
    page = client.get("/sign-in?lang=en", **there)
    assert page.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    check_headers(page, "https")
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.get_data(as_text=True))
    assert token
    values = {"email": demo.people["officer"].email, "password": PASSWORD, "csrf_token": token.group(1)}
    elsewhere = {"Referer": "https://elders.example/sign-in"}
    assert client.post("/sign-in", data=values, headers=elsewhere, **there).status_code == 400
    assert client.post("/sign-in", data=values, **there).status_code == 400
    answer = client.post("/sign-in", data=values, headers={"Referer": "https://hubs.example/sign-in"}, **there)
    assert answer.status_code == 303
    (cookie,) = [value for name, value in answer.headers if name == "Set-Cookie"]
    assert cookie.startswith("__Host-hubs=")
    flags = {part.strip() for part in cookie.split(";")[1:]}
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= flags and "Domain" not in cookie


def test_over_http_the_cookie_is_named_so_that_nobody_mistakes_it(app: Flask, demo: World) -> None:
    answer = app.test_client().get("/sign-in?lang=en")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("hubs=") and "Secure" not in cookie and "HttpOnly" in cookie
    assert "Strict-Transport-Security" not in answer.headers


def test_the_address_typed_decides_nothing(app: Flask, demo: World) -> None:
    """Links are made of the setting, not of the Host header that somebody sends."""
    client = app.test_client()
    for address in ("/", "/work", "/sign-in", "/no-such-page", "/api/v1/openapi.json"):
        answer = client.get(address, headers={"Host": "elders.example", "X-Forwarded-Host": "elders.example"})
        assert "elders.example" not in answer.get_data(as_text=True) + str(answer.headers), address


# --- tokens of forms --------------------------------------------------------------------------------------

KEEPS_TYPED = {"referrals.question_new", "referrals.question_edit"}


def written(walked: Walk) -> tuple[int, int]:
    """How many events and questions there are."""
    with walked.app.app_context():
        events = db.session.execute(select(func.count()).select_from(Event)).scalar_one()
        questions = db.session.execute(select(func.count()).select_from(SupportRequest)).scalar_one()
        db.session.remove()
    return events, questions


@pytest.mark.parametrize("token", ["", "forged", "another"])
def test_every_form_needs_its_token(walk: Walk, token: str) -> None:  # noqa: F811
    """Without, with a made-up one, with one of somebody else's session: 400, and nothing is written.

    The two forms whose text may not be lost keep what was typed and show it again; they too write nothing.
    """
    value = {"": "", "forged": "forged", "another": walk.csrf["far_officer"]}[token]
    before, seen = written(walk), 0
    for rule in pages(walk, "POST"):
        who, address = viewer_of(walk, {**rule, "methods": ["GET"]}) if rule["permission"] != "public" else (
            "anonymous", walk.address(rule, walk.sample(rule).subjects[0].values)
        )  # fmt: skip
        data = {"action": "submit", "text": "Iets", "name": "Iets", **({"csrf_token": value} if value else {})}
        answer = walk.client(who).post(address, data=data)
        seen += 1
        if rule["endpoint"] in KEEPS_TYPED and value:
            assert answer.status_code == 303 and "?kept=" in answer.headers["Location"], address
        else:
            assert answer.status_code == 400, f"{address} as {who}: {answer.status_code}"
    assert seen > 25
    assert written(walk) == before


def test_a_token_cannot_be_sent_in_the_address(walk: Walk) -> None:  # noqa: F811
    answer = walk.client("officer").post(f"/sign-out?csrf_token={walk.csrf['officer']}")
    assert answer.status_code == 400


# --- no way out -------------------------------------------------------------------------------------------

ELSEWHERE = (
    "https://elders.example/", "//elders.example/", "///elders.example", "/\\elders.example", "\\\\elders.example",
    "http:elders.example", "javascript:alert(1)", "/%0d%0aLocation:https://elders.example", "/work\r\nX: y",
    "https:/elders.example", "/..//elders.example", "@elders.example", "%2f%2felders.example",
)  # fmt: skip


@pytest.mark.parametrize("target", ELSEWHERE)
def test_signing_in_never_leads_elsewhere(app: Flask, demo: World, target: str) -> None:
    client = app.test_client()
    page = f"/sign-in?next={quote(target, safe='')}"
    values = {"email": demo.people["officer"].email, "password": PASSWORD, "csrf_token": csrf_of(client, page)}
    answer = client.post(page, data=values)
    assert answer.status_code == 303 and _stays(answer.headers["Location"]), answer.headers["Location"]
    assert _stays(client.get(page).headers["Location"])


def _stays(location: str) -> bool:
    plain = location.replace("\\", "/")
    return location.startswith("/") and not plain.startswith("//") and "\r" not in location and "\n" not in location


def test_no_parameter_of_any_page_leads_elsewhere(walk: Walk) -> None:  # noqa: F811
    """Neither a redirect nor a link of a page is steered by what its address says."""
    names = ("next", "url", "return", "redirect", "back", "kept", "lang", "cursor", "q")
    query = "&".join(f"{name}={quote('//elders.example/x', safe='')}" for name in names)
    for rule in pages(walk, "GET"):
        who, address = viewer_of(walk, rule)
        answer = walk.open(who, "GET", f"{address}?{query}", "html")
        assert _stays(answer.headers.get("Location", "/")), address
        for link in re.findall(r'(?:href|action|src)="([^"]*)"', _text_of(answer)):
            assert not html.unescape(link).replace("\\", "/").startswith("//"), (address, link)


# --- language ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", ["de", "", "nl_NL", "../../etc/passwd", "<script>", "en%00", "NL", "x" * 5000])
def test_an_unknown_language_changes_nothing(app: Flask, demo: World, asked: str) -> None:
    client = app.test_client()
    client.get("/?lang=en")
    answer = client.get(f"/?lang={asked if '%' in asked else quote(asked)}")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200 and '<html lang="en"' in text and "<script>" not in text.replace(" src=", "")
    assert '<html lang="en"' in client.get("/").get_data(as_text=True)


@pytest.mark.parametrize(
    ("header", "language"),
    [("nl", "nl"), ("en-GB,en;q=0.8", "en"), ("de,fr;q=0.5", "nl"), ("x" * 4000, "nl"), (";;;q=,", "nl"), ("*", "nl")],
)
def test_the_browser_says_which_language(app: Flask, demo: World, header: str, language: str) -> None:
    answer = app.test_client().get("/", headers={"Accept-Language": header})
    assert f'<html lang="{language}"' in answer.get_data(as_text=True)


# --- odd input --------------------------------------------------------------------------------------------


def cursor(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


ODD = {
    "nul": "%00",
    "nul inside": "a%00b",
    "not utf-8": "%ff%fe%c3",
    "surrogate": "%ed%a0%80",
    "long": "x" * 3000,
    "many digits": "9" * 400,
    "emoji": quote("🦆" * 50),
    "wildcards": "%25_%25",
    "quotes": quote("'\"`;--<b>"),
    "nested": quote('{"a":[1,{}]}'),
    "minus": "-1",
    "right to left": quote("\u202eabc\u0000"),
    "cursor of nothing": cursor([]),
    "cursor of nulls": cursor([None, None]),
    "cursor of numbers": cursor([10**30, 10**30]),
    "cursor of odd words": cursor(["\ud800", "9999-99-99"]),
    "cursor of far days": cursor(["0001-01-01T00:00:00+14:00", "x"]),
    "cursor of late days": cursor(["9999-12-31T23:59:59-14:00", "x"]),
    "cursor of a nul": cursor(["a\u0000", "b"]),
    "cursor of three": cursor(["a", "b", "c"]),
    "no cursor": "!!!not-base64!!!",
}
# what only a database can stumble over is sent where it is strictest; SQLite gets what reaches our own code
TO_OUR_CODE = {
    "nul inside", "surrogate", "many digits", "digits", "emoji", "date", "exponent", "cursor of numbers",
    "cursor of odd words", "no cursor",
}  # fmt: skip


def sent_here(values: dict[str, str]) -> dict[str, str]:
    """All odd values on PostgreSQL; on SQLite those that our own code could stumble over."""
    if is_postgresql():
        return values
    return {told: value for told, value in values.items() if told in TO_OUR_CODE}


ALWAYS = ("q", "cursor", "lang", "next", "kept", "organisation", "company", "handler", "state", "market", "name")


def parameters(walked: Walk, who: str, address: str) -> list[str]:
    """The parameters a page knows: those of its own search form and links, and those any page might."""
    text = html.unescape(_text_of(walked.open(who, "GET", address, "html")))
    names = set(ALWAYS)
    for form in re.findall(r"<form(?![^>]*method=\"post\").*?</form>", text, re.S | re.I):
        names |= set(re.findall(r'name="([a-z_]+)"', form))
    path = re.escape(address)
    for query in re.findall(rf'href="{path}\?([^"]+)"', text):
        names |= set(re.findall(r"(?:^|&)([a-z_]+)=", query))
    return sorted(names - {"csrf_token"})


def odd_queries(names: list[str], told: str, value: str) -> list[str]:
    """All parameters at once; one at a time what reaches a query of the database and would be hidden by the rest."""
    if "cursor" in told:
        return [f"cursor={value}"]
    together = "&".join(f"{name}={value}" for name in names if name != "cursor")
    alone = ("q", "market", "organisation", "company", "handler") if told in ("nul", "not utf-8", "surrogate") else ()
    return [together, *(f"{name}={value}" for name in alone if name in names)]


@pytest.mark.both
def test_odd_parameters_of_any_page(walk: Walk) -> None:  # noqa: F811
    """Every page, every parameter it knows, every odd value: an answer, never a mistake of ours."""
    wrong, asked = [], 0
    for rule in pages(walk, "GET"):
        who, address = viewer_of(walk, rule)
        names = parameters(walk, who, address)
        for told, value in sent_here(ODD).items():
            for query in odd_queries(names, told, value):
                answer = walk.open(who, "GET", f"{address}?{query}", "html")
                asked += 1
                if answer.status_code >= 500:
                    wrong.append(f"{address} as {who}, {told}: {query[:60]} -> {answer.status_code}")
                    break
    assert asked > 60 * len(sent_here(ODD))
    assert not wrong, "\n".join(wrong)


ODD_PATHS = (
    "%00", "a%00b", "%ff%fe", "%ed%a0%80", "x" * 3000, "..", "..%2f..%2fetc%2fpasswd", quote("🦆"), "0" * 26, "A" * 26,
    "H-222-222%00", "H-000-000", "h-222-222", "D-222-222-999", "-1", "%20", "%0a", "a.b~c", "1e9", ".1.2~",
)  # fmt: skip


@pytest.mark.both
def test_odd_values_in_the_path(walk: Walk) -> None:  # noqa: F811
    wrong = []
    for rule in pages(walk, "GET"):
        names = re.findall(r"<(?:[^<>:]+:)?([a-z_]+)>", rule["rule"])
        if not names:
            continue
        who, _address = viewer_of(walk, rule)
        for value in ODD_PATHS:
            address = re.sub(r"<[^>]+>", value.replace("\\", r"\\"), rule["rule"])
            status = walk.open(who, "GET", address, "html").status_code
            # `..` and such may lead to another page of the site; nobody else's object answers
            if status >= 500 or (status == 200 and value not in ("..", "%20", "%0a")):
                wrong.append(f"{address[:80]} as {who} -> {status}")
    assert not wrong, "\n".join(wrong)


FIELD = re.compile(r'<(?:input|textarea|select)\b[^>]*?\sname="([^"]+)"[^>]*>', re.I)
ODD_TEXTS = {
    "nul": "\x00", "nul inside": "a\x00b\x1f\x7f", "long": "x" * 30_000, "digits": "9" * 4_000, "emoji": "🦆" * 300,
    "separators": "\u2028\u202e\ufeff\ufffe", "lines": "a\r\n" * 500, "formula": "=1+1;'--<b>&amp;", "id": "0" * 26,
    "date": "9999-12-31", "old date": "0000-00-00", "negative": "-1", "exponent": "1e999",
}  # fmt: skip


@pytest.mark.both
def test_odd_values_in_every_form(walk: Walk) -> None:  # noqa: F811
    """Each form with every field set to the same odd value: refused or stored, never a mistake of ours."""
    wrong, sent = [], 0
    for rule in pages(walk, "POST"):
        who, address = viewer_of(walk, rule)
        shown = _text_of(walk.open(who, "GET", address, "html"))
        names = set(FIELD.findall(shown)) | {"action", "text", "note", "version"}
        buttons = re.findall(r'<button[^>]*name="action"[^>]*value="([^"]+)"', shown) or ["submit"]
        for told, value in sent_here(ODD_TEXTS).items():
            for action in dict.fromkeys([*buttons[:2], value]):
                data = {name: value for name in names if name != "csrf_token"} | {"action": action}
                status = _send(walk, who, address, data)
                sent += 1
                if status >= 500:
                    wrong.append(f"{address} as {who}, {told}, action {action[:20]!r} -> {status}")
                    break
    assert sent > 60 * len(sent_here(ODD_TEXTS))
    assert not wrong, "\n".join(wrong)


def _send(walked: Walk, who: str, address: str, data: dict[str, str]) -> int:
    answer = walked.client(who).post(address, data=data, headers={"X-CSRFToken": walked.csrf[who]})
    if answer.status_code < 400 and not to_sign_in(answer):
        walked.put_back()
    return answer.status_code


def test_bytes_that_are_no_form(app: Flask, client_for: Any) -> None:
    """Bodies that say they are a form and are not; too large ones; cookies and headers of nonsense."""
    client: FlaskClient = client_for("officer")
    token = {"X-CSRFToken": csrf_of(client, "/account")}
    urlencoded = "application/x-www-form-urlencoded"
    for body, kind in (
        (b"\xff\xfe=\x00&%ZZ=%", urlencoded), (b"=" * 5000, urlencoded), (b"&".join([b"a=b"] * 1200), urlencoded),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"), (b"{}", "application/json"),
        (b"", "multipart/form-data"), (b"x" * (3 * 1024 * 1024), urlencoded),
    ):  # fmt: skip
        for page in ("/account", "/questions/new", "/sign-out"):
            status = client.post(page, data=body, content_type=kind, headers=token).status_code
            assert 300 <= status < 500, (page, kind, body[:20], status)
            client = client_for("officer")
            token = {"X-CSRFToken": csrf_of(client, "/account")}
    odd = app.test_client()
    for value in ("x" * 4000, ".eJw", "a.b.c", '"', "%00"):
        odd.set_cookie("hubs", value)
        assert odd.get("/work").status_code == 303
        assert odd.get("/").status_code == 200
    for header in (
        {"Authorization": "Bearer \x00"},
        {"Accept": "\x01"},
        {"If-Match": "x" * 3000},
        {"Range": "bytes=9-1"},
    ):
        assert app.test_client().get("/", headers=header).status_code in (200, 400)


def test_methods_nobody_offers(app: Flask, demo: World) -> None:
    for method in ("PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"):
        answer = app.test_client().open("/sign-in", method=method)
        assert answer.status_code in (400, 405), (method, answer.status_code)
        check_headers(answer, method)
    assert {"GET", "HEAD", "OPTIONS"} == SAFE


# --- throttling -------------------------------------------------------------------------------------------


def test_guessing_slows_down_and_says_for_how_long(another_app: Any, demo: World) -> None:
    """With the limits on: after some wrong passwords even the right one has to wait, known address or not."""
    slow = another_app(RATELIMIT_ENABLED="1")
    for email in (demo.people["officer"].email, "nobody@example.nl"):
        client = slow.test_client()
        values = {"email": email, "password": "wrong password here", "csrf_token": csrf_of(client)}
        statuses = [client.post("/sign-in", data=values).status_code for _ in range(7)]
        assert statuses[:5] == [422] * 5 and statuses[-1] == 429
        refused = client.post("/sign-in", data={**values, "password": PASSWORD})
        assert refused.status_code == 429 and int(refused.headers["Retry-After"]) > 0
        check_headers(refused, "429")


def test_one_caller_cannot_ask_for_ever(another_app: Any, demo: World) -> None:
    """Public forms that write or mail have a limit per network address."""
    slow = another_app(RATELIMIT_ENABLED="1")
    client = slow.test_client()
    token = csrf_of(client, "/track")
    data = {"email": "iemand@example.nl", "reference": "H-222-222", "csrf_token": token}
    statuses = [client.post("/track", data=data).status_code for _ in range(12)]
    assert set(statuses[:10]) == {303} and statuses[-1] == 429


def test_the_service_does_not_slow_down_when_told_not_to(client_for: Any) -> None:
    client = client_for("anonymous")
    token = csrf_of(client, "/track")
    data = {"email": "iemand@example.nl", "reference": "H-222-222", "csrf_token": token}
    assert {client.post("/track", data=data).status_code for _ in range(15)} == {303}
