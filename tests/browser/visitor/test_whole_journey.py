"""One visitor's whole way: writes, calls, is handed on, rates, gets the transcript by mail.

Two agents work in Wave, a chairman watches the board, and the figures are right afterwards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.support.desk import accept, ask, inquiry, log, open_wave, say
from tests.support.mail_sink import SinkThread
from tests.support.program import Program
from tests.support.server import Server, wait_until
from tests.support.softphone import Softphone, hears, speaks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import BrowserContext, Locator, Page

    from tests.support.desk import NewContext
    from tests.support.mail_sink import MailSink, Taken

VISITOR_HZ, ANA_HZ, BEN_HZ = 700, 440, 1000


@pytest.fixture(scope="module")
def sink() -> Iterator[MailSink]:
    with SinkThread() as running:
        yield running


@pytest.fixture(scope="module")
def server(sink: MailSink) -> Iterator[Server]:
    with Server("--smtp", f"smtp://127.0.0.1:{sink.port}") as running:
        yield running


@pytest.fixture
def root(server: Server) -> Program:
    """Transcripts are mailed, chats are rated, Dana watches the queue."""
    admin = Program(server.url, "admin", "Demo-admin!")
    wanted = {"satisfaction_survey": True, "email_transcript": True}
    assert admin.patch(f"/v1/livechats/{demo(admin)}", wanted).status == 200
    assert admin.patch("/v1/queues/6500", {"chairmen": ["1003"]}).status == 200
    return admin


def demo(admin: Program) -> str:
    items = admin.get("/v1/livechats").json()["items"]
    return next(str(each["id"]) for each in items if each["name"] == "Demo")


def seat(chairman: Page, name: str) -> Locator:
    """An agent on the chairman's board."""
    board = chairman.get_by_role("region", name="My queues", exact=True)
    return board.get_by_role("listitem").filter(has_text=name).last


def press(page: Page | Locator, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def hand_the_chat_to(agent: Page, name: str) -> None:
    press(agent, "Transfer")
    dialog = agent.get_by_role("dialog")
    dialog.get_by_role("button", name=name).click()
    press(dialog, "Transfer")
    expect(dialog).to_have_count(0)


def hand_the_call_to(agent: Softphone, number: str) -> None:
    agent.press("Transfer")
    dialog = agent.page.get_by_role("dialog")
    dialog.get_by_label("Transfer to", exact=True).fill(number)
    press(dialog, "Transfer now")
    expect(dialog).to_have_count(0)


def mail_to(sink: MailSink, address: str) -> Taken:
    def found() -> list[Taken]:
        return [each for each in sink.mails if each.recipients == [address]]

    wait_until(found, 30, f"a mail to {address}")
    return found()[-1]


@pytest.mark.timeout(300)
def test_a_visitor_is_served_from_the_first_word_to_the_transcript(
    server: Server, sink: MailSink, root: Program, new_context: NewContext
) -> None:
    ana = Softphone(new_context, server.url, "1000", ANA_HZ)
    ben = Softphone(new_context, server.url, "1001", BEN_HZ)
    dana = open_wave(new_context, server.url, "1003")
    dana.get_by_role("link", name="Calls", exact=True).click()
    expect(seat(dana, "Ana Costa")).to_contain_text("Available")

    def speaking() -> BrowserContext:
        context = new_context()
        speaks(context, VISITOR_HZ)
        return context

    visitor = ask(speaking, server.url, "Vera Lind", "My order has not come.")
    ana.page.get_by_role("link", name="Live Chat", exact=True).click()
    accept(ana.page, "Vera Lind")
    say(ana.page, "I shall look.")
    expect(log(visitor)).to_contain_text("I shall look.")

    press(visitor, "Call")
    ana.answer()
    ana.hears(VISITOR_HZ)
    hears(visitor, ANA_HZ)
    expect(seat(dana, "Ana Costa")).to_contain_text("On another call")

    hand_the_chat_to(ana.page, "Ben Osei")
    ben.page.get_by_role("link", name="Live Chat", exact=True).click()
    expect(inquiry(ben.page, "Vera Lind")).to_contain_text("Ana Costa hands this chat over")
    accept(ben.page, "Vera Lind")
    ana.open_calls()
    hand_the_call_to(ana, "1001")
    ben.answer()
    ben.hears(VISITOR_HZ)
    hears(visitor, BEN_HZ)
    expect(ana.current()).to_have_count(0)
    expect(seat(dana, "Ben Osei")).to_contain_text("On another call")
    expect(seat(dana, "Ana Costa")).to_contain_text("Available")
    say(ben.page, "It comes tomorrow.")
    expect(log(visitor)).to_contain_text("It comes tomorrow.")

    visitor.get_by_role("region", name="Call", exact=True).get_by_role(
        "button", name="Hang up", exact=True
    ).click()
    expect(log(visitor)).to_contain_text("The call has ended after 0:")
    expect(seat(dana, "Ben Osei")).to_contain_text("Available")
    press(ben.page, "End chat")
    press(ben.page.get_by_role("dialog"), "End chat")
    visitor.get_by_title("4 stars").click()
    press(visitor, "Send rating")
    expect(visitor.get_by_text("Thank you for your rating.")).to_be_visible()
    press(visitor, "Send it to me by email")
    words = mail_to(sink, "visitor@example.test").part("plain")
    for said in "My order has not come.", "I shall look.", "It comes tomorrow.":
        assert said in words
    for talked in "The visitor called.", "Ana Costa answered the call.", "has ended after 0:":
        assert talked in words

    figures_are_right(root)


def figures_are_right(root: Program) -> None:
    """Of the one chat and the one call."""

    def report() -> dict[str, Any]:
        return dict(root.get("/v1/livechat-report").json())

    wait_until(lambda: report()["total"]["rated"] == 1, 20, "the rating is counted")
    total = report()["total"]
    counted = {each: total[each] for each in ("inquiries", "accepted", "missed")}
    assert counted == {"inquiries": 1, "accepted": 1, "missed": 0}
    assert (total["average_rating"], total["ratings"]) == (4.0, [0, 0, 0, 1, 0])
    assert sum(each["accepted"] for each in report()["agents"]) == 1
    calls = [each for each in root.get("/v1/calls").json()["items"] if each["conversation"]]
    assert {(each["action"], each["caller_name"]) for each in calls} == {
        ("livechat", "Demo: Vera Lind")
    }
    queue = root.get("/v1/queue-report").json()
    assert [each["offered"] for each in queue["queues"]] in ([], [0])  # it was no caller of theirs
