"""What is written down of a company and of the people there."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import InputRequired, Length, Optional

from hubs.companies.keeping import RecordData
from hubs.companies.models import CompanyRecord, ContactPerson
from hubs.companies.operations import ContactData
from hubs.core.choices import SelectField
from hubs.core.forms import REQUIRED, Form
from hubs.reference.regions import PROVINCES

LANGUAGES = [("nl", _l("Dutch")), ("en", _l("English"))]


def _length(most: int) -> Length:
    return Length(max=most, message=_l("Use at most %(max)d characters."))


class RecordForm(Form):
    name = StringField(_l("Name"), validators=[InputRequired(message=REQUIRED), _length(200)])
    city = StringField(_l("City"), validators=[Optional(), _length(100)])
    region = SelectField(_l("Province"), validate_choice=True)
    vat_number = StringField(_l("VAT number"), validators=[Optional(), _length(30)])
    establishment_number = StringField(_l("Establishment number"), validators=[Optional(), _length(20)])
    rsin = StringField(_l("RSIN"), validators=[Optional(), _length(15)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.region.choices = [("", _l("Not known")), *((name, name) for name in PROVINCES)]

    @staticmethod
    def data_of(kept: CompanyRecord) -> dict[str, Any]:
        return {name: getattr(kept, name) or "" for name in RecordData.__dataclass_fields__}

    def values(self) -> RecordData:
        typed: dict[str, Any] = {name: self[name].data or None for name in RecordData.__dataclass_fields__}
        return RecordData(**{**typed, "name": self.name.data or ""})


class PersonForm(Form):
    name = StringField(_l("Name"), validators=[InputRequired(message=REQUIRED), _length(120)])
    phone = StringField(_l("Phone number"), validators=[Optional(), _length(40)])
    language = SelectField(_l("Language of mails"), choices=LANGUAGES, default="nl")

    @staticmethod
    def data_of(person: ContactPerson) -> dict[str, Any]:
        return {"name": person.name, "phone": person.phone, "language": person.language}

    def values(self) -> ContactData:
        return ContactData(
            name=self.name.data or "", phone=self.phone.data or None, language=self.language.data or "nl"
        )


class NewPersonForm(PersonForm):
    email = StringField(_l("E-mail address"), validators=[Optional(), _length(254)])

    def values(self) -> ContactData:
        return ContactData(
            name=self.name.data or "",
            email=self.email.data or None,
            phone=self.phone.data or None,
            language=self.language.data or "nl",
        )
