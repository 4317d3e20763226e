"""What people do with a proposal, page by page: the steps of the walk in `test_accreditation.py`."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

from tests import files
from tests.browser.conftest import Visitor

LAST_YEAR = date.today().year - 1
SECRET = "Dit leest de andere beoordelaar pas later."
TYPED = "Wij helpen bedrijven < 10 fte & hun „partners” in de koffieregio."
BOXES = {
    "registered_name": "Stichting Kamer Nieuw Pereira",
    "legal_form": "Stichting",
    "founding_year": str(LAST_YEAR - 9),
    "website": "https://kamer.example",
    "members": "40",
    "staff_fte": "2",
    "claims_year": str(LAST_YEAR),
    "questions_per_year": "30",
    "unserved_by_post": "12",
    "companies": "25",
    "A3": "12",
    "C4": "40",
    "C7": "9",
    "E2": "2",
}
YEARS = {"accounts": [LAST_YEAR], "plan_years": [LAST_YEAR + 1, LAST_YEAR + 2]}
DOCUMENTS = ("A2", "B2", "C1", "C2", "C5", "C6", "D2", "E1", "G2")


def go_on(page: Any, button: str) -> None:
    """Press a button of a page that was checked before; only what follows a whole series is checked again."""
    page.locator(button).first.click()
    page.wait_for_load_state("load")


def follow(visitor: Visitor, path: str, scope: str = "main") -> None:
    """Click the link to an address that ends like this, as somebody who has only the page to go by."""
    visitor.page.locator(f'{scope} a[href*="{path}"]:visible').first.click()
    visitor.page.wait_for_load_state("load")
    visitor.check()


def state(visitor: Visitor, kind: str) -> str:
    return str(visitor.page.locator(f'[data-kind="{kind}"][data-state]').first.get_attribute("data-state"))


# --- the chamber -------------------------------------------------------------------------------------------


def try_oneself(someone: Visitor) -> None:
    """The self-test without an account says what would be missing, and keeps nothing."""
    page = someone.go("/self-test")
    page.check('[name=A1][value="1"]')
    page.check('[name=B1][value="3"]')
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_load_state("load")
    someone.check()
    assert page.locator("#result").get_attribute("data-state") == "missing"
    assert page.locator('#result li[data-ref="A1"]').count() == 1


def begin(manager: Visitor) -> str:
    """From the list to a file of one's own; the reference."""
    manager.go("/proposals")
    follow(manager, "/proposals/new")
    page = manager.page
    page.check("[name=kind][value=new]")
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(re.compile(r"/proposals/V-"))
    manager.check()
    assert state(manager, "proposal") == "draft"
    manager.act("submit")
    assert page.locator('[role="alert"] li a').count() > 30, "everything that is missing, at once"
    page.locator('[role="alert"] li a').first.click()
    page.wait_for_load_state("load")
    manager.check()
    found = re.search(r"/proposals/(V-[0-9A-Z-]+)/sections/hub", page.url)
    assert found, page.url
    return found.group(1)


def fill_in(manager: Visitor, reference: str) -> None:
    """Every part, one after the other; the first saves itself while it is typed."""
    page = manager.page
    with page.expect_response(re.compile("/sections/hub")) as saved:
        page.fill("[name=board]", TYPED)
    assert saved.value.json()["version"] >= 1
    manager.go(f"/proposals/{reference}/sections/hub")
    assert page.input_value("[name=board]") == TYPED
    for _part in range(14):
        answer_all(page)
        onward = page.locator('button[name="go"]')
        last = onward.count() == 0
        here = page.url
        go_on(page, 'form[data-autosave] button[type="submit"]:not([name])' if last else 'button[name="go"]')
        manager.check()
        assert page.url != here, f"{here}: {page.locator('[role=alert]').all_inner_texts()}"
        if last:
            break
    assert page.url.endswith(reference)


