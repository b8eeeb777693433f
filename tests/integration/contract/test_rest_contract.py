"""Every REST operation against its own description.

Schemathesis plays a client that has read nothing but the OpenAPI document: as administrator and as
user, with good and with malformed requests, on made-up objects and on those that are there.
"""

from __future__ import annotations

import asyncio
import re
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from engage.app.application import openapi, wired
from engage.web.openapi import operations
from tests.support.examples import examples
from tests.support.server import Server

if TYPE_CHECKING:
    from collections.abc import Iterator

ENDS_THE_SESSION = re.compile(r"/v1/(sign-in|sign-out|password|me/sessions|sessions)\b")
EXAMPLES = examples(2, in_soak=20)
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
TRIALS = [
    (f"{method} {path}", mode)
    for method, path, described in operations(asyncio.run(wired()).routes)
    if not ENDS_THE_SESSION.match(path)
    for mode in GenerationMode
    # a path alone cannot be malformed: any text is one
    if mode is GenerationMode.POSITIVE
    or (described is not None and (described.query or described.body or described.bytes_as))
]


@cache
def described_operations() -> dict[str, schemathesis.APIOperation[Any, Any, Any, Any]]:
    """Those of the document, which is made where these tests run and not where they are listed."""
    found = schemathesis.openapi.from_dict(openapi()).get_all_operations()
    return {operation.label: operation for each in found if (operation := each.ok()) is not None}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


@pytest.fixture(scope="module")
def client() -> Iterator[requests.Session]:
    """Keeps its connection: thousands of new ones cost more than the requests."""
    with requests.Session() as session:
        session.trust_env = False  # proxies and .netrc would be looked for at each request
        yield session


@pytest.fixture(scope="module")
def tokens(client: requests.Session, server: Server) -> dict[str, str]:
    passwords = {"1000": "Demo-1000!", "admin": "Demo-admin!"}
    found = {}
    for user, password in passwords.items():
        body = {"user": user, "password": password}
        answer = client.post(f"{server.url}/v1/sign-in", json=body, timeout=10)
        answer.raise_for_status()
        found[user] = str(answer.json()["token"])
    return found


def existing(client: requests.Session, token: str, url: str, path: str) -> dict[str, str]:
    """Path parameters that name something: the last object of the collection before them."""
    collection, name = re.match(r"([^{]*)/\{(\w+)\}", path).groups()  # type: ignore[union-attr]
    if collection == "/v1/livechat":
        return {name: "demo"}
    if re.search(r"\{.*\{", path):
        return {}
    answer = client.get(url + collection, headers=_bearer(token), timeout=10)
    items = answer.json().get("items") if answer.ok else None
    if not items:
        return {}
    last = items[-1]
    return {name: last.get(name, last.get("id", "")) if isinstance(last, dict) else last}


@pytest.mark.parametrize(("label", "mode"), TRIALS)
def test_the_server_keeps_its_description(
    label: str,
    mode: GenerationMode,
    server: Server,
    client: requests.Session,
    tokens: dict[str, str],
) -> None:
    operation = described_operations()[label]
    names: list[dict[str, str] | None] = [None]
    if "{" in operation.path and operation.method != "delete":
        known = [existing(client, token, server.url, operation.path) for token in tokens.values()]
        names += [each for n, each in enumerate(known) if each and each not in known[:n]]

    for path_parameters in names:

        @given(operation.as_strategy(generation_mode=mode, path_parameters=path_parameters))
        @settings(
            max_examples=EXAMPLES,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        def keeps(case: schemathesis.Case) -> None:
            for token in tokens.values():  # the user first: what the administrator deletes is gone
                case.call_and_validate(server.url, client, _bearer(token), checks=CHECKS)

        keeps()


def test_every_operation_is_tried() -> None:
    ending = {label for label in described_operations() if ENDS_THE_SESSION.match(label.split()[1])}
    malformed = {label for label, each in described_operations().items() if each.query or each.body}
    for mode, wanted in {
        GenerationMode.POSITIVE: described_operations().keys() - ending,
        GenerationMode.NEGATIVE: malformed - ending,
    }.items():
        assert {label for label, tried in TRIALS if tried is mode} == wanted


def _bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}
