"""What an answer says, beside its records, of having gone wrong: by the names in wide use.

A system that failed often says so with status 200 and an empty list: `"success": false`, an
`error`, search engines' `timed_out` and `_shards`, JSON:API's `meta.omitted`, OData's annotations,
1EdTech's `statusInfoSet`. Such an answer proves nothing, and its records may not be all.
"""

import re
from collections.abc import Collection
from typing import Any, Final

from adapters.mapping.beside.told import ToldBeside, called, flag

_ERRORS: Final = frozenset(
    {
        *("error", "errors", "errorcode", "errormessage", "errormessages", "errordescription"),
        *("err", "errmsg", "errortext", "errordetail", "errordetails", "errorlist", "errorcount"),
        *("errortype", "amznerrortype", "haserror", "haserrors", "iserror", "waserror"),
        *("exception", "exceptions", "exceptionmessage", "fault"),
        *("odataerror", "failed", "failures", "failure", "failurereason", "isfailed", "hasfailed"),
        *("failedsources", "failedsystems", "failedshards", "failednodes", "failedservices"),
        *("missingsources", "unavailable", "unavailablesources", "unavailablesystems"),
        *("unavailableservices", "unreachable", "unreachablesources", "notsearched"),
        *("warning", "warnings", "haswarnings", "coremessages", "problem", "problems"),
        "valuecompletion",  # of Apollo's routers: what they made null, in `extensions` alone
        *("omitted", "redacted", "suppressed", "withheld", "hidden", "excluded", "denied"),
        *("omittedcount", "suppressedcount", "withheldcount", "hiddencount", "restrictedcount"),
        *("redactedcount", "excludedcount", "deniedcount", "maskedcount", "inaccessiblecount"),
    }
)
_TROUBLED: Final = frozenset(
    {
        *("partial", "ispartial", "partialresult", "partialresults", "partialcontent"),
        *("incomplete", "isincomplete", "outdated", "isoutdated", "restricted", "isrestricted"),
        *("timeout", "istimeout", "timedout", "istimedout", "terminatedearly"),
        *("degraded", "isdegraded", "stale", "isstale", "offline", "isoffline"),
        *("aborted", "isaborted", "cancelled", "canceled", "iscancelled", "iscanceled"),
        *("maintenance", "maintenancemode", "undermaintenance", "suspended", "readonly"),
        *("pending", "ispending", "queued", "processing", "isprocessing", "inprogress"),
        *("isinprogress", "syncing", "issyncing", "indexing", "isindexing", "rebuilding"),
        *("isrebuilding", "reindexing", "isreindexing", "initializing", "initialising"),
        *("accessdenied", "unauthorized", "unauthorised", "forbidden", "nopermission"),
        *("insufficientpermission", "insufficientpermissions", "loginrequired", "sessionexpired"),
        *("tokenexpired", "isanonymous", "tryagain", "dryrun", "isdryrun", "mock", "simulated"),
    }
)
_WELL: Final = frozenset(
    {
        *("success", "issuccess", "succeeded", "successful", "issuccessful", "wassuccessful"),
        *("ok", "isok", "valid", "isvalid", "complete", "iscomplete", "completed", "iscompleted"),
        *("available", "isavailable", "authenticated", "isauthenticated", "authorized"),
        *("authorised", "isauthorized", "isauthorised", "loggedin", "isloggedin"),
        *("ready", "isready", "online", "isonline", "healthy", "ishealthy"),
        *("exhaustive", "exhaustivenbhits", "numfoundexact", "zkconnected"),
    }
)
_STATUSES: Final = frozenset(
    {
        *("status", "state", "result", "outcome", "code", "statuscode", "httpstatus", "httpcode"),
        *("httpstatuscode", "responsestatus", "resultstatus", "imsxcodemajor"),
        *("resultcode", "responsecode", "returncode", "backendstatus", "upstreamstatus"),
        *("searchstatus", "querystatus", "indexstatus", "jobstatus", "syncstatus"),
        *("permission", "permissions", "access"),
    }
)
_BAD: Final = frozenset(
    {
        *("error", "errors", "fail", "failed", "failure", "fault", "exception", "unsupported"),
        *("suspended", "unavailable", "degraded", "maintenance", "processing", "rebuilding"),
        *("indexing", "partial", "partially", "incomplete", "stale", "timeout", "timedout"),
        *("denied", "forbidden", "accessdenied", "unauthorized", "unauthorised", "aborted"),
        *("pending", "inprogress", "queued", "running", "offline", "down", "expired"),
    }
)
# In a longer word, such as ERR_TIMEOUT or COMPLETED_WITH_ERRORS, unless it says that there is none.
_BAD_PARTS: Final = ("error", "errtimeout", "fail", "timeout", "timedout", "unavailab", "degrad")
_BAD_TYPES: Final = re.compile(
    "|".join(_BAD_PARTS)
    + r"|exception|denied|forbidden|unauthori[sz]|not_?(allowed|permitted)|partial|incomplete"
    r"|maintenance|throttled|rate_?limit",
    re.IGNORECASE,
)
_DENIES: Final = ("no", "without", "zero")
# Words for people, and what in them is about a search that came to no end.
_PROSE: Final = frozenset(
    {
        *("message", "detail", "details", "info", "information", "reason", "note", "notes"),
        *("notice", "notices", "alert", "alerts", "remark", "remarks", "diagnostics"),
        *("statusmessage", "statustext", "statusdescription", "resultmessage", "responsemessage"),
    }
)
_UNENDED: Final = re.compile(
    r"\btime[sd]?[ -]?out|\bdegraded|\bincomplete\b|\bunavailable|\btruncated"
    r"|\bre-?(built|build|index)|\btry again|\btemporar|\bnot all\b|\bmaintenance"
    r"|\bdenied\b|\bunauthori[sz]ed|\bpartially\b"
    r"|\bpartial (results?|answer|response)|\bsession (has )?(expired|ended)|\blog ?in again"
    r"|\b(has|have|was|were) (been )?(withheld|suppressed|omitted|redacted|hidden|skipped)",
    re.IGNORECASE,
)
_MOST_PROSE: Final = 2000  # characters
_SEVERITIES: Final = frozenset({"severity", "imsxseverity", "level", "type", "messagetype"})
_RELATION: Final = "relation"
_TYPE: Final = (
    "typename"  # which type of GraphQL's union came: one for failures may have an empty list
)
HEEDED: Final = _ERRORS | _TROUBLED | _WELL | _STATUSES | _SEVERITIES | _PROSE | {_RELATION, _TYPE}
_SEVERE: Final = frozenset({"warning", "warn", "error", "fatal", "critical", "severe"})
_NOTHING: Final = frozenset({"", "false", "no", "none", "null", "ok", "success", "na"})
_AT_LEAST: Final = "gte"  # Elasticsearch's `hits.total.relation`: there are at least so many
_HTTP_ERRORS: Final = range(400, 600)
_LONG: Final = 9
_MOST_TEXTS: Final = 20
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
    troubles = {name for name, value in every if name in HEEDED and _is_trouble(name, value)}
    return bool(troubles) and not troubles <= {called(name) for one in read for name in _words(one)}


