"""Brings translations/ up to date with the code; with --check refuses a catalogue that is stale or incomplete."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "translations"
BIN = Path(sys.executable).parent
LANGUAGES = ("nl",)


def _extract(target: Path) -> None:
    words = ["extract", "-F", "babel.cfg", "-k", "_l", "-k", "lazy_gettext", "-k", "ngettext:1,2", "--no-location"]
    words += ["--sort-output", "--omit-header", "-o", str(target), "."]
    subprocess.run([str(BIN / "pybabel"), "-q", *words], cwd=ROOT, check=True)  # noqa: S603


def _messages(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


def _po(language: str) -> Path:
    return FOLDER / language / "LC_MESSAGES" / "messages.po"


def _keys(catalog: Catalog) -> set[str]:
    return {str(message.id[0] if isinstance(message.id, tuple) else message.id) for message in catalog if message.id}


def _complaints(language: str, template: Catalog) -> list[str]:
    catalog = _messages(_po(language))
    missing = _keys(template) - _keys(catalog)
    said = [f"{language}: not in the catalogue: {key[:80]!r}" for key in sorted(missing)]
    for message in catalog:
        if not message.id:
            continue
        texts = message.string if isinstance(message.string, tuple | list) else [message.string]
        if message.fuzzy or not all(texts):
            said.append(f"{language}: not translated: {str(message.id)[:80]!r}")
        said += [f"{language}: {error}: {str(message.id)[:60]!r}" for error in message.check(catalog)]
    return said


def _compile(language: str) -> None:
    with _po(language).with_suffix(".mo").open("wb") as file:
        write_mo(file, _messages(_po(language)))


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "messages.pot"
        _extract(template)
        if "--check" not in sys.argv:
            words = ["update", "-i", str(template), "-d", str(FOLDER), "--no-fuzzy-matching", "--ignore-obsolete"]
            words += ["--omit-header", "--no-wrap"]
            subprocess.run([str(BIN / "pybabel"), "-q", *words], cwd=ROOT, check=True)  # noqa: S603
        said = [line for language in LANGUAGES for line in _complaints(language, _messages(template))]
        for language in LANGUAGES:
            _compile(language)
    print("\n".join(said) if said else "The catalogues are complete.")
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
