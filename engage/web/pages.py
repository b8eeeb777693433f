"""HTML shells of the front ends, and the few pages the server writes itself."""

from __future__ import annotations

import html
import json
import secrets
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Literal

from starlette.responses import HTMLResponse

from engage.errors import N_, EngageError
from engage.i18n import direction, translate
from engage.web.requests import language as language_of
from engage.web.requests import principal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from starlette.requests import Request

    from engage.web.static import StaticFiles

Entry = Literal["frame", "wave", "admin", "home"]

NOT_BUILT = N_("The pages are not built yet")
HOW_TO_BUILD = N_("Run “./run” or “pip install .” in the source folder, then load this page again.")
NO_SCRIPT = N_("This page needs JavaScript.")
NOT_FOUND = N_("This page does not exist")
NOT_FOUND_HINT = N_("The link may be mistyped, or no longer in use.")
INSTALLABLE = {
    # with the cookie, so that it speaks the language of who is signed in
    "wave": '<link rel="manifest" href="/wave/manifest.webmanifest" crossorigin="use-credentials">'
    '<meta name="theme-color" content="#1b5fd9">'
}
STYLE = (
    ":root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;margin:0;"
    "min-height:100vh;display:grid;place-items:center;text-align:center}main{padding:2rem;max-width:32rem}"
    "h1{font-size:1.5rem;margin:0 0 .5rem}p{margin:0;opacity:.75}a{color:inherit}"
    "button{font:inherit;margin:1.5rem 0 0;padding:.6rem 1.2rem}"
)


def page(
    request: Request,
    entry: Entry,
    *,
    title: str,
    config: Mapping[str, Any],
    language: str,
    frame_ancestors: str | None = None,
    status: int = 200,
) -> HTMLResponse:
    """The shell of a front end.

    Args:
        request: what is answered.
        entry: the front end, as the build's manifest names it.
        title: the document's title, in `language`.
        config: handed to the page in `#engage-config`.
        language: the page's language tag.
        frame_ancestors: who may frame it, as CSP writes it; nobody unless given.
        status: 404 and the like for pages that say so themselves.
    """
    static: StaticFiles = request.app.state.static
    manifest = static.manifest()
    files = manifest.get(entry) if manifest is not None else None
    if not isinstance(files, dict):
        return message_page(request, NOT_BUILT, HOW_TO_BUILD, status=503, language=language)
    nonce = secrets.token_urlsafe(16)
    body = _shell(title, config, language, files, nonce, INSTALLABLE.get(entry, ""))
    policy = _policy(nonce, frame_ancestors or "'none'", entry)
    headers = {"content-security-policy": policy, "cache-control": "no-store"}
    if frame_ancestors is not None:
        headers["cross-origin-resource-policy"] = "cross-origin"
    request.state.language = language
    return HTMLResponse(body, status, headers)


def message_page(
    request: Request,
    heading: str,
    text: str,
    *,
    status: int,
    language: str | None = None,
    frame_ancestors: str | None = None,
) -> HTMLResponse:
    """A page that says one thing; needs nothing that is built."""
    language = language or language_of(request)
    return _plain(heading, text, language, status=status, ancestors=frame_ancestors or "'none'")


def question_page(
    request: Request, heading: str, text: str, *, answer: str, name: str, value: str
) -> HTMLResponse:
    """A page that asks one thing: its button posts `name` with `value` to where the page is."""
    language = language_of(request)
    form = (
        f'<form method="post"><button name="{html.escape(name)}" value="{html.escape(value)}">'
        f"{html.escape(translate(answer, language))}</button></form>"
    )
    page = _plain(heading, text, language, form=form)
    page.headers["referrer-policy"] = "same-origin"
    return page


def _plain(
    heading: str,
    text: str,
    language: str,
    *,
    form: str = "",
    status: int = 200,
    ancestors: str = "'none'",
) -> HTMLResponse:
    """A page of a heading, a paragraph and maybe a form, which nothing that is built draws."""
    nonce = secrets.token_urlsafe(16)
    shown, explained = translate(heading, language), translate(text, language)
    body = (
        f"{_head(shown, language)}<style nonce={nonce}>{STYLE}</style></head><body><main>"
        f"<h1>{html.escape(shown)}</h1><p>{html.escape(explained)}</p>{form}</main></body></html>"
    )
    action = "'self'" if form else "'none'"
    policy = (
        f"default-src 'none'; style-src 'nonce-{nonce}'; base-uri 'none'; form-action {action}; "
        f"frame-ancestors {ancestors}"
    )
    headers = {"content-security-policy": policy, "cache-control": "no-store"}
    return HTMLResponse(body, status, headers)


def not_found_page(request: Request, language: str | None = None) -> HTMLResponse:
    """The 404 page, in the page's language."""
    return message_page(request, NOT_FOUND, NOT_FOUND_HINT, status=404, language=language)


async def own_language(request: Request) -> str:
    """The language of who is signed in, by their own choice; else the browser's."""
    with suppress(EngageError):
        await principal(request)
    return language_of(request)


def _shell(
    title: str,
    config: Mapping[str, Any],
    language: str,
    files: Mapping[str, Any],
    nonce: str,
    more: str,
) -> str:
    styles = "".join(
        f'<link rel="stylesheet" href="{_url(each)}">' for each in files.get("css", ())
    )
    scripts = "".join(
        f'<script type="module" src="{_url(each)}" nonce="{nonce}"></script>'
        for each in files.get("js", ())
    )
    return (
        f"{_head(title, language)}"
        f'<meta property="csp-nonce" nonce="{nonce}">{_links(files.get("links", ()))}{more}{styles}'
        f'<script type="application/json" id="engage-config">{_json(config)}</script>{scripts}'
        '</head><body><div id="app"></div>'
        f"<noscript>{html.escape(translate(NO_SCRIPT, language))}</noscript></body></html>"
    )


def _head(title: str, language: str) -> str:
    return (
        f'<!doctype html><html lang="{html.escape(language)}" dir="{direction(language)}"><head>'
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width, '
        'initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content">'
        f'<meta name="color-scheme" content="light dark"><title>{html.escape(title)}</title>'
    )


def _links(links: Iterable[Mapping[str, str]]) -> str:
    return "".join(
        f'<link rel="{html.escape(each["rel"])}" href="{_url(each["href"])}">' for each in links
    )


def _url(path: str) -> str:
    return html.escape(f"/static/{path}")


def _json(config: Mapping[str, Any]) -> str:
    """JSON that cannot end its script element."""
    text = json.dumps(config, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text.encode("utf-8", "replace").decode()


def _policy(nonce: str, frame_ancestors: str, entry: str) -> str:
    directives = [
        "default-src 'none'",
        f"script-src 'self' 'nonce-{nonce}'",
        f"style-src 'self' 'nonce-{nonce}'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "worker-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        f"frame-ancestors {frame_ancestors}",
    ]
    if entry == "frame":
        directives.append("require-trusted-types-for 'script'")
    if entry == "admin":
        directives.append("frame-src 'self'")  # emails that are looked at
    return "; ".join(directives)
