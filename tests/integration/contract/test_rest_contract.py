"""Every REST operation against its own description.

Schemathesis plays a client that has read nothing but the OpenAPI document: as administrator and as
user, with good and with malformed requests, on made-up objects and on those that are there.
"""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from engage.app import openapi
from tests.support.server import Server

if TYPE_CHECKING:
    from collections.abc import Iterator

ENDS_THE_SESSION = re.compile(r"/v1/(sign-in|sign-out|password|me/sessions|sessions)\b")
EXAMPLES = 6
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
OPERATIONS = {
    operation.label: operation
    for each in schemathesis.openapi.from_dict(openapi()).get_all_operations()
    if (operation := each.ok()) is not None and not ENDS_THE_SESSION.match(operation.path)
}
TRIALS = [
    (label, mode)
    for label, operation in OPERATIONS.items()
    for mode in GenerationMode
    # a path alone cannot be malformed: any text is one
    if mode is GenerationMode.POSITIVE or operation.query or operation.body
]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


@pytest.fixture(scope="module")
def tokens(server: Server) -> dict[str, str]:
    return {
        "user": sign_in(server, "1000", "Demo-1000!"),
        "admin": sign_in(server, "admin", "Demo-admin!"),
    }


def ask(server: Server, path: str, token: str = "", body: object = None) -> Any:
    request = urllib.request.Request(  # noqa: S310 - our own address
        server.url + path,
        None if body is None else json.dumps(body).encode(),
        {"content-type": "application/json", "authorization": f"Bearer {token}"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
        return json.load(answer)


def sign_in(server: Server, user: str, password: str) -> str:
    return str(ask(server, "/v1/sign-in", "", {"user": user, "password": password})["token"])


def existing(server: Server, token: str, path: str) -> dict[str, str]:
    """Path parameters that name something: the last object of the collection before them."""
    collection, name = re.match(r"([^{]*)/\{(\w+)\}", path).groups()  # type: ignore[union-attr]
    if collection == "/v1/livechat":
        return {name: "demo"}
    try:
        items = ask(server, collection, token)["items"]
    except (urllib.error.HTTPError, KeyError):
        return {}
    if not items or re.search(r"\{.*\{", path):
        return {}
    last = items[-1]
    return {name: last.get(name, last.get("id", "")) if isinstance(last, dict) else last}


@pytest.mark.parametrize(("label", "mode"), TRIALS)
def test_the_server_keeps_its_description(
    label: str, mode: GenerationMode, server: Server, tokens: dict[str, str]
) -> None:
    operation = OPERATIONS[label]
    names: list[dict[str, str] | None] = [None]
    if "{" in operation.path and operation.method != "delete":
        known = [existing(server, token, operation.path) for token in tokens.values()]
        names += [each for n, each in enumerate(known) if each and each not in known[:n]]

    for path_parameters in names:

        @given(operation.as_strategy(generation_mode=mode, path_parameters=path_parameters))
        @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
        def keeps(case: schemathesis.Case) -> None:
            for token in tokens.values():  # the user first: what the administrator deletes is gone
                headers = {"authorization": f"Bearer {token}"}
                case.call_and_validate(base_url=server.url, headers=headers, checks=CHECKS)

        keeps()
