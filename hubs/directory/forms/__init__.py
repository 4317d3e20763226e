"""The forms of the directory: filters, a hub's profile, offers, offices, closures, and the reason for a standing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from zoneinfo import available_timezones

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    Field,
    HiddenField,
    IntegerField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import URL, Email, InputRequired, Length, NumberRange, Optional, Regexp, StopValidation

from hubs.core.calendars import HoursError, parse_hours
from hubs.core.choices import RadioField, SelectField, SelectMultipleField
from hubs.core.forms import REQUIRED, Form
from hubs.core.templating import language_name, locale_code
from hubs.reference.models import Service

from ..hours_text import amount_text, parse_amount, parse_spans
from ..languages import LANGUAGES
from ..models import PostProfile, ServiceOffer
from ..profile_fields import HUB_TYPES
from ..words import spans_text

Choices = Sequence[tuple[str, str]]

TOO_LONG = _l("This is too long.")
PHONE = Regexp(r"^\+?[0-9 ()/.-]{5,40}$", message=_l("Use digits, spaces and a plus sign only."))
WEBSITE = URL(require_tld=True, message=_l("Give the whole address, with https:// in front."))
EMAIL = Email(message=_l("This is not an e-mail address."))
NOT_A_CHOICE = _l("Choose from the list.")
PRICE_KINDS = {
    "none": _l("No price yet"),
    "free": _l("Free"),
    "hour": _l("An amount per hour"),
    "fixed": _l("A fixed amount"),
}


def _most(length: int) -> Length:
    return Length(max=length, message=TOO_LONG)


def _number(low: int, high: int) -> NumberRange:
    return NumberRange(low, high, message=_l("Fill in a whole number from %(min)s to %(max)s."))


def listed(choices: Mapping[str, Any]) -> list[SelectChoice]:
    """Choices known beforehand, in their order."""
    return [SelectChoice(code, label) for code, label in choices.items()]


def by_name(choices: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(choices, key=lambda pair: pair[1].casefold())


def language_choices() -> list[tuple[str, str]]:
    return by_name((code, language_name(code)) for code in LANGUAGES)


def _only_web(_form: Form, field: Field) -> None:
    if field.data and not field.data.lower().startswith(("https://", "http://")):
        raise StopValidation(str(WEBSITE.message))


class ContactForm(Form):
    """What everybody who receives questions says of itself."""

    website = StringField(_l("Website"), [Optional(), _most(200), _only_web, WEBSITE])
    contact_email = StringField(_l("E-mail address"), [Optional(), _most(254), EMAIL])
    contact_phone = StringField(_l("Telephone number"), [Optional(), PHONE])

    def values(self) -> dict[str, Any]:
        names = ("website", "contact_email", "contact_phone")
        return {name: self[name].data or None for name in names}


class HubProfileForm(ContactForm):
    """A hub about itself, for the register and for routing."""

    summary_nl = TextAreaField(_l("What you do, in Dutch"), [Optional(), _most(600)])
    summary_en = TextAreaField(_l("What you do, in English"), [Optional(), _most(600)])
    languages = SelectMultipleField(_l("Languages you work in"))
    markets = SelectMultipleField(_l("Countries you work for"))
    add_market = SelectField(_l("Add a country"), [Optional()])
    first_talk_free = RadioField(
        _l("Is a first talk free?"),
        [Optional()],
        choices=listed({"yes": _l("Yes"), "no": _l("No"), "": _l("Not said")}),
    )
    hub_type = SelectField(_l("Kind of organisation"), [Optional()])
    seated_in_nl = RadioField(
        _l("Has its seat in the Netherlands"), [Optional()], choices=listed({"yes": _l("Yes"), "no": _l("No")})
    )
    legal_form = StringField(_l("Legal form"), [Optional(), _most(80)])
    founded_year = IntegerField(_l("Founded in"), [Optional(), _number(1600, 2100)])
    member_count = IntegerField(_l("Number of members"), [Optional(), _number(0, 1_000_000)])
    staff_count = IntegerField(_l("Number of staff"), [Optional(), _number(0, 100_000)])

    def offer_choices(self, markets: Choices, chosen: Iterable[str]) -> None:
        """`chosen` are the markets that have a box of their own; every market stands in the list."""
        own = set(chosen)
        self.languages.choices = language_choices()
        self.markets.choices = [(code, name) for code, name in markets if code in own]
        self.add_market.choices = [("", ""), *markets]
        self.hub_type.choices = [("", ""), *HUB_TYPES.items()]

    def values(self) -> dict[str, Any]:
        texts = ("summary_nl", "summary_en", "legal_form")
        numbers = ("founded_year", "member_count", "staff_count")
        markets = [*(self.markets.data or []), *filter(None, [self.add_market.data])]
        return {
            **super().values(),
            **{name: self[name].data or None for name in texts},
            **{name: self[name].data for name in numbers},
            "languages": sorted(self.languages.data or []),
            "markets": sorted(set(markets)),
            "first_talk_free": {"yes": True, "no": False}.get(self.first_talk_free.data),
            "hub_type": self.hub_type.data or None,
            "seated_in_nl": self.seated_in_nl.data == "yes",
        }

    @staticmethod
    def data_of(values: Mapping[str, Any]) -> dict[str, Any]:
        """What the fields show of a profile as it is drafted."""
        known = {True: "yes", False: "no", None: ""}
        return {
            **values,
            "first_talk_free": known[values["first_talk_free"]],
            "seated_in_nl": known[values["seated_in_nl"]] or "no",
            "hub_type": values["hub_type"] or "",
        }


class PostForm(Form):
    """The district of a post: one city or region a line."""

    district_cities = TextAreaField(_l("Cities and regions of your district"), [Optional(), _most(4000)])

    def validate_district_cities(self, field: Field) -> None:
        if len(self._lines()) > 200:
            raise ValidationError(_l("That is more than 200 places."))
        if any(len(line) > 100 for line in self._lines()):
            raise ValidationError(TOO_LONG)

    def _lines(self) -> list[str]:
        lines = [line.strip(" ,;") for line in re.split(r"[\n;,]", self.district_cities.data or "")]
        return list(dict.fromkeys(line for line in lines if line))

    def values(self) -> dict[str, Any]:
        return {"district_cities": self._lines()}

    @staticmethod
    def data_of(post: PostProfile) -> dict[str, Any]:
        return {"district_cities": "\n".join(post.district_cities)}


class AutomaticForm(Form):
    """For which services a post lets its questions go to the first place by themselves."""

    services = SelectMultipleField(_l("Services for which this happens"))

    def offer_choices(self, services: Iterable[Service]) -> None:
        locale = locale_code()
        self.services.choices = [(service.code, service.name(locale)) for service in services]

    def values(self) -> list[str]:
        return sorted(set(self.services.data or []))

    @staticmethod
    def data_of(post: PostProfile) -> dict[str, Any]:
        return {"services": post.automatic_services}


class OfferForm(Form):
    """One service a hub or partner offers."""

    service = SelectField(_l("Service"), [InputRequired(REQUIRED)])
    price_kind = RadioField(_l("Price"), [InputRequired(REQUIRED)], choices=listed(PRICE_KINDS), default="none")
    price = StringField(_l("Amount"), [_most(12)])
    currency = SelectField(_l("Currency"), default="EUR")
    price_includes_vat = RadioField(
        _l("VAT"), choices=listed({"no": _l("Excluding VAT"), "yes": _l("Including VAT")}), default="no"
    )
    lead_time_days = IntegerField(_l("Working days until you can start"), [Optional(), _number(0, 365)])
    languages = SelectMultipleField(_l("Languages"))
    sectors = SelectMultipleField(_l("Sectors"))
    is_published = BooleanField(_l("Show this in the register and send us questions about it"))

    def offer_choices(self, services: Iterable[Service], sectors: Choices, currencies: Iterable[str]) -> None:
        locale = locale_code()
        self.service.choices = [("", ""), *((service.code, service.name(locale)) for service in services)]
        self.languages.choices = language_choices()
        self.sectors.choices = list(sectors)
        self.currency.choices = [(code, code) for code in currencies]

    def validate_price(self, field: Field) -> None:
        if self.price_kind.data not in ("hour", "fixed"):
            return
        try:
            cents = parse_amount(field.data or "")
        except ValueError as error:
            raise ValidationError(_l("Fill in an amount, such as 95 or 95,50.")) from error
        if not cents:
            raise ValidationError(_l("Choose Free when it costs nothing."))

    def values(self) -> dict[str, Any]:
        kind = self.price_kind.data
        cents = parse_amount(self.price.data or "") if kind in ("hour", "fixed") else (0 if kind == "free" else None)
        return {
            "service": self.service.data,
            "price_cents": cents,
            "currency": self.currency.data or "EUR",
            "price_unit": kind if kind in ("hour", "fixed") else None,
            "price_includes_vat": self.price_includes_vat.data == "yes",
            "lead_time_days": self.lead_time_days.data,
            "languages": sorted(self.languages.data or []),
            "sectors": sorted(self.sectors.data or []),
            "is_published": bool(self.is_published.data),
        }

    @staticmethod
    def data_of(offer: ServiceOffer) -> dict[str, Any]:
        kinds = {None: "none", 0: "free"}
        return {
            "price_kind": kinds.get(offer.price_cents, offer.price_unit or "fixed"),
            "price": amount_text(offer.price_cents or None, decimal_comma=locale_code() == "nl"),
            "price_includes_vat": "yes" if offer.price_includes_vat else "no",
        }


# usual weeks, Monday first: words and the times of each day
_NINE, _FOUR = "09:00-17:00", "09:00-12:00, 13:00-17:00"
PRESETS: dict[str, tuple[Any, list[str]]] = {
    "weekdays": (_l("Monday to Friday, 9 to 17"), [_NINE] * 5 + ["", ""]),
    "lunch": (_l("Monday to Friday, 9 to 12 and 13 to 17"), [_FOUR] * 5 + ["", ""]),
    "short_friday": (_l("Monday to Thursday, 8 to 16.30; Friday to 12"), ["08:00-16:30"] * 4 + ["08:00-12:00", "", ""]),
    "mornings": (_l("Monday to Friday, mornings only"), ["09:00-12:00"] * 5 + ["", ""]),
    "sunday_thursday": (_l("Sunday to Thursday, 9 to 17"), [_NINE] * 4 + ["", "", _NINE]),
}
MOST_SPANS = 2


class OfficeForm(Form):
    """Where an office is, when it is open, how much it can take a week. A field a day, Monday first."""

    city = StringField(_l("City"), [Optional(), _most(100)])
    timezone = SelectField(_l("Time zone"), [InputRequired(REQUIRED)])
    email = StringField(_l("E-mail address"), [Optional(), _most(254), EMAIL])
    phone = StringField(_l("Telephone number"), [Optional(), PHONE])
    weekly_capacity = IntegerField(_l("New questions a week, at most"), [Optional(), _number(0, 10_000)])
    preset = SelectField(_l("Fill in a usual week"), [Optional()])
    hours_0 = StringField(validators=[_most(100)])
    hours_1 = StringField(validators=[_most(100)])
    hours_2 = StringField(validators=[_most(100)])
    hours_3 = StringField(validators=[_most(100)])
    hours_4 = StringField(validators=[_most(100)])
    hours_5 = StringField(validators=[_most(100)])
    hours_6 = StringField(validators=[_most(100)])

    def offer_choices(self) -> None:
        zones = sorted(name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "posix")))
        self.timezone.choices = [(name, name.replace("_", " ")) for name in zones]
        self.preset.choices = [("", _l("No, as I fill in below")), *((code, row[0]) for code, row in PRESETS.items())]

    @property
    def days(self) -> list[Field]:
        return [self[f"hours_{day}"] for day in range(7)]

    def validate(self, extra_validators: Any = None) -> bool:
        """Times that cannot be are told on their own day; a week without any opening on the first."""
        right = super().validate(extra_validators)
        return self._check_hours() and right

    def _check_hours(self) -> bool:
        right = True
        if self.preset.data in PRESETS:  # chosen over what the days say
            return right
        for day, field in enumerate(self.days):
            message = _hours_problem(day, field.data or "")
            if message is not None:
                field.errors = [*field.errors, message]
                right = False
        if right and not any((field.data or "").strip() for field in self.days):
            self.days[0].errors = [_l("Fill in at least one day on which you are open.")]
            return False
        return right

    def values(self) -> dict[str, Any]:
        texts = (
            PRESETS[self.preset.data][1] if self.preset.data in PRESETS else [field.data or "" for field in self.days]
        )
        spans = {str(day): parse_spans(text) for day, text in enumerate(texts)}
        return {
            "city": self.city.data or None,
            "timezone": self.timezone.data,
            "email": self.email.data or None,
            "phone": self.phone.data or None,
            "weekly_capacity": self.weekly_capacity.data,
            "hours": {day: listed for day, listed in spans.items() if listed},
        }

    @staticmethod
    def data_of(hours: dict[str, Any]) -> dict[str, str]:
        return {f"hours_{day}": spans_text(hours, day) for day in range(7)}


def _hours_problem(day: int, text: str) -> Any:
    try:
        spans = parse_spans(text)
        parse_hours({str(day): spans})
    except HoursError as error:
        return {
            "hours_order": _l("The closing time must come after the opening time."),
            "hours_overlap": _l("These times overlap."),
        }.get(error.code, _l("Write times as 09:00-12:00, 13:00-17:00."))
    except ValueError:
        return _l("Write times as 09:00-12:00, 13:00-17:00.")
    return _l("Give at most two times a day.") if len(spans) > MOST_SPANS else None


class ClosureForm(Form):
    """Days on which an office is shut, both included."""

    starts_on = DateField(_l("First day closed"), [InputRequired(REQUIRED)])
    ends_on = DateField(_l("Last day closed"), [InputRequired(REQUIRED)])
    reason = StringField(_l("Why"), [Optional(), _most(200)])


class HubStatusForm(Form):
    """The reason that goes with a change of standing."""

    version = HiddenField()
    reason = TextAreaField(_l("Reason"), [_most(2000)])
