"""Path values for every address that has any: objects of several organisations in the small world, and absent ones.

Made through the real operations where there is one. `tests/test_routes.py` fails for a rule that is missing here.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from io import BytesIO
from typing import Any

from sqlalchemy import select

from hubs.accounts.links import token_for
from hubs.accounts.models import ApiClient, Membership, Office, Person
from hubs.accounts.operations.own_account import make_link
from hubs.accounts.permissions import SCOPES
from hubs.agreements.models import Agreement
from hubs.companies.links import consent_token
from hubs.companies.models import Company, CompanyRecord
from hubs.core.clock import local_day, utcnow
from hubs.core.events import Event
from hubs.core.tokens import hash_token
from hubs.core.types import new_id
from hubs.core.uploads import receive
from hubs.directory.models import (
    CapacityChange,
    Closure,
    HubProfile,
    Liaison,
    PostProfile,
    ProfileChange,
    Revision,
    ServiceOffer,
)
from hubs.directory.still_right import still_right_token
from hubs.extensions import db
from hubs.referrals.complaints import complain
from hubs.referrals.lists.bulk import Wish, act_on_many
from hubs.referrals.lists.saving import save_view
from hubs.referrals.models import Referral, SupportRequest
from hubs.referrals.operations import act_on_referral, act_on_request, add_file
from hubs.referrals.room import CapacityPause, ExcludedPair
from hubs.referrals.tracking import confirmation_token, tracking_token
from tests.files import pdf
from tests.referrals import company_samples
from tests.referrals.builders import _someone_of, actor_for, destinations, entrepreneur, question
from tests.world import CAST, World, agreement

ABSENT_ID = "0" * 25 + "9"
Values = dict[str, Any]


@dataclass(frozen=True)
class Subject:
    """Values for the path, and the organisations (short names) it belongs to."""

    values: Values
    of: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Sample:
    """What an endpoint can be asked for. `everybody`: whoever holds the permission sees all of them.

    `find` gives the object whose `parties` decide whether the permission holds for it.
    """

    subjects: tuple[Subject, ...]
    absent: Values
    everybody: bool = False
    find: Callable[[Values], Any] | None = None
    beyond: frozenset[str] = frozenset()  # personas who reach every organisation's
    no_strangers: bool = False  # whoever holds the permission reaches all; others only see their own

    def theirs(self, persona: str, organisation: str) -> Subject | None:
        if self.everybody or persona in self.beyond:
            return self.subjects[0]
        return next((each for each in self.subjects if organisation in each.of), None)

    def foreign(self, persona: str, organisation: str) -> Subject | None:
        if self.everybody or persona in self.beyond:
            return None
        return next((each for each in self.subjects if organisation not in each.of), None)


@dataclass
class Samples:
    """Everything the walk needs, as plain values."""

    by_endpoint: dict[str, Sample] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)


def make(demo: World) -> Samples:
    """Fill the world and list what an endpoint can be asked for; the caller commits."""
    made = Samples(tokens=_clients(demo))
    questions = _questions(demo)
    _put(made, _questions_and_referrals(demo, questions))
    _put(made, _links(demo, questions["post"]))
    _put(made, _lists(demo, questions))
    _put(made, _agreements(demo))
    _put(made, _organisations(demo))
    _put(made, _people(demo))
    _put(made, _guideline(demo))
    _put(made, _proposals(demo))
    _put(made, _letters(demo))
    _put(made, _decisions(demo))
    _put(made, _accreditations(demo))
    _put(made, _assessments(demo))
    _put(made, _results_and_calibration(demo))
    _put(made, _reference())
    _put(made, _missions(demo))
    _put(made, _mail(demo))
    return made


def _put(made: Samples, listed: dict[str, Sample]) -> None:
    for names, sample in listed.items():
        made.by_endpoint.update(dict.fromkeys(names.split(), sample))


def _one(values: Values, *of: str) -> Subject:
    return Subject(values, frozenset(of))


def _each(name: str, listed: dict[tuple[str, ...], Any]) -> tuple[Subject, ...]:
    return tuple(_one({name: value}, *of) for of, value in listed.items())


def _by_id(model: Any, name: str) -> Callable[[Values], Any]:
    return lambda values: db.session.get(model, values[name])


def _by_reference(model: Any) -> Callable[[Values], Any]:
    return lambda values: db.session.execute(
        select(model).where(model.reference == values["reference"])
    ).scalar_one_or_none()


# --- questions and referrals -------------------------------------------------------------------------------

KVK = {"post": "90000101", "hub_a": "90000102", "far_post": "90000103", "ministry": "90000104", "partner": "90000105"}


def _questions(demo: World) -> dict[str, SupportRequest]:
    """A question of each kind of desk; the post's and the far post's are referred, each to a hub in its market."""
    made = {
        "post": question(demo, kvk=KVK["post"]),
        "hub_a": question(demo, owner="hub_a", kvk=KVK["hub_a"]),
        "far_post": question(demo, owner="far_post", market="VN", kvk=KVK["far_post"]),
        "ministry": question(demo, owner="ministry", market=None, services=(), consent=None, kvk=KVK["ministry"]),
        "partner": question(demo, owner="partner", kvk=KVK["partner"]),
    }
    for desk, hub, persona in (("post", "hub_a", "officer"), ("far_post", "far_hub", "far_officer")):
        data = {"destinations": destinations(demo, hub)}
        act_on_request(made[desk], "refer", actor=actor_for(demo, persona), now=utcnow(), data=data)
    signposted = question(demo, kvk="90000106", consent=["partner"], services=("subsidy_advice",))
    data = {"mode": "warm", "destinations": destinations(demo, "partner")}
    act_on_request(signposted, "signpost", actor=actor_for(demo, "officer"), now=utcnow(), data=data)
    ended = question(demo, kvk="90000107")
    act_on_request(
        ended, "refer", actor=actor_for(demo, "officer"), now=utcnow(),
        data={"destinations": destinations(demo, "hub_b"), "reason": "client_choice"},
    )  # fmt: skip
    act_on_referral(
        ended.referrals[0], "decline", actor=actor_for(demo, "other_manager"), now=utcnow(),
        data={"reason": "no_capacity"},
    )  # fmt: skip
    return {**made, "signposted": signposted, "ended": ended}


def _questions_and_referrals(demo: World, questions: dict[str, SupportRequest]) -> dict[str, Sample]:
    owned = {(name,): questions[name] for name in ("post", "hub_a", "far_post", "ministry", "partner")}
    sent = {
        ("post", "hub_a"): questions["post"].referrals[0],
        ("far_post", "far_hub"): questions["far_post"].referrals[0],
        ("post", "partner"): questions["signposted"].referrals[0],
        ("post", "hub_b"): questions["ended"].referrals[0],
    }
    records = {of: asked.company_id for of, asked in owned.items()}
    for asked in owned.values():
        complain(asked, "Ik wacht al lang.", actor=entrepreneur(asked), now=utcnow())
    running = {of: row for of, row in sent.items() if "hub_b" not in of}
    files = _files(demo, owned, running)
    kept = {of[1:]: row for of, row in running.items() if "partner" not in of}
    pauses, pairs = _restraints(kept)
    return {
        "referrals.capacity_pause_lift": Sample(
            _each("pause_id", pauses), {"pause_id": ABSENT_ID}, find=_by_id(CapacityPause, "pause_id")
        ),
        "referrals.capacity_conflict_lift": Sample(
            _each("pair_id", pairs), {"pair_id": ABSENT_ID}, find=_by_id(ExcludedPair, "pair_id")
        ),
        "referrals.question_handling referrals.question_handle "
        "referrals.question_show referrals.question_act referrals.question_edit referrals.question_write "
        "referrals.question_print referrals.question_not_public referrals.complaint_show": Sample(
            _each("reference", {of: asked.reference for of, asked in owned.items()}),
            {"reference": "H-222-222"},
            find=_by_reference(SupportRequest),
        ),
        "referrals.referral_handling referrals.referral_handle "
        "referrals.referral_show referrals.referral_act referrals.referral_write referrals.referral_print": Sample(
            _each("reference", {of: referral.reference for of, referral in sent.items()}),
            {"reference": "D-222-222-1"},
            find=_by_reference(Referral),
        ),
        "referrals.question_file referrals.question_file_act": Sample(
            tuple(_one({"reference": asked.reference, "file_id": files[asked.id]}, *of) for of, asked in owned.items()),
            {"reference": owned["post",].reference, "file_id": ABSENT_ID},
            find=_by_reference(SupportRequest),
        ),
        "referrals.referral_file referrals.referral_file_act": Sample(
            tuple(_one({"reference": row.reference, "file_id": files[row.id]}, *of) for of, row in running.items()),
            {"reference": running["post", "hub_a"].reference, "file_id": ABSENT_ID},
            find=_by_reference(Referral),
        ),
        "api.support_request_file_show api.support_request_file_remove": Sample(
            tuple(_one({"request_id": asked.id, "file_id": files[asked.id]}, *of) for of, asked in owned.items()),
            {"request_id": owned["post",].id, "file_id": ABSENT_ID},
            find=_by_id(SupportRequest, "request_id"),
        ),
        "api.referral_file_show api.referral_file_remove": Sample(
            tuple(_one({"referral_id": row.id, "file_id": files[row.id]}, *of) for of, row in running.items()),
            {"referral_id": running["post", "hub_a"].id, "file_id": ABSENT_ID},
            find=_by_id(Referral, "referral_id"),
        ),
        "api.support_request_show api.support_request_edit api.support_request_route api.support_request_act "
        "api.support_request_message_list api.support_request_message_create api.support_request_file_list "
        "api.support_request_file_create api.support_request_handling api.support_request_handle": Sample(
            _each("request_id", {of: asked.id for of, asked in owned.items()}),
            {"request_id": ABSENT_ID},
            find=_by_id(SupportRequest, "request_id"),
        ),
        "api.referral_show api.referral_act api.referral_message_list api.referral_message_create "
        "api.referral_file_list api.referral_file_create api.referral_handling api.referral_handle": Sample(
            _each("referral_id", {of: referral.id for of, referral in sent.items()}),
            {"referral_id": ABSENT_ID},
            find=_by_id(Referral, "referral_id"),
        ),
        company_samples.BY_COMPANY: Sample(_each("company_id", records), {"company_id": ABSENT_ID}, find=_record),
        company_samples.BY_PERSON: Sample(
            tuple(_one(values, *of) for of, values in company_samples.people(owned).items()),
            {"company_id": ABSENT_ID, "person_id": ABSENT_ID},
            find=company_samples.person_of,
        ),
        company_samples.BY_MERGE: Sample(
            _each("merge_id", company_samples.merges(demo)), {"merge_id": ABSENT_ID}, find=company_samples.merge_of
        ),
        company_samples.BY_FEEDBACK: Sample(
            _each("feedback_id", company_samples.answers(owned)),
            {"feedback_id": ABSENT_ID},
            find=company_samples.feedback_of,
        ),
        "api.client_contact_show": _client_contacts(demo, questions),
    }


def _restraints(referrals: dict[tuple[str, ...], Referral]) -> tuple[dict[Any, str], dict[Any, str]]:
    """A pause of another service and a conflict with another company, of the hub that got each referral."""
    pauses, pairs, now = {}, {}, utcnow()
    other = db.session.execute(select(Company.id).where(Company.registration_number == KVK["ministry"])).scalar_one()
    for of, referral in referrals.items():
        until = now + timedelta(days=9)
        whose = {"organisation_id": referral.to_id, "referral_id": referral.id, "created_at": now}
        pause = CapacityPause(
            office_id=referral.to_office_id, services=["office_space"], until_on=until.date(), until_at=until, **whose
        )
        pair = ExcludedPair(company_id=other, **whose)
        db.session.add_all([pause, pair])
        db.session.flush()
        pauses[of], pairs[of] = pause.id, pair.id
    return pauses, pairs


def _record(values: Values) -> Any:
    statement = select(CompanyRecord).where(CompanyRecord.company_id == values["company_id"])
    return db.session.execute(statement.limit(1)).scalar_one_or_none()


def _client_contacts(demo: World, questions: dict[str, SupportRequest]) -> Sample:
    from hubs.companies.models import ClientContact
    from hubs.companies.operations import record_client_contact

    ids: dict[tuple[str, ...], str] = {}
    for name, persona in (("post", "officer"), ("hub_a", "staff"), ("far_post", "far_officer"), ("partner", None)):
        company_id = questions[name].company_id
        if company_id is None or persona is None:
            continue
        contact = record_client_contact(
            organisation_id=demo.organisations[name], company_id=company_id, now=utcnow(), channel="telephone",
            actor=actor_for(demo, persona),
        )  # fmt: skip
        db.session.flush()
        ids[(name,)] = contact.id
    return Sample(_each("contact_id", ids), {"contact_id": ABSENT_ID}, find=_by_id(ClientContact, "contact_id"))


def _files(demo: World, owned: dict[Any, SupportRequest], running: dict[Any, Referral]) -> dict[str, str]:
    """A file with each question, and one of the receiver with each referral, by the id of what it is with."""
    received = receive(io.BytesIO(pdf()), "voorbeeld.pdf")
    made: dict[str, str] = {}
    for (desk,), asked in owned.items():
        actor = _someone_of(demo, desk)
        made[asked.id] = add_file(asked, received, actor=actor, now=utcnow()).id
    for (_desk, place), row in running.items():
        actor = _someone_of(demo, place)
        made[row.id] = add_file(row.support_request, received, actor=actor, now=utcnow(), referral=row).id
    return made


def _lists(demo: World, questions: dict[str, SupportRequest]) -> dict[str, Sample]:
    """A shared view and something done to many, of a post and of a hub."""
    views: dict[tuple[str, ...], Any] = {}
    actions: dict[tuple[str, ...], Any] = {}
    for place, persona in (("post", "head"), ("hub_a", "manager")):
        actor, now = actor_for(demo, persona), utcnow()
        kept = {"is_shared": True, "is_default": False, "actor": actor, "now": now}
        views[(place,)] = save_view("questions", "Proeflijst", {"market": "CO"}, **kept).id
        wish = Wish("assign", handler_id=demo.people[persona].id)
        done = act_on_many([questions[place].reference], wish, actor=actor, now=now)
        actions[(place,)] = done.bulk_id
    return {
        "referrals.saved_view_edit referrals.saved_view_act": Sample(_each("view_id", views), {"view_id": ABSENT_ID}),
        "referrals.bulk_action_act": Sample(_each("bulk_id", actions), {"bulk_id": ABSENT_ID}),
    }


def _links(demo: World, asked: SupportRequest) -> dict[str, Sample]:
    """Links that need no sign-in: the token is the key."""
    person = db.session.get_one(Person, demo.people["assessor"].id)
    invited = make_link(person, "reset", now=utcnow())
    draft = question(demo, kvk="90000108", submit=False)
    draft.created_by = None
    db.session.flush()

    def known(token: str) -> Sample:
        return Sample((_one({"token": token}),), {"token": "forged"}, everybody=True)

    return {
        **{names: known(token) for names, token in company_samples.tokens(demo).items()},
        "referrals.track referrals.track_act": known(tracking_token(asked)),
        "referrals.track_file": Sample(
            (_one({"token": tracking_token(asked), "file_id": _own_file(asked)}),),
            {"token": tracking_token(asked), "file_id": ABSENT_ID},
            everybody=True,
        ),
        "referrals.ask_confirm": known(confirmation_token(draft)),
        "referrals.consent referrals.consent_act": known(
            consent_token(str(asked.consent_id), asked.contact_person.email if asked.contact_person else None)
        ),
        "accounts.password_set": known(token_for(invited)),
        "static": Sample((_one({"filename": "app.css"}),), {"filename": "absent.css"}, everybody=True),
    }


def _own_file(asked: SupportRequest) -> str:
    """A file that the entrepreneur added."""
    with BytesIO(pdf()) as content:
        received = receive(content, "offerte.pdf")
    return add_file(asked, received, actor=entrepreneur(asked), now=utcnow()).id


# --- agreements, organisations, people ---------------------------------------------------------------------


def _agreements(demo: World) -> dict[str, Sample]:
    """One in force, one drafted by each side, and one between strangers."""
    draft = {"state": "draft", "starts_on": date.today() + timedelta(days=5)}
    by_post = agreement(demo, "hub_a", "post", **draft)
    by_hub = agreement(demo, "hub_b", "post", **draft)
    by_hub.drafted_by_id = demo.organisations["hub_b"]
    for row in (by_post, by_hub):
        row.drop_signatures()
        row.offered_at = None
    db.session.flush()
    listed = {
        ("post",): by_post.id,  # a draft is its drafter's alone
        ("hub_b",): by_hub.id,
        ("post", "hub_a"): demo.agreements["hub_a"],
        ("far_post", "far_hub"): demo.agreements["far_hub"],
        ("post", "hub_dev"): demo.agreements["hub_dev"],
    }
    sample = Sample(_each("agreement_id", listed), {"agreement_id": ABSENT_ID}, find=_by_id(Agreement, "agreement_id"))
    return {
        "agreements.agreement_show agreements.agreement_act agreements.agreement_edit "
        "api.agreement_show api.agreement_edit api.agreement_act": sample
    }


def _organisations(demo: World) -> dict[str, Sample]:
    names = ("post", "hub_a", "far_post", "far_hub", "hub_b", "hub_dev", "partner", "ministry")
    offices = {(name,): demo.offices[name] for name in names if name in demo.offices}
    hubs = {(name,): demo.organisations[name] for name in ("hub_a", "hub_b", "far_hub")}
    offers = {(name,): _offer(demo, name) for name in ("hub_a", "far_hub", "hub_b", "hub_dev")}
    seen_by_all = {"everybody": True}
    liaisons = {(name,): _liaison(demo, name) for name in ("hub_a", "far_hub", "post", "partner")}
    revisions = {(name,): _revision(demo, name) for name in ("hub_a", "far_hub", "post", "partner")}
    changes = {(name,): _profile_change(demo, name) for name in ("hub_a", "far_hub")}
    return {
        "directory.office_edit directory.office_close directory.closure_add directory.holiday_set "
        "directory.day_off_add directory.capacity_change_add": Sample(
            _each("office_id", offices), {"office_id": ABSENT_ID}, find=_by_id(Office, "office_id")
        ),
        "directory.closure_remove": Sample(
            tuple(_one({"office_id": office, "closure_id": _closure(office)}, *of) for of, office in offices.items()),
            {"office_id": demo.offices["post"], "closure_id": ABSENT_ID},
            find=_by_id(Office, "office_id"),
        ),
        "directory.capacity_change_end": Sample(
            tuple(_one({"office_id": office, "change_id": _capacity(office)}, *of) for of, office in offices.items()),
            {"office_id": demo.offices["post"], "change_id": ABSENT_ID},
            find=_by_id(Office, "office_id"),
        ),
        "api.capacity_change_show api.capacity_change_end": Sample(
            _each("change_id", {of: _capacity(office) for of, office in offices.items()}),
            {"change_id": ABSENT_ID},
            find=lambda values: db.session.get_one(CapacityChange, values["change_id"]).office,
        ),
        "api.closure_show api.closure_remove": Sample(
            _each("closure_id", {of: _closure(office) for of, office in offices.items()}),
            {"closure_id": ABSENT_ID},
            find=lambda values: db.session.get_one(Closure, values["closure_id"]).office,
        ),
        "directory.liaison_edit api.liaison_show api.liaison_edit api.liaison_remove": Sample(
            _each("liaison_id", liaisons), {"liaison_id": ABSENT_ID}, find=_by_id(Liaison, "liaison_id")
        ),
        "directory.profile_restore": Sample(
            _each("revision_id", revisions), {"revision_id": ABSENT_ID}, find=_by_id(Revision, "revision_id")
        ),
        "directory.profile_change_show directory.profile_change_act": Sample(
            _each("change_id", changes),
            {"change_id": ABSENT_ID},
            find=_by_id(ProfileChange, "change_id"),
            beyond=frozenset({"assessor", "assessor_2", "assessor_3", "administrator"}),
        ),
        "directory.still_right_show directory.still_right_confirm": Sample(
            (_one({"token": still_right_token(demo.people["manager"].id, demo.organisations["hub_a"])}),),
            {"token": "no-such-token"},
            **seen_by_all,
        ),
        "directory.offer_edit": Sample(
            _each("offer_id", offers), {"offer_id": ABSENT_ID}, find=_by_id(ServiceOffer, "offer_id")
        ),
        "directory.hub_show directory.hub_act directory.register_hub": Sample(
            (_one({"code": demo.codes["hub_a"]}),), {"code": "no-such-hub"}, **seen_by_all
        ),
        "directory.post_show": Sample((_one({"code": demo.codes["post"]}),), {"code": "no-such-post"}, **seen_by_all),
        "api.hub_show api.hub_edit api.hub_act": Sample(
            _each("hub_id", hubs), {"hub_id": ABSENT_ID}, find=_by_id(HubProfile, "hub_id"), **seen_by_all
        ),
        "api.post_show api.post_edit": Sample(
            _each("post_id", {(name,): demo.organisations[name] for name in ("post", "far_post")}),
            {"post_id": ABSENT_ID},
            find=_by_id(PostProfile, "post_id"),
            **seen_by_all,
        ),
        "api.profile_change_show api.profile_change_act": Sample(
            _each("change_id", changes),
            {"change_id": ABSENT_ID},
            find=_by_id(ProfileChange, "change_id"),
            beyond=frozenset({"assessor", "assessor_2", "assessor_3", "administrator"}),
        ),
        "api.partner_show": Sample(
            (_one({"partner_id": demo.organisations["partner"]}),), {"partner_id": ABSENT_ID}, True
        ),
        "api.service_offer_show api.service_offer_edit": Sample(
            _each("offer_id", offers), {"offer_id": ABSENT_ID}, find=_by_id(ServiceOffer, "offer_id"), **seen_by_all
        ),
    }


def _closure(office_id: str) -> str:
    closure = Closure(
        id=new_id(), office_id=office_id,
        starts_on=date.today() + timedelta(days=60), ends_on=date.today() + timedelta(days=61),
    )  # fmt: skip
    db.session.add(closure)
    db.session.flush()
    return closure.id


def _capacity(office_id: str) -> str:
    change = CapacityChange(
        id=new_id(), office_id=office_id, starts_on=date.today() + timedelta(days=60),
        ends_on=date.today() + timedelta(days=61), weekly_capacity=1, created_at=utcnow(),
    )  # fmt: skip
    db.session.add(change)
    db.session.flush()
    return change.id


def _liaison(demo: World, name: str) -> str:
    liaison = Liaison(id=new_id(), organisation_id=demo.organisations[name], name="Lia Proef", phone="+31 70 555")
    db.session.add(liaison)
    db.session.flush()
    return liaison.id


def _revision(demo: World, name: str) -> str:
    revision = Revision(
        id=new_id(), organisation_id=demo.organisations[name], subject_kind="profile", at=utcnow(),
        subject_id=demo.organisations[name], action="edit", changes={"website": [None, "https://a.example"]},
    )  # fmt: skip
    db.session.add(revision)
    db.session.flush()
    return revision.id


def _profile_change(demo: World, name: str) -> str:
    change = ProfileChange(
        id=new_id(), hub_id=demo.organisations[name], state="submitted", values={"legal_form": "Stichting"},
        edited_at=utcnow(), submitted_at=utcnow(),
    )  # fmt: skip
    db.session.add(change)
    db.session.flush()
    return change.id


def _offer(demo: World, name: str) -> str:
    statement = select(ServiceOffer.id).where(ServiceOffer.organisation_id == demo.organisations[name])
    return db.session.execute(statement.order_by(ServiceOffer.id).limit(1)).scalar_one()


def _people(demo: World) -> dict[str, Sample]:
    memberships = {
        (CAST[persona][0],): _membership(demo, persona)
        for persona in ("officer_2", "staff", "far_officer", "partner_staff", "other_manager", "dev_manager")
    }
    everything = {"everybody": True}
    organisation, office = demo.organisations["hub_a"], demo.offices["hub_a"]
    return {
        "accounts.membership_show accounts.hand_over accounts.person_absence_list": Sample(
            _each("membership_id", memberships), {"membership_id": ABSENT_ID},
            find=_by_id(Membership, "membership_id"), beyond=frozenset({"administrator"}),
        ),
        "accounts.organisation_edit accounts.desk_new": Sample(
            (_one({"organisation_id": organisation}),), {"organisation_id": ABSENT_ID}, **everything
        ),
        "accounts.desk_edit": Sample((_one({"office_id": office}),), {"office_id": ABSENT_ID}, **everything),
        "reference.row_list reference.row_new": Sample(
            (_one({"table_code": "services"}),), {"table_code": "absent"}, **everything
        ),
        "reference.row_edit": Sample(
            (_one({"table_code": "services", "key": "networking"}),),
            {"table_code": "services", "key": "absent"},
            **everything,
        ),
    }  # fmt: skip


def _membership(demo: World, persona: str) -> str:
    card = demo.people[persona]
    return db.session.execute(select(Membership.id).where(Membership.person_id == card.id)).scalar_one()


def _letters(demo: World) -> dict[str, Sample]:
    from tests.accreditation.letter_samples import letters

    return letters(demo)


def _proposals(demo: World) -> dict[str, Sample]:
    from tests.accreditation.samples import proposals

    return proposals(demo)


def _assessments(demo: World) -> dict[str, Sample]:
    from tests.accreditation.assessment_samples import assessments

    return assessments(demo)


def _accreditations(demo: World) -> dict[str, Sample]:
    from tests.accreditation.standing_samples import accreditations

    side_by_side = Sample((Subject({"market": "CO"}),), {"market": "QQ"}, everybody=True)
    return {**accreditations(demo), "accreditation.proposals_side_by_side": side_by_side}


def _decisions(demo: World) -> dict[str, Sample]:
    from tests.accreditation.decision_samples import decisions

    return decisions(demo)


def _guideline(demo: World) -> dict[str, Sample]:
    """The version in force for everybody, and a draft to edit for the ministry."""
    from hubs.guideline.operations import create_draft
    from hubs.guideline.queries import version_in_force

    now = utcnow()
    holding = version_in_force(local_day(now))
    assert holding is not None
    draft = create_draft(holding, name="routes", actor=actor_for(demo, "administrator"), now=now)
    criterion = draft.criteria[0]
    whole, part = {"version_id": draft.id}, {"version_id": draft.id, "criterion_id": criterion.id}
    absent = {"version_id": ABSENT_ID}
    listed = {
        "guideline.version_show guideline.version_act api.guideline_version_show "
        "api.guideline_version_compare api.guideline_version_self_test": ({"version_id": holding.id}, absent),
        "guideline.version_edit guideline.groups_edit guideline.criterion_new api.guideline_version_edit "
        "api.guideline_version_drop api.guideline_version_act": (whole, absent),
        "guideline.criterion_edit": (part, {**part, "criterion_id": ABSENT_ID}),
        "api.guideline_criterion_put api.guideline_criterion_edit api.guideline_criterion_remove": (
            {**whole, "code": criterion.code}, {**absent, "code": criterion.code}
        ),
    }  # fmt: skip
    return {names: Sample((_one(values),), gone, everybody=True) for names, (values, gone) in listed.items()}


def _results_and_calibration(demo: World) -> dict[str, Sample]:
    """An assessed proposal, one that nobody handed in, and a file that one assessor scores again."""
    from hubs.accreditation.models import CalibrationItem, CalibrationRound
    from tests.accreditation.builders import assessed_proposal, draft_proposal

    assessed = assessed_proposal(db.session, demo)
    draft = draft_proposal(db.session, demo, hub="hub_b", persona="other_manager")
    version = {"version_id": assessed.guideline_version_id}
    drawn = CalibrationRound(
        guideline_version_id=assessed.guideline_version_id, seed="routes", size=1, drawn_at=utcnow()
    )
    again = assessed_proposal(db.session, demo)
    drawn.items.append(CalibrationItem(proposal_id=again.id, person_id=demo.people["assessor_3"].id))
    db.session.add(drawn)
    db.session.flush()
    item = {"item_id": drawn.items[0].id}
    seen, unseen = ("ministry", "hub_new", "post"), ("hub_b",)
    theirs = Sample((_one(item),), {"item_id": ABSENT_ID}, everybody=True, find=_by_id(CalibrationItem, "item_id"))
    return {
        "accreditation.proposal_result": Sample(
            _each("reference", {seen: assessed.reference, unseen: draft.reference}), {"reference": "V-222-222"}
        ),
        "api.proposal_result": Sample(
            _each("proposal_id", {seen: assessed.id, unseen: draft.id}), {"proposal_id": ABSENT_ID}
        ),
        "accreditation.tryout api.guideline_version_try_out": Sample(
            (_one(version),), {"version_id": ABSENT_ID}, everybody=True
        ),
        "api.calibration_show": Sample(
            (_one({"calibration_id": drawn.id}),), {"calibration_id": ABSENT_ID}, everybody=True
        ),
        "accreditation.calibration_item_show accreditation.calibration_item_act api.calibration_item_show "
        "api.calibration_item_score api.calibration_item_act": theirs,
        "accreditation.calibration_score": Sample(
            (_one({**item, "criterion_code": "A1"}),), {"item_id": ABSENT_ID, "criterion_code": "A1"},
            everybody=True, find=_by_id(CalibrationItem, "item_id"),
        ),
    }  # fmt: skip


def _reference() -> dict[str, Sample]:
    event_id = db.session.execute(select(Event.id).order_by(Event.id).limit(1)).scalar_one()
    from hubs.companies.models import ConsentText

    version = db.session.execute(select(ConsentText.version).limit(1)).scalar_one()
    listed = {
        "api.event_show": ({"event_id": event_id}, {"event_id": 999_999_999}),
        "api.market_show": ({"code": "CO"}, {"code": "QQ"}),
        "api.sector_show": ({"code": "33"}, {"code": "no-such"}),
        "api.service_show": ({"code": "networking"}, {"code": "no-such"}),
        "api.code_list_show": ({"code": "channel"}, {"code": "no-such"}),
        "api.consent_text_show": ({"version": version}, {"version": "no-such"}),
    }
    return {name: Sample((_one(values),), absent, everybody=True) for name, (values, absent) in listed.items()}


# --- missions and mail -------------------------------------------------------------------------------------


def _missions(demo: World) -> dict[str, Sample]:
    from hubs.missions.models import Mission, MissionHub
    from tests.missions.samples import mission_values

    near = mission_values(demo, "post", "officer", "CO", "hub_a")
    far = mission_values(demo, "far_post", "far_officer", "VN", "far_hub")

    def sample(*names: str, model: Any = Mission, by: str = "mission_id", readers: bool = False) -> Sample:
        subjects = [
            _one({name: values[name] for name in ("mission_id", *names)}, post, *([hub] if readers else []))
            for values, post, hub in ((near, "post", "hub_a"), (far, "far_post", "far_hub"))
        ]
        absent = {"mission_id": near["mission_id"], **dict.fromkeys(names, ABSENT_ID)} if names else {}
        return Sample(tuple(subjects), absent or {"mission_id": ABSENT_ID}, find=_by_id(model, by))

    return {
        "missions.mission_show api.mission_show api.mission_act": sample(readers=True),
        "api.mission_edit api.mission_hub_create": sample(readers=True),
        "api.participant_list api.participant_create api.mission_import_create api.follow_up_list "
        "api.follow_up_create": sample(),
        "missions.hub_answer api.mission_hub_act": sample("ask_id", model=MissionHub, by="ask_id", readers=True),
        "missions.mission_act missions.mission_edit missions.hub_ask missions.participant_list "
        "missions.participant_new missions.import_new missions.intake missions.follow_up missions.step_add "
        "missions.follow_up_csv": sample(),
        "missions.participant_edit": sample("participant_id"),
        "api.participant_show api.participant_edit api.participant_remove api.participant_ask": sample(
            "participant_id"
        ),
        "api.follow_up_show api.follow_up_edit": sample("step_id"),
        "missions.import_show": sample("import_id"),
        "missions.step_tick": sample("step_id"),
    }


def _mail(demo: World) -> dict[str, Sample]:
    """The last to be made: a mail that arrives begins a transaction of its own."""
    from hubs.mailbox.models import IncomingMail
    from tests.mailbox.samples import DESKS, mail_ids

    db.session.commit()
    made = {name: mail_ids(demo, name) for name in DESKS}
    mails = {(name,): each[0] for name, each in made.items()}
    drafts = {(name,): each[1] for name, each in made.items()}
    return {
        "mailbox.mail_show mailbox.mail_act mailbox.mail_original": Sample(
            _each("mail_id", mails), {"mail_id": ABSENT_ID}, find=_by_id(IncomingMail, "mail_id")
        ),
        "mailbox.draft_complete": Sample(
            _each("reference", drafts), {"reference": "H-222-222"}, find=_by_reference(SupportRequest)
        ),
    }


# --- API clients -------------------------------------------------------------------------------------------


def _clients(demo: World) -> dict[str, str]:
    """A client with every scope for each persona's role."""
    tokens = {}
    for persona, (organisation, role, name) in CAST.items():
        tokens[persona] = f"route-token-{persona}"
        db.session.add(
            ApiClient(
                organisation_id=demo.organisations[organisation],
                name=f"CRM {name}",
                person_id=demo.people[persona].id,  # people assess and decide, by API too
                role=role,
                token_hash=hash_token(tokens[persona]),
                scopes=sorted(SCOPES),
                created_at=utcnow(),
            )  # fmt: skip
        )
    db.session.flush()
    return tokens
