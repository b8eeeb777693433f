"""An extension whose phones at several places are one line (shared call appearance)."""

from __future__ import annotations

import msgspec


class Location(msgspec.Struct, frozen=True):
    """A place where the line appears: its phone registers with this number of its own.

    Without `originates` nobody calls from there, without `terminates` it does not ring there.
    """

    number: str
    originates: bool = True
    terminates: bool = True


class SharedLine(msgspec.Struct, frozen=True):
    """How the places of one line share its calls.

    A call that one holds is taken at another if the line `retrieves`; one comes into the talk of
    another if it `bridges`, and then `warns` those who talk by a tone. Without `many_calls` the
    line is at one place at a time. A page reaches every place if it `pages_all`.
    """

    locations: tuple[Location, ...] = ()
    retrieves: bool = True
    bridges: bool = False
    warns: bool = True
    many_calls: bool = True
    pages_all: bool = False
