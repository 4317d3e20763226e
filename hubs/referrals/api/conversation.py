"""What is said and handed in on a case, in the API: visible as on the pages."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from hubs.accounts.permissions import P
from hubs.api.call import Answer, Call
from hubs.core.errors import NotPermitted
from hubs.core.uploads import content_of, receive
from hubs.referrals.conversation import Audience
from hubs.referrals.models import Message, QuestionFile, Referral, SupportRequest
from hubs.referrals.operations import check_may_speak, may_write, remove_file, write_message
from hubs.referrals.queries import get_visible_referral, get_visible_request
from hubs.referrals.reading import (
    files_after_acceptance,
    files_visible_to,
    get_visible_file,
    messages_visible_to,
)
from hubs.referrals.schemas.conversation import (
    FileContentOut,
    FileNew,
    FileOut,
    FilesOut,
    MessageNew,
    MessageShown,
    MessagesOut,
)

from . import routes

OF_QUESTION, OF_REFERRAL = "support-requests", "referrals"
Subject = SupportRequest | Referral


@routes.get(
    "/support-requests/<id:request_id>/messages",
    P.SUPPORT_REQUEST_READ,
    answer=MessagesOut,
    summary="What was said about a question, oldest first",
    tag=OF_QUESTION,
)
def support_request_message_list(call: Call, request_id: str) -> Answer:
    support_request = get_visible_request(call.sight, request_id)
    call.may(support_request)
    return _messages(call, support_request)


@routes.create(
    "/support-requests/<id:request_id>/messages",
    P.SUPPORT_REQUEST_HANDLE,
    body=MessageNew,
    answer=MessageShown,
    summary="Write to the entrepreneur, or a note for the own organisation",
    tag=OF_QUESTION,
)
def support_request_message_create(call: Call, request_id: str) -> Answer:
    support_request = get_visible_request(call.sight, request_id, lock=True)
    call.may(support_request)
    return _written(call, support_request, None)


@routes.upload(
    "/support-requests/<id:request_id>/files",
    P.SUPPORT_REQUEST_HANDLE,
    body=FileNew,
    answer=MessageShown,
    summary="Send the entrepreneur a file, or keep one for the own organisation; with words or without",
    tag=OF_QUESTION,
)
def support_request_file_create(call: Call, request_id: str) -> Answer:
    call.may(get_visible_request(call.sight, request_id))
    return _handed_in(call, lambda lock: get_visible_request(call.sight, request_id, lock=lock))


@routes.get(
    "/support-requests/<id:request_id>/files",
    P.SUPPORT_REQUEST_READ,
    answer=FilesOut,
    summary="The files of a question",
    tag=OF_QUESTION,
)
def support_request_file_list(call: Call, request_id: str) -> Answer:
    support_request = get_visible_request(call.sight, request_id)
    call.may(support_request)
    return _files(call, support_request)


@routes.get(
    "/support-requests/<id:request_id>/files/<id:file_id>",
    P.SUPPORT_REQUEST_READ,
    answer=FileContentOut,
    summary="A file of a question with its content",
    tag=OF_QUESTION,
)
def support_request_file_show(call: Call, request_id: str, file_id: str) -> Answer:
    support_request = get_visible_request(call.sight, request_id)
    call.may(support_request)
    return _content(call, support_request, file_id)


@routes.endpoint(
    "DELETE",
    "/support-requests/<id:request_id>/files/<id:file_id>",
    P.SUPPORT_REQUEST_HANDLE,
    answer=FileOut,
    writes=True,
    refuses=(409, 422),
    summary="Take a file out of everybody's view; answers which it was",
    tag=OF_QUESTION,
)
def support_request_file_remove(call: Call, request_id: str, file_id: str) -> Answer:
    return _removed(call, get_visible_request(call.sight, request_id, lock=True), file_id)


@routes.get(
    "/referrals/<id:referral_id>/messages",
    P.REFERRAL_READ,
    answer=MessagesOut,
    summary="What the caller's side may read of what was said, oldest first",
    tag=OF_REFERRAL,
)
def referral_message_list(call: Call, referral_id: str) -> Answer:
    referral = get_visible_referral(call.sight, referral_id)
    call.may(referral)
    return _messages(call, referral)


@routes.create(
    "/referrals/<id:referral_id>/messages",
    P.REFERRAL_READ,
    body=MessageNew,
    answer=MessageShown,
    summary="Write to the other desk, to the entrepreneur once accepted, or a note for the own organisation",
    tag=OF_REFERRAL,
)
def referral_message_create(call: Call, referral_id: str) -> Answer:
    referral = get_visible_referral(call.sight, referral_id, lock=True)
    call.may(referral)
    return _written(call, referral.support_request, referral)


@routes.upload(
    "/referrals/<id:referral_id>/files",
    P.REFERRAL_READ,
    body=FileNew,
    answer=MessageShown,
    summary="Send the other desk a file, the entrepreneur once accepted, or keep one for the own organisation",
    tag=OF_REFERRAL,
)
def referral_file_create(call: Call, referral_id: str) -> Answer:
    call.may(get_visible_referral(call.sight, referral_id))
    return _handed_in(call, lambda lock: get_visible_referral(call.sight, referral_id, lock=lock))


@routes.get(
    "/referrals/<id:referral_id>/files",
    P.REFERRAL_READ,
    answer=FilesOut,
    summary="The files the caller's side may see",
    tag=OF_REFERRAL,
)
def referral_file_list(call: Call, referral_id: str) -> Answer:
    referral = get_visible_referral(call.sight, referral_id)
    call.may(referral)
    return _files(call, referral)


@routes.get(
    "/referrals/<id:referral_id>/files/<id:file_id>",
    P.REFERRAL_READ,
    answer=FileContentOut,
    summary="A file the caller's side may see, with its content",
    tag=OF_REFERRAL,
)
def referral_file_show(call: Call, referral_id: str, file_id: str) -> Answer:
    referral = get_visible_referral(call.sight, referral_id)
    call.may(referral)
    return _content(call, referral, file_id)


@routes.endpoint(
    "DELETE",
    "/referrals/<id:referral_id>/files/<id:file_id>",
    P.REFERRAL_READ,
    answer=FileOut,
    writes=True,
    refuses=(409, 422),
    summary="Take a file out of everybody's view, by who added it or the desk; answers which it was",
    tag=OF_REFERRAL,
)
def referral_file_remove(call: Call, referral_id: str, file_id: str) -> Answer:
    return _removed(call, get_visible_referral(call.sight, referral_id, lock=True), file_id)


def _messages(call: Call, subject: Subject) -> Answer:
    files: dict[str, list[dict[str, Any]]] = {}
    for file in files_visible_to(call.actor, subject, call.now):
        files.setdefault(file.message_id or "", []).append(_file(file))
    items = [_message(row, files.get(row.id, [])) for row in messages_visible_to(call.actor, subject, call.now)]
    return Answer({"items": items, "hidden_files": _hidden(call, subject)})


def _files(call: Call, subject: Subject) -> Answer:
    items = [_file(file) for file in files_visible_to(call.actor, subject, call.now)]
    return Answer({"items": items, "hidden_files": _hidden(call, subject)})


def _hidden(call: Call, subject: Subject) -> int:
    return files_after_acceptance(call.actor, subject, call.now) if isinstance(subject, Referral) else 0


def _content(call: Call, subject: Subject, file_id: str) -> Answer:
    found = get_visible_file(call.actor, subject, file_id, call.now)
    return Answer({**_file(found), "content": base64.b64encode(content_of(found.stored)).decode()})


def _written(call: Call, support_request: SupportRequest, referral: Referral | None) -> Answer:
    check_may_speak(support_request, referral, call.actor)
    values = call.body()
    message = write_message(
        support_request, values["text"], to=values["to"], actor=call.actor, now=call.now, referral=referral, via="api"
    )
    return Answer(_message(message, []), location=f"{_place(support_request, referral)}/messages")


def _handed_in(call: Call, load: Callable[[bool], Subject]) -> Answer:
    """The file is checked and laid down before the transaction that writes, and only from who may write."""
    support_request, referral = _between(load(False))
    check_may_speak(support_request, referral, call.actor)
    given = call.body()
    if not any(may_write(support_request, referral, to, call.actor) for to in (given["to"], Audience.OWN)):
        raise NotPermitted()
    received = receive(given["file"].stream, given["file"].filename)
    call.begin()
    subject = load(True)
    support_request, referral = _between(subject)
    message = write_message(
        support_request, given.get("text"), to=given["to"], actor=call.actor, now=call.now, referral=referral,
        files=[received], via="api",
    )  # fmt: skip
    files = [_file(row) for row in files_visible_to(call.actor, subject, call.now) if row.message_id == message.id]
    shown, location = _message(message, files), f"{_place(support_request, referral)}/messages"
    return Answer(shown, location=location)


def _between(subject: Subject) -> tuple[SupportRequest, Referral | None]:
    return (subject.support_request, subject) if isinstance(subject, Referral) else (subject, None)


def _place(support_request: SupportRequest, referral: Referral | None) -> str:
    return f"/api/v1/referrals/{referral.id}" if referral else f"/api/v1/support-requests/{support_request.id}"


def _removed(call: Call, subject: Subject, file_id: str) -> Answer:
    found = get_visible_file(call.actor, subject, file_id, call.now, lock=True)
    call.may(subject)
    call.body()
    shown = _file(found)
    remove_file(found, actor=call.actor, now=call.now)
    return Answer(shown)


def _message(message: Message, files: list[dict[str, Any]]) -> dict[str, Any]:
    names = ("id", "referral_id", "kind", "audience", "via", "author_kind", "organisation_id", "text", "at")
    return {**{name: getattr(message, name) for name in names}, "files": files}


def _file(file: QuestionFile) -> dict[str, Any]:
    own = ("id", "message_id", "visibility", "added_by_kind", "organisation_id", "at")
    stored = ("name", "media_type", "size", "scan")
    return {
        **{name: getattr(file, name) for name in own},
        **{name: getattr(file.stored, name) for name in stored},
    }
