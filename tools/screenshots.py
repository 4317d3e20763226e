"""`make screenshots`: the picture of the README, taken of a demonstration world of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from urllib.error import URLError

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
PORT = "5099"
ADDRESS = f"http://127.0.0.1:{PORT}"
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]


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


def _sign_in(page: Page, account: dict[str, str]) -> None:
    page.goto(f"{ADDRESS}/sign-in?lang=en")
    page.fill("[name=email]", account["email"])
    page.fill("[name=password]", account["password"])
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/work*")


def _take(accounts: list[dict[str, str]]) -> None:
    officer = next(a for a in accounts if a["role"] == "officer" and a["organisation_kind"] == "post")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 800}, locale="en")
        _sign_in(page, officer)
        page.locator('[data-kind="support_request"][data-state="received"] a').first.click()
        page.wait_for_load_state("load")
        page.screenshot(path=ROOT / "docs" / "question.png")
        browser.close()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(HUBS_DATA_DIR=folder, PORT=PORT, LOG_LEVEL="ERROR", HUBS_ENV="development")
        for words in (("db", "upgrade"), ("reference", "load"), ("demo", "load")):
            _flask(*words)
        accounts = json.loads(_flask("demo", "accounts", "--json"))
        command = [
            str(BIN / "gunicorn"),
            "--config",
            "tools/gunicorn_conf.py",
            "--bind",
            f"127.0.0.1:{PORT}",
            "wsgi:app",
        ]
        with subprocess.Popen(command, cwd=ROOT) as server:  # noqa: S603
            try:
                _wait()
                _take(accounts)
            finally:
                server.terminate()


if __name__ == "__main__":
    main()
