"""The sources as one caller may see and change them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from adapters.contract.codes import Claim
from gateway.fanout.health import SourceHealth
from gateway.fanout.sources import card_of
from gateway.graphql.services.source import (
    ExampleReply,
    FindingType,
    Registration,
    Reload,
    SourceDecision,
    SourceText,
    SourceType,
    SourceView,
)
from gateway.graphql.types.codes import QualityLevel, SourceState
from gateway.model.caller import Caller
from gateway.registry.desired_state import SourceVersion
from gateway.registry.generations import ActiveGeneration, Generations
from gateway.registry.inspection import Proposal, read_proposal
from gateway.registry.ledger.record import OPERATOR, By, RuleResult, Version
from gateway.registry.registrar import ChangeOutcome, Registrar
from gateway.registry.reload import Reloader


@dataclass(frozen=True, slots=True)
class SourceApi:
    """Everybody sees what is in force and what is suspended, sensitive services apart.

    Those, and proposals, are seen by their own agency and by operators; so is who decided about a
    source, when it last answered, which would say when somebody asked, and why answers failed.
    """

    registrar: Registrar
    reloading: Reloader
    generations: Generations
    active: ActiveGeneration
    caller: Caller

    async def seen(self) -> list[SourceType]:
        """The sources, by id; a proposal stands after the version that is in force."""
        return await self._seen(self.active)

    async def version(self, source: str, number: int) -> SourceType | None:
        """One version with its text and what was found of it; None if it is not for this caller."""
        now = self.active
        version = await self.registrar.version(source, number)
        if version is None or not self._concerns(version.agency):
            return None
        found = tuple(map(finding, version.findings))
        text = SourceText(manifest=version.manifest, rules=version.rules, findings=found)
        known = [
            each for each in await self._views(now) if (each.id, each.version) == (source, number)
        ]
        views = known or [*_proposal(version)]
        proposed = None if version.from_folder else _by(version.by, version.at)
        shown = (SourceType.of(replace(each, text=text, proposed=proposed)) for each in views)
        return next(shown, None)

    async def register(
        self, manifest: str, rules: str | None, replies: list[ExampleReply]
    ) -> Registration:
        """Keep a version as a proposal; NotAllowed unless the caller registers for its agency."""
        sent = {reply.name: reply.content.encode() for reply in replies}
        proposal = Proposal(manifest, rules, sent)
        return await self._registration(await self.registrar.propose(self.caller, proposal))

    async def approve(self, source: str, version: int) -> Registration:
        """Bring a version into force; NotAllowed unless the caller governs its agency."""
        return await self._registration(await self.registrar.approve(self.caller, source, version))

    async def suspend(self, source: str, reason: str) -> Registration:
        """Take a source out of force until it is approved again; NotAllowed as for `approve`."""
        return await self._registration(await self.registrar.suspend(self.caller, source, reason))

    async def reload(self) -> Reload:
        """Bring the files into force for an operator, and secrets that are others by now."""
        done = await self.reloading.on_request(self.caller)
        return Reload(
            generation=done.generation,
            new_secrets=list(done.secrets.new),
            kept_secrets=list(done.secrets.kept),
            new_certificates=list(done.certificates.new),
            kept_certificates=list(done.certificates.kept),
            ending_certificates=list(done.certificates.ending),
        )

    async def _registration(self, outcome: ChangeOutcome) -> Registration:
        seen = await self._seen(self.generations.current) if outcome.source is not None else []
        wanted = (outcome.source, outcome.version)
        return Registration(
            source=next((each for each in seen if (each.id, each.version) == wanted), None),
            findings=[finding(each) for each in outcome.findings],
        )

    async def _seen(self, now: ActiveGeneration) -> list[SourceType]:
        return [SourceType.of(view) for view in await self._views(now)]

    async def _views(self, now: ActiveGeneration) -> list[SourceView]:
        health = await now.fan_out.health()
        views = [*self._in_force(now, health), *await self._proposed(now)]
        views.sort(key=lambda view: (view.id, view.version))
        return views

    def _in_force(
        self, now: ActiveGeneration, health: Mapping[str, SourceHealth]
    ) -> Iterator[SourceView]:
        desired_state = now.desired_state
        for held in filter(self._may_see, desired_state.held):
            found = health[held.id]
            concerned = self._concerns(held.grant.agency)
            yield replace(
                self._view(now, held, SourceState.APPROVED),
                reachable=found.reachable,
                breaker=found.breaker,
                p50_ms=found.p50_ms if concerned else None,
                p99_ms=found.p99_ms if concerned else None,
                checked_at=found.checked_at,
                answered_at=found.answered_at if concerned else None,
                failures=found.failures if concerned else None,
            )
        for held in filter(self._may_see, desired_state.suspended):
            yield self._view(now, held, SourceState.SUSPENDED)

    def _view(self, now: ActiveGeneration, held: SourceVersion, state: SourceState) -> SourceView:
        national = Claim.NATIONAL in held.grant.claims & {*held.manifest.source.claims}
        return SourceView(
            id=held.id,
            agency=card_of(held.manifest, national=national),
            kind=held.manifest.kind,
            version=held.version,
            state=state,
            level=_level(held.level),
            decision=_decision(now, held) if self._concerns(held.grant.agency) else None,
        )

    def _may_see(self, held: SourceVersion) -> bool:
        source = held.manifest.source
        return not source.sensitive or self._concerns(source.agency)

    async def _proposed(self, now: ActiveGeneration) -> list[SourceView]:
        approved = {
            h.id: h.version for h in (*now.desired_state.held, *now.desired_state.suspended)
        }
        return [
            view
            for version in await self.registrar.newest()
            if not version.from_folder
            and version.number > approved.get(version.source, 0)
            and self._concerns(version.agency)
            for view in _proposal(version)
        ]

    def _concerns(self, agency: str) -> bool:
        return self.registrar.is_operator(self.caller) or agency == self.caller.organisation


def _decision(now: ActiveGeneration, held: SourceVersion) -> SourceDecision:
    said = now.desired_state.decided.get(held.id)
    if said is None:
        return SourceDecision(
            user=OPERATOR.user, issuer=None, organisation=OPERATOR.organisation, at=None
        )
    return _by(said.by, said.at)


def _by(by: By, at: datetime) -> SourceDecision:
    return SourceDecision(
        user=by.user, issuer=by.issuer or None, organisation=by.organisation, at=at
    )


def _proposal(version: Version) -> Iterator[SourceView]:
    manifest = read_proposal(version.manifest)
    if isinstance(manifest, tuple):  # it was usable once: a later gateway is stricter
        return
    yield SourceView(
        id=version.source,
        agency=card_of(manifest, national=False),
        kind=manifest.kind,
        version=version.number,
        state=SourceState.PROPOSED,
        level=_level(version.level),
        proposed=_by(version.by, version.at),
    )


def _level(level: str | None) -> QualityLevel | None:
    return None if level is None else QualityLevel(level.upper())


def finding(found: RuleResult) -> FindingType:
    """A rule as GraphQL has it; one that was not run counts as passed, and says so."""
    what = found.what or ("kept" if found.passed else "not run")
    return FindingType(rule=found.rule, passed=found.passed is not False, message=what)
