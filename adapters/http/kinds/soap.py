"""The kind `soap`: a template envelope out, XPath over the answer, its faults told apart."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from lxml import etree

from adapters.contract.contract import Failure, Fault, Malformed, MoreNeeded, Refused, Unavailable
from adapters.expressions.jmespath_expression import UnreadableError
from adapters.expressions.text_encoding import charset_of
from adapters.expressions.xml_document import parse_xml
from adapters.expressions.xpath import SOAP_11, SOAP_12, whole_number
from adapters.http.dialect import Dialect, FoundDocuments
from adapters.http.operation import HttpDetail, HttpOperation
from adapters.http.request import RequestParts, target
from adapters.http.verdict import judge_status
from adapters.mapping.beside.more import says_more
from adapters.mapping.beside.told import ToldBeside
from adapters.network.http_request import HttpAnswer, HttpRequest

_XML: Final = frozenset({"text/xml", "application/xml", "application/soap+xml"})
_FAULTS_COME_WITH: Final = frozenset({400, 500})  # SOAP 1.1 section 6.2, SOAP 1.2 part 2, 7.5.2
_OK: Final = 200
# WS-Security 1.1, section 12: the fault codes that say who we are was not accepted.
_LOGIN: Final = frozenset(
    {"FailedAuthentication", "InvalidSecurity", "InvalidSecurityToken", "SecurityTokenUnavailable"}
)
_SERVER: Final = frozenset({"Server", "Receiver"})


@dataclass(frozen=True, slots=True)
class XmlAnswer:
    """An envelope that came with `status`; `failure` is what its fault means, if it has one."""

    status: int
    headers: Mapping[str, str]
    scope: Any
    failure: Failure | None = None
    length: int = 0


def request_to(operation: HttpOperation, asking: RequestParts) -> HttpRequest | MoreNeeded:
    """The manifest's envelope, filled in and posted."""
    url = target(operation.operation, asking)
    if isinstance(url, MoreNeeded) or operation.envelope is None:
        return url if isinstance(url, MoreNeeded) else MoreNeeded(())
    kind = operation.envelope.media_type(operation.operation.action)
    body = operation.envelope.filled(asking.given)
    if isinstance(body, MoreNeeded):
        return body
    return HttpRequest(url, "POST", {**asking.headers, **kind}, body)


def judge_soap(answer: HttpAnswer, now: datetime) -> XmlAnswer | Failure:
    """The envelope, or why there is none; a proxy's error page is never a fault of the agency."""
    root = _envelope(answer) if answer.status in {_OK, *_FAULTS_COME_WITH} else Malformed("status")
    if isinstance(root, Malformed):
        by_status = judge_status(answer, now)
        return root if by_status is None else by_status
    return XmlAnswer(answer.status, answer.headers, root, _fault(root), len(answer.body))


def _envelope(answer: HttpAnswer) -> Any:
    said = answer.headers.get("content-type", "")
    kind = said.partition(";")[0].strip().lower()
    if not answer.body.strip():
        return Malformed("empty")
    if kind not in _XML and kind:  # without a type, only an envelope is one
        return Malformed("content_type")
    root = parse_xml(answer.body, charset_of(said))
    if isinstance(root, Malformed):
        return root
    name = etree.QName(root)
    whole = name.localname == "Envelope" and name.namespace in (SOAP_11, SOAP_12)
    return root if whole and _body(root) is not None else Malformed("envelope")


def _body(root: Any) -> Any:
    return root.find(f"{{{etree.QName(root).namespace}}}Body")


def _fault(root: Any) -> Failure | None:
    namespace = etree.QName(root).namespace
    fault = _body(root).find(f"{{{namespace}}}Fault")
    if fault is None:
        return None
    codes = {_local(element.text) for element in fault.iter() if _is_code(element)}
    if codes & _LOGIN:
        return Refused()
    return Unavailable(Fault.SERVER_ERROR) if codes & _SERVER else Malformed("fault")


def _is_code(element: Any) -> bool:
    return etree.QName(element).localname in ("faultcode", "Value")


def _local(code: str | None) -> str:
    # "soap:Server.Database" is a server's fault, more closely said.
    return (code or "").strip().rpartition(":")[2].partition(".")[0]


def found_in(answer: XmlAnswer, operation: HttpOperation) -> FoundDocuments | Malformed:
    """The elements that `records` finds, and the number that `total` gives.

    A response that is built otherwise than the manifest expects has no such elements either, so
    that there are none counts only where `absent` or a total of 0 says so.
    """
    try:
        documents = operation.records.read(answer.scope) if operation.records else None
        total = whole_number(operation.total.read(answer.scope)) if operation.total else 0
    except UnreadableError:
        return Malformed("records")
    if documents is None or (not documents and operation.total is None):
        return Malformed("records")
    return Malformed("total") if total is None else FoundDocuments(documents, total)


def items_in(_answer: XmlAnswer, _detail: HttpDetail) -> list[Any] | None:
    """Kind soap has no details."""
    return None


def more_in(_answer: XmlAnswer, beside: ToldBeside, received: int) -> bool | None:
    """Whether the answer says that there are more than the `received` elements so far."""
    return says_more(beside, received)


SOAP = Dialect(
    "application/soap+xml, text/xml, application/xml;q=0.9",
    request_to,
    judge_soap,
    found_in,
    items_in,
    more_in,
    bodies_at=frozenset({500}),
)
