"""Links by mail to set a password or accept an invitation: signed, single-use, and never stored.

The token is the link's id signed with the service's secret, so that the outbox can write it into a mail later;
the database keeps only its hash. Another secret or another row makes it worthless.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, timedelta

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from hubs.accounts.models import AccountLink
from hubs.core.errors import NotFound
from hubs.core.tokens import hash_token
from hubs.extensions import db

INVITATION = "invitation"
RESET = "reset"
LIFETIME = {INVITATION: timedelta(days=7), RESET: timedelta(hours=1)}
WORDS = {"invitation_days": LIFETIME[INVITATION].days, "link_hours": LIFETIME[RESET] // timedelta(hours=1)}


def _serializer(link: AccountLink) -> URLSafeSerializer:
    moment = link.created_at.astimezone(UTC).isoformat()
    return URLSafeSerializer(
        current_app.config["SECRET_KEY"],
        salt=f"account-link:{link.purpose}:{moment}",
        signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
    )


def token_for(link: AccountLink) -> str:
    """The secret that goes into the mail."""
    token = _serializer(link).dumps(link.id)
    return token if isinstance(token, str) else token.decode("ascii")


def path_for(link: AccountLink) -> str:
    """Where the mail sends its reader."""
    return f"/account/set-password/{token_for(link)}"


def link_of(token: str, *, lock: bool = False) -> AccountLink:
    """The link behind a token, open or not, with its person. Raises NotFound for one that was not made here."""
    statement = (
        select(AccountLink)
        .where(AccountLink.token_hash == hash_token(token))
        .options(joinedload(AccountLink.person, innerjoin=True), joinedload(AccountLink.organisation))
        .execution_options(populate_existing=True)
    )
    link = db.session.execute(statement.with_for_update(of=AccountLink) if lock else statement).scalar_one_or_none()
    if link is None:
        raise NotFound()
    try:
        signed_id = _serializer(link).loads(token)
    except BadData as error:
        raise NotFound() from error
    if not hmac.compare_digest(str(signed_id).encode(), link.id.encode()):
        raise NotFound()
    return link
