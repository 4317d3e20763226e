"""Numbers and addresses: what is taken, how it is stored, what is refused."""

from __future__ import annotations

import pytest

from hubs.companies.identifying import NotUsable, checked_email, checked_number, checked_phone


@pytest.mark.parametrize(
    ("typed", "country", "stored"),
    [
        ("12345678", "NL", "12345678"),
        (" 1234 5678 ", "NL", "12345678"),
        ("12.34.56.78", "NL", "12345678"),
        ("HRB 12345 b", "DE", "HRB 12345 B"),
        ("900.123.456-7", "CO", "900.123.456-7"),
    ],
)
def test_registration_numbers_are_stored_one_way(typed: str, country: str, stored: str) -> None:
    assert checked_number(typed, country) == stored


@pytest.mark.parametrize(
    ("typed", "country", "code"),
    [
        ("1234567", "NL", "kvk_number"),
        ("123456789", "NL", "kvk_number"),
        ("1234567a", "NL", "kvk_number"),
        ("١٢٣٤٥٦٧٨", "NL", "kvk_number"),
        ("", "NL", "kvk_number"),
        ("-", "DE", "registration_number"),
        ("x" * 41, "DE", "registration_number"),
    ],
)
def test_other_numbers_are_refused(typed: str, country: str, code: str) -> None:
    with pytest.raises(NotUsable) as refused:
        checked_number(typed, country)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("typed", "country", "stored"),
    [
        ("06 12345678", "NL", "+31 6 12345678"),
        ("+31612345678", "CO", "+31 6 12345678"),
        ("+57 000 000 0000", "NL", "+57 0000000000"),
        ("020-1234567 ext 12", "NL", "+31 20 123 4567 ext. 12"),
    ],
)
def test_telephone_numbers_are_taken_leniently(typed: str, country: str, stored: str) -> None:
    assert checked_phone(typed, country) == stored


@pytest.mark.parametrize("typed", ["call me", "12", "+", "1" * 45, "06-1234567x; drop"])
def test_what_nobody_can_dial_is_refused(typed: str) -> None:
    with pytest.raises(NotUsable):
        checked_phone(typed)


def test_addresses_are_checked_without_asking_the_network() -> None:
    assert checked_email(" Sam.Verzonnen@Voorbeeld.NL ") == "Sam.Verzonnen@voorbeeld.nl"
    for wrong in ("sam.verzonnen", "sam@", "sam@voorbeeld", "a b@voorbeeld.nl", "", "x" * 250 + "@voorbeeld.nl"):
        with pytest.raises(NotUsable):
            checked_email(wrong)
