"""The codes of a receipt as sentences, for the officer and, in plainer words, for the entrepreneur.

The only part of routing that knows languages; a sentence is made when it is shown, never stored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal

from flask_babel import format_date, ngettext
from flask_babel import gettext as _

from hubs.agreements.coverage import UNKNOWN, Failure
from hubs.referrals.routing import Note, Part, Question, Receipt

Label = Callable[[str, str], str]
Sentence = Callable[[], str]
FEW_ANSWERS = 10


def _code(_kind: str, code: str) -> str:
    return code


def _labels(label: Label, kind: str, codes: str) -> str:
    return ", ".join(label(kind, code) for code in codes.split(";") if code)


def part_text(part: Part, *, label: Label = _code, plain: bool = False) -> str:
    """Why a place got these points."""
    return PARTS[part.code](dict(part.detail), part, label, plain)


def _specificity(detail: Mapping[str, str], part: Part, label: Label, plain: bool) -> str:
    if plain:
        return _("This organisation has agreed to take questions like yours.")
    if not detail:
        return _("This question stays at its own desk; no agreement is needed.")
    if detail["service"] == "exact" and detail["territory"] == "city":
        return _("The agreement names this service and this city.")
    if detail["service"] == "exact" and detail["sector"] == "exact":
        return _("The agreement names this service and this sector.")
    if detail["service"] == "exact":
        return _("The agreement names this service.")
    if detail["territory"] == "city":
        return _("The agreement covers all services in this city.")
    return _("The agreement covers this service in the whole country.")


def _answer(detail: Mapping[str, str], part: Part, label: Label, plain: bool) -> str:
    in_time, total = int(detail["in_time"]), int(detail["total"])
    if total == 0:
        if plain:
            return _("This organisation is new here, so we do not know yet how fast it answers.")
        return _("Has had no questions yet. So the average in this country counts.")
    answered = ngettext(
        "Answered %(in_time)s of %(num)s question in time.",
        "Answered %(in_time)s of %(num)s questions in time.",
        total,
        in_time=in_time,
    )
    if plain or total >= FEW_ANSWERS:
        return answered
    return ngettext(
        "Has had only %(num)s question (%(in_time)s answered in time). So the average in this country counts too.",
        "Has had only %(num)s questions (%(in_time)s answered in time). So the average in this country counts too.",
        total,
        in_time=in_time,
    )


def _load(detail: Mapping[str, str], part: Part, label: Label, plain: bool) -> str:
    if plain:
        return _("There is room for your question this week.")
    if not detail["left"]:
        return _("Takes questions without a weekly limit.")
    if not detail["weekly"]:
        return _("Has room this week.")
    return _("Has %(left)s of %(weekly)s places left this week.", left=detail["left"], weekly=detail["weekly"])


def _language(detail: Mapping[str, str], part: Part, label: Label, plain: bool) -> str:
    if detail["shared"]:
        language = label("language", detail["shared"])
        if plain:
            return _("You can use %(language)s.", language=language)
        return _("Speaks %(language)s, just like the entrepreneur.", language=language)
    if not detail["wanted"]:
        return _("We do not know which language the entrepreneur speaks.")
    if not detail["spoken"]:
        return _("We do not know which languages this place speaks.")
    spoken = _labels(label, "language", detail["spoken"])
    if plain:
        return _("Note: this organisation speaks %(languages)s.", languages=spoken)
    wanted = _labels(label, "language", detail["wanted"])
    return _("Does not speak %(wanted)s. It does speak: %(languages)s.", wanted=wanted, languages=spoken)


def _city(detail: Mapping[str, str], part: Part, label: Label, plain: bool) -> str:
    if not detail["city"]:
        return _("The question names no city.")
    if Decimal(part.value):
        return _("Has an office in the same city.")
    return _("Has no office in %(city)s.", city=detail["city"])


PARTS: Mapping[str, Callable[[Mapping[str, str], Part, Label, bool], str]] = {
    "specificity": _specificity,
    "answer": _answer,
    "load": _load,
    "language": _language,
    "city": _city,
}


def failure_text(failure: Failure, *, label: Label = _code, plain: bool = False) -> str:
    """Why a place is left off. What one organisation said about itself is not passed on to the entrepreneur."""
    if plain and failure.rule == "capacity" and _is_day(failure.value):
        return _("This organisation is full until %(day)s.", day=_day(failure.value))
    if plain:
        return PLAIN_FAILURES.get(failure.rule, _not_now)()
    return FAILURES[failure.rule](failure.value, label)


def _not_now() -> str:
    return _("This organisation cannot take your question now.")


PLAIN_FAILURES: Mapping[str, Sentence] = {
    "territory": lambda: _("This organisation does not work in the place you asked about."),
    "sector": lambda: _("This organisation does not work for your sector."),
    "service": lambda: _("This organisation does not help with this kind of question."),
    "offer": lambda: _("This organisation does not help with this kind of question."),
    "target_group": lambda: _("This organisation helps another group of companies."),
    "closed": lambda: _("This organisation is closed for some time."),
    "capacity": lambda: _("This organisation is full this week."),
}


def _status(value: str, label: Label) -> str:
    sentences: Mapping[str, Sentence] = {
        "registered": lambda: _("Is not accredited."),
        "suspended": lambda: _("Its accreditation is suspended."),
        "withdrawn": lambda: _("Its accreditation was withdrawn."),
        "expired": lambda: _("Its accreditation has expired."),
    }
    return sentences.get(value, lambda: _("Its status does not allow referrals."))()


def _agreement(value: str, label: Label) -> str:
    sentences: Mapping[str, Sentence] = {
        "none": lambda: _("There is no agreement between this hub and the post."),
        "not_in_force": lambda: _("The agreement is not in force now."),
        "not_started": lambda: _("The agreement has not started yet."),
        "ended": lambda: _("The agreement has ended."),
        "direction": lambda: _("The agreement does not allow referrals in this direction."),
        "either_to_post": lambda: _("The agreement says that the post does this service itself."),
    }
    return sentences[value]()


def _territory(value: str, label: Label) -> str:
    if value == UNKNOWN:
        return _("The agreement covers some cities only, and the question names no city.")
    return _("The agreement does not cover %(place)s.", place=label("market", value) if _is_market(value) else value)


def _is_market(value: str) -> bool:
    return len(value) == 2 and value.isupper()


def _sector(value: str, label: Label) -> str:
    if value == UNKNOWN:
        return _("The agreement covers some sectors only, and the question names no sector.")
    return _("The agreement does not cover this sector: %(sector)s.", sector=label("sector", value))


def _service(value: str, label: Label) -> str:
    return _("The agreement does not cover: %(services)s.", services=_labels(label, "service", value))


def _target_group(value: str, label: Label) -> str:
    if value == UNKNOWN:
        return _("The agreement is for some target groups only, and the question names none.")
    return _("The agreement is not for this target group: %(groups)s.", groups=_labels(label, "target_group", value))


def _offer(value: str, label: Label) -> str:
    return _("Does not offer: %(services)s.", services=_labels(label, "service", value))


def _closed(value: str, label: Label) -> str:
    return _("Is closed until %(day)s.", day=format_date(datetime.fromisoformat(value), "d MMMM"))


def _is_day(value: str) -> bool:
    return value[:4].isdigit()


def _day(value: str) -> str:
    return format_date(date.fromisoformat(value), "EEEE d MMMM")


def _capacity(value: str, label: Label) -> str:
    if _is_day(value):
        return _("Said it is full until %(day)s.", day=_day(value))
    sentences: Mapping[str, Sentence] = {
        "agreement": lambda: _("Its places under this agreement are taken this week."),
        "declined": lambda: _("Said it has no room this week."),
    }
    return sentences.get(value, lambda: _("Is full this week."))()


def _conflict(value: str, label: Label) -> str:
    return _("Has a conflict of interest.")


def _excluded(value: str, label: Label) -> str:
    sentences: Mapping[str, Sentence] = {
        "entrepreneur": lambda: _("The entrepreneur does not want this place."),
        "refused": lambda: _("The entrepreneur refused this place."),
        "declined": lambda: _("Said no to this question before."),
        "lapsed": lambda: _("Let this question lapse before."),
        "returned": lambda: _("Gave this question back before."),
        "outside_territory": lambda: _("Said that it does not work in this area."),
        "outside_sector": lambda: _("Said that it does not work in this sector."),
        "service_not_offered": lambda: _("Said that it does not offer this."),
        "not_available": lambda: _("Is not available for this question."),
    }
    return sentences.get(value, lambda: _("Is left off for this question."))()


FAILURES: Mapping[str, Callable[[str, Label], str]] = {
    "status": _status,
    "agreement": _agreement,
    "territory": _territory,
    "sector": _sector,
    "service": _service,
    "target_group": _target_group,
    "offer": _offer,
    "closed": _closed,
    "capacity": _capacity,
    "conflict": _conflict,
    "excluded": _excluded,
}

FACTS: Mapping[str, Sentence] = {
    "amount_eur": lambda: _("the amount in euros"),
    "city": lambda: _("the city"),
    "contract_value_eur": lambda: _("the value of the contract in euros"),
    "credit_days": lambda: _("how many days the customer has to pay"),
    "export_share_percent": lambda: _("which part of the turnover is export"),
    "legal_form": lambda: _("the legal form of the company"),
    "market": lambda: _("the country"),
    "market_region": lambda: _("the part of the world"),
    "parties": lambda: _("how many companies take part"),
    "privately_insurable": lambda: _("whether a private insurer covers it"),
    "region": lambda: _("the province of the company"),
    "sector": lambda: _("the sector"),
    "size": lambda: _("the size of the company"),
    "sme": lambda: _("the size of the company"),
    "target_groups": lambda: _("the target group"),
}


def missing_text(key: str) -> str:
    """The name of a fact that nobody knows yet and that could change the advice."""
    sentence = FACTS.get(key)
    return sentence() if sentence else key


def term_text(fact: str, operator: str, value: str) -> str:
    """Why an instrument does not fit: the condition on which it failed."""
    name = missing_text(fact)
    if operator == "gte":
        return _("Only from %(value)s: %(fact)s.", fact=name, value=value)
    if operator == "lte":
        return _("Only up to %(value)s: %(fact)s.", fact=name, value=value)
    return _("Its conditions do not fit: %(fact)s.", fact=name)


def question_text(question: Question, *, label: Label = _code) -> str:
    """What to ask the entrepreneur."""
    if question.code == "market_ambiguous":
        names = ", ".join(label("market", code) for code in question.candidates)
        return _("Which country do you mean: %(markets)s?", markets=names)
    if question.code == "market":
        return _("Which country is your question about?")
    return _("What do you need help with?")


def note_text(note: Note, *, label: Label = _code) -> str:
    """Something to know that changes no place."""
    if note.code == "private_insurer":
        return _("A private credit insurer covers this. The state does not insure it.")
    return _("We do not know this service: %(service)s.", service=note.value)


GAPS: Mapping[str, Sentence] = {
    "no_hub": lambda: _("There is no hub for this country."),
    "status": lambda: _("No hub for this country is accredited."),
    "agreement": lambda: _("No agreement is in force for this question."),
    "territory": lambda: _("No agreement covers this city."),
    "sector": lambda: _("No agreement covers this sector."),
    "service": lambda: _("No agreement covers this service."),
    "target_group": lambda: _("No agreement is for this target group."),
    "offer": lambda: _("No hub offers this service."),
    "closed": lambda: _("A hub that could help is closed."),
    "capacity": lambda: _("A hub that could help is full."),
    "conflict": lambda: _("A hub that could help has a conflict of interest."),
    "excluded": lambda: _("A hub that could help is left off for this question."),
}


def gap_text(cause: str) -> str:
    """Why no hub could take what a hub would have got."""
    return GAPS[cause]()


OUTCOMES: Mapping[str, Sentence] = {
    "hub": lambda: _("A hub can take this question."),
    "post": lambda: _("The post takes this question."),
    "both": lambda: _("The post takes one part and a hub the other."),
    "partner": lambda: _("A partner can help with this question."),
    "ask": lambda: _("First ask the entrepreneur."),
    "out_of_scope": lambda: _("We do not help with this. Tell the entrepreneur where to go."),
    "unserved": lambda: _("No open post covers this country."),
}
PLAIN_OUTCOMES: Mapping[str, Sentence] = {
    "hub": lambda: _("A Dutch business organisation there can help you."),
    "post": lambda: _("The embassy or consulate helps you."),
    "both": lambda: _("The embassy helps you with one part, a business organisation with the other."),
    "partner": lambda: _("Another organisation can help you."),
    "ask": lambda: _("We need to ask you something first."),
    "out_of_scope": lambda: _("We cannot help you with this. We tell you where you can go."),
    "unserved": lambda: _("There is no open Dutch post for this country."),
}


def outcome_text(receipt: Receipt, *, plain: bool = False) -> str:
    """The advice in one sentence."""
    if receipt.outcome == "post" and not plain:
        if receipt.gap:
            return _("No hub can take this question, so the post does.")
        if any({failure.rule for failure in row.failed} == {"capacity"} for row in receipt.excluded):
            return _("The hubs are full. Wait, choose another place or let the post do it.")
    return (PLAIN_OUTCOMES if plain else OUTCOMES)[receipt.outcome]()


def tie_text(receipt: Receipt) -> str:
    """How equal scores were put in order; empty when there were none."""
    return _("With an equal score a rotation decides.") if receipt.tie_break.order else ""


def rules_text() -> str:
    """What every advice leaves out."""
    return _("Membership and price do not count.")
