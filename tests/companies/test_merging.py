"""Merging two companies and putting them apart again: every link, of every table there is, as it was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, MetaData, String, Table, insert, select

from hubs.accounts.actor import Actor
from hubs.companies.alike import bare_name, likely_same, pairs_alike
from hubs.companies.linked import STAYS, NoOwner, _owner, links, points_at_company
from hubs.companies.merging import merge_problems, plan_merge, set_apart
from hubs.companies.models import (
    ClientContact,
    Company,
    CompanyMerge,
    CompanyRecord,
    Consent,
    ConsentText,
    ContactPerson,
    RegisterCheck,
)
from hubs.companies.operations import (
    CompanyData,
    ContactData,
    know_contact_person,
    record_client_contact,
    record_company,
)
from hubs.companies.queries import companies_found, get_visible_company
from hubs.core.clock import utcnow
from hubs.core.errors import NotFound, NotPermitted, RuleViolation, WrongState
from hubs.core.types import new_id
from hubs.extensions import Base, db
from hubs.referrals.operations.merging import added_since, merge_two, undo_two
from tests.referrals.builders import actor_for, question
from tests.world import World

NOT_LINKS = {"company_merges", "company_merge_rows", "events", "event_personal", "event_seals", "outbox"}
Tables = dict[str, list[tuple[Any, ...]]]


def company(
    actor: Actor, name: str, number: str | None = None, now: datetime | None = None, **more: Any
) -> CompanyRecord:
    data = CompanyData(name=name, registration_number=number, **more)
    return record_company(actor=actor, now=now or utcnow(), data=data)


def everything() -> Tables:
    """All rows of all tables that say which company or which of its people they are about."""
    db.session.flush()
    found = {}
    for table in Base.metadata.sorted_tables:
        about = any(points_at_company(column) or "contact_person" in column.name for column in table.columns)
        if (about or table.name == Company.__tablename__) and table.name not in NOT_LINKS:
            rows = db.session.execute(select(table).order_by(*table.primary_key)).all()
            found[table.name] = [tuple(row) for row in rows]
    return found


# --- no table is forgotten --------------------------------------------------------------------------------


def test_every_column_about_a_company_is_moved_or_named() -> None:
    moved = {(link.table.name, link.column.name) for link in links()}
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            about = column.name.endswith("company_id") or points_at_company(column)
            if about:
                stays = (table.name, column.name) in STAYS or column.info.get("moves_with_company") is False
                assert stays or (table.name, column.name) in moved, f"{table.name}.{column.name} would stay behind"
    assert {("support_requests", "company_id"), ("company_records", "merged_into_id")} <= moved
    assert ("register_checks", "company_id") in moved


def test_a_table_that_does_not_say_whose_its_rows_are_is_refused() -> None:
    orphan = Table("orphans", MetaData(), Column("id", String(26), primary_key=True), Column("company_id", String(26)))
    with pytest.raises(NoOwner):
        _owner(orphan)


# --- merging and undoing ----------------------------------------------------------------------------------

kinds = st.sampled_from(["question", "person", "contact", "consent", "check", "stranger"])
worlds = st.lists(st.tuples(kinds, st.integers(0, 2)), max_size=9)


@given(rows=worlds, chain=st.booleans(), data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_merge_and_undo_is_the_identity(
    demo: World, in_app: Callable[[], Any], rows: list[tuple[str, int]], chain: bool, data: st.DataObject
) -> None:
    with in_app():
        officer, other = actor_for(demo, "officer"), actor_for(demo, "manager")
        names = ("Kanarie Koeltechniek", "Kanarie Koeltechnik B.V.", "Kanari Koel")
        three = [
            company(officer, name, vat, region="Drenthe")
            for name, vat in zip(names, ("90001234", None, None), strict=True)
        ]
        three[1].city, three[2].note = "Assen", "belt liever"
        _fill(demo, three, rows, other)
        before = everything()
        ids, now = [each.company_id for each in three], utcnow()
        chosen = dict.fromkeys(data.draw(st.sets(st.sampled_from(["name", "city"]))), ids[1])
        merges = [merge_two(officer, ids[0], ids[1], now=now, chosen=chosen, reason=None)]
        if chain:
            later = now + timedelta(minutes=1)
            merges.append(merge_two(officer, ids[1], ids[2], now=later, chosen={}, reason=None))
            with pytest.raises(WrongState):
                undo_two(merges[0], actor=officer, now=later)
        gone = ids[1:] if chain else ids[1:2]
        for link in links():
            mine = select(link.table).where(link.owned_by(str(officer.organisation_id)), link.column.in_(gone))
            assert not db.session.execute(mine).all(), f"{link.table.name} still names a company that is gone"
        assert get_visible_company(officer, ids[1]).company_id == ids[0]
        for merge in reversed(merges):
            undo_two(merge, actor=officer, now=now + timedelta(minutes=2))
        assert everything() == before
        db.session.rollback()


def _fill(demo: World, three: list[CompanyRecord], rows: list[tuple[str, int]], other: Actor) -> None:
    """Rows of every kind at the three companies; and what another organisation wrote down of the same number."""
    organisation_id, officer = three[0].organisation_id, actor_for(demo, "officer")
    for number, (kind, which) in enumerate(rows):
        company_id = three[which].company_id
        mine: dict[str, Any] = {"organisation_id": organisation_id, "company_id": company_id}
        if kind == "question":
            asked = question(demo, kvk=f"9100000{number}")
            for row in (asked, asked.contact_person, asked.consent):
                assert row is not None
                row.company_id = company_id
        elif kind == "person":
            db.session.add(ContactPerson(name=f"Proef {number}", created_at=utcnow(), **mine))
        elif kind == "contact":
            record_client_contact(now=utcnow(), channel="visit", actor=officer, **mine)
        elif kind == "consent":
            version = db.session.execute(select(ConsentText.version).limit(1)).scalar_one()
            given = {"recipients_kind": "market", "market": "CO", "given_at": utcnow(), "text_version": version}
            consent = Consent(**given, **mine)
            consent.channel = "web"
            db.session.add(consent)
        elif kind == "check":
            db.session.add(RegisterCheck(at=utcnow(), source="kvk", number="1", outcome="found", **mine))
        else:
            theirs = company(other, f"Vreemde {number}", "90001234")
            know_contact_person(theirs.organisation_id, theirs.company, ContactData(name="Piet"), now=utcnow())
    db.session.flush()


def test_a_row_left_behind_would_be_seen(
    demo: World, in_app: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The comparison is worth something: an undo that forgets one table is not the identity."""
    with in_app():
        officer = actor_for(demo, "officer")
        first, second = company(officer, "Een", "90001234"), company(officer, "Twee")
        record_client_contact(
            organisation_id=first.organisation_id, company_id=second.company_id, now=utcnow(), channel="visit",
            actor=officer,
        )  # fmt: skip
        before = everything()
        merge = merge_two(officer, first.company_id, second.company_id, now=utcnow(), chosen={}, reason=None)
        without = [link for link in links() if link.table.name != ClientContact.__tablename__]
        monkeypatch.setattr("hubs.companies.merging.links", lambda: iter(without))
        undo_two(merge, actor=officer, now=utcnow())
        assert everything() != before


