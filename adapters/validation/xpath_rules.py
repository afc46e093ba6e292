"""What kind `soap` says of absence must be said by the answer, never by what it lacks."""

from collections.abc import Iterator
from typing import Final

from lxml import etree

from adapters.expressions.jmespath_expression import ExpressionError, UnreadableError
from adapters.expressions.language import Language
from adapters.expressions.xpath import SOAP_11, SOAP_12, whole_number
from adapters.manifest.operation import Operation
from adapters.manifest.rule_fault import RuleFault
from adapters.manifest.toml_places import TomlKey

# Answers of others: nothing at all, another service's, and a fault.
_FOREIGN: Final = tuple(
    etree.fromstring(f'<e:Envelope xmlns:e="{namespace}"><e:Body>{body}</e:Body></e:Envelope>')
    for namespace in (SOAP_11, SOAP_12)
    for body in ("", "<Pong/>", "<e:Fault><faultcode>e:Client</faultcode></e:Fault>")
)


def absence_faults(operation: Operation, language: Language, at: TomlKey) -> Iterator[RuleFault]:
    """Every expression that takes an answer which has nothing in it for "no such child"."""
    for name in ("absent", "restricted_reply"):
        text = getattr(operation, name)
        if text is None or not any(_holds(language, text)):
            continue
        yield RuleFault(
            (*at, name),
            "it is true of any other answer too, because it counts missing elements. Name the"
            ' element that says so, as in "//p:NotFound" or "//p:Count = 0"',
        )
    if operation.total is not None and any(_is_zero(language, operation.total)):
        yield RuleFault(
            (*at, "total"),
            "it is 0 for any other answer too, because it counts missing elements. Name the"
            ' element that has the number, as in "//p:Count"',
        )


def _holds(language: Language, text: str) -> Iterator[bool]:
    try:
        said = language.value(text)
    except ExpressionError:
        return  # said where expressions are compiled
    yield from (said.holds(answer) for answer in _FOREIGN)


def _is_zero(language: Language, text: str) -> Iterator[bool]:
    try:
        total = language.value(text)
    except ExpressionError:
        return
    for answer in _FOREIGN:
        try:
            yield whole_number(total.read(answer)) == 0
        except UnreadableError:
            continue
