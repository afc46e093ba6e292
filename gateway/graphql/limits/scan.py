"""What a document's text shows before anything parses it: counted in one pass, to an end.

The grammar of tokens is that of GraphQL (October 2021, section 2.1). A text that is no GraphQL is
counted as well: the parser refuses it afterwards, within these limits.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Final

from gateway.config.tables.documents import DocumentSettings
from gateway.graphql.limits.refusals import refuse_over

# Every alternative is possessive: whatever the text is, each character is read once.
_TOKEN: Final = re.compile(
    r'"""(?:\\"""|[^"]|"(?!""))*+(?:"""|\Z)'
    r'|"(?:\\.|[^"\\\n\r])*+"?'
    r"|#[^\n\r]*+"
    r"|[_A-Za-z][_0-9A-Za-z]*+"
    r"|\.\.\."
    r"|-?[0-9][0-9.eE+-]*+"
    r"|[^\s,\ufeff]"
)
_OPENING: Final = frozenset("{([")
_CLOSING: Final = frozenset("})]")
_OPERATIONS: Final = frozenset({"query", "mutation", "subscription"})


@dataclass(slots=True)
class Counts:
    """What was counted, each by the end of the name of its setting: `max_tokens` and so on."""

    tokens: int = 0
    nesting: int = 0
    aliases: int = 0
    fragments: int = 0
    operations: int = 0
    directives: int = 0


_COUNTED: Final = tuple(field.name for field in fields(Counts))


def refuse_by_text(text: str, settings: DocumentSettings) -> None:
    """AskDifferently if the text alone shows that a document is over a limit."""
    size = len(text.encode("utf-8", "surrogatepass"))
    refuse_over("max_bytes", size, settings.max_bytes)
    limits = {name: getattr(settings, f"max_{name}") for name in _COUNTED}
    for counts in _counted(text):
        for name, most in limits.items():
            refuse_over(f"max_{name}", getattr(counts, name), most)


def _counted(text: str) -> Iterator[Counts]:
    """The counts so far after every hundred tokens, and at the end."""
    scan = _Scan()
    for found in _TOKEN.finditer(text):
        lexeme = found[0]
        if lexeme[0] != "#":
            scan.read(lexeme)
            if not scan.counts.tokens % 100:
                yield scan.counts
    yield scan.counts


class _Scan:
    """Where in a document the last lexeme stood, and what was counted up to it."""

    def __init__(self) -> None:
        self.counts = Counts()
        self._depth = 0
        self._brackets = 0  # round and square ones: in them a colon is no alias
        self._before = ""
        self._fragment = False
        self._at_one_place = 0

    def read(self, lexeme: str) -> None:
        """Count one token."""
        self.counts.tokens += 1
        if lexeme in _OPENING:
            self._open(lexeme)
        elif lexeme in _CLOSING:
            self._close(lexeme)
        elif lexeme == ":":
            self.counts.aliases += not self._brackets
        elif lexeme == "@":
            self._directive()
        else:
            self._word(lexeme)
        self._before = lexeme

    def _open(self, lexeme: str) -> None:
        if lexeme == "{" and not self._depth:
            self.counts.fragments += self._fragment
            self.counts.operations += not self._fragment
            self._fragment = False
        self._depth += 1
        self._brackets += lexeme != "{" or self._brackets > 0
        self.counts.nesting = max(self.counts.nesting, self._depth)
        if lexeme == "{":
            self._at_one_place = 0

    def _close(self, lexeme: str) -> None:
        self._depth = max(0, self._depth - 1)
        self._brackets = max(0, self._brackets - 1)
        if lexeme == "}":
            self._at_one_place = 0

    def _directive(self) -> None:
        self._at_one_place += 1
        self.counts.directives = max(self.counts.directives, self._at_one_place)

    def _word(self, lexeme: str) -> None:
        if self._before != "@" and not self._brackets:
            self._at_one_place = 0
        if not self._depth and lexeme == "fragment" and self._before not in _OPERATIONS:
            self._fragment = True
