"""A table that cannot grow without bound, however many addresses a flood invents. Pure."""

from __future__ import annotations

from typing import Generic, TypeVar

Value = TypeVar("Value")


class Forgetful(Generic[Value]):
    """Keeps the latest entries, at most `most`, in two generations.

    When the young generation is full it becomes the old one, and what was old is forgotten. Every
    access is one or two look-ups in a plain dictionary: there is no list to keep in order.
    """

    __slots__ = ("_half", "_old", "_young")

    def __init__(self, most: int) -> None:
        self._half = max(1, most // 2)
        self._young: dict[str, Value] = {}
        self._old: dict[str, Value] = {}

    def __len__(self) -> int:
        """How many entries stand; one that is in both generations counts twice."""
        return len(self._young) + len(self._old)

    def get(self, key: str) -> Value | None:
        """The entry, if it is not forgotten."""
        found = self._young.get(key)
        return self._old.get(key) if found is None else found

    def put(self, key: str, value: Value) -> None:
        """Make it the latest entry."""
        if len(self._young) >= self._half and key not in self._young:
            self.age()
        self._young[key] = value

    def drop(self, key: str) -> None:
        """Forget one entry."""
        self._young.pop(key, None)
        self._old.pop(key, None)

    def age(self) -> None:
        """Forget the old generation; the young one is next."""
        self._old, self._young = self._young, {}
