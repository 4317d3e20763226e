"""What was handed in, found, said and decided, as papers a person can read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from babel.numbers import format_decimal
from flask_babel import gettext as _

from hubs.accreditation.casefile.pieces import Names
from hubs.accreditation.dossier import Reader, shown_dossier
from hubs.accreditation.letters.content import Chapter, DocumentContent, Line, Table
from hubs.accreditation.models import Decision, Hearing, InternalNote, Objection, PostAdvice, Submission
from hubs.accreditation.queries.files import sections_of
from hubs.accreditation.statutory import amsterdam_day
from hubs.accreditation.words import DECISION_KIND_WORDS, OPINION_WORDS, OUTCOME_WORDS
from hubs.accreditation.words import proposals as proposal_words
from hubs.accreditation.words.decisions import ANY_WAIVER_WORDS, DEPARTURE_WORDS, FORM_WORDS, OWNER_WORDS
from hubs.accreditation.words.objections import OUTCOME_OF_OBJECTION
from hubs.core.templating import NETHERLANDS, date_words, locale_code
from hubs.reference.labels import label, market_name, service_name

HIDDEN_FIELDS = frozenset({"board"})  # of the hub: names of people, typed freely


@dataclass(frozen=True, slots=True)
class Binder:
    """What every paper of one file has in common."""

    case: str  # reference
    hub: str
    language: str
    names: Names
    demonstration: bool
    now: datetime

    def paper(self, title: str, facts: Sequence[Line], chapters: Sequence[Chapter], **more: Any) -> DocumentContent:
        """A paper dated on the day of the file."""
        shown = (Line(_("Case"), self.case), Line(_("Hub"), self.hub), *facts)
        return DocumentContent(
            self.language,
            title,
            amsterdam_day(self.now),
            tuple(line for line in shown if line.value),
            tuple(chapters),
            paper_labels(),
            demonstration=self.demonstration,
            **more,
        )


def paper_labels() -> dict[str, str]:
    return {
        "page": _("Page {page} of {pages}"),
        "demonstration": _("Demonstration. Everything here is made up."),
    }


def moment(at: datetime | None) -> str:
    """A moment in the Netherlands, with its date written out."""
    if at is None:
        return ""
    return format_datetime(at.astimezone(ZoneInfo(NETHERLANDS)), "d MMMM y, HH:mm", locale=locale_code())


def text_of(*texts: str | None) -> tuple[str, ...]:
    return tuple(text for text in texts if text and text.strip())


# --- what the chamber handed in ----------------------------------------------------------------------------


def submission_paper(submission: Submission, binder: Binder) -> DocumentContent:
    """The file as it was handed in, every section and answer, and the list of documents with it."""
    proposal, content = submission.proposal, submission.content
    version = proposal.guideline_version
    sections = {section.code: section for section in sections_of(proposal)}
    criteria = {row.code: row for row in version.criteria}
    chapters = []
    for code, answers in content.get("sections", {}).items():
        section = sections.get(code)
        lines = []
        for field_code, value in answers.items():
            item = section.field(field_code) if section else None
            question = proposal_words.field_label(code, item or field_code, criteria)
            lines.append(Line(question, _answer(field_code, proposal_words.in_one(item, value), binder)))
        title = proposal_words.section_title(section or code, version)
        chapters.append(Chapter(title, 1, tuple(lines), empty="" if lines else _("Nothing was filled in.")))
    chapters.append(_documents(content.get("evidence", ())))
    facts = [
        Line(_("Kind"), proposal_words.kind_title(proposal.kind)),
        Line(_("Countries"), ", ".join(market_name(code) for code in content.get("markets", proposal.markets))),
        Line(_("Guideline"), version.name),
        Line(_("Handed in"), moment(submission.submitted_at)),
        Line(_("By"), binder.names.of(submission.submitted_by_id)),
        Line(_("Fingerprint (SHA-256)"), submission.sha256),
    ]
    return binder.paper(_("Proposal as handed in, number %(number)s", number=submission.number), facts, chapters)


def _answer(code: str, text: str, binder: Binder) -> str:
    if code in HIDDEN_FIELDS and binder.names.hidden:
        return _("[names of people, left out]")
    return binder.names.text(text)


def _documents(listed: Sequence[Mapping[str, Any]]) -> Chapter:
    rows = tuple(
        (str(row.get("criterion") or ""), str(row.get("title", "")), _("late") if row.get("is_late") else "")
        for row in listed
    )
    table = Table((_("Criterion"), _("Document"), _("Remark")), rows, (1, 5, 1)) if rows else None
    return Chapter(_("Documents"), 1, table=table, empty="" if rows else _("No documents."))


# --- the market need ---------------------------------------------------------------------------------------


def dossier_paper(payload: Mapping[str, Any], sha256: str, binder: Binder) -> DocumentContent:
    """The frozen dossier as the chamber may see it: no figure says something about fewer than ten companies."""
    shown = shown_dossier(payload, Reader.SUPPRESSED)
    titles = {
        "query": _("What was looked up"),
        "period": _("Period"),
        "before": _("The period before"),
        "totals": _("Questions"),
        "companies": _("Companies"),
        "denominators": _("All questions of the market"),
        "quarters": _("By quarter"),
        "causes": _("Why questions were not served"),
        "reasons": _("Reasons to decline"),
        "services": _("By service"),
        "groups": _("By target group"),
        "places": _("By place"),
        "claims": _("What the chamber says, beside the register"),
        "trend": _("Trend"),
        "trade": _("Trade figures"),
        "supply": _("What is offered already"),
    }
    chapters = [Chapter(title, 1, table=_flat_table(shown[name])) for name, title in titles.items() if shown.get(name)]
    facts = [
        Line(_("Computed"), moment(datetime.fromisoformat(payload["computed_at"]))),
        Line(_("Fingerprint (SHA-256)"), sha256),
    ]
    note = _("A figure that would say something about fewer than ten companies is hidden.")
    return binder.paper(_("Market-need dossier"), facts, chapters, introduction=(note,))


def _flat_table(value: Any) -> Table:
    rows = tuple(_flattened(value, ()))
    return Table((_("What"), _("Value")), rows or (("", ""),), (5, 3))


def _flattened(value: Any, path: tuple[str, ...]) -> list[tuple[str, ...]]:
    if isinstance(value, Mapping):
        return [row for key, item in value.items() for row in _flattened(item, (*path, _called(str(key))))]
    if isinstance(value, list) and any(isinstance(item, Mapping | list) for item in value):
        return [row for number, item in enumerate(value, 1) for row in _flattened(item, (*path, str(number)))]
    if isinstance(value, list):
        return [(" · ".join(path), ", ".join(_called(str(item)) for item in value))]
    return [(" · ".join(path), _("hidden") if value is None else str(value))]


def _called(code: str) -> str:
    """A code in words where there are any."""
    known = {"now": _("this period"), "before": _("the period before"), "all": _("all"), "unmet": _("not served")}
    if code in known:
        return known[code]
    for list_code in ("service", "target_group", "decline_reason"):
        found = label(list_code, code)
        if found != code:
            return found
    return service_name(code)


# --- advice, hearings, notes -------------------------------------------------------------------------------


def advice_paper(advice: PostAdvice, binder: Binder) -> DocumentContent:
    facts = [
        Line(_("Post"), advice.post.name(binder.language)),
        Line(_("Asked"), moment(advice.asked_at)),
        Line(_("Given"), moment(advice.given_at) or _("not yet")),
        Line(_("By"), binder.names.of(advice.given_by_id)),
        Line(_("Opinion"), str(OPINION_WORDS.get(advice.opinion or "", ""))),
    ]
    words = text_of(binder.names.text(advice.text))
    chapters = [Chapter(_("Advice"), 1, paragraphs=words, empty="" if words else _("No advice was given."))]
    return binder.paper(_("Advice of the post"), facts, chapters)


def note_paper(note: InternalNote, binder: Binder) -> DocumentContent:
    facts = [Line(_("Written"), moment(note.written_at)), Line(_("By"), binder.names.of(note.person_id))]
    mark = _("Internal advice. Not part of the reasons in the letter (Woo, article 5.2).")
    chapters = [Chapter(_("Advice"), 1, paragraphs=(binder.names.text(note.text),))]
    return binder.paper(_("Internal advice"), facts, chapters, marks=(mark,))


def hearing_paper(hearing: Hearing, binder: Binder) -> DocumentContent:
    facts = [
        Line(_("Article"), _("Awb %(article)s", article=hearing.article)),
        Line(_("Invited"), moment(hearing.invited_at)),
        Line(_("Answer by"), _day(hearing.answer_by)),
        Line(_("Form"), str(FORM_WORDS.get(hearing.form or "", ""))),
        Line(_("Held"), _day(hearing.held_on)),
        Line(_("Why not heard"), str(ANY_WAIVER_WORDS.get(hearing.waiver_reason or "", ""))),
        Line(_("Recorded by"), binder.names.of(hearing.recorded_by_id)),
    ]
    parts = ((_("What it was about"), hearing.subject), (_("Report"), hearing.report))
    chapters = [
        Chapter(title, 1, paragraphs=(binder.names.text(words),)) for title, words in parts if words and words.strip()
    ]
    return binder.paper(_("Hearing"), facts, chapters)


def _day(day: date | None) -> str:
    return date_words(day) if day else ""


# --- decisions and objections ------------------------------------------------------------------------------


def decision_paper(decision: Decision, binder: Binder) -> DocumentContent:
    """The decision with what it was computed from, why it departs, and its conditions."""
    names = binder.names
    kept = (decision.computed or {}).get("result") or {}
    facts = [
        Line(_("Decision"), decision.reference),
        Line(_("Kind"), str(DECISION_KIND_WORDS[decision.kind])),
        Line(_("Signed"), moment(decision.signed_at)),
        Line(_("By"), names.of(decision.signed_by_id)),
        Line(_("First day"), _day(decision.starts_on)),
        Line(_("Last day"), _day(decision.ends_on)),
        Line(_("Countries"), ", ".join(market_name(code) for code in decision.markets)),
        Line(_("Takes the place of"), decision.replaces.reference if decision.replaces else ""),
        Line(_("Computed result"), str(OUTCOME_WORDS.get(decision.computed_outcome or "", ""))),
        Line(_("Weighed total"), shown_number(kept.get("total"))),
        Line(_("Why it departs"), str(DEPARTURE_WORDS.get(decision.departure_reason or "", ""))),
        Line(_("File it was signed on (SHA-256)"), decision.signed_digest or ""),
    ]
    chapters = [Chapter(_("Reasons"), 1, paragraphs=text_of(names.text(decision.reasons)))]
    if decision.departure_note:
        chapters.append(Chapter(_("Why it departs"), 1, paragraphs=(names.text(decision.departure_note),)))
    if decision.conditions:
        rows = tuple(
            (
                names.text(row.text),
                str(OWNER_WORDS.get(row.owner, "")),
                _day(row.due_on),
                names.text(row.evidence_wanted),
            )
            for row in decision.conditions
        )
        columns = (_("Condition"), _("Who"), _("Done by"), _("What shows it"))
        chapters.append(Chapter(_("Conditions"), 1, table=Table(columns, rows, (5, 2, 2, 3))))
    if kept.get("rows"):
        chapters.append(_derivation(kept["rows"]))
    return binder.paper(_("Decision %(reference)s", reference=decision.reference), facts, chapters)


def shown_number(exact: str | None) -> str:
    """A kept fraction with two decimals, rounded down; empty when there is none."""
    if not exact:
        return ""
    hundredths = Fraction(exact) * 100
    return format_decimal(Decimal(hundredths.numerator // hundredths.denominator) / 100, locale=locale_code())


def _derivation(rows: Sequence[Mapping[str, Any]]) -> Chapter:
    told = tuple(
        (
            str(row["code"]),
            shown_number(row.get("points")),
            shown_number(row.get("part")),
            _("yes") if row["passed"] else _("no"),
        )
        for row in rows
    )
    columns = (_("Criterion"), _("Points"), _("Share in the total"), _("Passed"))
    return Chapter(_("How the result was computed"), 1, table=Table(columns, told, (1, 1, 2, 1)))


def objection_paper(objection: Objection, binder: Binder) -> DocumentContent:
    names = binder.names
    facts = [
        Line(_("Against decision"), objection.decision.reference),
        Line(_("Received"), _day(objection.received_on)),
        Line(_("In time"), _("yes") if objection.is_in_time else _("no")),
        Line(_("Decide by"), _day(objection.due_on)),
        Line(_("Handler"), names.of(objection.handler_id)),
        Line(_("Outcome"), str(OUTCOME_OF_OBJECTION.get(objection.outcome or "", ""))),
        Line(_("Decided"), moment(objection.decided_at)),
    ]
    parts = (
        (_("Grounds"), objection.grounds),
        (_("Why it came late"), objection.lateness_reason),
        (_("Reasons of the outcome"), objection.outcome_reasons),
    )
    chapters = [Chapter(title, 1, paragraphs=(names.text(words),)) for title, words in parts if words and words.strip()]
    return binder.paper(_("Objection"), facts, chapters)
