"""A dossier as its page and the API show it: who sees which view of it, its tables and the bars of its charts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from hubs.accounts.actor import Actor
from hubs.accounts.models import OrganisationKind
from hubs.accounts.permissions import P
from hubs.accreditation.dossier import Reader, shown_dossier
from hubs.accreditation.dossier.counting import ALL, MEASURES, UNMET
from hubs.accreditation.dossier.periods import BEFORE, NOW, QUARTERS
from hubs.accreditation.dossier.supply import EITHER, PRIVATE
from hubs.accreditation.lifecycle import ProposalState
from hubs.accreditation.models import Dossier, Proposal, Submission
from hubs.accreditation.operations.dossiers import compute_dossier
from hubs.accreditation.words import dossier as words
from hubs.core.errors import NotFound
from hubs.core.templating import locale_code
from hubs.reference.labels import label, market_within, service_name

CHART_WIDTH, BASELINE, TALLEST = 400, 190, 160
EDITABLE = (ProposalState.DRAFT, ProposalState.RETURNED)


@dataclass(frozen=True, slots=True)
class DossierSeen:
    """A dossier through one reader's eyes; without a submission it is a preview that is kept nowhere."""

    shown: dict[str, Any]
    reader: Reader
    submission: Submission | None = None
    dossier: Dossier | None = None


def dossier_seen(
    proposal: Proposal, actor: Actor, now: datetime, *, number: int | None = None, preview: bool = False
) -> DossierSeen:
    """The dossier of the last submission, of the one asked for, or for the chamber of its running file.

    Raises NotFound when there is none that this actor may see.
    """
    is_own = actor.organisation_id == proposal.hub_id
    kept = [row for row in proposal.submissions if row.dossier is not None and number in (None, row.number)]
    if is_own and proposal.state in EDITABLE and number is None and (preview or not kept):
        return DossierSeen(shown_dossier(compute_dossier(proposal, now), Reader.PREVIEW), Reader.PREVIEW)
    if not kept or preview:
        raise NotFound()
    submission = kept[-1]
    reader = reader_of(actor)
    assert submission.dossier is not None  # noqa: S101  chosen so above
    return DossierSeen(shown_dossier(submission.dossier.payload, reader), reader, submission, submission.dossier)


