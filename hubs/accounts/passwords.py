"""Passwords: what may be one, and how it is kept (Argon2id). Slow on purpose: never inside a write transaction."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask_babel import lazy_gettext as _l

from hubs.core.errors import Problem
from hubs.core.types import folded

SHORTEST = 12
LONGEST = 128

# long enough to pass the length rule, and tried first by whoever guesses
_COMMON_WORDS = """
    123456789012 1234567890123 12345678901234 123456789101112 0123456789012 987654321098 111111111111 000000000000
    123123123123 121212121212 abcdefghijkl abcdefghijklm abcd12345678 abc123abc123 abcdef123456 a1b2c3d4e5f6
    qwertyuiop12 qwertyuiop123 qwertyuiopas qwertyuiopasdf qwerty123456 qwerty1234567 qwertyqwerty 1qaz2wsx3edc
    1q2w3e4r5t6y zaq12wsxcde3 q1w2e3r4t5y6 asdfghjkl123 zxcvbnm12345 passwordpassword password1234 password12345
    password123456 password2024 password2025 password2026 password2027 passw0rd1234 p@ssw0rd1234 p@ssword1234
    mypassword12 mypassword123 changeme1234 changemenow1 letmein12345 letmeinletmein welcome12345 welcome123456
    welcome2025! welcome2026! administrator administrator1 admin1234567 adminadmin12 iloveyou1234 iloveyouiloveyou
    trustno1trustno1 sunshine1234 football1234 princess1234 dragon123456 monkey123456 master123456 superman1234
    wachtwoord12 wachtwoord123 wachtwoord1234 wachtwoord12345 wachtwoord2025 wachtwoord2026 wachtwoord2027
    mijnwachtwoord welkom123456 welkom1234567 welkom2025!! welkom2026!! welkomwelkom welkomwelkom1 geheim123456
    geheimgeheim amsterdam123 amsterdam1234 rotterdam123 denhaag12345 nederland123 nederland1234 ambassade123
    voetbal12345 zonneschijn1 correcthorsebatterystaple
"""
_COMMON = frozenset(_COMMON_WORDS.split()) | {"correct horse battery staple"}

_hasher = PasswordHasher()


def configure(*, quick: bool) -> None:
    """Argon2's recommended cost, or the least it allows for automatic tests."""
    global _hasher
    _hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1) if quick else PasswordHasher()
    _unknown_hash.cache_clear()


def _composed(password: str) -> str:
    """The same characters whatever keyboard typed them (RFC 8265 asks for one form)."""
    return unicodedata.normalize("NFKC", password)


def hash_password(password: str) -> str:
    return _hasher.hash(_composed(password))


@cache
def _unknown_hash() -> str:
    return _hasher.hash("nobody has this password")


def is_right(password_hash: str | None, password: str) -> bool:
    """Whether `password` belongs to the hash; without a hash it is never, in the same time."""
    try:
        _hasher.verify(password_hash or _unknown_hash(), _composed(password))
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def needs_rehash(password_hash: str) -> bool:
    """Whether a hash was made at another cost than the present one."""
    return _hasher.check_needs_rehash(password_hash)


def password_problems(password: str, *, name: str, email: str, field: str = "password") -> list[Problem]:
    """Everything that is wrong with a new password; length and guessability only, no rules of composition."""
    problems = []
    if len(password) < SHORTEST:
        problems.append(Problem("too_short", _l("Use at least %(count)s characters.", count=SHORTEST), field))
    if len(password) > LONGEST:
        problems.append(Problem("too_long", _l("Use at most %(count)s characters.", count=LONGEST), field))
    if folded(password) in _COMMON or len(set(password)) < 4:
        problems.append(Problem("too_common", _l("Choose another password: this one is guessed first."), field))
    if _letters(password) in _own_words(name, email):
        problems.append(Problem("own_name", _l("Do not use your name or mail address as password."), field))
    return problems


def _letters(text: str) -> str:
    return re.sub(r"[\W\d_]+", "", folded(text))


def _own_words(name: str, email: str) -> set[str]:
    """Name and address as they would be typed, and every doubling of them, without digits and signs."""
    local = email.partition("@")[0]
    words = {_letters(name), _letters(local), _letters(email), *(_letters(part) for part in name.split())}
    return {word * times for word in words if word for times in (1, 2, 3)}
