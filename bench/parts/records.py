"""What a record costs to map, of each kind: by generated functions, exactly, by interpreters."""

import time
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import jmespath
from lxml import etree
from rich.console import Console
from rich.table import Table

from adapters.contract.paths import COMPILED, EXACT, Paths
from adapters.contract.record import Record
from adapters.manifest.expression_language import language_of
from adapters.manifest.manifest import Manifest
from adapters.mapping.mapping import RecordMapping, Unusable

TODAY: Final = date(2026, 11, 22)
FIELDS: Final = frozenset({"involvements"})
_TIMES: Final = 2000
_ROUNDS: Final = 9
_MANIFEST: Final = """
manifest = 1
kind = "{kind}"
{top}
[source]
id = "bench"
agency = "bench"
sector = "EDUCATION"
effects = "none"
mark = "own-row"
[agency]
name = "Bench"
duty_contact = {{ telephone = "01632 960001" }}
[[operation]]
name = "by-number"
by = ["nhs_number"]
  [operation.map]
  record_id = "{id}"
  nhs_number = {{ path = "{nhs}", as = "nhs_number" }}
  given_names = "{given}"
  family_name = "{family}"
  birth_date = {{ path = "{born}", as = "date" }}
  sex = {{ path = "{sex}", codes = "sex" }}
  restricted = {{ path = "{restricted}", codes = "restricted" }}
  [[operation.involvement]]
  practitioner = "{worker}"
[codes.sex]
F = "FEMALE"
"*" = "UNKNOWN"
[codes.restricted]
N = false
"*" = true
"""
_VALUES: Final[Mapping[str, str]] = {
    "id": "p-1",
    "nhs": "9990000018",
    "given": "Ann",
    "family": "Hill",
    "born": "2015-03-09",
    "sex": "F",
    "restricted": "N",
    "worker": "Jo Hart",
}
_FLAT: Final = {name: name for name in _VALUES}
_NESTED: Final = {**_FLAT, "given": "name.given", "family": "name.family"}
_FHIR: Final = {
    **_FLAT,
    "nhs": "identifier[?system=='nhs'].value | [0]",
    "given": "name[?use=='usual'].given | [0]",
    "family": "name[?use=='usual'].family | [0]",
    "restricted": "meta.security[].code",
}
_NAME: Final = {"given": _VALUES["given"], "family": _VALUES["family"]}
_PATIENT: Final = {
    **_VALUES,
    "identifier": [{"system": "nhs", "value": _VALUES["nhs"]}],
    "name": [{"use": "old", "family": "Vale"}, {"use": "usual", **_NAME}],
    "meta": {"security": [{"code": "N"}]},
}


def _element() -> Any:
    root = etree.Element("child")
    for name, value in _VALUES.items():
        etree.SubElement(root, name).text = value
    return root


@dataclass(frozen=True, slots=True)
class Case:
    """Eight fields of one kind's record; `xml` where they are read by XPath."""

    kind: str
    paths: Mapping[str, str]
    document: Any
    xml: bool = False


CASES: Final = (
    Case("rest, graphql, oneroster", _NESTED, {**_VALUES, "name": _NAME}),
    Case("fhir", _FHIR, _PATIENT),
    Case("sql, file as CSV", _FLAT, _VALUES),
    Case("soap, file as XML", _FLAT, _element(), xml=True),
)


def _manifest(case: Case) -> Manifest:
    top = '[file]\nformat = "xml"' if case.xml else ""
    text = _MANIFEST.format(kind="file" if case.xml else "plugin", top="", **case.paths)
    return Manifest.model_validate(tomllib.loads(f"{text}\n{top}"))


def mapped(case: Case, paths: Paths = COMPILED) -> Callable[[], Record | Unusable]:
    """What maps the case's document once, in one of the two ways."""
    manifest = _manifest(case)
    language = language_of(manifest)
    mapping = RecordMapping.of(manifest.operation[0], manifest.codes, None, language, paths)
    return lambda: mapping.record(case.document, FIELDS, TODAY)


def interpreted(case: Case) -> Callable[[], list[Any]]:
    """What reads the same eight values as they are, by jmespath's or libxml2's interpreter."""
    if case.xml:
        finds = [etree.XPath(path) for path in case.paths.values()]
        return lambda: [find(case.document) for find in finds]
    searches = [jmespath.compile(path) for path in case.paths.values()]
    return lambda: [search.search(case.document) for search in searches]


def compiled(case: Case) -> Callable[[], list[Any]]:
    """What reads the same eight values as a mapping does, and makes nothing of them."""
    language = language_of(_manifest(case))
    reads = [language.value(path) for path in case.paths.values()]
    return lambda: [read.read(case.document) for read in reads]


def microseconds(*works: Callable[[], object]) -> list[float]:
    """CPU of one call of each: the best of several rounds in turns, as what disturbs only adds."""
    best = [float("inf")] * len(works)
    for _ in range(_ROUNDS):
        best = [min(one, _round(work)) for one, work in zip(best, works, strict=True)]
    return [1e6 * one / _TIMES for one in best]


def _round(work: Callable[[], object]) -> float:
    began = time.process_time()
    for _ in range(_TIMES):
        work()
    return time.process_time() - began


def main() -> None:
    """Measure and print the table."""
    table = Table(title="Mapping one record of eight fields to the domain's words, CPU")
    headings = (
        "kind",
        "a record",
        "read exactly",
        "ratio",
        "its expressions, compiled",
        "the interpreter's",
    )
    for heading in headings:
        table.add_column(heading, justify="left" if heading == "kind" else "right")
    for case in CASES:
        found, exact, ours, theirs = microseconds(
            mapped(case, COMPILED), mapped(case, EXACT), compiled(case), interpreted(case)
        )
        figures = (f"{found:.1f} us", f"{exact:.1f} us", f"{found / exact:.2f}")
        table.add_row(case.kind, *figures, f"{ours:.1f} us", f"{theirs:.1f} us")
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
