"""Every table, for both databases: identifiers are text, moments milliseconds UTC (`*_ms`)."""

from __future__ import annotations

from engage.storage.tables.api import api_numbers, api_users
from engage.storage.tables.broadcast import broadcasts, deliveries
from engage.storage.tables.calls import call_legs, calls, open_calls, recordings
from engage.storage.tables.chat import (
    chat_group_members,
    chat_groups,
    message_revisions,
    message_texts,
    search_progress,
)
from engage.storage.tables.dialplan import (
    announcements,
    callbacks,
    conference_rooms,
    custom_prompts,
    disas,
    emergency_numbers,
    inbound_routes,
    ivrs,
    name_directories,
    outbound_routes,
    paging_groups,
    parking_lots,
    pickup_groups,
    pin_groups,
    ring_groups,
    speed_dials,
    voicemail_groups,
    wake_ups,
)
from engage.storage.tables.hub import conversations, events, inboxes, participants
from engage.storage.tables.livechat import consents, inquiries, livechats, visitors
from engage.storage.tables.naming import metadata
from engage.storage.tables.notify import mail_templates, mails
from engage.storage.tables.people import (
    accounts,
    extension_group_members,
    extension_groups,
    extensions,
    own_settings,
    privileges,
    queue_agents,
    queues,
    wave_activity,
    wave_privileges,
)
from engage.storage.tables.push import push_messages, push_subscriptions
from engage.storage.tables.sign_in import (
    authenticator_apps,
    passkeys,
    password_links,
    recovery_codes,
    sessions,
    sign_in_guards,
    spent_tickets,
)
from engage.storage.tables.system import facts, operations, settings
from engage.storage.tables.telephony import devices, journal_offsets, trunks
from engage.storage.tables.uploads import files

__all__ = [
    "accounts",
    "announcements",
    "api_numbers",
    "api_users",
    "authenticator_apps",
    "broadcasts",
    "call_legs",
    "callbacks",
    "calls",
    "chat_group_members",
    "chat_groups",
    "conference_rooms",
    "consents",
    "conversations",
    "custom_prompts",
    "deliveries",
    "devices",
    "disas",
    "emergency_numbers",
    "events",
    "extension_group_members",
    "extension_groups",
    "extensions",
    "facts",
    "files",
    "inbound_routes",
    "inboxes",
    "inquiries",
    "ivrs",
    "journal_offsets",
    "livechats",
    "mail_templates",
    "mails",
    "message_revisions",
    "message_texts",
    "metadata",
    "name_directories",
    "open_calls",
    "operations",
    "outbound_routes",
    "own_settings",
    "paging_groups",
    "parking_lots",
    "participants",
    "passkeys",
    "password_links",
    "pickup_groups",
    "pin_groups",
    "privileges",
    "push_messages",
    "push_subscriptions",
    "queue_agents",
    "queues",
    "recordings",
    "recovery_codes",
    "ring_groups",
    "search_progress",
    "sessions",
    "settings",
    "sign_in_guards",
    "speed_dials",
    "spent_tickets",
    "trunks",
    "visitors",
    "voicemail_groups",
    "wake_ups",
    "wave_activity",
    "wave_privileges",
]
