"""Hot desks: phones that anybody may use as his own for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pbxcore.directory import Directory, Extension
    from pbxcore.presence.keeping import Store


class HotDesks:
    """Who sits where, by the number that the phone is registered by; `store` outlasts us."""

    def __init__(self, directory: Directory, store: Store[str]) -> None:
        self._directory, self._store = directory, store
        self._users = dict(store.load())

    def user_at(self, place: Extension) -> Extension:
        """Whose phone it is now."""
        user = self._users.get(place.number, "")
        found = self._directory.extension(user) if place.handling.is_desk else None
        return self._directory.owner(place) if found is None else found

    def of(self, number: str) -> list[str]:
        """The phones that somebody sits at."""
        return [desk for desk, user in self._users.items() if user == number]

    def sit(self, desk: str, user: str) -> None:
        """Somebody sits at a phone from now on, and at no other."""
        for other in self.of(user):
            self.leave(other)
        self._users[desk] = user
        self._store.save(desk, user)

    def leave(self, desk: str) -> bool:
        """A phone is nobody's any more; whether it was somebody's."""
        if self._users.pop(desk, None) is None:
            return False
        self._store.save(desk, None)
        return True
