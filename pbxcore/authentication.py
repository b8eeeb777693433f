"""Who sent a request: the extension whose password it proves, or a peer we trust."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from pbxcore.errors import RemoteProtocolError
from pbxcore.net.addresses import within
from pbxcore.presence.registration import shown
from pbxcore.presence.restrictions import allowed, origins
from pbxcore.sip.digest import Authenticator, Verdict, parse_credentials
from pbxcore.sip.digest_response import unescaped
from pbxcore.sip.uri import SipUri, TelUri, parse_uri

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pbxcore.devices import Devices
    from pbxcore.directory import Directory, Extension
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
            RemoteProtocolError: 401 with challenges, 403 for somebody else's address.
        """
        from_ = incoming.head.from_
        uri = parse_uri(from_.uri)
        user = user_of(uri)
        ours = isinstance(uri, TelUri) or self._domain.is_ours(uri.host)
        trusted = self._directory.settings.trusted_peers
        if user and trusted and within(incoming.flow.host, trusted):
            own_user = ours and self._directory.extension(user) is not None
            if not own_user:
                return user, shown(from_.display_name)
        extension = self.extension_of(incoming)
        if user != extension.number or not ours:
            raise RemoteProtocolError(403, "Not Your Address")
        return extension.number, extension.display_name

    def extension_of(self, incoming: Incoming) -> Extension:
        """The extension whose password the request proves, used from where it may be.

        Raises:
            RemoteProtocolError: 401 with challenges, 400 for credentials nobody can read, 403 with
                the right password from an address that is not allowed.
        """
        return self.account_of(incoming).extension

    def account_of(self, incoming: Incoming) -> Account:
        """The extension, and the device if the credentials are a browser's; raises the same."""
        realm = self._directory.settings.realm
        credentials = _credentials(incoming, realm)
        if credentials is None:
            raise self._challenge(incoming, realm)
        username = unescaped(credentials.get(b"username", b"")).decode("utf-8", "replace")
        extension, secret, device = self._signing_in(username, incoming)
        verdict = self._authenticator.judge(
            credentials,
            method=incoming.request.method,
            realm=realm,
            secret=secret,
            now=self._clock(),
        )
        flow = incoming.flow
        issued = self._authenticator.issued_to(credentials[b"nonce"], flow.host)
        if verdict is Verdict.GOOD and extension is not None:
            self._check_address(incoming, extension)
            self._watch.signed_in(flow, issued=issued)
            return Account(extension, device)
        if verdict is Verdict.WRONG:
            self._watch.refused(flow, issued=issued)
            log.warning(
                "SIP sign-in refused",
                extra={"from": flow.source, "user": shown(username.encode())},
            )
        raise self._challenge(incoming, realm, stale=verdict is Verdict.STALE)

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

    def _challenge(
        self, incoming: Incoming, realm: str, *, stale: bool = False
    ) -> RemoteProtocolError:
        lines = self._authenticator.challenges(
            realm, self._clock(), stale=stale, source=incoming.flow.host
        )
        browser = incoming.flow.transport in ("ws", "wss")
        if browser or _MD5_ALONE.match(incoming.request.get(b"user-agent") or b""):
            lines = tuple(each for each in lines if b"algorithm=MD5" in each)
        return RemoteProtocolError(401, "", lines)


def user_of(uri: SipUri | TelUri) -> str | None:
    """The user part that a URI names, None when it names the server itself."""
    user = uri.number if isinstance(uri, TelUri) else uri.user
    return None if user is None else user.decode("utf-8", "replace")


def _claimed(incoming: Incoming) -> str:
    """Whom the sender says to be: several extensions may have one name to sign in with."""
    head = incoming.head
    claimed = head.to if incoming.request.method == b"REGISTER" else head.from_
    return user_of(parse_uri(claimed.uri)) or ""


def _credentials(incoming: Incoming, realm: str) -> dict[bytes, bytes] | None:
    """Those for our realm; there may be others for other servers (§22.3)."""
    for value in incoming.request.lines_of(b"authorization"):
        found = parse_credentials(value)
        if found is not None and found.get(b"realm") == realm.encode():
            return found
    return None
