"""The channel's frames between signalling and a media worker; web need not know these values."""

from __future__ import annotations

import msgspec

from engage.processes.channel import Answer, Ask, Hello, Refusal, Tell
from pbxcore.health import Health, Probe
from pbxcore.media.commands import MediaNotice, MediaReply, MediaRequest

MediaFrame = (
    Hello | Ask[MediaRequest | Probe] | Answer[MediaReply | Health] | Refusal | Tell[MediaNotice]
)
MEDIA_FRAMES: msgspec.msgpack.Decoder[MediaFrame] = msgspec.msgpack.Decoder(MediaFrame)
