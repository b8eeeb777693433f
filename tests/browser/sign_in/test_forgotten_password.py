"""From a forgotten password over a real mail to a new one; and the first one of somebody new."""

from __future__ import annotations

import json
import re
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.support.browser import serious_faults
from tests.support.desk import NARROW, open_administration, open_wave, sign_in
from tests.support.mail_sink import SinkThread
from tests.support.server import Server, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

    from tests.support.desk import NewContext
    from tests.support.mail_sink import MailSink, Taken


@pytest.fixture(scope="module")
def sink() -> Iterator[MailSink]:
    with SinkThread() as running:
        yield running


@pytest.fixture(scope="module")
def server(sink: MailSink) -> Iterator[Server]:
    with Server("--smtp", f"smtp://127.0.0.1:{sink.port}") as running:
        answer = ask(running, "POST", "/v1/sign-in", {"user": "admin", "password": "Demo-admin!"})
        address = {"values": {"public_address": running.url}}
        ask(running, "PATCH", "/v1/settings/http_server", address, answer["token"])
        yield running


def ask(server: Server, method: str, path: str, body: object, token: str = "") -> dict[str, Any]:
    headers = {"content-type": "application/json"}
    if token:
        headers["authorization"] = f"Bearer {token}"
    request = urllib.request.Request(  # noqa: S310 - the server under test
        server.url + path, json.dumps(body).encode(), headers, method=method
    )
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
        return dict(json.load(answer))


def mail_to(sink: MailSink, address: str) -> Taken:
    def found() -> list[Taken]:
        return [each for each in sink.mails if each.recipients == [address]]

    wait_until(found, 20, f"a mail to {address}")
    return found()[-1]


def link_in(mail: Taken, server: Server) -> str:
    """The link of the mail: the same in both of its parts."""
    found = re.search(r"http://\S+/#/password/[\w-]+", mail.part("plain"))
    assert found is not None, mail.part("plain")
    assert found[0].startswith(server.url)
    assert found[0] in mail.part("html")
    return found[0]


def ask_for_link(page: Page, user: str) -> None:
    page.get_by_role("button", name="Forgot your password?").click()
    page.get_by_label("User name or email").fill(user)
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("status")).to_contain_text("on its way")


def test_a_forgotten_password_is_set_anew_by_the_mails_link(
    server: Server, sink: MailSink, new_context: NewContext
) -> None:
    elsewhere = open_wave(new_context, server.url, "1000")
    page = new_context().new_page()
    page.goto(f"{server.url}/wave/")
    ask_for_link(page, "1000")
    assert serious_faults(page) == []
    mail = mail_to(sink, "1000@example.test")
    assert "1000" in mail.part("plain")
    link = link_in(mail, server)

    page = new_context(viewport=NARROW).new_page()
    page.goto(link)
    expect(page.get_by_role("heading", name="Set your password", level=1)).to_be_visible()
    expect(page.get_by_text("Ana Costa")).to_be_visible()
    assert serious_faults(page) == []
    field = page.get_by_label("New password")
    field.fill("short")
    page.get_by_role("button", name="Set password").click()
    expect(page.get_by_role("alert")).to_contain_text("at least 8")
    field.fill("12345678")
    field.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("guessed easily")
    field.fill("Quiet-river-9")
    field.press("Enter")
    expect(page.get_by_role("heading", name="Your password is set", level=1)).to_be_visible()
    expect(elsewhere.get_by_text("Your session is over")).to_be_visible()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_label("User name", exact=True)).to_have_value("1000")
    sign_in(page, "1000", "Quiet-river-9")
    expect(page.get_by_role("heading", name="Live Chat", level=1)).to_be_visible()

    page = new_context().new_page()
    page.goto(link)
    expect(page.get_by_role("alert")).to_contain_text("no longer valid")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_label("Password", exact=True)).to_be_visible()


def test_a_name_that_nobody_has_gets_the_same_answer(
    server: Server, sink: MailSink, new_context: NewContext
) -> None:
    page = new_context().new_page()
    page.goto(f"{server.url}/wave/")
    before = len(sink.mails)
    page.get_by_role("button", name="Forgot your password?").click()
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("alert")).to_contain_text("Please enter")
    page.get_by_role("button", name="Back").click()
    ask_for_link(page, "nobody")
    ask(server, "POST", "/v1/password/forgot", {"user": "1001"})
    mail_to(sink, "1001@example.test")
    assert len(sink.mails) == before + 1


def test_somebody_new_sets_the_first_password_by_the_welcome_mail(
    server: Server, sink: MailSink, new_context: NewContext
) -> None:
    admin = open_administration(new_context, server.url)
    admin.goto(f"{server.url}/admin/#/extensions/new")
    admin.get_by_label("Extension", exact=True).fill("1050")
    admin.get_by_label("First Name", exact=True).fill("Eva")
    admin.get_by_label("Last Name", exact=True).fill("Roth")
    admin.get_by_label("Email", exact=True).fill("eva@example.test")
    admin.get_by_role("button", name="Save", exact=True).click()
    expect(admin.get_by_text("Saved")).to_be_visible()
    link = link_in(mail_to(sink, "eva@example.test"), server)
    page = new_context().new_page()
    page.goto(link)
    expect(page.get_by_role("heading", name="Welcome, Eva Roth", level=1)).to_be_visible()
    page.get_by_label("New password").fill("Quiet-river-9")
    page.get_by_role("button", name="Set password").click()
    page.get_by_role("button", name="Go on").click()
    sign_in(page, "1050", "Quiet-river-9")
    expect(page.get_by_role("heading", name="Live Chat", level=1)).to_be_visible()
