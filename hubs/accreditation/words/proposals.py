"""A proposal in plain words, in the reader's language: its sections, what is asked, what is missing, what changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from hubs.accreditation.answers import Field, FieldKind
from hubs.accreditation.lifecycle import ProposalState
from hubs.accreditation.sections import CRITERIA, Gap, Section
from hubs.core.templating import date_words, money
from hubs.guideline.models import CriterionRow, GuidelineVersion
from hubs.reference.labels import label, market_within

F, S = FieldKind, ProposalState

KIND_TITLES = {
    "new": _l("Proposal for a new hub"),
    "in_development": _l("Proposal for a hub in development"),
    "renewal": _l("Proposal for renewal"),
    "scope_change": _l("Proposal for a change of scope"),
}
KIND_HINTS = {
    "new": _l("Your chamber has members, accounts and a record, and wants to be accredited."),
    "in_development": _l(
        "Your chamber is just starting. The post looks along until you are ready for a full accreditation."
    ),
    "renewal": _l("Your accreditation comes to its end. What the service knows is filled in for you."),
    "scope_change": _l("Your hub stays as it is, but wants other countries or services."),
}
# what happens now, and who has it: for the chamber, and for everybody else
NEXT_STEPS = {
    S.DRAFT: (_l("Fill in the parts, add the documents and hand in the proposal."), "hub"),
    S.SUBMITTED: (_l("The ministry checks whether the file is complete and appoints two assessors."), "ministry"),
    S.IN_ASSESSMENT: (_l("Two assessors weigh the proposal apart from each other."), "ministry"),
    S.RETURNED: (_l("Complete the file and hand it in again. The term of the ministry stands still."), "hub"),
    S.ASSESSED: (_l("The assessment is ready. The ministry prepares a decision."), "ministry"),
    S.DECISION_DRAFTED: (_l("Somebody who did not assess this proposal decides."), "ministry"),
    S.DECIDED: (_l("The decision has been taken. It stands in the letter."), ""),
    S.NOT_CONSIDERED: (_l("The ministry did not consider this proposal. The letter says why."), ""),
    S.WITHDRAWN: (_l("This proposal was withdrawn. Nothing happens with it any more."), ""),
}
EVENT_WORDS = {
    "proposal.begin": _l("Begun"),
    "proposal.submit": _l("Handed in"),
    "proposal.send_back": _l("Sent back to be completed"),
    "proposal.start_assessment": _l("Assessment started"),
    "proposal.conclude": _l("Assessment concluded"),
    "proposal.reassess": _l("To be assessed again"),
    "proposal.draft_decision": _l("Decision being prepared"),
    "proposal.drop_draft": _l("Draft decision dropped"),
    "proposal.decide": _l("Decided"),
    "proposal.not_consider": _l("Not considered"),
    "proposal.withdraw": _l("Withdrawn"),
    "proposal.extend_term": _l("Term extended"),
    "proposal.completion_passed": _l("The time to complete the file has passed"),
}
LATE_DOCUMENT = _l("Document added late")
SHOWN_EVENTS = (*EVENT_WORDS, "proposal.add_evidence")
# inside the ministry only
INSIDE = frozenset({"proposal.conclude", "proposal.reassess", "proposal.draft_decision", "proposal.drop_draft"})

SECTIONS: dict[str, Any] = {
    "hub": _l("The chamber"),
    "coverage": _l("Where and for whom"),
    "claims": _l("Need in your own figures"),
    "finance": _l("Accounts and revenue"),
    "plan": _l("Plan for the years ahead"),
}
SECTION_HINTS: dict[str, Any] = {
    "hub": _l("Who the chamber is, as it stands in the register of its country."),
    "coverage": _l("The countries, services and companies you ask accreditation for."),
    "claims": _l("Your own counts. The service computes the need by itself as well and shows both next to each other."),
    "finance": _l("Amounts in euros. The service reckons the result and the share of subsidies."),
    "plan": _l("How the hub keeps going on its own money."),
}
FIELDS: dict[str, Any] = {
    "hub.registered_name": _l("Registered name"),
    "hub.legal_form": _l("Legal form"),
    "hub.registration_number": _l("Number in the register of your country"),
    "hub.founding_year": _l("Founded in"),
    "hub.website": _l("Website"),
    "hub.members": _l("Paying members"),
    "hub.staff_fte": _l("Paid staff, in full-time positions"),
    "hub.board": _l("Board: who sits on it and how it is chosen"),
    "coverage.markets": _l("Countries"),
    "coverage.cities": _l("Cities"),
    "coverage.sectors": _l("Sectors"),
    "coverage.services_wanted": _l("Services you want to give"),
    "coverage.target_groups": _l("Companies you work for most"),
    "coverage.offices": _l("Offices"),
    "claims.claims_year": _l("Year of these figures"),
    "claims.questions_per_year": _l("Questions you got in that year"),
    "claims.unserved_by_post": _l("Of these, questions the post could not serve"),
    "claims.companies": _l("Companies behind these questions"),
    "claims.declined_for_coverage": _l("Questions declined because nobody covered them"),
    "claims.sme_questions": _l("Questions of small and medium-sized companies"),
    "claims.startup_questions": _l("Questions of start-ups and scale-ups"),
    "claims.women_led_questions": _l("Questions of women entrepreneurs"),
    "claims.claims_basis": _l("How you counted, and what else shows the need"),
    "finance.accounts": _l("Accounts by year"),
    "finance.revenue_model": _l("What you live on"),
    "finance.public_funding": _l("Public money: from whom, how much and until when"),
    "plan.goals": _l("What you want to reach, and how"),
    "plan.plan_years": _l("Budget by year"),
    "plan.without_subsidy": _l("How the hub does without subsidy"),
    "plan.risks": _l("What could go wrong"),
}
FIELD_HINTS: dict[str, Any] = {
    "hub.staff_fte": _l("A part counts too: 2.5 is two and a half positions."),
    "hub.board": _l("Names and functions. The ministry needs them for its check on integrity."),
    "coverage.cities": _l("One city a line. Empty: the whole country."),
    "coverage.offices": _l("One place a line."),
    "coverage.sectors": _l("Ticking nothing means: every sector."),
    "claims.unserved_by_post": _l("Because the service is not given by a post, or because of its place or time."),
    "finance.accounts": _l(
        "The last years of which you have figures. A chamber that is just starting may leave this empty."
    ),
    "plan.plan_years": _l("At least two years ahead."),
}
COLUMNS: dict[str, Any] = {
    "year": _l("Year"),
    "members_cents": _l("Members"),
    "services_cents": _l("Services"),
    "sponsors_cents": _l("Sponsors"),
    "subsidies_cents": _l("Subsidies"),
    "other_cents": _l("Other revenue"),
    "costs_cents": _l("Costs"),
    "revenue_cents": _l("Revenue"),
}
NOTE = _l("What you want to add")
ANSWER_HINTS = {
    F.LONG_TEXT: _l("Say why you meet this, with facts."),
    F.DOCUMENT: _l("Add the document below, under this heading."),
}


def kind_title(kind: str) -> str:
    return str(KIND_TITLES.get(kind, kind))


def section_title(section: Section | str, version: GuidelineVersion | None = None) -> str:
    """The name of a section; one of criteria has the name of its group."""
    code = section if isinstance(section, str) else section.code
    if code.startswith(CRITERIA):
        group = code.removeprefix(CRITERIA)
        rows = version.groups if version is not None else ()
        return next((row.name(_locale()) for row in rows if row.code == group), group)
    return str(SECTIONS.get(code, code))


def field_label(section: str, item: Field | str, criteria: Mapping[str, CriterionRow] | None = None) -> str:
    """The question of a field; one that answers a criterion has the criterion's name."""
    code = item if isinstance(item, str) else item.code
    known = FIELDS.get(f"{section}.{code}")
    if known is not None:
        return str(known)
    base = code.removesuffix("_note")
    row = (criteria or {}).get(base)
    if row is None:
        return code
    name = _("%(code)s %(name)s", code=row.code, name=row.name(_locale()))
    return name if base == code else _("%(question)s: %(part)s", question=name, part=str(NOTE).lower())