def reader_of(actor: Actor) -> Reader:
    """Exact numbers for the ministry's own readers of assessments; suppressed for the chamber and everybody else."""
    is_ministry = actor.organisation_kind == OrganisationKind.MINISTRY
    return Reader.EXACT if is_ministry and actor.can(P.ASSESSMENT_READ) else Reader.SUPPRESSED


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar; without height there is none, and without a figure its text says so."""

    x: int
    y: int
    height: int
    middle: int
    text: str


@dataclass(frozen=True, slots=True)
class Group:
    """The bars over one label of a chart."""

    label: str
    middle: int
    first: Bar
    second: Bar


@dataclass(frozen=True, slots=True)
class SupplyRow:
    """A service of the map: who gives it, as codes, and what the applicant makes of it."""

    service: str
    given: list[str]  # post, each hub, partner
    wanted: bool
    verdict: Any
    cell: str


@dataclass(frozen=True, slots=True)
class Page:
    """Everything the page shows, in words and numbers."""

    seen: DossierSeen
    place: str
    period: tuple[str, str]
    finding: str
    claimed: str
    summary: str
    claims: list[dict[str, Any]]
    quarters: list[list[Any]]
    quarter_chart: list[Group]
    measures: list[list[Any]]
    measure_chart: list[Group]
    causes: list[list[Any]]
    services: list[list[Any]]
    groups: list[list[Any]]
    places: list[list[Any]]
    supply_main: list[SupplyRow]
    supply_rest: list[SupplyRow]
    hubs: list[dict[str, Any]]
    partly: list[str]
    trade: list[list[Any]]


def dossier_page(seen: DossierSeen) -> Page:
    shown = seen.shown
    rows = shown["supply"]["rows"]
    main = [row for row in rows if row["wanted"] or row["provider"] in (PRIVATE, EITHER)]
    hubs = [{**hub, "name": hub[_name()]} for hub in shown["supply"]["hubs"]]
    return Page(
        seen=seen,
        place=place_words(shown["query"]),
        period=(words.day(shown["period"]["starts_on"]), words.day(shown["period"]["ends_on"])),
        finding=words.finding(shown),
        claimed=words.claimed_unmet(shown),
        summary=words.claims_summary(shown),
        claims=shown["claims"],
        quarters=_quarter_rows(shown),
        quarter_chart=_chart(
            [
                (words.quarter_short(row["starts_on"], row["ends_on"]), row[ALL], row[UNMET])
                for row in shown["quarters"][QUARTERS:]
            ]
        ),
        measures=[_now_and_before(words.TOTAL_NAMES[name], shown["totals"][name]) for name in (ALL, UNMET, *MEASURES)],
        measure_chart=_chart(
            [
                (str(number), shown["totals"][name][BEFORE], shown["totals"][name][NOW])
                for number, name in enumerate(MEASURES, 1)
            ]
        ),
        causes=[
            *(_now_and_before(words.cause_name(code), pair) for code, pair in shown["causes"].items()),
            *(_now_and_before(words.REASON_NAMES[code], pair) for code, pair in shown["reasons"].items()),
        ],
        services=_splits(shown["services"], service_name),
        groups=_splits(shown["groups"], lambda code: label("target_group", code)),
        places=_splits(shown["places"], lambda code: words.PLACE_NAMES[code]),
        supply_main=[_supply_row(row, hubs) for row in main],
        supply_rest=[_supply_row(row, hubs) for row in rows if row not in main],
        hubs=hubs,
        partly=_partly(main, hubs),
        trade=[_trade(row) for row in shown["trade"]],
    )


def place_words(query: Mapping[str, Any]) -> str:
    """The cities wanted, else the markets."""
    if query["cities"]:
        return _listed(query["cities"])
    return _listed([market_within(code) for code in query["markets"]])


def _listed(names: Sequence[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    return _("%(first)s and %(last)s", first=", ".join(names[:-1]), last=names[-1])


def _name() -> str:
    return "name_nl" if locale_code() == "nl" else "name_en"


def _quarter_rows(shown: Mapping[str, Any]) -> list[list[Any]]:
    rows: list[list[Any]] = [
        [words.quarter_words(row["starts_on"], row["ends_on"]), words.number(row[ALL]), words.number(row[UNMET])]
        for row in shown["quarters"][QUARTERS:]
    ]
    totals = shown["totals"]
    for title, period in ((_("Together"), NOW), (_("The twelve months before"), BEFORE)):
        cells = [title, words.number(totals[ALL][period]), words.number(totals[UNMET][period])]
        rows.append([{"text": cell, "strong": period == NOW} for cell in cells])
    return rows


def _now_and_before(name: Any, pair: Mapping[str, int | None]) -> list[Any]:
    return [name, words.number(pair[NOW]), words.number(pair[BEFORE])]


def _splits(splits: Mapping[str, Any], name: Any) -> list[list[Any]]:
    """Most questions first; what is not shown last."""
    ordered = sorted(splits.items(), key=lambda item: (-(item[1][ALL][NOW] or -1), str(name(item[0]))))
    return [
        [name(code), words.number(split[ALL][NOW]), words.number(split[UNMET][NOW]), words.number(split[ALL][BEFORE])]
        for code, split in ordered
    ]


def _chart(rows: Sequence[tuple[str, int | None, int | None]]) -> list[Group]:
    """Two bars a label, on one scale that is taken from what is shown only."""
    most = max([value for _label, *pair in rows for value in pair if value is not None] or [0])
    width = CHART_WIDTH // max(len(rows), 1)
    bar = (width - 20) // 2
    found = []
    for number, (name, first, second) in enumerate(rows):
        left = number * width + 8
        bars = [_bar(left + place * (bar + 4), bar, value, most) for place, value in enumerate((first, second))]
        found.append(Group(name, left + bar + 2, bars[0], bars[1]))
    return found


def _bar(x: int, width: int, value: int | None, most: int) -> Bar:
    height = round(TALLEST * value / most) if value and most else 0
    text = "?" if value is None else str(words.number(value))
    return Bar(x, BASELINE - height, height, x + width // 2, text)


def bar_width(groups: Sequence[Group]) -> int:
    return (CHART_WIDTH // max(len(groups), 1) - 20) // 2


def _supply_row(row: Mapping[str, Any], hubs: Iterable[Mapping[str, Any]]) -> SupplyRow:
    verdict = row["verdict"]
    return SupplyRow(
        service=service_name(row["service"]),
        given=[row["post"], *(row["hubs"][hub["id"]]["gives"] for hub in hubs), row["partner"]],
        wanted=row["wanted"],
        verdict=words.verdict_words(row),
        cell="gap" if verdict in words.GAPS else "overlap" if verdict in words.OVERLAPS else "",
    )


def _partly(rows: Iterable[Mapping[str, Any]], hubs: Iterable[Mapping[str, Any]]) -> list[str]:
    """Why a hub gives something in part only: one sentence for a hub and a reason."""
    found: dict[tuple[str, str], None] = {}
    rows = list(rows)
    for hub in hubs:
        for row in rows:
            for reason in row["hubs"].get(hub["id"], {}).get("reasons", ()):
                found[hub["name"], reason] = None
    return [_("%(hub)s %(reason)s.", hub=hub, reason=words.GIVES_REASONS[reason]) for hub, reason in found]


def _trade(row: Mapping[str, Any]) -> list[Any]:
    flow = words.FLOW_NAMES.get(row["flow"], row["flow"])
    year = str(row["year"]) if row["year"] else _("not said")
    return [flow, label("market", row["market"]), words.amount(row), year, row["source"], row["notes"] or ""]