def test_what_was_added_or_changed_since_stays_or_goes_along(demo: World, in_app: Callable[[], Any]) -> None:
    with in_app():
        officer, now = actor_for(demo, "officer"), utcnow() - timedelta(days=2)
        first, second = company(officer, "Kanarie", "90001234", now), company(officer, "Kanarie oud", None, now)
        second.city = "Assen"
        sam = know_contact_person(first.organisation_id, second.company, ContactData(name="Sam"), now=now)
        kept_id, gone_id = first.company_id, second.company_id
        merge = merge_two(officer, kept_id, gone_id, now=now, chosen={"city": gone_id}, reason=None)
        assert get_visible_company(officer, gone_id).city == "Assen"
        stays, along = question(demo, kvk="90001234"), question(demo, kvk="90001234")
        along.contact_person_id = sam.id
        db.session.flush()
        get_visible_company(officer, kept_id).city = "Groningen"
        added = {each.support_request.id: each.goes_with_person for each in added_since(merge)}
        assert added == {stays.id: False, along.id: True}
        undo_two(merge, actor=officer, now=utcnow(), along=[along.id, "0" * 26])
        assert (stays.company_id, along.company_id) == (kept_id, gone_id)
        assert along.consent is not None and along.consent.company_id == gone_id and sam.company_id == gone_id
        dealings = select(ClientContact.company_id).where(ClientContact.subject_id == along.id)
        assert set(db.session.execute(dealings).scalars()) == {gone_id}
        assert get_visible_company(officer, kept_id).city == "Groningen"  # changed since: nobody's words are lost
        with pytest.raises(WrongState):
            undo_two(merge, actor=officer, now=utcnow())


