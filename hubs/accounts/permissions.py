"""Who may do what, as data: one enum, one table role -> permissions, one party a permission asks for.

A permission is held by a role; the party says which side of an object the actor's organisation must be on
(its `parties`), `any` where the object has no sides. This is the only place rights are declared.
"""

from __future__ import annotations

from enum import StrEnum

from hubs.accounts.models import OrganisationKind as K
from hubs.accounts.models import Role


class P(StrEnum):
    ACCOUNT_USE = "account:use"
    PEOPLE_MANAGE = "people:manage"
    ORGANISATION_MANAGE = "organisation:manage"
    REFERENCE_EDIT = "reference:edit"
    DIRECTORY_READ = "directory:read"
    PROFILE_EDIT = "profile:edit"
    PROFILE_PUBLISH = "profile:publish"
    PROFILE_CONFIRM = "profile:confirm"  # what the accreditation rests on, by the ministry
    HUB_STATUS_SET = "hub_status:set"
    COMPANY_READ = "company:read"
    COMPANY_WRITE = "company:write"
    AGREEMENT_READ = "agreement:read"
    AGREEMENT_DRAFT = "agreement:draft"  # begin one, or a change of one
    AGREEMENT_OFFER = "agreement:offer"  # edit, offer, withdraw: the side that drafted it
    AGREEMENT_SIGN = "agreement:sign"
    AGREEMENT_TERMINATE = "agreement:terminate"
    AGREEMENT_RULE = "agreement:rule"
    SUPPORT_REQUEST_READ = "support_request:read"
    SUPPORT_REQUEST_CREATE = "support_request:create"
    SUPPORT_REQUEST_HANDLE = "support_request:handle"
    SUPPORT_REQUEST_SPEAK = "support_request:speak"  # submit, answer, withdraw: desk or entrepreneur
    SUPPORT_REQUEST_RULE = "support_request:rule"
    MAIL_HANDLE = "mail:handle"  # what arrived at the desk's address and was not taken by itself
    MAIL_RULE = "mail:rule"
    MISSION_READ = "mission:read"
    MISSION_EDIT = "mission:edit"  # the organising desk: the mission, its participants and what follows
    MISSION_ANSWER = "mission:answer"  # a hub that is asked to make room
    REFERRAL_READ = "referral:read"
    REFERRAL_SEND = "referral:send"
    REFERRAL_RECEIVE = "referral:receive"
    REFERRAL_RULE = "referral:rule"
    EVENT_READ = "event:read"
    ROUTING_FAULT_READ = "routing_fault:read"  # what came to a hub though it is a public task
    GUIDELINE_READ = "guideline:read"  # drafts and retired versions; the one in force is public
    GUIDELINE_EDIT = "guideline:edit"
    GUIDELINE_PUT_IN_FORCE = "guideline:put_in_force"
    PROPOSAL_READ = "proposal:read"
    PROPOSAL_WRITE = "proposal:write"
    PROPOSAL_SUBMIT = "proposal:submit"  # submit and withdraw
    PROPOSAL_COORDINATE = "proposal:coordinate"  # send back, assign, ask advice, extend, hear
    ASSESSMENT_READ = "assessment:read"  # scores, checks, computed result; blindness is the queries' matter
    ASSESSMENT_SCORE = "assessment:score"  # the assigned assessors themselves
    ADVICE_GIVE = "advice:give"
    INTEREST_DECLARE = "interest:declare"
    DECISION_READ = "decision:read"
    DECISION_DRAFT = "decision:draft"
    DECISION_SIGN = "decision:sign"
    OBJECTION_READ = "objection:read"
    OBJECTION_LODGE = "objection:lodge"
    OBJECTION_HANDLE = "objection:handle"
    OBJECTION_DECIDE = "objection:decide"
    ACCREDITATION_READ = "accreditation:read"
    ACCREDITATION_KEEP = "accreditation:keep"  # duties, conditions, concerns, money, activation
    ACCREDITATION_REPORT = "accreditation:report"  # the hub hands in its plans, reports and evidence
    ACCREDITATION_RULE = "accreditation:rule"
    CALIBRATION_DRAW = "calibration:draw"
    CALIBRATION_SCORE = "calibration:score"
    FILE_EXPORT = "file:export"
    LETTER_SETTINGS_EDIT = "letter_settings:edit"


