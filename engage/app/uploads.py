"""Files, and conversations that carry them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from engage.files.routes import FileRoutes
from engage.files.service import Files
from engage.files.settings import ImSettings
from engage.livechat.pictures.routes import PictureRoutes
from engage.livechat.pictures.service import Pictures
from engage.system.actor import Module
from engage.web.conversations import Conversations

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.routing import BaseRoute

    from engage.app.platform import Platform
    from engage.hub.service import Hub
    from engage.livechat.service import LiveChatService
    from engage.web.sockets import Sockets


class Uploads:
    """What people bring to conversations."""

    def __init__(
        self, platform: Platform, hub: Hub, livechat: LiveChatService, sockets: Sockets
    ) -> None:
        self.im = im = partial(platform.configuration.get, ImSettings)
        platform.configuration.register(
            "im_settings", ImSettings, Module.IM_SETTINGS, lambda: im().ruled()
        )
        self.files = Files(
            platform.database,
            hub,
            platform.settings.data / "files",
            platform.keyring.derive("files"),
            im,
            livechat,
            platform.events,
            platform.clock,
        )
        conversations = Conversations(hub, livechat.desk, self.files)
        conversations.register(sockets)
        pictures = Pictures(livechat.administration, self.files.picture)
        self.routes: Sequence[BaseRoute] = [
            *conversations.routes(),
            *FileRoutes(self.files).routes(),
            *PictureRoutes(pictures, livechat.livechats).routes(),
        ]
