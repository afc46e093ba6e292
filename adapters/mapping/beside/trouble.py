"""What an answer says, beside its records, of having gone wrong: by the names in wide use.

A system that failed often says so with status 200 and an empty list: `"success": false`, an
`error`, search engines' `timed_out` and `_shards`, JSON:API's `meta.omitted`, OData's annotations,
1EdTech's `statusInfoSet`. Such an answer proves nothing, and its records may not be all.
"""

import re
from collections.abc import Collection
from typing import Any, Final

from adapters.mapping.beside.told import ToldBeside, called

_ERRORS: Final = frozenset(
    {
        *("error", "errors", "errorcode", "errormessage", "errormessages", "errordescription"),
        *("exception", "exceptions", "fault", "odataerror", "failed", "failures"),
        *("warning", "warnings", "coremessages"),
        *("omitted", "redacted", "suppressed", "withheld", "hidden", "excluded"),
        *("omittedcount", "suppressedcount", "withheldcount", "hiddencount", "restrictedcount"),
    }
)
_TROUBLED: Final = frozenset(
    {
        *("partial", "ispartial", "partialresult", "partialresults", "incomplete", "isincomplete"),
        *("timedout", "terminatedearly", "degraded", "stale", "isstale"),
        *("maintenance", "maintenancemode", "suspended", "readonly"),
    }
)
_WELL: Final = frozenset(
    {
        *("success", "issuccess", "succeeded", "successful", "ok", "complete", "iscomplete"),
        *("numfoundexact", "zkconnected"),
    }
)
_STATUSES: Final = frozenset(
    {
        *("status", "state", "result", "outcome", "code", "statuscode", "httpstatus", "httpcode"),
        *("httpstatuscode", "responsestatus", "resultstatus", "imsxcodemajor"),
    }
)
_BAD: Final = frozenset(
    {
        *("error", "errors", "fail", "failed", "failure", "fault", "exception", "unsupported"),
        *("suspended", "unavailable", "degraded", "maintenance", "processing", "rebuilding"),
        *("indexing", "partial", "partially", "incomplete", "stale", "timeout", "timedout"),
        *("denied", "forbidden", "accessdenied"),
    }
)
_SEVERITIES: Final = frozenset({"severity", "imsxseverity"})
_RELATION: Final = "relation"
_HEEDED: Final = _ERRORS | _TROUBLED | _WELL | _STATUSES | _SEVERITIES | {_RELATION}
_SEVERE: Final = frozenset({"warning", "warn", "error", "fatal", "critical", "severe"})
_NOTHING: Final = frozenset({"", "false", "no", "none", "null", "ok", "success", "na"})
_AT_LEAST: Final = "gte"  # Elasticsearch's `hits.total.relation`: there are at least so many
_HTTP_ERRORS: Final = range(400, 600)
_LONG: Final = 9
# RFC 9111 withdrew the header, and caches still send it: stale, not revalidated, disconnected,
# heuristically fresh, miscellaneous. 299 is used for what is to be withdrawn one day.
_WARN_CODE: Final = re.compile(r"\s*(11[0-3]|199)\b")
_HTTP_STATUS: Final = re.compile(r"(?<![\w.])status\b")
_WORD: Final = re.compile(r'"([^"]+)"|([A-Za-z_]\w*)')


def says_trouble(beside: ToldBeside, read: Collection[str] = ()) -> bool:
    """Whether an answer says that it failed, wholly or in part.

    What the manifest's own expressions `read` is left to them.
    """
    if _WARN_CODE.match(beside.headers.get("warning", "")):
        return True
    every = beside.every
    troubles = {name for name, value in every if name in _HEEDED and _is_trouble(name, value)}
    return bool(troubles) and not troubles <= {called(name) for one in read for name in _words(one)}


def _words(expression: str) -> list[str]:
    # A bare `status` is that of HTTP, and no word of the agency's.
    said = _HTTP_STATUS.sub("", expression)
    return [quoted or plain for quoted, plain in _WORD.findall(said)]


def _is_trouble(name: str, value: Any) -> bool:
    if name in _ERRORS:
        return not _is_nothing(value)
    if name in _TROUBLED:
        return value is True or _text(value) == "true"
    if name in _WELL:
        return value is False or _text(value) == "false"
    if name in _SEVERITIES:
        return _text(value) in _SEVERE
    if name == _RELATION:
        return _text(value) == _AT_LEAST
    return name in _STATUSES and (_text(value) in _BAD or _number(value) in _HTTP_ERRORS)


def _is_nothing(value: Any) -> bool:
    if isinstance(value, dict):
        return all(map(_is_nothing, value.values()))
    if isinstance(value, list):
        return not value
    return not value or (isinstance(value, str) and _is_nothing_said(value))


def _is_nothing_said(value: str) -> bool:
    said = value.strip()
    short = said.isascii() and len(said) < _LONG
    return short and _text(said) in _NOTHING and not said.strip("0+-.").isdigit()


def _text(value: Any) -> str:
    return called(value) if isinstance(value, str) else ""


def _number(value: Any) -> int:
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
        return int(value) if len(value) < _LONG else 0
    return value if isinstance(value, int) else 0
