"""Memory of two workers under a mixed load on the real server (row 10 of docs/performance.md)."""

from __future__ import annotations

import http.client
import json
import os
import subprocess  # noqa: S404  starts the server, with a list of arguments
import sys
import threading
import time
from pathlib import Path
from typing import Any

from bench.runs import ROOT, environment_for

REQUESTS = int(os.environ.get("BENCH_REQUESTS", "50000"))
EARLY = REQUESTS // 5
CLIENTS = 8
AIM_MIB, AIM_GROWTH = 180, 1.05
WORKERS = 2


def show(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        verdict = "reached" if row["mib"] <= AIM_MIB and row["growth"] <= AIM_GROWTH else "missed"
        print(
            f"\n10 memory of {WORKERS} workers after {row['requests']:,} mixed requests: {row['database']}  "
            f"{row['mib']} MiB, {row['growth']:.3f} × since request {row['early']:,}, {row['per_second']}/s, "
            f"{row['refused']} not answered as awaited   aim ≤ {AIM_MIB} MiB, ≤ {AIM_GROWTH} ×: {verdict}"
        )


def measure(url: str, folder: str, port: int = 5077) -> dict[str, Any]:
    """Start the server as `make run` does, load it, and read what its workers hold."""
    environment = {**environment_for(url, folder), "WEB_WORKERS": str(WORKERS), "PORT": str(port)}
    server = subprocess.Popen(  # noqa: S603
        [
            str(Path(sys.executable).parent / "gunicorn"), "--config", "tools/gunicorn_conf.py",
            "--bind", f"127.0.0.1:{port}", "wsgi:app",
        ],
        env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _until_ready(port)
        started = time.perf_counter()
        load = Load(port)
        load.run(EARLY)
        early = _held(server.pid)
        load.run(REQUESTS - EARLY)
        late = _held(server.pid)
        seconds = time.perf_counter() - started
    finally:
        server.terminate()
        server.wait(timeout=30)
    return {
        "database": url.split(":", 1)[0].split("+")[0],
        "requests": REQUESTS,
        "early": EARLY,
        "early_mib": round(early),
        "mib": round(late),
        "growth": round(late / early, 3),
        "per_second": round(REQUESTS / seconds),
        "refused": load.refused,
    }


class Load:
    """A few clients with connections of their own, each asking one thing after another."""

    def __init__(self, port: int) -> None:
        from bench.desk import OFFICER, TOKEN
        from hubs.demo.cast import PASSWORD

        self.port, self.refused = port, 0
        self.lock = threading.Lock()
        self.token = {"Authorization": f"Bearer {TOKEN}"}
        self.pages = {"Cookie": _sign_in(port, OFFICER, PASSWORD)}
        listed = json.loads(self._once("/api/v1/support-requests?pageSize=50", self.token))["items"]
        self.plan = self._plan(listed)

    def _plan(self, listed: list[dict[str, Any]]) -> list[tuple[str, str, dict[str, str], bytes | None]]:
        new = json.dumps(
            {
                "market": "CO", "services": ["commercial_referral"], "channel": "telephone", "language": "nl",
                "text": "We look for a partner who sells our machines and can repair them.",
                "company": {"name": "Verzonnen Meting BV", "kvkNumber": "00099999", "country": "NL"},
                "contactPerson": {"name": "Mira Meetveld", "email": "mira.meetveld@example.nl"},
            }
        ).encode()  # fmt: skip
        plan: list[tuple[str, str, dict[str, str], bytes | None]] = []
        for number, item in enumerate(listed):
            plan += [
                ("GET", f"/api/v1/support-requests/{item['id']}", self.token, None),
                ("GET", f"/questions/{item['reference']}", self.pages, None),
                ("GET", "/api/v1/support-requests?pageSize=50", self.token, None),
                ("GET", "/work", self.pages, None),
                ("GET", "/register", {}, None),
                ("GET", f"/search?q={('machines', 'mashines', 'verzonnen', 'partner')[number % 4]}", self.pages, None),
                ("POST", f"/api/v1/support-requests/{item['id']}/routing", self.token, b"{}"),
            ]
            if number % 5 == 0:
                plan.append(("POST", "/api/v1/support-requests", self.token, new))
        return plan

    def _once(self, path: str, headers: dict[str, str]) -> bytes:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", path, headers=headers)
        return connection.getresponse().read()

    def run(self, requests: int) -> None:
        each = requests // CLIENTS
        threads = [threading.Thread(target=self._client, args=(number, each)) for number in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _client(self, number: int, requests: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        for place in range(requests):
            method, path, headers, body = self.plan[(number * 37 + place) % len(self.plan)]
            more = {"Content-Type": "application/json"} if body else {}
            try:
                connection.request(method, path, body=body, headers={**headers, **more})
                answer = connection.getresponse()
                answer.read()
                awaited = answer.status < 400
            except (http.client.HTTPException, OSError):
                connection.close()
                awaited = False
            if not awaited:
                with self.lock:
                    self.refused += 1


def _sign_in(port: int, email: str, password: str) -> str:
    import requests

    address = f"http://127.0.0.1:{port}/sign-in"
    with requests.Session() as browser:
        page = browser.get(address, params={"lang": "en"}, timeout=30).text
        token = page.split('name="csrf_token"', 1)[1].split('value="', 1)[1].split('"', 1)[0]
        form = {"csrf_token": token, "email": email, "password": password}
        browser.post(address, data=form, timeout=30, allow_redirects=False)
        return "; ".join(f"{one.name}={one.value}" for one in browser.cookies)


def _until_ready(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/ready")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("the server did not start")


def _held(master: int) -> float:
    """MiB of the workers: each page of memory counted once, shared ones in proportion."""
    total = 0
    for child in Path(f"/proc/{master}/task/{master}/children").read_text(encoding="ascii").split():
        for line in Path(f"/proc/{child}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total / 1024
