"""Marshmallow fields that take nothing a database could choke on: bounded, typed strictly, codes for errors."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from email_validator import EmailNotValidError, validate_email
from marshmallow import ValidationError, fields, validate

from hubs.core.types import ID_LENGTH

_NEVER = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u2028\u2029]|[\ud800-\udfff]")
_NOT_IN_A_LINE = re.compile(r"[\n\r\t]")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?([Zz]|[+-]\d{2}:\d{2})")
_YEARS = range(1900, 2200)
_ABSENT = {"required": "required", "null": "null", "validator_failed": "bad_format"}
MAX_INTEGER = 2**31 - 1


def _validators(given: Any, own: Iterable[Any]) -> list[Any]:
    more = [] if given is None else list(given) if isinstance(given, list | tuple) else [given]
    return [*own, *more]


class Text(fields.String):
    """Text without control characters, composed, trimmed; white space only counts as nothing."""

    default_error_messages = {**_ABSENT, "invalid": "not_text", "characters": "bad_characters"}

    def __init__(self, *, max: int, min: int = 0, lines: bool = False, **more: Any) -> None:  # noqa: A002
        length = validate.Length(max=max, error="too_long|{max}")
        own = [length, validate.Length(min=min, error="too_short|{min}")] if min else [length]
        super().__init__(validate=_validators(more.pop("validate", None), own), **more)
        self.lines = lines

    def deserialize(self, value: Any, *args: Any, **more: Any) -> Any:
        if isinstance(value, str) and not value.strip():
            if self.required or not self.allow_none:
                raise self.make_error("required")
            return None
        return super().deserialize(value, *args, **more)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> str:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        if _NEVER.search(value) or (not self.lines and _NOT_IN_A_LINE.search(value)):
            raise self.make_error("characters")
        return unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n")).strip()


class Email(Text):
    """An address that mail could go to; its domain is not asked whether it answers."""

    def __init__(self, **more: Any) -> None:
        super().__init__(max=254, **more)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> str:
        text = super()._deserialize(value, attr, data, **more)
        try:
            return validate_email(text, check_deliverability=False).normalized
        except EmailNotValidError as error:
            raise ValidationError("not_email") from error


class Choice(fields.String):
    """One of the listed codes."""

    default_error_messages = {**_ABSENT, "invalid": "not_text"}

    def __init__(self, choices: Iterable[str], *, error: str = "not_in_list", **more: Any) -> None:
        own = [validate.OneOf([str(choice) for choice in choices], error=error)]
        super().__init__(validate=_validators(more.pop("validate", None), own), **more)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> str:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        return value


class Pattern(fields.String):
    """Text of a fixed form; the pattern holds for the whole of it and allows no odd characters."""

    default_error_messages = {**_ABSENT, "invalid": "not_text"}

    def __init__(self, pattern: str, *, max: int = 64, **more: Any) -> None:  # noqa: A002
        own = [
            validate.Length(max=max, error="too_long|{max}"),
            validate.Regexp(re.compile(rf"\A(?:{pattern})\Z", re.ASCII), error="bad_format"),
        ]
        super().__init__(validate=_validators(more.pop("validate", None), own), **more)
        self.metadata = {"pattern": f"^(?:{pattern})$", **self.metadata}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> str:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        return value


class Id(Pattern):
    """An identifier of ours."""

    def __init__(self, **more: Any) -> None:
        super().__init__(rf"[0-9a-hjkmnp-tv-z]{{{ID_LENGTH}}}", max=ID_LENGTH, **more)


class Whole(fields.Integer):
    """A whole number within the column's reach; `from_text` for a query string."""

    default_error_messages = {**_ABSENT, "invalid": "not_whole", "too_large": "not_whole"}

    def __init__(
        self,
        *,
        min: int = 0,  # noqa: A002
        max: int = MAX_INTEGER,  # noqa: A002
        from_text: bool = False,
        **more: Any,
    ) -> None:
        own = [validate.Range(min=min, error="too_small|{min}"), validate.Range(max=max, error="too_large|{max}")]
        super().__init__(validate=_validators(more.pop("validate", None), own), **more)
        self.from_text = from_text

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> int:
        if self.from_text and isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,10}", value):
            return int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.make_error("invalid")
        return value


