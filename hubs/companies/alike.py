"""Companies of one's own that may be one and the same: names compared within their first letters and their country.

Only what an index finds is compared, so that it takes as long among a hundred thousand companies as among a hundred.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz, process
from sqlalchemy import and_, or_, select

from hubs.companies.identifying import NotUsable, checked_number
from hubs.companies.models import Company, CompanyPairApart, CompanyRecord
from hubs.companies.queries import companies_visible_to
from hubs.core.pagination import Page, keyset
from hubs.core.perform import Actor
from hubs.core.types import folded
from hubs.extensions import db

ALIKE = 82  # rapidfuzz score from which two names are worth a look
LOOKED_AT = 1000  # names compared at most
SHOWN = 5
FIRST_LETTERS = 4
NEIGHBOURS = 6  # in the order of names; those further off begin otherwise
_BEFORE_THE_NAME = frozenset({"de", "het", "the", "la", "le", "el", "das", "der", "die", "van", "b.v.", "bv", "firma"})
_ARTICLES = ("de", "het", "the")
_BEHIND_THE_NAME = frozenset({"b.v.", "bv", "n.v.", "nv", "v.o.f.", "vof", "gmbh", "ltd", "inc", "sas", "holding"})


@dataclass(frozen=True, slots=True)
class Alike:
    """A company of one's own that may be the one in view; `is_exact` when the number is the same."""

    record: CompanyRecord
    is_exact: bool


def bare_name(name_folded: str) -> str:
    """A folded name without article and legal form, as it is compared."""
    words = [word.strip(",;") for word in name_folded.split()]
    while len(words) > 1 and words[0] in _BEFORE_THE_NAME:
        words = words[1:]
    while len(words) > 1 and words[-1] in _BEHIND_THE_NAME:
        words = words[:-1]
    return " ".join(words)


def duplicates_for(actor: Actor, name: str, number: str = "", country: str = "NL") -> list[Alike]:
    """Own companies that look like the one being typed, best first, at most five."""
    exact = _by_number(actor, number, country)
    wanted = folded(name)
    alike = _by_name(actor, wanted) if len(wanted) >= 3 else []
    first = [Alike(found, True) for found in exact]
    seen = {found.company_id for found in exact}
    return [*first, *(Alike(found, False) for found in alike if found.company_id not in seen)][:SHOWN]


def likely_same(actor: Actor, kept: CompanyRecord) -> list[CompanyRecord]:
    """Own companies in the same country that are probably this one, best first; not those that were set apart."""
    same_number = and_(CompanyRecord.vat_number.is_not(None), CompanyRecord.vat_number == kept.vat_number)
    statement = companies_visible_to(actor).where(
        CompanyRecord.company_id != kept.company_id,
        Company.country == kept.company.country,
        or_(_begins_like(kept.name_folded), same_number),
    )
    found = db.session.execute(statement.limit(LOOKED_AT)).scalars().all()
    wanted = bare_name(kept.name_folded)
    scored = [(_score(kept, wanted, each), each.name_folded, each.company_id, each) for each in found]
    likely = [row[3] for row in sorted(scored, key=lambda row: (-row[0], row[1], row[2])) if row[0] >= ALIKE]
    apart = _set_apart(str(actor.organisation_id), kept.company_id) if likely else set()
    return [each for each in likely if each.company_id not in apart][:SHOWN]


def _score(kept: CompanyRecord, wanted: str, other: CompanyRecord) -> float:
    if kept.vat_number and kept.vat_number == other.vat_number:
        return 100.0
    if _differ_by_number(kept, other):
        return 0.0  # two registrations are two companies, however alike their names
    return fuzz.token_sort_ratio(wanted, bare_name(other.name_folded))


def _differ_by_number(one: CompanyRecord, other: CompanyRecord) -> bool:
    numbers = (one.company.registration_number, other.company.registration_number)
    return None not in numbers and numbers[0] != numbers[1]


