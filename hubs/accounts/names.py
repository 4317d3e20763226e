"""What an organisation is called in a sentence: short, and with an article where the language asks one."""

from __future__ import annotations

import re

_AFTERTHOUGHT = re.compile(r"\s*\([^()]*\)\s*$")


def short_name(name: str) -> str:
    """ "RVO (Rijksdienst voor Ondernemend Nederland)" is called RVO."""
    return _AFTERTHOUGHT.sub("", name) or name


# how an official name begins -> its article; chambers and partners have none
_ARTICLES: dict[str, tuple[tuple[str, str], ...]] = {
    "nl": (
        ("nederlandse ambassade", "de"),
        ("nederlands consulaat", "het"),
        ("nederlands ambassadekantoor", "het"),
        ("multilaterale vertegenwoordiging", "de"),
        ("regieteam", "het"),
        ("nederlandse vertegenwoordiging", "de"),
        ("permanente vertegenwoordiging", "de"),
        ("ministerie", "het"),
    ),
    "en": (("embassy", "the"), ("consulate", "the"), ("permanent representation", "the"), ("ministry", "the")),
}


def with_article(name: str, locale: str, *, first: bool = True) -> str:
    """The short name as it stands in a sentence; `first` when it begins one."""
    name = short_name(name)
    start = name.casefold()
    article = next((word for beginning, word in _ARTICLES.get(locale, ()) if start.startswith(beginning)), None)
    if article is None:
        return name
    return f"{article.capitalize() if first else article} {name}"


_BEGINS = re.compile(r"(^|[.?!:] )(de|het|the)(?= )")


def begun(text: str) -> str:
    """A text in which an article at the beginning of a sentence has its capital."""
    return _BEGINS.sub(lambda found: found[1] + found[2].capitalize(), text)
