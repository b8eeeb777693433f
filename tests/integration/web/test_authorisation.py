"""Every route and every socket event, as every role: what is not in the table fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
import socketio
from starlette.routing import Route

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.site import Site

pytestmark = pytest.mark.asyncio(loop_scope="module")

ANONYMOUS, VISITOR, STRANGER, USER, COLLEAGUE, ADMIN, EXPIRED, SIGNED_OUT = ROLES = (
    "anonymous",
    "visitor",
    "other visitor",
    "user",
    "other user",
    "administrator",
    "expired",
    "signed out",
)
NOBODY: set[str] = set()
ANYONE = set(ROLES)
PEOPLE = {USER, COLLEAGUE, ADMIN}
USERS = {USER, COLLEAGUE}
NAMED = {VISITOR, STRANGER, *PEOPLE}
TALKERS = {VISITOR, STRANGER, *USERS}
PARTY = {VISITOR, USER}  # of the live chat: its visitor and the agent who serves it

# Who gets past the gate. Whoever is refused gets 401 without a valid session, else 403, or 404
# where even the existence is none of their business.
ROUTES: dict[tuple[str, str], set[str]] = {
    ("GET", "/healthz"): ANYONE,
    ("GET", "/readyz"): ANYONE,
    ("GET", "/metrics"): ANYONE,
    ("GET", "/mail/stop/{token}"): ANYONE,
    ("POST", "/mail/stop/{token}"): ANYONE,
    ("POST", "/v1/sign-in"): ANYONE,
    ("POST", "/v1/sign-in/second"): ANYONE,
    ("POST", "/v1/sign-in/passkey"): ANYONE,
    ("POST", "/v1/password/forgot"): ANYONE,
    ("POST", "/v1/password/link"): ANYONE,
    ("POST", "/v1/password/reset"): ANYONE,
    ("POST", "/v1/me/confirm"): PEOPLE,
    ("POST", "/v1/me/confirm/passkey"): PEOPLE,
    ("GET", "/v1/me/second-factor"): PEOPLE,
    ("POST", "/v1/me/second-factor/app"): PEOPLE,
    ("POST", "/v1/me/second-factor/app/confirm"): PEOPLE,
    ("DELETE", "/v1/me/second-factor/app"): PEOPLE,
    ("POST", "/v1/me/second-factor/passkeys"): PEOPLE,
    ("POST", "/v1/me/second-factor/passkeys/confirm"): PEOPLE,
    ("PATCH", "/v1/me/second-factor/passkeys/{id}"): PEOPLE,
    ("DELETE", "/v1/me/second-factor/passkeys/{id}"): PEOPLE,
    ("POST", "/v1/me/second-factor/recovery-codes"): PEOPLE,
    ("GET", "/v1/second-factors"): {ADMIN},
    ("DELETE", "/v1/second-factors/{user}"): {ADMIN},
    ("GET", "/v1/me/sessions"): PEOPLE,
    ("DELETE", "/v1/me/sessions"): PEOPLE,
    ("DELETE", "/v1/me/sessions/{id}"): PEOPLE,
    ("GET", "/v1/sessions"): {ADMIN},
    ("DELETE", "/v1/sessions"): {ADMIN},
    ("DELETE", "/v1/sessions/{id}"): {ADMIN},
    ("POST", "/v1/sign-in/refresh"): PEOPLE,
    ("POST", "/v1/sign-out"): PEOPLE,
    ("POST", "/v1/password"): PEOPLE,
    ("GET", "/v1/me"): PEOPLE,
    ("POST", "/v1/conversations/{id}/events"): PARTY,
    ("GET", "/v1/conversations/{id}/events"): PARTY,
    ("POST", "/v1/conversations/{id}/delivered"): PARTY,
    ("POST", "/v1/conversations/{id}/read"): PARTY,
    ("POST", "/v1/files"): TALKERS,
    ("PATCH", "/v1/files/{id}"): TALKERS,
    ("GET", "/v1/files/{id}"): TALKERS,
    ("DELETE", "/v1/files/{id}"): TALKERS,
    ("GET", "/files/{id}/{variant}"): ANYONE,
    ("GET", "/livechat/{public_id}"): ANYONE,
    ("GET", "/livechat/{public_id}/widget.js"): ANYONE,
    ("GET", "/livechat/{public_id}/pictures/{kind}"): ANYONE,
    ("GET", "/v1/livechat/{public_id}"): ANYONE,
    ("POST", "/v1/livechat/{public_id}/sessions"): ANYONE,
    ("GET", "/v1/livechat/{public_id}/session"): {VISITOR, STRANGER},
    ("POST", "/v1/livechat/{public_id}/messages"): ANYONE,
    ("POST", "/v1/livechat/{public_id}/presence"): ANYONE,
    ("POST", "/v1/livechat/{public_id}/identity"): ANYONE,
    ("DELETE", "/v1/livechat/{public_id}/session"): ANYONE,
    ("GET", "/v1/conversations/{id}/visitor"): {USER},
    ("PATCH", "/v1/conversations/{id}/visitor"): {USER},
    ("GET", "/v1/conversations/{id}/timeline"): {USER},
    ("GET", "/v1/conversations/{id}/timeline/{past}"): NOBODY,  # there is none
    ("GET", "/v1/conversations/{id}/transcript"): PARTY,
    ("POST", "/v1/conversations/{id}/transcript"): {VISITOR},
    ("GET", "/v1/conversations/{id}/agents"): {USER},
    ("POST", "/v1/conversations/{id}/agents"): {USER},
    ("POST", "/v1/conversations/{id}/invitation"): NOBODY,  # nobody is invited
    ("DELETE", "/v1/conversations/{id}/agents/{number}"): NOBODY,  # who serves does not leave
    ("POST", "/v1/conversations/{id}/transfer"): {USER},
    ("DELETE", "/v1/conversations/{id}/transfer"): {USER},
    ("GET", "/v1/conversations/{id}/outcome"): {USER},
    ("PUT", "/v1/conversations/{id}/outcome"): {USER},
    ("GET", "/v1/conversations/{id}/quick-replies"): {USER},
    ("GET", "/v1/me/quick-replies"): USERS,
    ("POST", "/v1/me/quick-replies"): USERS,
    ("PATCH", "/v1/me/quick-replies/{id}"): USERS,
    ("DELETE", "/v1/me/quick-replies/{id}"): USERS,
    ("GET", "/v1/livechats/{id}/quick-replies"): {ADMIN},  # and its chairmen
    ("POST", "/v1/livechats/{id}/quick-replies"): {ADMIN},
    ("PATCH", "/v1/livechats/{id}/quick-replies/{reply}"): {ADMIN},
    ("DELETE", "/v1/livechats/{id}/quick-replies/{reply}"): {ADMIN},
    ("POST", "/v1/conversations/{id}/ban"): {USER, ADMIN},
    ("POST", "/v1/conversations/{id}/free"): {ADMIN},  # and its chairmen
    ("GET", "/v1/livechat-bans"): PEOPLE,  # a user's: of those whose chairman they are
    ("POST", "/v1/livechat-bans/{id}/confirm"): {ADMIN},
    ("POST", "/v1/livechat-bans/{id}/refuse"): {ADMIN},
    ("POST", "/v1/livechat-bans/{id}/lift"): {ADMIN},
    ("GET", "/v1/livechats"): PEOPLE,
    ("POST", "/v1/livechats"): {ADMIN},
    ("GET", "/v1/livechats/{id}"): {ADMIN},
    ("PATCH", "/v1/livechats/{id}"): {ADMIN},
    ("DELETE", "/v1/livechats/{id}"): {ADMIN},
    ("POST", "/v1/livechats/{id}/link"): {ADMIN},
    ("GET", "/v1/livechats/{id}/pictures"): {ADMIN},
    ("POST", "/v1/livechats/{id}/pictures/{kind}"): {ADMIN},
    ("DELETE", "/v1/livechats/{id}/pictures/{kind}"): {ADMIN},
    ("GET", "/v1/livechats/{id}/script"): {ADMIN},
    ("GET", "/v1/livechats/{id}/qr"): {ADMIN},
    ("GET", "/v1/livechat-records"): {ADMIN},
    ("GET", "/v1/livechat-records/{id}"): {ADMIN},
    ("DELETE", "/v1/livechat-records/{id}"): {ADMIN},
    ("GET", "/v1/livechat-records/{id}/events"): {ADMIN},
    ("GET", "/v1/livechat-records/{id}/transcript"): {ADMIN},
    ("GET", "/v1/livechat-records/{id}/files/{file}"): {ADMIN},
    ("GET", "/v1/livechat-report"): {ADMIN},
    ("POST", "/v1/persons/search"): {ADMIN},
    ("POST", "/v1/persons/export"): {ADMIN},
    ("POST", "/v1/persons/erase"): {ADMIN},
    ("GET", "/v1/erasures"): {ADMIN},
    ("GET", "/v1/erasures/{id}"): {ADMIN},
    ("GET", "/v1/me/livechat-summary"): {ADMIN},
    ("PUT", "/v1/me/livechat-summary"): {ADMIN},
    ("GET", "/v1/me/livechat-records"): USERS,
    ("GET", "/v1/me/livechat-records/{id}"): {USER},
    ("POST", "/v1/me/livechat-records/{id}/join"): NOBODY,  # but chairmen
    ("GET", "/v1/me/livechat-records/{id}/events"): {USER},
    ("GET", "/v1/me/livechat-records/{id}/transcript"): {USER},
    ("GET", "/v1/me/livechat-records/{id}/files/{file}"): {USER},
    ("GET", "/v1/livechats/{id}/bot"): {ADMIN},
    ("PUT", "/v1/livechats/{id}/bot"): {ADMIN},
    ("DELETE", "/v1/livechats/{id}/bot"): {ADMIN},
    ("POST", "/v1/livechats/{id}/bot/token"): {ADMIN},
    ("POST", "/v1/bots/conversations/{id}/messages"): NOBODY,  # but bots
    ("POST", "/v1/bots/conversations/{id}/typing"): NOBODY,
    ("POST", "/v1/bots/conversations/{id}/handover"): NOBODY,
    ("GET", "/v1/bots/conversations/{id}/events"): NOBODY,
    ("POST", "/v1/conversations/{id}/person"): {VISITOR},
    ("GET", "/v1/webhooks"): {ADMIN},
    ("POST", "/v1/webhooks"): {ADMIN},
    ("GET", "/v1/webhooks/{id}"): {ADMIN},
    ("PATCH", "/v1/webhooks/{id}"): {ADMIN},
    ("DELETE", "/v1/webhooks/{id}"): {ADMIN},
    ("POST", "/v1/webhooks/{id}/secret"): {ADMIN},
    ("POST", "/v1/webhooks/{id}/test"): {ADMIN},
    ("POST", "/v1/webhooks/{id}/replay"): {ADMIN},
    ("GET", "/v1/webhooks/{id}/deliveries"): {ADMIN},
    ("GET", "/v1/webhooks/{id}/deliveries/{delivery}"): {ADMIN},
    ("POST", "/v1/webhooks/{id}/deliveries/{delivery}/replay"): {ADMIN},
    ("GET", "/v1/livechats/{id}/identity-secrets"): {ADMIN},
    ("POST", "/v1/livechats/{id}/identity-secrets"): {ADMIN},
    ("DELETE", "/v1/livechats/{id}/identity-secrets/{secret}"): {ADMIN},
    ("GET", "/v1/livechat-messages"): USERS,
    ("PATCH", "/v1/livechat-messages/{id}"): USERS,
    ("POST", "/v1/livechat-messages/{id}/replies"): USERS,
    ("GET", "/v1/live-visitors"): {ADMIN, *USERS},
    ("POST", "/v1/live-visitors/invitations"): USERS,
    ("GET", "/v1/contacts"): PEOPLE,
    ("GET", "/v1/me/contacts"): USERS,
    ("POST", "/v1/me/contacts"): USERS,
    ("PATCH", "/v1/me/contacts/{id}"): USERS,
    ("DELETE", "/v1/me/contacts/{id}"): USERS,
    ("GET", "/v1/conversations"): USERS,
    ("POST", "/v1/conversations"): USERS,
    ("GET", "/v1/conversations/{id}"): {USER},
    ("PATCH", "/v1/conversations/{id}"): {USER},
    ("DELETE", "/v1/conversations/{id}"): NOBODY,  # takes a privilege
    ("PATCH", "/v1/conversations/{id}/events/{seq}"): USERS,
    ("DELETE", "/v1/conversations/{id}/events/{seq}"): USERS,
    ("GET", "/v1/conversations/{id}/deliveries"): {USER},
    ("GET", "/v1/search"): USERS,
    ("POST", "/v1/me/sip"): USERS,
    ("GET", "/v1/me/devices"): USERS,
    ("GET", "/v1/me/push"): USERS,
    ("POST", "/v1/me/push"): USERS,
    ("DELETE", "/v1/me/push"): USERS,
    ("POST", "/v1/me/push/trial"): USERS,
    ("GET", "/v1/me/settings"): USERS,
    ("PATCH", "/v1/me/settings"): USERS,
    ("GET", "/ringtone/{id}.wav"): ANYONE,
    ("GET", "/v1/me/call-settings"): USERS,
    ("PATCH", "/v1/me/call-settings"): USERS,
    ("GET", "/v1/me/undisturbed"): USERS,
    ("GET", "/v1/me/wake-up-calls"): USERS,
    ("POST", "/v1/me/wake-up-calls"): USERS,
    ("DELETE", "/v1/me/wake-up-calls/{id}"): USERS,
    ("POST", "/v1/groups"): USERS,
    ("GET", "/v1/groups/{id}"): USERS,
    ("PATCH", "/v1/groups/{id}"): USERS,
    ("DELETE", "/v1/groups/{id}"): USERS,
    ("POST", "/v1/groups/{id}/members"): USERS,
    ("PATCH", "/v1/groups/{id}/members/{number}"): USERS,
    ("DELETE", "/v1/groups/{id}/members/{number}"): USERS,
    ("GET", "/v1/broadcasts"): {ADMIN},
    ("POST", "/v1/broadcasts"): {ADMIN},
    ("GET", "/v1/broadcasts/{id}"): {ADMIN},
    ("GET", "/v1/broadcasts/{id}/deliveries"): {ADMIN},
    ("POST", "/v1/broadcasts/{id}/cancel"): {ADMIN},
    ("POST", "/v1/broadcasts/{id}/retry"): {ADMIN},
    ("GET", "/v1/email/status"): {ADMIN},
    ("POST", "/v1/email/test"): {ADMIN},
    ("GET", "/v1/email/incoming"): {ADMIN},
    ("POST", "/v1/email/incoming/test"): {ADMIN},
    ("GET", "/v1/email-templates"): {ADMIN},
    ("GET", "/v1/email-templates/{kind}"): {ADMIN},
    ("PUT", "/v1/email-templates/{kind}"): {ADMIN},
    ("DELETE", "/v1/email-templates/{kind}"): {ADMIN},
    ("POST", "/v1/email-templates/{kind}/preview"): {ADMIN},
    ("GET", "/v1/email-previews/{id}"): ANYONE,  # by an address that cannot be guessed
    ("GET", "/v1/mails"): {ADMIN},
    ("POST", "/v1/mails/retry"): {ADMIN},
    ("GET", "/v1/mails/{id}"): {ADMIN},
    ("DELETE", "/v1/mails/{id}"): {ADMIN},
    ("POST", "/v1/mails/{id}/retry"): {ADMIN},
    ("GET", "/v1/extensions"): {ADMIN},
    ("POST", "/v1/extensions"): {ADMIN},
    ("POST", "/v1/extensions/batch"): {ADMIN},
    ("POST", "/v1/extensions/delete"): {ADMIN},
    ("POST", "/v1/extensions/import"): {ADMIN},
    ("POST", "/v1/extension-groups/import"): {ADMIN},
    ("POST", "/v1/queues/import"): {ADMIN},
    ("GET", "/v1/extensions/{number}"): {ADMIN},
    ("PATCH", "/v1/extensions/{number}"): {ADMIN},
    ("DELETE", "/v1/extensions/{number}"): {ADMIN},
    ("GET", "/v1/extensions/{number}/references"): {ADMIN},
    ("GET", "/v1/extensions/{number}/phones"): {ADMIN},
    ("POST", "/v1/conversations/{id}/end"): PARTY,
    ("GET", "/v1/trunks"): {ADMIN},
    ("POST", "/v1/trunks"): {ADMIN},
    ("GET", "/v1/trunks/{id}"): {ADMIN},
    ("PATCH", "/v1/trunks/{id}"): {ADMIN},
    ("DELETE", "/v1/trunks/{id}"): {ADMIN},
    ("GET", "/v1/trunks/{id}/dods"): {ADMIN},
    ("POST", "/v1/trunks/{id}/dods/import"): {ADMIN},
    ("GET", "/v1/outbound-routes"): {ADMIN},
    ("POST", "/v1/outbound-routes"): {ADMIN},
    ("GET", "/v1/outbound-routes/{id}"): {ADMIN},
    ("PATCH", "/v1/outbound-routes/{id}"): {ADMIN},
    ("POST", "/v1/outbound-routes/{id}/move"): {ADMIN},
    ("DELETE", "/v1/outbound-routes/{id}"): {ADMIN},
    ("GET", "/v1/inbound-routes"): {ADMIN},
    ("POST", "/v1/inbound-routes"): {ADMIN},
    ("GET", "/v1/inbound-routes/{id}"): {ADMIN},
    ("PATCH", "/v1/inbound-routes/{id}"): {ADMIN},
    ("POST", "/v1/inbound-routes/{id}/move"): {ADMIN},
    ("DELETE", "/v1/inbound-routes/{id}"): {ADMIN},
    ("GET", "/v1/ring-groups"): {ADMIN},
    ("POST", "/v1/ring-groups"): {ADMIN},
    ("GET", "/v1/ring-groups/{id}"): {ADMIN},
    ("PATCH", "/v1/ring-groups/{id}"): {ADMIN},
    ("DELETE", "/v1/ring-groups/{id}"): {ADMIN},
    ("GET", "/v1/voicemail"): {ADMIN},
    ("GET", "/v1/voicemail/{number}/messages"): {ADMIN},
    ("DELETE", "/v1/voicemail/{number}/messages/{id}"): {ADMIN},
    ("GET", "/v1/voicemail/{number}/messages/{id}/sound"): {ADMIN},
    ("GET", "/v1/me/voicemail"): USERS,
    ("PATCH", "/v1/me/voicemail/{id}"): USERS,
    ("DELETE", "/v1/me/voicemail/{id}"): USERS,
    ("GET", "/v1/me/voicemail/{id}/sound"): USERS,
    ("GET", "/v1/voicemail-groups"): {ADMIN},
    ("POST", "/v1/voicemail-groups"): {ADMIN},
    ("GET", "/v1/voicemail-groups/{id}"): {ADMIN},
    ("PATCH", "/v1/voicemail-groups/{id}"): {ADMIN},
    ("DELETE", "/v1/voicemail-groups/{id}"): {ADMIN},
    ("GET", "/v1/speed-dials"): {ADMIN},
    ("POST", "/v1/speed-dials"): {ADMIN},
    ("GET", "/v1/speed-dials/{id}"): {ADMIN},
    ("PATCH", "/v1/speed-dials/{id}"): {ADMIN},
    ("DELETE", "/v1/speed-dials/{id}"): {ADMIN},
    ("GET", "/v1/emergency-numbers"): {ADMIN},
    ("POST", "/v1/emergency-numbers"): {ADMIN},
    ("GET", "/v1/emergency-numbers/{id}"): {ADMIN},
    ("PATCH", "/v1/emergency-numbers/{id}"): {ADMIN},
    ("DELETE", "/v1/emergency-numbers/{id}"): {ADMIN},
    ("GET", "/v1/pms-rooms"): {ADMIN},
    ("POST", "/v1/pms-rooms"): {ADMIN},
    ("GET", "/v1/pms-rooms/{id}"): {ADMIN},
    ("PATCH", "/v1/pms-rooms/{id}"): {ADMIN},
    ("DELETE", "/v1/pms-rooms/{id}"): {ADMIN},
    ("GET", "/v1/mini-bar-goods"): {ADMIN},
    ("POST", "/v1/mini-bar-goods"): {ADMIN},
    ("GET", "/v1/mini-bar-goods/{id}"): {ADMIN},
    ("PATCH", "/v1/mini-bar-goods/{id}"): {ADMIN},
    ("DELETE", "/v1/mini-bar-goods/{id}"): {ADMIN},
    ("GET", "/v1/mini-bar-maids"): {ADMIN},
    ("POST", "/v1/mini-bar-maids"): {ADMIN},
    ("GET", "/v1/mini-bar-maids/{id}"): {ADMIN},
    ("PATCH", "/v1/mini-bar-maids/{id}"): {ADMIN},
    ("DELETE", "/v1/mini-bar-maids/{id}"): {ADMIN},
    ("GET", "/v1/conference-rooms"): {ADMIN},
    ("POST", "/v1/conference-rooms"): {ADMIN},
    ("GET", "/v1/conference-rooms/{id}"): {ADMIN},
    ("PATCH", "/v1/conference-rooms/{id}"): {ADMIN},
    ("DELETE", "/v1/conference-rooms/{id}"): {ADMIN},
    ("GET", "/v1/paging-groups"): {ADMIN},
    ("POST", "/v1/paging-groups"): {ADMIN},
    ("GET", "/v1/paging-groups/{id}"): {ADMIN},
    ("PATCH", "/v1/paging-groups/{id}"): {ADMIN},
    ("DELETE", "/v1/paging-groups/{id}"): {ADMIN},
    ("GET", "/v1/conferences/{number}"): {ADMIN},
    ("PATCH", "/v1/conferences/{number}"): {ADMIN},
    ("POST", "/v1/conferences/{number}/participants"): {ADMIN},
    ("PATCH", "/v1/conferences/{number}/participants/{leg}"): {ADMIN},
    ("DELETE", "/v1/conferences/{number}/participants/{leg}"): {ADMIN},
    ("GET", "/v1/announcements"): {ADMIN},
    ("POST", "/v1/announcements"): {ADMIN},
    ("GET", "/v1/announcements/{id}"): {ADMIN},
    ("PATCH", "/v1/announcements/{id}"): {ADMIN},
    ("DELETE", "/v1/announcements/{id}"): {ADMIN},
    ("GET", "/v1/callbacks"): {ADMIN},
    ("POST", "/v1/callbacks"): {ADMIN},
    ("GET", "/v1/callbacks/{id}"): {ADMIN},
    ("PATCH", "/v1/callbacks/{id}"): {ADMIN},
    ("DELETE", "/v1/callbacks/{id}"): {ADMIN},
    ("GET", "/v1/center-groups"): {ADMIN},
    ("POST", "/v1/center-groups"): {ADMIN},
    ("GET", "/v1/center-groups/{id}"): {ADMIN},
    ("PATCH", "/v1/center-groups/{id}"): {ADMIN},
    ("DELETE", "/v1/center-groups/{id}"): {ADMIN},
    ("GET", "/v1/center-messages"): {ADMIN},
    ("POST", "/v1/center-messages"): {ADMIN},
    ("GET", "/v1/center-messages/{id}"): {ADMIN},
    ("PATCH", "/v1/center-messages/{id}"): {ADMIN},
    ("DELETE", "/v1/center-messages/{id}"): {ADMIN},
    ("GET", "/v1/fax-extensions"): {ADMIN},
    ("POST", "/v1/fax-extensions"): {ADMIN},
    ("GET", "/v1/fax-extensions/{id}"): {ADMIN},
    ("PATCH", "/v1/fax-extensions/{id}"): {ADMIN},
    ("DELETE", "/v1/fax-extensions/{id}"): {ADMIN},
    ("GET", "/v1/faxes"): {ADMIN},
    ("GET", "/v1/faxes/{id}"): {ADMIN},
    ("DELETE", "/v1/faxes/{id}"): {ADMIN},
    ("GET", "/v1/faxes/{id}/file"): {ADMIN},
    ("GET", "/v1/disas"): {ADMIN},
    ("POST", "/v1/disas"): {ADMIN},
    ("GET", "/v1/disas/{id}"): {ADMIN},
    ("PATCH", "/v1/disas/{id}"): {ADMIN},
    ("DELETE", "/v1/disas/{id}"): {ADMIN},
    ("GET", "/v1/name-directories"): {ADMIN},
    ("POST", "/v1/name-directories"): {ADMIN},
    ("GET", "/v1/name-directories/{id}"): {ADMIN},
    ("PATCH", "/v1/name-directories/{id}"): {ADMIN},
    ("DELETE", "/v1/name-directories/{id}"): {ADMIN},
    ("GET", "/v1/wake-up-calls"): {ADMIN},
    ("POST", "/v1/wake-up-calls"): {ADMIN},
    ("GET", "/v1/wake-up-calls/{id}"): {ADMIN},
    ("PATCH", "/v1/wake-up-calls/{id}"): {ADMIN},
    ("DELETE", "/v1/wake-up-calls/{id}"): {ADMIN},
    ("GET", "/v1/ringtones"): {ADMIN},
    ("POST", "/v1/ringtones"): {ADMIN},
    ("GET", "/v1/ringtones/{id}"): {ADMIN},
    ("PATCH", "/v1/ringtones/{id}"): {ADMIN},
    ("DELETE", "/v1/ringtones/{id}"): {ADMIN},
    ("GET", "/v1/ringtones/{id}/sound"): {ADMIN},
    ("PUT", "/v1/ringtones/{id}/sound"): {ADMIN},
    ("GET", "/v1/custom-prompts"): {ADMIN},
    ("POST", "/v1/custom-prompts"): {ADMIN},
    ("GET", "/v1/custom-prompts/{id}"): {ADMIN},
    ("PATCH", "/v1/custom-prompts/{id}"): {ADMIN},
    ("DELETE", "/v1/custom-prompts/{id}"): {ADMIN},
    ("GET", "/v1/custom-prompts/{id}/sound"): {ADMIN},
    ("PUT", "/v1/custom-prompts/{id}/sound"): {ADMIN},
    ("POST", "/v1/custom-prompts/record"): {ADMIN},
    ("GET", "/v1/music-classes"): {ADMIN},
    ("POST", "/v1/music-classes"): {ADMIN},
    ("GET", "/v1/music-classes/{id}"): {ADMIN},
    ("PATCH", "/v1/music-classes/{id}"): {ADMIN},
    ("DELETE", "/v1/music-classes/{id}"): {ADMIN},
    ("POST", "/v1/music-classes/{id}/files"): {ADMIN},
    ("DELETE", "/v1/music-classes/{id}/files/{file}"): {ADMIN},
    ("GET", "/v1/music-classes/{id}/files/{file}/sound"): {ADMIN},
    ("GET", "/v1/ivrs"): {ADMIN},
    ("POST", "/v1/ivrs"): {ADMIN},
    ("GET", "/v1/ivrs/{id}"): {ADMIN},
    ("PATCH", "/v1/ivrs/{id}"): {ADMIN},
    ("DELETE", "/v1/ivrs/{id}"): {ADMIN},
    ("GET", "/v1/parking-lots"): {ADMIN},
    ("POST", "/v1/parking-lots"): {ADMIN},
    ("GET", "/v1/parking-lots/{id}"): {ADMIN},
    ("PATCH", "/v1/parking-lots/{id}"): {ADMIN},
    ("DELETE", "/v1/parking-lots/{id}"): {ADMIN},
    ("GET", "/v1/pickup-groups"): {ADMIN},
    ("POST", "/v1/pickup-groups"): {ADMIN},
    ("GET", "/v1/pickup-groups/{id}"): {ADMIN},
    ("PATCH", "/v1/pickup-groups/{id}"): {ADMIN},
    ("DELETE", "/v1/pickup-groups/{id}"): {ADMIN},
    ("GET", "/v1/pin-groups"): {ADMIN},
    ("POST", "/v1/pin-groups"): {ADMIN},
    ("GET", "/v1/pin-groups/{id}"): {ADMIN},
    ("PATCH", "/v1/pin-groups/{id}"): {ADMIN},
    ("DELETE", "/v1/pin-groups/{id}"): {ADMIN},
    ("POST", "/v1/speed-dials/import"): {ADMIN},
    ("POST", "/v1/blacklist/import"): {ADMIN},
    ("GET", "/v1/calls"): {ADMIN},
    ("GET", "/v1/calls/{id}"): {ADMIN},
    ("DELETE", "/v1/calls/{id}"): {ADMIN},
    ("GET", "/v1/calls/live"): {ADMIN},
    ("GET", "/v1/call-diagnosis"): {ADMIN},
    ("GET", "/v1/calls/{id}/diagnosis"): {ADMIN},
    ("POST", "/v1/calls/live/{id}/hang-up"): {ADMIN},
    ("POST", "/v1/calls/live/{id}/transfer"): {ADMIN},
    ("POST", "/v1/calls/live/{id}/redirect"): {ADMIN},
    ("POST", "/v1/calls/live/{id}/park"): {ADMIN},
    ("POST", "/v1/calls/live/{id}/supervise"): {ADMIN},
    ("POST", "/v1/calls/live/{id}/recording"): {ADMIN},
    ("GET", "/v1/me/calls"): USERS,
    ("GET", "/v1/recordings"): {ADMIN},
    ("GET", "/v1/recordings/archive"): {ADMIN},
    ("POST", "/v1/recordings/delete"): {ADMIN},
    ("POST", "/v1/recordings/storage-test"): {ADMIN},
    ("DELETE", "/v1/recordings/{id}"): {ADMIN},
    ("GET", "/v1/recordings/{id}/sound"): {ADMIN},
    ("GET", "/v1/queues"): {ADMIN},
    ("POST", "/v1/queues"): {ADMIN},
    ("POST", "/v1/queues/delete"): {ADMIN},
    ("GET", "/v1/queues/{number}"): {ADMIN},
    ("PATCH", "/v1/queues/{number}"): {ADMIN},
    ("DELETE", "/v1/queues/{number}"): {ADMIN},
    ("GET", "/v1/queues/{number}/references"): {ADMIN},
    ("PATCH", "/v1/queues/{number}/agents/{agent}"): {ADMIN},
    ("GET", "/v1/admins"): {ADMIN},
    ("POST", "/v1/admins"): {ADMIN},
    ("GET", "/v1/admins/{user}"): {ADMIN},
    ("PATCH", "/v1/admins/{user}"): {ADMIN},
    ("DELETE", "/v1/admins/{user}"): {ADMIN},
    ("GET", "/v1/privileges"): {ADMIN},
    ("POST", "/v1/privileges"): {ADMIN},
    ("GET", "/v1/privileges/{id}"): {ADMIN},
    ("PATCH", "/v1/privileges/{id}"): {ADMIN},
    ("DELETE", "/v1/privileges/{id}"): {ADMIN},
    ("GET", "/v1/privileges/{id}/references"): {ADMIN},
    ("GET", "/v1/wave-privileges"): {ADMIN},
    ("POST", "/v1/wave-privileges"): {ADMIN},
    ("GET", "/v1/wave-privileges/{id}"): {ADMIN},
    ("PATCH", "/v1/wave-privileges/{id}"): {ADMIN},
    ("DELETE", "/v1/wave-privileges/{id}"): {ADMIN},
    ("GET", "/v1/wave-privileges/{id}/references"): {ADMIN},
    ("GET", "/v1/choices/{kind}"): {ADMIN} | USERS,
    ("GET", "/v1/me/queues"): USERS,
    ("GET", "/v1/queue-board"): {ADMIN},
    ("PATCH", "/v1/queue-board/callers/{key}"): {ADMIN},
    ("DELETE", "/v1/queue-board/callers/{key}"): {ADMIN},
    ("POST", "/v1/queue-board/agents/{agent}/duty"): {ADMIN},
    ("POST", "/v1/queue-board/{number}/reset"): {ADMIN},
    ("GET", "/v1/me/queue-board"): USERS,
    ("POST", "/v1/me/duty"): USERS,
    ("POST", "/v1/me/queue-board/agents/{agent}/duty"): USERS,
    ("PATCH", "/v1/me/queue-board/callers/{key}"): USERS,
    ("DELETE", "/v1/me/queue-board/callers/{key}"): USERS,
    ("POST", "/v1/me/queue-board/callers/{key}/supervise"): USERS,
    ("POST", "/v1/me/queue-board/callers/{key}/transfer"): USERS,
    ("POST", "/v1/me/queue-board/callers/{key}/redirect"): USERS,
    ("POST", "/v1/me/queue-board/callers/{key}/park"): USERS,
    ("POST", "/v1/me/queue-board/callers/{key}/hang-up"): USERS,
    ("POST", "/v1/me/queue-board/{number}/reset"): USERS,
    ("GET", "/v1/queue-report"): {ADMIN},
    ("GET", "/v1/queue-report-schedules"): {ADMIN},
    ("POST", "/v1/queue-report-schedules"): {ADMIN},
    ("GET", "/v1/queue-report-schedules/{id}"): {ADMIN},
    ("PATCH", "/v1/queue-report-schedules/{id}"): {ADMIN},
    ("DELETE", "/v1/queue-report-schedules/{id}"): {ADMIN},
    ("POST", "/v1/queue-report-schedules/{id}/send"): {ADMIN},
    ("GET", "/v1/queue-calls"): {ADMIN},
    ("GET", "/v1/queue-log"): {ADMIN},
    ("GET", "/v1/queue-agent-log"): {ADMIN},
    ("GET", "/v1/me/queue-report"): USERS,
    ("POST", "/v1/queues/{queue}/log-in"): {USER},
    ("POST", "/v1/queues/{queue}/log-out"): {USER},
    ("POST", "/v1/queues/{queue}/pause"): {USER},
    ("POST", "/v1/queues/{queue}/unpause"): {USER},
    ("GET", "/v1/extension-groups"): {ADMIN},
    ("POST", "/v1/extension-groups"): {ADMIN},
    ("POST", "/v1/extension-groups/delete"): {ADMIN},
    ("GET", "/v1/extension-groups/{id}"): {ADMIN},
    ("PATCH", "/v1/extension-groups/{id}"): {ADMIN},
    ("DELETE", "/v1/extension-groups/{id}"): {ADMIN},
    ("GET", "/v1/extension-groups/{id}/references"): {ADMIN},
    ("GET", "/v1/settings"): {ADMIN},
    ("GET", "/v1/settings/{name}"): {ADMIN},
    ("PATCH", "/v1/settings/{name}"): {ADMIN},
    ("GET", "/v1/operations"): {ADMIN},
    ("GET", "/v1/forms/{name}"): PEOPLE,
    ("GET", "/v1/bans"): {ADMIN},
    ("POST", "/v1/bans/delete"): {ADMIN},
    ("GET", "/v1/sip-certificates"): {ADMIN},
    ("POST", "/v1/sip-certificates"): {ADMIN},
    ("DELETE", "/v1/sip-certificates/{id}"): {ADMIN},
    ("GET", "/v1/certificate"): {ADMIN},
    ("POST", "/v1/certificate"): {ADMIN},
    ("DELETE", "/v1/certificate"): {ADMIN},
    ("GET", "/v1/api-users"): {ADMIN},
    ("POST", "/v1/api-users"): {ADMIN},
    ("GET", "/v1/api-users/{id}"): {ADMIN},
    ("PATCH", "/v1/api-users/{id}"): {ADMIN},
    ("DELETE", "/v1/api-users/{id}"): {ADMIN},
    ("GET", "/api"): ANYONE,
    ("GET", "/cdrapi"): ANYONE,
    ("GET", "/recapi"): ANYONE,
    ("POST", "/api"): ANYONE,
    ("GET", "/api/{path:path}"): ANYONE,
    ("POST", "/api/{path:path}"): ANYONE,
    ("GET", "/"): ANYONE,
    ("GET", "/wave"): ANYONE,
    ("GET", "/wave/"): ANYONE,
    ("GET", "/wave/manifest.webmanifest"): ANYONE,
    ("GET", "/wave/worker.js"): ANYONE,
    ("GET", "/wave/{path:path}"): ANYONE,
    ("GET", "/admin"): ANYONE,
    ("GET", "/admin/"): ANYONE,
    ("GET", "/admin/{path:path}"): ANYONE,
    ("GET", "/static/{path:path}"): ANYONE,
    ("GET", "/v1/openapi.json"): ANYONE,
    ("GET", "/v1/docs"): ANYONE,
}
ENDS_SOMETHING = {
    ("POST", "/v1/sign-out"),
    ("POST", "/v1/conversations/{id}/end"),
    ("POST", "/v1/conversations/{id}/free"),
    ("DELETE", "/v1/livechat/{public_id}/session"),
}
HTTPS_ONLY = {
    key for key in ROUTES if key[1].startswith("/api") or key[1] in ("/cdrapi", "/recapi")
}  # they know callers by cookie, or by name and password
HIDES = {("GET", "/v1/livechat/{public_id}/session")}  # 404 for all who have no chat there
BODIES: dict[str, object] = {
    "/v1/conversations/{id}/agents": {"number": "1001"},
    "/v1/conversations/{id}/transfer": {"to": {"kind": "agent", "value": "1001"}},
    "/v1/conversations/{id}/events": {"client_id": "c-http", "text": "Hello"},
    "/v1/conversations/{id}/delivered": {"seq": 1},
    "/v1/conversations/{id}/read": {"seq": 1},
}

# Who may say it about the live chat between `visitor` and `user`; others cannot even see it.
EVENTS: dict[tuple[str, str], set[str]] = {
    ("/visitor", "hello"): {VISITOR, STRANGER},
    ("/visitor", "send"): {VISITOR},
    ("/visitor", "resume"): {VISITOR},
    ("/visitor", "delivered"): {VISITOR},
    ("/visitor", "read"): {VISITOR},
    ("/visitor", "typing"): {VISITOR},
    ("/visitor", "end"): {VISITOR},
    ("/visitor", "call_offer"): {VISITOR},
    ("/visitor", "call_candidate"): {VISITOR},
    ("/visitor", "call_state"): {VISITOR},
    ("/visitor", "call_end"): {VISITOR},
    ("/visitor", "call_decline"): {VISITOR},
    ("/visitor", "call_lines"): {VISITOR},
    ("/visitor", "survey"): NOBODY,  # before it is over
    ("/wave", "hello"): USERS,
    ("/wave", "send"): {USER},
    ("/wave", "resume"): {USER},
    ("/wave", "delivered"): {USER},
    ("/wave", "read"): {USER},
    ("/wave", "typing"): {USER},
    ("/wave", "inquiries"): USERS,
    ("/wave", "accept"): {USER},
    ("/wave", "assignments"): USERS,
    ("/wave", "assignment_seen"): {USER},
    ("/wave", "call_ask"): {USER},
    ("/wave", "note"): {USER},
    ("/wave", "invite"): {USER},
    ("/wave", "invitations"): USERS,
    ("/wave", "invite_accept"): NOBODY,  # nobody is invited
    ("/wave", "leave"): NOBODY,  # who serves does not
    ("/wave", "transfer"): {USER},
    ("/wave", "transfer_end"): {USER},
    ("/wave", "edit"): NOBODY,  # of a live chat
    ("/wave", "delete"): NOBODY,
    ("/wave", "end"): {USER},
}
REFUSALS = ("not_found", "forbidden", "not_agent", "no_corrections", "owner_stays", "no_survey")
LAST = ("end",)  # after the others: it closes the conversation
NAMESPACES = {"/visitor": {VISITOR, STRANGER}, "/wave": USERS}


class Cast:
    """A token for each role, and the live chat of `visitor` and `user`."""

    def __init__(self, tokens: dict[str, str | None], conversation: str) -> None:
        self.tokens, self.conversation = tokens, conversation


async def expired_token(site: Site) -> str:
    site.clock.offset_ms = -13 * 3_600_000
    try:
        return await site.sign_in("1002")
    finally:
        site.clock.offset_ms = 0


async def cast_of(site: Site) -> Cast:
    visitor, conversation = await site.visitor("Vera")
    stranger, _ = await site.visitor("Otto")
    tokens: dict[str, str | None] = {
        ANONYMOUS: None,
        VISITOR: visitor,
        STRANGER: stranger,
        USER: await site.sign_in("1000"),
        COLLEAGUE: await site.sign_in("1003"),
        ADMIN: await site.sign_in("admin", "Demo-admin!"),
        EXPIRED: await expired_token(site),
        SIGNED_OUT: await site.sign_in("1001"),
    }
    await site.json("POST", "/v1/sign-out", token=tokens[SIGNED_OUT])
    async with site.socket("/wave", tokens[USER] or "") as client:
        answer = await client.call("accept", {"conversation": conversation}, namespace="/wave")
        assert answer["ok"], answer
    return Cast(tokens, conversation)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cast(site: Site) -> AsyncIterator[Cast]:
    yield await cast_of(site)


def all_routes(site: Site) -> set[tuple[str, str]]:
    return {
        (method, route.path)
        for route in site.application.routes
        if isinstance(route, Route)
        for method in (route.methods or set()) - {"HEAD"}
    }


async def test_the_table_names_every_route(site: Site) -> None:
    present = all_routes(site)
    assert present == ROUTES.keys(), "say in the table who may use them"


async def test_the_table_names_every_socket_event(site: Site) -> None:
    assert set(site.application.sockets.events()) == EVENTS.keys()


@pytest.mark.parametrize("role", ROLES)
async def test_http_lets_each_role_do_what_the_table_says(
    site: Site, cast: Cast, role: str
) -> None:
    wrong = []
    present = all_routes(site)
    for (method, path), allowed in ROUTES.items():
        if (method, path) in ENDS_SOMETHING or (method, path) not in present:
            continue
        full = path.replace("{id}", cast.conversation).replace("{public_id}", "demo")
        full = full.replace("{queue}", "6500")
        full = full.replace("{path:path}", "absent")
        body = None if method == "GET" else BODIES.get(path, {})
        status, _ = await site.json(
            method, full, body, token=cast.tokens[role], allow_redirects=False
        )
        if (method, path) in HTTPS_ONLY:
            right = status == 403  # whoever asks: these tests speak plain HTTP
        elif role in allowed:
            right = status not in (401, 403)
        elif (method, path) in HIDES:
            right = status == 404
        else:
            right = status in ((403, 404) if role in NAMED else (401,))
        if not right:
            wrong.append((method, path, status))
    assert wrong == []


async def test_ending_is_for_those_who_talk(site: Site) -> None:
    cast = await cast_of(site)
    path = f"/v1/conversations/{cast.conversation}/end"
    for role in (*set(ROLES) - PARTY, VISITOR, USER):
        status, _ = await site.json("POST", path, token=cast.tokens[role])
        assert status in ((200,) if role in PARTY else (403, 404) if role in NAMED else (401,)), (
            role
        )


async def test_freeing_is_for_those_who_look_after_it(site: Site) -> None:
    cast = await cast_of(site)
    path = f"/v1/conversations/{cast.conversation}/free"
    for role in (*set(ROLES) - {ADMIN}, ADMIN):
        status, _ = await site.json("POST", path, token=cast.tokens[role])
        right = 204 if role == ADMIN else 403 if role in NAMED else 401
        assert status == right, role


async def test_signing_out_is_for_those_who_signed_in(site: Site) -> None:
    cast = await cast_of(site)
    for role in ROLES:
        status, _ = await site.json("POST", "/v1/sign-out", token=cast.tokens[role])
        assert status == (204 if role in PEOPLE else 403 if role in NAMED else 401), role


@pytest.mark.parametrize("role", ROLES)
async def test_only_their_own_people_enter_a_namespace(site: Site, cast: Cast, role: str) -> None:
    for namespace, allowed in NAMESPACES.items():
        client = socketio.AsyncClient(reconnection=False)
        refused: list[Any] = []
        client.on("connect_error", refused.append, namespace=namespace)
        try:
            await client.connect(
                site.url, auth={"token": cast.tokens[role] or ""}, namespaces=[namespace]
            )
            entered = True
        except socketio.exceptions.ConnectionError:
            entered = False
        assert entered == (role in allowed), namespace
        if not entered:
            expected = {SIGNED_OUT: "revoked", EXPIRED: "expired"}.get(role, "invalid")
            assert refused[0]["code"] == expected
        await client.disconnect()


@pytest.mark.parametrize("namespace", NAMESPACES)
async def test_sockets_let_each_role_say_what_the_table_says(site: Site, namespace: str) -> None:
    cast = await cast_of(site)
    events = sorted(
        (event for at, event in EVENTS if at == namespace), key=lambda event: event in LAST
    )
    wrong = []
    for role in sorted(NAMESPACES[namespace], key=lambda role: role in (VISITOR, USER)):
        async with site.socket(namespace, cast.tokens[role] or "") as client:
            for event in events:
                answer = await client.call(
                    event, _payload(event, cast.conversation), namespace=namespace
                )
                done = answer["ok"] or answer["error"].get("part") == "pbx"  # which is absent
                if done != (role in EVENTS[namespace, event]):
                    wrong.append((role, event, answer))
                elif not done and event != "accept":
                    assert answer["error"]["code"] in REFUSALS, (
                        role, event, answer,
                    )  # fmt: skip
    assert wrong == []


PAYLOADS: dict[str, dict[str, Any]] = {
    "send": {"client_id": "c-send", "text": "Hello"},
    "note": {"client_id": "c-note", "text": "Hello"},
    "edit": {"client_id": "c", "of": 1, "text": "Hello"},
    "delete": {"client_id": "c", "of": 1},
    "invite": {"agent": "1001"},
    "transfer": {"to": {"kind": "agent", "value": "1001"}},
    "survey": {"rating": 5},
    "call_offer": {"sdp": "v=0"},
    "resume": {"after": 0},
    "delivered": {"seq": 1},
    "read": {"seq": 1},
}


def _payload(event: str, conversation: str) -> dict[str, Any]:
    if event == "hello":
        return {"heads": {conversation: 0}}
    if event in ("inquiries", "assignments", "invitations"):
        return {}
    return {"conversation": conversation, **PAYLOADS.get(event, {})}
