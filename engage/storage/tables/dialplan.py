"""Routes of calls, out and in, and what else the dialplan knows by name."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, Integer, Table, Text

from engage.storage.tables.naming import metadata


def _routes(name: str) -> Table:
    return Table(
        name,
        metadata,
        Column("id", Text, primary_key=True),
        Column("client_id", Text, unique=True),
        Column("position", Integer, nullable=False),  # of two that match equally, the lower one
        Column("name", Text, nullable=False),
        Column("name_key", Text, nullable=False, unique=True),  # without case
        Column("settings", JSON, nullable=False),  # what else its form holds
        Column("version", Integer, nullable=False),
        Column("created_at_ms", BigInteger, nullable=False),
    )


outbound_routes = _routes("outbound_route")
inbound_routes = _routes("inbound_route")
ring_groups = _routes("ring_group")
speed_dials = _routes("speed_dial")
emergency_numbers = _routes("emergency_number")
pin_groups = _routes("pin_group")
pickup_groups = _routes("pickup_group")
parking_lots = _routes("parking_lot")
conference_rooms = _routes("conference_room")
paging_groups = _routes("paging_group")
voicemail_groups = _routes("voicemail_group")
ivrs = _routes("ivr")
custom_prompts = _routes("custom_prompt")
announcements = _routes("announcement")
disas = _routes("disa")
fax_extensions = _routes("fax_extension")
callbacks = _routes("callback")
wake_ups = _routes("wake_up")
pms_rooms = _routes("pms_room")
mini_bar_goods = _routes("mini_bar_goods")
mini_bar_maids = _routes("mini_bar_maid")
name_directories = _routes("name_directory")
center_messages = _routes("center_message")
center_groups = _routes("center_group")
ringtones = _routes("ringtone")
music_classes = _routes("music_class")
