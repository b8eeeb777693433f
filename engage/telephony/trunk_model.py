"""VoIP trunks as values and rules."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from engage.errors import N_, Conflict
from engage.people.codecs import in_rtpmap
from engage.people.policy import name_key
from engage.system.networks import networks_problem
from pbxcore.calls.passing import may_pass
from pbxcore.dialplan import plan
from pbxcore.directory import Trunk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from engage.telephony.dod_form import Dod
    from engage.telephony.trunk_forms import TrunkForm

    MembersOf = Callable[[Iterable[str]], list[str]]

_DOMAIN = re.compile(r"(?=.{1,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.?)+", re.IGNORECASE)
_PROXY = re.compile(
    r"(?:sips?:)?(?P<host>\[[0-9a-f:.]+\]|[^\[\]:;@\s]+)(?::(?P<port>[0-9]{1,5}))?"
    r"(?:;[a-z0-9=._-]+)*",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[0-9A-Za-z+_.*#-]*")
LARGEST_PORT = 65_535


class TrunkNameTaken(Conflict):
    """Another trunk has this name, whatever its case."""

    code = "name_taken"
    text = N_("This name is taken already.")

    def __init__(self) -> None:
        super().__init__()
        self.fields = {"name": self.text}


class Secrets(Protocol):
    """What must be recovered in clear is sealed with the installation's key."""

    def seal(self, clear: str) -> str:
        """Encrypt."""
        ...

    def open(self, sealed: str) -> str:
        """Decrypt what `seal` made."""
        ...


@dataclass(frozen=True, slots=True)
class TrunkEntry:
    """A trunk as it is kept: the password sealed, empty for none, and not in the form.

    `options` are fields of the HTTPS API for features to come.
    """

    id: str
    form: TrunkForm
    sealed_password: str
    version: int
    created_at_ms: int
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """What the name is found by."""
        return name_key(self.form.name)

    def for_pbx(self, secrets: Secrets) -> Trunk:
        """What the PBX must know of it."""
        form = self.form
        return Trunk(
            self.id,
            form.name,
            form.host,
            form.port or 0,
            form.transport,
            sips=form.uri_scheme == "sips",
            registers=form.kind == "register" and form.need_registration,
            username=form.username,
            auth_id=form.auth_id,
            password=secrets.open(self.sealed_password) if self.sealed_password else "",
            number=form.trunk_registration_number,
            from_domain=form.from_domain,
            outbound_proxy=form.outbound_proxy,
            routes_by_proxy=not form.proxy_out_of_route,
            expiry_s=form.register_expiration_s,
            keep_alive_s=form.heartbeat_frequency_s if form.heartbeat_detection else 0,
            networks=networks_of(form),
            challenged=form.auth_trunk,
            enabled=not form.disabled,
            from_user=form.from_user,
            caller_id=form.caller_id,
            caller_name=form.caller_name,
            keeps_original=form.keep_original_cid,
            keeps_own=form.keep_trunk_cid,
            identity=form.identity_header,
            signs=form.stir_sign,
            verifies=form.stir_verify,
            most_out=form.max_outgoing,
            most_in=form.max_incoming,
            limit=form.limit,
            allowance=form.allowance,
            told_above=form.concurrent_calls_threshold,
            failover=form.failover_number,
            fax_place=form.fax_place,
            dod_as_name=form.dod_as_name,
            recorded=form.auto_record,
            srtp=form.media_encryption,
            codecs=in_rtpmap(form.codecs),
            dtmf="rfc4733" if form.dtmf_mode == "default" else form.dtmf_mode,
            t38=form.t38,
            unregistered_out=form.calls_unregistered,
            did_in_to=form.did_from == "to-header",
            asserted_number=form.asserted_number,
            asserted_name=form.asserted_name,
            passes_asserted=form.passthrough_pai,
            header_number=form.header_number,
            privacy_header=form.privacy_header,
            tel_uri=form.tel_uri,
            passed_headers=tuple(dict.fromkeys(each.lower() for each in form.passed_headers)),
            prack=form.prack,
            early_media=form.early_media,
            rtp_timeout_s=form.rtp_timeout_s,
            returns_callers=form.direct_callback,
            anonymous=form.anonymous,
            fails_over_on=tuple(form.failover_statuses),
            forwarding=form.forwarding_header,
            dods=tuple(plan.Dod(each.number, each.callers, each.name) for each in form.dods),
        )

    def with_groups(self, trunk: Trunk, members_of: MembersOf) -> Trunk:
        """The same for the PBX, with the members of extension groups among the DODs."""
        if not any(each.groups for each in self.form.dods):
            return trunk
        dods = (
            plan.Dod(
                each.number,
                tuple(dict.fromkeys([*each.callers, *members_of(each.groups)])),
                each.name,
            )
            for each in self.form.dods
        )
        return msgspec.structs.replace(trunk, dods=tuple(dods))


def dods_of(form: TrunkForm, *, extension: str, number: str, name: str) -> list[Dod]:
    """The DODs that fit: an extension exactly, parts of a number and of a name; empty means any."""
    return [
        each
        for each in form.dods
        if (not extension or extension in each.extensions)
        and number in each.number
        and name.casefold() in each.name.casefold()
    ]


def networks_of(form: TrunkForm) -> tuple[str, ...]:
    """Who is trusted: those that are named, else the address of a peer."""
    if form.ip_allow_list:
        return tuple(form.ip_allow_list)
    return (form.host,) if form.kind == "peer" and _is_address(form.host) else ()


def problems_of(form: TrunkForm, *, password: bool) -> dict[str, str]:
    """What is wrong with a trunk, by field; `password`: whether it has one."""
    problems = {
        "host": None if _is_host(form.host) else N_("Please enter a domain or an IP address."),
        "from_domain": None
        if not form.from_domain or _is_host(form.from_domain)
        else N_("Please enter a domain or an IP address."),
        "outbound_proxy": None
        if not form.outbound_proxy or _is_proxy(form.outbound_proxy)
        else N_("Please enter a host such as proxy.provider.example:5060."),
        "trunk_registration_number": None
        if _NUMBER.fullmatch(form.trunk_registration_number)
        else N_("Use letters, digits and any of + - _ . * #"),
        "ip_allow_list": networks_problem(form.ip_allow_list),
        "passed_headers": None
        if all(may_pass(each.lower()) for each in form.passed_headers)
        else N_("Give whole names of headers, such as X-Account, and none that carry the call."),
    }
    problems |= form.limit_problems() | form.fax_problems()
    needed = (form.kind == "register" and form.need_registration) or form.auth_trunk
    if needed and not form.username:
        problems["username"] = N_("The user name is needed to sign in.")
    if needed and not password:
        problems["password"] = N_("The password is needed to sign in.")
    return {name: problem for name, problem in problems.items() if problem is not None}


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _is_host(text: str) -> bool:
    return _is_address(text) or (text.isascii() and _DOMAIN.fullmatch(text) is not None)


def _is_proxy(text: str) -> bool:
    match = _PROXY.fullmatch(text)
    if match is None or not text.isascii():
        return False
    port = match["port"]
    return _is_host(match["host"].strip("[]")) and (port is None or 0 < int(port) <= LARGEST_PORT)
