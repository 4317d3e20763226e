"""What all forms share: cleaned text, the reader's language, and problems put beside their fields."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field

from hubs.core.errors import DomainError, Problem

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u2028\u2029]|[\ud800-\udfff]")
_LARGEST = 10**15
REQUIRED = _l("Fill this in.")


def clean_text(value: Any) -> Any:
    """Text without control characters and outer white space, composed (NFC); line ends as \\n."""
    if not isinstance(value, str):
        return value
    return _CONTROL.sub("", unicodedata.normalize("NFC", value).replace("\r\n", "\n").replace("\r", "\n")).strip()


def cut_number(value: Any) -> Any:
    """A whole number of hundreds of digits as one that every range still refuses, and that checks can count with."""
    return max(-_LARGEST, min(value, _LARGEST)) if isinstance(value, int) else value


class Form(FlaskForm):
    """Base of all page forms. Every string field is cleaned; WTForms' own messages follow the reader's language."""

    class Meta(FlaskForm.Meta):
        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Field:
            kind = unbound_field.field_class.__name__
            if "Select" in kind or "Password" in kind or kind in ("FieldList", "FormField"):
                return unbound_field.bind(form=form, **options)
            filters = [clean_text, cut_number, *unbound_field.kwargs.get("filters", ())]
            return unbound_field.bind(form=form, **{**options, "filters": filters})

        @property
        def locales(self) -> list[str]:
            return [str(get_locale() or "en")]

        @locales.setter
        def locales(self, _value: Any) -> None:
            """WTForms sets a default on the class; the reader's language decides."""


def put_problems(form: Any, error: DomainError | Iterable[Problem]) -> list[Problem]:
    """Put each problem beside its field; those without one go to `form.form_errors`. Returns all of them."""
    problems = list(error.problems if isinstance(error, DomainError) else error)
    if isinstance(error, DomainError) and not problems and error.message:
        problems = [Problem(error.code, error.message)]
    for problem in problems:
        field = form._fields.get(problem.field) if problem.field else None
        if field is not None:
            field.errors = [*field.errors, problem.message]
        else:
            form.form_errors = [*form.form_errors, problem.message]
    return problems
