"""What an organisation keeps about a company: its note, and another address of somebody there."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from hubs.companies.words import SURE_BECAUSE
from hubs.core.choices import RadioField
from hubs.core.forms import REQUIRED, Form

TOO_LONG = _l("Use at most %(max)d characters.")


class CompanyNoteForm(Form):
    note = TextAreaField(_l("Your note"), validators=[Optional(), Length(max=8000, message=TOO_LONG)])


class EmailForm(Form):
    email = StringField(
        _l("New e-mail address"), validators=[InputRequired(message=REQUIRED), Length(max=254, message=TOO_LONG)]
    )
    reason = RadioField(
        _l("How did you make sure?"), choices=list(SURE_BECAUSE.items()), validators=[Optional()], validate_choice=False
    )