def answer_all(page: Any) -> None:
    """Type an answer in every empty box of a part, tick yes, choose two services."""
    for box in page.locator("form[data-autosave] textarea").all():
        if not box.input_value():
            name = box.get_attribute("name")
            box.fill("Pereira" if name in ("offices", "cities") else f"Uitleg bij {name}.")
    for name, value in BOXES.items():
        if page.locator(f"input[name={name}]").count():
            page.fill(f"input[name={name}]", value)
    for radio in page.locator('input[type=radio][value="yes"]').all():
        radio.check()
    if page.locator("[name=services_wanted]").count():
        page.check("[name=services_wanted][value=networking]")
        page.check("[name=services_wanted][value=partner_search]")
    for code, years in YEARS.items():
        for row, year in enumerate(years):
            for cell in page.locator(f'input[name^="{code}-{row}-"]').all():
                cell.fill(str(year) if str(cell.get_attribute("name")).endswith("-year") else "12500")


def hand_in(manager: Visitor, reference: str, codes: Collection[str] = DOCUMENTS) -> None:
    """Documents from the page that asks for them, those of `codes`, then the proposal."""
    page = manager.page
    follow(manager, "/sections/criteria_governance")
    follow(manager, "criterion=C1")
    assert page.input_value("[name=criterion]") == "C1"
    for code in ("C1", *(code for code in codes if code != "C1")):
        content = files.pdf(text=code.encode())
        page.set_input_files("[name=file]", {"name": f"{code}.pdf", "mimeType": "application/pdf", "buffer": content})
        page.select_option("[name=criterion]", code)
        page.fill("[name=document_on]", (date.today() - timedelta(days=90)).isoformat())
        go_on(page, 'form[enctype="multipart/form-data"] button[type=submit]')
    manager.check()
    assert page.locator('[data-kind="evidence"]').count() == len(DOCUMENTS)
    manager.go(f"/proposals/{reference}")
    manager.act("submit")
    assert state(manager, "proposal") == "submitted", page.locator('[role="alert"]').all_inner_texts()
    follow(manager, "/dossier")


# --- the ministry and the post -----------------------------------------------------------------------------


def declare_interest(assessor: Visitor, hub_id: str) -> None:
    page = assessor.go("/interests")
    page.select_option("[name=hub]", hub_id)
    page.fill("[name=note]", "Mijn zus werkt daar.")
    page.locator('form:has([name="hub"]) button[type=submit]').click()
    page.wait_for_load_state("load")
    assessor.check()
    assert page.locator('[data-kind="interest"][data-state="declared"]').count() == 1


def share_out(administrator: Visitor, reference: str, people: tuple[str, str], blocked: str, post_id: str) -> None:
    """Two assessors, the advice of the post, and off it goes; who declared an interest is named and not offered."""
    administrator.go("/proposals")
    follow(administrator, f"/proposals/{reference}")
    follow(administrator, "/coordination")
    page = administrator.page
    offered = page.locator("#place-1-person option").all_inner_texts()
    assert blocked not in offered and blocked in page.locator("main").inner_text()
    for place, person_id in enumerate(people, 1):
        page.select_option(f"#place-{place}-person", person_id)
        page.locator(f'form:has(#place-{place}-person) button[value="assign"]').click()
        page.wait_for_load_state("load")
    page.check(f'[name=posts][value="{post_id}"]')
    administrator.act("ask_advice")
    administrator.act("start_assessment")
    assert state(administrator, "coordination") == "in_assessment"


def advise(head: Visitor, reference: str) -> None:
    head.go("/work")
    follow(head, f"/proposals/{reference}/advice")
    head.page.check("[name=opinion][value=positive]")
    head.page.fill("[name=text]", "De kamer vult aan wat de post niet doet.")
    head.act("give")
    assert state(head, "advice") == "positive"
    follow(head, "/sections/hub")