def _words(expression: str) -> list[str]:
    # A bare `status` is that of HTTP, and no word of the agency's.
    said = _HTTP_STATUS.sub("", expression)
    return [quoted or plain for quoted, plain in _WORD.findall(said)]


def _is_trouble(name: str, value: Any) -> bool:
    if name in _ERRORS:
        return not _is_nothing(value)
    if name in _PROSE:
        return _says_unended(value)
    if name in _TROUBLED or name in _WELL:
        return flag(value) is (name in _TROUBLED)
    if name in _SEVERITIES:
        return _text(value) in _SEVERE
    if name in (_RELATION, _TYPE):
        failed = isinstance(value, str) and _BAD_TYPES.search(value) is not None
        return failed if name == _TYPE else _text(value) == _AT_LEAST
    return name in _STATUSES and (_is_bad(_text(value)) or _number(value) in _HTTP_ERRORS)


def _is_bad(said: str) -> bool:
    part = not said.startswith(_DENIES) and any(one in said for one in _BAD_PARTS)
    return part or said in _BAD


def _says_unended(value: Any) -> bool:
    if isinstance(value, list):
        return any(map(_says_unended, value[:_MOST_TEXTS]))
    return isinstance(value, str) and _UNENDED.search(value[:_MOST_PROSE]) is not None


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
