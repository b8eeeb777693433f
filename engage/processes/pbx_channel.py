"""The channel's frames between signalling and web; a media worker need not know these values."""

from __future__ import annotations

import msgspec

from engage.processes.channel import Answer, Ask, Hello, Refusal, Tell
from pbxcore.commands import Notice, Reply, Request

Frame = Hello | Ask[Request] | Answer[Reply] | Refusal | Tell[Notice]
FRAMES: msgspec.msgpack.Decoder[Frame] = msgspec.msgpack.Decoder(Frame)
