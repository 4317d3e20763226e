"""The page on which a question is written down while somebody is on the telephone; fields as in the API."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field, HiddenField, IntegerField, StringField, TextAreaField
from wtforms.validators import Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from hubs.companies.operations import CompanyData, ConsentData, ContactData
from hubs.core.choices import SelectField, SelectMultipleField
from hubs.core.forms import Form
from hubs.referrals.intake.data import FACT_KEYS, TEXT_LENGTH, IntakeData
from hubs.referrals.models import SupportRequest

_GROUPED = re.compile(r"\d{1,3}(?:[.,'\u00a0 ]\d{3})+")


class CodesField(SelectMultipleField):
    """Several codes, as check boxes or as the same select repeated; empty options do not count."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def process_formdata(self, valuelist: Iterable[str]) -> None:
        self.data = list(dict.fromkeys(value for value in valuelist if value))


class CodeField(SelectField):
    """One code of a list; left out it is its default, so that a form need not show every field."""

    def process_data(self, value: Any) -> None:
        self.data = str(value) if value is not None else self.default or ""


class AmountField(IntegerField):
    """A whole number as people type it: 650.000, 650 000, € 650000."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        text = (valuelist[0] if valuelist else "").strip()
        text = re.sub(r"^(?:€|eur)\s*|\s*(?:euro|eur|%)$", "", text, flags=re.IGNORECASE)
        if _GROUPED.fullmatch(text):
            text = re.sub(r"\D", "", text)
        if not text:
            self.data = None
            return
        if not re.fullmatch(r"\d{1,15}", text):
            self.data = None
            raise ValueError(_("Fill in a whole number, such as 15000."))
        self.data = int(text)


def _length(most: int) -> Length:
    return Length(max=most, message=_l("Use at most %(max)d characters."))


class QuestionFields(Form):
    """What a new question and a changed one share."""

    text = TextAreaField(_l("What is the question?"), validators=[_length(TEXT_LENGTH)])
    private_notes = TextAreaField(_l("Private notes"), validators=[Optional(), _length(TEXT_LENGTH)])
    market = CodesField(_l("Which country?"))
    more_markets = CodesField(_l("Another country"))
    city = StringField(_l("City"), validators=[Optional(), _length(100)])
    sector = CodeField(_l("Sector"))
    services = CodesField(_l("What is needed?"))
    company_size = CodeField(_l("Size of the company"))
    target_groups = CodesField(_l("Is it one of these?"))
    facts_legal_form = CodeField(_l("Legal form"))
    facts_contract_value_eur = AmountField(_l("Value of the contract, in euros"), validators=[Optional()])
    facts_amount_eur = AmountField(_l("Amount to finance, in euros"), validators=[Optional()])
    facts_privately_insurable = CodeField(_l("Does a private insurer cover it?"))
    facts_export_share_percent = AmountField(_l("Export as a share of turnover, in percent"), validators=[Optional()])
    facts_parties = AmountField(_l("Number of companies taking part"), validators=[Optional()])
    facts_credit_days = AmountField(_l("Credit for the buyer, in days"), validators=[Optional()])
    language = CodeField(_l("Language of the entrepreneur"), default="nl")
    urgency = CodeField(_l("Urgency"), default="normal")
    company_region = CodeField(_l("Province"))
    contact_person_name = StringField(_l("Who asks?"), validators=[Optional(), _length(120)])
    contact_person_email = StringField(_l("E-mail address"), validators=[Optional(), _length(254)])
    contact_person_phone = StringField(_l("Phone number"), validators=[Optional(), _length(40)])
    do_not_tell = CodesField(_l("Organisations that must not know"), validate_choice=False)

    def markets(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys([*(self.market.data or ()), *(self.more_markets.data or ())]))

    def facts(self) -> dict[str, Any]:
        values = {key: self[f"facts_{key}"].data for key in FACT_KEYS}
        return {key: value for key, value in values.items() if value not in (None, "")}

    def contact(self, country: str = "NL") -> ContactData | None:
        name, email, phone = (self[f"contact_person_{part}"].data for part in ("name", "email", "phone"))
        if not (name or email or phone):
            return None
        return ContactData(name=name or "", email=email or None, phone=phone or None, language=self.language.data)

    def common(self) -> dict[str, Any]:
        """The part of IntakeData that both forms fill."""
        return {
            "text": self.text.data or "",
            "private_notes": self.private_notes.data or None,
            "markets": self.markets(),
            "city": self.city.data or None,
            "sector": self.sector.data or None,
            "services": tuple(self.services.data or ()),
            "company_size": self.company_size.data or None,
            "target_groups": tuple(self.target_groups.data or ()),
            "facts": self.facts(),
            "language": self.language.data,
            "urgency": self.urgency.data,
            "contact": self.contact(),
            "do_not_tell": tuple(self.do_not_tell.data or ()),
        }


class QuestionForm(QuestionFields):
    """A new question."""

    channel = CodeField(_l("How did they reach you?"), default="telephone")
    company_id = HiddenField()
    company_name = StringField(_l("Company"), validators=[Optional(), _length(200)])
    company_kvk_number = StringField(_l("KvK number"), validators=[Optional(), _length(60)])
    company_country = CodeField(_l("Registered in"), default="NL")
    consent_recipients = CodesField(_l("Who may see the question?"))
    consent_text_version = HiddenField()
    submission_key = HiddenField(validators=[Length(max=64)])
    kept = HiddenField(validators=[Length(max=64)])
    files = HiddenField()  # where a problem with a file is said
    files_visibility = CodeField(_l("Who may open the files?"), default="case")

    def __iter__(self) -> Iterator[Field]:
        """In the order of the page, which is the order of the error summary."""
        late = {
            "files": 1,
            "files_visibility": 1,
            "consent_recipients": 2,
            "do_not_tell": 2,
            "channel": 3,
            "urgency": 3,
        }
        company = {"company_name", "company_kvk_number", "company_country", "company_region"}
        contact = {"contact_person_name", "contact_person_email", "contact_person_phone", "language"}
        about_them = {"company_size", "target_groups", *(f"facts_{key}" for key in FACT_KEYS)}

        def place(field: Field) -> tuple[int, int]:
            name = field.short_name
            within = 0 if name in company else 1 if name in contact else 2
            return late.get(name, 1 if name in company | contact | about_them else 0), within

        return iter(sorted(super().__iter__(), key=place))

    def check_consent(self) -> bool:
        """Whether somebody said who may see it; asked only when the question is sent."""
        if self.consent_recipients.data:
            return True
        self.consent_recipients.errors = [*self.consent_recipients.errors, _("Say who may see the question.")]
        return False

    def intake_data(self, *, submit: bool) -> IntakeData:
        return IntakeData(
            **self.common(),
            channel=self.channel.data,
            company=self._company(),
            consent=self._consent(),
            submit=submit,
        )

    def _company(self) -> CompanyData | None:
        name, number = self.company_name.data or "", self.company_kvk_number.data or None
        if not (name or number or self.company_id.data):
            return None
        return CompanyData(
            name=name,
            registration_number=number,
            country=self.company_country.data,
            region=self.company_region.data or None,
            company_id=self.company_id.data or None,
        )

    def _consent(self) -> ConsentData | None:
        chosen = [value for value in self.consent_recipients.data or () if value != "none"]
        if not chosen:
            return None
        named = tuple(value for value in chosen if value != "market")
        kind = "market" if "market" in chosen else "organisations"
        version = self.consent_text_version.data or None
        return ConsentData(recipients=kind, recipient_ids=named if kind != "market" else (), text_version=version)


class QuestionEditForm(QuestionFields):
    """A question that is already there: company, consent and channel are not changed here."""

    version = HiddenField()
    confirmed = HiddenField(validators=[Length(max=64)])

    def intake_data(self, support_request: SupportRequest) -> IntakeData:
        region = CompanyData(region=self.company_region.data or None)
        return IntakeData(**self.common(), channel=support_request.channel, company=region, submit=False)

    def seen_version(self) -> int | None:
        text = str(self.version.data or "")  # a number when the form was shown, text when it was sent
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def values_of(support_request: SupportRequest) -> dict[str, Any]:
    """A stored question as the form's values."""
    person = support_request.contact_person
    values = {
        name: getattr(support_request, name)
        for name in ("text", "private_notes", "city", "sector", "company_size", "target_groups", "language", "urgency")
    }
    facts = {f"facts_{key}": support_request.facts.get(key) for key in FACT_KEYS}
    return {
        **values,
        **facts,
        "market": [support_request.market] if support_request.market else [],
        "services": support_request.services,
        "company_region": support_request.region,
        "contact_person_name": person.name if person else None,
        "contact_person_email": person.email if person else None,
        "contact_person_phone": person.phone if person else None,
        "do_not_tell": support_request.do_not_tell,
        "version": support_request.version_id,
    }