def _locale() -> str:
    return str(get_locale() or "en")


# --- what is missing ---------------------------------------------------------------------------------------

_GAPS: dict[str, Any] = {
    "required": _l("Fill this in."),
    "document_required": _l("Add a document."),
    "too_long": _l("This is %(over)s characters too long: at most %(most)s."),
    "not_number": _l("Fill in a number, with digits."),
    "not_whole": _l("Fill in a whole number."),
    "out_of_range": _l("Fill in a number from %(least)s to %(most)s."),
    "not_year": _l("Fill in a year of four digits."),
    "in_future": _l("This year is still to come."),
    "not_yes_no": _l("Choose yes or no."),
    "not_url": _l("Give the address of a website, such as https://example.nl."),
    "not_date": _l("Fill in a date, such as 2026-03-01."),
    "not_text": _l("Fill in text."),
    "not_list": _l("Choose from the list."),
    "unknown_code": _l("Choose from the list: %(value)s is not on it."),
    "too_many": _l("This is too many: at most %(most)s."),
    "line_too_long": _l("One of the lines is too long: at most %(most)s characters."),
    "too_few_years": _l("Fill in at least %(least)s years."),
    "year_twice": _l("The same year stands here twice."),
    "more_than_total": _l("This is more than all your questions: %(total)s."),
}


