"""Which host names and addresses mean this PBX."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pbxcore.directory import Directory

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

    def forget(self) -> None:
        """Look again which addresses are ours."""
        self._known.clear()

    def _belongs(self, host: bytes) -> bool:
        name = host.strip(b"[]").lower().decode("ascii").removesuffix(".")
        settings = self._directory.settings
        return (
            name in settings.domains
            or name == settings.external_address
            or name in self._names
            or self._is_own_address(name)
        )
