"""The catalogues of all languages: `python -m tools.catalogs extract|check|compile`.

One `locales/<language>/LC_MESSAGES/engage.po` feeds Python, mails, pages and TypeScript. `compile`
needs nothing but Babel, because the build runs it; `extract` and `check` need the parsers of the
test extra.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sys
from configparser import ConfigParser
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from babel import Locale
from babel.messages import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

if TYPE_CHECKING:
    from collections.abc import Iterator

    from babel.messages.catalog import Message

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "locales" / "engage.pot"
COMPILED = ROOT / "engage" / "locales"
MODULES = ROOT / "widgets" / ".i18n"
PSEUDO = "en-XA"
SAME = "the same in this language"
# `engage.i18n` names its functions for what they do.
KEYWORDS = {**DEFAULT_KEYWORDS, "translate": None, "translate_plural": (1, 2)}
PLACES = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
# The C expression of a plural rule is JavaScript as well, as long as it holds nothing but this.
PLURAL_RULE = re.compile(r"[n0-9()?:<>=!&|%+\- ]+")
ACCENTS = str.maketrans("aeiouyACEINOSUYcnsz", "áéíóúýÅÇÉÎÑÕŠÛÝçñšž")


@dataclass(frozen=True, slots=True)
class Language:
    """One catalogue; `tag` is BCP 47 (`zh-Hans`), the folder has an underscore."""

    tag: str
    path: Path
    catalog: Catalog


def languages() -> Iterator[Language]:
    """Every catalogue in `locales/`, in order."""
    for path in sorted((ROOT / "locales").glob("*/LC_MESSAGES/engage.po")):
        folder = path.parent.parent.name
        with path.open("rb") as file:
            yield Language(folder.replace("_", "-"), path, read_po(file, locale=folder))


def collect() -> Catalog:
    """Every message in the sources."""
    sys.path.insert(0, str(ROOT))  # the extractor is named by its module
    mapping = ConfigParser()
    mapping.read(ROOT / "locales" / "babel.cfg")
    methods = [
        (pattern.strip(), mapping.get("extractors", name, fallback=name))
        for name, _, pattern in (section.partition(":") for section in mapping.sections())
        if pattern
    ]
    catalog = Catalog(project="Engage", copyright_holder="The Engage authors", charset="utf-8")
    for name, _, message, comments, context in extract_from_dir(
        ROOT, methods, keywords=KEYWORDS, comment_tags=("Translators:",)
    ):
        catalog.add(message, None, [(name, 0)], auto_comments=comments, context=context)
    return catalog


def rendered(catalog: Catalog) -> bytes:
    """A catalogue as a file, without what changes by itself: dates and line numbers."""
    buffer = BytesIO()
    write_po(
        buffer, catalog, sort_output=True, include_lineno=False, width=100, ignore_obsolete=True
    )
    lines = buffer.getvalue().splitlines(keepends=True)
    unstable = (b'"POT-Creation-Date', b'"PO-Revision-Date', b'"Generated-By', b'"Last-Translator')
    return b"".join(line for line in lines if not line.startswith(unstable))


def extract() -> int:
    """Write the template and bring every catalogue up to it; translations are kept."""
    template = collect()
    TEMPLATE.write_bytes(rendered(template))
    for language in languages():
        language.catalog.update(template, no_fuzzy_matching=True)
        language.path.write_bytes(rendered(language.catalog))
        sys.stdout.write(f"{language.tag}: {_completeness(language.catalog)}\n")
    return 0


def check() -> int:
    """Compare sources with the template and places with the message's; nothing may be missing."""
    faults = []
    if rendered(collect()) != TEMPLATE.read_bytes():
        faults.append("locales/engage.pot is old: run `python -m tools.catalogs extract`")
    for language in languages():
        for message in _messages(language.catalog):
            faults.extend(f"{language.tag}: {fault}" for fault in place_faults(message))
            if not translated(message):
                faults.append(f"{language.tag}: not translated: {first_id(message)!r}")
        plural_rule(language.catalog)
        sys.stdout.write(f"{language.tag}: {_completeness(language.catalog)}\n")
    for fault in faults:
        sys.stderr.write(f"{fault}\n")
    return 1 if faults else 0


