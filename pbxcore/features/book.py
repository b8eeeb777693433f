"""What users have set, whoever knew of it last: this PBX, or whoever gives the directory.

A phone's key and a feature code change it here, and the journal tells; Wave, an administrator and
programs change it in the directory. Each change here makes the revision one more, and the directory
comes to that revision once it has heard: until then what is set here holds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pbxcore.features.model import CASES, NONE_SET, PRESENCES, Forwards
from pbxcore.journal import FeaturesChanged

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.directory import Directory
    from pbxcore.features.model import Features
    from pbxcore.journal import Fact
    from pbxcore.presence.keeping import Store


class FeatureBook:
    """The features of every extension.

    Args:
        directory: knows the extensions.
        store: keeps what was set here over a restart.
        record: takes each fact for the journal.
        told: hears whose features are others now.
    """

    def __init__(
        self,
        directory: Directory,
        store: Store[Features],
        record: Callable[[Fact], None],
        told: Callable[[str, Features, Features], None],
    ) -> None:
        self._directory = directory
        self._store, self._record, self._told = store, record, told
        self._own: dict[str, Features] = {}
        self._shown: dict[str, Features] = {}
        """What was told last, of those who have set something."""

    def start(self) -> None:
        """Go on where the last process ended."""
        self._own = dict(self._store.load())
        self._shown = self._present()

    def of(self, number: str) -> Features:
        """What an extension's user has set."""
        extension = self._directory.extension(number)
        given = NONE_SET if extension is None else extension.features
        own = self._own.get(number)
        return given if own is None or own.revision <= given.revision else own

    def set(self, number: str, features: Features) -> None:
        """Hold what a phone of an extension has set from now on."""
        before = self.of(number)
        changed = differences(before, features)
        if not changed:
            return
        features = msgspec.structs.replace(features, revision=before.revision + 1)
        self._own[number] = features
        self._store.save(number, features)
        self._record(FeaturesChanged(number, features, changed))
        self._show(number, features)

    def refresh(self) -> None:
        """The directory is another now."""
        for number in list(self._own):
            extension = self._directory.extension(number)
            if extension is None or extension.features.revision >= self._own[number].revision:
                self._forget(number)
        present = self._present()
        for number in present.keys() | self._shown.keys():
            self._show(number, present.get(number, NONE_SET))

    def scheduled(self) -> list[str]:
        """Who wants no disturbance at certain times alone."""
        extension = self._directory.extension
        return [
            number
            for number, features in self._shown.items()
            if features.undisturbed
            and (found := extension(number)) is not None
            and found.handling.undisturbed_window.condition
        ]

    def _present(self) -> dict[str, Features]:
        extensions = self._directory.snapshot().extensions
        given = {each.number: each.features for each in extensions if each.features != NONE_SET}
        return given | {number: self.of(number) for number in self._own}

    def _show(self, number: str, features: Features) -> None:
        before = self._shown.get(number, NONE_SET)
        if features == NONE_SET:
            self._shown.pop(number, None)
        else:
            self._shown[number] = features
        if differences(before, features):
            self._told(number, before, features)

    def _forget(self, number: str) -> None:
        del self._own[number]
        self._store.save(number, None)


def differences(before: Features, after: Features) -> tuple[str, ...]:
    """What differs: `undisturbed`, `presence`, or a case as `away.busy`."""
    found = [
        name
        for name in ("undisturbed", "presence")
        if getattr(before, name) != getattr(after, name)
    ]
    for state in PRESENCES:
        ours, theirs = (each.forwards.get(state, Forwards()) for each in (before, after))
        found += [
            f"{state}.{case}" for case in CASES if getattr(ours, case) != getattr(theirs, case)
        ]
    return tuple(found)
