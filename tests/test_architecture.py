"""The house rules as tests: pure modules stay pure, areas import leftward, writes end at the edge."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

ROOT = Path(__file__).resolve().parent.parent
HUBS = ROOT / "hubs"
ORDER = [
    "core", "reference", "accounts", "directory", "companies", "agreements", "referrals", "missions", "mailbox",
    "guideline", "accreditation", "monitoring", "outbox", "demo",
]  # fmt: skip
EDGE = {"views", "api", "cli"}
PURE = [
    "core/lifecycle.py", "core/errors.py", "core/calendars.py", "core/clock.py", "agreements/coverage.py",
    "agreements/standing.py", "referrals/clocks.py", "referrals/routing", "referrals/screening.py",
    "referrals/conversation.py", "referrals/pages/timeline/shown.py",
    "reference/market_lists.py", "guideline/criteria.py", "guideline/content.py", "guideline/versions.py",
    "guideline/comparison.py", "referrals/evaluation.py", "companies/consenting.py",
    "companies/register", "referrals/feedback/moments.py", "accreditation/statutory.py",
    "mailbox/reading", "mailbox/lifecycle.py", "missions/lifecycle.py",
    "core/file_types.py", "accreditation/answers.py", "accreditation/sections.py", "accreditation/differences.py",
    "accreditation/hints.py", "accreditation/self_test.py", "core/suppression.py", "accreditation/scoring.py",
    "accreditation/sensitivity.py", "accreditation/cases.py", "accreditation/calibration.py", "accreditation/tryout.py",
    "accreditation/dossier", "accreditation/letters/content.py", "accreditation/letters/characters.py",
    "accreditation/letters/facts.py", "accreditation/casefile/pieces.py",
    "accreditation/as_of.py", "accreditation/assessment.py", "accreditation/duties.py", "directory/lifecycle.py",
    "directory/profile_fields.py", "directory/capacity.py",
]  # fmt: skip
FRAMEWORKS = {"flask", "sqlalchemy", "wtforms", "flask_wtf", "marshmallow", "flask_login", "flask_sqlalchemy"}
MAY_COMMIT = {
    "views", "api", "cli", "dispatch", "reminders", "scale",  # jobs commit piece by piece
    "arrivals",  # a mail is committed before its sender hears that it was taken
}  # fmt: skip


def _modules(*folders: str) -> Iterator[Path]:
    for folder in folders or ("",):
        place = HUBS / folder
        yield from [place] if place.is_file() else sorted(place.rglob("*.py"))


def _imports(path: Path) -> Iterator[tuple[str, int]]:
    """Every imported module with its line; imports only for type checking do not count."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = path.relative_to(ROOT).with_suffix("").parts
            base = ".".join(package[: -node.level]) + "." if node.level else ""
            yield base + (node.module or ""), node.lineno
            yield from ((f"{base}{node.module or ''}.{alias.name}", node.lineno) for alias in node.names)


def _is_edge(path: Path) -> bool:
    return bool(EDGE & set(path.relative_to(HUBS).with_suffix("").parts))


def _area(path: Path) -> str | None:
    first = path.relative_to(HUBS).parts[0]
    return first if first in ORDER else None


@pytest.mark.parametrize("place", PURE)
def test_pure_modules_import_no_framework(place: str) -> None:
    assert (HUBS / place).exists(), f"{place} has moved: say so in PURE"
    for path in _modules(place):
        used = {name.split(".")[0] for name, _ in _imports(path)} & FRAMEWORKS
        assert not used, f"{path.relative_to(ROOT)} imports {used}"
        assert not any(name.startswith("hubs.extensions") for name, _ in _imports(path)), path


def test_areas_import_leftward_only() -> None:
    wrong = []
    for path in _modules():
        area = _area(path)
        if area is None or _is_edge(path):
            continue
        for name, line in _imports(path):
            other = name.split(".")[1] if name.startswith("hubs.") and name.count(".") else None
            if other in ORDER and ORDER.index(other) > ORDER.index(area):
                wrong.append(f"{path.relative_to(ROOT)}:{line} imports {name}")
    allowed = {"hubs/core/templating.py"}  # the words for codes are data of the reference area
    assert not [item for item in wrong if item.split(":")[0] not in allowed]


