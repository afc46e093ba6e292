"""What a manifest that says who is restricted must say besides: where its mark counts."""

from collections.abc import Iterator

from adapters.contract.codes import SHIELD_CLAIMS
from adapters.contract.identifiers import NHS_NUMBER, UPN
from adapters.manifest.manifest import Manifest
from adapters.manifest.rule_fault import RuleFault
from adapters.validation.constant_marks import always_says

_SAY_WHERE = (
    'this source says who is restricted. Add "shield_set" to claims, so that its mark counts in'
    ' every answer. Or write mark = "own-row", so that it hides only this source\'s own row'
)
_NOT_IN_IT = (
    "a sensitive service, or one where reading has effects, is never asked for the shield. Take"
    ' {claims} out of claims, and write mark = "own-row" if it says who is restricted'
)


_NEVER = (
    "this never says that a child is restricted. Map it from the system's data, such as"
    ' restricted = { path = "flag", codes = "restricted" }, or leave it out'
)


def shield_faults(manifest: Manifest) -> Iterator[RuleFault]:
    """Every rule about the shield that `manifest` breaks."""
    source, in_set = manifest.source, sorted(SHIELD_CLAIMS & manifest.source.claims)
    marks = any(operation.says_who_is_restricted for operation in manifest.operation)
    claims, mark = ("source", "claims"), ("source", "mark")
    if in_set and source.mark is not None:
        yield RuleFault(mark, f"leave it out: {', '.join(in_set)} says that its mark counts")
    if not in_set and marks and source.mark is None:
        yield RuleFault(("source",), _SAY_WHERE)
    if in_set and (source.sensitive or source.effects != "none"):
        yield RuleFault(claims, _NOT_IN_IT.format(claims=", ".join(in_set)))
    for index, operation in enumerate(manifest.operation):
        if always_says(manifest, operation.map.restricted, said=False):
            yield RuleFault(("operation", index, "map", "restricted"), _NEVER)
    if in_set and not any(_by_identifier(manifest)):
        yield RuleFault(
            claims, f"{', '.join(in_set)}: add an operation by nhs_number or upn to be asked by"
        )


def _by_identifier(manifest: Manifest) -> Iterator[bool]:
    return (bool(operation.card.needs & {NHS_NUMBER, UPN}) for operation in manifest.operation)
