"""What a SELECT of a manifest must keep: it reads, and its named binds stay plain values."""

import re
from collections.abc import Iterator
from typing import Final

from adapters.manifest.rule_fault import RuleFault
from adapters.manifest.toml_places import TomlKey

_BIND: Final = re.compile(r"(?<![:\w]):([a-z_]+)")
_QUIET: Final = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/", re.DOTALL)
_FOREIGN: Final = re.compile(r";|%s|%\(|\?|\{|\}|\$\d")
_WRITES: Final = re.compile(
    r"\b(insert|update|delete|merge|truncate|drop|alter|create|grant|copy|into)\b", re.IGNORECASE
)
_READ: Final = re.compile(r"\s*(select|with)\b", re.IGNORECASE)
# A pattern, and all that stands up to the next condition: what is bound there would be one too.
_PATTERN: Final = re.compile(
    r"(?:\b(?:i?like|similar\s+to|glob|regexp|rlike|match)\b|~)(?:(?!\b(?:and|or|where)\b).)*",
    re.IGNORECASE | re.DOTALL,
)


def statement_faults(sql: str, at: TomlKey) -> Iterator[RuleFault]:
    """Every rule that an operation's or a detail's statement breaks."""
    bare = _QUIET.sub(" ", sql)
    if not _READ.match(bare):
        yield RuleFault(at, "one SELECT, or WITH and SELECT; write that")
    if _FOREIGN.search(bare):
        yield RuleFault(
            at, "write one statement without ; with named binds like :nhs_number for its values"
        )
    if written := _WRITES.search(bare):
        yield RuleFault(at, f"it reads only, so no {written.group(1).upper()}; take that out")
    if any(_BIND.search(found.group()) for found in _PATTERN.finditer(bare)):
        yield RuleFault(at, "a bind in a pattern lets the caller use wildcards; compare with =")


def count_faults(sql: str, at: TomlKey) -> Iterator[RuleFault]:
    """Every rule that a count of rows whose key cannot be matched breaks."""
    yield from statement_faults(sql, at)
    if _BIND.search(_QUIET.sub(" ", sql)):
        yield RuleFault(at, "it counts the same for every child, so it takes no bind")


def detail_faults(sql: str | None, at: TomlKey) -> Iterator[RuleFault]:
    """Every rule that a detail breaks."""
    if sql is None:
        yield RuleFault(at, 'it needs sql: add sql = "SELECT ... WHERE record_id IN :record_ids"')
        return
    yield from _listing(sql, "record_ids", "id", (*at, "sql"))


def batch_faults(sql: str, bind: str, at: TomlKey) -> Iterator[RuleFault]:
    """Every rule that the statement of a batch breaks."""
    yield from _listing(sql, bind, bind.removesuffix("s"), (*at, "sql"))


def _listing(sql: str, bind: str, column: str, at: TomlKey) -> Iterator[RuleFault]:
    yield from statement_faults(sql, at)
    if set(_BIND.findall(_QUIET.sub(" ", sql))) != {bind}:
        yield RuleFault(at, f"its one bind is :{bind}, as in: {column} IN :{bind}")
