"""The description of the REST API agrees with OpenAPI 3.1 and with the routes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.site import Site

pytestmark = pytest.mark.asyncio(loop_scope="module")


def references(value: Any) -> Iterator[str]:
    match value:
        case dict():
            if isinstance(value.get("$ref"), str):
                yield value["$ref"]
            for each in value.values():
                yield from references(each)
        case list():
            for each in value:
                yield from references(each)


async def test_the_document_is_openapi_3_1(site: Site) -> None:
    status, document = await site.json("GET", "/v1/openapi.json")
    assert status == 200
    assert re.fullmatch(r"3\.1\.\d", document["openapi"])
    assert {"title", "version"} <= document["info"].keys()
    identifiers = []
    for path, methods in document["paths"].items():
        assert path.startswith("/v1/")
        for method, operation in methods.items():
            assert method in ("get", "post", "put", "patch", "delete")
            assert operation["summary"]
            assert not operation["summary"].startswith("/"), f"describe {method} {path}"
            identifiers.append(operation["operationId"])
            named = {
                each["name"] for each in operation.get("parameters", ()) if each["in"] == "path"
            }
            assert named == set(re.findall(r"\{(\w+)\}", path))
            for code, response in operation["responses"].items():
                assert code == "default" or re.fullmatch(r"[2-5]\d\d", code)
                assert response["description"]
    assert len(identifiers) == len(set(identifiers))
    schemas = document["components"]["schemas"]
    for reference in references(document):
        prefix, _, name = reference.rpartition("/")
        assert prefix == "#/components/schemas"
        assert name in schemas


async def test_the_page_of_the_api_stands_alone(site: Site) -> None:
    async with site.http.get(site.url + "/v1/docs") as response:
        page = await response.text()
    assert response.status == 200
    assert "/v1/sign-in" in page
    assert "http://" not in page
    assert "https://" not in page
    assert "<script" not in page