def assess(assessor: Visitor, reference: str, levels: dict[str, str]) -> None:
    """Criterion after criterion until the part is finished; level 3, but for `levels`."""
    assessor.go("/work")
    follow(assessor, f"/proposals/{reference}/assess")
    assessor.page.locator('main .utrecht-link-button, main a[href*="/assess/"]').first.click()
    assessor.page.wait_for_load_state("load")
    assessor.check()
    page = assessor.page
    for _criterion in range(40):
        found = re.search(r"/assess/([A-Z]+\d+)", page.url)
        if not found:
            break
        here = page.url
        answer_one(page, found.group(1), levels)
        go_on(page, 'button[name="action"]:is([value="score"], [value="check"])')
        assert page.url != here, f"{here}: {page.locator('[role=alert]').all_inner_texts()}"
    assessor.check()
    assessor.act("finish")


def answer_one(page: Any, code: str, levels: dict[str, str]) -> None:
    if page.locator("[name=level]").count():
        level = levels.get(code, "3")
        page.check(f'[name=level][value="{level}"]')
        if code == "B3" and level == "1":
            page.locator("select[name=ground]").select_option("no_evidence")
        page.fill("[name=reason]", f"{SECRET} ({code}, {level})")
    elif page.locator("[name=value]").count():
        page.fill("[name=value]", BOXES.get(code, "12"))
    else:
        page.check("[name=answer][value=yes]")


def agree_and_conclude(assessor: Visitor, reference: str, code: str) -> None:
    """The one difference that is too great is talked over; then the assessment is closed and its result read."""
    assessor.go(f"/proposals/{reference}/assess")
    follow(assessor, "/moderation")
    page = assessor.page
    assert page.locator("[data-criterion]").count() == 1
    scope = f'form:has([name=criterion][value="{code}"])'
    page.check(f'{scope} [name=level][value="2"]')
    page.fill(f"{scope} [name=reason]", "Samen bekeken: deels aangetoond.")
    assessor.act("moderate")
    follow(assessor, f"/proposals/{reference}/assess", '[data-kind="moderation"]')
    assessor.act("conclude")
    assert state(assessor, "assessment") == "assessed", page.locator('[role="alert"]').all_inner_texts()
    follow(assessor, "/result")
    assert page.locator('[data-kind="result"]').get_attribute("data-outcome") == "conditional"
    assert page.locator("#derivation, [aria-labelledby=derivation]").count() >= 1


# --- deciding ----------------------------------------------------------------------------------------------


def draft(assessor: Visitor, reference: str) -> str:
    """What the result leads to, with a condition; the reference of the draft."""
    assessor.go(f"/proposals/{reference}")
    follow(assessor, f"/proposals/{reference}/decision")
    page = assessor.page
    assert page.locator("[name=kind]:checked").get_attribute("value") == "accredit_with_conditions"
    page.fill("[name=reasons]", "De kamer voldoet, op het netwerk na.")
    page.fill("[name=reasons_en]", "The chamber complies, except for its network.")
    page.fill("[name=conditions-0-text]", "Laat <zien> wie u kent.")
    page.fill("[name=conditions-0-due_on]", (date.today() + timedelta(days=180)).isoformat())
    page.fill("[name=conditions-0-evidence_wanted]", "Een lijst van partners.")
    return stored_draft(assessor)


def stored_draft(assessor: Visitor) -> str:
    page = assessor.page
    go_on(page, 'form:has([name="reasons"]) button[type=submit]')
    assessor.check()
    found = re.search(r"/decisions/(B-[0-9A-Z-]+)$", page.url)
    assert found, f"{page.url}: {page.locator('[role=alert]').all_inner_texts()}"
    return found.group(1)


def try_to_sign(assessor: Visitor) -> None:
    """The page offers no such button, so somebody makes one; the page that refuses is whole as well."""
    page = assessor.page
    assert page.locator('button[value="sign"]').count() == 0
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")
    page.evaluate("document.querySelector('button[value=drop]').value = 'sign'")
    assessor.act("sign")
    assert page.locator('[data-kind="decision"]').count() == 0


def sign(decision_maker: Visitor, decision: str) -> None:
    """From the folder to the signature; both letters are there at once."""
    decision_maker.go("/decisions")
    follow(decision_maker, f"/decisions/{decision}")
    decision_maker.act("sign")
    page = decision_maker.page
    assert state(decision_maker, "decision") == "signed", page.locator('[role="alert"]').all_inner_texts()
    letters = page.locator('[data-kind="letter"] a').all()
    assert len(letters) == 2
    answer = page.request.get(decision_maker.address + str(letters[0].get_attribute("href")))
    assert answer.ok and answer.body().startswith(b"%PDF-") and answer.headers["content-type"] == "application/pdf"


