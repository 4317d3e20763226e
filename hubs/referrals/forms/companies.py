"""The note an organisation keeps about a company."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import Length, Optional

from hubs.core.forms import Form


class CompanyNoteForm(Form):
    note = TextAreaField(
        _l("Your note"), validators=[Optional(), Length(max=4000, message=_l("Use at most %(max)d characters."))]
    )
