"""Base schemas: `Input` for what comes in, `Shape` for what goes out; camelCase outside, snake_case inside."""

from __future__ import annotations

from typing import Any

from marshmallow import INCLUDE, RAISE, Schema, fields

from hubs.api.fields import Listed, Object, Text, Whole

_ERRORS = {"unknown": "unknown_field", "type": "not_object"}


def camel(name: str) -> str:
    """`company_size` as `companySize`; what is camelCase already stays."""
    first, *rest = name.split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in rest)


class Input(Schema):
    """A body or query that is taken: unknown fields are refused."""

    error_messages = _ERRORS

    class Meta:
        unknown = RAISE

    def on_bind_field(self, field_name: str, field_obj: fields.Field) -> None:
        field_obj.data_key = camel(field_obj.data_key or field_name)


class Shape(Schema):
    """An answer: every field is always there unless its metadata says `optional`."""

    def on_bind_field(self, field_name: str, field_obj: fields.Field) -> None:
        field_obj.data_key = camel(field_obj.data_key or field_name)
        field_obj.required = not field_obj.metadata.get("optional")


class Empty(Input):
    """A body without fields."""


class ListQuery(Input):
    """What every collection takes besides its filters and `sort`."""

    error_messages = {**_ERRORS, "unknown": "unknown_filter"}

    cursor = Text(max=500, metadata={"description": "Where the page starts: taken from `next`."})
    page_size = Whole(min=1, max=100, from_text=True, load_default=25, metadata={"description": "Items a page."})


class FieldProblem(Shape):
    class Meta:
        unknown = INCLUDE

    field = fields.String(allow_none=True, metadata={"description": "Path of the field, with dots."})
    code = fields.String()
    message = fields.String(metadata={"description": "In the reader's language (Accept-Language)."})


class Problem(Shape):
    """A refusal (RFC 9457); some codes bring members of their own, such as `receipt`."""

    class Meta:
        unknown = INCLUDE

    type = fields.String()
    title = fields.String()
    status = fields.Integer()
    code = fields.String()
    detail = fields.String(metadata={"optional": True})
    errors = Listed(Object(FieldProblem))


def optional(field: Any) -> Any:
    """The same field, left out of an answer that has no value for it."""
    field.metadata["optional"] = True
    return field
