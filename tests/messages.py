"""Keeps the catalogues: collects every text that people read, brings each catalogue up to date and compiles it.

`python -m tests.messages` writes; tests/web/test_translations.py checks that nothing is left to write.
"""

import ast
import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from babel.messages import Catalog, Message, extract, mofile, pofile
from django.utils.translation.template import templatize

from apps_registry import sentences

ROOT: Final = Path(__file__).resolve().parents[1]
LOCALES: Final = ROOT / "templates" / "locale"
KEYWORDS: Final = extract.DEFAULT_KEYWORDS | {
    "gettext_lazy": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
SOURCES: Final = ("apps_registry", "platform", "sandbox")
#: Code that asks for translations itself.
ASKING: Final = re.compile(r"(apps_registry|platform/forecourt)/.+\.py")
#: Code whose plain English errors, findings and reasons reach pages; `retold.py` translates them there.
SPEAKING: Final = re.compile(
    r"""apps_registry/(errors|intake|jobs|services)\.py
    |platform/forecourt/\w+/errors\.py
    |platform/forecourt/(accounts|consent|vehicles|web)/\w+\.py
    |platform/forecourt/delivery/(jobs|planning)\.py
    |platform/forecourt/streams/(jobs|services/commands)\.py
    |sandbox/runtime/(archive|archive_worker|findings)\.py
    |sandbox/wire/(bundles|cards|errors|icons|manifest|plain|scopes|vin|zips)\.py""",
    re.VERBOSE,
)
ERRORS: Final = ("Error", "Refused")
CALLS: Final = frozenset({"Finding", "refuse", "_died"})
SPOKEN: Final = frozenset({"text", "hint", "reason"})
FLAW: Final = re.compile(r"[a-z]+ .* .*")
PROSE: Final = re.compile(r"[A-Z].* .*\.", re.DOTALL)

Found = tuple[str | tuple[str, ...], str | None]


def collect() -> Catalog:
    """Every text of templates, code and the signal catalog."""
    found = Catalog(charset="utf-8")
    for path in sorted((ROOT / "templates").rglob("*.html")):
        _add(found, path, _asked(f"({templatize(path.read_text())})"))
    for path in _code(ASKING):
        _add(found, path, _asked(path.read_text()))
    for path in _code(SPEAKING):
        _add(found, path, ((text, None) for text in _spoken(ast.parse(path.read_text()))))
    _add(found, ROOT / "sandbox" / "wire" / "signals.json", ((text, None) for text in sentences.phrases()))
    return found


def catalogue(language: str) -> tuple[Path, Catalog]:
    """A language's catalogue as it is kept, and where."""
    path = LOCALES / language / "LC_MESSAGES" / "django.po"
    with path.open("rb") as file:
        return path, pofile.read_po(file, locale=language, domain="django")


def compiled(kept: Catalog) -> bytes:
    """The catalogue as the site reads it."""
    binary = io.BytesIO()
    mofile.write_mo(binary, kept)
    return binary.getvalue()


def untranslated(kept: Catalog) -> list[str]:
    """The texts that a catalogue has no words for, or only a guess."""
    return [str(message.id) for message in kept if message.id and (message.fuzzy or not _is_told(message))]


def main() -> None:
    """Bring every catalogue up to date; new texts are left empty for a translator."""
    found = collect()
    for language in sorted(folder.name for folder in LOCALES.iterdir() if folder.is_dir()):
        path, kept = catalogue(language)
        kept.update(found, no_fuzzy_matching=True, update_creation_date=False)
        kept.obsolete.clear()
        with path.open("wb") as file:
            pofile.write_po(file, kept, width=120, sort_by_file=True, include_lineno=False)
        path.with_suffix(".mo").write_bytes(compiled(kept))
        sys.stdout.write(f"{language}: {len(kept)} texts, {len(untranslated(kept))} without a translation\n")


def _is_told(message: Message) -> bool:
    forms = message.string if isinstance(message.string, list | tuple) else [message.string]
    return all(forms)


def _code(which: re.Pattern[str]) -> list[Path]:
    paths = [path for source in SOURCES for path in sorted((ROOT / source).rglob("*.py"))]
    return [path for path in paths if which.fullmatch(path.relative_to(ROOT).as_posix())]


def _add(found: Catalog, path: Path, messages: Iterator[Found]) -> None:
    for text, context in messages:
        found.add(text, locations=[(path.relative_to(ROOT).as_posix(), 0)], context=context)


def _asked(source: str) -> Iterator[Found]:
    """The texts given to gettext."""
    for _line, text, _comments, context in extract.extract("python", io.BytesIO(source.encode()), KEYWORDS):
        yield text, context


def _spoken(module: ast.Module) -> Iterator[str]:
    """What an error's class or call says, and sentences kept in constants and given as reasons."""
    for node in ast.walk(module):
        if isinstance(node, ast.ClassDef) and _is_error(node):
            yield from _told_by_class(node)
        elif isinstance(node, ast.Call):
            yield from _told_by_call(node)
        elif isinstance(node, ast.Return) and FLAW.fullmatch(text := _text(node.value)):
            yield text
    for statement in module.body:
        if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value:
            yield from (text for node in ast.walk(statement.value) if PROSE.fullmatch(text := _text(node)))


def _is_error(node: ast.ClassDef) -> bool:
    return node.name.endswith(ERRORS) and not node.name.startswith("_")


def _told_by_class(node: ast.ClassDef) -> Iterator[str]:
    yield (ast.get_docstring(node) or node.name).splitlines()[0]
    for statement in node.body:
        if (
            isinstance(statement, ast.Assign | ast.AnnAssign)
            and "resolution" in ast.unparse(statement).partition("=")[0]
        ):
            yield from filter(None, [_text(statement.value)])


def _told_by_call(node: ast.Call) -> Iterator[str]:
    name = ast.unparse(node.func).rpartition(".")[2]
    speaks = name.endswith(ERRORS) or name in CALLS or name == "__init__"
    given = [*node.args] if speaks else []
    given += [keyword.value for keyword in node.keywords if keyword.arg in SPOKEN]
    yield from (text for argument in given if " " in (text := _text(argument)) and text != "{0} {1}")


def _text(node: ast.AST | None) -> str:
    """A literal text, with a numbered gap for each fact in it; nothing for other expressions."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if not isinstance(node, ast.JoinedStr):
        return ""
    parts, facts = [], 0
    for part in node.values:
        if isinstance(part, ast.Constant):
            parts.append(str(part.value).replace("{", "{{").replace("}", "}}"))
        else:
            parts.append(f"{{{facts}}}")
            facts += 1
    return "".join(parts)


if __name__ == "__main__":
    main()
