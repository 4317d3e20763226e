"""What a dossier is counted from: questions of the market, trade figures and the supply that exists (rec. 4 and 9).

Twelve statements at most, however many questions there are; those on questions read covering indexes only.
"""

from __future__ import annotations

import gc
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Select,
    String,
    and_,
    case,
    cast,
    extract,
    func,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import selectinload

from hubs.accounts.models import Organisation
from hubs.accreditation.dossier import (
    Cell,
    Counted,
    PartRow,
    Periods,
    QuestionRow,
    Scope,
    ServiceFacts,
    SupplierFacts,
    TradeRow,
    count_questions,
    dossier_payload,
    periods_before,
    supply_map,
)
from hubs.accreditation.dossier.counting import BETWEEN, BITS, COVERAGE_REASONS, GAP, LATE, QUARTER, UNSERVED, Pair
from hubs.accreditation.dossier.payload import NO_SECTOR, OTHER_SECTORS
from hubs.accreditation.dossier.periods import BEFORE, NOW, midnight
from hubs.accreditation.dossier.supply import AgreementCover, OfferFacts
from hubs.agreements.coverage import SectorRecord, SectorTree
from hubs.agreements.lifecycle import AgreementState
from hubs.agreements.models import Agreement
from hubs.agreements.standing import facts_of, local_day, posts_in_force
from hubs.directory.lifecycle import STANDING
from hubs.directory.models import HubMarket, HubProfile, PostCoverage, PostProfile, ServiceOffer
from hubs.extensions import db
from hubs.reference.models import ROUTABLE_KINDS, Instrument, Sector, SectorKind, Service, TradeFigure
from hubs.referrals.lifecycle import PartState, ReferralState
from hubs.referrals.models import Referral, RequestPart, SupportRequest

HOME_REPORTER = "NL"
_DIVISIONS = (SectorKind.SBI_DIVISION, SectorKind.NACE_DIVISION)
_QUESTIONS, _PARTS, _REFERRALS = SupportRequest.__table__, RequestPart.__table__, Referral.__table__
_Q, _P, _R = _QUESTIONS.c, _PARTS.c, _REFERRALS.c
_LISTED = (AgreementState.SIGNED, AgreementState.IN_FORCE, AgreementState.PAUSED)


def payload_for(scope: Scope, hub_id: str, *, now: datetime) -> dict[str, Any]:
    """The dossier of this scope as of now; the applicant itself is no part of the supply."""
    periods = periods_before(now)
    tree = Sectors()
    sectors = tree.under(scope.sectors)
    return dossier_payload(
        scope,
        periods,
        counted_for(scope, periods, sectors, now=now),
        sectors=sectors,
        outside=outside_counts(scope, periods, sectors),
        trade=latest_trade(scope.markets),
        supply=supply_for(scope, tree, hub_id, on=local_day(now)),
        now=now,
    )


# --- questions ---------------------------------------------------------------------------------------------


class Sectors:
    """Which sectors a question may have that fall under some wanted ones; read once for a dossier."""

    def __init__(self) -> None:
        rows = list(db.session.execute(select(Sector.code, Sector.kind, Sector.parent_code, Sector.topsector_hints)))
        self._tree = SectorTree(
            SectorRecord(
                code=row.code,
                kind=row.kind,
                section=(row.parent_code or "") if row.kind in _DIVISIONS else "",
                topsectors=tuple(row.topsector_hints or ()),
            )
            for row in rows
        )
        self._asked = [row.code for row in rows if row.kind in ROUTABLE_KINDS]

    def under(self, wanted: Collection[str]) -> list[str]:
        """None wanted: no limit, so none."""
        if not wanted:
            return []
        return sorted(code for code in self._asked if set(wanted) & self._tree.reach(code).keys())


def _came_in(scope: Scope, since: datetime, until: datetime) -> ColumnElement[bool]:
    """Questions about these markets; a draft never came in."""
    there = _Q.market == scope.markets[0] if len(scope.markets) == 1 else _Q.market.in_(scope.markets)
    return and_(there, _Q.received_at >= since, _Q.received_at < until)


def _asked(scope: Scope, periods: Periods, sectors: Sequence[str], *, since: datetime) -> ColumnElement[bool]:
    came_in = _came_in(scope, since, periods.reads_until)
    return and_(came_in, _Q.sector.in_(sectors)) if sectors else came_in