# which side of the object the actor must be on; "any": no side is asked
PARTY: dict[P, str] = {
    P.ACCOUNT_USE: "any",
    P.PEOPLE_MANAGE: "own",
    P.ORGANISATION_MANAGE: "any",
    P.REFERENCE_EDIT: "any",
    P.DIRECTORY_READ: "any",
    P.PROFILE_EDIT: "own",
    P.PROFILE_PUBLISH: "own",
    P.PROFILE_CONFIRM: "any",
    P.HUB_STATUS_SET: "any",
    P.COMPANY_READ: "own",
    P.COMPANY_WRITE: "own",
    P.AGREEMENT_READ: "party",
    P.AGREEMENT_DRAFT: "party",
    P.AGREEMENT_OFFER: "drafter",
    P.AGREEMENT_SIGN: "party",
    P.AGREEMENT_TERMINATE: "party",
    P.AGREEMENT_RULE: "any",
    P.SUPPORT_REQUEST_READ: "reader",
    P.SUPPORT_REQUEST_CREATE: "own",
    P.SUPPORT_REQUEST_HANDLE: "owner",
    P.SUPPORT_REQUEST_SPEAK: "owner",
    P.SUPPORT_REQUEST_RULE: "any",
    P.MAIL_HANDLE: "own",
    P.MAIL_RULE: "any",
    P.MISSION_READ: "reader",
    P.MISSION_EDIT: "own",
    P.MISSION_ANSWER: "invited",
    P.REFERRAL_READ: "reader",
    P.REFERRAL_SEND: "sender",
    P.REFERRAL_RECEIVE: "receiver",
    P.REFERRAL_RULE: "any",
    P.EVENT_READ: "any",
    P.ROUTING_FAULT_READ: "any",
    P.GUIDELINE_READ: "any",
    P.GUIDELINE_EDIT: "any",
    P.GUIDELINE_PUT_IN_FORCE: "any",
    P.PROPOSAL_READ: "reader",
    P.PROPOSAL_WRITE: "own",
    P.PROPOSAL_SUBMIT: "own",
    P.PROPOSAL_COORDINATE: "any",
    P.ASSESSMENT_READ: "any",
    P.ASSESSMENT_SCORE: "assessor",
    P.ADVICE_GIVE: "adviser",
    P.INTEREST_DECLARE: "any",
    P.DECISION_READ: "reader",
    P.DECISION_DRAFT: "any",
    P.DECISION_SIGN: "any",
    P.OBJECTION_READ: "reader",
    P.OBJECTION_LODGE: "own",
    P.OBJECTION_HANDLE: "any",
    P.OBJECTION_DECIDE: "any",
    P.ACCREDITATION_READ: "reader",
    P.ACCREDITATION_KEEP: "any",
    P.ACCREDITATION_REPORT: "own",
    P.ACCREDITATION_RULE: "any",
    P.CALIBRATION_DRAW: "any",
    P.CALIBRATION_SCORE: "assessor",
    P.FILE_EXPORT: "any",
    P.LETTER_SETTINGS_EDIT: "any",
}

# parties that are people, not organisations: an assessor is assigned in person
PERSONAL_PARTIES = frozenset({"assessor"})

_EVERYBODY = frozenset({P.ACCOUNT_USE, P.DIRECTORY_READ})
_DESK = _EVERYBODY | {
    P.COMPANY_READ,
    P.COMPANY_WRITE,
    P.AGREEMENT_READ,
    P.SUPPORT_REQUEST_READ,
    P.SUPPORT_REQUEST_CREATE,
    P.SUPPORT_REQUEST_HANDLE,
    P.SUPPORT_REQUEST_SPEAK,
    P.MAIL_HANDLE,
    P.REFERRAL_READ,
    P.REFERRAL_SEND,
    P.REFERRAL_RECEIVE,
}
_LEADER = _DESK | {
    P.PEOPLE_MANAGE,
    P.PROFILE_EDIT,
    P.PROFILE_PUBLISH,
    P.AGREEMENT_DRAFT,
    P.AGREEMENT_OFFER,
    P.AGREEMENT_SIGN,
    P.AGREEMENT_TERMINATE,
}