# --- what forbids it --------------------------------------------------------------------------------------


def test_what_forbids_a_merge_is_said(demo: World, in_app: Callable[[], Any]) -> None:
    with in_app():
        officer, now = actor_for(demo, "officer"), utcnow()
        first, second = company(officer, "Een", "90001234"), company(officer, "Twee", "90001235")
        abroad = company(officer, "Drie", "XYZ 1", country="BE")
        assert [p.code for p in merge_problems(plan_merge(first, second), None)] == ["two_numbers"]
        assert [p.code for p in merge_problems(plan_merge(first, second), "because")] == ["two_numbers"]
        assert not merge_problems(plan_merge(first, second), "new_registration")
        assert [p.code for p in merge_problems(plan_merge(first, abroad), "new_registration")] == ["two_countries"]
        assert [p.code for p in merge_problems(plan_merge(first, first), None)] == ["same_company"]
        with pytest.raises(RuleViolation):
            merge_two(officer, first.company_id, second.company_id, now=now, chosen={}, reason=None)
        with pytest.raises(NotFound):
            merge_two(actor_for(demo, "manager"), first.company_id, second.company_id, now=now, chosen={}, reason=None)
        with pytest.raises(NotPermitted):
            reader = Actor("person", "x", officer.organisation_id, "post", permissions=frozenset({"company:read"}))
            merge_two(reader, first.company_id, second.company_id, now=now, chosen={}, reason="new_registration")
        merge = merge_two(officer, first.company_id, second.company_id, now=now, chosen={}, reason="new_registration")
        assert merge.reason == "new_registration"
        again = company(officer, "Twee anders", "90001235")  # the old number leads to the company it became
        assert again.company_id == merge.kept_id
        named = company(officer, "Twee")
        assert named.company_id == merge.kept_id


def test_others_keep_what_they_wrote_and_old_words_find_the_kept_one(demo: World, in_app: Callable[[], Any]) -> None:
    with in_app():
        officer, stranger = actor_for(demo, "officer"), actor_for(demo, "far_officer")
        first, second = company(officer, "Kanarie", "90001234"), company(officer, "Parkiet", "90001235")
        theirs = company(stranger, "Papegaai", "90001235")
        kept_id, gone_id, now = first.company_id, second.company_id, utcnow()
        merge_two(officer, kept_id, gone_id, now=now, chosen={}, reason="wrong_number")
        assert theirs.company_id == gone_id and theirs.merged_into_id is None
        assert get_visible_company(stranger, gone_id).name == "Papegaai"
        with pytest.raises(NotFound):
            get_visible_company(stranger, kept_id)
        for words in ("parkiet", "90001235", "kanarie", "9000.1234"):
            found = db.session.execute(companies_found(officer, words)).scalars().all()
            assert [each.company_id for each in found] == [kept_id], words


# --- who may be the same ----------------------------------------------------------------------------------


