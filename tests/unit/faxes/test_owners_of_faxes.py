"""Whom a fax is mailed to."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from engage.app.faxes import FaxOwners
from engage.dialplan.fax_extensions import FaxExtensionForm
from engage.faxes.settings import FaxSettings
from engage.mailing import Recipient


class People:
    """Ana takes her faxes, Ben wants none of his mailed."""

    def mail_to(self, number: str) -> Recipient | None:
        return Recipient(f"{number}@x.test") if number in ("1000", "1001") else None

    def wants_faxes(self, number: str) -> bool:
        return number != "1001"


@pytest.mark.parametrize(
    ("box", "addresses"),
    [
        ("1000", ["1000@x.test"]),
        ("1001", []),
        ("1002", ["all@x.test"]),
        ("7200", ["desk@x.test", "1001@x.test"]),
        ("a@x.test", ["a@x.test"]),
    ],
)
def test_a_fax_goes_to_who_has_the_number_and_wants_it(box: str, addresses: list[str]) -> None:
    form = FaxExtensionForm(name="Desk", number="7200", email="desk@x.test", members=["1001"])
    extensions: Any = SimpleNamespace(entries=[SimpleNamespace(form=form)])
    people: Any = People()
    owners = FaxOwners(people, extensions, lambda: FaxSettings(email="all@x.test"))
    assert [each.address for each in owners.recipients(box)] == addresses