def _begins_like(name_folded: str) -> Any:
    """Names that begin with the same letters, with or without what stands before the name."""
    stem = bare_name(name_folded)[:FIRST_LETTERS]
    starts = {name_folded[:FIRST_LETTERS], stem, *(f"{article} {stem}" for article in _ARTICLES)} - {""}
    return or_(*(_between(start) for start in sorted(starts)))


def _between(start: str) -> Any:
    """`start` and everything behind it, in a way that both databases read from the index."""
    end = start[:-1] + chr(min(ord(start[-1]) + 1, 0x10FFFF))
    column = CompanyRecord.name_folded
    return and_(column >= start, column < end, column.startswith(start, autoescape=True))


def _set_apart(organisation_id: str, company_id: str) -> set[str]:
    pair = CompanyPairApart
    statement = select(pair.first_id, pair.second_id).where(
        pair.organisation_id == organisation_id, or_(pair.first_id == company_id, pair.second_id == company_id)
    )
    return {identifier for row in db.session.execute(statement) for identifier in row} - {company_id}


def _by_number(actor: Actor, number: str, country: str) -> Sequence[CompanyRecord]:
    try:
        checked = checked_number(number, country)
    except NotUsable:
        return []
    wanted = (Company.registration_number == checked, Company.country == country)
    return db.session.execute(companies_visible_to(actor).where(*wanted)).scalars().all()


def _by_name(actor: Actor, wanted: str) -> list[CompanyRecord]:
    """Those that begin so, and the newest: a name typed in another order is seldom long ago."""
    own = companies_visible_to(actor)
    newest = own.order_by(CompanyRecord.created_at.desc()).limit(LOOKED_AT)
    found = {
        record.company_id: record
        for statement in (own.where(_begins_like(wanted)).limit(LOOKED_AT), newest)
        for record in db.session.execute(statement).scalars()
    }
    names = {identifier: record.name_folded for identifier, record in found.items()}
    best = process.extract(wanted, names, scorer=_likeness, score_cutoff=ALIKE, limit=SHOWN)
    return [found[identifier] for _name, _score, identifier in best]


def _likeness(typed: str, stored: str, **_options: Any) -> float:
    """How alike two folded names are; what is being typed may be only the beginning."""
    whole = max(fuzz.token_sort_ratio(typed, stored), fuzz.token_sort_ratio(bare_name(typed), bare_name(stored)))
    return max(whole, 90.0) if stored.startswith(typed) or typed in stored.split() else whole


def pairs_alike(actor: Actor, cursor: str | None = None) -> tuple[list[tuple[CompanyRecord, CompanyRecord]], Page]:
    """The pairs that are probably one company, in the order of their names, and the page of names looked at."""
    order = [(CompanyRecord.name_folded, "asc"), (CompanyRecord.company_id, "asc")]
    page = keyset(db.session(), companies_visible_to(actor), order, cursor=cursor, size=LOOKED_AT)
    found = list(_neighbours(page.items))
    if not found:
        return [], page
    pair = CompanyPairApart
    ids = {one.company_id for one, _other in found}
    statement = select(pair.first_id, pair.second_id).where(
        pair.organisation_id == actor.organisation_id, or_(pair.first_id.in_(ids), pair.second_id.in_(ids))
    )
    apart = {frozenset(row) for row in db.session.execute(statement)}
    return [(one, other) for one, other in found if frozenset((one.company_id, other.company_id)) not in apart], page


def _neighbours(records: Sequence[CompanyRecord]) -> Iterator[tuple[CompanyRecord, CompanyRecord]]:
    by_bare_name = sorted(records, key=lambda each: (bare_name(each.name_folded), each.company_id))
    for distance in range(1, NEIGHBOURS):
        for one, other in zip(by_bare_name, by_bare_name[distance:], strict=False):
            same_country = one.company.country == other.company.country
            if same_country and _score(one, bare_name(one.name_folded), other) >= ALIKE:
                yield one, other
