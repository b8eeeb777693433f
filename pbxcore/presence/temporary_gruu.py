"""Temporary GRUUs: they reach one phone and tell nobody whose it is (RFC 5627 §3.2, Appendix A).

All that is needed to find the phone is in the URI itself, encrypted, so that none has to be kept.
Each answer to a REGISTER brings another one; all of them hold as long as the phone registers in one
Call-ID (§5.3).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.presence.gruu import DEVICE

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.presence.bindings import StoredBinding
    from pbxcore.sip.uri import SipUri, TelUri

_PREFIX: Final = b"tgruu."
_SALT: Final = 8
_SEAL: Final = 10
_MARK: Final = 8
_LONGEST: Final = 400


class TemporaryGruus:
    """Makes them and finds out what they mean.

    Args:
        secret: known to us alone; with another one all that were made mean nothing.
        entropy: that many unguessable bytes.
        bindings: where an extension is registered.
    """

    def __init__(
        self,
        secret: bytes,
        entropy: Callable[[int], bytes],
        bindings: Callable[[str], tuple[StoredBinding, ...]],
    ) -> None:
        self._sealing = hmac.digest(secret, b"temporary GRUU, seal", "sha256")
        self._hiding = hmac.digest(secret, b"temporary GRUU, stream", "sha256")
        self._entropy = entropy
        self._bindings = bindings

    def make(self, address_of_record: bytes, binding: StoredBinding) -> bytes:
        """Another URI for a phone, in the domain of its address of record."""
        plain = self._entropy(_SALT) + _marks(binding) + binding.number.encode()
        seal = hmac.digest(self._sealing, plain, "sha256")[:_SEAL]
        token = base64.urlsafe_b64encode(seal + self._hidden(seal, plain)).rstrip(b"=")
        scheme, _, rest = address_of_record.partition(b":")
        return b"%b:%b%b@%b;gr" % (scheme, _PREFIX, token, rest.rpartition(b"@")[2])

    def is_one(self, uri: SipUri | TelUri) -> bool:
        """Whether a URI of ours claims to be one."""
        return DEVICE in uri.parameters and not uri.parameters[DEVICE]

    def public(self, uri: SipUri) -> SipUri | None:
        """The public GRUU of the same phone; None when nobody has it now (§5.4: 404)."""
        plain = self._opened(uri.user or b"")
        if plain is None:
            return None
        marks, number = plain[_SALT : _SALT + 2 * _MARK], plain[_SALT + 2 * _MARK :]
        for each in self._bindings(number.decode("utf-8", "replace")):
            if each.instance and hmac.compare_digest(_marks(each), marks):
                parameters = {**uri.parameters, DEVICE: each.instance.encode()}
                return msgspec.structs.replace(uri, user=number, parameters=parameters)
        return None

    def _opened(self, user: bytes) -> bytes | None:
        if not user.startswith(_PREFIX) or len(user) > _LONGEST:
            return None
        token = user.removeprefix(_PREFIX)
        try:
            sealed = base64.urlsafe_b64decode(token + b"=" * (-len(token) % 4))
        except binascii.Error:
            return None
        seal, hidden = sealed[:_SEAL], sealed[_SEAL:]
        plain = self._hidden(seal, hidden)
        wanted = hmac.digest(self._sealing, plain, "sha256")[:_SEAL]
        return plain if hmac.compare_digest(seal, wanted) else None

    def _hidden(self, seal: bytes, data: bytes) -> bytes:
        """The data under a stream that the seal begins: hidden once, and in clear the second time.

        Two URIs share a stream only if they share a seal, thus all that is in them.
        """
        stream = hashlib.shake_256(self._hiding + seal).digest(len(data))
        return bytes(one ^ other for one, other in zip(data, stream, strict=True))


def _marks(binding: StoredBinding) -> bytes:
    """What tells the phone, and the series of its registrations, from all others."""
    texts = binding.instance, binding.call_id
    return b"".join(hashlib.blake2b(each.encode(), digest_size=_MARK).digest() for each in texts)
