"""Numbers that are nobody's, the only ones that an example may show."""

from typing import Final

from adapters.contract.identifiers import NHS_NUMBER, UPN

# NHS numbers that begin 999 are kept for tests; the sandbox of the Personal Demographics Service
# has its patients under 900000.
_NHS: Final = ("999", "900000")
_LOWEST_AUTHORITY: Final = 201  # DfE's numbers of local authorities
_HIGHEST_AUTHORITY: Final = 949


def is_nobodys(scheme: str, value: str) -> bool:
    """Whether an identifier is of a range for tests; one of another scheme is taken to be."""
    text = "".join(value.split())
    if scheme == NHS_NUMBER:
        return text.startswith(_NHS)
    if scheme == UPN:
        authority = text[1:4]
        return authority.isdigit() and not (
            _LOWEST_AUTHORITY <= int(authority) <= _HIGHEST_AUTHORITY
        )
    return True
