"""What answers at each address, and with which headers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.integration.interfaces.conftest import Browserless

PAGES = ["/", "/admin/", "/wave/", "/livechat/demo", "/v1/docs"]
HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def policy(text: str) -> dict[str, list[str]]:
    """A Content-Security-Policy by directive."""
    parts = [each.split() for each in text.split(";") if each.strip()]
    return {name: values for name, *values in parts}


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_may_load_and_run_only_what_is_ours(http: Browserless, path: str) -> None:
    answer = await http.ask("GET", path)
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    rules = policy(answer.headers["Content-Security-Policy"])
    assert rules["default-src"] == ["'none'"]
    assert rules["base-uri"] == ["'none'"]
    everything = [value for values in rules.values() for value in values]
    assert "'unsafe-inline'" not in everything
    assert "'unsafe-eval'" not in everything
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Referrer-Policy" in answer.headers
    assert "Strict-Transport-Security" not in answer.headers  # the certificate is our own
    assert re.search(r"<html lang=\"[a-z-]+\" dir=\"(ltr|rtl)\"", answer.text)
    assert not re.search(r"(src|href)=\"(https?:)?//", answer.text)
    for script in re.findall(r"<script[^>]*>", answer.text):
        assert "nonce=" in script or 'src="/' in script or "application/json" in script
    assert "Set-Cookie" not in answer.headers


async def test_only_the_visitors_page_may_be_framed(http: Browserless) -> None:
    for path in ("/", "/admin/", "/wave/", "/v1/docs"):
        rules = policy((await http.ask("GET", path)).headers["Content-Security-Policy"])
        assert rules["frame-ancestors"] == ["'none'"]
    visitor = policy((await http.ask("GET", "/livechat/demo")).headers["Content-Security-Policy"])
    assert visitor["frame-ancestors"] != ["'none'"]
    assert visitor["require-trusted-types-for"] == ["'script'"]


async def test_nonces_are_never_given_twice(http: Browserless) -> None:
    both = [await http.ask("GET", "/wave/") for _ in range(2)]
    nonces = [
        re.findall(r"nonce-([^']+)'", each.headers["Content-Security-Policy"]) for each in both
    ]
    assert not set(nonces[0]) & set(nonces[1])


async def test_what_a_page_names_is_there(http: Browserless) -> None:
    for path in PAGES:
        page = await http.ask("GET", path)
        for found in re.findall(r"(?:src|href)=\"(/[^\"]*)\"", page.text):
            answer = await http.ask("GET", found)
            assert answer.status == 200, (path, found)
            if found.startswith("/static/"):
                assert "immutable" in answer.headers["Cache-Control"]


async def test_the_loader_may_be_taken_by_any_site_and_is_small(http: Browserless) -> None:
    answer = await http.ask("GET", "/livechat/demo/widget.js")
    assert answer.status == 200
    assert "javascript" in answer.headers["Content-Type"]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "max-age" in answer.headers["Cache-Control"]
    assert "EngageChat" in answer.text
    assert "__ENGAGE_CONFIG__" not in answer.text
    same = await http.ask(
        "GET", "/livechat/demo/widget.js", headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert same.status == 304
    assert (await http.ask("GET", "/livechat/none/widget.js")).status == 404


@pytest.mark.parametrize(("language", "word"), [("de", "nicht"), ("en", "not"), ("ar", "")])
async def test_an_unknown_link_is_a_page_in_the_readers_language(
    http: Browserless, language: str, word: str
) -> None:
    for path in ("/livechat/no-such-link", "/nowhere"):
        answer = await http.ask("GET", path, headers=HTML | {"Accept-Language": language})
        assert answer.status == 404
        assert answer.headers["Content-Type"].startswith("text/html")
        assert f'lang="{language}"' in answer.text
        assert ('dir="rtl"' in answer.text) == (language == "ar")
        assert word in answer.text
        assert len(re.findall("<h1", answer.text)) == 1


async def test_below_v1_everything_is_json_for_browsers_too(http: Browserless) -> None:
    answer = await http.ask("GET", "/v1/nowhere", headers=HTML)
    assert answer.status == 404
    assert answer.error["code"] == "not_found"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/sign-in"),
        ("PUT", "/v1/me"),
        ("DELETE", "/v1/broadcasts"),
        ("PATCH", "/v1/livechat/demo/sessions"),
        ("POST", "/livechat/demo"),
        ("POST", "/healthz"),
    ],
)
async def test_a_wrong_method_is_told_with_those_allowed(
    http: Browserless, method: str, path: str
) -> None:
    answer = await http.ask(method, path)
    assert answer.status == 405
    assert answer.headers["Allow"]
    assert answer.error["code"] == "method_not_allowed"


async def test_health_readiness_and_figures(http: Browserless) -> None:
    assert (await http.ask("GET", "/healthz")).status == 200
    ready = await http.ask("GET", "/readyz")
    assert ready.status == 200
    parts = ready.json["parts"]
    assert {"web", "pbx", "media", "database"} <= set(parts)
    assert all(each["ready"] is True for each in parts.values())
    figures = await http.ask("GET", "/metrics")
    assert figures.headers["Content-Type"].startswith("text/plain")
    for line in figures.text.splitlines():
        assert re.fullmatch(r"# (HELP|TYPE) .+|[a-z_]+(\{.*\})? [-+0-9.eInfNa]+", line), line


async def test_the_description_names_what_the_interface_promises(http: Browserless) -> None:
    answer = await http.ask("GET", "/v1/openapi.json")
    document = answer.json
    assert document["openapi"].startswith("3.1")
    promised = {
        "/v1/sign-in": "post",
        "/v1/sign-in/refresh": "post",
        "/v1/sign-out": "post",
        "/v1/password": "post",
        "/v1/me": "get",
        "/v1/broadcasts": "post",
        "/v1/broadcasts/{id}": "get",
        "/v1/broadcasts/{id}/deliveries": "get",
        "/v1/livechat/{public_id}/sessions": "post",
        "/v1/livechat/{public_id}/messages": "post",
        "/v1/conversations/{id}/events": "get",
    }
    for path, method in promised.items():
        assert method in document["paths"][path], path
    assert "post" in document["paths"]["/v1/conversations/{id}/events"]


async def test_addresses_without_their_slash_lead_on(http: Browserless) -> None:
    for path in ("/wave", "/admin"):
        answer = await http.ask("GET", path)
        assert answer.status == 308
        assert answer.headers["Location"] == path + "/"
