"""A visitor at the form, a visitor in a chat, and the agent at the other end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.browser import Agent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import BrowserContext, Page

    from tests.support.server import Server


@pytest.fixture
def agent(server: Server) -> Iterator[Agent]:
    with Agent(server.url) as present:
        present.clear_the_line()
        yield present


@pytest.fixture
def context(new_context: Callable[..., BrowserContext]) -> BrowserContext:
    return new_context()


@pytest.fixture
def visitor(context: BrowserContext, server: Server) -> Page:
    """The visitor's page, at its form."""
    page = context.new_page()
    page.goto(f"{server.url}/livechat/demo")
    return page
