"""The fields of a SIP account, the same for reading, changing and adding.

`home` names what the directory keeps by itself; every other field is kept among the extension's
options, and has no effect there until its feature exists (docs/api-inert-fields.md).
"""

from __future__ import annotations

import re
from typing import Any

from engage.api.fields import Field, Fields
from engage.api.presence import STATES, TIME
from engage.api.values import (
    Address,
    BadValue,
    Choice,
    CommaList,
    Exact,
    Line,
    Network,
    Whole,
    YesNo,
    matching,
    one_of,
)
from engage.people import codecs
from engage.people.call_forms import RINGS
from engage.people.call_rules import RECORDED
from engage.people.signalling import TEL_URIS
from pbxcore.dialplan.permissions import LEVELS


class CodecList(CommaList):
    """Codecs, some of sound among them: whoever is kept to them talks."""

    def read(self, given: Any) -> str:
        """Read a comma list."""
        text = super().read(given)
        if not codecs.has_sound(codecs.named(text)):
            raise BadValue(codecs.NO_SOUND)
        return text


USUAL_CODECS = "ulaw,alaw,gsm,g726,g722,g729,h264,ilbc"
"""What programs know as an account's default: nothing is chosen, and every codec may be used."""
ALLOWED = CodecList(one_of((*codecs.CODECS, *codecs.NO_CODECS)), "codecs")
DTMF = Choice(codecs.DTMF_MODES, (("rfc2833", "rfc4733"),))
NETWORKS = 10

YES_NO = YesNo()
NUMBER = Line(18, 2, re.compile(r"[0-9]+"), "digits", empty=False)
NAME = Line(64)
SECRET = Line(64, 1, re.compile(r"[!-~]+"), "printable ASCII without blanks", empty=False)
EXTENSIONS = CommaList(matching(re.compile(r"[0-9]{2,18}")), "extensions")
PATTERNS = CommaList(matching(re.compile(r"_?[0-9A-Za-z+*#.!\[\]-]{1,32}")), "numbers or patterns")
CALLER_ID = Line(32, 1, re.compile(r"[0-9A-Za-z+*#]+"), "digits, letters and + * #")
PHONE = Line(32, 1, re.compile(r"[0-9A-Za-z+*#() ./-]+"), "digits, letters and + * # ( ) . / -")
PIN = Line(10, 4, re.compile(r"[0-9]+"), "digits")
AUTH_ID = Line(
    32, 1, re.compile(r'[^\s;:?"()<>@,\\/\[\]={}.]+'), 'no blank nor ;:?"()<>@,\\/[]={}.'
)
LANGUAGE = Line(16, 2, re.compile(r"[A-Za-z]+([_-][A-Za-z0-9]+)*"), "a language's code")
PROFILE = Line(36, 1, re.compile(r"[0-9a-zA-Z-]+"), "a number", empty=False)

_KEY = (
    Field("extension", NUMBER, home="number"),
    Field("account_type", Choice(("SIP", "SIP(WebRTC)")), "SIP(WebRTC)", written=False),
)

_PERSON = (
    Field("fullname", NAME, None, nullable=True, home="full_name"),
    Field("first_name", NAME, "", home="first_name", shown=False),
    Field("last_name", NAME, "", home="last_name", shown=False),
    Field("email", Line(254), "", home="email", shown=False, aliases=("email_address",)),
    Field("phone_number", PHONE, None, nullable=True, home="phone_number", shown=False),
    Field("family_number", PHONE, None, nullable=True, shown=False),
    Field("fax", PHONE, None, nullable=True, shown=False),
    Field("department", NAME, None, nullable=True, home="department", shown=False),
    Field("job_title", NAME, None, nullable=True, home="job_title", shown=False),
    Field("room", NAME, None, nullable=True, shown=False),
    Field("language", LANGUAGE, None, nullable=True, home="language"),
    Field(
        "user_password",
        Exact(200, 8),
        home="wave_password",
        shown=False,
        secret=True,
    ),
    Field("wave_privilege_id", PROFILE, "0", home="wave_privilege_id"),
    Field("enable_rc", YES_NO, "yes", shown=False),
)

_BASIC = (
    Field("secret", SECRET, home="sip_secret", secret=True),
    Field("authid", AUTH_ID, None, nullable=True, effective=True),
    Field("cidnumber", CALLER_ID, None, nullable=True, effective=True),
    Field("permission", Choice(LEVELS), "internal", home="permission"),
    Field("max_contacts", Whole(1, 10), 1, home="max_contacts"),
    Field("out_of_service", YES_NO, "no", home="enabled"),
    Field(
        "hasvoicemail",
        Choice(("yes", "no", "remote"), (("1", "yes"), ("0", "no"))),
        "yes",
        effective=True,
    ),
    Field(
        "vmsecret",
        Line(64, 1, re.compile(r"[!-~]+")),
        None,
        nullable=True,
        secret=True,
        effective=True,
    ),
    Field("skip_vmsecret", YES_NO, "no", effective=True),
    Field("vm_attach", YES_NO, None, nullable=True, effective=True),
    Field("vm_reserve", YES_NO, None, nullable=True, effective=True),
    Field("enable_ldap", YES_NO, "yes"),
    Field("enable_webrtc", YES_NO, "yes", effective=True),
    Field(
        "emergcidnumber",
        Line(32, 2, re.compile(r"[0-9A-Za-z]+")),
        None,
        nullable=True,
        effective=True,
    ),
    Field("sca_enable", YES_NO, "no", effective=True),
)

