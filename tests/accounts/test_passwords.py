"""What may be a password, and that a hash tells right from wrong."""

from __future__ import annotations

from typing import Any

import pytest

from hubs.accounts import passwords
from hubs.accounts.passwords import hash_password, is_right, needs_rehash, password_problems

NAME, EMAIL = "Noor Proefstra", "noor.proefstra@example.nl"


def codes(password: str) -> set[str]:
    return {problem.code for problem in password_problems(password, name=NAME, email=EMAIL)}


@pytest.mark.parametrize(
    "password",
    [
        "seven grey herons",
        "a long fictional password",
        "éénentwintig eenden",
        "xkcd12345678Q",
        "长长的密码和一些词语在这里",
    ],
)
def test_any_composition_will_do(password: str) -> None:
    assert codes(password) == set()


@pytest.mark.parametrize(
    ("password", "found"),
    [
        ("", {"too_short", "too_common"}),
        ("short", {"too_short"}),
        ("elevenchars", {"too_short"}),
        ("a" * 12, {"too_common"}),
        ("abababababab", {"too_common"}),
        ("Password1234", {"too_common"}),
        ("WACHTWOORD123", {"too_common"}),
        ("correct horse battery staple", {"too_common"}),
        ("noor.proefstra@example.nl", {"own_name"}),
        ("Noor Proefstra", {"own_name"}),
        ("noorproefstra2026!", {"own_name"}),
        ("proefstraproefstra", {"own_name"}),
        ("x1" * 65, {"too_long", "too_common"}),
    ],
)
def test_what_is_guessed_first_is_refused(password: str, found: set[str]) -> None:
    assert codes(password) == found


def test_a_hash_knows_its_password_only() -> None:
    kept = hash_password("seven grey herons")
    assert kept.startswith("$argon2id$")
    assert is_right(kept, "seven grey herons")
    assert not is_right(kept, "seven grey heron")
    assert not is_right(None, "nobody has this password")
    assert not is_right("no hash at all", "seven grey herons")


def test_keyboards_that_compose_differently_give_the_same_password() -> None:
    assert is_right(hash_password("caf\u00e9 om vijf uur"), "cafe\u0301 om vijf uur")


def test_recommended_cost_outside_tests(request: Any) -> None:
    cheap = hash_password("seven grey herons")
    request.addfinalizer(lambda: passwords.configure(quick=True))
    passwords.configure(quick=False)
    assert needs_rehash(cheap)
    assert "m=65536,t=3,p=4" in hash_password("seven grey herons")