def test_nobody_imports_the_edge() -> None:
    wrong = []
    for path in _modules():
        if path == HUBS / "__init__.py" or _is_edge(path):
            continue
        for name, line in _imports(path):
            parts = name.split(".")
            if parts[0] == "hubs" and len(parts) > 2 and parts[1] in ORDER and EDGE & set(parts[2:3]):
                wrong.append(f"{path.relative_to(ROOT)}:{line} imports {name}")
    assert not wrong


def _calls(path: Path, attribute: str) -> list[int]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == attribute
    ]


def test_commit_only_at_the_edge() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in _modules()
        if not MAY_COMMIT & set(path.relative_to(HUBS).with_suffix("").parts)
        for line in _calls(path, "commit")
    ]
    assert not wrong


def test_states_are_assigned_in_perform_only() -> None:
    """Parts of a request are no subjects of their own: their states change in the request's lifecycle effects."""
    allowed = {"core/perform.py", "referrals/lifecycle.py", "demo/scale.py"}
    pattern = re.compile(r"\b(support_request|referral|agreement|hub|hub_profile|profile|subject)\.state\s*=[^=]")
    wrong = []
    for path in _modules():
        if str(path.relative_to(HUBS)) in allowed:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if pattern.search(line):
                wrong.append(f"{path.relative_to(ROOT)}:{number}")
    assert not wrong


def test_the_clock_is_read_in_one_place() -> None:
    pattern = re.compile(r"datetime\.now\(|utcnow\(\)\s*=|date\.today\(|time\.time\(")
    allowed = {"core/clock.py", "core/types.py"}
    wrong = [
        str(path.relative_to(ROOT))
        for path in _modules()
        if str(path.relative_to(HUBS)) not in allowed and pattern.search(path.read_text(encoding="utf-8"))
    ]
    assert not wrong


def test_files_have_proper_names_and_sizes() -> None:
    for path in _modules():
        assert path.stem not in {"services", "utils", "helpers", "manager", "util", "helper"}, path
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        assert len(lines) <= 400, f"{path.relative_to(ROOT)} has {len(lines)} lines: make it a package cut by noun"


def test_every_module_says_what_it_decides() -> None:
    for path in _modules():
        source = path.read_text(encoding="utf-8")
        if source.strip():
            assert ast.get_docstring(ast.parse(source)), path


def test_every_endpoint_has_an_access_rule(app: Flask) -> None:
    from hubs.accounts.cli import all_rules
    from hubs.accounts.permissions import P

    known = {"public", *map(str, P)}
    missing = [row["rule"] for row in all_rules(app) if row["permission"] not in known]
    assert not missing


def test_fields_with_choices_are_our_own() -> None:
    """WTForms takes pairs no longer than 3.3; ours hand it what it wants."""
    pattern = re.compile(r"^from wtforms(?:\.fields)? import .*\b(?:Select\w*|Radio)Field\b", re.M)
    wrong = [path for path in _modules() if pattern.search(path.read_text(encoding="utf-8"))]
    assert {str(path.relative_to(HUBS)) for path in wrong} <= {"core/choices.py"}


def test_no_orphan_templates() -> None:
    """Every template is named by a view, a mail, or another template."""
    folder = ROOT / "templates"
    sources = [path.read_text(encoding="utf-8") for path in [*HUBS.rglob("*.py"), *folder.rglob("*.*")]]
    text = "\n".join(sources)
    for path in folder.rglob("*.*"):
        name = str(path.relative_to(folder))
        if not name.startswith("errors/"):
            assert f'"{name}"' in text or f"'{name}'" in text, f"nobody renders {name}"


def test_templates_hold_no_script_style_or_unescaped_output() -> None:
    inline = re.compile(r"\son[a-z]+=|\sstyle=|<style|<script(?![^>]*\ssrc=)|\|\s*safe\b|autoescape false", re.I)
    for path in (ROOT / "templates").rglob("*.html"):
        found = inline.search(path.read_text(encoding="utf-8"))
        assert not found, f"{path.relative_to(ROOT)}: {found.group(0) if found else ''}"
