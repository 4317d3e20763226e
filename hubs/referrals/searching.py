"""The search over everything a reader may see: what was found, where, and how well; at most four statements.

The index proposes; every proposal is read again through what the actor may see at this moment, and counts only when
every asked word stands in something the actor may read of it (domain.md, rules 1 and 8).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import Select, and_, false, literal, select, union_all
from sqlalchemy.orm import Session, aliased, joinedload

from hubs.accounts.actor import Actor
from hubs.accounts.models import OrganisationKind
from hubs.accounts.names import short_name
from hubs.accounts.permissions import P
from hubs.core.searching.asking import Meaning, candidates, holds_words, meaning_of
from hubs.core.searching.sources import Named, named_kinds, numbered_kinds
from hubs.core.searching.words import Piece, Readable, around, asked_words, marked, words_of
from hubs.core.templating import locale_code
from hubs.referrals.models import Referral, SupportRequest
from hubs.referrals.pages.words import Badge, referral_badge, request_badge
from hubs.referrals.presentation import RECEIVER, sees_question_in_list, side_of
from hubs.referrals.queries import referrals_visible_to, requests_visible_to
from hubs.referrals.searchable import QUESTION, REFERRAL, reference_texts

LOOKED_AT, SHOWN, SHOWN_ALONE = 40, 8, 40
MOST_OF_BODY = 100  # referrals of one question
_REFERENCE = re.compile(
    r"([HDV])?[ .-]?([0-9BCDFGHJKMNPQRSTVWXZ]{3})[ .-]?([0-9BCDFGHJKMNPQRSTVWXZ]{3})(?:[ .-](\d{1,3}))?", re.IGNORECASE
)
Fields = Sequence[tuple[float, str]]


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found: its name with what matched, a line about it, and the words around a match."""

    kind: str
    key: str
    href: str
    title: list[Piece]
    line: list[Piece]
    where: str
    excerpt: list[Piece]
    badge: Badge | None
    state: str


@dataclass(frozen=True, slots=True)
class Group:
    kind: str
    label: str
    hits: list[Hit]
    more_url: str


@dataclass(frozen=True, slots=True)
class Found:
    """Everything that was found; `alike` says which word stands for one that was typed wrongly."""

    typed: str
    groups: list[Group]
    alike: list[tuple[str, str]]
    can_find: bool  # whether anything was asked that words can be found by


# --- the whole search ---------------------------------------------------------------------------------------


def found_for(session: Session, actor: Actor, typed: str, now: datetime, only: str = "") -> Found:
    """What the actor can find by these words, best first in each group."""
    named = {kind.kind: kind for kind in named_kinds() if kind.scopes(actor) and only in ("", kind.kind)}
    wanted = {**_case_kinds(actor, only), **{kind: (each.scopes(actor), LOOKED_AT) for kind, each in named.items()}}
    scopes = sorted({scope for listed, _most in wanted.values() for scope in listed})
    meaning = meaning_of(session, typed, scopes)
    proposed = candidates(session, meaning, wanted)
    scored = [
        *_cases(session, actor, meaning, proposed.get(QUESTION, ()), proposed.get(REFERRAL, ()), now),
        *_names(session, actor, meaning, named, proposed),
    ]
    groups = _grouped(scored, typed, named, only)
    return Found(typed, groups, _alike(meaning, scored), bool(meaning.asked))


def _case_kinds(actor: Actor, only: str) -> dict[str, tuple[Sequence[str], int]]:
    own = actor.organisation_id
    rights = ((QUESTION, P.SUPPORT_REQUEST_READ), (REFERRAL, P.REFERRAL_READ))
    return {kind: ((own,), LOOKED_AT) for kind, right in rights if own and actor.can(right) and only in ("", kind)}


@dataclass(frozen=True, slots=True)
class _Scored:
    kind: str
    score: float
    newest: str
    hit: Callable[[], Hit]  # made only for what is shown
    words: frozenset[str]  # of the index, that stand in what the reader sees


