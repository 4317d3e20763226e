"""Writes docs/lifecycles.md and docs/permissions.md; with --check says whether they are fresh."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("HUBS_DATA_DIR", tempfile.mkdtemp())
os.environ.setdefault("LOG_LEVEL", "ERROR")


def pages() -> dict[str, str]:
    """File name -> content, as the code has it now."""
    from hubs import create_app
    from hubs.accounts.documentation import permissions_markdown
    from hubs.accreditation.lifecycle import ACCREDITATION, CONDITION, DECISION, OBJECTION, PROPOSAL
    from hubs.agreements.lifecycle import AGREEMENT
    from hubs.core.documentation import HEAD, lifecycles_markdown
    from hubs.directory.lifecycle import HUB_STATUS, PROFILE_CHANGE
    from hubs.guideline.lifecycle import GUIDELINE_VERSION
    from hubs.mailbox.lifecycle import INCOMING_MAIL
    from hubs.missions.lifecycle import MISSION, MISSION_HUB
    from hubs.referrals.lifecycle import REFERRAL, SUPPORT_REQUEST

    with create_app().app_context():
        tables = (
            SUPPORT_REQUEST, REFERRAL, AGREEMENT, HUB_STATUS, PROFILE_CHANGE, GUIDELINE_VERSION, PROPOSAL, DECISION,
            ACCREDITATION, CONDITION, OBJECTION, INCOMING_MAIL, MISSION, MISSION_HUB,
        )  # fmt: skip
        return {"lifecycles.md": lifecycles_markdown(tables), "permissions.md": HEAD + "\n" + permissions_markdown()}


def main() -> int:
    stale = []
    for name, content in pages().items():
        path = ROOT / "docs" / name
        if not path.exists() or path.read_text(encoding="utf-8") != content:
            stale.append(name)
            if "--check" not in sys.argv:
                path.write_text(content, encoding="utf-8")
    if stale and "--check" in sys.argv:
        print(f"Not fresh: {', '.join(stale)}. Run `make docs`.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
