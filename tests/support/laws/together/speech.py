"""How each kind that is asked about several children in one call asks, and is answered."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol
from urllib.parse import parse_qs, urlsplit

from tests.support.laws.town.said import Said

NHS: Final = "https://fhir.nhs.uk/Id/nhs-number"
_HEADER: Final = '\n[[operation]]\nname = "by-number"\nconclusive = {conclusive}\n'
_REST: Final = """
path = "/children"
query = { nhs = "{nhs_number}" }
records = "body.children"
total = "body.total"
batch = { as = "post-ids", max = 20, path = "/search", ids = "numbers" }
"""
_FHIR: Final = f"""
path = "/Patient"
query = {{ identifier = "{NHS}|{{nhs_number}}" }}
batch = {{ as = "fhir-bundle", max = 20 }}
"""
_GRAPHQL: Final = """
document = '''query Child($nhs: String!) { people(nhs: $nhs) { nhs born } total(nhs: $nhs) }'''
variables = { nhs = "{nhs_number}" }
records = "body.data.people"
total = "body.data.total"
batch = { as = "graphql-alias", max = 20 }
"""
Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Share:
    """What an answer says of one number: its records, how many there are, or that it failed."""

    records: tuple[Document, ...]
    total: int
    failed: bool = False


class TogetherSpeech(Protocol):
    """One kind's words: what is asked, and how one share or several are said.

    `placed` says that a place in the answer says whose a share is.
    """

    kind: str
    operation: str
    placed: bool

    def numbers(self, method: str, url: str, body: bytes) -> tuple[str, ...] | None:
        """The numbers of a request about several children; None if it is about one."""
        ...

    def number(self, url: str, body: bytes) -> str:
        """The number of a request about one child."""
        ...

    def alone(self, share: Share) -> Said:
        """The answer about one child."""
        ...

    def together(self, shares: Sequence[Share], more: int) -> Said:
        """The answer about several, which says that there are `more` records than it has."""
        ...


def _json(document: Any, media_type: str = "application/json") -> Said:
    return Said(200, media_type, json.dumps(document).encode())


def _asked(url: str, name: str) -> str:
    return parse_qs(urlsplit(url).query)[name][0]


class _PostedIds:
    kind = "rest"
    operation = _HEADER + _REST
    placed = False

    def numbers(self, method: str, url: str, body: bytes) -> tuple[str, ...] | None:
        del url
        return tuple(json.loads(body)["numbers"]) if method == "POST" else None

    def number(self, url: str, body: bytes) -> str:
        del body
        return _asked(url, "nhs")

    def alone(self, share: Share) -> Said:
        return self.together((share,), 0)

    def together(self, shares: Sequence[Share], more: int) -> Said:
        if any(share.failed for share in shares):
            return Said(500, "application/json", b"{}")
        listed = [record for share in shares for record in share.records]
        return _json({"children": listed, "total": len(listed) + more})


class _Bundle:
    kind = "fhir"
    operation = _HEADER + _FHIR
    placed = True

    def numbers(self, method: str, url: str, body: bytes) -> tuple[str, ...] | None:
        del url
        if method != "POST":
            return None
        return tuple(self.number(e["request"]["url"], b"") for e in json.loads(body)["entry"])

    def number(self, url: str, body: bytes) -> str:
        del body
        return _asked(url, "identifier").partition("|")[2]

    def alone(self, share: Share) -> Said:
        return _json(self._found(share), "application/fhir+json")

    def together(self, shares: Sequence[Share], more: int) -> Said:
        entries = [self._entry(share) for share in shares]
        kept = entries[: len(entries) - more] if more else entries
        answer = {"resourceType": "Bundle", "type": "batch-response", "entry": kept}
        return _json(answer, "application/fhir+json")

    def _entry(self, share: Share) -> Document:
        if share.failed:
            return {"response": {"status": "500 Internal Server Error"}}
        return {"response": {"status": "200 OK"}, "resource": self._found(share)}

    def _found(self, share: Share) -> Document:
        entries = [
            {"resource": _patient(one), "search": {"mode": "match"}} for one in share.records
        ]
        return {
            "resourceType": "Bundle",
            "type": "searchset",
            "total": share.total,
            "entry": entries,
        }


def _patient(record: Mapping[str, Any]) -> Document:
    numbered = [{"system": NHS, "value": record["nhs"]}] if record.get("nhs") else []
    return {**record, "resourceType": "Patient", "identifier": numbered}


class _Aliases:
    kind = "graphql"
    operation = _HEADER + _GRAPHQL
    placed = True

    def numbers(self, method: str, url: str, body: bytes) -> tuple[str, ...] | None:
        del method, url
        said = json.loads(body)["variables"]
        several = [name for name in said if name.startswith("v")]
        return tuple(said[f"v{place}_nhs"] for place in range(len(several))) if several else None

    def number(self, url: str, body: bytes) -> str:
        del url
        return str(json.loads(body)["variables"]["nhs"])

    def alone(self, share: Share) -> Said:
        return _json({"data": {"people": share.records, "total": share.total}})

    def together(self, shares: Sequence[Share], more: int) -> Said:
        data: Document = {}
        for place, share in enumerate(shares[: len(shares) - more]):
            data[f"c{place}_people"] = None if share.failed else list(share.records)
            data[f"c{place}_total"] = share.total
        failed = [place for place, share in enumerate(shares) if share.failed]
        errors = [{"message": "it failed", "path": [f"c{place}_people"]} for place in failed]
        return _json({"data": data, **({"errors": errors} if errors else {})})


SPEECHES: Final[tuple[TogetherSpeech, ...]] = (_PostedIds(), _Bundle(), _Aliases())
