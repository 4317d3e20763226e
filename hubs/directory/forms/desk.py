"""Forms of a desk: liaisons, dated changes of capacity, extra days off, and why the ministry sends something back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, IntegerField, StringField, TextAreaField
from wtforms.validators import Email, InputRequired, Length, NumberRange, Optional

from hubs.accounts.models import Organisation
from hubs.core.choices import SelectField
from hubs.core.forms import REQUIRED, Form
from hubs.core.templating import locale_code

from . import PHONE, TOO_LONG, Choices


class LiaisonForm(Form):
    """Somebody to call, for one country, one party, or in general."""

    name = StringField(_l("Name"), [InputRequired(REQUIRED), Length(max=120, message=TOO_LONG)])
    function = StringField(_l("Function"), [Optional(), Length(max=120, message=TOO_LONG)])
    phone = StringField(_l("Telephone number"), [Optional(), PHONE])
    email = StringField(
        _l("E-mail address"),
        [Optional(), Length(max=254, message=TOO_LONG), Email(message=_l("This is not an e-mail address."))],
    )
    market = SelectField(_l("For which country"), [Optional()])
    counterpart_id = SelectField(_l("For which party"), [Optional()])
    note = StringField(_l("When or how to call"), [Optional(), Length(max=200, message=TOO_LONG)])

    def offer_choices(self, markets: Choices, counterparts: Iterable[Organisation]) -> None:
        locale = locale_code()
        self.market.choices = [("", _l("Every country")), *markets]
        self.counterpart_id.choices = [
            ("", _l("Everybody we have an agreement with")),
            *((row.id, row.name(locale)) for row in counterparts),
        ]

    def values(self) -> dict[str, Any]:
        names = ("name", "function", "phone", "email", "market", "counterpart_id", "note")
        return {name: self[name].data or None for name in names}


class CapacityForm(Form):
    """Another number of new questions a week, for some weeks."""

    starts_on = DateField(_l("From"), [InputRequired(REQUIRED)])
    ends_on = DateField(_l("Up to and including"), [InputRequired(REQUIRED)])
    weekly_capacity = IntegerField(
        _l("New questions a week, at most"),
        [
            InputRequired(REQUIRED),
            NumberRange(0, 10_000, message=_l("Fill in a whole number from %(min)s to %(max)s.")),
        ],
    )


class DayOffForm(Form):
    """A day that the country's list of public holidays does not have."""

    on = DateField(_l("Day"), [InputRequired(REQUIRED)])
    name = StringField(_l("What day it is"), [Optional(), Length(max=100, message=TOO_LONG)])


class DecisionForm(Form):
    """Why a change of a profile is sent back; beside each field stands a box of its own, named reason_<field>."""

    version = HiddenField()
    reason = TextAreaField(_l("In general"), [Optional(), Length(max=600, message=TOO_LONG)])
