"""Organisations as they are called in a sentence for the entrepreneur: with an article where the language asks one."""

from __future__ import annotations

import re
from collections.abc import Iterable

from flask_babel import gettext as _
from sqlalchemy import select

from hubs.accounts.models import Organisation, OrganisationKind
from hubs.accounts.names import short_name
from hubs.core.templating import locale_code
from hubs.extensions import db

# how an official name begins -> its article; chambers and partners have none
_ARTICLES: dict[str, tuple[tuple[str, str], ...]] = {
    "nl": (
        ("nederlandse ambassade", "de"),
        ("nederlands consulaat", "het"),
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


class Names:
    """The names of organisations by id, read once for a page."""

    def __init__(self, ids: Iterable[str | None]) -> None:
        wanted = sorted({identifier for identifier in ids if identifier})
        self.locale = locale_code()
        rows = db.session.execute(select(Organisation).where(Organisation.id.in_(wanted))).scalars() if wanted else ()
        self.by_id = {row.id: row for row in rows}

    def plain(self, identifier: str | None) -> str:
        found = self.by_id.get(identifier or "")
        return short_name(found.name(self.locale)) if found else _("another place")

    def first(self, identifier: str | None) -> str:
        """At the beginning of a sentence."""
        name = with_article(self.plain(identifier), self.locale)
        return name[:1].upper() + name[1:] if identifier not in self.by_id else name

    def within(self, identifier: str | None) -> str:
        """Inside a sentence."""
        return with_article(self.plain(identifier), self.locale, first=False)

    def is_hub(self, identifier: str | None) -> bool:
        found = self.by_id.get(identifier or "")
        return found is not None and found.kind == OrganisationKind.HUB
