"""What a transfer says, over HTTP and over sockets."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from engage.partial_body import Body

Number = Annotated[str, Field(min_length=1, max_length=18)]


class Taker(Body):
    """A colleague or a queue."""

    kind: Literal["agent", "queue"]
    value: Number


class ChatTransfer(Body):
    """To whom a chat is to go, and why; the reason is read by agents only."""

    to: Taker
    reason: Annotated[str, Field(max_length=500)] = ""
