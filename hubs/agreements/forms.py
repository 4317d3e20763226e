"""The form of an agreement's terms, and of what goes with an action."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, Field, IntegerField, StringField, TextAreaField, ValidationError
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from hubs.core.choices import RadioField, SelectField, SelectMultipleField
from hubs.core.forms import REQUIRED, Form, clean_text
from hubs.directory.forms import listed

from .terms import DATA_FIELDS
from .words import DATA_FIELD_NAMES, DIRECTION_CHOICES, EITHER_CHOICES, FIELD_NAMES, month_choices

Choices = Sequence[tuple[str, str]]

TOO_LONG = _l("This is too long.")
CITY_LENGTH, MOST_CITIES = 100, 50


def _number(low: int, high: int) -> list[Any]:
    message = _l("Fill in a whole number from %(min)s to %(max)s.")
    return [InputRequired(REQUIRED), NumberRange(low, high, message=message)]


def _whole(name: str, low: int, high: int) -> IntegerField:
    return IntegerField(FIELD_NAMES[name], _number(low, high))


class AgreementForm(Form):
    """Every term of an agreement. Ticking nothing in a list means: no restriction."""

    posts = SelectMultipleField(_l("Posts that take part"))
    directions = SelectMultipleField(FIELD_NAMES["directions"], choices=listed(DIRECTION_CHOICES))
    services = SelectMultipleField(FIELD_NAMES["services"])
    sectors = SelectMultipleField(FIELD_NAMES["sectors"])
    markets = SelectMultipleField(FIELD_NAMES["markets"])
    cities = TextAreaField(FIELD_NAMES["cities"], [Optional(), Length(max=3000, message=TOO_LONG)])
    target_groups = SelectMultipleField(FIELD_NAMES["target_groups"])
    either_to = RadioField(FIELD_NAMES["either_to"], choices=listed(EITHER_CHOICES))

    starts_on = DateField(FIELD_NAMES["starts_on"], [Optional()])
    ends_on = DateField(FIELD_NAMES["ends_on"], [Optional()])
    notice_days = _whole("notice_days", 0, 366)
    conditional_on_accreditation = BooleanField(_l("May be signed before the hub is accredited, and starts only then"))
    review_month = SelectField(FIELD_NAMES["review_month"], [Optional()])

    acknowledge_hours = _whole("acknowledge_hours", 1, 400)
    acknowledge_outer_days = _whole("acknowledge_outer_days", 1, 90)
    decide_hours = _whole("decide_hours", 1, 400)
    decide_outer_days = _whole("decide_outer_days", 1, 90)
    contact_hours = _whole("contact_hours", 1, 400)
    contact_outer_days = _whole("contact_outer_days", 1, 90)
    quote_days = _whole("quote_days", 1, 366)
    report_days = _whole("report_days", 1, 366)
    capacity_share = IntegerField(
        FIELD_NAMES["capacity_share"],
        [Optional(), NumberRange(1, 100, message=_l("Fill in a whole number from %(min)s to %(max)s."))],
    )

    first_talk_free = BooleanField(FIELD_NAMES["first_talk_free"])
    no_membership = BooleanField(FIELD_NAMES["no_membership"])
    no_commission = BooleanField(FIELD_NAMES["no_commission"])
    non_exclusive = BooleanField(FIELD_NAMES["non_exclusive"])
    consent_text_version = SelectField(FIELD_NAMES["consent_text_version"], [Optional()])
    data_fields = SelectMultipleField(
        FIELD_NAMES["data_fields"], choices=listed({code: DATA_FIELD_NAMES[code] for code in DATA_FIELDS})
    )
    decline_reasons = SelectMultipleField(FIELD_NAMES["decline_reasons"])
    liaison_hub = StringField(FIELD_NAMES["liaison_hub"], [Optional(), Length(max=200, message=TOO_LONG)])
    liaison_posts = StringField(FIELD_NAMES["liaison_posts"], [Optional(), Length(max=200, message=TOO_LONG)])

    def offer_choices(
        self,
        *,
        posts: Choices,
        services: Choices,
        sectors: Choices,
        markets: Choices,
        target_groups: Choices,
        decline_reasons: Choices,
        consent_texts: Iterable[str],
    ) -> None:
        self.posts.choices, self.services.choices = list(posts), list(services)
        self.sectors.choices, self.markets.choices = list(sectors), list(markets)
        self.target_groups.choices, self.decline_reasons.choices = list(target_groups), list(decline_reasons)
        self.consent_text_version.choices = [("", ""), *((version, version) for version in consent_texts)]
        self.review_month.choices = [("", ""), *month_choices()]

    def validate_cities(self, field: Field) -> None:
        cities = cities_of(field.data)
        if len(cities) > MOST_CITIES or any(len(city) > CITY_LENGTH for city in cities):
            raise ValidationError(_l("Write one city a line, at most 50."))

    def validate_acknowledge_hours(self, field: Field) -> None:
        if field.data and self.decide_hours.data and field.data > self.decide_hours.data:
            raise ValidationError(_l("This must not take longer than saying yes or no."))

    def terms(self) -> dict[str, Any]:
        """The terms as an agreement stores them; `posts` is not one of them."""
        found = {name: field.data for name, field in self._fields.items() if name in FIELD_NAMES}
        lists = [name for name, field in self._fields.items() if isinstance(field, SelectMultipleField)]
        found |= {name: sorted(self[name].data or []) for name in lists if name in found}
        found["cities"] = cities_of(self.cities.data)
        found["review_month"] = int(self.review_month.data) if self.review_month.data else None
        for name in ("consent_text_version", "liaison_hub", "liaison_posts"):
            found[name] = self[name].data or None
        return found


def data_of(terms: Mapping[str, Any], post_ids: Iterable[str]) -> dict[str, Any]:
    """What the form shows of terms."""
    return {
        **terms,
        "posts": list(post_ids),
        "cities": "\n".join(terms["cities"]),
        "review_month": str(terms["review_month"] or ""),
        "consent_text_version": terms["consent_text_version"] or "",
    }


def cities_of(text: str | None) -> list[str]:
    """One city a line, in the order typed, each once."""
    lines = [" ".join(clean_text(line).split()) for line in (text or "").splitlines()]
    return list(dict.fromkeys(line for line in lines if line))


class AgreementActionForm(Form):
    """What an action on an agreement asks for beside the button: why, when it ends."""

    note = TextAreaField(_l("Why you end it"), [Optional(), Length(max=2000, message=TOO_LONG)])