def test_likely_the_same_is_put_forward_once(demo: World, in_app: Callable[[], Any]) -> None:
    with in_app():
        officer = actor_for(demo, "officer")
        first = company(officer, "Kanarie Koeltechniek B.V.", "90001234")
        typo = company(officer, "De Kanarie Koeltechnik")
        company(officer, "Kanarie Koeltechniek GmbH", "HRB 12", country="DE")
        company(officer, "Kanarie Koeltechniek", "90001299")  # another number: another company
        company(officer, "Kanarievogelhandel")
        assert bare_name(typo.name_folded) == "kanarie koeltechnik"
        company(actor_for(demo, "manager"), "Kanarie Koeltechniek")
        assert [each.company_id for each in likely_same(officer, first)] == [typo.company_id]
        pairs, page = pairs_alike(officer)
        assert {frozenset((a.company_id, b.company_id)) for a, b in pairs} >= {
            frozenset((first.company_id, typo.company_id))
        }
        assert page.next_cursor is None
        set_apart(first, typo, actor=officer, now=utcnow())
        assert likely_same(officer, first) == []
        pairs, _page = pairs_alike(officer)
        assert frozenset((first.company_id, typo.company_id)) not in {
            frozenset((a.company_id, b.company_id)) for a, b in pairs
        }


def test_looking_for_the_same_takes_one_statement_and_reads_no_more_than_its_letters(
    demo: World, in_app: Callable[[], Any], statements: Any
) -> None:
    with in_app():
        officer, now = actor_for(demo, "officer"), utcnow()
        rows = [{"id": new_id(), "country": "NL", "created_at": now} for _ in range(500)]
        db.session.execute(insert(Company), rows)
        own = {"organisation_id": officer.organisation_id, "created_at": now}
        listed = [
            {**own, "company_id": row["id"], "name": "F", "name_folded": f"{n:04d} f"} for n, row in enumerate(rows)
        ]
        db.session.execute(insert(CompanyRecord), listed)
        wanted = company(officer, "Kanarie", "90001234")
        with statements() as counted:
            assert likely_same(officer, wanted) == []
        assert len(counted) == 1
        if db.engine.dialect.name == "sqlite":
            plan = db.session.connection().exec_driver_sql(
                "EXPLAIN QUERY PLAN SELECT company_id FROM company_records WHERE organisation_id = 'x' "
                "AND merged_into_id IS NULL AND (name_folded >= 'kana' AND name_folded < 'kanb' "
                "OR name_folded >= 'de k' AND name_folded < 'de l')"
            )
            assert all("SCAN" not in str(row) for row in plan.all())


def test_the_address_of_the_first_leads_on_after_two_merges(
    demo: World, in_app: Callable[[], Any], client_for: Callable[..., Any], api_for: Callable[..., Any]
) -> None:
    """A went up in B and B in C: whoever has the address of A lands at C, and undoing leads back step by step."""
    with in_app() as session:
        officer, now = actor_for(demo, "officer"), utcnow()
        a, b, c = (company(officer, f"Ketting {name}", now=now + timedelta(seconds=n)).company_id
                   for n, name in enumerate("abc"))  # fmt: skip
        first = merge_two(officer, a, b, now=now, chosen={}, reason=None, keep=b)
        second = merge_two(officer, b, c, now=now + timedelta(minutes=1), chosen={}, reason=None, keep=c)
        assert (first.gone_id, first.kept_id, second.gone_id, second.kept_id) == (a, b, b, c)
        firstly, secondly = first.id, second.id
        session.commit()
    desk, far = client_for("officer"), client_for("far_officer")
    for each in (a, b, c):
        for below in ("", "/timeline", "/edit"):
            answer = desk.get(f"/companies/{each}{below}", follow_redirects=True)
            assert answer.status_code == 200, below
            assert far.get(f"/companies/{each}{below}").status_code == 404
        assert desk.get(f"/companies/{each}", follow_redirects=True).request.path == f"/companies/{c}"
        assert f'data-ref="{c}"' in desk.get(f"/companies/{each}", follow_redirects=True).get_data(as_text=True)
        by_api = api_for("post")("GET", f"/companies/{each}")
        assert by_api.status_code == 200 and by_api.json["id"] == c, each
        assert desk.get(f"/questions/new?company={each}").status_code == 200
    with in_app() as session:
        undo_two(session.get(CompanyMerge, secondly), actor=officer, now=utcnow())
        assert [get_visible_company(officer, each).company_id for each in (a, b, c)] == [b, b, c]
        undo_two(session.get(CompanyMerge, firstly), actor=officer, now=utcnow())
        assert [get_visible_company(officer, each).company_id for each in (a, b, c)] == [a, b, c]
        session.commit()
    assert desk.get(f"/companies/{a}").status_code == 200
