"""Which file of a folder is meant, and of which day its data is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase


@dataclass(frozen=True, slots=True)
class ChosenFile:
    """A file's name; `dated` is the day that the name carries, if it does."""

    name: str
    dated: datetime | None = None


def newest(names: Iterable[str], pattern: str, dated: str | None) -> ChosenFile | None:
    """The last file that fits `pattern`: by the day in its name, or else by the name itself.

    `dated` is the form of the names (`roll-%Y%m%d.csv`); a name without a day is then none of them.
    """
    fitting = (name for name in names if fnmatchcase(name, pattern))
    chosen = [one for name in fitting if (one := _dated(name, dated)) is not None]
    return max(chosen, key=_order, default=None)


def _order(chosen: ChosenFile) -> tuple[float, str]:
    return (chosen.dated.timestamp() if chosen.dated else 0.0, chosen.name)


def _dated(name: str, form: str | None) -> ChosenFile | None:
    if form is None:
        return ChosenFile(name)
    try:
        return ChosenFile(name, datetime.strptime(name, form).replace(tzinfo=UTC))
    except ValueError:
        return None
