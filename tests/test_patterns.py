"""No pattern of ours can be made to read without end: it gets a stranger's or an agency's text.

A pattern is read without giving anybody else a turn, also in a thread. A repetition within another
may read one text in 6^30 ways, and a header of thirty blanks then stops a gateway.
"""

import importlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from re import Pattern, _parser
from typing import Any, Final

import pytest

PROJECT: Final = Path(__file__).parents[1]
ROOMS: Final = ("adapters", "gateway", "resolvers", "console", "teamaround")
REPEATS: Final = frozenset({"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"})
# Until it was found here, this read the Link header of any answer.
LINK: Final = r"\s*<[^<>]*>(?:\s*;\s*[^\s=;]*\s*(?:=[^\s;]*)?)*\s*$"


def patterns() -> dict[str, Pattern[Any]]:
    """Every pattern that a module of ours keeps, by its name."""
    files = (file for room in ROOMS for file in (PROJECT / room).rglob("*.py"))
    keeping = sorted(file for file in files if "re.compile(" in file.read_text())
    names = [".".join(file.relative_to(PROJECT).with_suffix("").parts) for file in keeping]
    return {
        f"{module}.{name}": value
        for module in names
        for name, value in vars(importlib.import_module(module)).items()
        if isinstance(value, re.Pattern)
    }


def within(parts: Iterable[Any], *, repeated: bool) -> Iterator[bool]:
    """For each endless repetition, whether one within another may be read in several ways."""
    for code, held in parts:
        kind = str(code)
        if kind in REPEATS:
            endless = held[1] is _parser.MAXREPEAT
            yield repeated and endless and kind != "POSSESSIVE_REPEAT"
            yield from within(held[2], repeated=repeated or endless)
        elif kind == "SUBPATTERN":
            yield from within(held[3], repeated=repeated)
        elif kind == "ATOMIC_GROUP":
            yield from within(held, repeated=False)
        elif kind in ("BRANCH", "ASSERT", "ASSERT_NOT"):
            for each in held[1] if kind == "BRANCH" else [held[1]]:
                yield from within(each, repeated=repeated)


def may_take_for_ever(pattern: Pattern[Any]) -> bool:
    return any(within(_parser.parse(pattern.pattern, pattern.flags), repeated=False))


def test_no_repetition_within_another_is_read_in_several_ways() -> None:
    found = patterns()
    assert len(found) > 60
    assert [name for name, pattern in found.items() if may_take_for_ever(pattern)] == []


@pytest.mark.parametrize("pattern", [LINK, r"(a+)+$", r"(?:\s*;(?:x|y\w*))*", r"(?=(?:\d+,?)*x)"])
def test_the_law_finds_a_repetition_within_another(pattern: str) -> None:
    assert may_take_for_ever(re.compile(pattern))


@pytest.mark.parametrize("pattern", [r"(?:a++)+$", r"(?>a+)+", r"(?:\d{1,9},)*", r"a*b*c*"])
def test_the_law_leaves_alone_what_is_read_in_one_way(pattern: str) -> None:
    assert not may_take_for_ever(re.compile(pattern))
