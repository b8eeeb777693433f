"""A server on which libspandsp is not installed: faxes are clearly absent."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any

import pytest

from engage.dialplan.fields import Destination
from engage.dialplan.inbound_forms import InboundRouteForm
from engage.dialplan.ivr_forms import IvrForm
from engage.people.call_forms import OwnCallFields
from engage.telephony.trunk_forms import TrunkForm
from pbxcore.faxes import library
from tests.support import site as support

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def _no_library(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    load = ctypes.CDLL

    def missing(name: str, *given: Any, **more: Any) -> ctypes.CDLL:
        if name == library.SONAME:
            raise OSError(f"{name}: cannot open shared object file")
        return load(name, *given, **more)

    monkeypatch.setattr(ctypes, "CDLL", missing)
    library.installed.cache_clear()
    yield
    library.installed.cache_clear()


@pytest.mark.usefixtures("_no_library")
async def test_nothing_offers_faxes_and_all_say_why(database_url: str, tmp_path: Path) -> None:
    assert "fax" not in Destination.model_json_schema()["properties"]["kind"]["enum"]
    assert OwnCallFields.model_json_schema()["properties"]["fax_detection"]["when"]["is"] == []
    for form, field in (InboundRouteForm, "did_kinds"), (IvrForm, "dials"):
        assert "fax" not in form.model_json_schema()["properties"][field]["items"]["enum"]
    assert TrunkForm.model_json_schema()["properties"]["fax_to"]["enum"] == ["extension"]
    async with support.site(tmp_path, database=database_url) as site:
        admin = await site.sign_in("admin")
        for method, path in (
            ("GET", "/v1/faxes"),
            ("GET", "/v1/faxes/1/file"),
            ("GET", "/v1/fax-extensions"),
            ("POST", "/v1/fax-extensions"),
        ):
            status, told = await site.json(method, path, {}, token=admin)
            assert (status, told["error"]["code"]) == (503, "fax_unavailable"), path
        status, session = await site.json("GET", "/v1/me", token=admin)
        assert status == 200
        assert "fax" not in session["rights"]
        assert session["rights"]["voicemail"] == "edit"


def test_where_it_is_installed_a_destination_may_be_a_fax() -> None:
    if not library.installed():
        pytest.skip("libspandsp is not installed")
    assert "fax" in Destination.model_json_schema()["properties"]["kind"]["enum"]
    for form, name in (InboundRouteForm, "did_kinds"), (IvrForm, "dials"):
        assert "fax" in form.model_json_schema()["properties"][name]["items"]["enum"]
    assert "email" in TrunkForm.model_json_schema()["properties"]["fax_to"]["enum"]
    field = OwnCallFields.model_json_schema()["properties"]["fax_detection"]
    assert (field["control"], "when" in field) == ("switch", False)
