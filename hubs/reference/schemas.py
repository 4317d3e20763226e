"""Reference data in the API, and fields for its codes: a body with codes is checked in one statement."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from marshmallow import ValidationError, fields, validates_schema
from sqlalchemy import literal, select, union_all

from hubs.api.fields import Choice, Listed, Object, Pattern, Text, Whole
from hubs.api.listing import list_query
from hubs.api.schemas import Input, Shape
from hubs.extensions import db

from .models import CodeListEntry, Provider, SectorKind
from .queries import NAMED

ISO2 = "[A-Z]{2}"
KEY = "[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}"


class Coded(Pattern):
    """A code of reference data: `market`, `sector`, `service`, or the name of a code list."""

    def __init__(self, family: str, **more: Any) -> None:
        words = f"A code of `/{family}s`." if family in NAMED else f"A code of the list `{family}`."
        more.setdefault("metadata", {"description": words})
        super().__init__(ISO2 if family == "market" else KEY, **more)
        self.family = family


class CodedInput(Input):
    """An input whose codes must exist."""

    @validates_schema(skip_on_field_errors=False)
    def check_codes(self, data: Any, **_more: Any) -> None:
        asked = list(self._asked(data))
        known = known_codes({(family, code) for _key, family, code in asked})
        wrong = {key: ["not_in_list"] for key, family, code in asked if (family, code) not in known}
        if wrong:
            raise ValidationError(wrong)

    def _asked(self, data: Any) -> Iterator[tuple[str, str, str]]:
        for name, field in self.load_fields.items():
            inner = field.inner if isinstance(field, fields.List) else field
            given = data.get(name) if isinstance(inner, Coded) else None
            for code in given if isinstance(given, list) else [given]:
                if isinstance(inner, Coded) and isinstance(code, str):
                    yield str(field.data_key), inner.family, code


def known_codes(wanted: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of (family, code) that exist and are not retired."""
    if not wanted:
        return set()
    codes = sorted({code for _family, code in wanted})
    parts = [
        select(literal(family), column).where(column.in_(codes), column.class_.retired_on.is_(None))
        for family, column in NAMED.items()
    ]
    lists = select(CodeListEntry.list_code, CodeListEntry.code).where(
        CodeListEntry.code.in_(codes), CodeListEntry.retired_on.is_(None)
    )
    found = db.session.execute(union_all(*parts, lists))
    return {(family, code) for family, code in found} & wanted


class MarketOut(Shape):
    code = fields.String(attribute="iso2", metadata={"description": "ISO 3166-1 alpha-2; XK for Kosovo."})
    iso3 = fields.String()
    name_nl = fields.String()
    name_en = fields.String()
    region = fields.String(allow_none=True)
    subregion = fields.String(allow_none=True)
    capital = fields.String(allow_none=True)
    weekend_days = Listed(fields.String())
    timezone = fields.String(allow_none=True)
    retired_on = fields.Date(allow_none=True)


class SectorOut(Shape):
    code = fields.String()
    kind = Choice(SectorKind)
    name_nl = fields.String()
    name_en = fields.String()
    parent_code = fields.String(allow_none=True)
    is_routable = fields.Boolean(metadata={"description": "Whether a question may name it."})
    retired_on = fields.Date(allow_none=True)


class ServiceOut(Shape):
    code = fields.String()
    name_nl = fields.String()
    name_en = fields.String()
    default_provider = Choice(Provider)
    partner_codes = Listed(fields.String())
    is_paid = fields.Boolean(allow_none=True)
    retired_on = fields.Date(allow_none=True)


class CodeOut(Shape):
    code = fields.String()
    name_nl = fields.String()
    name_en = fields.String()


class CodeListOut(Shape):
    """A list of codes: states, actions, reasons, outcomes or what somebody picks from."""

    code = fields.String()
    kind = Choice(("state", "action", "reason", "outcome", "list"))
    entries = Listed(Object(CodeOut))


_NAME = Text(max=100, metadata={"description": "Part of the name, in either language."})
_SORTS = ("code", "-code", "nameNl", "-nameNl", "nameEn", "-nameEn")
MarketQuery = list_query("MarketQuery", _SORTS, q=_NAME, region=Text(max=60))
SectorQuery = list_query("SectorQuery", _SORTS, q=_NAME, kind=Choice(SectorKind))
ServiceQuery = list_query("ServiceQuery", _SORTS, q=_NAME, provider=Choice(Provider))


CodeListQuery = list_query(
    "CodeListQuery",
    ("code",),
    kind=Choice(("state", "action", "reason", "outcome", "list")),
    page_size=Whole(min=1, max=100, from_text=True, load_default=100),  # all of them, unless fewer are asked for
)
