"""Who sent a request: the extension whose password it proves, or a peer we trust."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from pbxcore.errors import RemoteProtocolError
from pbxcore.networks import within
from pbxcore.presence.registration import shown
from pbxcore.presence.restrictions import allowed, origins
from pbxcore.sip.digest import Authenticator, Verdict, parse_credentials
from pbxcore.sip.digest_response import unescaped
from pbxcore.sip.flow import default_port
from pbxcore.sip.identity import is_anonymous, preferred
from pbxcore.sip.telephone import number_of
from pbxcore.sip.uri import SipUri, TelUri, escaped_user, parse_uri

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pbxcore.devices import Devices
    from pbxcore.directory import Directory, Extension, Trunk
    from pbxcore.domain import Domain
    from pbxcore.sip.transactions.incoming import Incoming
    from pbxcore.watch import Watch

log = logging.getLogger(__name__)

_MD5_ALONE: Final = re.compile(rb"baresip v?[0-2]\b")
"""Phones that give up, against RFC 8760 §2.6, when any of the challenges is not MD5.

Browsers' libraries read the first alone, and know nothing but MD5.
"""


class Account(NamedTuple):
    """Who has signed in; `device` is the browser's tag if it was by credentials of its own."""

    extension: Extension
    device: str = ""


class Sender(NamedTuple):
    """Who speaks: an extension, or a user of a peer that is trusted, by its trunk if it has one."""

    user: str
    name: str
    extension: Extension | None = None
    trunk: Trunk | None = None
    is_peer: bool = False