def compile_all(*, pseudo: bool) -> None:
    """Write `engage/locales/**/engage.mo` and one ES module per language for the front ends.

    Args:
        pseudo: also make `en-XA`: English, longer and accented, so that what cannot be translated
            stands out.
    """
    for folder in (COMPILED, MODULES):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    for language in languages():
        _write(language.tag, language.catalog)
    if pseudo:
        with TEMPLATE.open("rb") as file:
            _write(PSEUDO, pseudo_catalog(read_po(file)))


def _write(tag: str, catalog: Catalog) -> None:
    folder = COMPILED / tag.replace("-", "_") / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "engage.mo").open("wb") as file:
        write_mo(file, catalog)
    texts = {}
    for message in _messages(catalog):
        if message.string and any(name.endswith((".ts", ".tsx")) for name, _ in message.locations):
            key = first_id(message)
            forms = message.string if isinstance(message.string, str) else list(message.string)
            if all(forms):
                texts[f"{message.context}\x04{key}" if message.context else key] = forms
    direction = "ltr" if tag == PSEUDO else Locale.parse(tag, sep="-").text_direction
    body = json.dumps(
        {"lang": tag, "dir": direction, "m": texts}, ensure_ascii=False, sort_keys=True
    )
    rule = plural_rule(catalog)
    module = f"export default{{...{body},plural:n=>Number({rule})}};\n"
    (MODULES / f"{tag}.js").write_text(module, encoding="utf-8")


def plural_rule(catalog: Catalog) -> str:
    rule = str(catalog.plural_expr)
    if PLURAL_RULE.fullmatch(rule) is None:
        raise ValueError(f"{catalog.locale}: not a plural rule: {rule}")
    return rule


def _messages(catalog: Catalog) -> Iterator[Message]:
    return (message for message in catalog if message.id)


def place_faults(message: Message) -> Iterator[str]:
    ids = (message.id,) if isinstance(message.id, str) else message.id
    strings = (message.string,) if isinstance(message.string, str) else message.string or ()
    allowed = set(PLACES.findall(" ".join(ids)))
    for string in strings:
        if not string:
            continue
        places = set(PLACES.findall(string))
        # A plural form may leave the number out (Arabic has words for one and two).
        required = set() if len(ids) > 1 else allowed
        if not required <= places <= allowed:
            yield f"{ids[0]!r} has {sorted(allowed)}, its translation {sorted(places)}"


def translated(message: Message) -> bool:
    """Whether a message has a translation, which is its source again only where that is marked.

    The mark is a translator's comment beside the message: `# the same in this language`.
    """
    forms = [message.string] if isinstance(message.string, str) else list(message.string or ())
    if message.fuzzy or not forms or not all(forms):
        return False
    return SAME in message.user_comments or forms[0] != first_id(message)


def first_id(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _completeness(catalog: Catalog) -> str:
    messages = list(_messages(catalog))
    done = [each for each in messages if translated(each)]
    return f"{len(done)} of {len(messages)} messages"


def pseudo_catalog(template: Catalog) -> Catalog:
    catalog = Catalog(locale="en")
    for message in _messages(template):
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        strings = [_accented(each) for each in ids]
        string = strings[0] if isinstance(message.id, str) else tuple(strings)
        catalog.add(message.id, string, message.locations, context=message.context)
    return catalog


def _accented(text: str) -> str:
    pieces = re.split(f"({PLACES.pattern})", text)
    accented = "".join(
        piece if PLACES.fullmatch(piece) else piece.translate(ACCENTS) for piece in pieces
    )
    return f"[{accented}{'·' * (len(text) // 3)}]"


def main() -> int:
    """Run one of the three commands."""
    parser = argparse.ArgumentParser(prog="tools.catalogs", description=__doc__)
    parser.add_argument("command", choices=["extract", "check", "compile"])
    parser.add_argument("--pseudo", action="store_true", help="compile: also make en-XA")
    arguments = parser.parse_args()
    match arguments.command:
        case "extract":
            return extract()
        case "check":
            return check()
        case _:
            compile_all(pseudo=arguments.pseudo)
            return 0


if __name__ == "__main__":
    sys.exit(main())