def counted_for(scope: Scope, periods: Periods, sectors: Sequence[str], *, now: datetime) -> Counted:
    """The figures on the questions of this scope: four statements."""
    read = _asked(scope, periods, sectors, since=periods.reads_from)
    counted = _asked(scope, periods, sectors, since=midnight(periods.before_starts_on))
    with _collector_at_rest():
        return count_questions(
            _questions(read, periods),
            _parts(read),
            declined=_declined(counted),
            late=_late(counted, now),
            cities=scope.cities,
        )


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Rows hold nothing that refers back to them: looking for circles among so many takes as long as counting them."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _questions(asked: ColumnElement[bool], periods: Periods) -> list[QuestionRow]:
    """One row a question. Columns of the table, not of the model: a hundred thousand rows are read as they are."""
    quarters = list(enumerate(periods.edges, 1))
    mark = (
        case(*((_Q.received_at >= edge, number * QUARTER) for number, edge in reversed(quarters)), else_=0)
        + case((_Q.outcome == PartState.UNSERVED, BITS[UNSERVED]), else_=0)
        + case((_Q.has_gap, BITS[GAP]), else_=0)
        + case((_Q.late_at.is_not(None), BITS[LATE]), else_=0)
    )
    seconds = cast(extract("epoch", _Q.received_at), BigInteger)
    told = [cast(_Q.gap_causes, String), cast(_Q.target_groups, String), func.coalesce(_Q.city, "")]
    key: ColumnElement[str] = cast(mark, String)
    for text in told:
        key = key + BETWEEN + text
    return _tuples(select(_Q.id, _Q.company_id, seconds, key).where(asked))


def _parts(asked: ColumnElement[bool]) -> list[PartRow]:
    unserved = case((_P.state == PartState.UNSERVED, 1), else_=0)
    columns = select(_P.support_request_id, _P.service, unserved)
    return _tuples(columns.join_from(_QUESTIONS, _PARTS, _Q.id == _P.support_request_id).where(asked))


def _tuples(statement: Select[Any] | CompoundSelect[Any]) -> Any:
    """Rows as the driver gives them, all at once: texts and numbers need nothing done to them."""
    result = db.session.execute(statement)
    rows = result.cursor.fetchall()  # type: ignore[attr-defined]
    result.close()
    return rows


def _declined(asked: ColumnElement[bool]) -> dict[str, set[str]]:
    """The coverage reasons for which hubs declined, by question."""
    statement = (
        select(_R.support_request_id, _R.reason)
        .join_from(_REFERRALS, _QUESTIONS, _Q.id == _R.support_request_id)
        .where(asked, _R.state == literal_column(f"'{ReferralState.DECLINED}'"), _R.reason.in_(COVERAGE_REASONS))
    )  # the state as it stands in the partial index, or the planner cannot know that it serves
    found: dict[str, set[str]] = {}
    for identifier, reason in _tuples(statement):
        found.setdefault(identifier, set()).add(str(reason))
    return found


def _late(asked: ColumnElement[bool], now: datetime) -> set[str]:
    """Questions with a referral that was late, and those of which a term is over now and nobody noted it yet."""
    noted = select(_R.support_request_id).join_from(_REFERRALS, _QUESTIONS, _Q.id == _R.support_request_id)
    over = select(_Q.id).where(_Q.due_at <= now), select(_R.support_request_id).where(_R.due_at <= now)
    statement = union_all(noted.where(asked, _R.late_at.is_not(None)), *over)
    return {row[0] for row in _tuples(statement)}


def outside_counts(scope: Scope, periods: Periods, sectors: Sequence[str]) -> dict[str, Pair]:
    """The market's questions that were not counted: of other sectors, or of none."""
    found: dict[str, Pair] = {name: {NOW: Cell(), BEFORE: Cell()} for name in (OTHER_SECTORS, NO_SECTOR)}
    if not sectors:
        return found
    period = case((_Q.received_at >= midnight(periods.starts_on), NOW), else_=BEFORE).label("period")
    kind = case((_Q.sector.is_(None), NO_SECTOR), else_=OTHER_SECTORS).label("kind")
    statement = (
        select(kind, period, func.count(), func.count(_Q.company_id.distinct()))
        .where(_came_in(scope, midnight(periods.before_starts_on), periods.reads_until))
        .where(or_(_Q.sector.is_(None), _Q.sector.not_in(sectors)))
        .group_by("kind", "period")
    )
    for name, when, questions, companies in _tuples(statement):
        found[name][when] = Cell(questions, companies)
    return found


# --- trade -------------------------------------------------------------------------------------------------


def latest_trade(markets: Collection[str]) -> list[TradeRow]:
    """The latest figure of each flow and source for these markets. Never compared: sources count differently."""
    statement = (
        select(TradeFigure)
        .where(TradeFigure.reporter == HOME_REPORTER, TradeFigure.market.in_(markets), TradeFigure.retired_on.is_(None))
        .order_by(TradeFigure.market, TradeFigure.flow, TradeFigure.source, TradeFigure.year, TradeFigure.unit)
    )
    latest: dict[tuple[str, ...], list[TradeFigure]] = {}
    for row in db.session.execute(statement).scalars():
        kept = latest.setdefault((row.market, row.flow, row.source or ""), [])
        if kept and (kept[0].year or 0) < (row.year or 0):
            kept.clear()
        kept.append(row)
    return [_trade_row(row) for rows in latest.values() for row in rows]


def _trade_row(row: TradeFigure) -> TradeRow:
    return TradeRow(
        market=row.market,
        flow=row.flow,
        value=format(row.value.normalize(), "f"),
        unit=row.unit,
        year=row.year,
        source=row.source or "",
        source_date=row.source_date,
        notes=row.notes,
    )


