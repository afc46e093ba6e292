"""Which way an answer may go from an agency's bytes to what is written: the exact way, or compiled.

The exact way is the reference. What is compiled for one manifest, document or kind of caller says
the same and costs less; where it does not fit, the exact way is taken. A differential test holds
the two together: it asks two gateways the same that differ in this value alone.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Paths:
    """Where it is not `compiled`, everything goes the exact way. Read when a part is made."""

    compiled: bool = True


COMPILED: Final = Paths()
EXACT: Final = Paths(compiled=False)
