"""A source that speaks of sensitive services alone is itself sensitive, and has to say so."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from lxml import etree

from adapters.expressions.jmespath_expression import UnreadableError
from adapters.expressions.language import JMESPATH
from adapters.manifest.expression_language import language_of
from adapters.manifest.manifest import Manifest
from adapters.manifest.record_map import Value
from adapters.manifest.rule_fault import RuleFault
from adapters.mapping.conversion import to_bool
from adapters.mapping.value import Reading

_WHY: Final = (
    "every involvement of this source is sensitive, so that a row of its own tells which kind"
    " of service knows the child: set sensitive = true in [source]"
)
# What an XPath may name without looking at the document.
_OF_NO_DOCUMENT: Final = frozenset({"true", "false", "not", "boolean", "string", "number"})
_XML: Final = ("<x/>", "<x>no</x>", "<x>yes</x>", '<x no="no"><no/></x>')


def sensitive_faults(manifest: Manifest) -> Iterator[RuleFault]:
    """The fault of a source that is not `sensitive` although all that it can say is.

    All is what every [[operation.involvement]] says whatever the reply: by a constant, by a code
    table that gives true for each code, or by an expression that looks at nothing.
    """
    if manifest.source.sensitive:
        return
    marks = {
        ("operation", number, "involvement", index, "sensitive"): section.sensitive
        for number, operation in enumerate(manifest.operation)
        for index, section in enumerate(operation.involvement)
    }
    always = [_always(manifest, value) for value in marks.values()]
    if always and all(always):
        yield RuleFault(next(iter(marks)), _WHY)


def _always(manifest: Manifest, value: Value | None) -> bool:
    if value is None:
        return False
    table = manifest.codes.get(value.codes or "")
    if value.codes is not None and table is None:
        return False  # that the table is missing is told by another rule
    if value.path is not None and table is not None and all(table.values()):
        return True
    try:
        reading = Reading.of(
            value, manifest.codes, to_bool, decides=True, language=language_of(manifest)
        )
    except ValueError:
        return False  # that it is no expression is told by another rule
    looks = reading.expression.roots - _OF_NO_DOCUMENT if reading.expression else frozenset()
    return not looks and all(_says(reading, one) for one in _probes(manifest, table or {}))


def _probes(manifest: Manifest, table: Mapping[str, Any]) -> Iterator[Any]:
    # `@` and `.` name nothing, and still differ from document to document.
    if language_of(manifest) is JMESPATH:
        yield from (None, {}, "no", "yes", False, True, *table)
    else:
        yield from map(etree.fromstring, _XML)


def _says(reading: Reading, document: Any) -> bool:
    try:
        return reading.read(document) is True
    except UnreadableError:
        return True  # as the mapping takes it
