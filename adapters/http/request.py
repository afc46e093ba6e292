"""An operation and what is given become one HTTP request, or what is still needed."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final
from urllib.parse import quote, urlencode

import orjson

from adapters.contract.contract import MoreNeeded, OnBehalf
from adapters.contract.frozen import plainly_made
from adapters.manifest.operation import Operation
from adapters.manifest.placeholder import Say, as_segment, filled, path_filled, unsaid
from adapters.network.http_request import HttpRequest

_SAFE: Final = re.compile(r"[a-zA-Z0-9 @:/.,+_|()~-]*")
REQUEST_ID: Final = "{uuid}"  # in a manifest's header: another one for each request

PageParameters = Mapping[str, str | int]


@plainly_made
@dataclass(frozen=True, slots=True)
class RequestParts:
    """What one request is made of; `turn` are the parameters that choose its page."""

    base_url: str
    given: Mapping[str, str]
    headers: Mapping[str, str]
    turn: PageParameters = field(default_factory=dict)


def request_for(
    operation: Operation, asking: RequestParts, say: Say | None = None
) -> HttpRequest | MoreNeeded:
    """The request; MoreNeeded if a key it cannot do without is not given or cannot be said.

    `say` is how a value stands in the query, where the kind knows better than the manifest.
    """
    url = target(operation, asking)
    if isinstance(url, MoreNeeded):
        return url
    query = entries(operation.query, asking.given, say or operation.say)
    if isinstance(query, MoreNeeded):
        return query
    body = entries(operation.body, asking.given, operation.say)
    if isinstance(body, MoreNeeded):
        return body
    posts = operation.method == "POST"
    asked = {**query, **({} if posts else asking.turn)}
    url = with_query(url, asked)
    if not posts:
        return HttpRequest(url, headers=asking.headers)
    return json_post(url, asking, {**body, **asking.turn})


def target(operation: Operation, asking: RequestParts) -> str | MoreNeeded:
    """The address that an operation is asked at, its path filled in."""
    missing = sorted(name for name in operation.card.needs if not asking.given.get(name))
    if missing:
        return MoreNeeded(tuple(missing))
    return url_for(asking.base_url, operation.path or "", asking.given)


def json_post(url: str, asking: RequestParts, content: Mapping[str, Any]) -> HttpRequest:
    """A POST of `content` as JSON."""
    headers = {**asking.headers, "Content-Type": "application/json"}
    return HttpRequest(url, "POST", headers, orjson.dumps(content))


def url_for(base_url: str, path: str, given: Mapping[str, str]) -> str | MoreNeeded:
    """`path` under `base_url`, each value within its segment."""
    said = path_filled(path, given)
    if said is None:
        return MoreNeeded(tuple(sorted(unsaid(path.split("/"), given, as_segment))))
    return base_url.rstrip("/") + said


def with_query(url: str, asked: Mapping[str, str | int]) -> str:
    """`url` with these parameters, percent-encoded."""
    return f"{url}?{urlencode(asked, quote_via=quote, safe='')}" if asked else url


def entries(
    texts: Mapping[str, str], given: Mapping[str, str], say: Say
) -> dict[str, str] | MoreNeeded:
    """Each entry with its values; one whose optional value is not known is left out whole."""
    missing = unsaid(texts.values(), given, say)
    if missing:
        return MoreNeeded(tuple(sorted(missing)))
    said = {name: filled(text, given, say) for name, text in texts.items()}
    return {name: text for name, text in said.items() if text is not None}


def accepting(headers: Mapping[str, str], kinds: str) -> Mapping[str, str]:
    """The headers with the media types that can be read, unless a manifest says which it wants."""
    said = any(name.lower() == "accept" for name in headers)
    return headers if said else {**headers, "Accept": kinds}


def numbered(headers: Mapping[str, str], new_id: Callable[[], str]) -> Mapping[str, str]:
    """The headers with their request id filled in, where the manifest has a place for one."""
    if REQUEST_ID not in "\n".join(headers.values()):
        return headers
    number = new_id()
    return {name: value.replace(REQUEST_ID, number) for name, value in headers.items()}


def on_behalf_headers(*on_behalf: OnBehalf) -> Mapping[str, str]:
    """Who asks and why, for the agency's own log; nothing of the child.

    One person asks for one purpose; of several questions in one request, all ids and all indexes
    are listed, in the same order. The last of them may be the source's own test child.
    """
    said = _said_of(on_behalf[0])
    if len(on_behalf) == 1:
        return said
    check = {"X-Teamaround-Check": "test-child-last"} if on_behalf[-1].test_child else {}
    return {
        **said,
        **check,
        "X-Teamaround-Query": ", ".join(_plain(one.query_id) for one in on_behalf),
        "X-Teamaround-Log-Index": ", ".join(str(one.log_index) for one in on_behalf),
    }


@lru_cache(maxsize=64)  # of the questions that are asked now: all calls of one say the same
def _said_of(one: OnBehalf) -> Mapping[str, str]:
    what = "test-child" if one.test_child else "shield" if one.shield_check else None
    check = {"X-Teamaround-Check": what} if what else {}
    return {
        "X-Teamaround-Query": _plain(one.query_id),
        "X-Teamaround-Log-Index": str(one.log_index),
        "X-Teamaround-User": _plain(one.user),
        "X-Teamaround-Issuer": _plain(one.issuer),
        "X-Teamaround-Organisation": _plain(one.organisation),
        "X-Teamaround-Purpose": _plain(one.purpose),
        **check,
    }


def _plain(text: str) -> str:
    # Percent-encoded, so that nobody's name can break a header. Most texts need nothing of it.
    return text if _SAFE.fullmatch(text) else quote(text, safe=" @:/.,+-_|()")
