"""What each reader sees of a dossier: exact numbers, or none that says something about fewer than ten companies.

Domain.md, rule 5: k = 10 with complementary suppression for the applicant, exact for assessors, the ministry and
auditors, names for nobody. A preview, which can be asked for again and again with another scope, is also rounded to
tens, so that no small group can be had as the difference of two of them. A hidden figure is None.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from hubs.accreditation.dossier.counting import ALL, DECLINED, GAP, LATE, MET, REPEATED, UNMET, UNSERVED
from hubs.accreditation.dossier.payload import CLAIMS, NO_SECTOR, OTHER_SECTORS
from hubs.accreditation.dossier.periods import BEFORE, NOW, QUARTERS
from hubs.core.suppression import K, is_small, shown_chain, shown_counts, shown_parts, shown_table

EQUAL, LESS, MORE, HIDDEN = "equal", "less", "more", "hidden"
GROWS, SHRINKS, STEADY = "grows", "shrinks", "steady"
CLAIM_VERDICTS = (EQUAL, LESS, MORE, HIDDEN)
TRENDS = (GROWS, SHRINKS, STEADY)
MARKET = "market"
STEP = 10  # previews
TREND_PERCENT = 10  # a smaller change is none

Cells = Mapping[str, Mapping[str, int]]  # by kind: all, unmet, met
Shown = dict[str, int | None]  # by kind, or by period
Data = dict[str, Any]


class Reader(StrEnum):
    """For whom a dossier is shown."""

    EXACT = "exact"  # assigned assessors, the ministry, auditors
    SUPPRESSED = "suppressed"  # the applicant and everybody else who may read the file
    PREVIEW = "preview"  # the applicant, before anything is handed in


def shown_dossier(payload: Mapping[str, Any], reader: Reader) -> Data:
    """The dossier for this reader; the shape is the same for each, hidden figures are None."""
    shown = _exact(payload) if reader == Reader.EXACT else _suppressed(payload)
    if reader == Reader.PREVIEW:
        shown = _rounded(shown)
    said = payload["claims"]["said"]
    claims = [_claim(code, said[code], shown) for code in CLAIMS if code in said]
    if reader == Reader.EXACT:
        theirs = _suppressed(payload)
        claims = [{**claim, "hidden_from_applicant": _register(claim["code"], theirs) is None} for claim in claims]
    return {
        **{name: payload[name] for name in ("format", "computed_at", "zone", "query", "period", "before")},
        "reader": str(reader),
        **shown,
        "claims_year": payload["claims"]["year"],
        "claims": claims,
        "trend": {kind: _trend(shown["totals"][kind]) for kind in (ALL, UNMET)},
        "trade": payload["trade"],
        "supply": payload["supply"],
    }


# --- exact -------------------------------------------------------------------------------------------------


def _exact(payload: Mapping[str, Any]) -> Data:
    counts = payload["counts"]
    outside = payload["denominators"]
    totals = {name: _questions(pair) for name, pair in counts["totals"].items() if name != MET}
    market = {p: totals[ALL][p] + sum(outside[name][p]["questions"] for name in outside) for p in (NOW, BEFORE)}
    return {
        "totals": totals,
        "companies": {kind: _companies(counts["totals"][kind]) for kind in (ALL, UNMET)},
        "denominators": {MARKET: market, **{name: _questions(pair) for name, pair in outside.items()}},
        "quarters": [
            {**_days(quarter), **{kind: quarter[kind]["questions"] for kind in (ALL, UNMET)}}
            for quarter in counts["quarters"]
        ],
        "causes": {code: _questions(pair) for code, pair in counts["causes"].items()},
        "reasons": {code: _questions(pair) for code, pair in counts["reasons"].items()},
        **{name: {code: _exact_split(split) for code, split in counts[name].items()} for name in _SPLITS},
    }


_SPLITS = ("services", "groups", "places")


def _questions(pair: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    return {period: cell["questions"] for period, cell in pair.items()}


def _companies(pair: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    return {period: cell["companies"] for period, cell in pair.items()}


def _exact_split(split: Mapping[str, Any]) -> Data:
    return {kind: _questions(split[kind]) for kind in (ALL, UNMET)}


def _days(quarter: Mapping[str, Any]) -> dict[str, str]:
    return {name: quarter[name] for name in ("starts_on", "ends_on")}


# --- suppressed --------------------------------------------------------------------------------------------


def _suppressed(payload: Mapping[str, Any]) -> Data:
    """Each period by itself; nothing adds up over the two."""
    by_period = {period: _one_period(payload, period) for period in (NOW, BEFORE)}
    now, before = by_period[NOW], by_period[BEFORE]
    query = payload["query"]
    asked = {"services": query["services"], "groups": [*query["target_groups"], *_CLAIMED_GROUPS]}
    return {
        **{name: _paired(now[name], before[name]) for name in ("totals", "companies", "denominators", "reasons")},
        "causes": _without_hidden(_paired(now["causes"], before["causes"])),
        "quarters": [*before["quarters"], *now["quarters"]],
        "services": _paired_splits(now["services"], before["services"], asked["services"]),
        "groups": _paired_splits(now["groups"], before["groups"], asked["groups"]),
        "places": _paired_splits(now["places"], before["places"], list(now["places"])),
    }


_CLAIMED_GROUPS = tuple(path[1] for path in CLAIMS.values() if path[0] == "groups")


def _one_period(payload: Mapping[str, Any], period: str) -> Data:
    counts = payload["counts"]
    totals = {name: pair[period] for name, pair in counts["totals"].items()}
    quarters = counts["quarters"][QUARTERS:] if period == NOW else counts["quarters"][:QUARTERS]
    shown, by_quarter = _margins(totals, quarters)
    whole = shown[ALL]
    shown |= _measures(totals, shown)
    return {
        "totals": shown,
        "companies": _behind(totals, shown),
        "denominators": _denominators(payload, period, whole),
        "quarters": [{**_days(quarter), **cells} for quarter, cells in zip(quarters, by_quarter, strict=True)],
        "causes": _parts(shown[GAP], {code: pair[period] for code, pair in counts["causes"].items()}),
        "reasons": _parts(shown[DECLINED], {code: pair[period] for code, pair in counts["reasons"].items()}),
        "services": _overlapping(totals, shown, _of_period(counts["services"], period)),
        "groups": _overlapping(totals, shown, _of_period(counts["groups"], period)),
        "places": _places(totals, shown, _of_period(counts["places"], period)),
    }


def _of_period(splits: Mapping[str, Any], period: str) -> dict[str, Cells]:
    return {code: {kind: pair[period] for kind, pair in split.items()} for code, split in splits.items()}


def _small(cell: Mapping[str, int | None]) -> bool:
    return is_small(cell["questions"] or 0, K, behind=_companies_of(cell))


def _companies_of(cell: Mapping[str, int | None]) -> int:
    """Companies behind a cell; where they were not counted further there are ten at least."""
    companies = cell["companies"]
    return K if companies is None else companies


def _margins(totals: Cells, quarters: Sequence[Cells]) -> tuple[Shown, list[Shown]]:
    """All and unmet for the whole period and by quarter: one table, so that no quarter can be had from the rest."""
    hidden: Shown = {ALL: None, UNMET: None}
    if _small(totals[ALL]):
        return hidden, [dict(hidden) for _ in quarters]
    splits = not _small(totals[UNMET]) and not _small(totals[MET])
    rows = _partition(quarters, splits)
    shown: Shown = {
        ALL: totals[ALL]["questions"] if rows is not None else None,
        UNMET: totals[UNMET]["questions"] if rows is not None and splits else None,
    }
    if rows is None:  # no quarter can be shown beside the totals: then the totals alone
        shown = {ALL: totals[ALL]["questions"], UNMET: totals[UNMET]["questions"] if splits else None}
        rows = [dict(hidden) for _ in quarters]
    return shown, rows


def _partition(rows: Sequence[Cells], splits: bool) -> list[Shown] | None:
    """Rows that add up to totals which are shown; None when nothing may stand beside these totals."""
    behind = [_companies_of(row[ALL]) for row in rows]
    if not splits:
        counts = shown_counts([row[ALL]["questions"] for row in rows], k=K, behind=behind)
        if counts.total is None:
            return None
        return [{ALL: count, UNMET: None} for count in counts.counts]
    table = shown_table(
        [[row[UNMET]["questions"], row[MET]["questions"]] for row in rows],
        k=K,
        behind=[[_companies_of(row[UNMET]), _companies_of(row[MET])] for row in rows],
    )
    if table.total is None or None in table.column_totals:
        return None
    # a company with a met and an unmet question stands in both cells, so a row may have fewer behind it than their sum
    if any(total is not None and _small(row[ALL]) for total, row in zip(table.row_totals, rows, strict=True)):
        return None
    return [
        {ALL: total, UNMET: cells[0]} for total, cells in zip(table.row_totals, table.cells, strict=True)
    ]  # fmt: skip


def _measures(totals: Cells, shown: Shown) -> Shown:
    """Unserved, gap and declined make up unmet together; late and repeated are parts of all by themselves."""
    whole = shown[UNMET] if shown[UNMET] is not None else shown[ALL]
    of_unmet = _parts(whole, {name: totals[name] for name in (UNSERVED, GAP, DECLINED)}, covering=True)
    return of_unmet | _parts(shown[ALL], {name: totals[name] for name in (LATE, REPEATED)})


def _parts(whole: int | None, parts: Cells, *, covering: bool = False) -> Shown:
    """Parts of a whole that may overlap. `covering`: together they are the whole, so a lone hidden one is bounded."""
    if whole is None:
        return dict.fromkeys(parts)
    questions = {code: cell["questions"] for code, cell in parts.items()}
    _, found = shown_parts(whole, questions, k=K)
    shown = {code: None if _small(parts[code]) else value for code, value in found.items()}
    if covering:
        _hide_beside_lone(whole, shown)
    return shown


def _hide_beside_lone(whole: int, shown: Shown) -> None:
    """One hidden part of a covering is at least the whole less the others: hide the smallest of these as well."""
    hidden = [code for code, value in shown.items() if value is None]
    seen = sorted((value, code) for code, value in shown.items() if value is not None)
    if len(hidden) == 1 and seen and sum(value for value, _ in seen) < whole:
        shown[seen[0][1]] = None


def _behind(totals: Cells, shown: Shown) -> Shown:
    """Companies behind all and behind the unmet ones; the rest of the companies must be no small group either."""
    chain = shown_chain([totals[kind]["companies"] for kind in (ALL, UNMET)], k=K)
    return {
        kind: None if shown[kind] is None else value for kind, value in zip((ALL, UNMET), chain, strict=True)
    }  # fmt: skip


def _denominators(payload: Mapping[str, Any], period: str, whole: int | None) -> Shown:
    outside = {name: pair[period] for name, pair in payload["denominators"].items()}
    if whole is None:
        return {MARKET: None, OTHER_SECTORS: None, NO_SECTOR: None}
    if not payload["query"]["sectors"]:
        return {MARKET: whole, OTHER_SECTORS: 0, NO_SECTOR: 0}
    cells = [outside[OTHER_SECTORS], outside[NO_SECTOR]]
    found = shown_counts(
        [cell["questions"] for cell in cells], k=K, behind=[_companies_of(cell) for cell in cells]
    )  # fmt: skip
    market = None if found.total is None else whole + found.total
    return {MARKET: market, OTHER_SECTORS: found.counts[0], NO_SECTOR: found.counts[1]}


def _overlapping(totals: Cells, shown: Shown, parts: Mapping[str, Cells]) -> dict[str, Shown]:
    """Services or target groups: a question may have several, or none."""
    alls = _parts(shown[ALL], {code: cells[ALL] for code, cells in parts.items()}, covering=True)
    return {
        code: {ALL: alls[code], UNMET: _unmet_of(totals, shown, cells) if alls[code] is not None else None}
        for code, cells in parts.items()
    }


def _unmet_of(totals: Cells, shown: Shown, cells: Cells) -> int | None:
    """Unmet within one part: shown when all four corners of part × unmet are no small cells."""
    rest = [totals[kind]["questions"] - cells[kind]["questions"] for kind in (UNMET, MET)]
    if shown[UNMET] is None or _small(cells[UNMET]) or _small(cells[MET]) or min(rest) < K:
        return None
    return cells[UNMET]["questions"]


def _places(totals: Cells, shown: Shown, places: Mapping[str, Cells]) -> dict[str, Shown]:
    """In the cities wanted, elsewhere, or not said: these three add up."""
    if not places:
        return {}
    rows = None
    if shown[ALL] is not None:
        rows = _partition(list(places.values()), shown[UNMET] is not None)
    return dict(zip(places, rows or [{ALL: None, UNMET: None} for _ in places], strict=True))


def _paired(now: Shown, before: Shown) -> dict[str, Shown]:
    return {name: {NOW: now.get(name), BEFORE: before.get(name)} for name in {**now, **before}}


def _without_hidden(pairs: dict[str, Shown]) -> dict[str, Shown]:
    """A line with nothing in it would only tell that the code occurs."""
    return {code: pair for code, pair in pairs.items() if any(value is not None for value in pair.values())}


def _paired_splits(now: Mapping[str, Shown], before: Mapping[str, Shown], asked: Sequence[str]) -> Data:
    """Codes that were asked about, in any case, and others where something is shown."""
    nothing: Shown = {ALL: None, UNMET: None}
    found: Data = {}
    for code in dict.fromkeys([*asked, *now, *before]):
        one, other = now.get(code, nothing), before.get(code, nothing)
        split = {kind: {NOW: one[kind], BEFORE: other[kind]} for kind in (ALL, UNMET)}
        if code in asked or any(value is not None for pair in split.values() for value in pair.values()):
            found[code] = split
    return found


# --- preview, claims, trend --------------------------------------------------------------------------------


def _rounded(shown: Any) -> Any:
    """Every figure to the nearest ten."""
    if isinstance(shown, bool) or shown is None or isinstance(shown, str):
        return shown
    if isinstance(shown, int):
        return (shown + STEP // 2) // STEP * STEP
    if isinstance(shown, Mapping):
        return {name: _rounded(value) for name, value in shown.items()}
    return [_rounded(value) for value in shown]


def _register(code: str, shown: Data) -> int | None:
    """The figure that a claim is laid beside; a group of which nobody asked is zero to those who see everything."""
    place: Any = shown
    for step in CLAIMS[code]:
        place = place.get(step)
        if place is None:
            return 0 if CLAIMS[code][0] == "groups" else None
    value: int | None = place[NOW]
    return value


def _claim(code: str, said: int, shown: Data) -> Data:
    counted = _register(code, shown)
    if counted is None:
        return {"code": code, "claimed": said, "counted": None, "difference": None, "verdict": HIDDEN}
    difference = counted - said
    verdict = EQUAL if not difference else LESS if difference < 0 else MORE
    return {"code": code, "claimed": said, "counted": counted, "difference": difference, "verdict": verdict}


def _trend(pair: Shown) -> str | None:
    """Against the twelve months before; None where one of the two is not shown or there was nothing."""
    now, before = pair[NOW], pair[BEFORE]
    if now is None or not before:
        return None
    if abs(now - before) * 100 < before * TREND_PERCENT:
        return STEADY
    return GROWS if now > before else SHRINKS
