"""An operation and what is given become one HTTP request, or what is still needed."""

import re
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import quote, urlencode

import orjson

from adapters.contract import MoreNeeded, OnBehalf
from adapters.http_exchange import HttpRequest
from adapters.manifest import Operation

_PLACEHOLDER: Final = re.compile(r"\{([a-z_]+)(\?)?\}")
_DOTS: Final = frozenset({".", ".."})  # as a segment they would lead to another path


def request_for(
    base_url: str, operation: Operation, given: Mapping[str, str], headers: Mapping[str, str]
) -> HttpRequest | MoreNeeded:
    """The request; MoreNeeded if a key it cannot do without is not given."""
    missing = sorted(name for name in operation.card.needs if not given.get(name))
    if missing:
        return MoreNeeded(tuple(missing))
    url = url_for(base_url, operation.path or "", given)
    if isinstance(url, MoreNeeded):
        return url
    query = dict(_filled(operation.query, given))
    if query:
        url = f"{url}?{urlencode(query, quote_via=quote, safe='')}"
    if operation.method == "GET":
        return HttpRequest(url, headers=headers)
    body = orjson.dumps(dict(_filled(operation.body, given)))
    return HttpRequest(url, "POST", {**headers, "Content-Type": "application/json"}, body)


def url_for(base_url: str, path: str, given: Mapping[str, str]) -> str | MoreNeeded:
    """`path` under `base_url`, each value percent-encoded as one segment."""
    needed = [name for name, _ in _PLACEHOLDER.findall(path)]
    missing = sorted(name for name in needed if given.get(name, "") in {"", *_DOTS})
    if missing:
        return MoreNeeded(tuple(missing))
    filled = _PLACEHOLDER.sub(lambda found: quote(given[found.group(1)], safe=""), path)
    return base_url.rstrip("/") + filled


def _filled(entries: Mapping[str, str], given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    # An entry whose optional value is not known is left out whole.
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