def _grouped(scored: list[_Scored], typed: str, named: Mapping[str, Named], only: str) -> list[Group]:
    labels = {QUESTION: _("Questions"), REFERRAL: _("Referrals that we got")}
    labels |= {kind: str(each.label) for kind, each in named.items()}
    groups = []
    for kind, label in labels.items():
        own = sorted((one for one in scored if one.kind == kind), key=lambda one: one.newest, reverse=True)
        own.sort(key=lambda one: one.score, reverse=True)
        most = SHOWN_ALONE if only else SHOWN if kind not in named else named[kind].most
        more = _more_url(kind, typed) if len(own) > most and not only else ""
        if own:
            groups.append(Group(kind, label, [one.hit() for one in own[:most]], more))
    return groups


def _more_url(kind: str, typed: str) -> str:
    if kind == QUESTION:
        return url_for("referrals.question_list", q=typed, state="all")
    return url_for("referrals.search", q=typed, only=kind)


def _alike(meaning: Meaning, scored: Iterable[_Scored]) -> list[tuple[str, str]]:
    """For words that nothing has as they were typed: what was found instead, as far as the reader sees it."""
    shown = {word for one in scored for word in one.words}
    found = []
    for asked, group in zip(meaning.asked, meaning.groups, strict=True):
        seen = [word for word in group if word in shown]
        if seen and not any(word.startswith(asked) for word in group):
            found.append((asked, ", ".join(seen[:3])))
    return found


def _scored(meaning: Meaning, kind: str, fields: Fields, newest: str, hit: Callable[[], Hit]) -> list[_Scored]:
    """The hit with its score; nothing when a word stands only in what the reader does not see."""
    readable = Readable.of(fields)
    total = readable.score(meaning.groups)
    return [_Scored(kind, total, newest, hit, meaning.words & readable.words)] if total else []


# --- questions and referrals --------------------------------------------------------------------------------


def _cases(
    session: Session,
    actor: Actor,
    meaning: Meaning,
    questions: Sequence[str],
    referrals: Sequence[str],
    now: datetime,
) -> list[_Scored]:
    if not questions and not referrals:
        return []
    found: list[_Scored] = []
    seen: set[str] = set()
    for support_request, referral in session.execute(_case_rows(actor, questions, referrals)).unique():
        if support_request.id in questions and support_request.owner_id == actor.organisation_id:
            if support_request.id not in seen:
                found += _question(meaning, support_request)
            seen.add(support_request.id)
        if referral is not None and side_of(referral, actor) == RECEIVER:
            found += _received(meaning, referral, now)
    return found


def _case_rows(actor: Actor, questions: Sequence[str], referrals: Sequence[str]) -> Select[SupportRequest, Referral]:
    """Questions of one's own and referrals received, both as far as the actor may see them, in one statement."""
    own = requests_visible_to(actor).where(SupportRequest.id.in_(questions)).with_only_columns(SupportRequest.id)
    got = referrals_visible_to(actor).where(Referral.id.in_(referrals), Referral.to_id == actor.organisation_id)
    behind = got.with_only_columns(Referral.support_request_id)
    listed = and_(Referral.support_request_id == SupportRequest.id, Referral.id.in_(got.with_only_columns(Referral.id)))
    return (
        select(SupportRequest, Referral)
        .outerjoin(Referral, listed)
        .where(SupportRequest.id.in_(union_all(own, behind)))
        .options(
            joinedload(SupportRequest.company_record),
            joinedload(SupportRequest.company),
            joinedload(SupportRequest.contact_person),
            joinedload(SupportRequest.consent),
            joinedload(Referral.sender),
            joinedload(Referral.receiver),
        )
    )


