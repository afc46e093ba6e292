"""One item of a record's list as lines of a generated function: when there is one, and how made."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

from adapters.contract.codes import InvolvementStatus, NameUse
from adapters.contract.frozen import unfinished
from adapters.contract.record import (
    Address,
    Carer,
    Event,
    GpPractice,
    Identifier,
    Involvement,
    Name,
    Practitioner,
    School,
    SupportStatus,
)
from adapters.mapping.compiled.function import Function, NotGenerated
from adapters.mapping.compiled.value_text import ABSENT, WrittenValue
from adapters.mapping.periods import currency_of, is_past_or_to_come, status_of
from adapters.mapping.sections import FLAGS, WORKER

WrittenValues = Mapping[str, WrittenValue]


@dataclass(frozen=True, slots=True)
class ItemText:
    """The class of an item, what it is told where nothing is read, and what it cannot be without.

    Of `any_of` one must be there where it is not empty; all of `needs`.
    """

    kind: type
    absent: Mapping[str, Any]
    any_of: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()


_NAMES: Final = frozenset({"given", "family"})
_PRACTICE: Final = frozenset({"name", "ods_code", "telephone"})
ITEMS: Final[Mapping[str, ItemText]] = {
    "names": ItemText(Name, {"given": (), "use": NameUse.ALIAS}, any_of=_NAMES),
    "identifiers": ItemText(Identifier, {}, needs=frozenset({"scheme", "value"})),
    "addresses": ItemText(Address, {"lines": ()}),
    "carers": ItemText(Carer, {}),
    "schools": ItemText(School, {}),
    "gp_practice": ItemText(GpPractice, {}, any_of=_PRACTICE),
    "involvements": ItemText(Involvement, {"sensitive": False}),
    "support_statuses": ItemText(SupportStatus, {}, needs=frozenset({"code"})),
    "events": ItemText(Event, {}),
}


def write_item(
    function: Function, deep: int, section: str, values: WrittenValues, *, listed: bool
) -> None:
    """Add to `items` the item that the values make, if any; `listed` where `each` finds items."""
    item = ITEMS[section]
    if section == "gp_practice":
        _write_practice_of_today(function, deep, values)
    deep = _write_said(function, deep, values.values(), listed=listed)
    deep = _write_needs(function, deep, item, section, values)
    told = {one.name: values.get(one.name, ABSENT) for one in fields(item.kind)}
    given = {name: _or_absent(function, item, name, value) for name, value in told.items()}
    if section == "involvements":
        given |= _of_involvement(function, deep, values)
    if section == "addresses":
        given |= _of_address(function, deep, values)
    write_made(function, deep, item.kind, given.values(), "made_item")
    function.add(deep, "items.append(made_item)")


def write_made(function: Function, deep: int, kind: type, given: Iterable[str], name: str) -> None:
    """Make a frozen value of what has these names, in the order of its fields."""
    made = function.named(unfinished(kind))
    function.add(deep, f"{name} = {made}({', '.join(given)})")
    function.add(deep, f"{name}.__class__ = {function.named(kind)}")


def _write_said(
    function: Function, deep: int, values: Iterable[WrittenValue], *, listed: bool
) -> int:
    # Of the record itself only what it says makes an item; of a list, what the manifest says too.
    told = [value for value in values if not (value.constant and (value.absent or not listed))]
    return _write_if_any(function, deep, told)


def _write_needs(
    function: Function, deep: int, item: ItemText, section: str, values: WrittenValues
) -> int:
    for name in sorted(item.needs):
        deep = _write_if_any(function, deep, [values.get(name, ABSENT)])
    if section == "involvements":
        said = [value for name, value in values.items() if name not in FLAGS]
        return _write_if_any(function, deep, said)
    if item.any_of:
        return _write_if_any(function, deep, [values.get(one, ABSENT) for one in item.any_of])
    return deep


def _write_if_any(function: Function, deep: int, values: Iterable[WrittenValue]) -> int:
    told = [value for value in values if not value.absent]
    if any(value.constant for value in told):
        return deep
    if not told:
        raise NotGenerated
    function.add(deep, f"if {' or '.join(f'{value.name} is not None' for value in told)}:")
    return deep + 1


def _or_absent(function: Function, item: ItemText, name: str, value: WrittenValue) -> str:
    if name not in item.absent:
        return value.name
    absent = function.named(item.absent[name])
    if value.constant:
        return absent if value.absent else value.name
    return f"{absent} if {value.name} is None else {value.name}"


def _write_practice_of_today(function: Function, deep: int, values: WrittenValues) -> None:
    start, end = (values.get(name, ABSENT).name for name in ("start", "end"))
    outside = function.named(is_past_or_to_come)
    function.add(deep, f"if {outside}({start}, {end}, today): raise Uncommon")


def _of_address(function: Function, deep: int, values: WrittenValues) -> dict[str, str]:
    told = [values.get(name, ABSENT) for name in ("current", "start", "end")]
    if all(one.absent for one in told):
        return {"current": "None"}
    names = [one.name for one in told]
    function.add(deep, f"current = {function.named(currency_of)}({', '.join(names)}, today)")
    return {"current": "current"}


def _of_involvement(function: Function, deep: int, values: WrittenValues) -> dict[str, str]:
    worker = {WORKER[name]: values[name] for name in WORKER if name in values}
    status, start, end = (values.get(name, ABSENT).name for name in ("status", "start", "end"))
    going_on = function.named(InvolvementStatus.OPEN)
    begun = f"{start} is not None and {start}.year < today.year"
    function.add(deep, f"if {status} is None and {end} is None and {begun}: status = {going_on}")
    told = f"{function.named(status_of)}({status}, {start}, {end}, today)"
    function.add(deep, f"else: status = {told}")
    return {"status": "status", "practitioner": _worker(function, deep, worker)}


def _worker(function: Function, deep: int, worker: WrittenValues) -> str:
    told = [value for value in worker.values() if not value.absent]
    if not told:
        return "None"
    given = [worker.get(one.name, ABSENT).name for one in fields(Practitioner)]
    function.add(deep, "worker = None")
    inner = _write_if_any(function, deep, told)
    write_made(function, inner, Practitioner, given, "worker")
    return "worker"
