"""By which operation of a manifest a test child is asked for."""

from collections.abc import Mapping

from adapters.conformance.trial.nobodys import MayBeSomebodys
from adapters.manifest.manifest import Manifest
from adapters.manifest.operation import Operation


def chosen_operation(manifest: Manifest, name: str | None, given: Mapping[str, str]) -> Operation:
    """The one of this name, or the first that takes what is given; MayBeSomebodys if none."""
    if name is not None:
        found = next((one for one in manifest.operation if one.name == name), None)
    else:
        fitting = (one for one in manifest.operation if _takes(one, given))
        found = next(fitting, None) or next(iter(manifest.operation), None)
    if found is None:
        names = ", ".join(one.name for one in manifest.operation)
        raise MayBeSomebodys(f"no operation has this name; there are {names}")
    return found


def _takes(operation: Operation, given: Mapping[str, str]) -> bool:
    return operation.card.needs <= given.keys() <= operation.card.accepts
