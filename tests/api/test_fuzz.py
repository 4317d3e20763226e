"""Whatever is sent, the answer is a refusal or a result, never a failure of ours: nasty values at every place of
every body, in every filter, in paths and headers. Must hold on PostgreSQL too, which takes less than SQLite."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import select

from hubs.accreditation.models import (
    Accreditation,
    CalibrationItem,
    CalibrationRound,
    Decision,
    Hearing,
    Interest,
    Letter,
    Objection,
)
from hubs.core.clock import local_day, utcnow
from hubs.core.stored_files import StoredFile
from hubs.core.types import new_id
from tests.accreditation.builders import assessed_proposal, assigned_proposal
from tests.accreditation.standing_samples import granted, owed_under
from tests.api.conftest import mission, question
from tests.files import pdf
from tests.world import World

NASTY: list[Any] = [
    None, True, 0, -1, 1.5, 2**31, 2**63, 10**30, 1e308, -1e-300,
    "", " ", "\x00", "a\x00b", "\ud800", "a\udfffb", "\u2028", "\r\n\t", "x" * 70_000, "é" * 300, "😀" * 30,
    "\u202eabc",
    "0" * 26, "z" * 26, "H-7K4-29Q", "CO", "co", "01", "web", "market", "9999-12-31", "0001-01-01", "2026-02-30",
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-11-22T09:30:00", "'; drop table events; --",
    "%", "_", "\\",
    [], [None], [[]], [1], ["x"] * 1000, ["\x00"], ["0" * 26], {}, {"a": {}}, {"\ud800": 1}, {"": None}, [{}],
    [{"x": [{}]}],
]  # fmt: skip


def _deep(levels: int) -> Any:
    value: Any = "x"
    for level in range(levels):
        value = [value] if level % 2 else {"text": value}
    return value


NASTY += [_deep(300)]


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a body, the inner ones too."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in inner:
        yield (*path, key)
        yield from _places(below, (*path, key))


def _with(body: Any, path: tuple[Any, ...], value: Any) -> Any:
    made = copy.deepcopy(body)
    at = made
    for key in path[:-1]:
        at = at[key]
    if isinstance(at, dict) != isinstance(path[-1], str):
        raise TypeError("what stood here is another kind of thing by now")
    at[path[-1]] = value
    return made


def _variants(body: dict[str, Any], seed: str, most: int) -> Iterator[Any]:
    """Each place made nasty in some ways, a field too many, a field too few, and several at once."""
    draw = random.Random(seed)
    places = list(_places(body))
    every = [(path, value) for path in places for value in NASTY]
    for path, value in draw.sample(every, min(most, len(every))):
        yield _with(body, path, value)
    for value in NASTY:
        yield value
        yield {**body, "surplus": value}
    for name in body:
        yield {key: value for key, value in body.items() if key != name}
    for _ in range(10):
        made = body
        for path in draw.sample(places, min(3, len(places))):
            try:
                made = _with(made, path, draw.choice(NASTY))
            except (KeyError, IndexError, TypeError):
                continue
        yield made


def _bodies(demo: World, ids: dict[str, str]) -> dict[str, tuple[str, str, str, dict[str, Any]]]:
    """endpoint: (who, method, path, a body that is taken)."""
    hub, post = demo.organisations["hub_a"], demo.organisations["post"]
    terms = {
        "posts": [post], "directions": ["post_to_hub"], "services": ["networking"], "sectors": ["01"],
        "markets": ["CO"], "cities": ["Cali"], "targetGroups": ["sme"], "eitherTo": "hub",
        "startsOn": "2027-01-01", "endsOn": "2029-12-31",
        "noticeDays": 60, "conditionalOnAccreditation": False, "reviewMonth": 1, "decideHours": 16, "quoteDays": 10,
        "capacityShare": 50, "firstTalkFree": True, "consentTextVersion": "2026-1", "dataFields": ["company"],
        "declineReasons": ["no_capacity"], "liaisonHub": "Iemand",
    }  # fmt: skip
    offer = {
        "service": "regulation_info", "sectors": ["01"], "languages": ["es"], "priceCents": 9500, "currency": "EUR",
        "priceUnit": "hour", "priceIncludesVat": False, "leadTimeDays": 3, "isPublished": True,
    }  # fmt: skip
    change = {name: value for name, value in question().items() if name not in ("company", "consent", "channel")}
    dealing = {
        "company": ids["company"], "at": "2026-01-22T09:30:00Z", "channel": "visit", "market": "CO", "sector": "01",
        "service": "networking", "result": "introduction",
    }  # fmt: skip
    profile = {
        "summaryNl": "Wij helpen.", "languages": ["es"], "markets": ["CO"], "website": "https://example.nl/a",
        "contactEmail": "info@example.nl", "contactPhone": "+57 1 234", "firstTalkFree": True, "legalForm": "stichting",
        "foundedYear": 1990, "memberCount": 3, "staffCount": 2,
    }  # fmt: skip
    refer = {
        "action": "refer", "destinations": [{"organisation": hub, "services": ["commercial_referral"]}],
        "receiptHash": None, "reason": "other", "note": "Zo is het.", "mode": "warm",
        "services": ["commercial_referral"], "sanctionsChecked": True, "handler": None,
    }  # fmt: skip
    answer = {
        "action": "decline", "reason": "no_capacity", "outcome": "introduction", "note": "Helaas.", "channel": "email",
        "partnerReference": "P-1", "handler": None,
    }  # fmt: skip
    return {
        "support_request_create": ("post", "POST", "/support-requests", question()),
        "support_request_edit": ("post", "PATCH", f"/support-requests/{ids['question']}", change),
        "support_request_act": ("post", "POST", f"/support-requests/{ids['question']}/transitions", refer),
        "support_request_route": ("post", "POST", f"/support-requests/{ids['question']}/routing", {"x": 1}),
        "referral_act": ("hub_a", "POST", f"/referrals/{ids['referral']}/transitions", answer),
        "support_request_message_create": (
            "post", "POST", f"/support-requests/{ids['question']}/messages", {"to": "own", "text": "Belt morgen."},
        ),
        "referral_message_create": (
            "hub_a", "POST", f"/referrals/{ids['referral']}/messages", {"to": "desks", "text": "Komt eraan."},
        ),
        "company_create": (
            "post", "POST", "/companies",
            {"name": "Nieuw BV", "kvkNumber": "87654321", "country": "NL", "city": "Zwolle", "region": "Overijssel"},
        ),
        "company_edit": ("post", "PATCH", f"/companies/{ids['company']}", {"note": "Belt graag."}),
        "client_contact_create": ("post", "POST", "/client-contacts", dealing),
        "agreement_create": ("head", "POST", "/agreements", {"hub": hub, **terms}),
        "agreement_edit": ("head", "PATCH", f"/agreements/{ids['draft']}", terms),
        "agreement_act": (
            "head", "POST", f"/agreements/{ids['draft']}/transitions", {"action": "terminate", "note": "Klaar."}
        ),
        "hub_edit": ("hub_a", "PATCH", f"/hubs/{hub}", profile),
        "post_edit": (
            "head", "PATCH", f"/posts/{post}", {"districtCities": ["Cali"], "automaticServices": ["networking"]}
        ),
        "profile_change_act": (
            "assessor_2", "POST", f"/profile-changes/{ids['profile_change']}/transitions",
            {"action": "send_back", "reason": "Nee.", "reasons": [{"field": "legal_form", "reason": "Nee."}]},
        ),
        "hub_act": ("administrator", "POST", f"/hubs/{hub}/transitions", {"action": "accredit", "reason": "Zo."}),
        "service_offer_create": ("hub_a", "POST", "/service-offers", offer),
        "service_offer_edit": ("hub_a", "PATCH", f"/service-offers/{ids['offer']}", offer),
        **_proposal_bodies(f"/proposals/{ids['proposal']}"),
        **_guideline_bodies(f"/guideline-versions/{ids['guideline']}", ids["guideline"]),
        **_calibration_bodies(ids),
        **_assessment_bodies(demo, ids),
        **_accreditation_bodies(demo, ids),
        **_desk_bodies(demo, ids),
        **_mission_bodies(demo, ids),
        **_case_bodies(demo, ids),
        **_decision_bodies(demo, ids),
        **_letter_bodies(demo, ids),
    }  # fmt: skip


def _proposal_bodies(path: str) -> dict[str, tuple[str, str, str, dict[str, Any]]]:
    who = "new_manager"
    finance = {
        "accounts": [{"year": 2025, "membersCents": 100, "costsCents": 90}], "revenueModel": "Leden.",
        "publicFunding": None,
    }  # fmt: skip
    act = {
        "action": "submit", "note": "Zo.", "untilOn": "2027-01-01", "kind": "accredit", "reasons": "Omdat.",
        "departureReason": "other", "startsOn": "2027-01-01", "endsOn": "2029-12-31", "markets": ["CO"],
        "services": ["networking"], "conditions": [{"text": "Doe dit.", "owner": "hub", "dueOn": "2027-06-01"}],
    }  # fmt: skip
    return {
        "proposal_create": (who, "POST", "/proposals", {"kind": "new", "markets": ["CO"]}),
        "proposal_act": (who, "POST", f"{path}/transitions", act),
        "proposal_section_edit": (who, "PATCH", f"{path}/sections/finance", {"content": finance}),
        "proposal_evidence_create": (who, "POST", f"{path}/evidence", {"title": "Stuk", "documentOn": "2026-01-01"}),
    }


def _guideline_bodies(path: str, version: str) -> dict[str, tuple[str, str, str, dict[str, Any]]]:
    level = {"level": 2, "titleNl": "Deels", "titleEn": "Partly", "textNl": "Zin.", "textEn": "Sentence."}
    criterion = {
        "group": "market_need", "nameNl": "Nieuw", "nameEn": "New", "explanationNl": "Wat", "explanationEn": "What",
        "answer": "scale", "unit": None, "weight": "2.5", "rule": "mandatory", "threshold": 2, "better": "higher",
        "moment": "application", "kinds": ["new"], "marketLists": ["growth_market_2025"], "consequence": None,
        "source": "own", "sourceNl": "eigen", "levels": [level],
    }  # fmt: skip
    head = {
        "name": "2028-1", "note": "Meer gewicht.", "isProposal": True, "passMark": "60.5", "moderationDistance": 1,
        "termYears": 4, "midTermMonths": 20, "developmentMonths": 12,
        "groups": [{"code": "market_need", "nameNl": "Behoefte", "nameEn": "Need"}],
    }  # fmt: skip
    who = "administrator"
    return {
        "guideline_version_create": (who, "POST", "/guideline-versions", {"basedOn": version, "name": "2029-1"}),
        "guideline_version_edit": (who, "PATCH", path, head),
        "guideline_criterion_put": (who, "PUT", f"{path}/criteria/H1", criterion),
        "guideline_criterion_edit": (who, "PATCH", f"{path}/criteria/A1", {**criterion, "code": "A1"}),
        "guideline_criterion_remove": (who, "DELETE", f"{path}/criteria/A2", {}),
        "guideline_version_act": (
            who, "POST", f"{path}/transitions", {"action": "put_in_force", "inForceOn": "2099-01-01", "retiredOn": None}
        ),
        "guideline_version_drop": (who, "DELETE", path, {}),
    }  # fmt: skip


def _calibration_bodies(ids: dict[str, str]) -> dict[str, tuple[str, str, str, dict[str, Any]]]:
    item = f"/calibration-items/{ids['calibration_item']}"
    score = {"criterion": "B1", "level": 1, "ground": "no_evidence", "reason": "Niet onderbouwd."}
    drawn = {"guidelineVersion": ids["in_force"], "size": 3, "seed": "loting"}
    return {
        "guideline_version_try_out": (
            "auditor", "POST", f"/guideline-versions/{ids['in_force']}/try-outs", {"unanswered": "failed"}
        ),
        "calibration_create": ("administrator", "POST", "/calibrations", drawn),
        "calibration_item_score": ("assessor_3", "POST", f"{item}/scores", score),
        "calibration_item_act": ("assessor_3", "POST", f"{item}/transitions", {"action": "finish"}),
    }  # fmt: skip


def _assessment_bodies(demo: World, ids: dict[str, str]) -> dict[str, tuple[str, str, str, dict[str, Any]]]:
    """By people: `assessor_2` and `assessor_3` assess it, the head of the post advises."""
    path, keeper, who = f"/proposals/{ids['assessed']}", demo.tokens["administrator"], "assessor_2"
    score = {"criterion": "B1", "level": 1, "ground": "overlap", "reason": "Overlapt.", "version": None}
    check = {
        "criterion": "A3", "value": "3.5", "answer": None, "departs": True, "ground": None, "reason": "Geteld.",
        "version": None,
    }  # fmt: skip
    held = {"form": "oral", "heldOn": "2026-01-01", "report": "Gezegd.", "waiverReason": None}
    invited = {"subject": "De feiten.", "answerBy": "2027-01-01", "waiverReason": None, "report": None}
    assigned = {"person": demo.people["assessor"].id, "position": 1, "dueOn": "2027-01-01"}
    advice = {"opinion": "positive_if", "text": "Als het kan."}
    return {
        "assessor_assign": (keeper, "POST", f"{path}/assessors", assigned),
        "assessment_act": (who, "POST", f"{path}/assessment/transitions", {"action": "finish"}),
        "score_save": (who, "POST", f"{path}/scores", score),
        "fact_check_save": (who, "POST", f"{path}/fact-checks", check),
        "moderation_save": (who, "POST", f"{path}/moderations", score),
        "internal_note_write": (who, "POST", f"{path}/internal-notes", {"text": "Onder ons."}),
        "advice_ask": (keeper, "POST", f"{path}/advices", {"posts": [demo.organisations["post"]], "dueOn": None}),
        "advice_give": (demo.tokens["head"], "PATCH", f"{path}/advice", advice),
        "hearing_create": (keeper, "POST", f"{path}/hearings", invited),
        "hearing_record": (keeper, "PATCH", f"/hearings/{ids['hearing']}", held),
        "interest_declare": (
            who, "POST", "/interests", {"hub": demo.organisations["hub_dev"], "note": "Familie."}
        ),
        "interest_act": (who, "POST", f"/interests/{ids['interest']}/transitions", {"action": "end"}),
    }  # fmt: skip


def _decision_bodies(demo: World, ids: dict[str, str]) -> dict[str, tuple[str, str, str, dict[str, Any]]]:
    """By people: a decision maker drafts, the administrator handles, who leads the hub objects."""
    maker, keeper, chamber = demo.tokens["decision_maker"], demo.tokens["administrator"], "far_manager"
    draft = {
        "kind": "accredit_with_conditions", "reasons": "Omdat.", "reasonsEn": None, "departureReason": "policy",
        "departureNote": "Zo.", "startsOn": "2099-01-01", "endsOn": "2101-12-31", "markets": ["CO"],
        "services": ["networking"], "internalNote": None,
        "conditions": [{"text": "Doe dit.", "owner": "hub", "dueOn": "2099-06-01", "evidenceWanted": "Brief."}],
    }  # fmt: skip
    heard = {"form": "oral", "heldOn": "2026-01-01", "report": "Gezegd.", "waiverReason": None}
    handled = {
        "action": "record_hearing", "handler": None, "hasCommittee": True, "outcome": "rejected", "reasons": "Zo.",
        "note": None, **heard,
    }  # fmt: skip
    objected = {
        "decision": ids["signed"], "grounds": "Niet eens.", "latenessReason": None, "receivedOn": None,
        "postedOn": None,
    }  # fmt: skip
    intentions = f"/accreditations/{ids['accreditation']}/intentions"
    intended = {"intendedKind": "suspend", "subject": "Zo.", "answerBy": "2099-01-01", "waiverReason": "urgent"}
    return {
        "decision_create": (maker, "POST", "/decisions", {**draft, "proposal": ids["weighed"], "objection": None}),
        "decision_edit": (maker, "PATCH", f"/decisions/{ids['decision']}", {"kind": "withdraw", "reasons": "Zo."}),
        "decision_act": (maker, "POST", f"/decisions/{ids['decision']}/transitions", {"action": "sign"}),
        "term_act": (
            keeper, "POST", f"/proposals/{ids['assessed']}/term/transitions",
            {"action": "extend", "days": 7, "reason": "Druk."},
        ),
        "objection_create": (chamber, "POST", "/objections", objected),
        "objection_act": (keeper, "POST", f"/objections/{ids['objection']}/transitions", handled),
        "intention_create": (maker, "POST", intentions, intended),
        "intention_act": (
            maker, "POST", f"{intentions}/{ids['intention']}/transitions", {"action": "record_hearing", **heard}
        ),
    }  # fmt: skip


def _letter_bodies(demo: World, ids: dict[str, str]) -> dict[str, tuple[str, str, str, dict[str, Any]]]:
    """Letters, the files made of a case, and the self-test, which keeps nothing."""
    keeper, test = demo.tokens["administrator"], {"kind": "new", "market": "CO", "answers": {"A1": 3, "C1": True}}
    said = {
        "senderNl": "Ministerie", "senderEn": "Ministry", "address": None, "signatoryFunctionNl": "Directeur",
        "signatoryFunctionEn": "Director", "hasObjectionClause": True, "objectionClauseNl": None,
        "objectionClauseEn": "Clause.",
    }  # fmt: skip
    return {
        "letter_act": (keeper, "POST", f"/letters/{ids['letter']}/transitions", {"action": "send_again"}),
        "letter_settings_edit": (keeper, "PATCH", "/letter-settings", said),
        "proposal_file_create": (keeper, "POST", f"/proposals/{ids['weighed']}/file", {"purpose": "woo"}),
        "objection_file_create": (keeper, "POST", f"/objections/{ids['objection']}/file", {"purpose": "court"}),
        "guideline_version_self_test": (
            "new_manager", "POST", f"/guideline-versions/{ids['in_force']}/self-tests", test
        ),
    }  # fmt: skip


def _accreditation_bodies(demo: World, ids: dict[str, str]) -> dict[str, tuple[str, str, str, dict[str, Any]]]:
    """What is kept of an accreditation; files are handed in as forms, which this does not send."""
    path, who = f"/accreditations/{ids['accreditation']}", demo.tokens["assessor"]
    funding = {
        "year": 2026, "source": "Proefstad", "amountCents": 100, "plannedCents": None, "isDeMinimis": True,
        "grantedOn": "2026-01-01", "note": None,
    }  # fmt: skip
    concern = {"text": "Klachten.", "owner": demo.people["assessor_2"].id, "dueOn": "2099-01-01"}
    condition, duty = f"{path}/conditions/{ids['condition']}", f"{path}/obligations/{ids['obligation']}"
    return {
        "accreditation_act": (who, "POST", f"{path}/transitions", {"action": "activate"}),
        "accreditation_check": (who, "POST", f"{path}/checks", {"criterion": "G1"}),
        "condition_act": (who, "POST", f"{condition}/transitions", {"action": "lapse", "note": "Niet gezien."}),
        "condition_evidence_create": ("far_manager", "POST", f"{condition}/evidence", {"note": "Zie brief."}),
        "obligation_act": (who, "POST", f"{duty}/transitions", {"action": "finish", "note": "Gesproken."}),
        "obligation_file_create": ("far_manager", "POST", f"{duty}/file", {"note": "Verslag."}),
        "concern_create": (who, "POST", f"{path}/concerns", concern),
        "concern_act": (who, "POST", f"{path}/concerns/{ids['concern']}/transitions", {"action": "close"}),
        "funding_create": (who, "POST", f"{path}/fundings", funding),
        "funding_edit": (who, "PATCH", f"{path}/fundings/{ids['funding']}", funding),
    }


def _desk_bodies(demo: World, ids: dict[str, str]) -> dict[str, tuple[str, str, str, dict[str, Any]]]:
    """What a hub keeps of its own desk."""
    liaison = {
        "name": "Lia Proef", "function": None, "email": "lia@example.nl", "phone": "+31 70 555", "note": "'s Ochtends.",
        "market": "CO", "counterpart": demo.organisations["post"],
    }  # fmt: skip
    days = {"office": demo.offices["hub_a"], "startsOn": "2099-01-01", "endsOn": "2099-01-05"}
    return {
        "liaison_create": ("hub_a", "POST", "/liaisons", liaison),
        "liaison_edit": ("hub_a", "PATCH", f"/liaisons/{ids['liaison']}", liaison),
        "liaison_remove": ("hub_a", "DELETE", f"/liaisons/{ids['liaison']}", {"x": 1}),
        "capacity_change_create": ("hub_a", "POST", "/capacity-changes", {**days, "weeklyCapacity": 3}),
        "capacity_change_end": ("hub_a", "DELETE", f"/capacity-changes/{ids['capacity_change']}", {"x": 1}),
        "closure_create": ("hub_a", "POST", "/closures", {**days, "reason": "Feest."}),
        "closure_remove": ("hub_a", "DELETE", f"/closures/{ids['closure']}", {"x": 1}),
    }


def _mission_bodies(demo: World, ids: dict[str, str]) -> dict[str, tuple[str, str, str, dict[str, Any]]]:
    """A mission of a post; a sheet is handed in as a form, which this does not send."""
    path = f"/missions/{ids['mission']}"
    mission = {
        "nameNl": "Missie", "nameEn": "Mission", "markets": ["CO"], "sectors": ["01"], "theme": None,
        "startsOn": "2099-01-01", "endsOn": "2099-01-05",
    }  # fmt: skip
    asked = {"services": ["networking"], "question": "Wie koopt zaden?", "consent": "given"}
    person = {
        **asked, "company": {"name": "Nieuw BV", "kvkNumber": "87654321"}, "language": "nl",
        "contactPerson": {"name": "Bo Nieuw", "email": "bo@example.nl", "phone": "+31 20 123 4567"},
    }  # fmt: skip
    step = {"participant": ids["participant"], "text": "Bellen.", "person": None, "dueOn": "2099-02-01"}
    participant = f"{path}/participants/{ids['participant']}"
    return {
        "mission_create": ("post", "POST", "/missions", {**mission, "office": None}),
        "mission_edit": ("post", "PATCH", path, mission),
        "mission_act": ("post", "POST", f"{path}/transitions", {"action": "cancel"}),
        "mission_hub_create": (
            "post", "POST", f"{path}/hubs", {"office": demo.offices["hub_b"], "weeklyCapacity": 4}
        ),
        "mission_hub_act": (
            "hub_a", "POST", f"{path}/hubs/{ids['ask']}/transitions",
            {"action": "agree", "weeklyCapacity": 4, "note": "Graag."},
        ),
        "participant_create": ("post", "POST", f"{path}/participants", person),
        "participant_edit": ("post", "PATCH", participant, asked),
        "participant_remove": ("post", "DELETE", participant, {"x": 1}),
        "participant_ask": ("post", "POST", f"{participant}/support-request", {"market": "CO"}),
        "mission_import_create": ("post", "POST", f"{path}/imports", {"consent": "ask", "language": "nl"}),
        "follow_up_create": ("post", "POST", f"{path}/follow-ups", step),
        "follow_up_edit": ("post", "PATCH", f"{path}/follow-ups/{ids['step']}", {"isDone": True}),
    }  # fmt: skip


def _case_bodies(demo: World, ids: dict[str, str]) -> dict[str, tuple[str, str, str, dict[str, Any]]]:
    """Handling and files of a case; what is handed in as a form is not sent here."""
    asked, referral = f"/support-requests/{ids['question']}", f"/referrals/{ids['referral']}"
    handling = {
        "action": "assign", "handler": demo.people["officer"].id, "office": None, "until": "2099-01-01T09:00:00Z",
        "reason": "Belt maandag.",
    }  # fmt: skip
    return {
        "support_request_handle": ("post", "POST", f"{asked}/handling", handling),
        "referral_handle": (
            "hub_a", "POST", f"{referral}/handling", {**handling, "handler": demo.people["staff"].id}
        ),
        "support_request_file_create": ("post", "POST", f"{asked}/files", {"to": "own", "text": "Zie hier."}),
        "referral_file_create": ("hub_a", "POST", f"{referral}/files", {"to": "desks", "text": "Zie hier."}),
        "support_request_file_remove": ("post", "DELETE", f"{asked}/files/{ids['file']}", {"x": 1}),
        "referral_file_remove": ("hub_a", "DELETE", f"{referral}/files/{ids['referral_file']}", {"x": 1}),
    }  # fmt: skip


ENDPOINTS = (
    "support_request_handle", "referral_handle", "support_request_file_create", "referral_file_create",
    "support_request_file_remove", "referral_file_remove",
    "liaison_create", "liaison_edit", "liaison_remove", "capacity_change_create", "capacity_change_end",
    "closure_create", "closure_remove", "mission_create", "mission_edit", "mission_act", "mission_hub_create",
    "mission_hub_act", "participant_create", "participant_edit", "participant_remove", "participant_ask",
    "mission_import_create", "follow_up_create", "follow_up_edit",
    "support_request_message_create", "referral_message_create",
    "support_request_create", "support_request_edit", "support_request_act", "support_request_route", "referral_act",
    "company_create", "company_edit", "client_contact_create", "agreement_create", "agreement_edit", "agreement_act",
    "hub_edit", "hub_act", "post_edit", "profile_change_act", "service_offer_create", "service_offer_edit",
    "proposal_create", "proposal_act", "proposal_section_edit", "proposal_evidence_create",
    "guideline_version_create", "guideline_version_edit", "guideline_criterion_put", "guideline_criterion_edit",
    "guideline_criterion_remove", "guideline_version_act", "guideline_version_drop",
    "guideline_version_try_out", "calibration_create", "calibration_item_score", "calibration_item_act",
    "assessor_assign", "assessment_act", "score_save", "fact_check_save", "moderation_save", "internal_note_write",
    "advice_ask", "advice_give", "hearing_create", "hearing_record", "interest_declare", "interest_act",
    "accreditation_act", "accreditation_check", "condition_act", "condition_evidence_create", "obligation_act",
    "obligation_file_create", "concern_create", "concern_act", "funding_create", "funding_edit",
    "decision_create", "decision_edit", "decision_act", "term_act", "objection_create", "objection_act",
    "intention_create", "intention_act", "letter_act", "letter_settings_edit", "proposal_file_create",
    "objection_file_create", "guideline_version_self_test",
)  # fmt: skip


@pytest.fixture
def ids(kept: Any, client: Any, demo: World, new_referral: Any, new_question: Any, in_app: Any) -> dict[str, str]:
    return kept("fuzz", lambda: _one_of_each(client, demo, new_referral, new_question, in_app))


def _one_of_each(client: Any, demo: World, new_referral: Any, new_question: Any, in_app: Any) -> dict[str, str]:
    asked, referral = new_referral()
    draft = {"hub": demo.organisations["hub_a"], "posts": [demo.organisations["post"]]}
    first = client("administrator")("GET", "/guideline-versions").json["items"][0]["id"]
    offers = client("hub_a")("GET", f"/service-offers?organisation={demo.organisations['hub_a']}").json["items"]
    plain = new_question(company={"name": "Verzonnen Zaden BV"})["id"]
    return {
        "company": asked["company"]["id"],
        "referral": referral,
        "question": plain,
        "file": _file(client("post"), f"/support-requests/{plain}"),
        "referral_file": _file(client("hub_a"), f"/referrals/{referral}"),
        "draft": client("head")("POST", "/agreements", draft).json["id"],
        "offer": offers[-1]["id"],
        "guideline": client("administrator")("POST", "/guideline-versions", {"basedOn": first, "name": "2027-1"}).json[
            "id"
        ],
        "proposal": client("new_manager")("POST", "/proposals", {"kind": "new", "markets": ["CO"]}).json["id"],
        "in_force": first,
        "profile_change": _profile_change(client, demo),
        "calibration_item": _calibration_item(in_app, demo),
        **_assessment(in_app, demo),
        **_accreditation(in_app, demo),
        **_decisions(in_app, demo),
        **_desk(client, demo),
        **mission(client, demo),
    }


def _desk(client: Any, demo: World) -> dict[str, str]:
    call, days = client("hub_a"), {"office": demo.offices["hub_a"], "startsOn": "2098-01-01", "endsOn": "2098-01-05"}
    made = {
        "liaison": call("POST", "/liaisons", {"name": "Lia Proef", "phone": "+31 70 555"}),
        "capacity_change": call("POST", "/capacity-changes", {**days, "weeklyCapacity": 3}),
        "closure": call("POST", "/closures", days),
    }
    return {name: answer.json["id"] for name, answer in made.items()}


def _file(call: Any, path: str) -> str:
    sent = {"file": (BytesIO(pdf()), "voorbeeld.pdf"), "to": "own"}
    return str(call("POST", f"{path}/files", data=sent).json["files"][0]["id"])


def _profile_change(client: Any, demo: World) -> str:
    path = f"/hubs/{demo.organisations['hub_b']}"
    changed = client("hub_b")("PATCH", path, {"legalForm": "Stichting"}, headers={"If-Match": "*"})
    return str(changed.json["pending"]["id"])


def _accreditation(in_app: Any, demo: World) -> dict[str, str]:
    with in_app() as session:
        found = owed_under(
            demo, granted(demo, "far_hub", kind="accredit_with_conditions", conditions=[("x", local_day(utcnow()))])
        )
        session.commit()
        return found


def _decisions(in_app: Any, demo: World) -> dict[str, str]:
    """A file to decide on, a draft about what stands, a refusal with an objection, an intention and a letter."""
    with in_app() as session:
        now, makers = utcnow(), demo.people["decision_maker_2"].id
        weighed = assessed_proposal(session, demo, hub="hub_b", persona="other_manager")
        standing = session.execute(
            select(Accreditation).where(Accreditation.hub_id == demo.organisations["far_hub"])
        ).scalar_one()
        said = {"reasons": "x", "drafted_at": now, "drafted_by_id": makers}
        signed = {**said, "kind": "refuse", "state": "signed", "signed_at": now, "signed_by_id": makers}
        draft = Decision(
            id=new_id(), reference="B-2B2-2B2", kind="withdraw", hub_id=standing.hub_id, accreditation_id=standing.id,
            **said,
        )  # fmt: skip
        refusal = Decision(
            id=new_id(), reference="B-2B2-2B3", hub_id=weighed.hub_id, proposal_id=weighed.id, **signed
        )  # fmt: skip
        session.add_all([draft, refusal])
        session.flush()
        objection = Objection(
            id=new_id(), decision_id=refusal.id, hub_id=refusal.hub_id, received_on=now.date(), received_at=now,
            grounds="Niet eens.",
        )  # fmt: skip
        intention = Hearing(id=new_id(), article="4:8", accreditation_id=standing.id, intended_kind="suspend")
        kept = StoredFile(id=new_id(), sha256="0" * 64, size=1, media_type="application/pdf", name="x", stored_at=now)
        session.add_all([objection, intention, kept])
        session.flush()
        letter = Letter(
            id=new_id(), kind="suspension", language="nl", reference="B-2B2-2B2", hub_id=standing.hub_id,
            dated_on=now.date(), content={}, file_id=kept.id, made_at=now,
        )  # fmt: skip
        session.add(letter)
        session.commit()
        return {
            "weighed": weighed.id, "decision": draft.id, "signed": standing.decision_id, "objection": objection.id,
            "intention": intention.id, "letter": letter.id,
        }  # fmt: skip


def _calibration_item(in_app: Any, demo: World) -> str:
    """A file that assessor_3 scores again."""
    with in_app() as session:
        proposal = assessed_proposal(session, demo, hub="hub_b", persona="other_manager")
        version = proposal.guideline_version_id
        drawn = CalibrationRound(guideline_version_id=version, seed="x", size=1, drawn_at=utcnow())
        drawn.items.append(CalibrationItem(proposal_id=proposal.id, person_id=demo.people["assessor_3"].id))
        session.add(drawn)
        session.commit()
        return drawn.items[0].id


def _assessment(in_app: Any, demo: World) -> dict[str, str]:
    """A file in assessment, with a hearing to be recorded and an interest in another hub."""
    with in_app() as session:
        proposal = assigned_proposal(
            session, demo, hub="far_hub", persona="far_manager", markets=("CO",), posts=("post",),
            assessors=("assessor_2", "assessor_3"),
        )  # fmt: skip
        hearing = Hearing(id=new_id(), article="4:7", proposal_id=proposal.id, subject="A3", invited_at=utcnow())
        interest = Interest(
            id=new_id(), person_id=demo.people["assessor_2"].id, hub_id=demo.organisations["hub_a"],
            declared_at=utcnow(),
        )  # fmt: skip
        session.add_all([hearing, interest])
        session.commit()
        return {"assessed": proposal.id, "hearing": hearing.id, "interest": interest.id}


def test_every_endpoint_with_a_body_is_fuzzed(app: Any) -> None:
    unsafe = {
        rule.endpoint.removeprefix("api.")
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/") and {"POST", "PATCH", "PUT", "DELETE"} & set(rule.methods or ())
    }
    assert unsafe == set(ENDPOINTS)


@pytest.mark.parametrize("name", ENDPOINTS)
def test_bodies(name: str, client: Any, demo: World, ids: dict[str, str]) -> None:
    who, method, path, body = _bodies(demo, ids)[name]
    call = client(who)
    for variant in _variants(body, name, most=70):
        answer = call(method, path, variant, headers={"If-Match": "*"})
        assert answer.status_code < 500, (variant, answer.get_data(as_text=True)[:500])
        assert answer.is_json or answer.mimetype == "application/problem+json"
    forms = (
        "proposal_evidence_create", "condition_evidence_create", "obligation_file_create", "mission_import_create",
        "support_request_file_create", "referral_file_create",
    )  # fmt: skip
    exempt = ("support_request_route", "agreement_act", "hub_act", *forms)
    if name not in exempt and method != "DELETE":
        answer = call(method, path, body, headers={"If-Match": "*"})
        assert answer.status_code in (200, 201, 409, 422), answer.json


READERS = ("post", "assessor_2", "auditor", "hub_a", "administrator")  # one of them may read each collection


def test_filters(client: Any, document: dict[str, Any], ids: dict[str, str]) -> None:
    texts = [value for value in NASTY if isinstance(value, str) and len(value) < 2000] + ["1", "true", "\x7f", "-0"]
    for path, operations in document["paths"].items():
        if "get" not in operations or "{" in path:
            continue
        names = [row["name"] for row in operations["get"]["parameters"] if row["in"] == "query"]
        call = client(next(name for name in READERS if client(name)("GET", path).status_code == 200))
        for number, text in enumerate(texts):
            quoted = quote(text.encode("utf-8", "surrogatepass"))
            # all at once says that each is looked at; one by one, in turns, that none hides behind another
            queries = [
                "&".join(f"{name}={quoted}" for name in names),
                *(f"{name}={quoted}" for name in names[number % 3 :: 3]),
            ]
            for query in queries:
                answer = call("GET", f"{path}?{query}")
                assert answer.status_code in (200, 400), (path, query)


def test_paths_and_headers(client: Any, document: dict[str, Any], ids: dict[str, str]) -> None:
    call = client("post")
    values = ["%00", "%ED%A0%80", "0" * 26, "z" * 26, "9" * 40, "9223372036854775807", "..", "%2e%2e", "x" * 3000, "🙂"]
    for path, operations in document["paths"].items():
        if "{" not in path:
            continue
        for value in values:
            for method in operations:
                where = path.replace("{id}", value).replace("{code}", value).replace("{version}", value)
                answer = client("auditor" if path.startswith("/events") else "post")(method.upper(), where)
                assert answer.status_code < 500, (method, where)
    for name in ("If-Match", "If-None-Match", "Idempotency-Key", "Accept-Language", "Accept", "Range", "Content-Type"):
        for value in ("", "*", '"', "\\", "é", "x" * 5000, 'W/"1"', "bytes=0-1", ",,,", "q=;;", "\x7f"):
            for method, path in (("GET", "/markets/CO"), ("PATCH", f"/companies/{ids['company']}")):
                answer = call(method, path, {"note": "x"} if method == "PATCH" else None, headers={name: value})
                assert answer.status_code < 500, (name, value)


@pytest.mark.parametrize(
    "value", ["", "Bearer", "Bearer ", "Basic eDp5", "Bearer \u00e9", "Bearer " + "x" * 9000, "Bearer a b", "é"]
)
def test_tokens(app: Any, demo: World, value: str) -> None:
    answer = app.test_client().get("/api/v1/markets", headers={"Authorization": value})
    assert answer.status_code == 401