_MEDIA = (
    Field("nat", YES_NO, "yes"),
    Field("directmedia", YES_NO, "no"),
    Field("dtmfmode", DTMF, "rfc4733", effective=True),
    Field("tel_uri", Choice(TEL_URIS), "disabled", effective=True),
    Field("enable_qualify", YES_NO, "no", effective=True),
    Field("qualifyfreq", Whole(1, 3600), 60, effective=True),
    Field("qualify", Whole(0, 60_000), 1000, written=False),
    Field("alertinfo", Choice(RINGS), None, nullable=True, effective=True),
    Field("custom_alert_info", Line(128), None, nullable=True, effective=True),
    Field("t38_udptl", YES_NO, "yes", effective=True),
    Field("faxdetect", YES_NO, "no", effective=True),
    Field("sendtofax", YES_NO, None, nullable=True, effective=True),
    Field("fax_gateway", YES_NO, "no", written=False),
    Field("encryption", Choice(("no", "yes", "support")), "no", effective=True),
    Field("strategy_ipacl", Whole(0, 2), 0, effective=True),
    *(
        Field(f"local_network{each}", Network(), None, nullable=True, effective=True)
        for each in range(1, NETWORKS + 1)
    ),
    Field("specific_ip", Address(), None, nullable=True, effective=True),
    Field("intranet_ip_filter", YES_NO, "no", written=False),
    Field("allow", ALLOWED, USUAL_CODECS, effective=True),
    Field("jitterbuffer", Choice(("disable", "fixed", "adaptive", "neteq")), "disable"),
    Field("media_encryption", Choice(("auto_dtls",)), "auto_dtls", written=False),
    Field("use_avpf", YES_NO, "yes", written=False),
    Field("ice_support", YES_NO, "yes", written=False),
)

_FEATURES = (
    Field("presence_status", Choice(STATES), "available", effective=True),
    Field("presence_def_script", Line(128), None, nullable=True, written=False),
    Field("dnd", YES_NO, "no", effective=True),
    Field("dnd_timetype", TIME, 0, effective=True),
    Field("dndwhitelist", PATTERNS, "", effective=True),
    Field("fwdwhitelist", PATTERNS, None, nullable=True, effective=True),
    Field("ring_timeout", Whole(3, 600), None, nullable=True, effective=True),
    Field("auto_record", Choice(RECORDED), "off", effective=True),
    Field("en_ringboth", YES_NO, "no", effective=True),
    Field(
        "external_number",
        Line(32, 1, re.compile(r"[0-9A-Za-z+*#-]+"), "digits, letters and + - * #"),
        None,
        nullable=True,
        effective=True,
    ),
    Field("ringboth_timetype", TIME, 0, effective=True),
    Field("use_callee_dod_on_fwd_rb", YES_NO, "no", effective=True),
    Field("use_callee_dod_on_fm", YES_NO, "no", effective=True),
    Field("enablehotdesk", YES_NO, "no", effective=True),
    Field("user_outrt_passwd", PIN, None, nullable=True, secret=True, effective=True),
    Field("bypass_outrt_auth", Choice(("no", "yes", "bytime")), "no", effective=True),
    Field("skip_auth_timetype", TIME, 0, effective=True),
    Field("mohsuggest", NAME, "default", effective=True),
    Field("limitime", Whole(0, 86_400), None, nullable=True, effective=True),
    Field("callbarging_monitor", EXTENSIONS, "", effective=True),
    Field("seamless_transfer_members", EXTENSIONS, "", effective=True),
    Field("call_waiting", YES_NO, "yes", effective=True),
    Field("custom_autoanswer", YES_NO, "no", effective=True),
    Field("missed_call", YES_NO, "no", written=False),
    Field("cc_enable", YES_NO, "yes", shown=False, effective=True),
    Field("cc_mode", Choice(("normal", "trunk")), "normal", shown=False),
    Field("cc_agent_policy", Choice(("never", "native")), "never", written=False),
    Field("cc_monitor_policy", Choice(("never", "native")), "never", written=False),
    Field("cc_max_agents", Whole(1, 999), 1, effective=True),
    Field("cc_max_monitors", Whole(1, 999), 2, effective=True),
)

ACCOUNT = Fields((*_KEY, *_PERSON, *_BASIC, *_MEDIA, *_FEATURES))
VOICEMAIL = ("vm_attach", "vm_reserve")
"""Flat when written, in an object of their own when read."""
CTI_PRIVILEGES = {
    "active_call": "no",
    "callbarge": "no",
    "extension_status": "no",
    "hangup": "no",
}
