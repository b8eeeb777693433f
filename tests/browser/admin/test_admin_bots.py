"""An administrator gives a live chat a bot, and says when it serves."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.support.browser import serious_faults
from tests.support.desk import open_administration
from tests.support.program import Program

if TYPE_CHECKING:
    from tests.support.desk import NewContext
    from tests.support.server import Server


def test_a_bot_serves_when_it_is_told_to(server: Server, new_context: NewContext) -> None:
    root = Program(server.url, "admin", "Demo-admin!")
    [demo] = [x for x in root.get("/v1/livechats").json()["items"] if x["public_id"] == "demo"]
    path = f"/v1/livechats/{demo['id']}/bot"
    admin = open_administration(new_context, server.url, "Live Chat", "livechats")
    demos = admin.get_by_role("row").filter(has=admin.get_by_role("rowheader", name="Demo"))
    demos.get_by_role("button", name="More", exact=True).click()
    admin.get_by_role("menuitem", name="Bot", exact=True).click()
    dialog = admin.get_by_role("dialog", name="Bot")
    serve = dialog.get_by_role("combobox", name="Serve", exact=True)
    expect(serve).to_have_value("Within the working hours")
    dialog.get_by_role("textbox", name="Name", exact=True).fill("Robo")
    dialog.get_by_role("textbox", name="Address", exact=True).fill("https://example.com/bot")
    serve.click()
    admin.get_by_role("option", name="Outside the working hours", exact=True).click()
    assert serious_faults(admin) == []
    dialog.get_by_role("button", name="Save", exact=True).click()
    expect(dialog.get_by_text("Copy the token now: it is not shown again.")).to_be_visible()
    if folder := os.environ.get("ENGAGE_PICTURES"):
        admin.screenshot(path=f"{folder}/bot-dialog.png")
    try:
        bot = root.get(path).json()
        assert (bot["name"], bot["serve"], bot["answer_within_s"]) == ("Robo", "outside", 30)
    finally:
        root.delete(path)
