"""A compound document of JSON:API: what its resources link to is put under the link's name."""

from collections.abc import Iterable, Mapping
from typing import Any

_Tree = dict[str, Any]
_Known = Mapping[tuple[str, str], dict[str, Any]]


class _NotIncludedError(Exception):
    """Something that is linked to did not come, or not all of it."""


def put_included(
    body: Mapping[str, Any], documents: Iterable[dict[str, Any]], paths: Iterable[str]
) -> None:
    """Put into each document of `body` the resources of `paths`, under the first name of a path.

    `paths` are relationships as JSON:API 1.1 writes them in `include`: "workers", "workers.team".
    A name is left out of a document where not everything that it links to was included.
    """
    known, wanted = _known(body.get("included")), _tree(paths)
    for document in documents:
        document.update(_joined(document, wanted, known))


def _known(included: Any) -> _Known:
    listed = included if isinstance(included, list) else []
    return {key: one for one in listed if (key := _key(one)) is not None}


def _key(resource: Any) -> tuple[str, str] | None:
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


def _joined(document: dict[str, Any], wanted: _Tree, known: _Known) -> dict[str, Any]:
    joined: dict[str, Any] = {}
    for name, below in wanted.items():
        try:
            joined[name] = _linked(document, name, below, known)
        except _NotIncludedError:
            continue
    return joined


def _linked(document: dict[str, Any], name: str, below: _Tree, known: _Known) -> Any:
    relationships = document.get("relationships")
    one = relationships.get(name) if isinstance(relationships, dict) else None
    # Without "data" nobody says whether anything is linked to; with a next link, there is more.
    if not isinstance(one, dict) or "data" not in one or _goes_on(one.get("links")):
        raise _NotIncludedError
    data = one["data"]
    if isinstance(data, list):
        return [_resource(linkage, below, known) for linkage in data]
    return None if data is None else _resource(data, below, known)


def _goes_on(links: Any) -> bool:
    return isinstance(links, dict) and links.get("next") is not None


def _resource(linkage: Any, below: _Tree, known: _Known) -> dict[str, Any]:
    key = _key(linkage)
    resource = None if key is None else known.get(key)
    if resource is None:
        raise _NotIncludedError
    return {
        **resource,
        **{name: _linked(resource, name, more, known) for name, more in below.items()},
    }
