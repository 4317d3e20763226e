"""A message, a note, or files without words, from the page of a question or a referral."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import MultipleFileField, TextAreaField
from wtforms.validators import Length, Optional

from hubs.core.choices import SelectField
from hubs.core.forms import Form
from hubs.referrals.forms.acting import plain_code
from hubs.referrals.operations.messages import TEXT_LENGTH


class MessageForm(Form):
    """`to`: entrepreneur, desks, own, or the reference of a referral whose other side is meant."""

    to = SelectField(_l("To"), choices=[], validate_choice=False)
    text = TextAreaField(
        _l("Message"), validators=[Optional(), Length(max=TEXT_LENGTH, message=_l("Use at most %(max)d characters."))]
    )
    file = MultipleFileField(_l("Files"))

    def target(self) -> str:
        return plain_code(self.to.data) or "-"
