"""`/v1/docs`: the OpenAPI document as one page of our own, without anything from elsewhere."""

from __future__ import annotations

import html
import secrets
from typing import TYPE_CHECKING, Any

from starlette.responses import HTMLResponse

if TYPE_CHECKING:
    from starlette.requests import Request

STYLE = (
    ":root{color-scheme:light dark}body{font:15px/1.55 system-ui,sans-serif;margin:0 auto;"
    "max-width:60rem;padding:2rem 1.25rem}h1{font-size:1.6rem}h2{margin-top:2.5rem;"
    "font-size:1.1rem;text-transform:capitalize}details{border:1px solid #8884;border-radius:8px;"
    "margin:.5rem 0;padding:.5rem .75rem}summary{cursor:pointer}code{font:13px ui-monospace,"
    "monospace}.m{display:inline-block;min-width:4rem;font-weight:600}table{border-collapse:"
    "collapse;width:100%;margin:.5rem 0}th,td{text-align:start;padding:.25rem .5rem;border-bottom:"
    "1px solid #8883;vertical-align:top}.s{opacity:.75;margin-inline-start:.75rem}"
)


def docs_page(_: Request, document: dict[str, Any]) -> HTMLResponse:
    """Every operation, grouped, with its fields."""
    nonce = secrets.token_urlsafe(16)
    info = document["info"]
    body = (
        '<!doctype html><html lang="en" dir="ltr"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{_text(info['title'])} API</title><style nonce={nonce}>{STYLE}</style></head>"
        f"<body><main><h1>{_text(info['title'])} API {_text(info['version'])}</h1>"
        f"<p>{_text(info['description'])} "
        '<a href="/v1/openapi.json">OpenAPI 3.1</a></p>'
        f"{''.join(_groups(document))}</main></body></html>"
    )
    policy = (
        f"default-src 'none'; style-src 'nonce-{nonce}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )
    return HTMLResponse(body, headers={"content-security-policy": policy})


def _groups(document: dict[str, Any]) -> list[str]:
    groups: dict[str, list[str]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            shown = _operation(path, method, operation, document["components"]["schemas"])
            groups.setdefault(operation["tags"][0], []).append(shown)
    return [f"<h2>{_text(tag)}</h2>{''.join(shown)}" for tag, shown in sorted(groups.items())]


def _operation(path: str, method: str, operation: dict[str, Any], schemas: dict[str, Any]) -> str:
    parts = [
        f'<details><summary><code class="m">{method.upper()}</code><code>{_text(path)}</code>'
        f'<span class="s">{_text(operation["summary"])}</span></summary>'
    ]
    if parameters := operation.get("parameters"):
        rows = [(each["name"], each["in"], each.get("description", "")) for each in parameters]
        parts.append(_table(("Parameter", "In", ""), rows))
    if "requestBody" in operation:
        parts.append("<p>Takes</p>" + _schema(operation["requestBody"]["content"], schemas))
    for status, response in operation["responses"].items():
        if status != "default":
            shown = _schema(response["content"], schemas) if "content" in response else ""
            parts.append(f"<p>Answers {status}</p>{shown}")
    return "".join(parts) + "</details>"


def _schema(content: dict[str, Any], schemas: dict[str, Any]) -> str:
    if "application/json" not in content:
        return "".join(f"<p><code>{_text(each)}</code></p>" for each in content)
    name = content["application/json"]["schema"]["$ref"].rpartition("/")[2]
    schema = schemas.get(name, {})
    required = set(schema.get("required", ()))
    rows = [
        (field, _type(each), _constraints(each, needed=field in required))
        for field, each in schema.get("properties", {}).items()
    ]
    return _table(("Field", "Type", ""), rows)


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(_type(each) for each in schema["anyOf"])
    if "enum" in schema:
        return " or ".join(f"“{each}”" for each in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    return str(schema.get("type", "any"))


def _constraints(schema: dict[str, Any], *, needed: bool) -> str:
    told = ["required"] if needed else []
    told += [
        f"{name} {schema[name]}"
        for name in ("minLength", "maxLength", "minimum", "maximum", "pattern")
        if name in schema
    ]
    if "description" in schema:
        told.append(str(schema["description"]))
    return ", ".join(told)


def _table(head: tuple[str, ...], rows: list[tuple[str, str, str]]) -> str:
    cells = "".join(f"<th scope=col>{_text(each)}</th>" for each in head)
    body = "".join(
        "<tr>" + "".join(f"<td>{_text(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<table><thead><tr>{cells}</tr></thead><tbody>{body}</tbody></table>"


def _text(value: object) -> str:
    return html.escape(str(value))
