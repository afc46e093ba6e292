"""A compound document of JSON:API: what its resources link to is put under the link's name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from adapters.expressions.json_document import MOST_PUT_TOGETHER, parts_of

_Tree = dict[str, Any]
_Key = tuple[str, str]  # type and id


class _NotIncludedError(Exception):
    """Something that is linked to did not come, or not all of it."""


def put_included(
    body: Mapping[str, Any], documents: Iterable[dict[str, Any]], paths: Iterable[str]
) -> None:
    """Put into each document of `body` the resources of `paths`, under the first name of a path.

    `paths` are relationships as JSON:API 1.1 writes them in `include`: "workers", "workers.team".
    A name is left out of a document where not everything that it links to was included.
    """
    wanted, included = _tree(paths), Included.of(body.get("included"))
    for document in documents:
        document.update(included.joined(document, wanted))


def _key(resource: Any) -> _Key | None:
    if not isinstance(resource, dict):
        return None
    kind, number = resource.get("type"), resource.get("id")
    return (kind, number) if isinstance(kind, str) and isinstance(number, str) else None


def _tree(paths: Iterable[str]) -> _Tree:
    tree: _Tree = {}
    for path in paths:
        at = tree
        for name in path.split("."):
            at = at.setdefault(name, {})
    return tree


_Whole = tuple[dict[str, Any], int]  # a resource with what it links to, and its parts


@dataclass(slots=True)
class Included:
    """The resources that came beside the records, each with what it links to.

    Thousands may link to one that links to thousands. So each is put together once for each place
    in the paths, and all that is put into records has `left` parts at most.
    """

    known: Mapping[_Key, dict[str, Any]]
    left: int = MOST_PUT_TOGETHER
    done: dict[tuple[_Key, int], _Whole | None] = field(default_factory=dict)

    @classmethod
    def of(cls, listed: Any) -> Self:
        """Of the `included` of an answer."""
        every = listed if isinstance(listed, list) else []
        return cls({key: one for one in every if (key := _key(one)) is not None})

    def joined(self, document: dict[str, Any], wanted: _Tree) -> dict[str, Any]:
        """What a document links to, under the names of `wanted`."""
        joined: dict[str, Any] = {}
        for name, below in wanted.items():
            try:
                linked, parts = self._linked(document, name, below)
            except _NotIncludedError:
                continue
            self.left -= parts
            if self.left >= 0:
                joined[name] = linked
        return joined

    def _linked(self, document: dict[str, Any], name: str, below: _Tree) -> tuple[Any, int]:
        """What a document links to under a name, and its parts."""
        relationships = document.get("relationships")
        one = relationships.get(name) if isinstance(relationships, dict) else None
        # Without "data" nobody says whether anything is linked to; with a next link, there is more.
        if not isinstance(one, dict) or "data" not in one or _goes_on(one.get("links")):
            raise _NotIncludedError
        data = one["data"]
        if isinstance(data, list):
            found = [self._resource(linkage, below) for linkage in data]
            return [resource for resource, _ in found], sum(parts for _, parts in found)
        return (None, 1) if data is None else self._resource(data, below)

    def _resource(self, linkage: Any, below: _Tree) -> _Whole:
        key = _key(linkage)
        if key is None:
            raise _NotIncludedError
        place = (key, id(below))
        if place not in self.done:
            self.done[place] = self._put_together(key, below)
        found = self.done[place]
        if found is None:
            raise _NotIncludedError
        return found

    def _put_together(self, key: _Key, below: _Tree) -> _Whole | None:
        resource = self.known.get(key)
        if resource is None:
            return None
        try:
            linked = {name: self._linked(resource, name, more) for name, more in below.items()}
        except _NotIncludedError:
            return None
        whole = {**resource, **{name: value for name, (value, _) in linked.items()}}
        return whole, parts_of(resource) + sum(parts for _, parts in linked.values())


def _goes_on(links: Any) -> bool:
    return isinstance(links, dict) and links.get("next") is not None