class Authentication:
    """Decides who a request is from; known and unknown users look the same to strangers."""

    def __init__(
        self,
        directory: Directory,
        domain: Domain,
        *,
        watch: Watch,
        devices: Devices,
        clock: Callable[[], float],
        entropy: Callable[[int], bytes],
    ) -> None:
        self._directory = directory
        self._domain = domain
        self._watch = watch
        self._devices = devices
        self._clock = clock
        self._authenticator = Authenticator(entropy(32), entropy)

    def sender_of(self, incoming: Incoming) -> tuple[str, str]:
        """Who speaks, as user part and name; a peer we trust may speak for its own users only.

        Raises:
            RemoteProtocolError: 401 with challenges, 403 for somebody else's address, and for none:
                here the name would be told.
        """
        sender = self.sender(incoming)
        if not sender.user:
            raise self._challenge(incoming)
        if sender.extension is not None and is_anonymous(incoming.head.from_.uri):
            raise RemoteProtocolError(403, "Not Your Address")
        return sender.user, sender.name

    def sender(self, incoming: Incoming, providers: Iterable[Trunk] = ()) -> Sender:
        """Who calls, with what proves it.

        Whoever calls may leave out who he is (RFC 3323 §4.1.1.3): a peer, and a user of ours too,
        whom his password names. `providers` are trunks that are registered where the request
        comes from.

        Raises:
            RemoteProtocolError: as `sender_of` says.
        """
        from_ = incoming.head.from_
        uri = parse_uri(from_.uri)
        user = user_of(uri)
        ours = isinstance(uri, TelUri) or self._domain.is_ours(uri.host)
        own_user = ours and user is not None and self._directory.extension(user) is not None
        if not own_user:
            trusted, trunk = self._peer(incoming, providers)
            if trusted:
                return Sender(user or "", shown(from_.display_name), trunk=trunk, is_peer=True)
        extension = self.extension_of(incoming)
        its_own = ours and user == extension.number
        if not its_own and not is_anonymous(from_.uri):
            raise RemoteProtocolError(403, "Not Your Address")
        return Sender(extension.number, extension.display_name, extension)

    def trunk_of(self, incoming: Incoming) -> Trunk | None:
        """The trunk that a request comes through, by its address, its password, or both.

        Raises:
            RemoteProtocolError: 401: it comes from a trunk's address and lacks the password.
        """
        trunks = [each for each in self._directory.trunks.values() if each.enabled]
        host = incoming.flow.host
        here = [each for each in trunks if each.networks and within(host, each.networks)]
        meant = _meant(here, incoming)
        if meant is not None and not meant.challenged:
            return meant
        credentials = _credentials(incoming, self._directory.settings.realm)
        if credentials is None:
            if here:
                raise self._challenge(incoming)
            return None
        username = _username(credentials)
        candidates = here or [each for each in trunks if each.challenged and not each.networks]
        trunk = next((each for each in candidates if username == each.username), None)
        an_extensions = self._directory.signing_in(username, lambda: _claimed(incoming)) is not None
        if an_extensions and (trunk is None or not here):
            return None
        if trunk is None and not here:
            return None
        self._prove(incoming, credentials, None if trunk is None else trunk.password)
        return trunk

    def extension_of(self, incoming: Incoming) -> Extension:
        """The extension whose password the request proves, used from where it may be.

        Raises:
            RemoteProtocolError: 401 with challenges, 400 for credentials nobody can read, or that
                are another request's, 403 with the right password from an address that is not
                allowed.
        """
        return self.account_of(incoming).extension

    def account_of(self, incoming: Incoming) -> Account:
        """The extension, and the device if the credentials are a browser's; raises the same."""
        credentials = _credentials(incoming, self._directory.settings.realm)
        if credentials is None:
            raise self._challenge(incoming)
        extension, secret, device = self._signing_in(_username(credentials), incoming)
        self._prove(incoming, credentials, secret, extension)
        if extension is None:  # without a secret nothing is proved
            raise self._challenge(incoming)
        return Account(extension, device)

    def _prove(
        self,
        incoming: Incoming,
        credentials: dict[bytes, bytes],
        secret: str | None,
        extension: Extension | None = None,
    ) -> None:
        """Let pass who knows the secret, from where it may be used.

        Raises:
            RemoteProtocolError: as `extension_of` says.
        """
        settings, now, flow = self._directory.settings, self._clock(), incoming.flow
        verdict = self._authenticator.judge(
            credentials,
            method=incoming.request.method,
            realm=settings.realm,
            secret=secret,
            now=now,
            body=incoming.request.body,
            algorithms=self._algorithms(extension),
        )
        nonce = credentials[b"nonce"]
        issued = self._authenticator.issued_to(nonce, flow.host)
        if verdict is Verdict.GOOD:
            # The nonce count is used up: a repetition must get the same answer, whatever it is.
            incoming.keep()
            if extension is not None:  # a provider's border controller writes numbers anew
                self._check_target(incoming, credentials)
                self._check_address(incoming, extension)
            self._watch.signed_in(flow, issued=issued)
            incoming.success = self._authenticator.next_nonce(nonce, now, source=flow.host)
            return
        if verdict is Verdict.WRONG:
            self._watch.refused(flow, issued=issued)
            user = shown(credentials[b"username"])
            log.warning("SIP sign-in refused", extra={"from": flow.source, "user": user})
        raise self._challenge(incoming, stale=verdict is Verdict.STALE)

    def _peer(self, incoming: Incoming, providers: Iterable[Trunk]) -> tuple[bool, Trunk | None]:
        """Whether a peer of ours speaks, and by which trunk if it is one."""
        trunk = self.trunk_of(incoming) if self._directory.trunks else None
        trunk = trunk or _meant([each for each in providers if not each.challenged], incoming)
        if trunk is not None:
            return True, trunk
        trusted = self._directory.settings.trusted_peers
        return bool(trusted) and within(incoming.flow.host, trusted), None

    def _signing_in(
        self, username: str, incoming: Incoming
    ) -> tuple[Extension | None, str | None, str]:
        """The extension of a name, the password it needs, and the device if it is a browser's."""
        found = self._devices.signing_in(username, incoming.flow.transport)
        if found is not None:
            device, password = found
            extension = self._directory.extension(device.number)
            return extension, None if extension is None else password, device.tag
        extension = self._directory.signing_in(username, lambda: _claimed(incoming))
        return extension, None if extension is None else extension.secret, ""

    def origins_of(self, incoming: Incoming) -> Sequence[str]:
        """The addresses a request came from, the sender's own first."""
        trusted = self._directory.settings.trusted_proxies
        return origins(incoming.request, incoming.flow.host, trusted)

    def _check_target(self, incoming: Incoming, credentials: dict[bytes, bytes]) -> None:
        """Whether it is this request that was signed (RFC 7616 §3.4.6).

        Only another user is refused: clients write the rest of `uri` in many ways, some leave out
        the user, and a proxy that is named as ours may have sent the request elsewhere.
        """
        signed, meant = (_user_in(each) for each in (credentials[b"uri"], incoming.request.uri))
        if not signed or not meant or signed == meant:
            return
        proxies = self._directory.settings.trusted_proxies
        if proxies and within(incoming.flow.host, proxies):
            return
        log.warning("SIP credentials for another request", extra={"from": incoming.flow.source})
        raise RemoteProtocolError(400, "Other URI Signed")

    def _check_address(self, incoming: Incoming, extension: Extension) -> None:
        """Asked last: whoever lacks the password learns of no restriction, nor of the extension."""
        if not extension.networks:
            return
        found = self.origins_of(incoming)
        if not allowed(found, extension.networks):
            log.warning(
                "SIP address not allowed",
                extra={"extension": extension.number, "from": ", ".join(found)},
            )
            raise RemoteProtocolError(403, "Address Not Allowed")

    def _challenge(self, incoming: Incoming, *, stale: bool = False) -> RemoteProtocolError:
        """The 401; whoever has algorithms of their own shows by them that they exist."""
        settings, flow = self._directory.settings, incoming.flow
        particular = self._directory.algorithms_differ
        claimed = self._directory.extension(_claimed(incoming)) if particular else None
        offered = self._algorithms(claimed)
        if "MD5" in offered and (
            flow.transport in ("ws", "wss")
            or _MD5_ALONE.match(incoming.request.get(b"user-agent") or b"")
        ):
            offered = ("MD5",)
        lines = self._authenticator.challenges(
            settings.realm,
            self._clock(),
            stale=stale,
            algorithms=offered,
            integrity=settings.digest_integrity,
            source=flow.host,
        )
        return RemoteProtocolError(401, "", lines)

    def _algorithms(self, extension: Extension | None) -> tuple[str, ...]:
        own = () if extension is None else extension.digest_algorithms
        return own or self._directory.settings.digest_algorithms


