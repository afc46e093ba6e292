"""A plugin that misbehaves as its manifest says: the worst that somebody's code could do."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

from adapters.contract.contract import (
    Fault,
    Malformed,
    NoRecord,
    Question,
    Records,
    Refused,
    Source,
    TooMany,
    Unavailable,
)
from adapters.contract.record import Identifier, Name, Record
from adapters.plugins.source import Opening
from tests.support.agencies import NATIONAL, SourceFile
from tests.support.faults.speech import MARKER

_MANIFEST = """
[plugin]
use = "ill"
settings = {{ fault = "{fault}" }}
[[operation]]
name = "by-number"
by = ["nhs_number"]
conclusive = {conclusive}
[operation.map]
record_id = "id"
"""
_STRANGER: Final = Record(
    record_id=MARKER,
    identifiers=(Identifier("nhs_number", "9000000017"),),
    names=(Name((MARKER,), MARKER),),
)


class Ill:
    """A source with one fault."""

    def __init__(self, fault: str) -> None:
        self._fault = fault

    async def ask(self, _question: Question) -> Any:
        """Whatever the fault is."""
        match self._fault:
            case "raises":
                raise LookupError(MARKER)
            case "hangs":
                return await asyncio.Event().wait()
            case fault if fault == STUBBORN:
                return await _stubborn()
            case _:
                return _SAYS[self._fault]()

    async def aclose(self) -> None:
        """Nothing is open."""


async def _stubborn() -> Any:
    # Cancelled once, it goes on as if nothing had been said.
    try:
        await asyncio.sleep(120)
    except asyncio.CancelledError:
        await asyncio.sleep(120)


_SAYS: Final[dict[str, Callable[[], Any]]] = {
    "says nothing": lambda: None,
    "says a dictionary": dict,
    "says no records": lambda: Records(()),
    "says what are no records": lambda: Records((MARKER,)),  # type: ignore[arg-type]
    "says names that are none": lambda: Records((Record(names=(MARKER,)),)),  # type: ignore[arg-type]
    "says another child": lambda: Records((_STRANGER,)),
    "says too many": TooMany,
    "has more children than it may": lambda: Records((_STRANGER,) * 4),
    "is refused": Refused,
    "is busy": lambda: Unavailable(Fault.BUSY),
    "breaks a rule of its own": lambda: Malformed(f"{MARKER} Ashdown"),
    "says so by a key that proves nothing": NoRecord,
}
STUBBORN: Final = "will not stop"
PLUGIN_FAULTS: Final[dict[str, frozenset[str]]] = {
    "raises": frozenset({"INVALID_RESPONSE"}),
    "hangs": frozenset({"TIMEOUT"}),
    STUBBORN: frozenset({"TIMEOUT"}),
    "says nothing": frozenset({"INVALID_RESPONSE"}),
    "says a dictionary": frozenset({"INVALID_RESPONSE"}),
    "says no records": frozenset({"INVALID_RESPONSE"}),
    "says what are no records": frozenset({"INVALID_RESPONSE"}),
    "says names that are none": frozenset({"INVALID_RESPONSE"}),
    "says another child": frozenset({"INVALID_RESPONSE"}),
    "says too many": frozenset({"AMBIGUOUS"}),
    "has more children than it may": frozenset({"AMBIGUOUS"}),
    "is refused": frozenset({"REFUSED"}),
    "is busy": frozenset({"BUSY"}),
    "breaks a rule of its own": frozenset({"INVALID_RESPONSE"}),
    "says so by a key that proves nothing": frozenset({"NONE_FOUND"}),
}


async def open_source(opening: Opening) -> Source:
    """What the entry point names."""
    plugin = opening.manifest.plugin
    return Ill(str(plugin.settings["fault"]) if plugin else "")


def source(source_id: str, fault: str) -> SourceFile:
    """The source that has this fault."""
    conclusive = "proves nothing" not in fault
    operations = _MANIFEST.format(fault=fault, conclusive=str(conclusive).lower())
    return SourceFile(source_id, "plugin", "", operations, ("http://127.0.0.1:9",), claims=NATIONAL)
