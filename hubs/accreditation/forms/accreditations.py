"""Forms of an accreditation: handing in, judging, concerns and public money."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, FileField, IntegerField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from hubs.accreditation.models import Funding
from hubs.core.choices import SelectField
from hubs.core.forms import REQUIRED, Form
from hubs.core.templating import locale_code
from hubs.directory.hours_text import amount_text, parse_amount

TOO_LONG = _l("This is too long.")
AMOUNT = _l("Fill in an amount in euro, such as 25000 or 12500,50.")
LARGEST_EURO = 10**10
NOTE = 4000


class HandInForm(Form):
    """A plan, a report or evidence: a file, with a word about it."""

    file = FileField(_l("File"))
    note = TextAreaField(_l("Explanation"), [Optional(), Length(max=NOTE, message=TOO_LONG)])


class JudgeForm(Form):
    """What the ministry found."""

    note = TextAreaField(_l("What did you find?"), [Optional(), Length(max=NOTE, message=TOO_LONG)])


class ConcernForm(Form):
    """Something that may be wrong, and who looks into it by when."""

    text = TextAreaField(_l("What is the matter?"), [Optional(), Length(max=NOTE, message=TOO_LONG)])
    owner = SelectField(_l("Who looks into it?"), [Optional()])
    due_on = DateField(_l("By when?"), [Optional()])

    def offer_choices(self, owners: Iterable[tuple[str, str]]) -> None:
        self.owner.choices = [("", _l("Choose somebody")), *owners]


class ConcernClosingForm(Form):
    finding = TextAreaField(_l("What did you find?"), [Optional(), Length(max=NOTE, message=TOO_LONG)])


class FundingForm(Form):
    """Public money of one source in one year."""

    year = IntegerField(
        _l("Year"),
        [InputRequired(REQUIRED), NumberRange(2000, 2100, message=_l("Give a year, such as 2027."))],
    )
    source = StringField(_l("Who gives it?"), [InputRequired(REQUIRED), Length(max=200, message=TOO_LONG)])
    amount_cents = StringField(_l("Amount in euro"), [InputRequired(REQUIRED), Length(max=20, message=TOO_LONG)])
    planned_cents = StringField(_l("Planned for this year"), [Optional(), Length(max=20, message=TOO_LONG)])
    is_de_minimis = BooleanField(_l("This is de-minimis aid"))
    granted_on = DateField(_l("Granted on"), [Optional()])
    note = TextAreaField(_l("Note"), [Optional(), Length(max=NOTE, message=TOO_LONG)])

    def validate_amount_cents(self, field: Any) -> None:
        _cents(field.data)

    def validate_planned_cents(self, field: Any) -> None:
        if field.data:
            _cents(field.data)

    def values(self) -> dict[str, Any]:
        planned = self.planned_cents.data
        return {
            "year": self.year.data,
            "source": self.source.data,
            "amount_cents": _cents(self.amount_cents.data),
            "planned_cents": _cents(planned) if planned else None,
            "is_de_minimis": self.is_de_minimis.data,
            "granted_on": self.granted_on.data,
            "note": self.note.data,
        }

    @classmethod
    def data_of(cls, funding: Funding) -> dict[str, Any]:
        comma = locale_code() == "nl"
        names = ("year", "source", "is_de_minimis", "granted_on", "note")
        return {
            **{name: getattr(funding, name) for name in names},
            "amount_cents": amount_text(funding.amount_cents, decimal_comma=comma),
            "planned_cents": amount_text(funding.planned_cents, decimal_comma=comma),
        }


def _cents(text: str | None) -> int:
    """Euros as typed, in cents. Raises ValidationError."""
    try:
        cents = parse_amount(text or "")
    except ValueError as error:
        raise ValidationError(AMOUNT) from error
    if cents is None or not 0 <= cents <= LARGEST_EURO * 100:
        raise ValidationError(AMOUNT)
    return cents
