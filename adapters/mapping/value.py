"""One mapped value of a manifest, ready to be read from any document."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from adapters.contract.dates import PartialDate
from adapters.expressions.jmespath_expression import UnreadableError
from adapters.expressions.language import JMESPATH, Language, Readable
from adapters.manifest.record_map import Value
from adapters.mapping.conversion import CONVERSIONS, decode, to_date, to_date_by, to_limit

Convert = Callable[[Any], Any]
CodeTables = Mapping[str, Mapping[str, str | bool]]


@dataclass(frozen=True, slots=True)
class Reading:
    """Where a value comes from, its code table, and what it is read as.

    `decides` is for values that decide sensitivity: what is missing or unreadable is then the
    table's `"*"`, and of several codes one that is true is enough: one that
    is not there, of a label that says only its name, is the `"*"` too. `counted` is for dates whose
    form the manifest names: a number may be one.
    """

    expression: Readable | None
    constant: str | bool | None
    table: Mapping[str, str | bool] | None
    convert: Convert
    decides: bool = False
    counted: bool = False

    @classmethod
    def of(
        cls,
        value: Value,
        codes: CodeTables,
        kind: Convert,
        *,
        decides: bool = False,
        language: Language = JMESPATH,
    ) -> Self:
        """Compile `value`, read as `kind` after its own `as`; the manifest is already checked."""
        parse = language.codes if decides else language.value
        return cls(
            expression=None if value.path is None else parse(value.path),
            constant=value.value,
            table=None if value.codes is None else codes[value.codes],
            convert=_conversion(value, kind),
            decides=decides,
            counted=value.format is not None,
        )

    def raw(self, document: Any) -> Any:
        """The value as the agency wrote it; UnreadableError if the document does not suit."""
        return self.constant if self.expression is None else self.expression.read(document)

    def meaning(self, raw: Any) -> Any:
        """The value in the domain's words, None if absent; UnreadableError if it has none."""
        if self.table is None:
            return self.convert(raw)
        if self.decides:
            return self._decision(self.table, raw)
        return None if raw is None else self.convert(decode(self.table, raw))

    def read(self, document: Any) -> Any:
        """`meaning` of `raw`."""
        try:
            raw = self.raw(document)
        except UnreadableError:
            if not (self.decides and self.table):
                raise
            raw = None
        return self.meaning(raw)

    def _decision(self, table: Mapping[str, str | bool], raw: Any) -> bool:
        codes = raw if isinstance(raw, list) and raw else [raw]
        return any(decode(table, code) is not False for code in codes)


def _conversion(value: Value, kind: Convert) -> Convert:
    first = CONVERSIONS[value.as_] if value.format is None else to_date_by(value.format)
    if value.as_ == "text" or (first is to_date and kind is to_limit):
        return kind
    return first if CONVERSIONS[value.as_] is kind else _then(first, kind)


def _then(first: Convert, kind: Convert) -> Convert:
    def convert(raw: Any) -> Any:
        value = first(raw)
        return kind(str(value) if isinstance(value, PartialDate) else value)

    return convert
