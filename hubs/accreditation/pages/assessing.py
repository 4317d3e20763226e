"""The pages of an assessment put together: hard requirements, own progress, evidence on one criterion (sketch 08).

Nothing of the other assessor's scores enters here before both have finished: everything is made of what
`scores_visible_to` gives this reader.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from hubs.accounts.actor import Actor
from hubs.accreditation.assessment import answer_of, next_open
from hubs.accreditation.lifecycle import ProposalState as S
from hubs.accreditation.models import Evidence, FactCheck, Moderation, PostAdvice, Proposal, ProposalAssessor, Score
from hubs.accreditation.queries.assessments import (
    asked_of,
    checks_of,
    moderations_visible_to,
    own_part,
    present_assessors,
    sees_all_scores,
    visible_scores,
)
from hubs.accreditation.queries.evidence_shown import Stated, documents_on, stated_on
from hubs.accreditation.queries.files import last_submission
from hubs.accreditation.results import OPINION_OF_POST
from hubs.accreditation.scoring import Given, judged
from hubs.accreditation.statutory import amsterdam_day
from hubs.accreditation.words import assessing as words
from hubs.core.templating import locale_code
from hubs.guideline.criteria import Answer, Criterion, Rule
from hubs.guideline.rows import WordedCriterion, worded_of

MET, FAILED, OPEN, NOW = "met", "failed", "open", "now"
SOON_DAYS = 7


@dataclass(frozen=True, slots=True)
class Item:
    """One criterion in the list beside the work, with what this reader may see of its answers."""

    worded: WordedCriterion
    name: str
    href: str
    is_done: bool
    is_current: bool
    outcome: str  # met, failed, open
    score: Score | None  # one's own
    check: FactCheck | None
    scores: tuple[Score, ...]  # everybody's, once both have finished
    moderation: Moderation | None

    @property
    def criterion(self) -> Criterion:
        return self.worded.criterion

    @property
    def code(self) -> str:
        return self.worded.code

    @property
    def is_hard(self) -> bool:
        return self.criterion.rule == Rule.KNOCK_OUT


@dataclass(frozen=True, slots=True)
class Group:
    """Criteria under their heading."""

    name: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Work:
    """What an assessor sees of an assessment, whatever page of it."""

    part: ProposalAssessor | None
    people: tuple[ProposalAssessor, ...]
    groups: tuple[Group, ...]
    gates_title: str
    all_open: bool  # both finished: everything may be seen
    following: Criterion | None
    due: tuple[str, str] | None  # code and words of one's own deadline

    @property
    def items(self) -> tuple[Item, ...]:
        return tuple(item for group in self.groups for item in group.items)

    @property
    def gates(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.is_hard)

    @property
    def done(self) -> int:
        return sum(item.is_done for item in self.items)

    @property
    def total(self) -> int:
        return len(self.items)

    def item(self, code: str) -> Item:
        return next(item for item in self.items if item.code == code)


def work_of(proposal: Proposal, actor: Actor, now: datetime, current: str | None = None) -> Work:
    """The assessment as this reader may see it; `current` is the criterion they are at."""
    asked, scores = asked_of(proposal), visible_scores(actor, proposal)
    checks, moderations = checks_of(proposal), moderations_visible_to(actor, proposal)
    part, all_open = own_part(actor, proposal), sees_all_scores(actor, proposal)
    rows = {row.code: row for row in proposal.guideline_version.criteria}
    opinion = any(row.opinion not in (None, "no_opinion") for row in proposal.advices)
    items = [
        _item(
            proposal,
            worded_of(rows[criterion.code]),
            actor,
            scores=[row for row in scores if row.criterion_code == criterion.code],
            check=checks.get(criterion.code),
            moderation=moderations.get(criterion.code),
            all_open=all_open,
            current=current,
            opinion=opinion and criterion.code == OPINION_OF_POST,
        )
        for criterion in asked
    ]
    gates = [item.outcome for item in items if item.is_hard]
    done = {item.code for item in items if item.is_done}
    return Work(
        part,
        tuple(present_assessors(proposal)),
        _grouped(proposal, items),
        words.gates_words(gates.count(MET), gates.count(FAILED), gates.count(OPEN)),
        all_open,
        next_open(asked, done, current),
        due_words(part.due_on, amsterdam_day(now)) if part is not None and part.finished_at is None else None,
    )


def _item(
    proposal: Proposal,
    worded: WordedCriterion,
    actor: Actor,
    *,
    scores: list[Score],
    check: FactCheck | None,
    moderation: Moderation | None,
    all_open: bool,
    current: str | None,
    opinion: bool,
) -> Item:
    criterion = worded.criterion
    own = next((row for row in scores if row.person_id == actor.person_id), None)
    is_scale = criterion.answer == Answer.SCALE
    shown = tuple(scores) if all_open else ()
    given = _given(criterion, own, check, shown, moderation)
    outcome = OPEN if given is None else MET if judged(criterion, given).passed else FAILED
    if opinion and check is None:
        outcome = FAILED if any(row.opinion == "negative" for row in proposal.advices) else MET
    return Item(
        worded,
        worded.name_nl if locale_code() == "nl" else worded.name_en,
        url_for("accreditation.assess_criterion", reference=proposal.reference, criterion_code=criterion.code),
        is_done=(own is not None or bool(shown)) if is_scale else (check is not None or opinion),
        is_current=criterion.code == current,
        outcome=outcome,
        score=own,
        check=check,
        scores=shown,
        moderation=moderation,
    )


def _given(
    criterion: Criterion,
    own: Score | None,
    check: FactCheck | None,
    scores: tuple[Score, ...],
    moderation: Moderation | None,
) -> Given | None:
    """The answer as far as this reader knows it."""
    if criterion.answer != Answer.SCALE:
        return answer_of(criterion, value=check.value, answer=check.answer) if check is not None else None
    if moderation is not None:
        return answer_of(criterion, level=moderation.level)
    if scores:
        return Given(criterion.code, levels=tuple(sorted(row.level for row in scores)))
    return answer_of(criterion, level=own.level) if own is not None else None


def _grouped(proposal: Proposal, items: list[Item]) -> tuple[Group, ...]:
    names = {group.code: group.name(locale_code()) for group in proposal.guideline_version.groups}
    codes = dict.fromkeys(item.criterion.group for item in items)
    return tuple(
        Group(names.get(code, code), tuple(item for item in items if item.criterion.group == code)) for code in codes
    )


def due_words(due_on: date | None, today: date) -> tuple[str, str] | None:
    """The deadline of one's own part: the code of its shape, and how long there is."""
    if due_on is None:
        return None
    days = (due_on - today).days
    if days < 0:
        return "late", ngettext("Your scores are %(num)s day late", "Your scores are %(num)s days late", -days)
    if days == 0:
        return "soon", _("Your scores are wanted today")
    code = "soon" if days <= SOON_DAYS else "later"
    return code, ngettext("%(num)s day left for your scores", "%(num)s days left for your scores", days)


