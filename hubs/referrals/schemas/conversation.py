"""Messages and files of a case in the API: what the caller's side may read, and what it writes."""

from __future__ import annotations

from marshmallow import fields

from hubs.api.fields import Choice, Listed, Object, Text, Upload
from hubs.api.schemas import Input, Shape
from hubs.referrals.conversation import Audience, Visibility
from hubs.referrals.operations.messages import TEXT_LENGTH
from hubs.referrals.state_words import MESSAGES


class MessageNew(Input):
    """A message changes no state and stops no term."""

    to = Choice(Audience, required=True)
    text = Text(max=TEXT_LENGTH, lines=True, required=True)


class FileNew(Input):
    """A message with a file; without words the file is all there is to it."""

    file = Upload(required=True, metadata={"description": "PDF, docx, xlsx, odt, ods, png or jpeg."})
    to = Choice(Audience, required=True)
    text = Text(max=TEXT_LENGTH, lines=True, allow_none=True)


class FileOut(Shape):
    """A file of the case; its content is at its own address."""

    id = fields.String()
    message = fields.String(attribute="message_id", allow_none=True)
    name = fields.String()
    media_type = fields.String()
    size = fields.Integer(metadata={"description": "Bytes."})
    scan = fields.String(metadata={"description": "clean or not_scanned; what is infected is never stored."})
    visibility = Choice(Visibility)
    added_by_kind = fields.String()
    organisation = fields.String(attribute="organisation_id", allow_none=True)
    at = fields.DateTime()


class FileContentOut(FileOut):
    content = fields.String(metadata={"description": "Base64."})


class MessageShown(Shape):
    """A message as the caller may read it."""

    id = fields.String()
    referral = fields.String(attribute="referral_id", allow_none=True)
    kind = Choice(MESSAGES)
    to = Choice(Audience, attribute="audience")
    via = Choice(("page", "mail", "api"))
    author_kind = fields.String()
    organisation = fields.String(attribute="organisation_id", allow_none=True)
    text = fields.String()
    at = fields.DateTime()
    files = Listed(Object(FileOut))


class MessagesOut(Shape):
    items = Listed(Object(MessageShown))
    hidden_files = fields.Integer(metadata={"description": "Files that are shown once the caller has accepted."})


class FilesOut(Shape):
    items = Listed(Object(FileOut))
    hidden_files = fields.Integer(metadata={"description": "Files that are shown once the caller has accepted."})
