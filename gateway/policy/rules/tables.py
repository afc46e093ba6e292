"""A manifest's tables as Cedar: what an agency gives, and what it silently keeps to itself."""

from collections.abc import Iterable
from typing import Final

from adapters.manifest.manifest import Manifest
from adapters.manifest.release import Recipients, Release, Withhold

_PLAIN: Final = '"\\'


def tables_as_cedar(manifest: Manifest) -> str:
    """One permit for each `[[release]]`, one silent forbid for each `[[withhold]]`, in order."""
    source = manifest.source.id
    permits = [_permit(source, at, rule) for at, rule in enumerate(manifest.release, 1)]
    forbids = [_forbid(source, at, rule) for at, rule in enumerate(manifest.withhold, 1)]
    return "\n".join([*permits, *forbids])


def quoted(text: str) -> str:
    """A text as a literal of Cedar, whatever is in it."""
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _permit(source: str, at: int, rule: Release) -> str:
    conditions = [
        *_said_to(rule.to),
        _one_of("Class", rule.classes, "resource.class"),
        _one_of("Purpose", rule.purposes, "context.purpose"),
        f'context.today <= datetime("{rule.until.isoformat()}")',
    ]
    return _rule(f'@id("release-{at}")\npermit', source, conditions)


def _forbid(source: str, at: int, rule: Withhold) -> str:
    conditions = _said_to(rule.from_)
    if rule.classes:
        conditions.append(_one_of("Class", rule.classes, "resource.class"))
    if rule.purposes:
        conditions.append(_one_of("Purpose", rule.purposes, "context.purpose"))
    return _rule(f'@id("withhold-{at}")\n@silent\nforbid', source, conditions)


def _rule(head: str, source: str, conditions: Iterable[str]) -> str:
    scope = f'(principal, action == Action::"release", resource in Source::{quoted(source)})'
    return f"{head} {scope}\nwhen {{ {' && '.join(conditions)} }};\n"


def _said_to(to: Recipients) -> list[str]:
    roles = ", ".join(f"Role::{quoted(role)}" for role in sorted(to.roles))
    in_role = f"principal in [{roles}]" if roles else "false"
    return [_one_of("Sector", to.sectors, "principal.sector"), in_role]


def _one_of(entity: str, values: Iterable[str], place: str) -> str:
    # Cedar types no empty set, and a list of nothing fits nobody.
    listed = ", ".join(f"{entity}::{quoted(value)}" for value in sorted(values))
    return f"[{listed}].contains({place})" if listed else "false"


def _escaped(character: str) -> str:
    if character in _PLAIN:
        return f"\\{character}"
    return character if character.isprintable() else f"\\u{{{ord(character):x}}}"
