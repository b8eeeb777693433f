"""People at their pages, each in a browser profile: an agent, an administrator, a visitor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.support.browser import serious_faults

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext, FrameLocator, Locator, Page

    NewContext = Callable[..., BrowserContext]

NARROW = {"width": 360, "height": 720}


def sign_in(page: Page, user: str, password: str) -> None:
    """Fill and send the sign-in form that the page shows."""
    page.get_by_label("User name", exact=True).fill(user)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def _signed_in(
    new_context: NewContext, url: str, user: str, password: str, **options: object
) -> Page:
    """A page of a new profile that has the session's cookie: quicker than by the form."""
    profile = new_context(**options)
    signed = profile.request.post(
        f"{url}/v1/sign-in",
        data={"user": user, "password": password},
        headers={"origin": url, "accept-language": str(options.get("locale", "en-GB"))},
    )
    assert signed.ok, signed.text()
    return profile.new_page()


def open_wave(new_context: NewContext, url: str, number: str, **options: object) -> Page:
    """Wave, signed in as this extension's user."""
    page = _signed_in(new_context, url, number, f"Demo-{number}!", **options)
    page.goto(f"{url}/wave/")
    expect(page.get_by_role("heading", name="Live Chat", level=1)).to_be_visible()
    expect(page.get_by_text("Loading")).to_have_count(0)
    return page


def open_administration(
    new_context: NewContext,
    url: str,
    heading: str = "Message Broadcast",
    path: str = "",
    **options: object,
) -> Page:
    """Administration, signed in as the demonstration's administrator, at a page with this heading.

    At once by its `path`; without one, where the administration begins.
    """
    page = _signed_in(new_context, url, "admin", "Demo-admin!", **options)
    page.goto(f"{url}/admin/#/{path}" if path else f"{url}/admin/")
    expect(page.get_by_role("heading", name=heading, level=1)).to_be_visible()
    return page


def at(admin: Page, url: str, path: str, name: str) -> Page:
    """A page of the administration, by its address; `name` is its heading."""
    admin.goto(f"{url}/admin/#/{path}")
    expect(admin.get_by_role("heading", name=name, level=1, exact=True)).to_be_visible()
    return admin


def save(page: Page) -> None:
    """Press Save."""
    page.get_by_role("button", name="Save", exact=True).click()


def ask(new_context: NewContext, url: str, name: str, text: str = "") -> Page:
    """A visitor who has filled the form and waits; writes `text` while waiting."""
    page = new_context().new_page()
    page.goto(f"{url}/livechat/demo")
    page.get_by_label("Full Name", exact=True).fill(name)
    page.get_by_label("Email", exact=True).fill("visitor@example.test")
    phone = page.get_by_label("Phone Number", exact=True)
    if phone.count():
        phone.fill("+351 912 345 678")
    for consent in page.get_by_role("checkbox").all():
        consent.check()
    page.get_by_role("button", name="Start Chat", exact=True).click()
    expect(message_box(page)).to_be_visible()
    if text:
        say(page, text)
    return page


def inquiry(agent: Page, name: str) -> Locator:
    """The entry of a waiting visitor in the agent's list."""
    waiting = agent.get_by_role("list", name="Inquiries", exact=True)
    return waiting.get_by_role("listitem").filter(has_text=name)


def accept(agent: Page, name: str) -> None:
    """Take this visitor's chat; returns when it is open."""
    inquiry(agent, name).get_by_role("button", name="Accept", exact=True).click()
    expect(agent.get_by_role("heading", name=name, level=2)).to_be_visible()


def message_box(page: Page | FrameLocator) -> Locator:
    """Where one writes."""
    return page.get_by_role("textbox", name="Message", exact=True)


def log(page: Page | FrameLocator) -> Locator:
    """What was said."""
    return page.get_by_role("log", name="Conversation", exact=True)


def say(page: Page, text: str) -> None:
    """Write and send; returns when it stands in the log."""
    message_box(page).fill(text)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(log(page)).to_contain_text(text)


def scrolls_sideways(page: Page) -> bool:
    """Whether the page is wider than its window."""
    return bool(
        page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    )


def inspect_wide_and_narrow(page: Page, what: str) -> None:
    """Find no serious fault and nothing out of sight, on a desk and on a phone."""
    wide = page.viewport_size
    assert wide is not None
    assert serious_faults(page) == [], what
    page.set_viewport_size(NARROW)
    assert not scrolls_sideways(page), what
    page.set_viewport_size(wide)
