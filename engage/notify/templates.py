"""Templates of mails: their texts in a language, what they may hold, and filling them in.

A template is three texts: subject, plain text and the inside of the HTML page; the layout around
them is the same for every mail. The texts that come with the product stand in `email_templates/`
with their words marked for translation. Before one is filled in or shown to somebody who edits it,
those words are put into its language: from then on it is a template like one that an administrator
has written, and goes through the same small language, checked node by node.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import TemplateError, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from engage.errors import N_
from engage.i18n import catalogue, direction, time_left, translate, translate_plural
from engage.notify.kinds import Form
from engage.notify.message import Rendered, line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import tzinfo

    from engage.notify.kinds import Kind, Variable

SUBJECT = "Subject: "
COMMON = {
    "recipient_name": N_("What the recipient is called"),
    "sender_name": N_("The sender name of the email settings"),
    "public_url": N_("The server's public address"),
}
"""Values that every mail has."""
FUNCTIONS = {
    "button(link, text)": N_("A button that opens a link"),
    "quote(text)": N_("A quotation that keeps its line breaks"),
}
CALLABLE = frozenset({"button", "quote"})
FILTERS = frozenset({"upper", "lower", "title", "trim", "default", "d", "e", "escape"})
TESTS = frozenset({"defined", "undefined"})
OPERATORS = frozenset({"eq", "ne"})
PLAIN_NODES: tuple[type[nodes.Node], ...] = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Const,
    nodes.If,
    nodes.Compare,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.CondExpr,
    nodes.Concat,
)
CANNOT_BE_READ = N_("This cannot be read: %(problem)s.")
HIDDEN = "•••••"
_MARKED = re.compile(r"{% trans %}(.*?){% endtrans %}", re.DOTALL)
_CALLED = re.compile(r'_\("([^"]*)"\)')
_PLACE = re.compile(r"{{ (\w+) }}")
_NAMED = re.compile(r"%\((\w+)\)s")


class TemplateRefused(Exception):
    """A template could not be filled in."""


@dataclass(frozen=True, slots=True)
class Source:
    """A template as it is edited."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a template, and where; `message` is a message id with named places."""

    field: str
    line: int
    message: str
    params: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Occasion:
    """What every mail is filled with besides the values of its kind."""

    language: str
    recipient_name: str
    sender_name: str
    public_url: str
    zone: tzinfo
    stop_link: str = ""
    """Where the recipient says that no more such mails are wanted; empty: nowhere."""


def own_source(kind: Kind, language: str) -> Source:
    """The text that comes with the product, in a language."""
    head, _, text = _localised(f"{kind.name}.txt", language).partition("\n")
    html = _localised(f"{kind.name}.html", language)
    return Source(head.removeprefix(SUBJECT), text.strip(), html.strip())


def faults(kind: Kind, source: Source) -> list[Fault]:
    """Everything in a template that is no template, or names what its mail does not have."""
    known = {each.name for each in kind.variables} | COMMON.keys()
    return [
        fault for field in fields(source) for fault in _faults(field.name, source, known | CALLABLE)
    ]


def render(
    kind: Kind,
    source: Source,
    params: Mapping[str, str | int],
    occasion: Occasion,
    *,
    hide_secrets: bool = False,
) -> Rendered:
    """Fill a template in.

    Args:
        kind: the kind of mail.
        source: its template, in the occasion's language.
        params: values by name; what is missing is empty.
        occasion: everything else that the mail tells.
        hide_secrets: write dots in place of links that open accounts.

    Raises:
        TemplateRefused: it cannot be.
    """
    values = {
        each.name: HIDDEN
        if each.secret and hide_secrets
        else _written(each, params.get(each.name, ""), occasion)
        for each in kind.variables
    }
    values |= {name: getattr(occasion, name) for name in COMMON}
    subject = line(_filled(_TEXT, source.subject, values))
    frame = {
        **values,
        "subject": subject,
        "language": occasion.language,
        "direction": direction(occasion.language),
        "stop_link": occasion.stop_link,
    }
    inside = _filled(_TEXT, source.text, values).strip()
    text = _filled(_TEXT, _localised("layout.txt", occasion.language), {**frame, "content": inside})
    page = Markup(_filled(_HTML, source.html, values))  # noqa: S704 - values in it are escaped
    html = _filled(_HTML, _localised("layout.html", occasion.language), {**frame, "content": page})
    return Rendered(subject, _joined(text), html, occasion.language)


def samples(kind: Kind, language: str) -> dict[str, str | int]:
    """Values for looking at a template."""
    return {
        each.name: each.sample if isinstance(each.sample, int) else translate(each.sample, language)
        for each in kind.variables
    }


class _Sandbox(ImmutableSandboxedEnvironment):
    """Knows no loop, no attribute and no function but ours; `faults` has refused them before."""

    def __init__(self, *, autoescape: bool) -> None:
        super().__init__(autoescape=autoescape, trim_blocks=True, keep_trailing_newline=True)
        self.globals.clear()
        self.filters = {name: self.filters[name] for name in FILTERS}
        self.tests = {name: self.tests[name] for name in TESTS}


def _button_html(link: object = "", text: object = "") -> Markup:
    return Markup(
        '<p style="margin:24px 0"><a class="button" href="{link}" style="display:inline-block;'
        "padding:12px 22px;border-radius:6px;background-color:#0b5cad;color:#ffffff;"
        'font-weight:600;text-decoration:none">{text}</a></p>\n'
        '<p class="small" style="font-size:13px;color:#5c636a">'
        '<a dir="ltr" href="{link}" style="color:#5c636a;word-break:break-all">{link}</a></p>'
    ).format(link=link, text=text)