def _meant(trunks: Sequence[Trunk], incoming: Incoming) -> Trunk | None:
    """The trunk that a request is for, of those that its address may be; None of none.

    Several accounts at one provider are told apart by what we registered, which the Request-URI
    names or To (RFC 3261 §10.3), several peers behind one address by their ports, or by the domain
    that the request, its To or From is of.
    """
    if len(trunks) < 2:
        return trunks[0] if trunks else None
    head = incoming.head
    dialled, to = (_user_in(each) for each in (incoming.request.uri, head.to.uri))
    domains = {_host_in(each) for each in (incoming.request.uri, head.to.uri, head.from_.uri)}

    def fits(trunk: Trunk) -> tuple[bool, bool, bool, bool]:
        account = _user_in(b"sip:%b@invalid" % escaped_user(trunk.number or trunk.username))
        port = trunk.port or default_port(incoming.flow.transport)
        domain = (trunk.from_domain or trunk.host).lower().encode()
        return account == dialled, account == to, port == incoming.flow.port, domain in domains

    return max(trunks, key=fits)


def user_of(uri: SipUri | TelUri) -> str | None:
    """Whom a URI names, by user part or number; None when it names the server itself."""
    user = number_of(uri)
    return None if user is None else user.decode("utf-8", "replace")


def _user_in(uri: bytes) -> str | None:
    """Whom a URI names that need not be one."""
    try:
        return user_of(parse_uri(uri))
    except RemoteProtocolError:
        return None


def _host_in(uri: bytes) -> bytes:
    """Of which domain a URI is; nothing for one without."""
    try:
        parsed = parse_uri(uri)
    except RemoteProtocolError:
        return b""
    return parsed.host.lower() if isinstance(parsed, SipUri) else b""


def _username(credentials: dict[bytes, bytes]) -> str:
    return unescaped(credentials.get(b"username", b"")).decode("utf-8", "replace")


def _claimed(incoming: Incoming) -> str:
    """Whom the sender says to be: several extensions may have one name to sign in with.

    Who calls anonymously may say so beside From (RFC 3325 §6).
    """
    head = incoming.head
    claimed = head.to if incoming.request.method == b"REGISTER" else head.from_
    if is_anonymous(claimed.uri):
        claimed = preferred(incoming.request) or claimed
    return user_of(parse_uri(claimed.uri)) or ""


def _credentials(incoming: Incoming, realm: str) -> dict[bytes, bytes] | None:
    """Those for our realm; there may be others for other servers (§22.3).

    Linphone gives a proxy's, even when it answers our 401.
    """
    request = incoming.request
    for value in request.lines_of(b"authorization") + request.lines_of(b"proxy-authorization"):
        found = parse_credentials(value)
        if found is not None and found.get(b"realm") == realm.encode():
            return found
    return None
