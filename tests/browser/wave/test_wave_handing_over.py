"""A visitor's chat goes from agent to agent, and two agents write in one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.support.browser import serious_faults
from tests.support.desk import accept, ask, inquiry, log, message_box, say

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from tests.support.desk import NewContext
    from tests.support.desks import Desks
    from tests.support.server import Server


def press(page: Page | Locator, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def choose(page: Page, button: str, whom: str) -> Locator:
    """Open the dialog behind a button and pick somebody in it."""
    press(page, button)
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name=whom).click()
    return dialog


def test_chat_on_offer_is_declined(server: Server, desks: Desks, new_context: NewContext) -> None:
    ana, ben = (desks.wave(each) for each in ("1000", "1001"))
    visitor = ask(new_context, server.url, "Tara Handed", "I need a refund")
    accept(ana, "Tara Handed")
    dialog = choose(ana, "Transfer", "Ben Osei")
    dialog.get_by_label("Reason", exact=True).fill("Knows refunds")
    assert serious_faults(ana) == []
    press(dialog, "Transfer")
    expect(dialog).to_have_count(0)
    expect(log(ana)).to_contain_text("You offered this chat to Ben Osei.")
    expect(log(visitor)).to_contain_text("You are being connected to Ben Osei.")
    offered = inquiry(ben, "Tara Handed")
    expect(offered).to_contain_text("Ana Costa hands this chat over to Ben Osei. Knows refunds")
    press(offered, "Decline")
    expect(offered).to_have_count(0)
    expect(log(ana)).to_contain_text("Ben Osei cannot take this chat.")


def test_queue_takes_a_chat_over(server: Server, desks: Desks, new_context: NewContext) -> None:
    ana, ben = (desks.wave(each) for each in ("1000", "1001"))
    visitor = ask(new_context, server.url, "Quentin Queue")
    accept(ana, "Quentin Queue")
    dialog = choose(ana, "Transfer", "Support")
    dialog.get_by_label("Reason", exact=True).fill("Knows refunds")
    press(dialog, "Transfer")
    accept(ben, "Quentin Queue")
    expect(log(ben)).to_contain_text("Knows refunds")  # as a note
    expect(ana.get_by_text("Ben Osei takes care of this chat now.")).to_be_visible()
    expect(log(visitor)).not_to_contain_text("Knows refunds")
    say(ben, "The refund is on its way.")
    expect(log(visitor)).to_contain_text("The refund is on its way.")


def test_late_words_of_a_former_owner_are_refused_and_stay_with_them(
    server: Server, desks: Desks, new_context: NewContext
) -> None:
    ana, ben = (desks.wave(each) for each in ("1000", "1001"))
    visitor = ask(new_context, server.url, "Lea Late")
    accept(ana, "Lea Late")
    press(choose(ana, "Transfer", "Ben Osei"), "Transfer")
    expect(inquiry(ben, "Lea Late")).to_be_visible()
    expect(ana.get_by_role("dialog")).to_have_count(0)  # she knows that it is on offer
    ana.context.set_offline(True)
    expect(ana.get_by_text("No connection.")).to_be_visible()
    say(ana, "Written while it was still hers")
    accept(ben, "Lea Late")
    ana.context.set_offline(False)
    expect(log(ana).get_by_role("alert").get_by_role("button", name="Edit")).to_be_visible()
    expect(log(ana)).to_contain_text("Written while it was still hers")
    say(ben, "Now I.")
    expect(log(visitor)).to_contain_text("Now I.")
    expect(log(visitor)).not_to_contain_text("Written while it was still hers")


def test_offer_can_be_taken_back(server: Server, desks: Desks, new_context: NewContext) -> None:
    ana, ben = (desks.wave(each) for each in ("1000", "1001"))
    ask(new_context, server.url, "Kim Kept")
    accept(ana, "Kim Kept")
    press(choose(ana, "Transfer", "Ben Osei"), "Transfer")
    expect(inquiry(ben, "Kim Kept")).to_be_visible()
    press(ana, "Keep this chat")
    expect(inquiry(ben, "Kim Kept")).to_have_count(0)
    say(ana, "Still me.")


def test_invited_colleague_writes_too_and_leaves(
    server: Server, desks: Desks, new_context: NewContext
) -> None:
    ana, ben = (desks.wave(each) for each in ("1000", "1001"))
    visitor = ask(new_context, server.url, "Ivy Invited")
    accept(ana, "Ivy Invited")
    press(choose(ana, "Invite", "Ben Osei"), "Invite")
    ben.get_by_text("Ana Costa invites you to a visitor's chat").wait_for()
    expect(log(ana)).not_to_contain_text("Ben Osei joined the chat.")
    ben.reload()
    ben.get_by_text("Ana Costa invites you to a visitor's chat").wait_for()
    press(ben, "Accept")
    expect(log(ana)).to_contain_text("Ben Osei joined the chat.")
    expect(ben.get_by_role("heading", name="Ivy Invited", level=2)).to_be_visible()
    say(ben, "I am here as well.")
    say(ana, "We both are.")
    expect(log(visitor)).to_contain_text("I am here as well.")
    expect(log(visitor)).to_contain_text("We both are.")
    press(ben, "Leave")
    expect(log(ana)).to_contain_text("Ben Osei left the chat.")
    expect(message_box(ben)).to_have_count(0)