class Number(fields.Float):
    """A finite number, kept as it was given: 15000 stays whole."""

    default_error_messages = {**_ABSENT, "invalid": "not_number", "special": "not_number", "too_large": "not_number"}

    def __init__(self, *, min: float = 0, max: float = 10**12, **more: Any) -> None:  # noqa: A002
        own = [validate.Range(min=min, error="too_small|{min}"), validate.Range(max=max, error="too_large|{max}")]
        super().__init__(validate=_validators(more.pop("validate", None), own), **more)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, int | float) or (
            isinstance(value, float) and not math.isfinite(value)
        ):  # fmt: skip
            raise self.make_error("invalid")
        return int(value) if isinstance(value, float) and value.is_integer() else value

    def _serialize(self, value: Any, attr: str | None, obj: Any, **more: Any) -> Any:
        return value


class Flag(fields.Boolean):
    """True or false, not what looks like it; `from_text` for a query string."""

    default_error_messages = {**_ABSENT, "invalid": "not_boolean"}

    def __init__(self, *, from_text: bool = False, **more: Any) -> None:
        super().__init__(**more)
        self.from_text = from_text

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> bool:
        if self.from_text and value in ("true", "false"):
            return value == "true"
        if not isinstance(value, bool):
            raise self.make_error("invalid")
        return value


class Day(fields.Date):
    """A calendar day, within centuries that can be reckoned with."""

    default_error_messages = {**_ABSENT, "invalid": "not_date", "format": "not_date"}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> date:
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            raise self.make_error("invalid")
        try:
            day = date.fromisoformat(value)
        except ValueError as error:
            raise self.make_error("invalid") from error
        if day.year not in _YEARS:
            raise self.make_error("invalid")
        return day


class Instant(fields.AwareDateTime):
    """A moment with its offset."""

    default_error_messages = {
        **_ABSENT,
        "invalid": "not_instant",
        "invalid_awareness": "not_instant",
        "format": "not_instant",
    }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> datetime:
        if not isinstance(value, str) or not _MOMENT.fullmatch(value):
            raise self.make_error("invalid")
        try:
            moment = datetime.fromisoformat(value.upper())
        except ValueError as error:
            raise self.make_error("invalid") from error
        if moment.year not in _YEARS or abs(moment.utcoffset().total_seconds()) > 15 * 3600:  # type: ignore[union-attr]
            raise self.make_error("invalid")
        return moment


class Listed(fields.List):
    """A list with an upper bound on its length."""

    default_error_messages = {**_ABSENT, "invalid": "not_list"}

    def __init__(self, inner: Any, *, max: int = 100, min: int = 0, **more: Any) -> None:  # noqa: A002
        own = [validate.Length(max=max, error="too_many|{max}")]
        own += [validate.Length(min=min, error="too_few|{min}")] if min else []
        super().__init__(inner, validate=_validators(more.pop("validate", None), own), **more)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> list[Any]:
        if not isinstance(value, list):
            raise self.make_error("invalid")
        return super()._deserialize(value, attr, data, **more)


class Object(fields.Nested):
    """An object within the object."""

    default_error_messages = {**_ABSENT, "type": "not_object"}


class Upload(fields.Field):
    """A file in a multipart form, as it came; its content is judged elsewhere."""

    default_error_messages = {**_ABSENT, "invalid": "required"}

    def __init__(self, **more: Any) -> None:
        super().__init__(metadata={"type": "string", "format": "binary", **more.pop("metadata", {})}, **more)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> Any:
        if not hasattr(value, "stream"):
            raise self.make_error("invalid")
        return value


class AnyOf(fields.Field):
    """Takes what one of the fields takes; what each refuses is not told, the whole has one code."""

    default_error_messages = {**_ABSENT, "invalid": "bad_format"}

    def __init__(self, *choices: fields.Field, **more: Any) -> None:
        super().__init__(**more)
        self.choices = choices

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> Any:
        for choice in self.choices:
            try:
                return choice.deserialize(value, attr, data, **more)
            except ValidationError:
                continue
        raise self.make_error("invalid")

    def _serialize(self, value: Any, attr: str | None, obj: Any, **more: Any) -> Any:
        return value