_AGREEMENTS = frozenset(
    {P.AGREEMENT_READ, P.AGREEMENT_DRAFT, P.AGREEMENT_OFFER, P.AGREEMENT_SIGN, P.AGREEMENT_TERMINATE}
)

_HUB_READS = frozenset({P.PROPOSAL_READ, P.DECISION_READ, P.OBJECTION_READ, P.ACCREDITATION_READ})
_HUB_STAFF = _HUB_READS | {P.PROPOSAL_WRITE, P.MISSION_READ}
_HUB_MANAGER = _HUB_STAFF | {P.PROPOSAL_SUBMIT, P.OBJECTION_LODGE, P.ACCREDITATION_REPORT, P.MISSION_ANSWER}
_ADVISER = frozenset({P.PROPOSAL_READ, P.ADVICE_GIVE})
_MISSIONS = frozenset({P.MISSION_READ, P.MISSION_EDIT})
_MINISTRY_READS = _HUB_READS | {P.GUIDELINE_READ, P.ASSESSMENT_READ}
_ASSESSOR = _MINISTRY_READS | {
    P.PROFILE_CONFIRM,
    P.PROPOSAL_COORDINATE,
    P.ASSESSMENT_SCORE,
    P.INTEREST_DECLARE,
    P.DECISION_DRAFT,
    P.OBJECTION_HANDLE,
    P.ACCREDITATION_KEEP,
    P.CALIBRATION_DRAW,
    P.CALIBRATION_SCORE,
}
_DECISION_MAKER = _MINISTRY_READS | {
    P.GUIDELINE_PUT_IN_FORCE,
    P.INTEREST_DECLARE,
    P.DECISION_DRAFT,
    P.DECISION_SIGN,
    P.OBJECTION_HANDLE,
    P.OBJECTION_DECIDE,
    P.FILE_EXPORT,
}
_KEEPER = _MINISTRY_READS | {
    P.PROFILE_CONFIRM,
    P.GUIDELINE_EDIT,
    P.GUIDELINE_PUT_IN_FORCE,
    P.PROPOSAL_COORDINATE,
    P.INTEREST_DECLARE,
    P.OBJECTION_HANDLE,
    P.ACCREDITATION_KEEP,
    P.CALIBRATION_DRAW,
    P.FILE_EXPORT,
    P.LETTER_SETTINGS_EDIT,
}

# (kind of organisation, role) -> permissions
GRANTS: dict[tuple[K, Role], frozenset[P]] = {
    (K.MINISTRY, Role.OFFICER): _DESK - {P.AGREEMENT_READ},
    (K.MINISTRY, Role.ASSESSOR): _EVERYBODY | _ASSESSOR,
    (K.MINISTRY, Role.DECISION_MAKER): _EVERYBODY | _DECISION_MAKER,
    (K.MINISTRY, Role.AUDITOR): _EVERYBODY | _MINISTRY_READS | {P.EVENT_READ, P.ROUTING_FAULT_READ, P.FILE_EXPORT},
    (K.MINISTRY, Role.ADMINISTRATOR): _EVERYBODY
    | _KEEPER
    | {P.PEOPLE_MANAGE, P.ORGANISATION_MANAGE, P.REFERENCE_EDIT, P.HUB_STATUS_SET, P.ROUTING_FAULT_READ, P.MAIL_HANDLE},
    (K.POST, Role.OFFICER): _DESK | _ADVISER | _MISSIONS,
    (K.POST, Role.HEAD): _LEADER | _ADVISER | _MISSIONS,
    (K.HUB, Role.STAFF): _DESK | _HUB_STAFF,
    (K.HUB, Role.MANAGER): _LEADER | _HUB_MANAGER,
    (K.PARTNER, Role.STAFF): _DESK - {P.AGREEMENT_READ},
    (K.PARTNER, Role.MANAGER): _LEADER - _AGREEMENTS,
    (K.STEERING_TEAM, Role.MEMBER): _EVERYBODY,
}

