"""What extensions want of their calls: forwarding by presence, hours without disturbance, lists."""

from __future__ import annotations

from datetime import UTC, datetime, time

import msgspec
import pytest

from pbxcore.dialplan.plan import Hours, Plan
from pbxcore.dialplan.time_conditions import Condition, TimeRow
from pbxcore.dialplan.window import Window
from pbxcore.directory import (
    Delta,
    Directory,
    Extension,
    ExtensionPut,
    ExtensionRemoved,
    Snapshot,
)
from pbxcore.domain_settings import DomainSettings
from pbxcore.features.book import FeatureBook
from pbxcore.features.handling import CallHandling
from pbxcore.features.model import NONE_SET, Case, Features, Forwarding, Forwards, Handling
from pbxcore.journal import FeaturesChanged

TEN = datetime(2026, 1, 5, 10, tzinfo=UTC)  # a Monday
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
MORNING = Window(Condition.SPECIFIC_TIME, (TimeRow(time(9), time(11)),))
OFFICE = Window(Condition.OFFICE_TIME)
HOURS = Hours(office_time=(TimeRow(time(9), time(11)),))
BOB = Forwarding(active=True, target="1001", kind="extension")


def handling(
    features: Features = NONE_SET, arranged: Handling | None = None, now: datetime = NOON
) -> tuple[CallHandling, Extension]:
    extension = Extension("1000", "Alice", "", handling=arranged or Handling())
    directory = Directory(Snapshot(1, DomainSettings(), (extension,), plan=Plan(hours=HOURS)))
    return CallHandling(directory, lambda number: features, lambda: now), extension


@pytest.mark.parametrize("window", [MORNING, OFFICE])
def test_nobody_is_disturbed_in_the_hours_that_are_set(window: Window) -> None:
    arranged = Handling(undisturbed_window=window)
    for now, quiet in (TEN, True), (NOON, False):
        found, _ = handling(Features(undisturbed=True), arranged, now)
        assert found.undisturbed("1000") is quiet
        assert not handling(NONE_SET, arranged, now)[0].undisturbed("1000")


def test_some_callers_may_disturb() -> None:
    found, _ = handling(Features(undisturbed=True), Handling(lets_through=("1001", "_2XXX")))
    heard = [found.undisturbed("1000", each) for each in ("1001", "2345", "1002", "")]
    assert heard == [False, False, True, True]


@pytest.mark.parametrize("case", ["always", "busy", "no_answer"])
def test_what_the_present_state_says_holds(case: Case) -> None:
    forwards = {"away": msgspec.structs.replace(Forwards(), **{case: BOB})}
    for presence, to in ("away", BOB), ("available", None), ("chat", None):
        found, extension = handling(Features(presence=presence, forwards=forwards))
        assert found.forwarding(extension, case, "1002") == to


def test_forwarding_holds_at_certain_times_and_not_for_everybody() -> None:
    timed = msgspec.structs.replace(BOB, window=MORNING)
    features = NONE_SET.forwarded("always", timed)
    for now, to in (TEN, timed), (NOON, None):
        found, extension = handling(features, now=now)
        assert found.forwarding(extension, "always", "1002") == to
    found, extension = handling(features, Handling(never_forwards=("_100X",)), TEN)
    assert found.forwarding(extension, "always", "1002") is None
    assert found.forwarding(extension, "always", "2002") == timed


class Kept(dict[str, Features]):
    """A store of features."""

    def load(self) -> dict[str, Features]:
        return dict(self)

    def save(self, key: str, value: Features | None) -> None:
        if value is None:
            self.pop(key, None)
        else:
            self[key] = value


class Book:
    """A book, and what it told."""

    def __init__(self, given: Features = NONE_SET, kept: Kept | None = None) -> None:
        self.kept = Kept() if kept is None else kept
        self.facts: list[object] = []
        self.told: list[tuple[str, Features]] = []
        extension = Extension("1000", "Alice", "", features=given)
        self.directory = Directory(Snapshot(1, DomainSettings(), (extension,)))
        self.book = FeatureBook(
            self.directory,
            self.kept,
            self.facts.append,
            lambda number, before, after: self.told.append((number, after)),
        )
        self.book.start()

    def give(self, features: Features) -> None:
        extension = Extension("1000", "Alice", "", features=features)
        self.directory.apply(Delta(self.directory.version + 1, (ExtensionPut(extension),)))
        self.book.refresh()


def test_what_a_phone_sets_holds_and_is_told() -> None:
    page = Book()
    page.book.set("1000", NONE_SET.forwarded("busy", BOB))
    after = page.book.of("1000")
    assert (after.forwarding("busy"), after.revision) == (BOB, 1)
    assert page.told == [("1000", after)]
    assert page.facts == [FeaturesChanged("1000", after, ("available.busy",))]
    assert Book(kept=page.kept).book.of("1000") == after
    page.book.set("1000", after)
    assert len(page.facts) == 1


def test_an_older_directory_does_not_undo_what_a_phone_has_set() -> None:
    page = Book()
    page.book.set("1000", Features(undisturbed=True))
    page.give(Features(presence="away"))  # it has not heard yet
    assert page.book.of("1000") == Features(undisturbed=True, revision=1)
    merged = Features(undisturbed=True, presence="away", revision=1)
    page.give(merged)
    assert page.book.of("1000") == merged
    assert not page.kept
    page.give(Features(presence="away", revision=1))
    assert not page.book.of("1000").undisturbed
    assert [each.undisturbed for _, each in page.told] == [True, True, False]


def test_nothing_is_kept_of_an_extension_that_is_gone() -> None:
    page = Book()
    page.book.set("1000", Features(undisturbed=True))
    page.directory.apply(Delta(2, (ExtensionRemoved("1000"),)))
    page.book.refresh()
    assert (page.book.of("1000"), dict(page.kept)) == (NONE_SET, {})
