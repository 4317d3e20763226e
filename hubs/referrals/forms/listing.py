"""What the lists send along: a view that is kept, and what is done to one or many."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, HiddenField, StringField
from wtforms.validators import Length, Optional

from hubs.core.calendars import zone
from hubs.core.choices import SelectField
from hubs.core.forms import Form
from hubs.referrals.forms.acting import plain_code
from hubs.referrals.forms.intake import CodesField
from hubs.referrals.lists.bulk import Wish
from hubs.referrals.lists.models import NAME_LENGTH, REASON_LENGTH

MORNING = time(8)


class ViewForm(Form):
    """A list under a name; `query` holds the parameters of its address."""

    list_name = HiddenField(validators=[Length(max=12)])
    query = HiddenField(validators=[Optional(), Length(max=2000)])
    name = StringField(_l("Name of the view"), validators=[Length(max=NAME_LENGTH)])
    is_shared = BooleanField(_l("Share it with everybody of our organisation"))
    is_default = BooleanField(_l("Open this list with it from now on"))


class HandlingForm(Form):
    """What is done to one question or referral, or to many."""

    action = HiddenField(validators=[Length(max=20)])
    item = CodesField(_l("Chosen"), validate_choice=False)
    handler_id = SelectField(_l("Handler"), choices=[], validate_choice=False)
    office_id = SelectField(_l("Office"), choices=[], validate_choice=False)
    until = DateField(_l("Until which day?"), validators=[Optional()])
    reason = StringField(_l("Why?"), validators=[Optional(), Length(max=REASON_LENGTH)])
    next = HiddenField(validators=[Optional(), Length(max=2000)])

    def references(self) -> list[str]:
        return list(dict.fromkeys(plain_code(value) for value in self.item.data or () if value))

    def wish(self, timezone: str) -> Wish:
        """In the words of `lists.bulk`; a day begins at eight in the morning where the desk is."""
        return Wish(
            action=plain_code(self.action.data),
            handler_id=plain_code(self.handler_id.data),
            office_id=plain_code(self.office_id.data),
            until=morning_of(self.until.data, timezone),
            reason=self.reason.data or "",
        )


def morning_of(day: Any, timezone: str) -> datetime | None:
    """The beginning of the working day; None without a day, or for one outside the calendar's reach."""
    if not isinstance(day, date) or not 2000 <= day.year <= 2100:
        return None
    return datetime.combine(day, MORNING, zone(timezone))
