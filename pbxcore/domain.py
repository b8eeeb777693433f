"""Which host names and addresses mean this PBX."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.sip.uri import SipUri

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pbxcore.directory import Directory
    from pbxcore.sip.uri import TelUri

_MOST_NAMES: Final = 1000


class Domain:
    """Our own names: those of the settings, this machine's, and all its addresses.

    Args:
        directory: whose settings hold.
        machine: the names of this machine, in lower case.
        is_own_address: whether an IP address is one of this machine.
    """

    def __init__(
        self,
        directory: Directory,
        machine: Iterable[str],
        is_own_address: Callable[[str], bool],
    ) -> None:
        self._directory = directory
        self._names = frozenset(machine)
        self._is_own_address = is_own_address
        self._known: dict[bytes, bool] = {}
        self._known_by = directory.settings

    def is_ours(self, host: bytes) -> bool:
        """Whether a URI's host part means us."""
        settings = self._directory.settings
        if settings is not self._known_by or len(self._known) > _MOST_NAMES:
            self._known, self._known_by = {}, settings
        known = self._known.get(host)
        if known is None:
            known = self._known[host] = self._belongs(host)
        return known

    def has(self, uri: SipUri | TelUri) -> bool:
        """Whether a URI means somebody here, and not at another domain.

        A local number is one of its context's: ours, or a part of the world's (RFC 3966 §5.1.5).
        """
        if isinstance(uri, SipUri):
            return self.is_ours(uri.host)
        context = uri.parameters.get(b"phone-context", b"")
        return not context or context.startswith(b"+") or self.is_ours(context)

    def forget(self) -> None:
        """Look again which addresses are ours."""
        self._known.clear()

    def _belongs(self, host: bytes) -> bool:
        name = host.strip(b"[]").lower().decode("ascii", "replace").removesuffix(".")
        settings = self._directory.settings
        return (
            name in settings.domains
            or name == settings.external_address
            or name in self._names
            or self._is_own_address(name)
        )
