"""What an agency releases to whom, and what it keeps to itself, as its manifest says."""

from datetime import date
from typing import Annotated

from pydantic import Field

from adapters.contract.codes import Purpose, ReleaseClass, Sector
from adapters.manifest.table import ShortText, Table


class Recipients(Table):
    """Who a rule releases to: both lists must fit."""

    sectors: frozenset[Sector]
    roles: frozenset[ShortText]


class Release(Table):
    """One release rule of the agency's own policy; the rules' order never matters."""

    classes: frozenset[ReleaseClass]
    to: Recipients
    purposes: frozenset[Purpose]
    until: date


class Withhold(Table):
    """What the agency keeps to itself without a word, decided before it would be asked.

    No `classes` means the whole source, no `purposes` any purpose.
    """

    from_: Annotated[Recipients, Field(alias="from")]
    classes: frozenset[ReleaseClass] = frozenset()
    purposes: frozenset[Purpose] = frozenset()
