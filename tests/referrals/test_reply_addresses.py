"""Reply addresses: read back what was written, refuse what was changed, fit in a mail address."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from hubs.core.types import new_id
from hubs.referrals.models import Referral, SupportRequest
from hubs.referrals.reply_addresses import ReplyAddress, is_reply_address, read_reply_address, reply_address


def _case(number: int | None = None, version: int = 1) -> tuple[SupportRequest, Referral | None]:
    support_request = SupportRequest(id=new_id(), link_version=version)
    return support_request, Referral(id=new_id(), number=number) if number else None


@pytest.mark.parametrize(
    ("side", "number"), [("entrepreneur", None), ("desk", None), ("sender", 1), ("receiver", 999), ("receiver", 12)]
)
def test_an_address_reads_back(in_app: Any, side: str, number: int | None) -> None:
    with in_app():
        support_request, referral = _case(number, 7)
        address = reply_address(support_request, referral, side)
        assert read_reply_address(address) == ReplyAddress(support_request.id, side, number, 7)  # type: ignore[arg-type]
        assert read_reply_address(f"Hubs <{address.upper()}>") == read_reply_address(address)  # capitals are not kept
        assert address == reply_address(support_request, referral, side)
        local, _at, domain = address.partition("@")
        assert len(local) <= 64
        assert domain == "hubs.example"


def test_a_side_that_is_not_there_is_refused(in_app: Any) -> None:
    with in_app():
        support_request, referral = _case(1)
        for side, of in (("sender", None), ("receiver", None), ("entrepreneur", referral), ("desk", referral)):
            with pytest.raises(ValueError, match="no side"):
                reply_address(support_request, of, side)


def test_a_changed_address_is_worth_nothing(in_app: Any, app: Flask) -> None:
    with in_app():
        support_request, referral = _case(1)
        address = reply_address(support_request, referral, "sender")
        for place in range(6, address.index("@")):
            other = "2" if address[place] != "2" else "3"
            assert read_reply_address(address[:place] + other + address[place + 1 :]) is None
        assert read_reply_address(address.replace("@hubs.example", "@elsewhere.example")) is None
        for text in ("", "reply+@hubs.example", "post@hubs.example", f"x{address}", address.partition("@")[0]):
            assert read_reply_address(text) is None
        assert is_reply_address("reply+x@hubs.example")
        assert not is_reply_address("bogota@hubs.example")


def test_another_key_and_another_domain(in_app: Any, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with in_app():
        support_request, _none = _case()
        address = reply_address(support_request, None, "desk")
        monkeypatch.setitem(app.config, "MAIL_IN_DOMAIN", "In.Hubs.example")
        assert reply_address(support_request, None, "desk").endswith("@in.hubs.example")
        assert read_reply_address(address) is None
        monkeypatch.setitem(app.config, "MAIL_IN_DOMAIN", "")
        assert read_reply_address(address) is not None
        monkeypatch.setitem(app.config, "SECRET_KEY", "another key")
        assert read_reply_address(address) is None


def test_whatever_comes_is_read_or_refused(in_app: Any) -> None:
    with in_app():

        @settings(max_examples=100, deadline=None)
        @given(st.one_of(st.text(max_size=120), st.text(max_size=60).map("reply+{}@hubs.example".format)))
        def holds(text: str) -> None:
            assert read_reply_address(text) is None

        holds()
