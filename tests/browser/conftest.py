"""One Chromium for this folder's tests, one server for each module.

pytest-playwright's own fixtures live as long as the session and keep an event loop running, which
the asynchronous tests of other folders could not bear; this ends when a worker leaves the folder.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.support.browser import PATIENCE_MS, chromium, profiles
from tests.support.desks import Desks
from tests.support.server import Server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext, Page, Playwright

    OpenPage = Callable[..., Page]

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="package")
def driver() -> Iterator[Playwright]:
    """Its event loop is gone when the folder is left."""
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="package")
def browser_process(driver: Playwright) -> Iterator[Browser]:
    with chromium(driver) as browser:
        yield browser


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


@pytest.fixture
def new_context(
    request: pytest.FixtureRequest, browser_process: Browser
) -> Iterator[Callable[..., BrowserContext]]:
    """A browser profile of its own; what it is like: `profiles`."""
    with profiles(browser_process, request.node) as make:
        yield make


@pytest.fixture(scope="module")
def lasting_context(
    request: pytest.FixtureRequest, browser_process: Browser
) -> Iterator[Callable[..., BrowserContext]]:
    """A browser profile for all tests of a file."""
    with profiles(browser_process, request.node) as make:
        yield make


@pytest.fixture(scope="module")
def _occupied(lasting_context: Callable[..., BrowserContext], server: Server) -> Desks:
    return Desks(lasting_context, server.url)


@pytest.fixture
def desks(
    request: pytest.FixtureRequest,
    _occupied: Desks,
    new_context: object,
) -> Iterator[Desks]:
    """People who stay at their pages for all tests of a file; after a failure these are new.

    `new_context` is for the order alone: pytest-playwright parts its tests from those without it.
    """
    failed = request.session.testsfailed
    yield _occupied
    _occupied.leave(failed=request.session.testsfailed > failed)
