"""Invented proposals, assessments and decisions of the demonstration world, by the operations themselves.

What each chamber of `proposals.csv` goes through stands there as steps: what, on which day from today, with what.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from hubs.accounts.actor import Actor
from hubs.accreditation.answers import Field, FieldKind
from hubs.accreditation.lifecycle import DecisionKind, DecisionState
from hubs.accreditation.models import Accreditation, Condition, Decision, PostAdvice, Proposal
from hubs.accreditation.operations import advising, assessing, assigning, deciding, duties, objecting, signing
from hubs.accreditation.operations.entering import Entry
from hubs.accreditation.operations.evidence import add_evidence
from hubs.accreditation.operations.proposals import begin_proposal, row_of, save_section
from hubs.accreditation.operations.standing import activate
from hubs.accreditation.operations.submitting import submit_proposal
from hubs.accreditation.queries.files import criteria_asked, sections_of
from hubs.accreditation.statutory import amsterdam_day
from hubs.core.uploads import receive
from hubs.demo.actors import Actors
from hubs.demo.cast import organisations_by_code
from hubs.demo.rows import DATA, Row, rows_of
from hubs.directory.models import HubProfile
from hubs.extensions import db
from hubs.guideline.criteria import Answer, Better, Criterion
from hubs.guideline.queries import version_in_force

DAY = timedelta(days=1)
DRAFTED_BEFORE, OFFICE_OPENS = 9 * DAY, timedelta(hours=2)
Act = Callable[[datetime], None]
F = FieldKind
MILLION_CENTS = 100_000_00


def steps_of_proposals(actors: Actors, now: datetime) -> Iterator[tuple[datetime, Act]]:
    """What happens to each proposal of `proposals.csv`, and when; nothing where no guideline was in force that day."""
    hubs = organisations_by_code("hub")
    texts = {row["code"]: row["text"] for row in rows_of("proposal_texts")}
    for row in rows_of("proposals"):
        submitted = now + int(row["submitted"] or -2) * DAY
        begun = submitted - DRAFTED_BEFORE if row["submitted"] else submitted
        if version_in_force(amsterdam_day(begun)) is not None:
            yield from _Story(actors, row, hubs[row["hub"]].id, texts).steps(begun, submitted, now)


class _Story:
    """One proposal from its first line on."""

    def __init__(self, actors: Actors, row: Row, hub_id: str, texts: dict[str, str]) -> None:
        self.actors, self.row, self.hub_id, self.texts = actors, row, hub_id, texts
        self.proposal_id = ""

    def steps(self, begun: datetime, submitted: datetime, now: datetime) -> Iterator[tuple[datetime, Act]]:
        yield begun, self.begin
        if not self.row["submitted"]:
            return
        yield submitted, self.submit
        for step in self.row["steps"].split():
            name, day, *argument = step.split(":")
            yield now + int(day) * DAY - OFFICE_OPENS, self._step(name, *argument)

    def _step(self, name: str, *argument: str) -> Act:
        act: Callable[..., None] = getattr(self, name)
        return lambda now: act(now, *argument)

    # who

    @property
    def manager(self) -> Actor:
        return self.actors.leader(self.hub_id)

    def _ministry(self, role: str, turn: int = 0) -> Actor:
        found = self.actors.of(self.actors.ids["bz"], role, turn=turn)
        assert found is not None  # noqa: S101  people.csv has one
        return found

    @property
    def proposal(self) -> Proposal:
        return db.session.get_one(Proposal, self.proposal_id)

    # the chamber

    def begin(self, now: datetime) -> None:
        profile = db.session.get_one(HubProfile, self.hub_id)
        proposal = begin_proposal(kind=self.row["kind"], markets=profile.markets, actor=self.manager, now=now)
        proposal.is_demo = True
        self.proposal_id = proposal.id
        for section in sections_of(proposal):
            typed = {item.code: self._typed(item, now) for item in section.fields if item.kind != F.DOCUMENT}
            kept = {code: value for code, value in typed.items() if value not in (None, "", [])}
            row = row_of(proposal, section.code)
            kept = {**(dict(row.content) if row and row.content else {}), **kept}
            version = row.version_id if row else None
            save_section(proposal, section, kept, version=version, actor=self.manager, now=now)
            for item in section.fields:
                if item.kind == F.DOCUMENT and self.row["submitted"]:
                    self._document(proposal, item.code, now)

    def _document(self, proposal: Proposal, criterion: str, now: datetime) -> None:
        received = receive(io.BytesIO((DATA / "document.pdf").read_bytes()), f"{criterion}-demonstratie.pdf")
        add_evidence(
            proposal,
            received,
            title=None,
            criterion=criterion,
            document_on=(now - 100 * DAY).date(),
            actor=self.manager,
            now=now,
        )

    def _typed(self, item: Field, now: datetime) -> Any:
        """An answer by the field's own code, else by its kind; None leaves it to what the service filled in."""
        numbers = {
            "members": "members", "C4": "members", "founding_year": "founded", "questions_per_year": "questions",
            "unserved_by_post": "unserved", "A3": "unserved", "companies": "companies",
        }  # fmt: skip
        if item.code in numbers:
            return self.row[numbers[item.code]]
        if item.code == "C7":
            return str(now.year - int(self.row["founded"]))
        if item.code == "claims_year":
            return str(now.year - 1)
        if item.code in self.texts:
            return self.texts[item.code]
        if item.kind == F.YEARS:
            return self._years(item, now)
        return self._by_kind(item)

    def _by_kind(self, item: Field) -> Any:
        if item.kind == F.CODES:
            return ["networking", "partner_search", "commercial_referral"] if item.list_code == "service" else None
        return {
            F.TEXT: "Demonstratie" if item.required_for else None,
            F.LONG_TEXT: self.texts["note"] if item.required_for else None,
            F.DECIMAL: "2",
            F.YES_NO: "yes",
            F.LINES: ["Demonstratie"] if item.code == "offices" else None,
            F.URL: "https://kamer.example",
        }.get(item.kind)

    def _years(self, item: Field, now: datetime) -> list[dict[str, str]]:
        first = now.year - 1 if item.code == "accounts" else now.year + 1
        return [
            {"year": str(first + n), **{column.code: _money(column.code, n) for column in item.columns}}
            for n in range(max(item.least, 1))
        ]

    def submit(self, now: datetime) -> None:
        submit_proposal(self.proposal, actor=self.manager, now=now)

    def object(self, now: datetime) -> None:
        decision = self._decision()
        objecting.lodge_objection(decision, values={"grounds": self.texts["objection"]}, actor=self.manager, now=now)

    # the ministry and the post

    def assign(self, now: datetime) -> None:
        proposal, coordinator = self.proposal, self._ministry("administrator")
        for position in (1, 2):
            person_id = self._ministry("assessor", position - 1).person_id or ""
            assigning.assign_assessor(proposal, person_id=person_id, position=position, actor=coordinator, now=now)
        assigning.start_assessment(proposal, actor=coordinator, now=now)

    def ask(self, now: datetime, post: str) -> None:
        advising.ask_advice(
            self.proposal, post_ids=[self.actors.ids[post]], due_on=None, actor=self._ministry("assessor"), now=now
        )

    def advise(self, now: datetime, opinion: str) -> None:
        for advice in self.proposal.advices:
            self._advise(advice, opinion, now)

    def _advise(self, advice: PostAdvice, opinion: str, now: datetime) -> None:
        text = self.texts["advice_negative" if opinion == "negative" else "advice"]
        head = self.actors.leader(advice.post_id)
        version = advice.version_id
        advising.give_advice(advice, opinion=opinion, text=text, version=version, actor=head, now=now)

    def back(self, now: datetime) -> None:
        data = {"note": self.texts["back"], "until_on": (now + 17 * DAY).date()}
        assigning.send_back(self.proposal, actor=self._ministry("assessor"), now=now, data=data)

    def half(self, now: datetime, level: str) -> None:
        """The first assessor is done, the second is not."""
        self._scores(self._ministry("assessor", 0), int(level), now)
        self._checks(now)
        assessing.finish_part(self.proposal, actor=self._ministry("assessor", 0), now=now)

    def score(self, now: datetime, level: str) -> None:
        """Both are done; on the first criterion the second lies one level lower."""
        self.half(now, level)
        self._scores(self._ministry("assessor", 1), int(level), now, first=max(int(level) - 1, 0))
        assessing.finish_part(self.proposal, actor=self._ministry("assessor", 1), now=now)

    def _criteria(self) -> tuple[Criterion, ...]:
        proposal = self.proposal
        return criteria_asked(proposal.guideline_version, proposal.kind, proposal.markets)

    def _scores(self, assessor: Actor, level: int, now: datetime, first: int | None = None) -> None:
        for criterion in (one for one in self._criteria() if one.answer == Answer.SCALE):
            given = level if first is None or criterion.code != "A5" else first
            entry = Entry(level=given, reason=self.texts[f"reason_{max(given, 1)}"], ground=_ground(criterion, given))
            assessing.save_score(self.proposal, criterion.code, entry, version=None, actor=assessor, now=now)

    def _checks(self, now: datetime) -> None:
        for criterion in (one for one in self._criteria() if one.answer != Answer.SCALE):
            entry = Entry(reason=self.texts["reason_3"], **self._fact(criterion, now))
            actor = self._ministry("assessor")
            assessing.save_check(self.proposal, criterion.code, entry, version=None, actor=actor, now=now)

    def _fact(self, criterion: Criterion, now: datetime) -> dict[str, Any]:
        if criterion.answer != Answer.NUMBER:
            return {"answer": criterion.better != Better.LOWER}
        known = {"A3": self.row["unserved"], "C4": self.row["members"], "C7": str(now.year - int(self.row["founded"]))}
        return {"value": Decimal(known.get(criterion.code, "2"))}

    def conclude(self, now: datetime) -> None:
        assigning.conclude(self.proposal, actor=self._ministry("assessor"), now=now)

    def draft(self, now: datetime, kind: str) -> None:
        values: dict[str, Any] = {
            "kind": kind,
            "reasons": self.texts[f"reasons_{kind}"],
            "reasons_en": self.texts[f"reasons_{kind}_en"],
        }
        proposal = self.proposal
        if kind != DecisionKind.REFUSE:
            values |= {"starts_on": now.date() + 14 * DAY, "markets": list(proposal.markets)}
        if kind == DecisionKind.ACCREDIT_WITH_CONDITIONS:
            values["conditions"] = [
                self._condition("condition", now, 75), self._condition("condition_2", now, 121)
            ]  # fmt: skip
        decision = deciding.draft_decision(proposal, values=values, actor=self._ministry("assessor"), now=now)
        if kind != decision.computed_outcome and deciding.rules.departs(kind, decision.computed_outcome):
            reason = {"departure_reason": deciding.rules.DEPARTURES[0], "departure_note": self.texts["note"]}
            deciding.edit_decision(decision, values=reason, actor=self._ministry("assessor"), now=now)

    def _condition(self, code: str, now: datetime, days: int) -> dict[str, Any]:
        return {
            "text": self.texts[code], "text_en": self.texts[f"{code}_en"], "owner": "hub",
            "due_on": (now + days * DAY).date(), "evidence_wanted": self.texts["condition_evidence"],
        }  # fmt: skip

    def _decision(self) -> Decision:
        statement = select(Decision).where(Decision.proposal_id == self.proposal_id)
        return db.session.execute(statement.where(Decision.state != DecisionState.DROPPED)).scalar_one()

    def sign(self, now: datetime) -> None:
        signing.sign_decision(self._decision(), actor=self._ministry("decision_maker"), now=now)

    def _accreditation(self) -> Accreditation:
        statement = select(Accreditation).join(Decision, Decision.id == Accreditation.decision_id)
        return db.session.execute(statement.where(Decision.proposal_id == self.proposal_id)).scalar_one()

    def activate(self, now: datetime) -> None:
        accreditation, keeper = self._accreditation(), self._ministry("administrator")
        duties.check_criterion(accreditation, "G1", actor=keeper, now=now)
        activate(accreditation, actor=keeper, now=now)

    def report(self, now: datetime) -> None:
        """The first condition is met."""
        statement = select(Condition).where(Condition.decision_id == self._decision().id).order_by(Condition.position)
        first = db.session.execute(statement.limit(1)).scalar_one()
        duties.hand_in_evidence(
            first, received=None, note=self.texts["condition_evidence"], actor=self.manager, now=now
        )
        keeper = self._ministry("assessor")
        duties.judge_condition(first, "meet", note=self.texts["reason_3"], actor=keeper, now=now)


def _money(code: str, year: int) -> str:
    """Invented sums in euros: one and a quarter million cents a year, growing, with little subsidy."""
    share = {"members_cents": 45, "services_cents": 40, "sponsors_cents": 15, "subsidies_cents": 8, "other_cents": 2}
    percent = share.get(code, 100)
    return str(MILLION_CENTS * percent // 10_000 + 500 * year)


def _ground(criterion: Criterion, level: int) -> str | None:
    return "overlap" if criterion.threshold is not None and level < criterion.threshold else None
