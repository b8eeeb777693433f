"""An administrator finds a chat, reads it, keeps it, removes it, and sees its figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.support.desk import (
    accept,
    ask,
    at,
    inspect_wide_and_narrow,
    open_administration,
    open_wave,
    say,
)

if TYPE_CHECKING:
    from tests.support.desk import NewContext
    from tests.support.server import Server

LIST = "Chat Records"


def test_a_chat_is_found_read_kept_and_removed(server: Server, new_context: NewContext) -> None:
    agent = open_wave(new_context, server.url, "1000")
    visitor = ask(new_context, server.url, "Lena Fischer", "Is the blue kettle back?")
    accept(agent, "Lena Fischer")
    say(agent, "Yes, since Monday.")
    agent.get_by_role("button", name="End chat", exact=True).click()
    agent.get_by_role("dialog").get_by_role("button", name="End chat", exact=True).click()
    expect(visitor.get_by_text("ended the chat")).to_be_visible()
    ask(new_context, server.url, "Otto", "Hello?")

    admin = open_administration(new_context, server.url)
    at(admin, server.url, "livechat-records", LIST)
    rows = admin.get_by_role("region", name=LIST, exact=True)
    expect(rows.get_by_role("row")).to_have_count(3)
    inspect_wide_and_narrow(admin, "records")
    admin.get_by_role("searchbox", name="Search", exact=True).fill("blue kettle")
    expect(rows.get_by_role("row")).to_have_count(2)
    admin.get_by_role("link", name="Lena Fischer", exact=True).click()
    said = admin.get_by_role("region", name="Conversation", exact=True)
    expect(said).to_contain_text("Yes, since Monday.")
    inspect_wide_and_narrow(admin, "record")
    with admin.expect_download() as kept:
        admin.get_by_role("link", name="Text", exact=True).click()
    assert "Lena Fischer: Is the blue kettle back?" in kept.value.path().read_text()
    admin.get_by_role("button", name="Delete", exact=True).click()
    admin.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    expect(admin.get_by_text("Nothing matches")).to_be_visible()

    at(admin, server.url, "livechat-report", "Chat Statistics")
    tiles = admin.get_by_role("region", name="Total", exact=True)
    expect(tiles).to_contain_text("Inquiries2")  # the one that was removed is counted as before
    inspect_wide_and_narrow(admin, "report")
