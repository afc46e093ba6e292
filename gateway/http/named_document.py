"""The id by which a request names its document, in whichever form its client writes one.

`documentId` is of GraphQL over HTTP, `doc_id` and `id` are Relay's, and
`extensions.persistedQuery.sha256Hash` is Apollo's. Where a request has the text in `query`, the
text decides, and a hash beside it must be the text's own.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from gateway.model.errors import AskDifferently

_FORMS: Final = ("documentId", "doc_id", "id")
_ID: Final = re.compile(r"[\x21-\x7e]{1,256}")


def named_document(fields: Mapping[str, Any]) -> str | None:
    """The id, None where the request has a `query`; AskDifferently if it names two documents."""
    hashed = _sha256(fields.get("extensions"))
    query = fields.get("query")
    if query is not None:
        _refuse_other_hash(query, hashed)
        return None
    named = {*_ids(fields), *([hashed] if hashed else [])}
    if len(named) > 1:
        raise AskDifferently("BODY_INVALID", "the request names two documents: name one")
    return next(iter(named), None)


def _ids(fields: Mapping[str, Any]) -> Iterator[str]:
    for name in _FORMS:
        value = fields.get(name)
        if value is not None:
            if not (isinstance(value, str) and _ID.fullmatch(value)):
                raise AskDifferently(
                    "BODY_INVALID", f"{name}: must be the id of a document, 1 to 256 characters"
                )
            yield value


def _sha256(extensions: Any) -> str | None:
    match extensions:
        case None:
            return None
        case {"persistedQuery": {"sha256Hash": str(hashed)}} if _ID.fullmatch(hashed):
            return hashed
        case {"persistedQuery": persisted} if persisted is not None:
            raise AskDifferently(
                "BODY_INVALID", "extensions.persistedQuery: must have a text sha256Hash"
            )
        case dict():
            return None
        case _:
            raise AskDifferently("BODY_INVALID", "extensions: must be an object")


def _refuse_other_hash(query: Any, hashed: str | None) -> None:
    if hashed is None or not isinstance(query, str):
        return
    if hashlib.sha256(query.encode("utf-8", "surrogatepass")).hexdigest() != hashed.lower():
        raise AskDifferently(
            "BODY_INVALID",
            "extensions.persistedQuery.sha256Hash: is not the SHA-256 of `query`",
        )