# --- the life of it ----------------------------------------------------------------------------------------


def agree_on_condition(manager: Visitor, head: Visitor, post_id: str) -> str:
    """An agreement that waits for the accreditation, signed by both; its address."""
    manager.go("/agreements")
    follow(manager, "/agreements/new")
    page = manager.page
    page.check(f'[name=posts][value="{post_id}"]')
    page.check("[name=services][value=networking]")
    page.fill("[name=starts_on]", date.today().isoformat())
    page.check("[name=conditional_on_accreditation]")
    go_on(page, 'form:has([name="services"]) button[type=submit]')
    manager.check()
    manager.act("offer")
    manager.act("sign")
    address = page.url
    head.go("/agreements")
    follow(head, address.removeprefix(head.address))
    head.act("sign")
    assert state(head, "agreement") == "signed"
    return address


def activate(assessor: Visitor, hub: str) -> str:
    """What a person checks is recorded, then the hub begins; the address of its accreditation."""
    assessor.go(f"/accreditations?q={hub}")
    follow(assessor, "/accreditations/0")
    page = assessor.page
    assert state(assessor, "accreditation") == "granted"
    assert page.locator('[data-kind="criterion"][data-ref="F2"]').get_attribute("data-state") == "met"
    assessor.act("check")
    if state(assessor, "accreditation") == "granted":
        assessor.act("activate")
    assert state(assessor, "accreditation") == "active"
    return page.url


def suspend(assessor: Visitor, decision_maker: Visitor, accreditation: str) -> None:
    """The hub is told and heard before it is decided."""
    assessor.go(accreditation)
    follow(assessor, "/intention")
    page = assessor.page
    page.check("[name=intended_kind][value=suspend]")
    page.fill("[name=subject]", "De hub beantwoordt geen vragen meer.")
    page.fill("[name=answer_by]", (date.today() + timedelta(days=21)).isoformat())
    assessor.act("announce")
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")
    page.check("[name=form][value=written]")
    page.fill('[data-kind="hearing"] [name=held_on]', date.today().isoformat())
    page.fill('[data-kind="hearing"] [name=report]', "De hub zegt dat het waar is.")
    assessor.act("record")
    follow(assessor, "/decision?kind=suspend")
    page.fill("[name=reasons]", "De hub beantwoordt geen vragen meer.")
    sign(decision_maker, stored_draft(assessor))


def lift(assessor: Visitor, decision_maker: Visitor, accreditation: str) -> None:
    assessor.go(accreditation)
    assert state(assessor, "accreditation") == "suspended"
    assessor.page.locator('main a[href$="/decision"]').click()
    assessor.page.wait_for_load_state("load")
    assessor.check()
    assessor.page.check("[name=kind][value=lift_suspension]")
    assessor.page.fill("[name=reasons]", "De hub beantwoordt weer vragen.")
    sign(decision_maker, stored_draft(assessor))


def renew(manager: Visitor) -> None:
    """What the service knows is filled in already."""
    manager.go("/accreditation")
    follow(manager, "/proposals/new")
    page = manager.page
    page.check("[name=kind][value=renewal]")
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(re.compile(r"/proposals/V-"))
    manager.check()
    follow(manager, "/sections/hub")
    assert page.input_value("[name=board]") == TYPED


def look_up(someone: Visitor, hub: str) -> None:
    """Anybody can ask how a hub stood on a day."""
    someone.go(f"/register/{hub}")
    follow(someone, "/standing")
    page = someone.page
    for day, standing in ((date.today(), "conditional"), (date.today() - timedelta(days=5), "registered")):
        page.fill("[name=on]", day.isoformat())
        page.locator("main form button[type=submit]").first.click()
        page.wait_for_load_state("load")
        someone.check()
        assert state(someone, "hub") == standing, day
