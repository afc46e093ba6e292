"""The two languages that a manifest's expressions may be in: JMESPath, and XPath for XML."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol

from adapters.expressions.jmespath_expression import Expression


class Readable(Protocol):
    """A compiled expression; `roots` are the names of every field it mentions, at any depth."""

    @property
    def roots(self) -> frozenset[str]:
        """The names that it mentions."""
        ...

    def read(self, document: Any) -> Any:
        """The value, None where there is none; UnreadableError if the document does not suit."""
        ...

    def holds(self, document: Any) -> bool:
        """Whether it is true of the document; any failure is no."""
        ...


Parse = Callable[[str], Readable]


@dataclass(frozen=True, slots=True)
class Language:
    """`value` compiles what gives a value, `items` what gives a list of places to read from.

    An item that could not be read is a None among them. `codes` compiles what gives the codes of a
    mark, a None for each that is not there, as far as the language can tell. `records` compiles
    what gives the list of records: where one of them would be lost in silence, nothing is read. All
    raise ExpressionError for a text that is no expression.
    """

    value: Parse
    items: Parse
    records: Parse
    codes: Parse


JMESPATH: Final = Language(
    value=Expression.parse,
    items=Expression.parse_items,
    records=Expression.parse_records,
    codes=Expression.parse_items,
)
