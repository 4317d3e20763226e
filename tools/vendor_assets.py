"""Copies the style sheets and the font we use from node_modules into hubs/static/vendor, reduced to what pages use.

    npm ci --ignore-scripts && python tools/vendor_assets.py

Node is needed for this only; the copies are committed. Which components a page may use stands in COMPONENTS.
"""

from __future__ import annotations

import gzip
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "hubs" / "static" / "vendor"
UTRECHT = MODULES / "@utrecht" / "component-library-css"
TOKENS = MODULES / "@nl-design-system-unstable" / "voorbeeld-design-tokens"
NOTO = MODULES / "@fontsource-variable" / "noto-sans"

COMPONENTS = frozenset(
    """
    document root heading-1 heading-2 heading-3 heading-4 heading-5 paragraph link button button-link textbox
    textarea select checkbox radio-button form-field form-label form-field-description form-field-error-message
    alert status-badge table table-container mark skip-link unordered-list breadcrumb-nav
    """.split()  # noqa: SIM905 - a list of words reads better than 28 quoted strings
)
# class modifiers that only draw a state in a style guide, or that a page of ours never carries
UNUSED = re.compile(
    r"--(?:hover|focus|focus-visible|active|disabled|custom|html-(?!input|select|textarea|table|a\b)[\w-]+|"
    r"nested|distanced|warning-action|ready|busy|pressed|small|alternate-row-color|external|telephone|"
    r"numeric-column|sticky-header|overflow-visible|arrows|responsive|box-content|checkbox|radio|placeholder|"
    r"current|icon-only|inline-box)(?![\w-])"
)
KEEP_MODIFIER = re.compile(r"\.utrecht-(?:alert|status-badge)--(?:warning|active)(?![\w-])")
CLASS = re.compile(r"\.utrecht-([a-z0-9-]+?)(?=__|--|[^a-z0-9-]|$)")
PROPERTY = re.compile(r"--[\w-]+")

NOTICE = "/*! {name} {version} | EUPL-1.2 | reduced to what Hubs uses by tools/vendor_assets.py | see README.md */\n"


@dataclass(frozen=True)
class Rule:
    """A CSS rule or at-rule: what stands before the brace, and what stands within."""

    head: str
    body: str


def rules_of(css: str) -> Iterator[Rule]:
    """The rules of a style sheet without comments, one level deep."""
    depth, start, opened, quote = 0, 0, 0, ""
    for place, sign in enumerate(css):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            quote = sign
        elif sign == ";" and depth == 0:
            start = place + 1
        elif sign == "{":
            depth += 1
            opened = place if depth == 1 else opened
        elif sign == "}":
            depth -= 1
            if depth == 0:
                yield Rule(css[start:opened].strip(), css[opened + 1 : place].strip())
                start = place + 1


def without_comments(css: str) -> str:
    return re.sub(r"/\*.*?\*/", "", css, flags=re.S)


def split_selectors(head: str) -> list[str]:
    """The selectors of a rule, cut at commas that stand outside brackets."""
    return [part.strip() for part in re.split(r",(?![^(]*\))", head)]


def is_used(selector: str) -> bool:
    """Whether a page of ours can match this selector."""
    asked = re.sub(r":not\([^)]*\)", "", selector)
    if UNUSED.search(KEEP_MODIFIER.sub("", asked)):
        return False
    blocks = CLASS.findall(asked)
    return bool(blocks) and all(block in COMPONENTS for block in blocks)


def reduced(css: str) -> str:
    """The style sheet with only the rules whose selectors a page can match."""
    kept = []
    for rule in rules_of(css):
        if rule.head.startswith(("@media", "@supports", "@container")):
            inner = reduced(rule.body)
            if inner:
                kept.append(f"{rule.head}{{{inner}}}")
        elif not rule.head.startswith("@"):
            selectors = [part for part in split_selectors(rule.head) if is_used(part)]
            if selectors and rule.body:
                kept.append(f"{','.join(selectors)}{{{squeezed(rule.body)}}}")
    return "\n".join(kept)


def squeezed(body: str) -> str:
    """Declarations without the white space that means nothing."""
    return re.sub(r"\s*([;{}])\s*", r"\1", re.sub(r"\s+", " ", body)).replace(": ", ":").strip("; ")


def reachable_tokens(theme: str, *sheets: str) -> str:
    """The theme's custom properties that the sheets use, directly or through another property."""
    (rule,) = tuple(rules_of(theme))
    values = dict(re.findall(r"(--[\w-]+)\s*:\s*([^;]+);", rule.body + ";"))
    wanted: set[str] = set()
    waiting = {name for sheet in sheets for name in PROPERTY.findall(sheet)}
    while waiting:
        name = waiting.pop()
        if name in values and name not in wanted:
            wanted.add(name)
            waiting.update(PROPERTY.findall(values[name]))
    kept = ";\n".join(f"{name}:{values[name].strip()}" for name in values if name in wanted)
    return f"{rule.head}{{\n{kept}\n}}\n"


def version_of(package: Path) -> str:
    found = re.search(r'"version":\s*"([^"]+)"', (package / "package.json").read_text(encoding="utf-8"))
    if found is None:
        raise SystemExit(f"no version in {package}")
    return found[1]


def write_sheet(name: str, css: str) -> None:
    """The sheet and, beside it, the compressed copy that the server prefers; the same bytes every time."""
    (VENDOR / name).write_text(css, encoding="utf-8")
    (VENDOR / f"{name}.gz").write_bytes(gzip.compress(css.encode(), 9, mtime=0))


def write_styles() -> None:
    library = without_comments((UTRECHT / "dist" / "index.css").read_text(encoding="utf-8"))
    theme = without_comments((TOKENS / "dist" / "theme.css").read_text(encoding="utf-8"))
    own = without_comments((ROOT / "hubs" / "static" / "app.css").read_text(encoding="utf-8"))
    components = reduced(library)
    head = NOTICE.format(name="@utrecht/component-library-css", version=version_of(UTRECHT))
    write_sheet("utrecht.css", head + components + "\n")
    head = NOTICE.format(name="@nl-design-system-unstable/voorbeeld-design-tokens", version=version_of(TOKENS))
    tokens = reachable_tokens(theme, components, own)
    write_sheet("tokens.css", head + tokens)


def write_font() -> None:
    target = VENDOR / "noto-sans"
    target.mkdir(parents=True)
    css = (NOTO / "index.css").read_text(encoding="utf-8")
    for name in re.findall(r"url\(\./files/([\w.-]+)\)", css):
        shutil.copyfile(NOTO / "files" / name, target / name)
    head = f"/*! @fontsource-variable/noto-sans {version_of(NOTO)} | OFL-1.1 | see LICENSE.txt */\n"
    (target / "index.css").write_text(head + css.replace("url(./files/", "url("), encoding="utf-8")
    shutil.copyfile(NOTO / "LICENSE", target / "LICENSE.txt")


def main() -> None:
    notice = (VENDOR / "README.md").read_text(encoding="utf-8") if (VENDOR / "README.md").exists() else ""
    shutil.rmtree(VENDOR, ignore_errors=True)
    VENDOR.mkdir(parents=True)
    write_styles()
    write_font()
    shutil.copyfile(UTRECHT / "LICENSE.md", VENDOR / "EUPL-1.2.md")
    (VENDOR / "README.md").write_text(notice, encoding="utf-8")


if __name__ == "__main__":
    main()
