"""The organisations of a question as its pages call them."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _
from sqlalchemy import select

from hubs.accounts.models import Organisation, OrganisationKind
from hubs.accounts.names import short_name, with_article
from hubs.core.templating import locale_code
from hubs.extensions import db


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
