"""Forms of a proposal: begin one, add a document, do something with it."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from wtforms import DateField, FileField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from hubs.core.choices import RadioField, SelectField, SelectMultipleField
from hubs.core.forms import Form

TOO_LONG = _l("This is too long.")
Choices = Iterable[tuple[str, str]]


class BeginForm(Form):
    """What is applied for, and for which countries."""

    kind = RadioField(_l("What do you apply for?"), [InputRequired(_l("Choose one of these."))])
    markets = SelectMultipleField(_l("For which countries?"))
    add_market = SelectField(_l("Add a country"), [Optional()])

    def offer_choices(self, kinds: Choices, markets: Choices, own: Iterable[str]) -> None:
        """`own` are the countries the hub serves already: they have a box of their own."""
        listed, served = list(markets), set(own) | set(self.markets.data or ())
        self.kind.choices = list(kinds)
        self.markets.choices = [pair for pair in listed if pair[0] in served]
        self.add_market.choices = [("", ""), *listed]

    def chosen_markets(self) -> list[str]:
        return sorted({*(self.markets.data or ()), *filter(None, [self.add_market.data])})


class EvidenceForm(Form):
    """A document with what it is and what it shows."""

    file = FileField(_l("Document"))
    title = StringField(_l("What is it?"), [Optional(), Length(max=200, message=TOO_LONG)])
    criterion = SelectField(_l("What does it show?"), [Optional()])
    document_on = DateField(_l("Date on the document"), [Optional()])

    def offer_choices(self, criteria: Choices) -> None:
        self.criterion.choices = [("", _l("The file as a whole")), *criteria]


class ProposalActionForm(Form):
    """Whatever is done with a proposal that asks for no more than a note."""

    note = TextAreaField(_l("Why?"), [Optional(), Length(max=4000, message=TOO_LONG)])
