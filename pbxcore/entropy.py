"""Unguessable bytes, fetched from the kernel a page at a time: each fetch is a system call."""

from __future__ import annotations

import secrets
from typing import Final

_PAGE: Final = 4096


class Entropy:
    """Gives each byte out once. Not to be carried over a fork: both sides would give the same."""

    def __init__(self) -> None:
        self._page = b""
        self._at = _PAGE

    def __call__(self, count: int) -> bytes:
        """That many bytes."""
        end = self._at + count
        if end > _PAGE:
            if count > _PAGE:
                return secrets.token_bytes(count)
            self._page, end = secrets.token_bytes(_PAGE), count
            self._at = 0
        found = self._page[self._at : end]
        self._at = end
        return found