# permissions that reach beyond one's own organisation for these roles
_MINISTRY_ROLES = frozenset({Role.ASSESSOR, Role.DECISION_MAKER, Role.AUDITOR, Role.ADMINISTRATOR})
BEYOND_OWN: dict[P, frozenset[Role]] = {
    P.PEOPLE_MANAGE: frozenset({Role.ADMINISTRATOR}),
    P.INTEREST_DECLARE: frozenset({Role.ADMINISTRATOR}),  # to read what others declared
    **dict.fromkeys((P.PROPOSAL_READ, P.DECISION_READ, P.OBJECTION_READ, P.ACCREDITATION_READ), _MINISTRY_ROLES),
}

# what the service itself and an entrepreneur with a tracking link may do
SYSTEM = frozenset(
    {
        P.AGREEMENT_RULE,
        P.SUPPORT_REQUEST_RULE,
        P.REFERRAL_RULE,
        P.MAIL_RULE,
        P.ACCREDITATION_RULE,
        P.HUB_STATUS_SET,
    }
)
# what the service may do in the name of a post that chose so, with that post's own questions only
FOR_A_POST = frozenset({P.SUPPORT_REQUEST_HANDLE})
ENTREPRENEUR = frozenset({P.SUPPORT_REQUEST_READ, P.SUPPORT_REQUEST_SPEAK})

# scope of an API token -> the permissions it lets through
SCOPES: dict[str, frozenset[P]] = {
    "directory:read": frozenset({P.ACCOUNT_USE, P.DIRECTORY_READ}),
    "hub-status:write": frozenset({P.HUB_STATUS_SET}),
    "directory:write": frozenset({P.PROFILE_EDIT, P.PROFILE_PUBLISH}),
    "profiles:confirm": frozenset({P.PROFILE_CONFIRM}),
    "agreements:read": frozenset({P.AGREEMENT_READ}),
    "agreements:write": frozenset({P.AGREEMENT_DRAFT, P.AGREEMENT_OFFER, P.AGREEMENT_SIGN, P.AGREEMENT_TERMINATE}),
    "companies:read": frozenset({P.COMPANY_READ}),
    "companies:write": frozenset({P.COMPANY_WRITE}),
    "support-requests:read": frozenset({P.SUPPORT_REQUEST_READ}),
    "support-requests:write": frozenset(
        {P.SUPPORT_REQUEST_CREATE, P.SUPPORT_REQUEST_HANDLE, P.SUPPORT_REQUEST_SPEAK, P.REFERRAL_SEND}
    ),
    "referrals:read": frozenset({P.REFERRAL_READ}),
    "referrals:write": frozenset({P.REFERRAL_SEND, P.REFERRAL_RECEIVE}),
    "missions:read": frozenset({P.MISSION_READ}),
    "missions:write": frozenset({P.MISSION_EDIT, P.MISSION_ANSWER}),
    "events:read": frozenset({P.EVENT_READ}),
    "guideline:read": frozenset({P.GUIDELINE_READ}),
    "guideline:write": frozenset({P.GUIDELINE_EDIT, P.GUIDELINE_PUT_IN_FORCE}),
    "proposals:read": frozenset({P.PROPOSAL_READ}),
    "proposals:write": frozenset({P.PROPOSAL_WRITE, P.PROPOSAL_SUBMIT, P.PROPOSAL_COORDINATE, P.ADVICE_GIVE}),
    "assessments:read": frozenset({P.ASSESSMENT_READ}),
    "assessments:write": frozenset({P.ASSESSMENT_SCORE, P.INTEREST_DECLARE, P.CALIBRATION_DRAW, P.CALIBRATION_SCORE}),
    "decisions:read": frozenset({P.DECISION_READ, P.OBJECTION_READ}),
    "decisions:write": frozenset(
        {
            P.DECISION_DRAFT,
            P.DECISION_SIGN,
            P.OBJECTION_LODGE,
            P.OBJECTION_HANDLE,
            P.OBJECTION_DECIDE,
            P.LETTER_SETTINGS_EDIT,
        }
    ),
    "accreditations:read": frozenset({P.ACCREDITATION_READ}),
    "accreditations:write": frozenset({P.ACCREDITATION_KEEP, P.ACCREDITATION_REPORT}),
    "files:export": frozenset({P.FILE_EXPORT}),
}
