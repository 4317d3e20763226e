"""The form of a row of reference data, made from what its table lets be edited."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, IntegerField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from hubs.core.choices import SelectField
from hubs.core.forms import REQUIRED, Form
from hubs.reference.editing import EditField, EditTable, Kind

_LONGEST_CODE, _MOST_CODES = 64, 50


class CodesField(TextAreaField):
    """A list of codes, one a line."""

    def _value(self) -> str:
        return "\n".join(self.data) if isinstance(self.data, list) else str(self.data or "")

    def process_formdata(self, valuelist: list[Any]) -> None:
        text = str(valuelist[0]) if valuelist else ""
        self.data: Any = [line.strip() for line in text.replace(",", "\n").splitlines() if line.strip()]


def _few_codes(_form: Any, field: Any) -> None:
    if len(field.data or []) > _MOST_CODES or any(len(code) > _LONGEST_CODE for code in field.data or []):
        raise ValidationError(_l("This list is too long, or a code in it is."))


class RetiringForm(Form):
    """From which day a row can no longer be chosen."""

    retires_on = DateField(
        _l("From which day?"),
        [InputRequired(message=REQUIRED)],
        description=_l("From this day on it can no longer be chosen. Until then it works as before."),
    )


def retiring_form(on: date, *, is_sent: bool) -> RetiringForm:
    """The form with a day filled in; with what was typed when it is this form that was sent."""
    return RetiringForm(retires_on=on) if is_sent else RetiringForm(None, retires_on=on)


def form_for(table: EditTable, locale: str, row: Any = None, *, is_sent: bool = True) -> Any:
    """The form, filled with the row; what is part of the key can be filled in for a new row only.

    `is_sent` is False when another form of the page was sent, which says nothing about these fields.
    """
    shown = [each for each in table.fields if row is None or not each.fixed]
    made = type("RowForm", (Form,), {each.name: _field(each, locale) for each in shown})
    data = {each.name: getattr(row, each.name) for each in shown} if row is not None else None
    return made(data=data) if is_sent else made(None, data=data)


def values_in(table: EditTable, form: Any) -> dict[str, Any]:
    """What was filled in, as the columns hold it: empty is None."""
    values = {}
    for each in table.fields:
        if each.name not in form:
            continue
        value = form[each.name].data
        if each.kind in (Kind.TEXT, Kind.LONG, Kind.CHOICE):
            value = value or None
        values[each.name] = value
    return values


def _field(each: EditField, locale: str) -> Any:
    required = InputRequired(message=REQUIRED) if each.required else Optional()
    hint = each.hint or ""
    if each.kind == Kind.YES_NO:
        return BooleanField(each.label, description=hint)
    if each.kind == Kind.DATE:
        return DateField(each.label, [required], description=hint)
    if each.kind == Kind.NUMBER:
        within = NumberRange(each.least, each.most)
        return IntegerField(each.label, [required, within], description=hint)
    if each.kind == Kind.CODES:
        return CodesField(each.label, [_few_codes], description=hint)
    if each.kind == Kind.CHOICE and each.choices is not None:
        listed = [SelectChoice(code, words) for code, words in each.choices(locale)]
        none = [] if any(choice.value == "" for choice in listed) else [SelectChoice("", "-")]
        return SelectField(each.label, [required], choices=[*none, *listed], description=hint, filters=[_empty])
    kind = TextAreaField if each.kind == Kind.LONG else StringField
    return kind(each.label, [required, Length(max=each.longest)], description=hint)


def _empty(value: Any) -> str:
    """No choice stored is the empty choice."""
    return value or ""
