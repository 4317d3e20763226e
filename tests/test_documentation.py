"""Generated pages are fresh, the README names what a newcomer needs, and both catalogues are complete."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def _run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, text=True, check=False)


def test_generated_pages_are_fresh() -> None:
    done = _run("tools/generate_docs.py", "--check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_catalogues_are_complete() -> None:
    done = _run("tools/catalogues.py", "--check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_readme_names_the_two_commands() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "make run" in text and "make test" in text
    assert (ROOT / "docs" / "question.png").exists()
