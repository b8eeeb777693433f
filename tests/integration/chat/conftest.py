"""Fixtures shared with the other tests that meet a PBX."""

from tests.support.messaging_fixtures import clock, desk, exchange

__all__ = ["clock", "desk", "exchange"]
