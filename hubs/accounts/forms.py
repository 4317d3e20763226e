"""The forms of sign-in, account and people: fields and formats."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, EmailField, PasswordField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Email, EqualTo, InputRequired, Length
from wtforms.validators import Optional as WtfOptional

from hubs.accounts.models import ROLES_OF, Membership, Office, Organisation, OrganisationKind
from hubs.accounts.passwords import SHORTEST
from hubs.accounts.words import role_name
from hubs.core.choices import RadioField, SelectField
from hubs.core.forms import Form

LANGUAGE_CHOICES = [SelectChoice("nl", "Nederlands"), SelectChoice("en", "English")]
_EMAIL = _l("Enter a mail address with an @, such as name@example.nl.")
_LONGEST_TYPED = 1000  # of a password; what is longer is no password here
_FILL_EMAIL = _l("Fill in a mail address.")
_FILL_NAME = _l("Fill in a name.")
_FILL_PASSWORD = _l("Fill in a password.")
_CHOOSE = _l("Choose one of these.")


def _required(message: Any) -> InputRequired:
    return InputRequired(message=message)


class SignInForm(Form):
    email = StringField(_l("Mail address"), [_required(_FILL_EMAIL), Length(max=254)])
    password = PasswordField(_l("Password"), [_required(_FILL_PASSWORD), Length(max=_LONGEST_TYPED)])


class ForgotForm(Form):
    email = EmailField(_l("Mail address"), [_required(_FILL_EMAIL), Length(max=254), Email(message=_EMAIL)])


class _NewPassword(Form):
    password = PasswordField(
        _l("New password"),
        [_required(_FILL_PASSWORD), Length(max=_LONGEST_TYPED)],
        description=_l(
            "At least %(count)s characters. A few words in a row are strong and easy to remember.", count=SHORTEST
        ),
    )
    password_again = PasswordField(
        _l("The same password again"),
        [
            _required(_l("Fill in the same password again.")),
            EqualTo("password", message=_l("The two passwords are not the same.")),
        ],
    )


class ResetForm(_NewPassword):
    """Set a password by a reset link."""


class JoinForm(_NewPassword):
    """Set a first password by an invitation, under one's own name."""

    name = StringField(_l("Your name"), [_required(_FILL_NAME), Length(max=120)])


class AcceptForm(Form):
    """Accept an invitation with the account one has: a button only."""


class PasswordForm(_NewPassword):
    current_password = PasswordField(
        _l("Present password"), [_required(_l("Fill in your present password.")), Length(max=_LONGEST_TYPED)]
    )


class AccountForm(Form):
    name = StringField(_l("Your name"), [_required(_FILL_NAME), Length(max=120)])
    language = RadioField(_l("Language of your mails"), choices=LANGUAGE_CHOICES, validate_choice=True)


class _PlaceForm(Form):
    role = SelectField(_l("Role"), validators=[_required(_CHOOSE)])
    office_id = SelectField(_l("Office"))

    def offer(self, organisation: Organisation, offices: list[Office]) -> None:
        """The roles and offices of this organisation as choices."""
        roles = ROLES_OF[OrganisationKind(organisation.kind)]
        self.role.choices = [SelectChoice(str(role), role_name(role)) for role in roles]
        listed = [SelectChoice(office.id, office.city or organisation.name_nl) for office in offices]
        self.office_id.choices = [SelectChoice("", _l("All offices")), *listed]

    @property
    def chosen_office(self) -> str | None:
        return self.office_id.data or None


class InviteForm(_PlaceForm):
    name = StringField(_l("Name"), [_required(_FILL_NAME), Length(max=120)])
    email = EmailField(_l("Mail address"), [_required(_FILL_EMAIL), Length(max=254), Email(message=_EMAIL)])
    language = RadioField(_l("Language of the mails"), choices=LANGUAGE_CHOICES)


class MembershipForm(_PlaceForm):
    """Another role or office for somebody who is there already."""


class LastDayForm(Form):
    """The planned last day; empty: none is planned."""

    ends_on = DateField(_l("Last day"), [WtfOptional()])


_DAY = _l("Fill in a day, such as 2027-01-31.")


class AbsenceForm(Form):
    """From which day to which day somebody is away, and who stands in."""

    starts_on = DateField(_l("First day away"), [_required(_DAY)])
    ends_on = DateField(_l("Last day away"), [_required(_DAY)])
    deputy_membership_id = SelectField(_l("Deputy"), validators=[WtfOptional()])

    def offer(self, colleagues: list[Membership]) -> None:
        """The colleagues who could stand in as choices; nobody: the desk's mailbox gets the mails."""
        listed = [SelectChoice(each.id, each.person.name) for each in colleagues]
        self.deputy_membership_id.choices = [SelectChoice("", _l("Nobody: the desk itself")), *listed]

    @property
    def deputy(self) -> str | None:
        return self.deputy_membership_id.data or None