def gap_words(gap: Gap) -> str:
    """Why a field is not right yet, as a sentence."""
    sentence = gap_sentence(gap)
    if "column" not in gap.values:
        return sentence
    column = COLUMNS[gap.values["column"]]
    return _("Row %(row)s, %(column)s: %(sentence)s", row=gap.values["row"] + 1, column=column, sentence=sentence)


def gap_sentence(gap: Gap) -> str:
    """The same without the place in a row of years."""
    values = {name: _number(value) for name, value in gap.values.items()}
    return str(_GAPS[gap.code]) % values if gap.values else str(_GAPS[gap.code])


def gap_line(gap: Gap, section: str, question: str) -> str:
    """The same as a line in a list of everything that is missing."""
    return _("%(section)s, %(question)s: %(gap)s", section=section, question=question, gap=gap_words(gap))


def _number(value: Any) -> Any:
    """A number as the reader writes it; text as it is."""
    if isinstance(value, int) and not isinstance(value, bool):
        return format_decimal(value, locale=_locale())
    return value


# --- answers and differences -------------------------------------------------------------------------------


def answer_words(item: Field | None, value: Any) -> str | list[str]:
    """An answer as people read it; what could not be read stays as it was typed."""
    if value in (None, "", [], {}):
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if item is not None and item.kind == F.CODES and isinstance(value, list):
        return [label(item.list_code, code) for code in value]
    if isinstance(value, list):
        return [row_words(row) if isinstance(row, dict) else str(row) for row in value]
    return _single_words(item, value)


def _single_words(item: Field | None, value: Any) -> str:
    kind = item.kind if item is not None else None
    if kind == F.MONEY_CENTS and isinstance(value, int):
        return money(value)
    if kind == F.INT and isinstance(value, int):
        return str(_number(value))
    if kind == F.DECIMAL and isinstance(value, str):
        try:
            return format_decimal(Decimal(value), "#,##0.##", locale=_locale())
        except ArithmeticError:
            return value
    if kind == F.DATE and isinstance(value, str):
        try:
            return date_words(date.fromisoformat(value))
        except ValueError:
            return value
    return str(value)


def row_words(row: Mapping[str, Any]) -> str:
    """One year of accounts or budget on a line."""
    parts = [
        _(
            "%(column)s %(amount)s",
            column=str(COLUMNS[name]).lower(),
            amount=money(amount) if isinstance(amount, int) else amount,
        )
        for name, amount in row.items()
        if name in COLUMNS and name != "year"
    ]
    return _("%(year)s: %(amounts)s", year=row.get("year", "-"), amounts=", ".join(parts))


def sections_by_code(sections: Sequence[Section]) -> dict[str, Section]:
    return {section.code: section for section in sections}


HINT_WORDS: dict[str, Any] = {
    "accounts_old": _l("The accounts are of %(year)s: older than a year."),
    "statutes_undated": _l("The statutes have no date: %(subject)s"),
    "claims_old": _l("The chamber's own figures are of %(year)s."),
    "founded_recently": _l("The chamber was founded in %(year)s: less than two years ago."),
    "website_unreachable": _l("The website did not answer: %(subject)s"),
}


