"""What is set for the whole domain, as values: the part of the directory that is nobody's own."""

from __future__ import annotations

from typing import Literal

import msgspec


class BanPolicy(msgspec.Struct, frozen=True):
    """Who is shut out: `most_failures` failed sign-ins within `within_s` seconds.

    A ban lasts `lasts_s` seconds, 0 means until it is lifted by hand. `whitelist` (addresses or
    CIDR) is never banned; nor, with `ignore_self`, is loopback.
    """

    enabled: bool = True
    most_failures: int = 5
    within_s: int = 600
    lasts_s: int = 600
    whitelist: tuple[str, ...] = ()
    ignore_self: bool = True


class SipLimits(msgspec.Struct, frozen=True):
    """What one message and one address may take of the PBX.

    `connections` counts those of one address that have not signed in; `requests_per_s` holds for an
    address that has proved to be real, `strangers_per_s` for one that has not.
    """

    message_bytes: int = 65_536
    header_lines: int = 256
    vias: int = 40
    connections: int = 128
    requests_per_s: int = 1_000
    strangers_per_s: int = 50
    subscriptions: int = 100


class Stir(msgspec.Struct, frozen=True):
    """How calls are signed and verified (STIR/SHAKEN).

    They are signed with `key` (PEM), whose certificate others find at `certificate_url`; or by the
    service at `service_url`, where `account` and `secret` are known. `trusted` are the certificates
    (PEM) of those who may stand for others' signatures.
    """

    key: str = ""
    certificate_url: str = ""
    service_url: str = ""
    account: str = ""
    secret: str = ""
    trusted: str = ""


class DomainSettings(msgspec.Struct, frozen=True):
    """What holds for every extension. Expiries are seconds (RFC 3261 §10.3).

    Phones that ask for no expiry are granted `usual_expiry_s`.

    `external_address` is written into messages for peers outside `local_networks` (CIDR; none
    given: whatever is not a public address). `trusted_peers` (CIDR) may send MESSAGE without a
    password, as the other end of a trunk does, but not in the name of an extension of ours.
    `trusted_proxies` (CIDR) are believed about whom they pass on: where a request came from, and
    the Path that they add; proxies on this machine always are. With `unsolicited_mwi` phones that
    do not subscribe to their mailbox are told of it all the same.

    `tls_client_certificates` is `off`, `optional` (one that is shown must be good) or `required`;
    `tls_trusted` holds certificates (PEM) that are trusted beside the system's; without
    `tls_verify_servers` no server's certificate is checked when we connect.

    `digest_algorithms` are what phones may sign in with, the first offered first; with
    `digest_integrity` they may protect bodies too (`auth-int`).

    A call ends when a phone sends no sound for `rtp_timeout_s`, or for `rtp_hold_timeout_s` while
    it holds; 0: never. We ask for sessions that are refreshed every `session_s` (RFC 4028), 0: only
    where the other side does, and take none that are shorter than `shortest_session_s`. Tones are
    those of `tone_country` (ISO 3166); who talks hears one when somebody else calls, with
    `call_waiting_tone`. Phones fetch ringtones below the address `ringtones`.
    Services speak `language` (`de`), English when it is empty.

    Who calls an extension that no phone is registered for gets `unavailable_status`. With
    `deflection_diversion` a call from outside that goes out again says that it was deflected;
    with `blocks_collect_calls` none is taken that whoever is called has to pay for. With
    `sips_end_to_end` a call to a `sips:` address rings no phone and takes no trunk that is reached
    in clear; without, its last hop is as each phone registered (RFC 3261 §26.2.2).

    `recording_notice` says who hears that a call may be recorded, as its recording begins: nobody,
    those outside, or everybody. A recording has both sides mixed, or left and right with
    `recording_stereo`. What was recorded
    until a transfer is recorded after it too with `recording_goes_on`.

    With `call_control` a program may refuse calls from outside, or take them, for some seconds
    before they go on by themselves.

    `name_servers` (`address:port`) find SIP servers by name, instead of those of the machine.

    Phones that sleep are woken through `push_gateway` (HTTPS), which knows `push_services`
    (RFC 8599); without it push is nothing that we know of.
    """

    realm: str = "engage"
    domains: tuple[str, ...] = ()
    shortest_expiry_s: int = 60
    longest_expiry_s: int = 3600
    usual_expiry_s: int = 3600
    external_address: str = ""
    local_networks: tuple[str, ...] = ()
    trusted_peers: tuple[str, ...] = ()
    bans: BanPolicy = BanPolicy()
    limits: SipLimits = SipLimits()
    tls_client_certificates: str = "off"
    tls_trusted: str = ""
    tls_verify_servers: bool = True
    trusted_proxies: tuple[str, ...] = ()
    name_servers: tuple[str, ...] = ()
    digest_algorithms: tuple[str, ...] = ("MD5", "SHA-256")
    digest_integrity: bool = False
    unsolicited_mwi: bool = False
    rtp_timeout_s: float = 60.0
    rtp_hold_timeout_s: float = 300.0
    session_s: int = 1800
    shortest_session_s: int = 90
    call_waiting_tone: bool = True
    tone_country: str = ""
    ringtones: str = ""
    unavailable_status: int = 480
    deflection_diversion: bool = False
    blocks_collect_calls: bool = False
    sips_end_to_end: bool = False
    stir: Stir = Stir()
    language: str = ""
    recording_stereo: bool = False
    recording_notice: Literal["off", "external", "all"] = "off"
    call_control: bool = False
    recording_goes_on: bool = False
    push_gateway: str = ""
    push_services: tuple[str, ...] = ("apns", "fcm", "webpush")
