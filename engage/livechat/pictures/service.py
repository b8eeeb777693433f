"""Takes pictures from administrators, who see at once what visitors see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engage.errors import N_, TooLarge
from engage.livechat.pictures.model import MOST_BYTES, Picture
from engage.system.actor import Module

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from engage.livechat.administration import Administration
    from engage.livechat.model import LiveChat
    from engage.livechat.pictures.model import PictureKind
    from engage.system.actor import Actor

    Draw = Callable[[bytes], Awaitable[tuple[str, bytes]]]
    """A file's bytes in; the media type and the bytes of the same picture, harmless, out."""


class PictureTooLarge(TooLarge):
    """More bytes than a page should load."""

    text = N_("This file is too large: at most %(limit)d KB.")


class Pictures:
    """Logos and launchers' pictures."""

    def __init__(self, administration: Administration, draw: Draw) -> None:
        self._administration, self._draw = administration, draw

    async def of(self, actor: Actor, livechat_id: str) -> LiveChat:
        """A live chat with its pictures.

        Raises:
            Forbidden: without the right to see live chats.
            NotFound: there is no such live chat.
        """
        return (await self._administration.get(actor, livechat_id)).livechat

    async def put(self, actor: Actor, livechat_id: str, kind: PictureKind, data: bytes) -> LiveChat:
        """Give a live chat a picture; it is shown at once.

        Raises:
            Forbidden: without the right to change live chats.
            NotFound: there is no such live chat.
            PictureTooLarge: see `MOST_BYTES`.
            Refused: it is no picture, or cannot be shown.
            Unavailable: nothing could be drawn now.
        """
        actor.check(Module.LIVECHAT)
        if len(data) > MOST_BYTES[kind]:
            raise PictureTooLarge(limit=MOST_BYTES[kind] // 1024)
        picture = Picture(*await self._draw(data))
        return await self._administration.picture(actor, livechat_id, kind, picture)

    async def remove(self, actor: Actor, livechat_id: str, kind: PictureKind) -> LiveChat:
        """Take a picture away.

        Raises:
            Forbidden: without the right to change live chats.
            NotFound: there is no such live chat.
        """
        return await self._administration.picture(actor, livechat_id, kind, None)
