"""Who asks: a named human of an organisation, as a verified token says."""

from dataclasses import dataclass

from adapters.codes import Purpose, Sector


@dataclass(frozen=True, slots=True)
class Caller:
    """A verified caller; `areas` are GSS codes, `purposes` what the token entitles to."""

    user: str
    organisation: str
    sector: Sector
    roles: frozenset[str]
    purposes: frozenset[Purpose]
    areas: tuple[str, ...]
