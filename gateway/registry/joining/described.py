"""What a system says of itself at an address, read once for a draft: its shape and nothing else."""

import hashlib
from typing import Final

import aiohttp

from adapters.contract.contract import Malformed, Unavailable
from adapters.http.exchange import exchange
from adapters.network.egress import EgressRefused, HostPort
from adapters.network.http_client import open_client
from adapters.network.http_request import HttpAnswer, HttpRequest
from adapters.network.resolver import GuardedResolver
from adapters.network.trust import system_trust
from gateway.audit.entry.entry import AuditedChange
from gateway.audit.entry.kind import AuditKind
from gateway.audit.recorder.intent import Coming
from gateway.config.operator_file import SourceGrant
from gateway.model.caller import Caller
from gateway.model.errors import AskDifferently
from gateway.registry.joining.drafting import SampleText
from gateway.registry.joining.trials import LiveTrials
from gateway.registry.registrar import ONLY_REGISTRARS, UNGRANTED

DESCRIBED: Final = "SOURCE_DESCRIBED"
_LONGEST: Final = 2 * 1024 * 1024  # an OpenAPI document of a large system
_PATIENCE_S: Final = 10.0
_OK: Final = range(200, 300)
_KINDS: Final = {"Accept": "application/json, application/fhir+json, text/csv;q=0.5"}


async def described_at(trials: LiveTrials, caller: Caller, source: str, address: str) -> SampleText:
    """The text at `address`, within what the operator grants to this source of the caller's agency.

    No secret is sent, no redirect is followed, and it is in the log first. NotAllowed for others.
    AskDifferently if there is no grant, if it leads elsewhere, or if nothing readable comes.
    """
    registrar = trials.registrar
    if not registrar.registers_any(caller):
        await registrar.refuse(caller, ONLY_REGISTRARS)
    await registrar.admit(caller)
    grant = trials.grant_of(source)
    if grant is None or not registrar.registers(caller, grant.agency):
        raise AskDifferently("SOURCE_NOT_GRANTED", f"at: {UNGRANTED}")
    with trials.alone(grant.agency):
        change = AuditedChange(source, hashlib.sha256(address.encode()).hexdigest())
        coming = Coming(AuditKind.SOURCE_CHANGE, change, DESCRIBED, agency=grant.agency)
        egress = _checked(grant, trials.opener.own_stores, address)
        await registrar.recorder.changed(coming, caller)
        return SampleText(_name(address), _text(await _read(egress, address)))


def _checked(grant: SourceGrant, own_stores: frozenset[HostPort], address: str) -> GuardedResolver:
    egress = grant.egress(own_stores)
    if not address.lower().startswith(("https://", "http://")) or "@" in address:
        raise AskDifferently(
            "VARIABLES_INVALID", "at: write an address of http or https, without a user name"
        )
    try:
        egress.check(address, "at: this address")
    except EgressRefused as refused:
        raise AskDifferently("SOURCE_NOT_GRANTED", str(refused)) from None
    return GuardedResolver(egress)


async def _read(resolver: GuardedResolver, address: str) -> HttpAnswer | Unavailable | Malformed:
    connector = aiohttp.TCPConnector(resolver=resolver, ssl=system_trust(), force_close=True)
    async with open_client(_LONGEST, timeout_s=_PATIENCE_S, connector=connector) as session:
        return await exchange(session, HttpRequest(address, headers=_KINDS), _LONGEST)


def _text(answer: HttpAnswer | Unavailable | Malformed) -> str:
    if not isinstance(answer, HttpAnswer):
        raise AskDifferently(
            "SAMPLE_UNREADABLE", "at: no whole answer of up to 2 MiB came in ten seconds"
        )
    if answer.status not in _OK:
        raise AskDifferently("SAMPLE_UNREADABLE", f"at: the system answered {answer.status}")
    try:
        return answer.body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise AskDifferently("SAMPLE_UNREADABLE", "at: the answer is not in UTF-8") from None


def _name(address: str) -> str:
    path = address.partition("?")[0].partition("#")[0]
    return path.rpartition("/")[2] or "described.json"
