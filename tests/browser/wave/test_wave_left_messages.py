"""What visitors left is answered from Wave by mail; who waits for too long is not overlooked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.support.browser import serious_faults
from tests.support.desk import NARROW, accept, ask, log, scrolls_sideways, sign_in
from tests.support.program import Program

if TYPE_CHECKING:
    from tests.support.desk import NewContext
    from tests.support.desks import Desks
    from tests.support.server import Server

FORM = {"full_name": "Lena", "email": "lena@example.test", "phone": "+49 30 1234", "consent": True}


def change(server: Server, **options: object) -> None:
    root = Program(server.url, "admin", "Demo-admin!")
    [demo] = [x for x in root.get("/v1/livechats").json()["items"] if x["public_id"] == "demo"]
    changed = root.patch(f"/v1/livechats/{demo['id']}", {**options, "version": demo["version"]})
    assert changed.status == 200, changed.body


def test_a_message_left_is_answered_by_mail(
    server: Server, desks: Desks, new_context: NewContext
) -> None:
    change(server, enabled=False)
    root = Program(server.url, "admin", "Demo-admin!")
    left = {**FORM, "text": "Are you open on Saturday?"}
    assert root.post("/v1/livechat/demo/messages", left).status == 201
    change(server, enabled=True)
    ana = desks.wave("1000")
    ana.get_by_role("list", name="Offline").get_by_role("link").filter(has_text="Lena").click()
    box = ana.get_by_role("textbox", name="Answer to lena@example.test", exact=True)
    box.fill("Yes, from nine.\nSee you!")
    assert serious_faults(ana) == []
    ana.get_by_role("button", name="Send answer", exact=True).click()
    expect(box).to_have_value("")
    expect(ana.get_by_role("article")).to_have_count(2)
    expect(ana.get_by_role("article").nth(1)).to_contain_text("Yes, from nine.")
    expect(ana.get_by_text("Ana Costa marked this as answered.")).to_be_visible()
    mails = root.get("/v1/mails?kind=livechat_reply").json()["items"]
    assert [each["to"]["address"] for each in mails] == ["lena@example.test"]
    arabic = new_context(viewport=NARROW, locale="ar").new_page()
    arabic.goto(ana.url)
    arabic.locator("input").nth(0).fill("1001")
    arabic.locator("input[type=password]").fill("Demo-1001!")
    arabic.keyboard.press("Enter")
    expect(arabic.get_by_role("article")).to_have_count(2)
    assert not scrolls_sideways(arabic)
    assert serious_faults(arabic) == []


def test_who_waits_for_too_long_rouses_agents_anywhere_in_wave(
    server: Server, desks: Desks, new_context: NewContext
) -> None:
    change(server, alarm_wave_after_s=1)
    ana = desks.wave("1000")
    ana.get_by_role("link", name="Contacts").click()
    ask(new_context, server.url, "Wanda Waits")
    alarm = ana.get_by_text("Wanda Waits still waits for an answer", exact=True)
    expect(alarm).to_be_visible()
    assert serious_faults(ana) == []
    ana.get_by_role("link", name="Live Chat").first.click()
    accept(ana, "Wanda Waits")
    expect(alarm).to_have_count(0)
    expect(log(ana)).to_contain_text("Alarm in Wave: 1000")
    change(server, alarm_wave_after_s=0)


def test_the_mailbox_for_answers_is_set_and_tried(server: Server, new_context: NewContext) -> None:
    admin = new_context(viewport=NARROW).new_page()
    admin.goto(f"{server.url}/admin/#/incoming-email")
    sign_in(admin, "admin", "Demo-admin!")
    expect(admin.get_by_role("textbox", name="IMAP Server", exact=True)).to_be_visible()
    admin.get_by_role("button", name="Open the Mailbox", exact=True).click()
    expect(admin.get_by_text("No mailbox is set")).to_be_visible()
    assert not scrolls_sideways(admin)
    assert serious_faults(admin) == []
