"""The same pages on a thousand questions and on a hundred thousand (row 7 of docs/performance.md)."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from typing import Any

from bench.client import Caller, signed_in, with_token
from bench.desk import OFFICER, TOKEN, Counted
from bench.runs import measured, median

ROUNDS, WARM, TURNS = 40, 8, 3
DEEPEST = 60  # pages of a hundred walked to the place from which a late page is read
AIM = 1.3


def show(pairs: list[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    for small, large in pairs:
        print(f"\n7 pages on {large['questions']:,} questions ÷ on {small['questions']:,}: {large['database']}")
        for name, found in large["pages"].items():
            before = small["pages"][name]
            ratio = found["ms"] / before["ms"]
            verdict = "reached" if ratio <= AIM else "missed"
            print(
                f"  {name:<34} {ratio:5.2f}   {before['ms']:7.2f} ms → {found['ms']:7.2f} ms   statements "
                f"{before['statements']} → {found['statements']}   aim ≤ {AIM}: {verdict}"
            )


def in_turns(both: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    """Small, large, small, large: of each page the quickest turn, for a busy machine only ever adds."""
    turns = [[measured("bench.sizes", *where) for where in both] for _ in range(TURNS)]
    return [_quickest(found) for found in zip(*turns, strict=True)]


def _quickest(found: Sequence[dict[str, Any]]) -> dict[str, Any]:
    first = found[0]
    pages = {name: min((turn["pages"][name] for turn in found), key=lambda page: page["ms"]) for name in first["pages"]}
    return {**first, "pages": pages}


def _main() -> None:
    import gc

    from sqlalchemy import func, select

    from hubs import create_app
    from hubs.demo.cast import PASSWORD
    from hubs.extensions import db
    from hubs.referrals.models import SupportRequest

    app = create_app()
    with app.app_context():
        engine = db.engine
        questions = db.session.execute(select(func.count()).select_from(SupportRequest)).scalar_one()
    officer, system, visitor = signed_in(app, OFFICER, PASSWORD), with_token(app, TOKEN), Caller(app)
    counted = Counted(engine)
    listed = json.loads(system.call("/api/v1/support-requests?pageSize=1&sort=-createdAt")[1])["items"][0]
    late = _late_page(system)
    calls: dict[str, Callable[[], Any]] = {
        "work list": lambda: officer.call("/work"),
        "questions, page 1": lambda: officer.call("/questions?state=all"),
        "search by word": lambda: officer.call("/search?q=machines"),
        "search with a typing error": lambda: officer.call("/search?q=mashines"),
        "search by number": lambda: officer.call(f"/search?q={listed['reference'][2:]}", status=303),
        "case page": lambda: officer.call(f"/questions/{listed['reference']}"),
        "register": lambda: visitor.call("/register"),
        "companies": lambda: officer.call("/companies"),
        "API list, page 1": lambda: system.call("/api/v1/support-requests?pageSize=50"),
        "API list, a late page": lambda: system.call(late),
    }
    gc.collect()
    gc.freeze()
    pages = {name: {"ms": _middle(call), "statements": len(counted.of(call))} for name, call in calls.items()}
    print(json.dumps({"database": engine.dialect.name, "questions": questions, "pages": pages}))


def _middle(call: Callable[[], Any]) -> float:
    seconds = [call()[0] for _ in range(ROUNDS + WARM)][WARM:]
    return round(median(seconds) * 1000, 3)


def _late_page(system: Caller) -> str:
    """The address of a page far down the list, or the last one where it is short."""
    address = "/api/v1/support-requests?pageSize=100"
    for _ in range(DEEPEST):
        body = json.loads(system.call(address)[1])
        if body["next"] is None:
            break
        address = "/" + body["next"].split("/", 3)[3]
    return address.replace("pageSize=100", "pageSize=50")


if __name__ == "__main__":
    sys.exit(_main())
