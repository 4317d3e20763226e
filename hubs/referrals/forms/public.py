"""The entrepreneur's small forms: finding back a lost link, having a link mailed."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import Length

from hubs.companies.identifying import NotUsable, checked_email
from hubs.companies.operations import problem_of
from hubs.core.forms import Form


class LostLinkForm(Form):
    """Whoever knows the address or the number of a question gets its link mailed, to the address it was given."""

    email = StringField(_l("Your e-mail address"), validators=[Length(max=254)])
    reference = StringField(_l("Number of your question"), validators=[Length(max=40)])

    def is_filled(self) -> bool:
        self.validate()
        if not (self.email.data or self.reference.data):
            self.email.errors = [_l("Fill in your mail address, or the number of your question.")]
        elif self.email.data and not self.email.errors:
            try:
                checked_email(self.email.data)
            except NotUsable as error:
                self.email.errors = [problem_of(error).message]
        return not (self.email.errors or self.reference.errors)


class KeptLinkForm(Form):
    """Where the link to a question that is not sent yet is to be mailed."""

    class Meta(Form.Meta):
        csrf = False  # the view checks, for embedded pages too

    email = StringField(_l("Your e-mail address"), validators=[Length(max=254)])