def _identity(support_request: SupportRequest) -> list[tuple[float, str]]:
    contact, company = support_request.contact_person, support_request.company
    return [
        (3.0, support_request.company_name or ""),
        (2.5, (company.registration_number or "") if company else ""),
        (3.0, contact.name if contact else ""),
        (2.0, (contact.email or "") if contact else ""),
        (2.0, (contact.phone or "") if contact else ""),
        (1.0, support_request.private_notes or ""),
    ]


def _open_fields(support_request: SupportRequest) -> list[tuple[float, str]]:
    return [(2.2, support_request.title), (1.0, support_request.text or ""), (1.0, support_request.city or "")]


def _references(reference: str) -> list[tuple[float, str]]:
    return [(6.0, text) for text in reference_texts(reference)]


def _question(meaning: Meaning, support_request: SupportRequest) -> list[_Scored]:
    fields = [*_references(support_request.reference), *_identity(support_request), *_open_fields(support_request)]
    contact = support_request.contact_person
    line = [support_request.reference, support_request.company_name, contact.name if contact else None]
    hit = partial(
        _hit,
        meaning,
        QUESTION,
        support_request.reference,
        url_for("referrals.question_show", reference=support_request.reference),
        support_request.title or _("No text yet"),
        line,
        _texts(support_request, sees=True, knows=True),
        request_badge(support_request.state),
        support_request.state,
    )
    return _scored(meaning, QUESTION, fields, support_request.id, hit)


def _received(meaning: Meaning, referral: Referral, now: datetime) -> list[_Scored]:
    """A referral at its receiver: by what that may read of it now, and no more."""
    support_request = referral.support_request
    sees = sees_question_in_list(referral, RECEIVER, now)
    knows = sees and (referral.accepted_at is not None or referral.receiver.kind != OrganisationKind.HUB)
    fields = [
        *_references(referral.reference),
        *(_open_fields(support_request) if sees else ()),
        *(_identity(support_request) if knows else ()),
    ]
    sender = _("from %(name)s", name=short_name(referral.sender.name(locale_code())))
    hit = partial(
        _hit,
        meaning,
        REFERRAL,
        referral.reference,
        url_for("referrals.referral_show", reference=referral.reference),
        support_request.title if sees else _("This question is not with you any more"),
        [referral.reference, sender, support_request.company_name if knows else None],
        _texts(support_request, sees, knows),
        referral_badge(referral),
        referral.state,
    )
    return _scored(meaning, REFERRAL, fields, referral.id, hit)


def _texts(support_request: SupportRequest, sees: bool, knows: bool) -> list[tuple[str, str | None]]:
    """What stands nowhere in a line, by where it stands."""
    contact, company = support_request.contact_person, support_request.company
    reached = " ".join(part for part in ((contact.email, contact.phone) if contact else ()) if part)
    return [
        (_("In the question"), support_request.text if sees else None),
        (_("Mail and telephone"), reached if knows else None),
        (_("Number of the company"), company.registration_number if knows and company else None),
        (_("In the private notes"), support_request.private_notes if knows else None),
        (_("City"), support_request.city if sees else None),
    ]


def _hit(
    meaning: Meaning,
    kind: str,
    key: str,
    href: str,
    title: str,
    line: Iterable[str | None],
    texts: Sequence[tuple[str, str | None]],
    badge: Badge | None,
    state: str,
) -> Hit:
    """Where the words stand: in the name, in the line below it, else in the text or the notes."""
    words = meaning.words
    about = " · ".join(part for part in line if part)
    shown = f"{title} {about}"
    present = set(words_of(shown))
    missing = [group for group in meaning.groups if not present & set(group)]
    where, excerpt = "", ""
    for label, text in texts:
        lacking = frozenset(word for group in missing for word in group)
        if text and lacking & set(words_of(text)):
            where, excerpt = label, around(text, lacking)
            break
    return Hit(kind, key, href, marked(title, words), marked(about, words), where, marked(excerpt, words), badge, state)


# --- what is shown by a name --------------------------------------------------------------------------------


