"""Secrets for links and tokens: the secret goes out once, only its hash is kept."""

from __future__ import annotations

import hashlib
import secrets


def hash_token(token: str) -> str:
    """What is stored of a secret; the secret has 256 random bits, so a plain hash is enough."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def new_token() -> tuple[str, str]:
    """A fresh secret and its hash."""
    token = secrets.token_urlsafe(32)
    return token, hash_token(token)
