"""A mark that says the same of every child, whatever its source answers."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from lxml import etree

from adapters.expressions.jmespath_expression import UnreadableError
from adapters.expressions.language import JMESPATH
from adapters.manifest.expression_language import language_of
from adapters.manifest.manifest import Manifest
from adapters.manifest.record_map import Value
from adapters.mapping.conversion import to_bool
from adapters.mapping.value import Reading

# What an XPath may name without looking at the document.
_OF_NO_DOCUMENT: Final = frozenset({"true", "false", "not", "boolean", "string", "number"})
_XML: Final = ("<x/>", "<x>no</x>", "<x>yes</x>", '<x no="no"><no/></x>')


def always_says(manifest: Manifest, value: Value | None, *, said: bool) -> bool:
    """Whether a mark says so of everybody.

    It does by a constant, by a code table that has nothing else, or by an expression that looks at
    nothing.
    """
    if value is None:
        return False
    table = manifest.codes.get(value.codes or "")
    if value.codes is not None and table is None:
        return False  # that the table is missing is told by another rule
    if table is not None and "*" not in table:
        return said and value.path is not None and all(table.values())
    if value.path is not None and table and all(each is said for each in table.values()):
        return True
    try:
        reading = Reading.of(
            value, manifest.codes, to_bool, decides=True, language=language_of(manifest)
        )
    except ValueError:
        return False  # that it is no expression is told by another rule
    looks = reading.expression.roots - _OF_NO_DOCUMENT if reading.expression else frozenset()
    return not looks and all(_says(reading, one) is said for one in _probes(manifest, table or {}))


def _probes(manifest: Manifest, table: Mapping[str, Any]) -> Iterator[Any]:
    # `@` and `.` name nothing, and still differ from document to document.
    if language_of(manifest) is JMESPATH:
        yield from (None, {}, "no", "yes", False, True, *table)
    else:
        yield from map(etree.fromstring, _XML)


def _says(reading: Reading, document: Any) -> object:
    try:
        return reading.read(document)
    except UnreadableError:
        return True  # as the mapping takes it
