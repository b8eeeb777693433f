"""Pages of mails that an administrator looks at: kept for minutes, shown without any right."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from typing import TYPE_CHECKING

from engage.errors import NotFound
from engage.identifiers import now_ms

if TYPE_CHECKING:
    from engage.identifiers import Clock

KEPT_MS, MOST = 600_000, 50
POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
"""A mail's page may be drawn, and nothing else (Content Security Policy, Level 3)."""


class Previews:
    """An administrator's own pages have a policy under which a mail's styles would not be drawn."""

    def __init__(self, clock: Clock = now_ms) -> None:
        self._clock = clock
        self._pages: OrderedDict[str, tuple[int, str]] = OrderedDict()

    def keep(self, html: str) -> str:
        """The address of a page."""
        ident = secrets.token_urlsafe(24)
        self._pages[ident] = (self._clock(), html)
        while len(self._pages) > MOST:
            self._pages.popitem(last=False)
        return f"/v1/email-previews/{ident}"

    def page(self, ident: str) -> str:
        """A page that was kept.

        Raises:
            NotFound: it is too old, or there was none.
        """
        at_ms, html = self._pages.get(ident, (0, ""))
        if self._clock() - at_ms > KEPT_MS:
            self._pages.pop(ident, None)
            raise NotFound
        return html
