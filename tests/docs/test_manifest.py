from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from adapters.manifest.manifest import Manifest
from adapters.manifest.operation import KEYS
from adapters.manifest.table import Table
from adapters.validation.loading import read_manifest
from adapters.validation.operation_rules import KINDS
from tests.support.docs.pages import blocks, code, rows, text

PAGE = text("docs/manifest.md")


def _tables_in(annotation: Any) -> Iterator[type[Table]]:
    if isinstance(annotation, type) and issubclass(annotation, Table):
        yield annotation
        for field in annotation.model_fields.values():
            yield from _tables_in(field.annotation)
    for argument in get_args(annotation):
        yield from _tables_in(argument)


def _keys_of(table: type[Table]) -> set[str]:
    return {field.alias or name for name, field in table.model_fields.items()}


def test_the_manifest_of_the_page_is_one_that_the_gateway_reads(tmp_path: Path) -> None:
    file = tmp_path / "page.toml"
    file.write_text(blocks(PAGE, "toml")[0])
    assert read_manifest(file).source.id == "northbrook-schools"


def test_every_key_that_a_manifest_may_have_stands_on_the_page() -> None:
    spans = " ".join(code(PAGE)).replace("[", " ").replace("]", " ").replace(".", " ").split()
    keys = set().union(*(_keys_of(table) for table in _tables_in(Manifest)))
    assert keys - set(spans) == set()


def test_every_value_of_a_section_stands_in_the_sections_row() -> None:
    table = {cells[0].strip("`[]").removeprefix("operation."): cells[-1] for cells in rows(PAGE)}
    operation = next(t for t in _tables_in(Manifest) if t.__name__ == "Operation")
    for name, field in operation.model_fields.items():
        for section in _tables_in(field.annotation):
            if section.__name__.endswith("Section"):
                row = table[field.alias or name]
                assert all(f"`{key}`" in row for key in _keys_of(section) - {"each"})


def test_the_kinds_and_the_keys_to_ask_by_are_those_that_the_gateway_has() -> None:
    assert (KEYS | KINDS.keys()) <= set(code(PAGE))
