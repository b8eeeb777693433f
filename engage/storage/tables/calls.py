"""Calls that were, as projected from the PBX's journal, and those that are up."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Index, Integer, Table, Text, text

from engage.storage.tables.naming import metadata

calls = Table(  # a call that has ended
    "call",
    metadata,
    Column("id", Text, primary_key=True),
    Column("number", BigInteger, nullable=False, unique=True),  # AcctId, shared with the legs
    Column("seq", BigInteger, nullable=False),  # in the journal, of the fact that began it
    Column("started_at_ms", BigInteger, nullable=False),
    Column("answered_at_ms", BigInteger),
    Column("ended_at_ms", BigInteger, nullable=False),
    Column("duration_s", Integer, nullable=False),
    Column("talk_s", Integer, nullable=False),
    Column("direction", Text, nullable=False),  # internal | inbound | outbound
    Column("disposition", Text, nullable=False),
    Column("caller", Text, nullable=False),  # as it was shown
    Column("original_caller", Text, nullable=False),  # before a route rewrote it
    Column("caller_extension", Text, nullable=False),
    Column("caller_name", Text, nullable=False),
    Column("callee", Text, nullable=False),  # what was dialled
    Column("callee_name", Text, nullable=False),
    Column("answered_by", Text, nullable=False),
    Column("source_trunk", Text, nullable=False),  # its name then
    Column("destination_trunk", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("action_owner", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("cause", Integer, nullable=False),  # Q.850
    Column("reason", Text, nullable=False),
    Column("sip_call_id", Text, nullable=False),
    Column("conversation", Text, nullable=False, server_default=""),  # the visitor's who called
    Column("session", Text, nullable=False, server_default=""),  # and its number
    Column("verstat", Text, nullable=False),  # STIR/SHAKEN, in 3GPP's words
    Column("attest", Text, nullable=False),  # A | B | C
    Index("ix_call_started_at_ms", "started_at_ms", "id"),
    Index("ix_call_caller", "caller", "started_at_ms"),
    Index("ix_call_original_caller", "original_caller", "started_at_ms"),
    Index("ix_call_callee", "callee", "started_at_ms"),
    Index(
        "ix_call_conversation",
        "conversation",
        sqlite_where=text("conversation != ''"),
        postgresql_where=text("conversation != ''"),
    ),
)

call_legs = Table(  # the caller's leg first, then each that was called, and services
    "call_leg",
    metadata,
    Column("call", Text, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("number", BigInteger),  # AcctId; none for the caller's
    Column("role", Text, nullable=False),  # caller | called | service
    Column("party", Text, nullable=False),
    Column("extension", Text, nullable=False),  # the party, if it is one of ours
    Column("name", Text, nullable=False),
    Column("trunk", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("action_owner", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("target", Text, nullable=False),
    Column("started_at_ms", BigInteger, nullable=False),
    Column("ringing_at_ms", BigInteger),
    Column("answered_at_ms", BigInteger),
    Column("ended_at_ms", BigInteger, nullable=False),
    Column("disposition", Text, nullable=False),
    Column("ended_by", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("cause", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("codec", Text, nullable=False),
    Column("packets_in", BigInteger, nullable=False),
    Column("packets_lost", BigInteger, nullable=False),
    Column("jitter_ms", Float, nullable=False),
    Column("mos", Float, nullable=False),
    Index("ix_call_leg_extension", "extension", "call"),
    Index("ix_call_leg_number", "number"),
)

open_calls = Table(  # calls that are up
    "open_call",
    metadata,
    Column("id", Text, primary_key=True),
    Column("state", Text, nullable=False),  # JSON
)

recordings = Table(  # files of sound below the recordings' folder
    "recording",
    metadata,
    Column("id", Text, primary_key=True),
    Column("call", Text, nullable=False),
    Column("file", Text, nullable=False),
    Column("recorded_at_ms", BigInteger, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("caller", Text, nullable=False),
    Column("caller_name", Text, nullable=False),
    Column("callee", Text, nullable=False),
    Column("callee_name", Text, nullable=False),
    Column("storage", Text, nullable=False, server_default="local"),  # local | netdisk
    Index("ix_recording_recorded_at_ms", "recorded_at_ms", "id"),
    Index("ix_recording_call", "call"),
    Index("ix_recording_file", "file"),
)
