"""What leads from one directory to the next."""

from __future__ import annotations

from engage.telephony.directory_feed import difference
from pbxcore.directory import (
    Delta,
    Directory,
    Extension,
    Snapshot,
)
from pbxcore.domain_settings import DomainSettings

ANA, BEN = Extension("1000", "Ana", "a"), Extension("1001", "Ben", "b")


def test_difference_leads_from_one_directory_to_the_other() -> None:
    changed = Extension("1000", "Ana", "new", max_contacts=5)
    chen = Extension("1002", "Chen", "c")
    directory = Directory(Snapshot(3, DomainSettings(), (ANA, BEN)))
    changes = difference({"1000": ANA, "1001": BEN}, {"1000": changed, "1002": chen})
    directory.apply(Delta(4, changes))
    assert directory.snapshot().extensions == (changed, chen)


def test_unchanged_extensions_are_not_told() -> None:
    assert difference({"1000": ANA}, {"1000": ANA}) == ()
