"""Missions in the API: the mission, the hubs that were asked, who takes part, and what comes after."""

from __future__ import annotations

from marshmallow import fields

from hubs.api.fields import Choice, Day, Email, Flag, Id, Listed, Object, Text, Upload, Whole
from hubs.api.listing import list_query
from hubs.api.schemas import Input, Shape
from hubs.missions.lifecycle import MISSION, MISSION_HUB, AskState, MissionPhase, MissionState
from hubs.missions.operations.asking import MOST_A_WEEK, NOTE_LENGTH
from hubs.missions.operations.missions import MOST_MARKETS, NAME_LENGTH
from hubs.missions.operations.participants import MOST_SERVICES, QUESTION_LENGTH
from hubs.missions.operations.steps import TEXT_LENGTH
from hubs.reference.schemas import Coded, CodedInput
from hubs.referrals.schemas.shared import actions_of

LANGUAGES = ("nl", "en")
CONSENTS = ("ask", "given")
_CONSENT = {"description": "given: on the form they signed up with; ask: by mail, when their question is made."}


class MissionHubOut(Shape):
    """A hub that was asked to make room, and what it said. A hub reads its own only."""

    id = fields.String()
    organisation = fields.String(attribute="organisation_id")
    office = fields.String(attribute="office_id")
    state = Choice(AskState)
    weekly_asked = fields.Integer(metadata={"description": "New questions a week."})
    weekly_agreed = fields.Integer(allow_none=True)
    note = fields.String(allow_none=True)
    asked_at = fields.DateTime()
    answered_at = fields.DateTime(allow_none=True)
    actions = Listed(fields.String(), metadata={"description": "What the caller may do now."})


class MissionOut(Shape):
    """A trade mission or visit. Who takes part is told to the organising desk alone."""

    id = fields.String()
    state = Choice(MissionState)
    phase = Choice(MissionPhase, metadata={"description": "The state, and while announced what its dates say."})
    organisation = fields.String(attribute="organisation_id", metadata={"description": "Who organises it."})
    office = fields.String(attribute="office_id")
    name_nl = fields.String()
    name_en = fields.String()
    markets = Listed(fields.String())
    sectors = Listed(fields.String())
    theme = fields.String(allow_none=True)
    starts_on = Day(allow_none=True)
    ends_on = Day(allow_none=True, metadata={"description": "Last day, included."})
    participants = fields.Integer(allow_none=True, metadata={"description": "How many; for its own desk."})
    support_requests = fields.Integer(allow_none=True, metadata={"description": "Made of them; for its own desk."})
    hubs = Listed(Object(MissionHubOut))
    actions = Listed(fields.String(), metadata={"description": "What the caller may do now."})


class MissionPatch(CodedInput):
    name_nl = Text(max=NAME_LENGTH)
    name_en = Text(max=NAME_LENGTH)
    markets = Listed(Coded("market"), max=MOST_MARKETS)
    sectors = Listed(Coded("sector"), max=100)
    theme = Coded("theme", allow_none=True)
    starts_on = Day(allow_none=True)
    ends_on = Day(allow_none=True)


class MissionNew(MissionPatch):
    name_nl = Text(max=NAME_LENGTH, required=True)
    name_en = Text(max=NAME_LENGTH, required=True)
    office = Id(allow_none=True, metadata={"description": "Of one's own organisation; null: the main office."})


class MissionTransition(Input):
    action = actions_of(MISSION)


class MissionHubNew(Input):
    office = Id(required=True, metadata={"description": "Of a hub that works for one of the markets."})
    weekly_capacity = Whole(min=1, max=MOST_A_WEEK, required=True)


class MissionHubTransition(Input):
    action = actions_of(MISSION_HUB)
    weekly_capacity = Whole(
        min=1, max=MOST_A_WEEK, allow_none=True, metadata={"description": "With agree; null: what was asked."}
    )
    note = Text(max=NOTE_LENGTH, lines=True, allow_none=True)


# --- who takes part ------------------------------------------------------------------------------------------


class ParticipantCompany(Shape):
    id = fields.String()
    name = fields.String()
    kvk_number = fields.String(allow_none=True)


class ParticipantContact(Shape):
    name = fields.String()
    email = fields.String(allow_none=True)
    phone = fields.String(allow_none=True)


class ParticipantOut(Shape):
    """A company that takes part, with what it wants to know; at most one question comes of it."""

    id = fields.String()
    company = Object(ParticipantCompany)
    contact_person = Object(ParticipantContact, allow_none=True)
    services = Listed(fields.String())
    question = fields.String(allow_none=True)
    language = Choice(LANGUAGES)
    consent = Choice(CONSENTS, metadata=_CONSENT)
    support_request = fields.String(
        attribute="support_request_id", allow_none=True, metadata={"description": "The question that was made of it."}
    )


class ParticipantCompanyIn(Input):
    name = Text(max=200, required=True)
    kvk_number = Text(max=20, allow_none=True)


class ParticipantContactIn(Input):
    name = Text(max=120, required=True)
    email = Email(allow_none=True)
    phone = Text(max=40, allow_none=True)


class ParticipantPatch(CodedInput):
    services = Listed(Coded("service"), max=MOST_SERVICES)
    question = Text(max=QUESTION_LENGTH, lines=True, allow_none=True)
    consent = Choice(CONSENTS, metadata=_CONSENT)


class ParticipantNew(ParticipantPatch):
    company = Object(ParticipantCompanyIn, required=True)
    contact_person = Object(ParticipantContactIn, required=True)
    language = Choice(LANGUAGES)


class ParticipantAsk(CodedInput):
    market = Coded("market", allow_none=True)


class MissionImportNew(Input):
    """A sheet with participants: all of its rows, or none when one of them is not right."""

    file = Upload(required=True, metadata={"description": "CSV, XLSX or ODS with the headings of the template."})
    consent = Choice(CONSENTS, load_default="ask", metadata=_CONSENT)
    language = Choice(LANGUAGES, load_default="nl")


class MissionImportOut(Shape):
    rows = fields.Integer(metadata={"description": "In the sheet."})
    new = fields.Integer(metadata={"description": "Of companies that did not take part yet."})


# --- afterwards ----------------------------------------------------------------------------------------------


class FollowUpStepOut(Shape):
    """What has to be done for a participant after the mission."""

    id = fields.String()
    participant = fields.String(attribute="participant_id")
    text = fields.String()
    person = fields.String(attribute="person_id", allow_none=True, metadata={"description": "Who does it."})
    due_on = Day(allow_none=True)
    done_at = fields.DateTime(allow_none=True)
    created_at = fields.DateTime()


class FollowUpStepNew(Input):
    participant = Id(required=True)
    text = Text(max=TEXT_LENGTH, required=True)
    person = Id(allow_none=True, metadata={"description": "Of one's own organisation."})
    due_on = Day(allow_none=True)


class FollowUpStepPatch(Input):
    is_done = Flag(required=True)


MissionQuery = list_query("MissionQuery", ("-id", "id"), state=Choice(MissionState), market=Coded("market"))
ParticipantQuery = list_query(
    "ParticipantQuery",
    ("company", "-company"),
    has_support_request=Flag(from_text=True, metadata={"description": "Whether a question was made of them."}),
)
FollowUpStepQuery = list_query("FollowUpStepQuery", ("id", "-id"), participant=Id(), is_done=Flag(from_text=True))
