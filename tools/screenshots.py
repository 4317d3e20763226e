"""`make screenshots`: the pictures of the README and the manual, taken of a demonstration world of its own.

What is taken stands in `PICTURES`: a new picture is a row there.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path
from typing import cast
from urllib.error import URLError

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
DOCS = ROOT / "docs"
PORT = "5099"
ADDRESS = f"http://127.0.0.1:{PORT}"
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
LARGEST = 150_000  # bytes; a manual is read over bad lines too

OFFICER, HUB, ASSESSOR, ADMINISTRATOR = "noor.proefstra", "pilar.verzonnen", "anouk.toetsma", "eva.beheersma"
ENTREPRENEUR = ""  # nobody who signs in

# steps: (verb, where[, text]); open a path, click, fill, unfold everything that matches, or track: the link of a mail
Step = tuple[str, ...]
FIRST_QUESTION: Step = ("click", '[data-kind="support_request"][data-state="received"] a')
FIRST_REFERRAL: Step = ("click", '[data-kind="referral"][data-state="acknowledged"] a')
BOTH = ("nl", "en")


@dataclass(frozen=True)
class Picture:
    """Where it goes ({language} is filled in), who looks, in which languages, how wide, and the way there."""

    name: str
    persona: str
    languages: tuple[str, ...]
    width: int
    steps: tuple[Step, ...]


PICTURES = (
    Picture("question.png", OFFICER, ("en",), 1280, (FIRST_QUESTION,)),
    Picture("manual/work.{language}.png", OFFICER, BOTH, 1280, ()),
    Picture("manual/question.{language}.png", OFFICER, BOTH, 1280, (FIRST_QUESTION,)),
    Picture("manual/referral.{language}.png", HUB, BOTH, 360, (FIRST_REFERRAL,)),
    Picture("manual/organisation.{language}.png", HUB, BOTH, 360, (("open", "/organisation"),)),
    Picture("manual/proposals.{language}.png", ASSESSOR, BOTH, 1280, (("open", "/proposals"),)),
    Picture("manual/ask.{language}.png", ENTREPRENEUR, BOTH, 360, (("open", "/ask"),)),
    Picture("manual/track.{language}.png", ENTREPRENEUR, BOTH, 360, (("track",),)),
    Picture("manual/administration.{language}.png", ADMINISTRATOR, BOTH, 1280, (("open", "/administration"),)),
)


def _flask(*words: str) -> str:
    command = [str(BIN / "flask"), "--app", "wsgi", *words]
    return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout  # noqa: S603


def _wait() -> None:
    for _attempt in range(100):
        try:
            urllib.request.urlopen(f"{ADDRESS}/live")  # noqa: S310
        except URLError:
            time.sleep(0.2)
        else:
            return
    sys.exit("the server did not start")


def _tracking_path(mails: Path) -> str:
    """The link to follow a question out of the newest mail that has one."""
    for path in sorted(mails.glob("*.eml"), reverse=True):
        body = message_from_bytes(path.read_bytes(), policy=policy.default).get_body(("plain",))
        found = re.search(rf"{re.escape(ADDRESS)}(/track/\S+)", body.get_content() if body else "")
        if found:
            return found[1].rstrip(".")
    sys.exit("no mail with a link to follow a question")


def _sign_in(page: Page, account: dict[str, str], language: str) -> None:
    page.goto(f"{ADDRESS}/sign-in?lang={language}")
    page.fill("[name=email]", account["email"])
    page.fill("[name=password]", account["password"])
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/work*")


def _walk(page: Page, steps: tuple[Step, ...], tracking: str) -> None:
    for verb, *rest in steps:
        if verb == "open":
            page.goto(ADDRESS + rest[0])
        elif verb == "track":
            page.goto(ADDRESS + tracking)
        elif verb == "click":
            page.locator(rest[0]).first.click()
        elif verb == "fill":
            page.fill(rest[0], rest[1])
        elif verb == "unfold":
            page.locator(rest[0]).evaluate_all("found => found.forEach(one => { one.open = true })")
        else:
            sys.exit(f"no such step: {verb}")
        page.wait_for_load_state("load")


def _take(browser: Browser, picture: Picture, language: str, account: dict[str, str] | None, tracking: str) -> None:
    height = 800 if picture.width > 600 else 740
    context = browser.new_context(viewport={"width": picture.width, "height": height}, locale=language)
    page = context.new_page()
    if account:
        _sign_in(page, account, language)
    else:
        page.goto(f"{ADDRESS}/?lang={language}")
    _walk(page, picture.steps, tracking)
    target = DOCS / picture.name.format(language=language)
    page.screenshot(path=target)
    context.close()
    print(f"{target.relative_to(ROOT)}  {target.stat().st_size // 1000} kB", flush=True)
    if target.stat().st_size > LARGEST:
        sys.exit(f"{target} is too large for a page that is read over bad lines")


def _take_all(accounts: dict[str, dict[str, str]], tracking: str) -> None:
    (DOCS / "manual").mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        for picture in PICTURES:
            for language in picture.languages:
                _take(browser, picture, language, accounts.get(picture.persona), tracking)
        browser.close()


def _serve() -> subprocess.Popen[bytes]:
    place = ["--bind", f"127.0.0.1:{PORT}", "wsgi:app"]
    return subprocess.Popen([str(BIN / "gunicorn"), "--config", "tools/gunicorn_conf.py", *place], cwd=ROOT)  # noqa: S603


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(HUBS_DATA_DIR=folder, PORT=PORT, BASE_URL=ADDRESS, LOG_LEVEL="ERROR", HUBS_ENV="development")
        for words in (("db", "upgrade"), ("reference", "load"), ("demo", "load"), ("worker", "run", "--once")):
            _flask(*words)
        tracking = _tracking_path(Path(folder) / "mail")
        listed = cast(list[dict[str, str]], json.loads(_flask("demo", "accounts", "--json")))
        with _serve() as server:
            try:
                _wait()
                _take_all({each["email"].partition("@")[0]: each for each in listed}, tracking)
            finally:
                server.terminate()


if __name__ == "__main__":
    main()