def _quote_html(text: object = "") -> Markup:
    return Markup(
        '<div class="quote" dir="auto" style="margin:0 0 16px;padding:12px 16px;'
        "border-inline-start:3px solid #0b5cad;background-color:#f1f3f5;white-space:pre-line;"
        'border-radius:4px">{text}</div>'
    ).format(text=text)


def _button_text(link: object = "", text: object = "") -> str:
    return f"{text}:\n{link}"


def _quote_text(text: object = "") -> str:
    return "\n".join(f"> {each}" for each in str(text).splitlines())


_TEXT, _HTML = _Sandbox(autoescape=False), _Sandbox(autoescape=True)
_TEXT.globals |= {"button": _button_text, "quote": _quote_text}
_HTML.globals |= {"button": _button_html, "quote": _quote_html}


def _filled(environment: _Sandbox, source: str, values: Mapping[str, object]) -> str:
    try:
        return environment.from_string(source).render(values)
    except (TemplateError, TypeError, ValueError) as refused:  # `upper(1)` is found here alone
        raise TemplateRefused(str(refused)) from None


def _faults(field: str, source: Source, known: set[str]) -> Iterator[Fault]:
    try:
        tree = _HTML.parse(getattr(source, field))
    except TemplateSyntaxError as wrong:
        problem = {"problem": (wrong.message or "").rstrip(".")}
        yield Fault(field, wrong.lineno, CANNOT_BE_READ, problem)
        return
    called = {id(each.node) for each in tree.find_all(nodes.Call)}
    sound = True
    for node in (tree, *tree.find_all(nodes.Node)):
        if (found := _fault(node, known, called=id(node) in called)) is not None:
            sound = False
            yield Fault(field, node.lineno, *found)
    if sound:
        try:
            _filled(_HTML, getattr(source, field), dict.fromkeys(known - CALLABLE, "x"))
        except TemplateRefused as refused:
            yield Fault(field, 1, CANNOT_BE_READ, {"problem": str(refused)})


def _fault(
    node: nodes.Node, known: set[str], *, called: bool
) -> tuple[str, Mapping[str, str]] | None:
    match node:
        case nodes.Name(name=name, ctx="load") if name in known:
            if (name in CALLABLE) == called:
                return None
            return N_("“%(name)s” cannot stand here."), {"name": name}
        case nodes.Name(name=name):
            return N_("“%(name)s” is not known."), {"name": name}
        case nodes.Filter(name=name, kwargs=[], dyn_args=None, dyn_kwargs=None):
            allowed, name = name in FILTERS, f"|{name}"
        case nodes.Operand(op=name):
            allowed = name in OPERATORS
        case nodes.Test(name=name):
            allowed = name in TESTS
        case nodes.Call(node=nodes.Name(name=name), kwargs=[], dyn_args=None, dyn_kwargs=None):
            allowed = name in CALLABLE and len(node.args) <= (2 if name == "button" else 1)
        case _:
            allowed, name = isinstance(node, PLAIN_NODES), type(node).__name__.lower()
    return None if allowed else (N_("“%(name)s” is not allowed in a template."), {"name": name})


def _written(variable: Variable, value: str | int, occasion: Occasion) -> str:
    """A value as people read it."""
    language = occasion.language
    if value == "":
        return translate(variable.empty, language)
    match variable.form:
        case Form.LINK:
            return f"{occasion.public_url}{value}"
        case Form.DURATION:
            return time_left(int(value), language)
        case Form.MOMENT:
            return _moment(int(value), occasion)
        case Form.MESSAGES:
            return translate_plural("%(n)d new message", "%(n)d new messages", int(value), language)
        case Form.SOUND | Form.FILE | Form.FAX:
            return Path(str(value)).name
        case Form.TEXT:
            return str(value)


def _moment(at_ms: int, occasion: Occasion) -> str:
    from babel.core import Locale, UnknownLocaleError  # seldom needed, and slow to load
    from babel.dates import format_datetime

    try:
        locale = Locale.parse(occasion.language, sep="-")
    except (UnknownLocaleError, ValueError):
        locale = Locale("en")
    moment = datetime.fromtimestamp(at_ms / 1000, occasion.zone)
    return format_datetime(moment, "long", occasion.zone, locale)


def _localised(name: str, language: str) -> str:
    """A file of ours with its marked words in a language."""
    texts = catalogue(language)

    def sentence(found: re.Match[str]) -> str:
        message = _PLACE.sub(r"%(\1)s", found.group(1).replace("%", "%%"))
        return _NAMED.sub(r"{{ \1 }}", texts.gettext(message)).replace("%%", "%")

    def literal(found: re.Match[str]) -> str:
        told = texts.gettext(found.group(1)).replace("\\", "\\\\").replace('"', '\\"')
        return f'"{told}"'

    return _CALLED.sub(literal, _MARKED.sub(sentence, _file(name)))


@cache
def _file(name: str) -> str:
    return (_folder() / name).read_text(encoding="utf-8")


@cache
def _folder() -> Path:
    """Inside the package when installed, beside it in the sources."""
    package = Path(__file__).parents[1]
    installed = package / "email_templates"
    return installed if installed.is_dir() else package.parent / "email_templates"


def _joined(text: str) -> str:
    """Never more than one empty line in a row; conditions leave some behind."""
    return re.sub(r"\n{3,}", "\n\n", text)
