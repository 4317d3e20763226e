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
    DIRECTORY_READ = "directory:read"
    PROFILE_EDIT = "profile:edit"
    PROFILE_PUBLISH = "profile:publish"
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
    REFERRAL_READ = "referral:read"
    REFERRAL_SEND = "referral:send"
    REFERRAL_RECEIVE = "referral:receive"
    REFERRAL_RULE = "referral:rule"
    EVENT_READ = "event:read"


# which side of the object the actor must be on; "any": no side is asked
PARTY: dict[P, str] = {
    P.ACCOUNT_USE: "any",
    P.PEOPLE_MANAGE: "own",
    P.ORGANISATION_MANAGE: "any",
    P.DIRECTORY_READ: "any",
    P.PROFILE_EDIT: "own",
    P.PROFILE_PUBLISH: "own",
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
    P.REFERRAL_READ: "reader",
    P.REFERRAL_SEND: "sender",
    P.REFERRAL_RECEIVE: "receiver",
    P.REFERRAL_RULE: "any",
    P.EVENT_READ: "any",
}

_EVERYBODY = frozenset({P.ACCOUNT_USE, P.DIRECTORY_READ})
_DESK = _EVERYBODY | {
    P.COMPANY_READ,
    P.COMPANY_WRITE,
    P.AGREEMENT_READ,
    P.SUPPORT_REQUEST_READ,
    P.SUPPORT_REQUEST_CREATE,
    P.SUPPORT_REQUEST_HANDLE,
    P.SUPPORT_REQUEST_SPEAK,
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

# (kind of organisation, role) -> permissions
GRANTS: dict[tuple[K, Role], frozenset[P]] = {
    (K.MINISTRY, Role.OFFICER): _DESK - {P.AGREEMENT_READ},
    (K.MINISTRY, Role.ASSESSOR): _EVERYBODY,
    (K.MINISTRY, Role.DECISION_MAKER): _EVERYBODY,
    (K.MINISTRY, Role.AUDITOR): _EVERYBODY | {P.EVENT_READ},
    (K.MINISTRY, Role.ADMINISTRATOR): _EVERYBODY | {P.PEOPLE_MANAGE, P.ORGANISATION_MANAGE, P.HUB_STATUS_SET},
    (K.POST, Role.OFFICER): _DESK,
    (K.POST, Role.HEAD): _LEADER,
    (K.HUB, Role.STAFF): _DESK,
    (K.HUB, Role.MANAGER): _LEADER,
    (K.PARTNER, Role.STAFF): _DESK - {P.AGREEMENT_READ},
    (K.PARTNER, Role.MANAGER): _LEADER - _AGREEMENTS,
    (K.STEERING_TEAM, Role.MEMBER): _EVERYBODY,
}

# permissions that reach beyond one's own organisation for these roles
BEYOND_OWN: dict[P, frozenset[Role]] = {P.PEOPLE_MANAGE: frozenset({Role.ADMINISTRATOR})}

# what the service itself and an entrepreneur with a tracking link may do
SYSTEM = frozenset({P.AGREEMENT_RULE, P.SUPPORT_REQUEST_RULE, P.REFERRAL_RULE})
# what the service may do in the name of a post that chose so, with that post's own questions only
FOR_A_POST = frozenset({P.SUPPORT_REQUEST_HANDLE})
ENTREPRENEUR = frozenset({P.SUPPORT_REQUEST_READ, P.SUPPORT_REQUEST_SPEAK})

# scope of an API token -> the permissions it lets through
SCOPES: dict[str, frozenset[P]] = {
    "directory:read": frozenset({P.ACCOUNT_USE, P.DIRECTORY_READ}),
    "hub-status:write": frozenset({P.HUB_STATUS_SET}),
    "directory:write": frozenset({P.PROFILE_EDIT, P.PROFILE_PUBLISH}),
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
    "events:read": frozenset({P.EVENT_READ}),
}