# --- supply ------------------------------------------------------------------------------------------------


def supply_for(scope: Scope, tree: Sectors, hub_id: str, *, on: date) -> dict[str, Any]:
    """Posts, other hubs and partners in these markets on this day, service by service."""
    return supply_map(
        _services(on),
        posts=_posts(scope.markets, on),
        hubs=_hubs(scope.markets, hub_id, tree, on),
        wanted=frozenset(scope.services),
        sectors=tree.under(scope.sectors),
    )


def _services(on: date) -> list[ServiceFacts]:
    instruments: dict[str, list[str]] = {}
    for row in db.session.execute(select(Instrument).order_by(Instrument.instrument_id)).scalars():
        if row.need_service_code and row.is_open(on):
            instruments.setdefault(row.need_service_code, []).append(row.instrument_id)
    listed = select(Service).where(Service.retired_on.is_(None)).order_by(Service.position, Service.code)
    return [
        ServiceFacts(
            code=row.code,
            provider=row.default_provider,
            partners=tuple(row.partner_codes or ()),
            instruments=tuple(instruments.get(row.code, ())),
        )
        for row in db.session.execute(listed).scalars()
    ]


def _posts(markets: Collection[str], on: date) -> list[SupplierFacts]:
    """Open posts that cover one of these markets on this day."""
    statement = (
        select(Organisation)
        .join(PostProfile, PostProfile.id == Organisation.id)
        .join(PostCoverage, PostCoverage.post_id == Organisation.id)
        .where(
            Organisation.retired_on.is_(None),
            PostProfile.is_open.is_(True),
            PostCoverage.market.in_(markets),
            PostCoverage.is_economic.is_(True),
            PostCoverage.retired_on.is_(None),
            or_(PostCoverage.starts_on.is_(None), PostCoverage.starts_on <= on),
            or_(PostCoverage.ends_on.is_(None), PostCoverage.ends_on >= on),
        )
        .distinct()
        .order_by(Organisation.code)
    )
    return [_supplier(row) for row in db.session.execute(statement).scalars()]


def _hubs(markets: Collection[str], hub_id: str, tree: Sectors, on: date) -> list[SupplierFacts]:
    """Other hubs with a standing that serve one of these markets, with their offers and agreements."""
    statement = (
        select(HubProfile, Organisation)
        .join(Organisation, Organisation.id == HubProfile.id)
        .where(
            Organisation.retired_on.is_(None),
            Organisation.id != hub_id,
            HubProfile.id.in_(select(HubMarket.hub_id).where(HubMarket.market.in_(markets))),
        )
        .order_by(Organisation.code)
    )
    found = [(row, profile.status_on(on)) for profile, row in db.session.execute(statement)]
    rows = [(row, state) for row, state in found if state in STANDING]
    states = {row.id: state for row, state in rows}
    offers, agreements = _offers(states, tree), _agreements(states, markets, on)
    return [
        _supplier(row, status=state, offers=offers.get(row.id, ()), agreements=agreements.get(row.id, ()))
        for row, state in rows
    ]


def _supplier(row: Organisation, **more: Any) -> SupplierFacts:
    return SupplierFacts(id=row.id, code=row.code, name_nl=row.name_nl, name_en=row.name_en, **more)


def _offers(hub_ids: Collection[str], tree: Sectors) -> dict[str, tuple[OfferFacts, ...]]:
    statement = select(ServiceOffer.organisation_id, ServiceOffer.service, ServiceOffer.sectors).where(
        ServiceOffer.organisation_id.in_(hub_ids), ServiceOffer.is_published.is_(True)
    )
    found: dict[str, tuple[OfferFacts, ...]] = {}
    for hub_id, service, sectors in db.session.execute(statement):
        offer = OfferFacts(service=service, sectors=frozenset(tree.under(sectors or ())))
        found[hub_id] = (*found.get(hub_id, ()), offer)
    return found


def _agreements(states: Mapping[str, str], markets: Collection[str], on: date) -> dict[str, tuple[AgreementCover, ...]]:
    """What is in force on this day for these markets, by hub."""
    statement = select(Agreement).where(Agreement.hub_id.in_(states), Agreement.state.in_(_LISTED))
    statement = statement.options(selectinload(Agreement.posts)).order_by(Agreement.id)
    listed = list(db.session.execute(statement).scalars())
    lineages: dict[str, list[Agreement]] = {}
    for agreement in listed:
        lineages.setdefault(agreement.lineage_id, []).append(agreement)
    found: dict[str, tuple[AgreementCover, ...]] = {}
    for agreement in listed:
        facts = facts_of(agreement, lineages[agreement.lineage_id])
        reaches = not agreement.markets or set(agreement.markets) & set(markets)
        if reaches and posts_in_force(facts, states[agreement.hub_id], on):
            cover = AgreementCover(
                id=agreement.id, services=frozenset(agreement.services), sectors=frozenset(agreement.sectors)
            )
            found[agreement.hub_id] = (*found.get(agreement.hub_id, ()), cover)
    return found
