"""An XPath goes over a document once, not once for each thing that it finds.

libxml2 neither counts its steps nor can be interrupted, so that what takes the square of a
document is refused when the manifest is read: searches within searches, paths that come back by
a parent, siblings, and comparisons of every one with every other.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Self

from adapters.expressions.jmespath_expression import ExpressionError

DEEPEST: Final = 3  # brackets within brackets
_TOKEN: Final = re.compile(
    r"\s*(\"[^\"]*\"|'[^']*'|\.?\d[\d.]*|::|//|\.\.|[!<>]=|"
    r"[^\W\d][\w.-]*(?::(?!:)(?:[^\W\d][\w.-]*|\*))?|\S)"
)
_COMPARISONS: Final = frozenset({"=", "!=", "<", "<=", ">", ">="})
_BETWEEN: Final = _COMPARISONS | {"|", "+", "-", ","}
_AFTER_THESE_A_STEP: Final = _BETWEEN | {"", "@", "::", "(", "[", "/", "//"}
_WORDS: Final = frozenset({"*", "and", "or", "div", "mod"})
_DOWNWARDS: Final = frozenset({"child", "attribute", "self"})
_ALL_BELOW: Final = frozenset({"descendant", "descendant-or-self"})
_NODES: Final = frozenset({"text", "node", "comment", "processing-instruction"})


@dataclass(frozen=True, slots=True)
class _Tokens:
    """The tokens of an XPath; `between` are the places of those that stand between two paths."""

    every: tuple[str, ...]
    between: frozenset[int]

    @classmethod
    def of(cls, text: str) -> Self:
        # A word or * is an operator exactly where no step can stand (XPath 1.0, 3.7).
        every = tuple(_TOKEN.findall(text))
        between: set[int] = set()
        for place, token in enumerate(every):
            before = every[place - 1] if place else ""
            in_word = token in _WORDS and before not in _AFTER_THESE_A_STEP
            if token in _BETWEEN or (in_word and place - 1 not in between):
                between.add(place)
        return cls(every, frozenset(between))

    def at(self, place: int) -> str:
        return self.every[place] if 0 <= place < len(self.every) else ""

    def begins_a_path(self, place: int) -> bool:
        before = self.at(place - 1)
        return place - 1 in self.between or before in {"", "(", "["}

    def calls(self, opening: int) -> bool:
        name = self.at(opening - 1)
        return self.at(opening) == "(" and name[:1].isalpha() and name not in _NODES

    def opening_of(self, closing: int) -> int:
        depth = 0
        for place in range(closing, -1, -1):
            depth += (self.at(place) == ")") - (self.at(place) == "(")
            if depth == 0:
                return place
        return 0


def refuse_far_reaching(text: str) -> None:
    """ExpressionError, which says what to change, if `text` may take the square of a document.

    `text` is XPath 1.0 that libxml2 has compiled.
    """
    for complaint in _complaints(_Tokens.of(text)):
        raise ExpressionError(complaint)


def _complaints(tokens: _Tokens) -> Iterator[str]:
    depth = 0
    searched = False  # whether this path has been through all that is below
    for place, one in enumerate(tokens.every):
        depth += (one == "[") - (one == "]")
        if depth > DEEPEST:
            yield f"brackets within brackets: {DEEPEST} deep at most"
        yield from _of_axis(tokens, place)
        yield from _in_brackets(tokens, place) if depth else _upwards(tokens, place)
        if one in _COMPARISONS and not any(_single(tokens, place)):
            yield "compare with a text, a number or a function, not two paths"
        if not depth and (place in tokens.between or tokens.calls(place)):
            searched = False
        if one in {"//", *_ALL_BELOW}:
            if searched:
                yield "one path has one // at most"
            searched = True


def _of_axis(tokens: _Tokens, place: int) -> Iterator[str]:
    one, after = tokens.at(place), tokens.at(place + 1)
    if after == "::" and one not in _DOWNWARDS | _ALL_BELOW:
        yield f"the axis {one} is not used; child, attribute, self and descendant are"
    if after == "(" and one == "id":
        yield "id() needs a document type, which no answer has"


def _in_brackets(tokens: _Tokens, place: int) -> Iterator[str]:
    one = tokens.at(place)
    whole = one == "/" and tokens.begins_a_path(place)
    if whole or one in {"//", "..", *_ALL_BELOW}:
        yield "a path in brackets stays below its element: no //, no .. and no leading /"


def _upwards(tokens: _Tokens, place: int) -> Iterator[str]:
    if tokens.at(place) != ".." or tokens.begins_a_path(place):
        return
    if (tokens.at(place - 2), tokens.at(place - 1)) != ("..", "/"):
        yield "a path goes up at its beginning, ../../name, and not afterwards"


def _single(tokens: _Tokens, place: int) -> Iterator[bool]:
    """Whether what stands on either side of a comparison is one value, and no list of places."""
    yield _is_literal(tokens.at(place - 1))
    yield tokens.at(place - 1) == ")" and tokens.calls(tokens.opening_of(place - 1))
    yield _is_literal(tokens.at(place + 1))
    yield tokens.calls(place + 2)


def _is_literal(token: str) -> bool:
    return token[:1] in {'"', "'"} or token.lstrip(".")[:1].isdigit()
