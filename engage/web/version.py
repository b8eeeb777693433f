"""The installed release."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed


def version() -> str:
    """The package's version; `0` when it runs from a folder that was never installed."""
    try:
        return installed("engage")
    except PackageNotFoundError:
        return "0"
