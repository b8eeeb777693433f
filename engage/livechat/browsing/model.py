"""Visitors of a web site, as their pages tell, and invitations. Bounded, soon forgotten."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

State = Literal["browsing", "form", "chatting"]

EVERY_MS = 15_000
"""How often a page tells that it is there."""

GONE_MS = 45_000
"""A page that has told nothing for so long is gone: three times."""

LEFT_MS = 10_000
"""Whoever closed a page may open the next one of the site: their invitation waits so long."""

INVITED_MS = 120_000
"""An invitation that nobody follows is withdrawn after so long."""

MOST = 500
"""No more are known of one live chat; the longest silent go first."""


@dataclass(frozen=True, slots=True)
class Page:
    """What a page tells of itself."""

    url: str
    title: str
    referrer: str
    language: str
    state: State
    returning: bool


@dataclass(frozen=True, slots=True)
class Invitation:
    """An agent's, to one visitor."""

    id: str
    agent: str
    name: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Browser:
    """One visitor on the site; `since_ms`: on this page."""

    visit: str
    page: Page
    since_ms: int
    seen_ms: int
    invitation: Invitation | None = None


class Browsers:
    """Those of one live chat, by the names that their pages made up for themselves."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Browser] = OrderedDict()
        self._left: OrderedDict[str, Browser] = OrderedDict()

    def here(self, now_ms: int) -> Iterator[Browser]:
        """Who is there now; who is longest on a page comes first."""
        self._forget(now_ms)
        return iter(sorted(self._known.values(), key=lambda each: each.since_ms))

    def tell(self, visit: str, page: Page, dismissed: str, now_ms: int) -> Invitation | None:
        """A page tells that it is there; whose invitation it is to show, if any."""
        self._forget(now_ms)
        before = self._known.pop(visit, None) or self._left.pop(visit, None)
        same = before is not None and before.page.url == page.url
        since_ms = before.since_ms if before is not None and same else now_ms
        invitation = None if before is None else before.invitation
        if invitation is not None and (
            page.state != "browsing"
            or invitation.id == dismissed
            or now_ms - invitation.at_ms > INVITED_MS
        ):
            invitation = None
        self._known[visit] = Browser(visit, page, since_ms, now_ms, invitation)
        while len(self._known) > MOST:
            self._known.popitem(last=False)
        return invitation

    def leave(self, visit: str, now_ms: int) -> None:
        """The page was closed: for the next one of the site, or for good."""
        self._forget(now_ms)
        known = self._known.pop(visit, None)
        if known is None:
            return
        self._left[visit] = replace(known, seen_ms=now_ms)
        while len(self._left) > MOST:
            self._left.popitem(last=False)

    def invite(self, visit: str, invitation: Invitation) -> bool:
        """Show an invitation when the page tells next; False: they are gone, or talk already."""
        self._forget(invitation.at_ms)
        there = self._known if visit in self._known else self._left
        known = there.get(visit)
        if known is None or known.page.state != "browsing":
            return False
        if known.invitation is None:
            there[visit] = replace(known, invitation=invitation)
        return True

    def _forget(self, now_ms: int) -> None:
        _drop_silent(self._known, now_ms - GONE_MS)
        _drop_silent(self._left, now_ms - LEFT_MS)


def _drop_silent(browsers: OrderedDict[str, Browser], since_ms: int) -> None:
    while browsers:
        visit, oldest = next(iter(browsers.items()))
        if oldest.seen_ms > since_ms:
            return
        del browsers[visit]
