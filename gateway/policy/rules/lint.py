"""What an agency may write: named rules about its own sources, and nothing unscoped."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from resolvers.child.child import WithheldReason

_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
_ANNOTATIONS: Final = frozenset({"id", "silent", "reason", "message"})
_LONGEST_MESSAGE: Final = 200
_OWNED: Final = frozenset({"Agency", "Source", "ReleaseClass"})
_TO_SAY: Final = frozenset(
    {WithheldReason.POLICY, WithheldReason.PURPOSE, WithheldReason.CONSENT, WithheldReason.OTHER}
)

Parsed = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Estate:
    """What one agency may rule over: itself and its sources, by id."""

    agency: str
    sources: frozenset[str]

    def owns(self, kind: str, name: str) -> bool:
        """Whether this entity of Cedar is the agency's own."""
        match kind:
            case "Agency":
                return name == self.agency
            case "Source":
                return name in self.sources
            case _:
                return name.rpartition("/")[0] in self.sources


def annotation_faults(rule: Parsed) -> Iterator[str]:
    """What is wrong with a rule's annotations; an unknown one may be a silence misspelt."""
    told: dict[str, str | None] = rule.get("annotations", {})
    if not _ID.fullmatch(told.get("id") or ""):
        yield 'needs a name of lower-case letters, digits and hyphens: @id("...")'
    for name in sorted(told.keys() - _ANNOTATIONS):
        yield f"@{name} is not an annotation here; known: {', '.join(sorted(_ANNOTATIONS))}"
    if told.keys() & {"silent", "reason", "message"} and rule["effect"] != "forbid":
        yield "only a forbid is silent or has a reason and a message"
    if told.get("silent"):
        yield "@silent takes no value"
    if not _sayable(told.get("message", "kept back")):
        yield f"its message is one printable line of at most {_LONGEST_MESSAGE} characters"


def reason_faults(rule: Parsed) -> Iterator[str]:
    """What is wrong with the reason that an agency's rule gives: a shield is the gateway's."""
    reason = rule.get("annotations", {}).get("reason", WithheldReason.POLICY)
    if reason not in _TO_SAY:
        yield f"its reason is one of {', '.join(sorted(_TO_SAY))}"


def reach_faults(rule: Parsed, estate: Estate) -> Iterator[str]:
    """Where a rule reaches beyond its agency, or says nothing of where it reaches."""
    if rule["action"] != {"op": "==", "entity": {"type": "Action", "id": "release"}}:
        yield 'is scoped by: action == Action::"release"'
    scope = rule["resource"]
    if scope["op"] not in {"==", "in"} or scope.get("entity", {}).get("type") not in _OWNED:
        own = " or ".join(f'Source::"{source}"' for source in sorted(estate.sources))
        yield f"has no scope: say resource in {own}"
    for kind, name in _named(rule):
        if kind in _OWNED and not estate.owns(kind, name):
            yield f"names a {kind} that is not its agency's own"


def _sayable(message: str | None) -> bool:
    return bool(message) and len(str(message)) <= _LONGEST_MESSAGE and str(message).isprintable()


def _named(part: Any) -> Iterator[tuple[str, str]]:
    """Every entity that is named anywhere in a rule."""
    if isinstance(part, dict):
        if part.keys() == {"type", "id"}:
            yield part["type"], part["id"]
        for inner in part.values():
            yield from _named(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _named(inner)
