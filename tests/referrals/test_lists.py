"""Lists of questions and referrals: filters, orders, columns, saved views; claiming, putting aside, many at once."""
from typing import Any
import pytest

@pytest.mark.parametrize("path", ["/work","/questions","/referrals","/referrals?box=out","/views","/actions","/search","/search?q=x1"])
@pytest.mark.parametrize("who", ["officer","manager","head","partner_staff"])
def test_open(client_for: Any, path: str, who: str) -> None:
    a = client_for(who).get(path)
    assert a.status_code == 200, a.get_data(as_text=True)[:2000]
