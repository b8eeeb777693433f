"""Everything built and wired: a file for each slice, and `parts.py` for the order of all."""

from __future__ import annotations

from engage.app.application import Application, NotStarted, build, openapi

__all__ = ["Application", "NotStarted", "build", "openapi"]
