"""Drafting, offering, signing, changing and ending over HTTP; who sees and may what; and what is in force."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from hubs.agreements.models import Agreement
from hubs.agreements.operations import agreements_due, follow_rules
from hubs.core.clock import utcnow
from hubs.core.events import Event, EventPersonal
from hubs.core.stamps import ROUTING, current
from hubs.directory.models import HubProfile
from hubs.extensions import db
from tests import world

from .conftest import TODAY, hidden

SIGNED_OUT = 303


def page_of(client: Any, identifier: str) -> str:
    return client.get(f"/agreements/{identifier}").get_data(as_text=True)


# drafting


def test_a_hub_drafts_offers_and_both_sign(
    app: Any, demo: Any, client_for: Any, drafted: Any, send: Any, stored: Any
) -> None:
    with app.app_context():
        before = current(db.session(), ROUTING)
    identifier = drafted("manager")
    agreement = stored(identifier)
    assert (agreement.state, agreement.cities, agreement.review_month) == ("draft", ["Bogotá", "Cali"], 3)
    assert agreement.services == ["networking", "office_space"] and agreement.no_commission is False
    hub, post, path = client_for("manager"), client_for("head"), f"/agreements/{identifier}"
    assert post.get(path).status_code == 404
    assert send(hub, path, action="offer", version=hidden(page_of(hub, identifier), "version")).status_code == 303
    shown = page_of(post, identifier)
    assert "Read the terms. Do you agree? Then sign." in shown and 'data-state="offered"' in shown
    assert "Says yes or no within 16 working hours, at most 7 days." in shown
    assert send(post, path, action="sign").status_code == 303
    assert stored(identifier).state == "offered"
    assert "The hub has not signed yet." in page_of(post, identifier)
    assert send(hub, path, action="sign").status_code == 303
    agreement = stored(identifier)
    assert agreement.state == "in_force"
    assert agreement.hub_signed_by == demo.people["manager"].id
    assert agreement.posts[0].signed_by == demo.people["head"].id
    shown = page_of(hub, identifier)
    assert "it is in force since" in shown and "Hanna Proefveld" in shown and "Pilar Verzonnen" in shown
    with app.app_context():
        assert current(db.session(), ROUTING) > before
        kinds = select(Event.kind).where(Event.subject_id == identifier).order_by(Event.id)
        assert list(db.session.execute(kinds).scalars()) == [
            "agreement.draft", "agreement.offer", "agreement.sign", "agreement.sign", "agreement.start",
        ]  # fmt: skip


def test_a_post_chooses_a_hub_first(client_for: Any, drafted: Any, stored: Any, demo: Any) -> None:
    head = client_for("head")
    page = head.get("/agreements/new").get_data(as_text=True)
    assert 'value="casa-voorbeeld"' in page and 'value="huis-verzonnen"' not in page
    assert 'value="huis-verzonnen"' in head.get("/agreements/new?all=1").get_data(as_text=True)
    assert head.get("/agreements/new?hub=no-such-hub").status_code == 404
    assert head.get("/agreements/new?hub=ambassade-hanoi").status_code == 404
    agreement = stored(drafted("head"))
    assert agreement.hub_id == demo.organisations["hub_a"] and agreement.drafted_by_id == demo.organisations["post"]
    assert client_for("manager").get(f"/agreements/{agreement.id}").status_code == 404


def test_the_form_starts_from_the_model_terms(client_for: Any, demo: Any) -> None:
    page = client_for("head").get("/agreements/new?hub=casa-voorbeeld").get_data(as_text=True)
    assert 'name="decide_hours" type="text"' in page or 'id="decide_hours"' in page
    assert f'value="{demo.organisations["post"]}" id="posts" checked' in page
    assert "model agreement" in page


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"decide_hours": "0"}, "decide_hours"),
        ({"decide_hours": ""}, "decide_hours"),
        ({"acknowledge_hours": "40"}, "acknowledge_hours"),
        ({"report_days": "soon"}, "report_days"),
        ({"capacity_share": "101"}, "capacity_share"),
        ({"services": ["sanctions_evasion"]}, "services"),
        ({"directions": ["sideways"]}, "directions"),
        ({"posts": ["nobody"]}, "posts"),
        ({"markets": ["ZZ"]}, "markets"),
        ({"either_to": "nobody"}, "either_to"),
        ({"starts_on": "tomorrow"}, "starts_on"),
        ({"review_month": "13"}, "review_month"),
        ({"cities": "\n".join(f"City {n}" for n in range(51))}, "cities"),
        ({"liaison_hub": "x" * 201}, "liaison_hub"),
        ({"consent_text_version": "nonsense"}, "consent_text_version"),
    ],
)
def test_terms_that_cannot_be(
    app: Any, client_for: Any, terms: Any, send: Any, change: dict[str, Any], field: str
) -> None:
    answer = send(client_for("manager"), "/agreements/new", **terms(**change))
    assert answer.status_code == 422 and f'href="#{field}"' in answer.get_data(as_text=True)
    with app.app_context():
        assert len(db.session.execute(select(Agreement)).all()) == 4


def test_an_incomplete_draft_is_stored_but_not_offered(client_for: Any, drafted: Any, send: Any) -> None:
    identifier = drafted("manager", services=[], posts=[], starts_on="")
    answer = send(client_for("manager"), f"/agreements/{identifier}", action="offer")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert all(word in page for word in ("at least one service", "at least one post", "when the agreement starts"))


def test_ones_own_organisation_must_be_a_party(client_for: Any, terms: Any, send: Any, demo: Any) -> None:
    answer = send(client_for("head"), "/agreements/new?hub=casa-voorbeeld", **terms(posts=[]))
    assert answer.status_code == 422 and "must be a party" in answer.get_data(as_text=True)


def test_a_draft_is_changed_by_its_side_only(client_for: Any, drafted: Any, terms: Any, send: Any, stored: Any) -> None:
    identifier = drafted("manager")
    hub, post, path = client_for("manager"), client_for("head"), f"/agreements/{identifier}/edit"
    version = hidden(hub.get(path).get_data(as_text=True), "version")
    assert send(hub, path, version=version, **terms(notice_days="30")).status_code == 303
    assert stored(identifier).notice_days == 30
    stale = send(hub, path, version=version, **terms(notice_days="90", liaison_hub="Kept words"))
    assert stale.status_code == 409 and "Kept words" in stale.get_data(as_text=True)
    assert post.get(path).status_code == 404
    assert send(post, path, page="/account", **terms()).status_code == 404
    send(hub, f"/agreements/{identifier}", action="offer")
    assert hub.get(path).status_code == 409
    assert post.get(path).status_code == 403
    assert send(post, path, page="/account", **terms()).status_code == 403
    assert send(post, f"/agreements/{identifier}", page="/account", action="withdraw_offer").status_code == 403


def test_what_is_taken_back_binds_nobody(client_for: Any, drafted: Any, send: Any, stored: Any) -> None:
    identifier = drafted("manager")
    hub, post, path = client_for("manager"), client_for("head"), f"/agreements/{identifier}"
    send(hub, path, action="offer")
    assert send(post, path, action="sign").status_code == 303
    assert send(hub, path, action="withdraw_offer").status_code == 303
    agreement = stored(identifier)
    assert agreement.state == "draft" and not agreement.signed_party_ids
    assert post.get(path).status_code == 404


# who may


@pytest.mark.parametrize("persona", ["officer", "staff"])
def test_the_desk_reads_and_does_not_act(client_for: Any, signed: Any, send: Any, persona: str, stored: Any) -> None:
    identifier = signed()
    client, path = client_for(persona), f"/agreements/{identifier}"
    page = page_of(client, identifier)
    assert "in force since" in page and 'name="action"' not in page
    for action in ("sign", "amend", "terminate", "offer"):
        assert send(client, path, page="/account", action=action, note="No.").status_code == 403
    assert client.get("/agreements/new").status_code == 403
    assert stored(identifier).state == "in_force"


@pytest.mark.parametrize("persona", ["other_manager", "far_head", "far_manager"])
def test_strangers_see_nothing(client_for: Any, signed: Any, send: Any, persona: str) -> None:
    identifier = signed()
    client, path = client_for(persona), f"/agreements/{identifier}"
    assert client.get(path).status_code == 404
    assert client.get(f"{path}/edit").status_code == 404
    assert send(client, path, page="/account", action="terminate", note="No.").status_code == 404
    assert identifier not in client.get("/agreements").get_data(as_text=True)


@pytest.mark.parametrize("persona", ["administrator", "partner_manager", "central_officer", "member", "auditor"])
def test_others_have_no_agreements(client_for: Any, demo: Any, send: Any, persona: str) -> None:
    client = client_for(persona)
    path = f"/agreements/{demo.agreements['hub_a']}"
    for address in ("/agreements", "/agreements/new", path, f"{path}/edit"):
        assert client.get(address).status_code == 403
    assert send(client, path, page="/account", action="terminate", note="No.").status_code == 403


def test_rules_are_not_for_people(client_for: Any, demo: Any, send: Any, stored: Any) -> None:
    path = f"/agreements/{demo.agreements['hub_a']}"
    for action in ("start", "pause", "resume", "expire", "supersede"):
        assert send(client_for("manager"), path, action=action).status_code == 403
    assert send(client_for("manager"), path, action="nonsense").status_code == 422
    assert stored(demo.agreements["hub_a"]).state == "in_force"


# in force


def test_signing_before_its_first_day_waits_and_the_clock_starts_it(
    app: Any, client_for: Any, signed: Any, stored: Any
) -> None:
    identifier = signed(starts_on=(TODAY + timedelta(days=20)).isoformat())
    assert stored(identifier).state == "signed"
    assert "It starts on" in page_of(client_for("head"), identifier)
    with app.app_context():
        assert identifier not in agreements_due(utcnow())
        later = utcnow() + timedelta(days=21)
        assert identifier in agreements_due(later)
        assert follow_rules(db.session.get(Agreement, identifier), now=later) == ["start"]
        db.session.commit()
    assert stored(identifier).state == "in_force"
    assert "It starts on" in page_of(client_for("head"), identifier)  # derived when read, whatever is stored


def test_its_end_is_derived_and_the_clock_stores_it(app: Any, demo: Any, client_for: Any, stored: Any) -> None:
    identifier = demo.agreements["hub_a"]
    with app.app_context():
        db.session.get(Agreement, identifier).ends_on = date.today() - timedelta(days=2)
        db.session.commit()
    page = page_of(client_for("manager"), identifier)
    assert "No, it is not in force." in page and "It ran until" in page and 'data-state="in_force"' not in page
    with app.app_context():
        assert agreements_due(utcnow()) == [identifier]
        assert follow_rules(db.session.get(Agreement, identifier), now=utcnow()) == ["expire"]
        assert follow_rules(db.session.get(Agreement, identifier), now=utcnow()) == []
        db.session.commit()
        assert agreements_due(utcnow()) == []
    assert (stored(identifier).state, stored(identifier).end_reason) == ("ended", "expired")


def test_a_suspended_hub_pauses_and_comes_back(app: Any, demo: Any, client_for: Any, send: Any, stored: Any) -> None:
    administrator, identifier = client_for("administrator"), demo.agreements["hub_a"]
    path = "/hubs/casa-voorbeeld"
    assert send(administrator, path, action="suspend", reason="A look is taken.").status_code == 303
    assert stored(identifier).state == "paused"
    assert stored(demo.agreements["hub_b"]).state == "in_force"
    page = page_of(client_for("head"), identifier)
    assert "The standing of the hub does not allow it: suspended." in page
    assert send(administrator, path, action="accredit", reason="All is well.").status_code == 303
    assert stored(identifier).state == "in_force" and stored(identifier).paused_at is None


def test_a_standing_that_fell_away_counts_before_any_clock_ran(app: Any, demo: Any, client_for: Any) -> None:
    with app.app_context():
        db.session.get(HubProfile, demo.organisations["hub_a"]).state = "suspended"
        db.session.commit()
        assert agreements_due(utcnow()) == [demo.agreements["hub_a"]]
    page = page_of(client_for("manager"), demo.agreements["hub_a"])
    assert "No, it is not in force." in page and "Standing still" in page
    assert "Standing still" in client_for("manager").get("/agreements").get_data(as_text=True)


def test_signed_conditional_on_accreditation(
    app: Any, demo: Any, client_for: Any, drafted: Any, send: Any, stored: Any
) -> None:
    with app.app_context():
        db.session.get(HubProfile, demo.organisations["hub_a"]).state = "registered"
        db.session.commit()
    hub, post = client_for("manager"), client_for("head")
    plain = drafted("manager")
    send(hub, f"/agreements/{plain}", action="offer")
    answer = send(hub, f"/agreements/{plain}", action="sign")
    assert answer.status_code == 422 and "conditional on accreditation" in answer.get_data(as_text=True)
    waiting = drafted("manager", conditional_on_accreditation="y")
    path = f"/agreements/{waiting}"
    send(hub, path, action="offer")
    assert send(hub, path, action="sign").status_code == 303
    assert send(post, path, action="sign").status_code == 303
    assert stored(waiting).state == "signed"
    assert "It waits until the hub is accredited." in page_of(post, waiting)
    accredit = {"action": "accredit", "reason": "It meets the rules."}
    assert send(client_for("administrator"), "/hubs/casa-voorbeeld", **accredit).status_code == 303
    assert stored(waiting).state == "in_force"


# ending


def test_ending_asks_why_and_tells_the_other_side(
    app: Any, client_for: Any, signed: Any, send: Any, stored: Any
) -> None:
    identifier = signed()
    head, path = client_for("head"), f"/agreements/{identifier}"
    answer = send(head, path, action="terminate", note="  ")
    assert answer.status_code == 422 and 'href="#note"' in answer.get_data(as_text=True)
    assert send(head, path, action="terminate", note="We move offices.").status_code == 303
    agreement = stored(identifier)
    assert (agreement.state, agreement.end_reason) == ("ended", "terminated")
    page = page_of(client_for("manager"), identifier)
    assert "We move offices." in page and "It was ended." in page
    assert send(head, path, page="/account", action="terminate", note="Again.").status_code == 409
    with app.app_context():
        event = db.session.execute(select(Event).where(Event.kind == "agreement.terminate")).scalar_one()
        assert "offices" not in str(event.data)
        note = db.session.execute(select(EventPersonal.value).where(EventPersonal.event_id == event.id)).scalar_one()
        assert note == "We move offices."


def two_posts(app: Any, demo: Any) -> str:
    """An agreement of hub A with two posts, both signed."""
    with app.app_context():
        agreement = world.agreement(demo, "hub_a", "post")
        second = world.agreement(demo, "hub_a", "far_post")
        row = second.posts[0]
        second.posts = []
        db.session.flush()
        db.session.delete(second)
        db.session.flush()
        from hubs.agreements.models import AgreementPost

        agreement.posts.append(AgreementPost(post_id=row.post_id, signed_at=row.signed_at, signed_by="test"))
        db.session.commit()
        return agreement.id


def test_a_post_ends_for_itself_and_the_hub_for_all(
    app: Any, demo: Any, client_for: Any, send: Any, stored: Any
) -> None:
    identifier = two_posts(app, demo)
    path, far = f"/agreements/{identifier}", client_for("far_head")
    assert send(far, path, action="terminate", note="Not for us.").status_code == 303
    agreement = stored(identifier)
    assert agreement.state == "in_force" and agreement.post_ids == [demo.organisations["post"]]
    again = send(far, path, page="/account", action="terminate", note="Again.")
    assert again.status_code == 422
    assert "in force since" in page_of(client_for("head"), identifier)
    assert send(client_for("manager"), path, action="terminate", note="We stop.").status_code == 303
    assert stored(identifier).state == "ended"


# changes


def test_a_change_replaces_the_old_version_when_it_starts(
    app: Any, client_for: Any, signed: Any, terms: Any, send: Any, stored: Any
) -> None:
    old = signed()
    hub, post = client_for("manager"), client_for("head")
    answer = send(post, f"/agreements/{old}", action="amend")
    assert answer.status_code == 303 and answer.headers["Location"].endswith("/edit")
    new = answer.headers["Location"].split("/")[-2]
    draft = stored(new)
    assert (draft.version_number, draft.lineage_id, draft.state) == (2, old, "draft")
    assert draft.services == stored(old).services and not draft.signed_party_ids
    assert hub.get(f"/agreements/{new}").status_code == 404
    assert new not in page_of(hub, old)
    twice = send(post, f"/agreements/{old}", action="amend")
    assert twice.status_code == 422 and "drafting a change" in twice.get_data(as_text=True)
    first = (TODAY + timedelta(days=10)).isoformat()
    page = post.get(f"/agreements/{new}/edit").get_data(as_text=True)
    changed = terms(starts_on=first, notice_days="90")
    assert send(post, f"/agreements/{new}/edit", version=hidden(page, "version"), **changed).status_code == 303
    send(post, f"/agreements/{new}", action="offer")
    assert send(hub, f"/agreements/{old}", action="amend").status_code == 422
    assert "Days of notice" in page_of(hub, new)
    for client in (hub, post):
        assert send(client, f"/agreements/{new}", action="sign").status_code == 303
    assert (stored(old).state, stored(new).state) == ("in_force", "signed")
    later = utcnow() + timedelta(days=11)
    with app.app_context():
        assert set(agreements_due(later)) == {old, new}
        for identifier in (old, new):
            follow_rules(db.session.get(Agreement, identifier), now=later)
        db.session.commit()
    assert (stored(old).state, stored(old).end_reason, stored(new).state) == ("ended", "superseded", "in_force")


def test_a_change_that_has_started_replaces_at_once(client_for: Any, signed: Any, send: Any, stored: Any) -> None:
    old = signed()
    hub, post = client_for("manager"), client_for("head")
    new = send(hub, f"/agreements/{old}", action="amend").headers["Location"].split("/")[-2]
    send(hub, f"/agreements/{new}", action="offer")
    assert send(hub, f"/agreements/{new}", action="sign").status_code == 303
    assert stored(old).state == "in_force"
    assert send(post, f"/agreements/{new}", action="sign").status_code == 303
    assert (stored(old).state, stored(new).state) == ("ended", "in_force")
    assert "A newer version has replaced it." in page_of(post, old)


# list


def test_the_list_is_ones_own_within_six_statements(client_for: Any, demo: Any, signed: Any, statements: Any) -> None:
    identifiers = {signed() for _ in range(3)}
    client = client_for("head")
    page = client.get("/agreements").get_data(as_text=True)
    assert all(identifier in page for identifier in identifiers)
    assert demo.agreements["far_hub"] not in page
    with statements() as listed:
        assert client.get("/agreements").status_code == 200
    assert len(listed) <= 6, listed


def test_an_empty_list_says_what_comes_next(app: Any, demo: Any, client_for: Any) -> None:
    with app.app_context():
        agreement = db.session.get(Agreement, demo.agreements["far_hub"])
        db.session.delete(agreement)
        db.session.commit()
    assert "No agreements yet" in client_for("far_head").get("/agreements").get_data(as_text=True)
    assert "can draft one" in client_for("far_officer").get("/agreements").get_data(as_text=True)


def test_a_stale_page_does_not_sign(client_for: Any, drafted: Any, send: Any, stored: Any, terms: Any) -> None:
    """Who read other terms than those on offer now is told, and signs nothing."""
    identifier = drafted("manager")
    hub, post, path = client_for("manager"), client_for("head"), f"/agreements/{identifier}"
    send(hub, path, action="offer")
    version = hidden(page_of(post, identifier), "version")
    send(hub, path, action="withdraw_offer")
    send(hub, f"{path}/edit", **terms(notice_days="1"))
    send(hub, path, action="offer")
    assert send(post, path, action="sign", version=version).status_code == 409
    assert not stored(identifier).signed_party_ids
