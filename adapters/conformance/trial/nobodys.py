"""Whom a trial may ask for, and whose record it may show: nobody's children alone."""

from collections.abc import Mapping
from typing import Final

from adapters.conformance.example import differences
from adapters.conformance.reserved_numbers import is_nobodys
from adapters.contract.identifiers import NHS_NUMBER, UPN, NhsNumber, Upn
from adapters.contract.record import Record
from adapters.manifest.manifest import Manifest
from adapters.manifest.operation import Operation

USE: Final[Mapping[str, str]] = {
    NHS_NUMBER: "an NHS number kept for tests begins with 999, as 9990000018",
    UPN: "a UPN kept for tests has an authority (its digits 1 to 3) that does not exist, as"
    " Z999200001001",
}
_PARSED: Final = {NHS_NUMBER: NhsNumber.parse, UPN: Upn.parse}
_SAYS_WHO: Final = frozenset({"record_id", "family_name", "birth_date", NHS_NUMBER, UPN})


class MayBeSomebodys(Exception):
    """What was given may be a real child's, or cannot be asked with; says what to give instead."""


def checked_given(
    manifest: Manifest, operation: Operation, given: Mapping[str, str]
) -> dict[str, str]:
    """What was given, as the gateway would send it; MayBeSomebodys unless it is a test child's.

    That is one with a number kept for tests, or one whom an [[example]] of the manifest names.
    """
    strange = sorted(given.keys() - operation.card.accepts)
    missing = sorted(operation.card.needs - given.keys())
    if strange or missing:
        raise MayBeSomebodys(_takes(operation))
    numbers = {scheme: _test_number(scheme, given[scheme]) for scheme in _PARSED if scheme in given}
    if not numbers and given not in [each.given for each in manifest.example]:
        raise MayBeSomebodys(
            f"{', '.join(sorted(given))}: may be a real person's; give what an"
            f" [[example]] of the manifest gives, or a number kept for tests ({USE[NHS_NUMBER]})"
        )
    return {**given, **numbers}


def is_test_child(
    manifest: Manifest, operation: Operation, given: Mapping[str, str], record: Record
) -> bool:
    """Whether this record is known to be nobody's: by its numbers, or as an example expects it."""
    numbers = [one for one in record.identifiers if one.scheme in _PARSED]
    if numbers:
        return all(is_nobodys(one.scheme, one.value) for one in numbers)
    expected = [
        each.expect
        for each in manifest.example
        if each.operation == operation.name and each.given == given
    ]
    return any(
        expect.keys() & _SAYS_WHO and not list(differences(expect, record)) for expect in expected
    )


def _takes(operation: Operation) -> str:
    optional = sorted(operation.card.accepts - operation.card.needs)
    more = f", and may take {', '.join(optional)}" if optional else ""
    needs = ", ".join(sorted(operation.card.needs))
    return f"operation {operation.name} needs {needs}{more}"


def _test_number(scheme: str, text: str) -> str:
    try:
        number = str(_PARSED[scheme](text))
    except ValueError as error:
        raise MayBeSomebodys(f"{scheme}: {error}; {USE[scheme]}") from None
    if not is_nobodys(scheme, number):
        raise MayBeSomebodys(f"{scheme}: may be a person's; {USE[scheme]}")
    return number
