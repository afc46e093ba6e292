"""The resources of a FHIR answer, each reference to another of them resolved in place."""

from collections.abc import Iterator
from types import NoneType
from typing import Any, Final

from adapters.expressions.json_document import MOST_PUT_TOGETHER, parts_of

_DEEP: Final = 2  # a role's practitioner and organisation, not their own references
# What an entry of a searchset may be there for (FHIR R4, valueset search-entry-mode).
_INCLUDE: Final = "include"
_MATCH: Final = frozenset({None, "match"})
_MODES: Final = frozenset({*_MATCH, _INCLUDE, "outcome"})
_PLAIN: Final = frozenset({str, int, float, bool, NoneType})
_REPLACED: Final = frozenset({"replaced-by", "replace"})  # R4 and R5; STU3 and before
_FAILED: Final = frozenset({"error", "fatal"})


class TooMuchReferred(Exception):
    """References to references come to more than any answer that was sent without them."""


class Resources:
    """The resources that came together; a reference leads nowhere else.

    A reference object gets a key `resolved` beside its `reference`, so that an expression such as
    generalPractitioner[0].resolved.name finds the included resource.
    """

    def __init__(self, resources: list[dict[str, Any]], urls: dict[str, dict[str, Any]]) -> None:
        self._by_reference = {**{_own(one): one for one in resources}, **urls}
        # Each resource is resolved once per depth, or ten references to ten would be a hundred.
        self._done: dict[tuple[int, int], tuple[dict[str, Any], int]] = {}
        self._parts = 0

    def resolved(self, resource: dict[str, Any], deep: int = _DEEP) -> dict[str, Any]:
        """A copy of `resource` with its references resolved, two steps far.

        TooMuchReferred where that has too many parts: thousands may refer to one that refers to
        thousands.
        """
        alone = len(self._by_reference) <= 1 and "contained" not in resource
        if alone and deep == _DEEP:
            return resource
        done = self._done.get((id(resource), deep))
        if done is None:
            before, self._parts = self._parts, parts_of(resource) if deep < _DEEP else 0
            made = resource if alone or not deep else self._made(resource, deep)
            done = self._done[id(resource), deep] = (made, self._parts)
            self._parts = before
        self._parts += done[1]
        if self._parts > MOST_PUT_TOGETHER:
            raise TooMuchReferred
        return done[0]

    def _made(self, resource: dict[str, Any], deep: int) -> dict[str, Any]:
        contained = {f"#{one.get('id')}": one for one in objects(resource.get("contained"))}
        return {
            key: part if type(part) in _PLAIN else self._walk(part, contained, deep)
            for key, part in resource.items()
        }

    def _walk(self, part: Any, contained: dict[str, dict[str, Any]], deep: int) -> Any:
        """The same without a copy where nothing in it refers to anything."""
        walked = part
        for key, item in part.items() if isinstance(part, dict) else enumerate(part):
            if type(item) in _PLAIN:
                continue
            inner = self._walk(item, contained, deep)
            if inner is not item:
                walked = part.copy() if walked is part else walked
                walked[key] = inner
        reference = part.get("reference") if isinstance(part, dict) else None
        target = self._meant(reference, contained) if isinstance(reference, str) else None
        return walked if target is None else {**walked, "resolved": self.resolved(target, deep - 1)}

    def _meant(self, reference: str, contained: dict[str, dict[str, Any]]) -> dict[str, Any] | None:
        return contained.get(reference) or self._target(reference)

    def _target(self, reference: str) -> dict[str, Any] | None:
        plain = reference.partition("/_history/")[0]
        relative = "/".join(plain.split("/")[-2:])
        return self._by_reference.get(plain) or self._by_reference.get(relative)


def entries(bundle: dict[str, Any]) -> list[dict[str, Any]] | None:
    """The entries of a Bundle, each with a resource; None if it is not built like one.

    Nor if an entry is there for another reason than FHIR knows, since then nobody can tell whether
    it is what was searched for; nor if something comes along with a match that is not there.
    """
    listed = bundle.get("entry", [])
    if not isinstance(listed, list) or not all(map(_is_entry, listed)):
        return None
    modes = {_mode(one) for one in listed}
    return None if _INCLUDE in modes and not modes & _MATCH else listed


def _is_entry(entry: Any) -> bool:
    whole = isinstance(entry, dict) and isinstance(entry.get("resource"), dict)
    return whole and _mode(entry) in _MODES


def _mode(entry: dict[str, Any]) -> Any:
    search = entry.get("search")
    if search is None:
        return None
    mode = search.get("mode") if isinstance(search, dict) else search
    return mode if isinstance(mode, str | None) else False


def resources_of(listed: list[dict[str, Any]]) -> Resources:
    """The resources of a Bundle's entries, found by type and id or by full URL."""
    urls = {
        one["fullUrl"]: one["resource"] for one in listed if isinstance(one.get("fullUrl"), str)
    }
    return Resources([one["resource"] for one in listed], urls)


def is_match(entry: dict[str, Any]) -> bool:
    """Whether an entry is what was searched for; without a search mode it is."""
    return _mode(entry) in _MATCH


def has_next(bundle: dict[str, Any]) -> bool:
    """Whether the Bundle is one page of more."""
    return any(link.get("relation") == "next" for link in objects(bundle.get("link")))


def is_outcome(resource: dict[str, Any]) -> bool:
    """Whether this is an OperationOutcome, which is never a record."""
    return resource.get("resourceType") == "OperationOutcome"


def is_failure(resource: dict[str, Any]) -> bool:
    """Whether this is an OperationOutcome that says the search failed, wholly or in part."""
    issues = objects(resource.get("issue"))
    return is_outcome(resource) and any(issue.get("severity") in _FAILED for issue in issues)


def is_replaced(resource: dict[str, Any]) -> bool:
    """Whether this is a Patient that must no longer be used (FHIR R4, Patient.link.type)."""
    links = objects(resource.get("link")) if resource.get("resourceType") == "Patient" else ()
    return any(link.get("type") in _REPLACED for link in links)


def _own(resource: dict[str, Any]) -> str:
    return f"{resource.get('resourceType')}/{resource.get('id')}"


def objects(listed: Any) -> Iterator[dict[str, Any]]:
    """The objects in a list; none in anything else."""
    return (
        (one for one in listed if isinstance(one, dict)) if isinstance(listed, list) else iter(())
    )
