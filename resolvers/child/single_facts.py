"""What a child has one of: the value that stands, and where agencies disagree about it."""

from collections import Counter

from adapters.contract.codes import Sex
from adapters.contract.record import GpPractice
from resolvers.child.child import Conflict, Fact, StatedBirthDate
from resolvers.child.facts import Statements, facts, moment, most_told
from resolvers.comparison.birth_dates import compatible, vague
from resolvers.comparison.normalise import fold


def single_birth_date(
    said: Statements[StatedBirthDate],
) -> tuple[Fact[StatedBirthDate] | None, Conflict | None]:
    """The day of most agencies; a year alone, a placeholder or a guess only if there is no day."""
    found = facts(said)
    if len(found) == 1:
        return found[0], None
    known = [f for f in found if not (f.value.estimated or vague(f.value.value))]
    chosen = most_told(known or found)
    if chosen is None:
        return None, None
    day = chosen.value.value
    dispute = [(str(d.value), p) for d, p in said if d.value == day or not compatible(d.value, day)]
    return chosen, disputed("birth_date", dispute)


def single_sex(said: Statements[Sex]) -> tuple[Fact[Sex] | None, Conflict | None]:
    """The sex that most agencies say; unknown only if none knows it."""
    known = [(sex, p) for sex, p in said if sex is not Sex.UNKNOWN]
    found = facts(known or said)
    if len(found) == 1:
        return found[0], None
    return most_told(found), disputed("sex", [(sex.value, p) for sex, p in known])


def single_gp_practice(
    said: Statements[GpPractice],
) -> tuple[Fact[GpPractice] | None, Conflict | None]:
    """The practice said most recently: a child moves, and the old one is told of for years."""
    if not said:
        return None, None
    codes = _codes_by_name(said)

    def same(practice: GpPractice) -> str:
        return _code(practice) or codes.get(fold(practice.name), fold(practice.name))

    found = facts(said, same=same)
    if len(found) <= 1:
        return next(iter(found), None), None
    latest = max(moment(source.as_of) for _, source in said)
    chosen = most_told(f for f in found if latest in {moment(s.as_of) for s in f.sources})
    values = [(_told(f.value), source) for f in found for source in f.sources]
    return chosen, disputed("gp_practice", values)


def disputed(field: str, said: Statements[str]) -> Conflict | None:
    """The conflict over `field`, with every value and who says it, or None where there is one."""
    values = facts(said)
    return Conflict(field, values) if len(values) > 1 else None


def _codes_by_name(said: Statements[GpPractice]) -> dict[str, str]:
    """The one code that goes with a name, for agencies that hold the name alone."""
    pairs: set[tuple[str, str]] = {(fold(p.name), _code(p)) for p, _ in said if _code(p)}
    codes = Counter(name for name, _ in pairs)
    return {name: code for name, code in pairs if codes[name] == 1}


def _code(practice: GpPractice) -> str:
    return (practice.ods_code or "").strip().upper()


def _told(practice: GpPractice) -> str:
    code = _code(practice)
    return f"{practice.name or ''} ({code})".strip() if code else practice.name or ""
