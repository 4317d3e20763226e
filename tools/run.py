"""`make run`: database, reference data and demonstration world on first start, then server, worker and scheduler."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
BIN = Path(sys.executable).parent


def _flask(*words: str) -> str:
    command = [str(BIN / "flask"), "--app", "wsgi", *words]
    done = subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.PIPE, text=True)  # noqa: S603
    if done.returncode:
        sys.exit(f"{' '.join(words)} failed ({done.returncode})\n{done.stdout}")
    return done.stdout


def _prepare() -> list[dict[str, str]]:
    """Bring the database up to date; the demonstration accounts (none in production).

    The database itself is asked, so that another DATABASE_URL gets a world of its own.
    """
    _flask("db", "upgrade")
    _flask("reference", "load")
    if os.environ.get("HUBS_ENV", "development") == "production":
        return []
    accounts = _accounts()
    if not accounts:
        print("Making the demonstration world ...", flush=True)
        _flask("demo", "load")
        accounts = _accounts()
    return accounts


def _accounts() -> list[dict[str, str]]:
    return json.loads(_flask("demo", "accounts", "--json"))


def _announce(port: str, accounts: list[dict[str, str]]) -> None:
    print(f"\nHubs is at http://127.0.0.1:{port}   (stop with Ctrl-C)\n", flush=True)
    if not accounts:
        return
    print(f"Demonstration accounts, all with the password: {accounts[0]['password']}")
    seen: set[tuple[str, str]] = set()
    for account in accounts:
        key = (account["organisation_kind"], account["role"])
        if key not in seen:
            seen.add(key)
            print(f"  {account['email']:<44} {account['role']:<15} {account['organisation']}")
    print("All of them: flask --app wsgi demo accounts --json\n", flush=True)


def _commands(port: str) -> list[list[str]]:
    return [
        [str(BIN / "gunicorn"), "--config", "tools/gunicorn_conf.py", "--bind", f"127.0.0.1:{port}", "wsgi:app"],
        [str(BIN / "flask"), "--app", "wsgi", "worker", "run"],
        [str(BIN / "flask"), "--app", "wsgi", "schedule", "run"],
        *([[str(BIN / "flask"), "--app", "wsgi", "mail", "serve"]] if os.environ.get("MAIL_IN_LISTEN") else []),
    ]


def _wait_until_it_answers(port: str, server: subprocess.Popen[bytes]) -> None:
    """Until the server answers, stops or has had half a minute."""
    deadline = time.monotonic() + 30
    while server.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/live", timeout=5):  # noqa: S310
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)


def _give_up(number: int, _frame: object) -> None:
    """Asked to stop while still preparing: the command that runs is ended too; the next start goes on from there."""
    sys.exit(128 + number)


def _start(command: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, cwd=ROOT, start_new_session=True)  # noqa: S603


def _stop(running: list[subprocess.Popen[bytes]]) -> None:
    for process in running:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + 15
    for process in running:
        try:
            process.wait(timeout=max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()


def main() -> int:
    os.chdir(ROOT)
    port = os.environ.get("PORT", "5000")
    ends = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    for number in ends:
        signal.signal(number, _give_up)
    accounts = _prepare()
    asked: list[int] = []
    for number in ends:
        signal.signal(number, lambda received, _frame: asked.append(received))
    commands = _commands(port)
    running = [_start(command) for command in commands]
    _wait_until_it_answers(port, running[0])
    _announce(port, accounts)
    while not asked and running[0].poll() is None:
        for number in range(1, len(running)):  # worker, scheduler, mail: leases and locks make a fresh start safe
            if running[number].poll() is not None:
                print(f"{commands[number][3]} stopped; starting it again", file=sys.stderr, flush=True)
                time.sleep(1)
                running[number] = _start(commands[number])
        time.sleep(0.3)
    _stop(running)
    return 0 if asked else 1


if __name__ == "__main__":
    sys.exit(main())
