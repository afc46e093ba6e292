"""Questions about staff's children: a list of pseudonyms that staff asked to be on, no names."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from gateway.audit.errors import KeysUnreadable
from gateway.audit.keys.pseudonym import PSEUDONYM, Pseudonym

MOST: Final = 100_000
_COMMENT: Final = "#"

StaffChildren = Mapping[Pseudonym, frozenset[str]]
NOBODY: Final[StaffChildren] = MappingProxyType({})


def read_staff_children(file: Path, epoch: str | None) -> StaffChildren:
    """The organisations in which a parent of each child works, by the child's pseudonym.

    One line for each: the pseudonym, a space and the organisation. KeysUnreadable names the first
    line that cannot be used; also one of another epoch, which would never be met again. Without
    an `epoch` any is taken.
    """
    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise KeysUnreadable(f"{file}: cannot be read ({type(error).__name__})") from None
    if len(lines) > MOST:
        raise KeysUnreadable(f"{file}: has more than {MOST} lines")
    found: dict[Pseudonym, set[str]] = {}
    for number, line in enumerate(lines, 1):
        if line.strip() and not line.startswith(_COMMENT):
            pseudonym, organisation = _read(line, f"{file}, line {number}", epoch)
            found.setdefault(pseudonym, set()).add(organisation)
    return {name: frozenset(organisations) for name, organisations in found.items()}


def works_beside(
    staff: StaffChildren, children: Iterable[Pseudonym], organisation: str | None
) -> bool:
    """Whether a parent of one of these works in the organisation."""
    if not staff:  # as most have none
        return False
    return any(organisation in staff.get(child, frozenset()) for child in children)


def other_epoch(staff: StaffChildren, children: Iterable[Pseudonym]) -> str | None:
    """The epoch of these, where the list is of another one and so can name none of them.

    A new epoch counts for a gateway that runs, and its list was read at the start.
    """
    listed = next(iter(staff), None)
    met = {child.partition(":")[0] for child in children} if listed else set()
    return min(met) if listed and met and listed.partition(":")[0] not in met else None


def _read(line: str, place: str, epoch: str | None) -> tuple[Pseudonym, str]:
    pseudonym, _, organisation = line.strip().partition(" ")
    if not PSEUDONYM.fullmatch(pseudonym) or not organisation.strip():
        raise KeysUnreadable(f"{place}: must be a pseudonym, a space and an organisation")
    if epoch is not None and not pseudonym.startswith(f"{epoch}:"):
        raise KeysUnreadable(f"{place}: is not of epoch {epoch}, which is current; make it again")
    return Pseudonym(pseudonym), organisation.strip()
