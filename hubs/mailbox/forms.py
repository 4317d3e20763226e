"""The forms of the pages about mail."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import Length

from hubs.core.choices import SelectField
from hubs.core.forms import Form
from hubs.mailbox.words import DISCARD_WORDS


class MailForm(Form):
    """What can be done with one mail."""

    action = HiddenField(validators=[Length(max=40)])
    version = HiddenField(validators=[Length(max=12)])
    reference = StringField(_l("Number of the question"), validators=[Length(max=20)])
    as_answer = BooleanField(_l("The entrepreneur wrote this: take it as their answer"))
    reason = SelectField(_l("Why?"), validate_choice=False)
    desk = SelectField(_l("Which desk?"), validate_choice=False)

    def offer(self, desks: Iterable[tuple[str, Any]] = ()) -> None:
        self.reason.choices = [("", _l("Choose a reason")), *DISCARD_WORDS.items()]
        self.desk.choices = [("", _l("Choose a desk")), *desks]

    def seen_version(self) -> int | None:
        text = str(self.version.data or "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
