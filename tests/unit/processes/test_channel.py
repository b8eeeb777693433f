"""The channel's frames: whatever way bytes are cut, and whatever bytes come."""

from __future__ import annotations

import contextlib
import os
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engage.processes.channel import (
    VERSION,
    Answer,
    Ask,
    ChannelBroken,
    Framer,
    Hello,
    Refusal,
    Tell,
    encode,
)
from engage.processes.pbx_channel import FRAMES, Frame
from pbxcore.commands import (
    ApplyDelta,
    DirectoryHeld,
    JournalGrew,
    MessageArrived,
    PutSnapshot,
    SendMessage,
)
from pbxcore.directory import (
    Delta,
    Extension,
    ExtensionPut,
    Snapshot,
)
from pbxcore.domain_settings import DomainSettings
from pbxcore.health import Health, Probe

HELLO = Hello(VERSION, "web", 1)
text = st.text(st.characters(codec="utf-8"))
numbers = st.integers(0, 2**40)
extensions = st.builds(Extension, text, text, text, st.integers(1, 10), st.booleans())
requests = st.one_of(
    st.builds(Probe),
    st.builds(
        PutSnapshot, st.builds(Snapshot, numbers, st.builds(DomainSettings), st.tuples(extensions))
    ),
    st.builds(
        ApplyDelta, st.builds(Delta, numbers, st.tuples(st.builds(ExtensionPut, extensions)))
    ),
    st.builds(SendMessage, text, text, text, text, text, text),
    st.builds(MessageArrived, text, text, text, text, text),
)
replies = st.one_of(
    st.builds(DirectoryHeld, numbers),
    st.builds(Health, st.booleans(), text, st.dictionaries(text, st.floats(allow_nan=False))),
)
frames = st.one_of(
    st.builds(Ask, numbers, requests),
    st.builds(Answer, numbers, replies),
    st.builds(Refusal, numbers, text),
    st.builds(Tell, st.builds(JournalGrew, numbers)),
)


@given(st.lists(frames, max_size=5), st.data())
def test_frames_arrive_as_sent_however_the_bytes_are_cut(
    sent: list[Frame], data: st.DataObject
) -> None:
    everything = b"".join(map(encode, [HELLO, *sent]))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(everything)), max_size=8)))
    framer = Framer(FRAMES)
    arrived: list[Frame] = []
    for start, end in zip([0, *cuts], [*cuts, len(everything)], strict=True):
        arrived += framer.feed(everything[start:end])
    assert arrived == [HELLO, *sent]
    assert framer.peer == HELLO


@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_are_frames_or_a_broken_channel(noise: bytes, framed: bool) -> None:
    framer = Framer(FRAMES)
    framer.feed(encode(HELLO))
    data = struct.pack(">I", len(noise)) + noise if framed else noise
    with contextlib.suppress(ChannelBroken):
        framer.feed(data)


def test_text_that_is_no_utf_8_breaks_the_channel() -> None:
    framer = Framer(FRAMES)
    framer.feed(encode(HELLO))
    body = b"\x81\xa4type\xa1\xff"
    with pytest.raises(ChannelBroken):
        framer.feed(struct.pack(">I", len(body)) + body)


def test_deep_nesting_does_not_overflow() -> None:
    framer = Framer(FRAMES)
    framer.feed(encode(HELLO))
    body = b"\x91" * 100_000
    with pytest.raises(ChannelBroken):
        framer.feed(struct.pack(">I", len(body)) + body)


def test_another_version_is_refused() -> None:
    with pytest.raises(ChannelBroken, match="version 2"):
        Framer(FRAMES).feed(encode(Hello(2, "web", 1)))


def test_the_first_frame_is_a_hello_and_no_other() -> None:
    with pytest.raises(ChannelBroken):
        Framer(FRAMES).feed(encode(Ask(1, Probe())))
    framer = Framer(FRAMES)
    framer.feed(encode(HELLO))
    with pytest.raises(ChannelBroken):
        framer.feed(encode(HELLO))


def test_an_announced_giant_is_refused_before_it_arrives() -> None:
    with pytest.raises(ChannelBroken, match="4294967295 bytes"):
        Framer(FRAMES).feed(b"\xff\xff\xff\xff")


def test_a_frame_beyond_the_limit_is_not_sent() -> None:
    giant = MessageArrived("i", "s", "r", "text/plain", os.urandom(1).hex() * 9_000_000)
    with pytest.raises(ValueError, match="bytes"):
        encode(Ask(1, giant))
