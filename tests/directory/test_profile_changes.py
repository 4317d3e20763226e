"""Draft and publish: what the hub publishes itself, what the ministry confirms, the history, and the way back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from hubs.accreditation.models import Interest
from hubs.accreditation.queries.tasks import tasks_of
from hubs.core.clock import utcnow
from hubs.core.errors import NotPermitted
from hubs.core.events import Event
from hubs.core.types import new_id
from hubs.directory.models import HubMarket, HubProfile, ProfileChange, Revision, ServiceOffer
from hubs.directory.operations import edit_hub_profile, edit_office, save_draft, submit_change
from hubs.directory.profile_fields import facts_of
from hubs.directory.shaping import change_shown
from hubs.extensions import db
from tests.referrals.builders import actor_for

from .conftest import hidden

PATH = "/organisation/profile"


@pytest.fixture
def read(app: Any) -> Any:
    def look(question: Any) -> Any:
        with app.app_context():
            found = question(db.session())
            db.session.remove()
            return found

    return look


@pytest.fixture
def draft(client_for: Any, demo: Any, post: Any, text: Any) -> Any:
    """`draft(action="save", legal_form="B.V.")`: the form of the profile with these fields typed over."""

    def send(action: str = "submit", persona: str = "manager", version: str | None = None, **typed: Any) -> Any:
        client = client_for(persona)
        seen = version or hidden(text(client.get(PATH)), "version")
        base = {
            "summary_nl": "Verzonnen hub voor tests.", "summary_en": "Fictional hub for tests.", "markets": ["CO"],
            "languages": ["nl", "es", "en"], "first_talk_free": "", "seated_in_nl": "no",
        }  # fmt: skip
        return post(client, PATH, version=seen, action=action, **{**base, **typed})

    return send


def profile(read: Any, demo: Any) -> HubProfile:
    return read(lambda s: s.get(HubProfile, demo.organisations["hub_a"]))


def changes(read: Any) -> list[ProfileChange]:
    return read(lambda s: list(s.execute(select(ProfileChange).order_by(ProfileChange.id)).scalars()))


def in_state(read: Any, state: str) -> ProfileChange:
    (found,) = [row for row in changes(read) if row.state == state]
    return found


def decide(client: Any, post: Any, change: ProfileChange, action: str, **data: Any) -> Any:
    path = f"/profile-changes/{change.id}"
    return post(client, path, page="/account", action=action, version=data.pop("version", change.version_id), **data)


def test_a_draft_is_seen_by_its_hub_only(
    client_for: Any, demo: Any, draft: Any, read: Any, text: Any, post: Any
) -> None:
    assert draft("save", summary_en="Drafted words.", legal_form="Drafted form").status_code == 303
    change = in_state(read, "draft")
    assert change.values == {"summary_en": "Drafted words.", "legal_form": "Drafted form"}
    assert profile(read, demo).summary_en == "Fictional hub for tests."
    code = demo.codes["hub_a"]
    manager = client_for("manager")
    preview = text(manager.get("/organisation/preview"))
    assert "Drafted words." in preview and "Preview. Only you see this." in preview and "noindex" in preview
    assert "Drafted words." in text(manager.get(PATH)) and "Drafted form" in text(manager.get("/organisation"))
    for persona in ("anonymous", "officer", "other_manager", "assessor"):
        seen = text(client_for(persona).get(f"/register/{code}")) + text(client_for(persona).get("/register?q=casa"))
        assert "Drafted words." not in seen, persona
        if persona != "anonymous":
            assert client_for(persona).get(f"/profile-changes/{change.id}").status_code == 404, persona
    assert "Drafted words." not in text(client_for("staff").get("/organisation"))
    assert client_for("staff").get("/organisation/preview").status_code == 403
    assert client_for("head").get("/organisation/preview").status_code == 404
    assert decide(manager, post, change, "discard").status_code == 303
    assert not changes(read) and "Drafted words." not in text(manager.get("/organisation/preview"))


def test_two_managers_at_once(client_for: Any, draft: Any, read: Any, text: Any) -> None:
    seen = hidden(text(client_for("manager").get(PATH)), "version")
    assert draft("save", version=seen, summary_en="First.").status_code == 303
    late = draft("save", version=seen, summary_en="Second.")
    assert late.status_code == 409 and "Second." in text(late)
    assert in_state(read, "draft").values == {"summary_en": "First."}
    assert draft("save", summary_en="Third.").status_code == 303
    assert in_state(read, "draft").values == {"summary_en": "Third."}
    assert draft("save").status_code == 303  # typed back as it is published: nothing is left of the draft
    assert not changes(read)


def test_the_ministry_confirms(client_for: Any, demo: Any, draft: Any, read: Any, text: Any, post: Any) -> None:
    assert draft(legal_form="Stichting", markets=["CO"], add_market="PE", summary_en="At once.").status_code == 303
    change = in_state(read, "submitted")
    before = profile(read, demo)
    assert (before.summary_en, before.legal_form, before.markets) == ("At once.", None, ["CO"])
    for persona in ("officer", "decision_maker", "auditor", "other_manager", "member"):
        client = client_for(persona)
        assert client.get("/profile-changes").status_code == 403, persona
        assert client.get(f"/profile-changes/{change.id}").status_code == 404, persona
        assert post(client, f"/profile-changes/{change.id}", page="/account", action="publish").status_code in (
            403,
            404,
        )
    assert decide(client_for("manager"), post, change, "publish").status_code == 403
    assessor = client_for("assessor")
    assert "Legal form" in text(assessor.get("/profile-changes"))
    page = text(assessor.get(f"/profile-changes/{change.id}"))
    assert "Stichting" in page and "Peru" in page and "At once." not in page
    assert decide(assessor, post, change, "publish", version="99").status_code == 409
    assert decide(assessor, post, change, "publish").status_code == 303
    after = profile(read, demo)
    assert (after.legal_form, after.markets) == ("Stichting", ["CO", "PE"])
    served = read(lambda s: set(s.execute(select(HubMarket.market).where(HubMarket.hub_id == after.id)).scalars()))
    assert served == {"CO", "PE"}
    assert decide(assessor, post, change, "publish", version="").status_code == 409
    assert "Nothing to confirm" in text(assessor.get("/profile-changes"))


def test_who_has_an_interest_or_made_it_does_not_decide(
    client_for: Any, demo: Any, app: Any, draft: Any, read: Any, text: Any, post: Any
) -> None:
    draft(legal_form="Stichting")
    change = in_state(read, "submitted")
    with app.app_context():
        db.session.add(
            Interest(
                id=new_id(), person_id=demo.people["assessor"].id, hub_id=demo.organisations["hub_a"],
                declared_at=utcnow(),
            )
        )  # fmt: skip
        db.session.get(ProfileChange, change.id).edited_by = demo.people["assessor_2"].id
        db.session.commit()
    change = in_state(read, "submitted")
    for persona in ("assessor", "assessor_2"):
        client = client_for(persona)
        page = text(client.get(f"/profile-changes/{change.id}"))
        assert "Somebody else decides" in page and 'value="publish"' not in page
        assert decide(client, post, change, "publish").status_code == 403
        assert decide(client, post, change, "send_back", reason="No.").status_code == 403
    refused = read(lambda s: list(s.execute(select(Event.data).where(Event.kind == "profile_change.attempt_refused"))))
    assert [row[0]["grounds"] for row in refused] == [["interest"], ["interest"]]
    assert profile(read, demo).legal_form is None
    assert decide(client_for("administrator"), post, change, "publish").status_code == 303


def test_sent_back_with_why_beside_the_field_and_handed_in_again(
    client_for: Any, demo: Any, draft: Any, read: Any, text: Any, post: Any
) -> None:
    draft(legal_form="Club", member_count="40")
    assessor, manager = client_for("assessor"), client_for("manager")
    change = in_state(read, "submitted")
    refused = decide(assessor, post, change, "send_back", reason="")
    assert refused.status_code == 422 and "Say what is not right" in text(refused)
    draft("save", website="https://begun.example.com")  # the hub went on meanwhile
    sent = decide(assessor, post, change, "send_back", reason_legal_form="The statutes say otherwise.")
    assert sent.status_code == 303, text(sent)
    (back,) = changes(read)
    assert (back.state, back.reasons) == ("sent_back", {"legal_form": "The statutes say otherwise."})
    assert back.values == {"legal_form": "Club", "member_count": 40, "website": "https://begun.example.com"}
    event = read(lambda s: s.execute(select(Event).where(Event.kind == "profile_change.send_back")).scalar_one())
    assert "statutes" not in str(event.data)
    page = text(manager.get(PATH))
    assert "The statutes say otherwise." in page and "Club" in page
    assert "The ministry sent changes back" in text(manager.get("/organisation"))
    assert draft(legal_form="Vereniging", member_count="40", website="https://begun.example.com").status_code == 303
    again = in_state(read, "submitted")
    assert again.values == {"legal_form": "Vereniging", "member_count": 40} and again.reasons == {}
    assert profile(read, demo).website == "https://begun.example.com"


def test_after_it_was_sent_back_the_ministry_sees_nothing_of_the_new_draft(
    client_for: Any, demo: Any, draft: Any, read: Any, text: Any, post: Any, app: Any
) -> None:
    def seen() -> str:
        page = client_for("assessor").get(f"/profile-changes/{change.id}")
        with app.test_request_context("/"):
            row = db.session.get(ProfileChange, change.id)
            by_api = change_shown(row, actor=actor_for(demo, "assessor"))
            db.session.remove()
        assert page.status_code == 200
        return text(page) + str(by_api)

    draft(legal_form="Club")
    change = in_state(read, "submitted")
    assert "Club" in seen()
    draft("save", legal_form="Club", website="https://begun.example.com")  # drafted beside what waits
    assert decide(client_for("assessor"), post, change, "send_back", reason="No.").status_code == 303
    assert in_state(read, "sent_back").values == {"legal_form": "Club", "website": "https://begun.example.com"}
    assert "begun.example.com" not in seen() and "The hub is working on this." in seen()
    draft("save", legal_form="Secret society")
    assert "Secret" not in seen() and "Secret" in text(client_for("manager").get(f"/profile-changes/{change.id}"))
    draft(legal_form="Secret society")
    assert "Secret" in seen() and "The hub is working on this." not in seen()
    again = in_state(read, "submitted")
    assert decide(client_for("assessor"), post, again, "send_back", reason="No.").status_code == 303
    assert "Secret" in seen()  # sent back as it was handed in


def test_everybody_who_edited_made_it(client_for: Any, demo: Any, app: Any, draft: Any, read: Any, post: Any) -> None:
    """Not the last editor only: a draft that goes up in another brings its makers along."""

    def drafts(persona: str, action: str, values: dict[str, Any]) -> None:
        with app.app_context(), app.test_request_context("/"):
            hub = db.session.get(HubProfile, demo.organisations["hub_a"])
            actor = replace(actor_for(demo, "manager"), id=demo.people[persona].id, person_id=demo.people[persona].id)
            made = save_draft(hub, values={**facts_of(hub), **values}, actor=actor, now=utcnow())
            if action == "submit":
                submit_change(made, actor=actor, now=utcnow())
            db.session.commit()

    drafts("assessor", "save", {"legal_form": "Club"})
    drafts("manager", "submit", {"legal_form": "Vereniging"})
    change = in_state(read, "submitted")
    assert change.edited_by == demo.people["manager"].id
    assert decide(client_for("assessor"), post, change, "publish").status_code == 403
    waiting = [task for task in tasks_seen(app, demo, "assessor") if task.kind == "confirm_profile"]
    assert not waiting and any(task.kind == "confirm_profile" for task in tasks_seen(app, demo, "assessor_2"))
    drafts("assessor_2", "save", {"legal_form": "Vereniging", "member_count": 7})
    drafts("manager", "submit", {"legal_form": "Vereniging", "member_count": 8})  # extends what waits
    change = in_state(read, "submitted")
    assert change.values == {"legal_form": "Vereniging", "member_count": 8}
    assert decide(client_for("assessor_2"), post, change, "publish").status_code == 403
    assert decide(client_for("administrator"), post, change, "publish").status_code == 303


def tasks_seen(app: Any, demo: Any, persona: str) -> Any:
    with app.app_context(), app.test_request_context("/"):
        found = tasks_of(actor_for(demo, persona), utcnow().date())
        db.session.remove()
        return found


def test_what_waits_takes_up_more_can_be_taken_back_and_reverted(
    client_for: Any, demo: Any, draft: Any, read: Any, text: Any, post: Any
) -> None:
    draft(legal_form="Stichting")
    draft(legal_form="Stichting", member_count="12", summary_en="Second time.")
    waiting = in_state(read, "submitted")
    assert waiting.values == {"legal_form": "Stichting", "member_count": 12}
    assert profile(read, demo).summary_en == "Second time."
    draft("save", legal_form="Stichting", member_count="13", summary_en="Second time.")
    assert in_state(read, "draft").values == {"member_count": 13}
    assert decide(client_for("manager"), post, in_state(read, "submitted"), "take_back").status_code == 303
    (own,) = [row for row in changes(read) if row.state in ("draft", "submitted")]
    assert (own.state, own.values) == ("draft", {"legal_form": "Stichting", "member_count": 13})
    draft(legal_form="Stichting", member_count="", summary_en="Second time.")
    assert in_state(read, "submitted").values == {"legal_form": "Stichting"}
    draft(legal_form="", summary_en="Second time.")  # as it is published: waits no more
    assert not [row for row in changes(read) if row.state == "submitted"]


def test_the_history_tells_field_by_field_and_leads_back(
    client_for: Any, demo: Any, draft: Any, read: Any, text: Any, post: Any
) -> None:
    draft(summary_en="One.", legal_form="Stichting")
    decide(client_for("assessor"), post, in_state(read, "submitted"), "publish")
    draft(summary_en="Two.", legal_form="Stichting", website="https://two.example.com")
    manager = client_for("manager")
    page = text(manager.get("/organisation/history"))
    assert "confirmed by the ministry" in page and "Pilar Verzonnen" in page
    assert page.index("Two.") < page.index("Stichting") < page.index("Fictional hub for tests.")
    rows = read(lambda s: list(s.execute(select(Revision).order_by(Revision.id)).scalars()))
    assert rows[-1].changes == {"summary_en": ["One.", "Two."], "website": [None, "https://two.example.com"]}
    first = f"/organisation/history/{rows[0].id}"
    for persona, status in (("other_manager", 404), ("staff", 403), ("officer", 403), ("head", 404)):
        assert post(client_for(persona), first, page="/account").status_code == status, persona
    assert "Two." not in text(client_for("other_manager").get("/organisation/history"))
    assert post(manager, first, page="/organisation/history").status_code == 303
    made = in_state(read, "draft")
    assert made.values == {"summary_en": "Fictional hub for tests.", "legal_form": None, "website": None}
    assert profile(read, demo).summary_en == "Two."
    assert post(manager, f"/organisation/history/{new_id()}", page="/organisation/history").status_code == 404


def test_offers_and_offices_stand_in_the_history_with_a_form_that_puts_back(
    client_for: Any, demo: Any, read: Any, text: Any, post: Any
) -> None:
    manager = client_for("manager")
    offer = read(
        lambda s: s.execute(
            select(ServiceOffer).where(
                ServiceOffer.organisation_id == demo.organisations["hub_a"], ServiceOffer.service == "networking"
            )
        ).scalar_one()
    )
    path = f"/organisation/offers/{offer.id}"
    changed = {"service": "networking", "price_kind": "fixed", "price": "450", "currency": "EUR", "is_published": "y"}
    assert post(manager, path, **changed).status_code == 303
    row = read(lambda s: s.execute(select(Revision)).scalar_one())
    assert row.changes == {"price_cents": [9500, 45000], "price_unit": ["hour", "fixed"]}
    page = text(manager.get("/organisation/history"))
    assert f"{path}?revision={row.id}" in page and "450" in page
    back = text(manager.get(f"{path}?revision={row.id}"))
    assert 'value="95"' in back and "450" not in back
    assert manager.get(f"/organisation/offers/{offer.id}?revision={new_id()}").status_code == 404


def test_a_service_outside_the_accreditation_waits(
    client_for: Any, demo: Any, app: Any, read: Any, text: Any, post: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr("hubs.directory.views.offers.is_outside_scope", lambda hub, service, on: service == "advocacy")
    manager = client_for("manager")
    data = {"service": "advocacy", "price_kind": "free", "currency": "EUR", "is_published": "y"}
    sent = post(manager, "/organisation/offers/new", **data)
    assert sent.status_code == 303
    waiting = in_state(read, "submitted")
    assert waiting.values == {"added_services": ["advocacy"]}
    offer = read(lambda s: s.execute(select(ServiceOffer).where(ServiceOffer.service == "advocacy")).scalar_one())
    assert offer.is_published is False
    assert "Waits for the ministry" in text(manager.get("/organisation"))
    change = {**data, "price_kind": "hour", "price": "80"}
    assert post(manager, f"/organisation/offers/{offer.id}", **change).status_code == 303
    assert decide(client_for("assessor"), post, in_state(read, "submitted"), "publish").status_code == 303
    offer = read(lambda s: s.get(ServiceOffer, offer.id))
    assert offer.is_published is True and offer.price_cents == 8000
    assert post(manager, f"/organisation/offers/{offer.id}", **change).status_code == 303  # shown already: stays shown
    assert read(lambda s: s.get(ServiceOffer, offer.id)).is_published is True


def test_who_works_for_one_office_edits_that_one_only(
    client_for: Any, demo: Any, app: Any, read: Any, text: Any, post: Any
) -> None:
    from hubs.accounts.models import Membership, Office

    with app.app_context():
        other = Office(
            id=new_id(), organisation_id=demo.organisations["hub_a"], position=1, city="Cali", market="CO",
            timezone="America/Bogota", hours={"0": [["09:00", "17:00"]]},
        )  # fmt: skip
        db.session.add(other)
        db.session.flush()
        second = other.id
        db.session.execute(
            select(Membership).where(Membership.person_id == demo.people["manager"].id)
        ).scalar_one().office_id = demo.offices["hub_a"]
        db.session.commit()
    manager, own = client_for("manager"), f"/organisation/offices/{demo.offices['hub_a']}"
    page = text(manager.get("/organisation"))
    assert own in page and second not in page and "/organisation/offers/new" not in page
    assert manager.get(own).status_code == 200 and manager.get(f"/organisation/offices/{second}").status_code == 404
    for path in (PATH, "/organisation/offers/new", "/organisation/offices/new", "/organisation/liaisons/new"):
        assert manager.get(path).status_code == 403, path
        assert post(manager, path, page="/account").status_code == 403, path
    assert post(manager, f"{own}/close", page="/account").status_code == 403
    assert post(manager, "/organisation", page="/account", action="confirm").status_code == 403
    with app.app_context(), app.test_request_context("/"):  # and below the pages
        limited = replace(actor_for(demo, "manager"), office_id=demo.offices["hub_a"])
        hub = db.session.get(HubProfile, demo.organisations["hub_a"])
        with pytest.raises(NotPermitted):
            edit_hub_profile(hub, values={"summary_en": "No."}, actor=limited, now=utcnow())
        with pytest.raises(NotPermitted):
            edit_office(db.session.get(Office, second), values={"city": "No"}, actor=limited, now=utcnow())
        edit_office(db.session.get(Office, limited.office_id), values={"city": "Yes"}, actor=limited, now=utcnow())
        db.session.rollback()


def test_a_confirmed_field_is_never_published_by_the_hub(app: Any, demo: Any, read: Any) -> None:
    """The one door below the pages and the API."""
    now = utcnow()
    with app.app_context(), app.test_request_context("/"):
        hub = db.session.get(HubProfile, demo.organisations["hub_a"])
        values = {"summary_en": "Now.", "staff_count": 4, "hub_type": "holland_house"}
        edit_hub_profile(hub, values=values, actor=actor_for(demo, "manager"), now=now)
        db.session.commit()
    after = profile(read, demo)
    assert (after.summary_en, after.staff_count, after.hub_type) == ("Now.", None, None)
    assert in_state(read, "submitted").values == {"staff_count": 4, "hub_type": "holland_house"}