def _names(
    session: Session,
    actor: Actor,
    meaning: Meaning,
    named: Mapping[str, Named],
    proposed: Mapping[str, Sequence[str]],
) -> list[_Scored]:
    parts = [each.rows(actor, proposed[kind]).order_by(None) for kind, each in named.items() if proposed.get(kind)]
    if not parts:
        return []
    found: list[_Scored] = []
    for row in session.execute(union_all(*parts)):
        name = row.name_nl if locale_code() == "nl" else row.name_en
        other = row.name_en if locale_code() == "nl" else row.name_nl
        fields = [(3.0, name or ""), (2.9, other or ""), (2.0, row.detail or ""), (2.0, row.more or "")]
        href = named[row.kind].link(row)
        hit = partial(_named_hit, meaning, row, name or "", href)
        found += _scored(meaning, row.kind, [*fields, (2.0, (row.detail or "").replace("-", ""))], row.id, hit)
    return found


def _named_hit(meaning: Meaning, row: Any, name: str, href: str) -> Hit:
    title, detail = marked(name, meaning.words), marked(row.detail or "", meaning.words)
    return Hit(row.kind, row.key, href, title, detail, "", [], None, "")


# --- a reference goes straight to its page ------------------------------------------------------------------


def page_of_reference(session: Session, actor: Actor, typed: str) -> str | None:
    """The address of the one question, referral or other numbered thing with this reference that the actor may see;
    else None.

    As it is said on the telephone: without dashes, without its first letter, in small letters.
    """
    given = _REFERENCE.fullmatch(typed.strip())
    if given is None:
        return None
    first, body, number = (given.group(1) or "").upper(), f"{given.group(2)}-{given.group(3)}".upper(), given.group(4)
    parts, links = [], dict(_LINKS)
    if first in ("", "H") and number is None:
        mine = requests_visible_to(actor).where(SupportRequest.reference == f"H-{body}")
        parts.append(mine.with_only_columns(literal(1), SupportRequest.reference))
    if first in ("", "D") or (first == "H" and number is not None):
        seen = referrals_visible_to(actor)
        exact = seen.where(Referral.reference == f"D-{body}-{number}") if number else _of_body(seen, body)
        parts.append(exact.with_only_columns(literal(2), Referral.reference))
    for place, kind in enumerate(numbered_kinds(), start=3):
        if first in ("", kind.first) and number is None:
            links[place] = kind.link
            seen = kind.visible(actor).where(kind.number == f"{kind.first}-{body}")
            parts.append(seen.with_only_columns(literal(place), kind.number))
    rows = sorted((place, found) for place, found in session.execute(union_all(*parts))) if parts else []
    if not rows or (rows[0][0] == 2 and len(rows) > 1):
        return None
    return links[rows[0][0]](rows[0][1])


_LINKS: Mapping[int, Callable[[str], str]] = {
    1: lambda reference: url_for("referrals.question_show", reference=reference),
    2: lambda reference: url_for("referrals.referral_show", reference=reference),
}


def _of_body(statement: Select[Any], body: str) -> Select[Any]:
    """Every referral of the question with this body, by the range of their references."""
    each = aliased(Referral)  # found by the index of references first: a desk has very many referrals
    of_body = select(each.id).where(each.reference >= f"D-{body}-", each.reference < f"D-{body}.")
    few = of_body.limit(MOST_OF_BODY).subquery()
    return statement.join(few, few.c.id == Referral.id)


# --- the same words as a filter of the desk's own questions -------------------------------------------------


def with_words(session: Session, statement: Select[Any], actor: Actor, typed: str) -> Select[Any]:
    """A list of own questions narrowed to those that hold every word; nothing for words that find nothing."""
    if not asked_words(typed) or actor.organisation_id is None:
        return statement.where(false()) if typed.strip() else statement
    meaning = meaning_of(session, typed, (actor.organisation_id,))
    if not meaning.finds_something:
        return statement.where(false())
    return statement.where(*holds_words(SupportRequest.id, QUESTION, actor.organisation_id, meaning))
