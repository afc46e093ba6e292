"""Prose as a reader meets it: of pages, of the schema, of help texts and of messages."""

import ast
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.support.docs.pages import PAGES, ROOT

# What the wheel and the demo show to somebody; the schema stands for `gateway/graphql`.
_SHOWN: Final = ("gateway", "adapters", "resolvers", "teamaround", "console", "demo")
# Names of people, and words that other systems say.
_DATA: Final = (
    "gateway/graphql",
    "resolvers/comparison",
    "adapters/mapping/beside",
    "adapters/conformance/absence",
)
_COMMANDS: Final = "gateway/cli/commands"
# Files that are copied, or read beside the pages: their comments are prose too.
_COMMENTED: Final = (
    *("Makefile", "adapters/**/*.toml", "demo/**/*.toml", "examples/**/*.toml"),
    *("gateway/**/*.toml", "gateway/**/*.cedar", "gateway/**/*.cedarschema"),
)
_COMMENT: Final = re.compile(r'(?:^|\s)(?:##?|//) +(.+)$|^@message\("(.+)"\)')
_BESIDE: Final = ("bench/matching/results/*.md", "changes/*.*.md", "examples/*/*.md")
# The tables that name what may not be said.
_LISTED: Final = re.compile(
    r"^## (Turns that we do not use|One word for one thing)\n.*?(?=^## |\Z)",
    re.MULTILINE | re.DOTALL,
)
_FENCE: Final = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_LINK: Final = re.compile(r"!?\[([^\]]*)\]\([^)\s]*\)")
_CODE: Final = re.compile(r"``.+?``|`[^`\n]+`")
_ITEM: Final = re.compile(r"\s*(#+|[-*]|\d+\.|>)\s+")
_END: Final = re.compile(r"(?<=[.!?])[)\"*_”]*\s+")
_SQL: Final = re.compile(
    r"\s*(?:SELECT|INSERT|CREATE|UPDATE|DELETE|WITH|ALTER|DROP|GRANT|REVOKE|PRAGMA|BEGIN|LOCK|FROM"
    r"|WHERE|AND|SET|COPY|TRUNCATE|DO|RAISE|UNION|ORDER|ON|--|\(SELECT)\b|.*\bSELECT\b",
    re.DOTALL,
)
_WORD: Final = re.compile(r"(?<![\w./=-])[a-z]{2,}(?![\w/=-]|\.\w)")
_FEW: Final = 2  # words in a string that is not a message
# Templates: texts in quotes, steps, what is filled in, and elements within a sentence.
_QUOTED: Final = re.compile(r'"([^"{}<>]*)"')
_NOTE: Final = re.compile(r"\{#.*?#\}", re.DOTALL)
_STEP: Final = re.compile(r"\{%.*?%\}", re.DOTALL)
_FILLED: Final = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_INLINE: Final = re.compile(r"</?(?:bdi|strong|span|code|a|button)\b[^>]*>")
_TAG: Final = re.compile(r"<[^>]*>")
_CLASSES: Final = re.compile(r"[\w -]*--?[\w -]*|[\w-]+(?: [\w-]*-[\w-]*)+")
_IS_CODE: Final = re.compile(r"^\s*(?:query\b.*)?\{|^[\w# ]+ = |^\[\[?\w+\]", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph, an item, a cell, a description or a message; code and links are a word each."""

    place: str
    said: str

    def sentences(self) -> list[str]:
        """What stands between two full stops, headings and single words left out."""
        return [one for one in _END.split(self.said) if len(one.split()) > 1]


def pages() -> list[Path]:
    """Every page, those beside code and runs included."""
    return [*PAGES, *(file for pattern in _BESIDE for file in sorted(ROOT.glob(pattern)))]


def texts_of_page(file: Path) -> list[Text]:
    """The texts of a page, without its fenced blocks and the lists of what may not be said."""
    place = str(file.relative_to(ROOT))
    return [Text(place, said) for said in texts_in(file.read_text("utf-8"))]


def texts_in(page: str) -> list[str]:
    """The texts of Markdown: lines that follow each other are one, cells and items are apart."""
    lines = _FENCE.sub("", _LISTED.sub("", page)).splitlines()
    return [said for block in _blocks(lines) if (said := plain(block))]


def plain(said: str) -> str:
    """A text whose links show only their words, and whose code is one word."""
    return " ".join(_CODE.sub("CODE", _LINK.sub(r"\1", said)).split())


def shown_texts() -> Iterator[Text]:
    """What the schema, help texts, settings and messages say."""
    schema = (ROOT / "schema.graphql").read_text("utf-8")
    for said in re.findall(r'"""(.*?)"""', schema, re.DOTALL):
        yield Text("schema.graphql", plain(said))
    for said in described(json.loads((ROOT / "docs/manifest.schema.json").read_text("utf-8"))):
        yield Text("docs/manifest.schema.json", plain(said))
    for file in (file for pattern in _COMMENTED for file in sorted(ROOT.glob(pattern))):
        for said in comments_in(file.read_text("utf-8")):
            yield Text(str(file.relative_to(ROOT)), said)
    for file in sorted((ROOT / "console/templates").rglob("*.html")):
        for said in texts_of_template(file.read_text("utf-8")):
            yield Text(file.relative_to(ROOT).as_posix(), said)
    for file in (file for top in _SHOWN for file in sorted((ROOT / top).rglob("*.py"))):
        yield from _texts_of_code(file)


def described(schema: object) -> Iterator[str]:
    """Every description of a JSON Schema."""
    match schema:
        case dict():
            if isinstance(schema.get("description"), str):
                yield schema["description"]
            yield from (said for one in schema.values() for said in described(one))
        case list():
            yield from (said for one in schema for said in described(one))


def comments_in(file: str) -> list[str]:
    """The comments of a Makefile, of TOML or of Cedar, line by line, and Cedar's messages."""
    found = (_COMMENT.search(line) for line in file.splitlines())
    return [plain(one[1] or one[2]) for one in found if one]


def texts_of_source(code: str, *, is_command: bool = False) -> Iterator[tuple[int, str]]:
    """Line and words of each message in Python; of a command the help that is its docstring too."""
    nodes = list(ast.walk(ast.parse(code)))
    documented = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    parts = {id(part) for node in nodes for part in _parts_of(node)}
    for node in nodes:
        if id(node) not in parts and (is_command or id(node) not in documented):
            said = _said(node)
            if said is not None and _is_prose(said):
                yield getattr(node, "lineno", 0), plain(said)


def texts_of_template(text: str) -> list[str]:
    """What a template of the web pages says: its elements, and the texts that it hands to macros.

    What is filled in is a word, as code is on a page.
    """
    found = [plain(said.replace('\\"', '"')) for said in _QUOTED.findall(text)]
    said = _TAG.sub("\n", _INLINE.sub("", _FILLED.sub("CODE", _STEP.sub(" ", _NOTE.sub("", text)))))
    found += [plain(line) for line in said.splitlines()]
    return [one for one in found if len(_WORD.findall(one)) > _FEW and not _CLASSES.fullmatch(one)]


def _texts_of_code(file: Path) -> Iterator[Text]:
    name = file.relative_to(ROOT).as_posix()
    if not name.startswith(_DATA):
        code = file.read_text("utf-8")
        for line, said in texts_of_source(code, is_command=name.startswith(_COMMANDS)):
            yield Text(f"{name}:{line}", said)


def _parts_of(node: ast.AST) -> Iterable[ast.AST]:
    """What an f-string consists of: it is one message with its values."""
    return list(ast.walk(node))[1:] if isinstance(node, ast.JoinedStr) else ()


def _said(node: ast.AST) -> str | None:
    match node:
        case ast.Constant(value=str(said)):
            return said
        case ast.JoinedStr(values=parts):
            return "".join(str(p.value) if isinstance(p, ast.Constant) else "VALUE" for p in parts)
        case _:
            return None


def _is_prose(said: str) -> bool:
    return len(_WORD.findall(said)) > _FEW and not _SQL.match(said) and not _IS_CODE.search(said)


def _blocks(lines: Iterable[str]) -> Iterator[str]:
    gathered: list[str] = []
    for line in lines:
        if line.lstrip().startswith("|"):
            yield from line.strip().strip("|").split(" | ")
        elif not line.strip() or _ITEM.match(line):
            yield " ".join(gathered)
            gathered = [_ITEM.sub("", line, count=1)]
        else:
            gathered.append(line)
    yield " ".join(gathered)
