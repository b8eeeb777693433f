"""The fields of a SIP trunk, the same for reading, changing and adding.

`home` names a field of our own form; every other field is kept among the trunk's options, and has
no effect there until its feature exists (docs/api-inert-fields.md).
"""

from __future__ import annotations

import re

from engage.api.account_fields import ALLOWED, DTMF, YES_NO
from engage.api.fields import Field, Fields
from engage.api.values import Choice, Line, Whole
from engage.people.signalling import TEL_URIS

NAME = Line(64, 2)
USER = Line(64)
HOST = Line(60)
PAI = Line(60, 1, re.compile(r"[^<>]*<[^<>]+>|[^<>]+"), "name<number>, <number> or number")
COMPLETION = Choice(("never", "native"))
PEERS = Whole(1, 999)

USUAL_CODECS = "ulaw,alaw,gsm,g726,g729,ilbc"
"""What programs know as a trunk's default: nothing is chosen, and every codec may be used."""

_PROVIDER = (
    Field("trunk_index", Whole(1, 10**9), written=False),
    Field("trunk_name", NAME, home="name"),
    Field("trunk_type", Choice(("peer", "register")), "peer", home="kind"),
    Field("technology", Choice(("SIP",)), "SIP", written=False),
    Field("host", Line(60, empty=False), home="host"),
    Field("username", USER, None, nullable=True, home="username"),
    Field("secret", USER, None, nullable=True, home="password"),
    Field("authid", USER, None, nullable=True, home="auth_id"),
    Field("transport", Choice(("udp", "tcp", "tls")), "udp", home="transport"),
    Field("uri_sip_or_sips", Whole(0, 1), 0, written=False),
    Field("outboundproxy", Line(300), None, nullable=True, home="outbound_proxy"),
    Field("rmv_obp_from_route", YES_NO, "no", home="proxy_out_of_route"),
    Field("out_of_service", YES_NO, "no", home="disabled"),
    Field("status", Line(32), "Unmonitored", written=False),
)

_SIGNING_IN = (
    Field("need_register", YES_NO, "no", home="need_registration"),
    Field("allow_outgoing_calls_if_reg_failed", YES_NO, "yes", home="calls_unregistered"),
    Field("auth_trunk", YES_NO, "no", home="auth_trunk"),
    Field("enable_qualify", YES_NO, "no", home="heartbeat_detection"),
    Field("qualifyfreq", Whole(1, 3600), 60, home="heartbeat_frequency_s"),
)

_CALLS = (
    Field("out_maxchans", Whole(0, 999), 0, home="max_outgoing"),
    Field("did_mode", Choice(("request-line", "to-header")), "request-line", home="did_from"),
    Field("auto_recording", YES_NO, "no", home="auto_record", aliases=("auto_record",)),
    Field("dialin_direct", YES_NO, "no", home="direct_callback"),
    Field("faxdetect", YES_NO, "no", home="fax_detection"),
    Field("fax_intelligent_route", Choice(("no", "extension", "email")), "no", home="fax_to"),
    Field(
        "fax_intelligent_route_destination",
        Line(254),
        None,
        nullable=True,
        home="fax_destination",
    ),
    Field("cc_agent_policy", COMPLETION, "never"),
    Field("cc_monitor_policy", COMPLETION, "never"),
    Field("cc_max_agents", PEERS, 5),
    Field("cc_max_monitors", PEERS, 5),
    Field("use_for_sfu_conf", YES_NO, "no"),
)

_MEDIA = (
    Field("allow", ALLOWED, USUAL_CODECS, home="codecs"),
    Field("dtmfmode", DTMF, None, nullable=True, home="dtmf_mode"),
    Field("encryption", Choice(("no", "yes", "support")), "no", home="media_encryption"),
    Field("nat", YES_NO, "no"),
)

_SHOWN = (
    Field("keepcid", YES_NO, "no", home="keep_trunk_cid"),
    Field("keeporgcid", YES_NO, "no", home="keep_original_cid"),
    Field("cidname", NAME, None, nullable=True, home="caller_name"),
    Field("cidnumber", NAME, None, nullable=True, home="caller_id"),
    Field("fromuser", USER, None, nullable=True, home="from_user"),
    Field("fromdomain", HOST, None, nullable=True, home="from_domain"),
    Field("pai_number", PAI, None, nullable=True, home="asserted_number"),
    Field("passthrough_pai", YES_NO, "yes", home="passthrough_pai"),
    Field("send_ppi", YES_NO, "no", home="identity_header"),
    Field("use_dod_in_ppi", YES_NO, "no", home="header_number"),
    Field("use_origcid_in_ppi", YES_NO, "no", home="header_number"),
    Field("use_dod_as_from_name", YES_NO, "no", home="dod_as_name"),
    Field("tel_uri", Choice(TEL_URIS), "disabled", home="tel_uri"),
)

_PHONEBOOK = (
    Field("ldap_sync_enable", YES_NO, "no"),
    Field(
        "ldap_sync_passwd",
        Line(64, 4, re.compile(r"[A-Za-z0-9_]+"), "letters, digits and _"),
        None,
        nullable=True,
        secret=True,
    ),
    Field("ldap_sync_port", Whole(1, 65_534), None, nullable=True),
    Field("ldap_default_outrt", Whole(1, 10**9), None, nullable=True),
    Field("ldap_default_outrt_prefix", Line(14), None, nullable=True, written=False),
    Field("ldap_custom_prefix", Line(14), None, nullable=True),
)

TRUNK = Fields((*_PROVIDER, *_SIGNING_IN, *_CALLS, *_MEDIA, *_SHOWN, *_PHONEBOOK))
ENCRYPTION = {"no": "off", "yes": "required", "support": "optional"}
"""Our words by the protocol's."""
