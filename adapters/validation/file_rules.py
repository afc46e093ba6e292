"""What an operation that reads files must keep: which file is meant, and what is searched by."""

import re
from collections.abc import Iterator
from typing import Final

from adapters.files.choose import ANYTHING
from adapters.files.match import MAPPED
from adapters.manifest.manifest import FileTable, Manifest
from adapters.manifest.operation import Operation
from adapters.manifest.record_map import RecordMap
from adapters.manifest.rule_fault import RuleFault
from adapters.manifest.toml_places import TomlKey
from adapters.mapping.date_format import DateForm, DateFormatError

_STEP: Final = re.compile(r"(?:[A-Za-z_][\w.-]*:)?[A-Za-z_][\w.-]*")
_SHORTEST_PATH: Final = 2
_SEVERAL: Final = frozenset("*?[")
_NEWEST: Final = 'dated = "roll-%Y%m%d.csv", newest = "written" or newest = "name"'


def file_faults(manifest: Manifest, operation: Operation, at: TomlKey) -> Iterator[RuleFault]:
    """Every rule that an operation of kind `file` breaks."""
    table, pattern = manifest.file or FileTable(), operation.file or ""
    yield from _searched(operation, (*at, "by"))
    if "/" in pattern or pattern.startswith("."):
        yield RuleFault(
            (*at, "file"),
            'write the name of a file in the folder, without a path, such as "roll-*.csv"',
        )
    yield from _newest(table, pattern, (*at, "file"))
    if table.format == "xml":
        yield from _element_path(manifest, operation.records, (*at, "records"))


def _searched(operation: Operation, at: TomlKey) -> Iterator[RuleFault]:
    mapped = {name for name in RecordMap.model_fields if getattr(operation.map, name) is not None}
    for key in operation.by:
        name = MAPPED.get(key.removesuffix("?"))
        if name is None:
            yield RuleFault(at, f"{key} cannot be searched by; write one of {', '.join(MAPPED)}")
        elif name not in mapped:
            yield RuleFault(at, f"{key} is compared with a value of map, so map needs {name}")


def _newest(table: FileTable, pattern: str, at: TomlKey) -> Iterator[RuleFault]:
    if table.dated and table.newest:
        yield RuleFault(("file", "newest"), "dated says it already; leave one of them out")
    if _SEVERAL & set(pattern) and not (table.dated or table.newest):
        yield RuleFault(at, f"of several files, which is the newest? Write {_NEWEST} in [file]")
    for form in table.dated:
        try:
            DateForm.parse(form, anything=ANYTHING)
        except DateFormatError as error:
            yield RuleFault(("file", "dated"), str(error))


def _element_path(manifest: Manifest, path: str | None, at: TomlKey) -> Iterator[RuleFault]:
    steps = [] if path is None else path.split("/")
    if len(steps) < _SHORTEST_PATH or not all(map(_STEP.fullmatch, steps)):
        yield RuleFault(at, "write the path of a record's element, such as Message/Children/Child")
    for step in steps:
        prefix, colon, _ = step.partition(":")
        if colon and prefix not in manifest.namespaces:
            yield RuleFault(at, f'no prefix {prefix} in [namespaces]; add {prefix} = "..." there')
