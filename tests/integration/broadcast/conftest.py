"""Fixtures shared with the other tests that meet a PBX."""

from tests.support.messaging_fixtures import (
    clock,
    database,
    database_url,
    desk,
    exchange,
    postgres,
)

__all__ = ["clock", "database", "database_url", "desk", "exchange", "postgres"]
