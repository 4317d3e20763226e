"""Who may only read is refused before what they wrote is looked at."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize("body", [{"text": "Wij bellen morgen.", "to": "own"}, {"no": 1}, {}, None])
def test_a_token_that_only_reads_is_403_before_400(client: Any, new_referral: Any, body: Any) -> None:
    asked, referral = new_referral()
    for path in (f"/referrals/{referral}/messages", f"/support-requests/{asked['id']}/messages"):
        answer = client("readers")("POST", path, body)
        assert answer.status_code == 403, (path, answer.json)
    assert client("hub_a")("POST", f"/referrals/{referral}/messages", {"no": 1}).status_code == 400
    assert client("hub_b")("POST", f"/referrals/{referral}/messages", {"no": 1}).status_code == 404
