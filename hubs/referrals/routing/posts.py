"""Which post is responsible: district, then city, then embassy, then cover from elsewhere (domain.md, Routing 2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from hubs.agreements.coverage import place_name

from .records import CoverageRecord, PostRecord

NBSO = "nbso"
PERMANENT_REPRESENTATION = "permanent_representation"
MISSION_TYPES = ("embassy", "embassy_office", "representative_office")  # each the first post in its country

Cover = tuple[PostRecord, CoverageRecord]


def covers_of(
    posts: Iterable[PostRecord], coverage: Iterable[CoverageRecord], market: str | None = None
) -> dict[str, tuple[Cover, ...]]:
    """Open posts by the market they cover, in a fixed order; closed ones and permanent representations never."""
    by_code: Mapping[str, PostRecord] = {
        post.code: post for post in posts if post.is_open and post.type != PERMANENT_REPRESENTATION
    }
    covers: dict[str, list[Cover]] = {}
    for row in coverage:
        post = by_code.get(row.post_code)
        if post and row.economic and market in (None, row.market):
            covers.setdefault(row.market, []).append((post, row))
    return {code: tuple(sorted(rows, key=_fixed_order)) for code, rows in covers.items()}


def _fixed_order(cover: Cover) -> tuple[str, str, str]:
    post, row = cover
    return (post.code, row.kind, row.valid_from.isoformat() if row.valid_from else "")


def covers_on(covers: Iterable[Cover], on: date) -> list[Cover]:
    """Those whose dates hold on this day; last day included."""
    return [
        (post, row)
        for post, row in covers
        if not (row.valid_from and on < row.valid_from) and not (row.valid_until and on > row.valid_until)
    ]


def responsible_post(covers: Iterable[Cover], city: str | None, authority: bool, on: date) -> PostRecord | None:
    """The post for this city and kind of work, or None when no open post covers the market.

    A business support office takes commercial work in its own area only.
    """
    held = covers_on(covers, on)
    place = place_name(city)
    area = [cover for cover in held if place and place in cover[1].cities]
    town = [cover for cover in held if place and _is_host(cover) and place in cover[0].cities]
    missions = [cover for cover in held if _is_host(cover) and cover[0].type in MISSION_TYPES]
    hosts = [cover for cover in held if _is_host(cover) and not cover[1].cities]
    abroad = sorted((c for c in held if not _is_host(c)), key=_latest_first)
    for choice in (_offices_first(area), _offices_first(town)):
        for post, _ in choice:
            if not (authority and post.type == NBSO):
                return post
    return _supervisor(area + town, held) or _first(missions) or _first_mission_like(hosts, held) or _first(abroad)


def _is_host(cover: Cover) -> bool:
    return cover[1].kind.startswith("host")


def _latest_first(cover: Cover) -> tuple[int, str]:
    since = cover[1].valid_from
    return (-since.toordinal() if since else 0, cover[0].code)


def _offices_first(covers: list[Cover]) -> list[Cover]:
    """A business support office before a consulate: its area is the smaller one."""
    return sorted(covers, key=lambda cover: cover[0].type != NBSO)


def _supervisor(covers: list[Cover], held: list[Cover]) -> PostRecord | None:
    """The post above the business support office of this place, when it is known and open here."""
    codes = {post.supervising_code for post, _ in covers if post.type == NBSO and post.supervising_code}
    return _first([cover for cover in held if cover[0].code in codes])


def _first_mission_like(hosts: list[Cover], held: list[Cover]) -> PostRecord | None:
    """Without an embassy a consulate that covers the whole market, else any consulate; never an NBSO."""
    consulates = [cover for cover in held if _is_host(cover)]
    for covers in (hosts, consulates):
        found = _first([cover for cover in covers if cover[0].type != NBSO])
        if found:
            return found
    return None


def _first(covers: list[Cover]) -> PostRecord | None:
    return covers[0][0] if covers else None
