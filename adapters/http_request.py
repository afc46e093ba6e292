"""An operation and what is given become one HTTP request, or what is still needed."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote, urlencode

import orjson

from adapters.contract import MoreNeeded, OnBehalf
from adapters.http_exchange import HttpRequest
from adapters.operation import Operation

_PLACEHOLDER: Final = re.compile(r"\{([a-z_]+)(\?)?\}")
_DOTS: Final = frozenset({".", ".."})  # as a segment they would lead to another path


Turn = Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Asking:
    """What one request is made of; `turn` are the parameters that choose its page."""

    base_url: str
    given: Mapping[str, str]
    headers: Mapping[str, str]
    turn: Turn = field(default_factory=dict)


def request_for(operation: Operation, asking: Asking) -> HttpRequest | MoreNeeded:
    """The request; MoreNeeded if a key it cannot do without is not given."""
    url = target(operation, asking)
    if isinstance(url, MoreNeeded):
        return url
    posts = operation.method == "POST"
    query = {**dict(filled(operation.query, asking.given)), **({} if posts else asking.turn)}
    if query:
        url = f"{url}?{urlencode(query, quote_via=quote, safe='')}"
    if not posts:
        return HttpRequest(url, headers=asking.headers)
    return json_post(url, asking, {**dict(filled(operation.body, asking.given)), **asking.turn})


def target(operation: Operation, asking: Asking) -> str | MoreNeeded:
    """The address that an operation is asked at, its path filled in."""
    missing = sorted(name for name in operation.card.needs if not asking.given.get(name))
    if missing:
        return MoreNeeded(tuple(missing))
    return url_for(asking.base_url, operation.path or "", asking.given)


def json_post(url: str, asking: Asking, content: Mapping[str, Any]) -> HttpRequest:
    """A POST of `content` as JSON."""
    headers = {**asking.headers, "Content-Type": "application/json"}
    return HttpRequest(url, "POST", headers, orjson.dumps(content))


def url_for(base_url: str, path: str, given: Mapping[str, str]) -> str | MoreNeeded:
    """`path` under `base_url`, each value percent-encoded as one segment."""
    needed = [name for name, _ in _PLACEHOLDER.findall(path)]
    missing = sorted(name for name in needed if given.get(name, "") in {"", *_DOTS})
    if missing:
        return MoreNeeded(tuple(missing))
    filled = _PLACEHOLDER.sub(lambda found: quote(given[found.group(1)], safe=""), path)
    return base_url.rstrip("/") + filled


def filled(entries: Mapping[str, str], given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Each entry with its values; one whose optional value is not known is left out whole."""
    for name, text in entries.items():
        if all(given.get(key) for key, _ in _PLACEHOLDER.findall(text)):
            yield name, _PLACEHOLDER.sub(lambda found: given[found.group(1)], text)


def on_behalf_headers(on_behalf: OnBehalf) -> Mapping[str, str]:
    """Who asks and why, for the agency's own log; nothing of the child."""
    return {
        "X-Teamaround-Query": _plain(on_behalf.query_id),
        "X-Teamaround-Log-Index": str(on_behalf.log_index),
        "X-Teamaround-User": _plain(on_behalf.user),
        "X-Teamaround-Organisation": _plain(on_behalf.organisation),
        "X-Teamaround-Purpose": _plain(on_behalf.purpose),
    }


def _plain(text: str) -> str:
    # Percent-encoded, so that nobody's name can break a header.
    return quote(text, safe=" @:/.,+-_|()")