# --- one criterion ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Known:
    """What is known about one criterion, from whom."""

    stated: Stated
    stated_words: str
    documents: tuple[tuple[Evidence, str], ...]  # with their address
    advices: tuple[PostAdvice, ...]
    register: tuple[str, ...]  # sentences of the frozen dossier
    dossier_href: str
    threshold: str


def known_about(proposal: Proposal, criterion: Criterion) -> Known:
    """The evidence beside a score: the chamber, the register, the posts, the documents."""
    stated, submission = stated_on(proposal, criterion), last_submission(proposal)
    dossier = submission.dossier if submission is not None else None
    documents = tuple(
        (row, url_for("accreditation.evidence_show", reference=proposal.reference, evidence_id=row.id))
        for row in documents_on(proposal, criterion.code)
    )
    return Known(
        stated,
        words.stated_words(criterion, stated.answer),
        documents,
        tuple(row for row in proposal.advices if row.given_at is not None),
        words.register_sentences(dossier.payload, criterion.group) if dossier is not None else (),
        url_for("accreditation.dossier_show", reference=proposal.reference) if dossier is not None else "",
        words.threshold_words(criterion),
    )


@dataclass(frozen=True, slots=True)
class Pair:
    """Two scores on one criterion that lie too far apart, and what was made of them."""

    item: Item
    scores: tuple[tuple[ProposalAssessor, Score], ...]
    moderation: Moderation | None


def pairs_of(work: Work, distance: int) -> tuple[Pair, ...]:
    """What has to be moderated; nothing before both have finished."""
    found = []
    for item in work.items:
        levels = [score.level for score in item.scores]
        if len(levels) < 2 or max(levels) - min(levels) <= distance:
            continue
        by_person = {score.person_id: score for score in item.scores}
        listed = tuple((row, by_person[row.person_id]) for row in work.people if row.person_id in by_person)
        found.append(Pair(item, listed, item.moderation))
    return tuple(found)


def state_of(proposal: Proposal, part: ProposalAssessor, both: bool) -> str:
    """Where one's own assessment stands, as a code of words.ASSESSMENT_STATES."""
    if proposal.state in (S.ASSESSED, S.DECISION_DRAFTED, S.DECIDED):
        return "concluded"
    if proposal.state != S.IN_ASSESSMENT:
        return "stopped"
    if part.finished_at is None:
        return "open"
    return "together" if both else "waiting"
