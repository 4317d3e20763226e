"""The invented agreements of the demonstration world, in every state an agreement can be in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from hubs.agreements.models import Agreement
from hubs.agreements.operations import act_on_agreement, draft_agreement, follow_rules
from hubs.agreements.standing import local_day
from hubs.agreements.terms import DATA_FIELDS
from hubs.demo.actors import Actors
from hubs.demo.cast import organisations_by_code
from hubs.demo.rows import Row, is_yes, listed, rows_of
from hubs.extensions import db
from hubs.referrals.operations import agreement_ended

DAY = timedelta(days=1)
DRAFTED, OFFERED, SIGNED, COUNTERSIGNED = 24, 20, 18, 14  # days before the first day of the term
Act = Callable[[datetime], None]


def steps_of_agreements(actors: Actors, now: datetime) -> Iterator[tuple[datetime, Act]]:
    """What happens to each agreement of `agreements.csv`, and when."""
    hubs, posts = organisations_by_code("hub"), organisations_by_code("post")
    for row in rows_of("agreements"):
        hub_id = hubs[row["hub"]].id
        post_ids = [posts[code].id for code in listed(row["posts"])]
        yield from _Story(actors, row, hub_id, post_ids, now).steps()


class _Story:
    """One agreement from its draft on."""

    def __init__(self, actors: Actors, row: Row, hub_id: str, post_ids: list[str], loaded_at: datetime) -> None:
        self.actors, self.row, self.hub_id, self.post_ids = actors, row, hub_id, post_ids
        self.loaded_at = loaded_at
        self.agreement_id = ""
        by_hub = row["drafted_by"] == "hub"
        self.drafter = hub_id if by_hub else post_ids[0]
        self.others = [*post_ids] if by_hub else [hub_id, *post_ids[1:]]

    def steps(self) -> Iterator[tuple[datetime, Act]]:
        starts = self.loaded_at + int(self.row["starts_in_days"]) * DAY
        base = min(starts, self.loaded_at + 10 * DAY)
        yield base - DRAFTED * DAY, self.draft
        if self.row["becomes"] == "draft":
            return
        yield base - OFFERED * DAY, self.offer
        yield base - SIGNED * DAY, lambda now: self.sign(self.drafter, now)
        if self.row["becomes"] == "offered":
            return
        for place, party in enumerate(self.others):
            yield base - COUNTERSIGNED * DAY + place * timedelta(hours=1), self._signing(party)
        if starts < self.loaded_at:
            yield starts + timedelta(hours=3), self.follow

    def _signing(self, party: str) -> Act:
        return lambda now: self.sign(party, now)

    def draft(self, now: datetime) -> None:
        agreement = draft_agreement(
            hub_id=self.hub_id,
            post_ids=self.post_ids,
            terms=_terms(self.row, self.loaded_at),
            actor=self.actors.leader(self.drafter),
            now=now,
        )
        agreement.is_demo = True
        self.agreement_id = agreement.id

    def offer(self, now: datetime) -> None:
        act_on_agreement(self.agreement, "offer", actor=self.actors.leader(self.drafter), now=now)

    def sign(self, party: str, now: datetime) -> None:
        act_on_agreement(self.agreement, "sign", actor=self.actors.leader(party), now=now)

    def follow(self, now: datetime) -> None:
        follow_rules(self.agreement, now=now)

    @property
    def agreement(self) -> Agreement:
        return db.session.get_one(Agreement, self.agreement_id)


def _terms(row: Row, loaded_at: datetime) -> dict[str, Any]:
    today = local_day(loaded_at)
    return {
        "directions": listed(row["directions"]),
        "services": listed(row["services"]),
        "sectors": listed(row["sectors"]),
        "cities": listed(row["cities"]),
        "target_groups": listed(row["target_groups"]),
        "either_to": row["either_to"],
        "starts_on": today + timedelta(days=int(row["starts_in_days"])),
        "ends_on": today + timedelta(days=int(row["ends_in_days"])),
        "capacity_share": int(row["capacity_share"]) if row["capacity_share"] else None,
        "conditional_on_accreditation": is_yes(row["conditional"]),
        "data_fields": list(DATA_FIELDS),
    }


def end_agreement(actors: Actors, hub_id: str, now: datetime, note: str) -> None:
    """The hub ends its agreements midway: what it has not accepted goes back."""
    statement = select(Agreement).where(Agreement.hub_id == hub_id, Agreement.state == "in_force")
    for agreement in db.session.execute(statement).scalars().all():
        act_on_agreement(agreement, "terminate", actor=actors.leader(hub_id), now=now, data={"note": note})
        agreement_ended(agreement, now=now)