def hint_words(code: str, subject: str, values: Mapping[str, Any]) -> str:
    """What an automatic check noticed, as a sentence."""
    words = HINT_WORDS.get(code)
    return str(words) % {"subject": subject, "year": values.get("year", ""), **values} if words else code


def document_words() -> str:
    return _("Document")


def in_one(item: Field | None, value: Any) -> str:
    """An answer on one line."""
    found = answer_words(item, value)
    return "; ".join(found) if isinstance(found, list) else found


ACTIONS_DONE = {
    "submit": _l("The proposal is handed in. The ministry has it now."),
    "withdraw": _l("The proposal is withdrawn."),
    "send_back": _l("The chamber is asked to complete its file."),
    "start_assessment": _l("The assessment has started."),
    "conclude": _l("The assessment is concluded."),
    "reassess": _l("The proposal is assessed again."),
    "draft_decision": _l("The draft of the decision is ready."),
    "drop_draft": _l("The draft of the decision is dropped."),
    "decide": _l("The decision is signed."),
    "not_consider": _l("The proposal is not considered."),
}
BEGUN = _l("The proposal is begun. What the service knows of your hub is filled in already.")
SECTION_SAVED = _l("Saved.")
SECTION_SAVED_WITH_GAPS = _l("Saved. Some answers cannot be read yet; they are marked.")


def field_hint(section: str, item: Field) -> str:
    """The line under a question."""
    known = FIELD_HINTS.get(f"{section}.{item.code}")
    if known is not None:
        return str(known)
    if item.criterion and item.code == item.criterion:
        return str(ANSWER_HINTS.get(item.kind, ""))
    return ""


def in_sentence(question: str, sentence: str) -> str:
    return _("%(question)s: %(sentence)s", question=question, sentence=sentence)


CHOOSE_FILE = _l("Choose a document.")
DOCUMENT_ADDED = _l("The document is added.")
DOCUMENT_LATE = _l("The document is added. It came after the proposal was handed in, so it is marked as late.")
DOCUMENT_REMOVED = _l("The document is taken out.")
NO_SUCH_ACTION = _l("This action does not exist here.")


def with_markets(what: str, markets: Sequence[str]) -> str:
    """Whose file it is, or what it asks, and for where: "Kamer Fictief Cali, for Colombia, Peru"."""
    if not markets:
        return what
    return _("%(hub)s, for %(markets)s", hub=what, markets=", ".join(market_within(code) for code in markets))


def holder_words(holder: str, is_own: bool) -> str:
    """Who has to do something now."""
    if not holder:
        return ""
    if holder == "hub":
        return _("It is your chamber's turn.") if is_own else _("It is the chamber's turn.")
    return _("It is the ministry's turn.")


def level_choices(row: CriterionRow) -> list[tuple[str, str, str]]:
    """The sentences of a scale, best first, to choose the one that fits."""
    suffix = "nl" if _locale().startswith("nl") else "en"
    levels = sorted(row.levels, key=lambda level: -int(level["level"]))
    return [
        (str(level["level"]), level.get(f"title_{suffix}") or "", level.get(f"text_{suffix}") or "") for level in levels
    ]


def yes_no_choices(answer: str) -> list[tuple[str, str]]:
    if answer == "yes_no":
        return [("yes", _("Yes")), ("no", _("No"))]
    return [("yes", _("Yes, we have this")), ("no", _("No, not yet"))]


def self_test_problem(code: str) -> str:
    return str(_GAPS[code])


# the names of what automatic checks notice, for the list of codes
HINT_NAMES: dict[str, Any] = {
    "accounts_old": _l("Accounts older than a year"),
    "statutes_undated": _l("Statutes without a date"),
    "claims_old": _l("The chamber's own figures are old"),
    "founded_recently": _l("Founded less than two years ago"),
    "website_unreachable": _l("The website does not answer"),
}

# where the ministry goes on from the page of a proposal
DESK: dict[str, Any] = {
    "result": _l("The computed result"),
    "draft": _l("Draft a decision"),
    "side_by_side": _l("Beside other cases in this market"),
    "file": _l("The whole file, for objection, court or disclosure"),
}

# what an answer in a renewal is beside the last decided file
MARKS: dict[str, Any] = {
    "unchanged": _l("as in the last file"),
    "register": _l("from the register"),
    "changed": _l("changed since the last file"),
    "new": _l("new in this file"),
}
