"""`make run`: database, reference data and demonstration world on first start, then server, worker and scheduler."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
BIN = Path(sys.executable).parent


def _flask(*words: str, quiet: bool = True) -> str:
    command = [str(BIN / "flask"), "--app", "wsgi", *words]
    done = subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.PIPE, text=True)  # noqa: S603
    if done.returncode:
        sys.exit(f"{' '.join(words)} failed ({done.returncode})\n{done.stdout}")
    return done.stdout


def _prepare() -> bool:
    """Bring the database up to date; whether this is a demonstration world (never in production)."""
    _flask("db", "upgrade")
    _flask("reference", "load")
    if os.environ.get("HUBS_ENV", "development") == "production":
        return False
    marker = Path(os.environ.get("HUBS_DATA_DIR", ROOT / "var")) / "demo-loaded"
    if not marker.exists():
        print("Making the demonstration world ...", flush=True)
        _flask("demo", "load")
        marker.parent.mkdir(parents=True, exist_ok=True)
        marker.touch()
    return True


def _accounts() -> list[dict[str, str]]:
    return json.loads(_flask("demo", "accounts", "--json"))


def _announce(port: str, is_demo: bool) -> None:
    print(f"\nHubs is at http://127.0.0.1:{port}   (stop with Ctrl-C)\n", flush=True)
    if not is_demo:
        return
    accounts = _accounts()
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
    ]


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
    is_demo = _prepare()
    asked: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _frame: asked.append(received))
    commands = _commands(port)
    running = [_start(command) for command in commands]
    _announce(port, is_demo)
    while not asked and running[0].poll() is None:
        for number in (1, 2):  # worker and scheduler: leases and locks make a fresh start safe
            if running[number].poll() is not None:
                print(f"{commands[number][3]} stopped; starting it again", file=sys.stderr, flush=True)
                time.sleep(1)
                running[number] = _start(commands[number])
        time.sleep(0.3)
    _stop(running)
    return 0 if asked else 1


if __name__ == "__main__":
    sys.exit(main())
