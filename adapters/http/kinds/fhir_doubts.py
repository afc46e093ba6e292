"""What a FHIR answer says against itself: warnings, parts left out, a search that was not made.

The issue types are those of FHIR R4 and STU3 (CodeSystem issue-type). A search that ends with one
of them did not look everywhere, or not for what was asked, unless the issue only informs. A code
that is not known here is no harmless one.
"""

from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from adapters.http.kinds.fhir_bundle import is_outcome, objects
from adapters.manifest.operation import Operation
from adapters.manifest.placeholder import PLACEHOLDER

# "A message unrelated to the processing success of the completed operation", and R5's success.
_HARMLESS: Final = frozenset({"informational", "success"})
_KNOWN: Final = frozenset({"information", "warning"})
_OF_RESOURCES: Final = frozenset({"_id", "_lastUpdated", "_tag", "_security", "_profile", "_has"})
# An issue beside another that says that the search came to no end.
_UNENDED: Final = frozenset(
    {
        *("incomplete", "timeout", "transient", "exception", "throttled", "lock-error", "no-store"),
        *("too-costly", "too-long", "limited-filter", "security", "login", "expired", "forbidden"),
        *("suppressed", "not-supported"),
    }
)
_PARTLY: Final = "SUBSETTED"  # v3-ObservationValue: not all elements of the resource are there


def doubts(body: dict[str, Any], operation: Operation) -> bool:
    """Whether there may be more than a Bundle shows, or it is not of what was searched for.

    Or an OperationOutcome says something else beside the one issue that may be an absence.
    """
    return warns(body) or _says_more_than_one(body) or _searched_otherwise(body, operation)


def warns(body: dict[str, Any]) -> bool:
    """Whether a Bundle says that it is not all."""
    return body.get("resourceType") == "Bundle" and any(_of_bundle(body))


def is_doubtful(outcome: Any) -> bool:
    """Whether an OperationOutcome says anything but that all went well."""
    if not isinstance(outcome, dict) or not is_outcome(outcome):
        return False
    issues = outcome.get("issue")
    return not issues or not isinstance(issues, list) or not all(map(_harmless, issues))


def _says_more_than_one(body: dict[str, Any]) -> bool:
    issues = body.get("issue")
    if not is_outcome(body) or not isinstance(issues, list) or len(issues) == 1:
        return False
    return any(map(_is_unended, issues))


def _is_unended(issue: Any) -> bool:
    if not isinstance(issue, dict):
        return True
    return issue.get("severity") == "fatal" or issue.get("code") in _UNENDED


def _harmless(issue: Any) -> bool:
    if not isinstance(issue, dict):
        return False
    code, severity = issue.get("code"), issue.get("severity")
    return code in _HARMLESS and severity in _KNOWN


def _of_bundle(bundle: dict[str, Any]) -> Iterator[bool]:
    yield _is_partly(bundle)
    for entry in objects(bundle.get("entry")):
        resource, response = entry.get("resource"), entry.get("response")
        yield is_doubtful(resource) or _is_partly(resource)
        yield isinstance(response, dict) and is_doubtful(response.get("outcome"))


def _is_partly(resource: Any) -> bool:
    meta = resource.get("meta") if isinstance(resource, dict) else None
    tags = meta.get("tag") if isinstance(meta, dict) else None
    return any(tag.get("code") == _PARTLY for tag in objects(tags))


def _searched_otherwise(bundle: dict[str, Any], operation: Operation) -> bool:
    """Whether the link `self` lacks what was asked by, or has more that narrows it.

    A server may ignore a parameter that it does not know; the link has those that it searched by
    (FHIR R4, search, 3.1.1.1.1 and 3.1.1.5). One that leads to somewhere else, such as to a search
    that the server keeps, says nothing of that.
    """
    asked = {_bare(name) for name, text in operation.query.items() if _needs(text)}
    place = (operation.path or "").rpartition("/")[2]
    for link in objects(bundle.get("link")):
        url = link.get("url")
        if asked and link.get("relation") == "self" and isinstance(url, str):
            there = urlsplit(url)
            if there.path.rstrip("/").rpartition("/")[2] != place:
                continue
            named = {_bare(name) for name, _ in parse_qsl(there.query)}
            ours = {_bare(name) for name in operation.query}
            if not asked <= named or any(_narrows(name) for name in named - ours):
                return True
    return False


def _narrows(name: str) -> bool:
    # What begins so is of all searches (FHIR R4, search, 3.1.1.4 and 3.1.1.5), and most of it says
    # how the result is shown.
    return not name.startswith("_") or name in _OF_RESOURCES


def _bare(name: str) -> str:
    return name.partition(":")[0].partition(".")[0]


def _needs(text: str) -> bool:
    return any(not optional for _, optional in PLACEHOLDER.findall(text))
