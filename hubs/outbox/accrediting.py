"""Mails about proposals, decisions and accreditations: event -> whose desk it is now, and what to do there.

Letters with legal effect go out as such (`hubs.outbox.formal`); these mails only say that something waits. They name
a reference and a chamber, never what a file holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from hubs.accounts.models import Membership, Organisation, OrganisationKind, Person, Role
from hubs.accounts.queries import in_force
from hubs.accreditation.models import Accreditation, Concern, Condition, Decision, Objection, Obligation, Proposal
from hubs.accreditation.words import OBLIGATION_WORDS
from hubs.core.durations import day_words
from hubs.core.events import Event
from hubs.core.links import external
from hubs.extensions import db
from hubs.outbox.letters import Letter

GROUP = "accreditation"
COORDINATORS = (Role.ASSESSOR, Role.ADMINISTRATOR)
_OPEN = _l("Open it in Hubs")


@dataclass(frozen=True, slots=True)
class Notice:
    """Who is told (a key of `_AUDIENCES`) and what."""

    audience: str
    letter: Letter


def _notice(audience: str, subject: Any, *lines: Any) -> Notice:
    return Notice(audience, Letter(subject, lines, "subject", _OPEN))


NOTICES: dict[str, tuple[Notice, ...]] = {
    "proposal.submit": (
        _notice(
            "coordinators",
            _l("A proposal was handed in: %(reference)s"),
            _l("%(hub)s handed in its proposal. The ministry has until %(due)s to decide."),
            _l("Assign two assessors who have no interest in this chamber."),
        ),
        _notice(
            "chamber",
            _l("We have your proposal %(reference)s"),
            _l("The ministry decides on %(due)s at the latest. On the page you see where it stands."),
        ),
    ),
    "proposal.assign": (
        _notice(
            "assigned",
            _l("You assess proposal %(reference)s"),
            _l("You are one of two assessors of the proposal of %(hub)s. Your scores are wanted by %(own_due)s."),
            _l("Do you have an interest in this chamber? Then declare it first, and somebody else takes your place."),
        ),
    ),
    "proposal.start_assessment": (
        _notice(
            "assessors",
            _l("You can score proposal %(reference)s"),
            _l("The assessment of %(hub)s has started. You score by yourself; the other assessor does not see it."),
        ),
    ),
    "proposal.both_finished": (
        _notice(
            "assessors",
            _l("Both parts of %(reference)s are finished"),
            _l("You now see each other's scores. Moderate where they lie too far apart, then conclude."),
        ),
    ),
    "proposal.reassess": (
        _notice(
            "assessors",
            _l("Assess proposal %(reference)s again"),
            _l("The assessment of %(hub)s is open again. You can change your scores."),
        ),
    ),
    "proposal.ask_advice": (
        _notice(
            "posts_asked",
            _l("Your advice is asked about proposal %(reference)s"),
            _l("The ministry asks what you think of the proposal of %(hub)s. Please answer by %(own_due)s."),
        ),
    ),
    "proposal.advise": (
        _notice("assessors", _l("A post advised on %(reference)s"), _l("The advice about %(hub)s is in the file.")),
    ),
    "proposal.add_evidence": (  # only what came late goes out
        _notice(
            "coordinators",
            _l("A document came late in %(reference)s"),
            _l("%(hub)s added a document after it handed in its proposal. It is marked as late in the file."),
        ),
    ),
    "proposal.conclude": (
        _notice(
            "coordinators",
            _l("Proposal %(reference)s is assessed"),
            _l("The assessment of %(hub)s is concluded. A decision can be drafted now."),
        ),
    ),
    "decision.draft": (
        _notice(
            "deciders",
            _l("A decision about %(hub)s waits for a signature"),
            _l("Somebody who took part in the assessment or advised cannot sign it."),
        ),
    ),
    "proposal.term_warning": (
        _notice(
            "coordinators",
            _l("The term of %(reference)s ends soon"),
            _l("The statutory term to decide on the proposal of %(hub)s ends on %(due)s."),
        ),
    ),
    "proposal.term_overdue": (
        _notice(
            "coordinators",
            _l("The term of %(reference)s is over"),
            _l("The statutory term to decide on the proposal of %(hub)s ended on %(due)s without a decision."),
        ),
    ),
    "proposal.completion_passed": (
        _notice(
            "coordinators",
            _l("Proposal %(reference)s was not completed in time"),
            _l("The time %(hub)s had to complete its file is over. Decide whether to go on without it."),
        ),
    ),
    "accreditation.ending": (
        _notice(
            "chamber",
            _l("Your accreditation ends on %(due)s"),
            _l("Do you want to go on? Then start the renewal in time. Much of it is filled in for you."),
        ),
    ),
    "accreditation.activate": (
        _notice(
            "chamber",
            _l("Your accreditation is active"),
            _l("From now on your agreements with posts hold and you can get questions."),
        ),
    ),
    "accreditation.expire": (
        _notice(
            "chamber",
            _l("Your accreditation is over"),
            _l("The term ended on %(due)s. You get no new questions. What you accepted you can finish."),
        ),
    ),
    "obligation.reminded": (
        _notice("chamber", _l("%(what)s: hand it in by %(due)s"), _l("You can hand it in on the page.")),
    ),
    "obligation.overdue": (
        _notice("chamber", _l("%(what)s: the date has passed"), _l("It was due on %(due)s. Please hand it in now.")),
    ),
    "condition.reminded": (
        _notice(
            "condition_owner",
            _l("A condition of the accreditation must be met by %(due)s"),
            _l("On the page you see the condition, and you can hand in what shows that it is met."),
        ),
    ),
    "condition.overdue": (
        _notice(
            "coordinators",
            _l("A condition for %(hub)s was not met in time"),
            _l("It was to be met by %(due)s. Look at what was handed in and decide."),
        ),
    ),
    "condition.hand_in": (
        _notice(
            "coordinators",
            _l("%(hub)s handed in evidence for a condition"),
            _l("Look at it and say whether the condition is met."),
        ),
    ),
    "concern.raise": (
        _notice(
            "concern_owner",
            _l("A concern about %(hub)s is yours to look into"),
            _l("Please look into it by %(due)s and write down what you found."),
        ),
    ),
    "concern.reminded": (
        _notice("concern_owner", _l("The concern about %(hub)s is due on %(due)s"), _l("Write down what you found.")),
    ),
    "concern.overdue": (
        _notice("concern_owner", _l("The concern about %(hub)s is overdue"), _l("It was due on %(due)s.")),
    ),
    "objection.lodge": (
        _notice(
            "deciders",
            _l("%(hub)s objects to a decision"),
            _l("Assign somebody who neither signed the decision nor prepared it."),
        ),
    ),
    "objection.take_up": (
        _notice("handler", _l("You handle an objection of %(hub)s"), _l("The decision is due on %(due)s.")),
    ),
    "objection.term_warning": (
        _notice("handler", _l("The term of an objection ends soon"), _l("The decision is due on %(due)s.")),
    ),
}


# --- what an event is about --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class About:
    """The objects behind an event, as far as a mail needs them."""

    hub: Organisation
    path: str
    reference: str = ""
    due_on: Any = None
    proposal: Proposal | None = None
    subject: Any = None


def is_about(entry: Event) -> bool:
    return entry.kind in NOTICES


def about(entry: Event) -> About | None:
    """What the event is about; None when it is gone."""
    find = _SUBJECTS.get(entry.subject_type)
    return find(entry.subject_id) if find else None


def _proposal(identifier: str) -> About | None:
    row = db.session.get(Proposal, identifier)
    return None if row is None else About(row.hub, f"/proposals/{row.reference}", row.reference, row.due_on, row, row)


def _decision(identifier: str) -> About | None:
    row = db.session.get(Decision, identifier)
    return (
        None if row is None else About(row.hub, f"/decisions/{row.reference}", row.reference, None, row.proposal, row)
    )


def _accreditation(identifier: str) -> About | None:
    row = db.session.get(Accreditation, identifier)
    return None if row is None else About(row.hub, f"/accreditations/{row.id}", "", row.ends_on, None, row)


def _obligation(identifier: str) -> About | None:
    row = db.session.get(Obligation, identifier)
    return (
        None
        if row is None
        else About(row.accreditation.hub, f"/accreditations/{row.accreditation_id}", "", row.due_on, None, row)
    )


def _condition(identifier: str) -> About | None:
    row = db.session.get(Condition, identifier)
    if row is None:
        return None
    statement = select(Accreditation.id).where(Accreditation.decision_id == row.decision_id)
    found = db.session.execute(statement).scalar_one_or_none()
    path = f"/accreditations/{found}" if found else f"/decisions/{row.decision.reference}"
    return About(row.decision.hub, path, "", row.due_on, row.decision.proposal, row)


def _concern(identifier: str) -> About | None:
    row = db.session.get(Concern, identifier)
    return None if row is None else About(row.hub, "/work", "", row.due_on, None, row)


def _objection(identifier: str) -> About | None:
    row = db.session.get(Objection, identifier)
    return None if row is None else About(row.hub, f"/objections/{row.id}", "", row.due_on, None, row)


_SUBJECTS: dict[str, Callable[[str], About | None]] = {
    "proposals": _proposal,
    "decisions": _decision,
    "accreditations": _accreditation,
    "obligations": _obligation,
    "conditions": _condition,
    "concerns": _concern,
    "objections": _objection,
}


# --- who is told -------------------------------------------------------------------------------------------


def told(entry: Event) -> Iterator[tuple[str, str]]:
    """(template, id of a person or `organisation:<id>`) for everybody an event is for; never who caused it."""
    found = about(entry)
    if found is None:
        return
    for number, notice in enumerate(NOTICES[entry.kind]):
        for reader in _AUDIENCES[notice.audience](entry, found):
            if reader != entry.actor_id:
                yield f"{GROUP}:{entry.kind}#{number}", reader


def _chamber(_entry: Event, found: About) -> list[str]:
    return [f"organisation:{found.hub.id}"]


def _with_roles(*roles: Role) -> list[str]:
    statement = (
        select(Membership.person_id)
        .join(Membership.person)
        .join(Membership.organisation)
        .where(
            Organisation.kind == OrganisationKind.MINISTRY,
            Membership.role.in_(roles),
            in_force(),
            Person.is_active.is_(True),
        )
        .order_by(Membership.person_id)
        .distinct()
    )
    return list(db.session.execute(statement).scalars())


def _coordinators(_entry: Event, found: About) -> list[str]:
    """Who assesses it already; else everybody who may coordinate."""
    assessors = _assessors(_entry, found)
    return assessors or _with_roles(*COORDINATORS)


def _assessors(_entry: Event, found: About) -> list[str]:
    if found.proposal is None:
        return []
    return [row.person_id for row in found.proposal.assessors if row.ended_at is None]


def _condition_owner(_entry: Event, found: About) -> list[str]:
    if found.subject.owner == "hub":
        return [f"organisation:{found.hub.id}"]
    if found.subject.owner == "post" and found.proposal is not None:
        return [f"organisation:{row.post_id}" for row in found.proposal.advices]
    return _with_roles(*COORDINATORS)


_AUDIENCES: dict[str, Callable[[Event, About], list[str]]] = {
    "chamber": _chamber,
    "coordinators": _coordinators,
    "assessors": _assessors,
    "assigned": lambda entry, _found: [str(entry.data.get("person"))],
    "posts_asked": lambda entry, _found: [f"organisation:{post}" for post in entry.data.get("posts", ())],
    "deciders": lambda _entry, _found: _with_roles(Role.DECISION_MAKER),
    "condition_owner": _condition_owner,
    "concern_owner": lambda _entry, found: [found.subject.owner_id],
    "handler": lambda _entry, found: [found.subject.handler_id] if found.subject.handler_id else [],
}


# --- what it says ------------------------------------------------------------------------------------------


def letter_for(template: str, entry: Event, language: str) -> tuple[Letter, dict[str, str], str] | None:
    """The mail behind a delivery's template, its values and its address; None when its subject is gone."""
    kind, _hash, number = template.partition(":")[2].partition("#")
    found = about(entry)
    if found is None or kind not in NOTICES:
        return None
    notice = NOTICES[kind][int(number or 0)]
    today = entry.at.date()
    own = entry.data.get("due_on")
    values = {
        "hub": found.hub.name(language),
        "reference": found.reference,
        "due": day_words(found.due_on, today) if found.due_on else _("a day that is not set yet"),
        "own_due": _day(own, today) if own else _("a day that is not set yet"),
        "what": str(OBLIGATION_WORDS.get(str(entry.data.get("kind")), "")),
    }
    return notice.letter, values, external(_path_for(notice, found))


def _day(text: Any, today: Any) -> str:
    return day_words(type(today).fromisoformat(str(text)), today)


def _path_for(notice: Notice, found: About) -> str:
    """Where the reader goes on: an assessor to the scores, a post to its advice page."""
    if notice.audience == "assigned":
        return f"{found.path}/assess"
    return f"{found.path}/advice" if notice.audience == "posts_asked" else found.path
