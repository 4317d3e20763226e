"""Proposals in the API: the file with its sections, documents and submissions, and what can be done to it."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields

from hubs.accreditation.lifecycle import PROPOSAL, DecisionKind, ProposalState
from hubs.accreditation.sections import FIXED
from hubs.agreements.schemas import PartyOut
from hubs.api.fields import Choice, Day, Id, Listed, Object, Pattern, Text, Upload
from hubs.api.listing import list_query
from hubs.api.schemas import Input, Shape
from hubs.core.forms import clean_text
from hubs.core.stored_files import Scan
from hubs.guideline.criteria import ProposalKind
from hubs.reference.schemas import Coded, CodedInput

_SECTION = f"{', '.join(FIXED)}, or criteria_ and the code of a group of the guideline."
_DEEPEST = 4


class Content(fields.Dict):
    """Answers by field; text of a kind that a database takes, and no deeper than rows of years."""

    default_error_messages = {"required": "required", "null": "null", "invalid": "not_object"}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self.make_error("invalid")
        _check(value, _DEEPEST)
        return value


def _check(value: Any, depth: int) -> None:
    if isinstance(value, str) and clean_text(value) != value.replace("\r\n", "\n").strip():
        raise ValidationError("bad_characters")
    if isinstance(value, dict | list):
        if depth == 0 or len(value) > 300:
            raise ValidationError("bad_format")
        for inner in [*value.values(), *value.keys()] if isinstance(value, dict) else value:
            _check(inner, depth - 1)


class ProposalPartOut(Shape):
    """How far a section is."""

    code = fields.String(metadata={"description": _SECTION})
    title = fields.String(metadata={"description": "In the reader's language."})
    done = fields.Integer(metadata={"description": "Required answers that are there and can be read."})
    total = fields.Integer()
    updated_at = fields.DateTime(allow_none=True)


class ProposalMissingOut(Shape):
    section = fields.String()
    field = fields.String()
    code = fields.String()
    message = fields.String(metadata={"description": "In the reader's language."})


class ProposalEvidenceOut(Shape):
    """A document in the file."""

    id = fields.String()
    title = fields.String()
    criterion = fields.String(allow_none=True)
    document_on = fields.Date(allow_none=True)
    added_at = fields.DateTime()
    is_late = fields.Boolean(metadata={"description": "Came after the proposal was handed in, without being asked."})
    file_name = fields.String()
    media_type = fields.String()
    size = fields.Integer(metadata={"description": "Bytes."})
    sha256 = fields.String()
    scan = Choice(Scan)


class ProposalDocumentOut(ProposalEvidenceOut):
    content = fields.String(metadata={"description": "The file in base64.", "format": "byte"})


class ProposalChangeOut(Shape):
    """What a submission says otherwise than the one before it; of a list only the items that came or went."""

    section = fields.String()
    field = fields.String()
    kind = Choice(("added", "removed", "changed"))
    name = fields.String()
    before = fields.String(metadata={"description": "In words."})
    after = fields.String(metadata={"description": "In words."})


class ProposalSubmissionOut(Shape):
    number = fields.Integer()
    submitted_at = fields.DateTime()
    sha256 = fields.String(metadata={"description": "Of the canonical JSON of the snapshot."})
    changes = Listed(Object(ProposalChangeOut))


class ProposalHintOut(Shape):
    """What an automatic check noticed; it decides nothing."""

    code = fields.String()
    subject = fields.String()
    text = fields.String(metadata={"description": "In the reader's language."})


class ProposalRowOut(Shape):
    id = fields.String()
    reference = fields.String()
    kind = Choice(ProposalKind)
    state = Choice(
        ProposalState, metadata={"description": "A chamber sees `in_assessment` until the decision, then `decided`."}
    )
    hub = Object(PartyOut)
    market = fields.String(allow_none=True)
    markets = Listed(fields.String())
    guideline_version = fields.String(attribute="guideline_version_id")
    created_at = fields.DateTime()
    submitted_at = fields.DateTime(allow_none=True)
    resubmitted_at = fields.DateTime(allow_none=True)
    received_on = fields.Date(allow_none=True)
    due_on = fields.Date(allow_none=True, metadata={"description": "Last day of the statutory term (Awb 4:13)."})
    decided_at = fields.DateTime(allow_none=True)
    ended_at = fields.DateTime(allow_none=True)
    actions = Listed(fields.String())


class ProposalOut(ProposalRowOut):
    """A file; readers other than the chamber see it as it was handed in last."""

    file_number = fields.Integer(
        allow_none=True, metadata={"description": "Rises with every change of what a decision rests on."}
    )
    sections = Listed(Object(ProposalPartOut))
    missing = Listed(Object(ProposalMissingOut))
    evidence = Listed(Object(ProposalEvidenceOut))
    submissions = Listed(Object(ProposalSubmissionOut))
    hints = Listed(Object(ProposalHintOut))


class ProposalSectionOut(Shape):
    code = fields.String(metadata={"description": _SECTION})
    title = fields.String()
    content = fields.Dict(metadata={"description": "Answers by field, in camelCase; amounts in euro cents."})
    missing = Listed(Object(ProposalMissingOut))
    updated_at = fields.DateTime(allow_none=True)


class ProposalSectionPatch(Input):
    """Answers to keep; a field that is not sent stays, null or an empty value takes an answer away."""

    content = Content(required=True)


class ProposalNew(CodedInput):
    kind = Choice(ProposalKind, required=True)
    markets = Listed(Coded("market"), max=50, min=1, required=True)


class ProposalEvidenceNew(Input):
    """A document: PDF, DOCX, XLSX, ODT, ODS, PNG or JPEG, told by its content."""

    file = Upload(required=True)
    title = Text(max=200, allow_none=True)
    criterion = Pattern("[A-Z]{1,3}[0-9]{1,3}", max=12, allow_none=True)
    document_on = Day(allow_none=True)


class ConditionNew(Input):
    text = Text(max=4000, lines=True, required=True)
    text_en = Text(max=4000, lines=True, allow_none=True)
    owner = Text(max=200, allow_none=True)
    due_on = Day(allow_none=True)
    evidence_wanted = Text(max=4000, lines=True, allow_none=True)
    criterion_code = Pattern("[A-Z]{1,3}[0-9]{1,3}", max=12, allow_none=True)


class ProposalTransition(CodedInput):
    """An action and what it asks for; `note` says why, `kind` and what follows belong to `draft_decision`."""

    action = Choice(
        [row.name for row in PROPOSAL.transitions.values() if not row.by_rule], required=True, error="unknown_action"
    )
    note = Text(max=4000, lines=True, allow_none=True)
    until_on = Day(allow_none=True, metadata={"description": "send_back: last day to complete the file."})
    kind = Choice(DecisionKind, allow_none=True)
    reasons = Text(max=20_000, lines=True, allow_none=True)
    reasons_en = Text(max=20_000, lines=True, allow_none=True)
    departure_reason = Text(max=64, allow_none=True)
    departure_note = Text(max=4000, lines=True, allow_none=True)
    starts_on = Day(allow_none=True)
    ends_on = Day(allow_none=True)
    markets = Listed(Coded("market"), max=50)
    services = Listed(Coded("service"), max=100)
    conditions = Listed(Object(ConditionNew), max=30)


ProposalQuery = list_query(
    "ProposalQuery",
    ("-id", "id"),
    state=Choice(ProposalState),
    kind=Choice(ProposalKind),
    market=Coded("market"),
    hub=Id(),
)
