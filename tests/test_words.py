"""One word, one thing: words that once stood for parts of this project do not come back."""

import io
import re
import tokenize
from functools import cache
from pathlib import Path
from typing import Final

import pytest

_ROOT: Final = Path(__file__).parents[1]
_PACKAGES: Final = (
    "gateway",
    "adapters",
    "resolvers",
    "teamaround",
    "tests",
    "bench",
    "demo",
    "examples",
)
# Each with the word of docs/glossary.md to use instead.
_RETIRED: Final = {
    r"tally|tallies": "refusal counter, or a count",
    r"allowances?": "quota",
    r"restraints?": "source limits",
    r"charters?": "desired state",
    r"succession": "generations",
    r"sightings?": "observed access",
    r"habits?": "usual accesses",
    r"spared": "not asked, or the circuit breaker is open",
    r"conceal\w*": "pseudonymise, or protect",
    r"key[ _]room": "key service",
    r"drawn (again|again)": "rebuilt, or found again",
}
# As parts of a name; in prose these are plain English, or names of stored tables.
_NOT_IN_NAMES: Final = {"desk", "enact", "enactment", "telling", "forgetting", "posing", "journey"}
_ERROR: Final = re.compile(
    r"\b[A-Z][a-z]+\w*(?:Unavailable|Corrupt|Refused|Missing|Invalid|Unreadable|Denied)\b"
)


def _code() -> list[Path]:
    return [file for name in _PACKAGES for file in sorted((_ROOT / name).rglob("*.py"))]


def _pages() -> list[Path]:
    return [*sorted((_ROOT / "docs").rglob("*.md")), *sorted(_ROOT.glob("*.md"))]


@cache
def _read(file: Path) -> tuple[frozenset[str], frozenset[str]]:
    """The names in a file of code, and the errors that its comments and docstrings name."""
    names, errors = set[str](), set[str]()
    for token in tokenize.generate_tokens(io.StringIO(file.read_text("utf-8")).readline):
        if token.type == tokenize.NAME:
            names.add(token.string)
        elif token.type == tokenize.COMMENT or token.string.startswith('"""'):
            errors |= set(_ERROR.findall(token.string))
    return frozenset(names), frozenset(errors)


def _parts(name: str) -> set[str]:
    return set(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().split("_"))


@pytest.mark.parametrize(("word", "instead"), _RETIRED.items())
def test_no_page_message_or_name_says_a_retired_word(word: str, instead: str) -> None:
    said = re.compile(rf"(?<![a-z])(?:{word})(?![a-z])", re.IGNORECASE)
    saying = [
        f"{file.relative_to(_ROOT)}: {found[0]}"
        for file in {*_code(), *_pages(), _ROOT / "schema.graphql"} - {Path(__file__)}
        for found in said.finditer(file.read_text("utf-8"))
    ]
    assert not saying, f"say {instead}"


def test_no_name_of_the_code_has_a_retired_part() -> None:
    names = {
        f"{file.relative_to(_ROOT)}: {name}"
        for file in _code()
        for name in _read(file)[0]
        if _parts(name) & _NOT_IN_NAMES
    }
    assert not names


def test_every_error_that_a_docstring_names_is_there() -> None:
    names, named = zip(*map(_read, _code()), strict=True)
    assert not frozenset().union(*named) - frozenset().union(*names)
