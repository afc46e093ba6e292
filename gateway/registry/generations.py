"""One generation in force after another: replaced whole, kept to its end by whoever began in it."""

import asyncio
import gc
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from gateway.config.certificates.kept import Validity
from gateway.config.operator_file import OperatorFile
from gateway.fanout.fan_out import FanOut
from gateway.fanout.sources import registry_of
from gateway.graphql.trusted.manifests import DocumentManifest
from gateway.graphql.trusted.trusted_documents import TrustedDocuments
from gateway.model.causes import cause_of
from gateway.model.errors import ConfigurationInvalid
from gateway.policy.decide import Policy
from gateway.policy.rules.rule_set import Baseline
from gateway.questions.prepare import Preparation, Stages
from gateway.registry.connect import ManagedConnection, SourceOpener
from gateway.registry.desired_state import DesiredState, SourceVersion
from gateway.registry.files import OperatorFiles


@dataclass(frozen=True, slots=True)
class RenewedSecrets:
    """The sources whose secrets were read anew: `new` are others by now, `kept` cannot be used.

    Beside each of the latter is the cause, as a code.
    """

    new: tuple[str, ...] = ()
    kept: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ActiveGeneration:
    """Everything of one generation: what a question takes at its start and keeps to its end.

    What may be remembered of answers and decisions is remembered in here, so that it ends here.
    """

    desired_state: DesiredState
    preparation: Preparation
    fan_out: FanOut
    connections: Mapping[str, ManagedConnection]
    secrets: RenewedSecrets = field(default_factory=RenewedSecrets)

    def numbered(self, generation: int) -> "ActiveGeneration":
        """The same as another generation."""
        return replace(self, desired_state=replace(self.desired_state, generation=generation))

    @property
    def generation(self) -> int:
        """Counted from 1; the ledger says what began it."""
        return self.desired_state.generation

    @property
    def folder(self) -> OperatorFiles:
        """The operator's files that are in force."""
        return self.desired_state.folder

    @property
    def operator(self) -> OperatorFile:
        """The operator's own file among them."""
        return self.folder.operator


class Generations:
    """What is in force now; an unchanged source stays open, with its connection and limits."""

    def __init__(self, stages: Stages, opener: SourceOpener, baseline: Baseline) -> None:
        self._stages = stages
        self._opener = opener
        self._baseline = baseline
        self._current: ActiveGeneration | None = None
        self._began: Counter[int] = Counter()
        self._superseded = False  # since Python last looked for what is in cycles
        self._closing: set[asyncio.Task[None]] = set()

    @property
    def current(self) -> ActiveGeneration:
        """The newest generation here."""
        if self._current is None:
            raise RuntimeError("nothing is in force yet")
        return self._current

    @property
    def newest(self) -> ActiveGeneration | None:
        """The newest generation here, None before the first."""
        return self._current

    def generation(self) -> int:
        """The number of the newest generation here."""
        return self.current.generation

    def own_certificates(self) -> dict[str, Validity]:
        """When the certificates are good that agencies are shown, by source."""
        held = {} if self._current is None else self._current.connections
        return {n: each.own_certificate for n, each in held.items() if each.own_certificate}

    def enter(self) -> ActiveGeneration:
        """The newest generation, kept open until whoever entered has called `leave`."""
        current = self.current
        self._began[id(current)] += 1
        return current

    def under_way(self) -> int:
        """How many have entered and not left."""
        return self._began.total()

    def leave(self, entered: ActiveGeneration) -> None:
        """Let go of a generation; the last to leave a superseded one closes what it alone held."""
        self._began[id(entered)] -= 1
        if not self._began[id(entered)]:
            del self._began[id(entered)]
            if entered is not self._current:
                self._retire(entered)
            self._forget_when_quiet()

    async def prepare(
        self, desired_state: DesiredState, must_open: frozenset[str], *, renew: bool = False
    ) -> ActiveGeneration:
        """Open what the desired state holds; give it to `replace` or `discard`.

        With `renew`, the secrets of what is open already are read anew.

        ConfigurationInvalid names the first rule or every document that cannot be used, or the
        first source of `must_open` that cannot be opened; then nothing new is open.
        """
        rule_set = await asyncio.to_thread(desired_state.rule_set, self._baseline)
        trusted = await asyncio.to_thread(self._trusted, desired_state.folder.documents)
        opened: list[ManagedConnection] = []
        kept: dict[str, str] = {}
        try:
            for held in desired_state.held:
                await asyncio.sleep(0)  # questions want their turn between two of 300 sources
                connection = await self._connection(held, must=held.id in must_open)
                if renew:
                    connection = await self._renewed(connection, kept)
                connection.take()
                opened.append(connection)
            for held in desired_state.silenced:
                connection = self._opener.silent(held)
                connection.take()
                opened.append(connection)
            registry = registry_of(
                [connection.source for connection in opened],
                desired_state.folder.operator,
                [held.manifest for held in desired_state.suspended],
            )
        except BaseException:
            self._give_back(opened)
            raise
        connections = {connection.held.id: connection for connection in opened}
        preparation = Preparation(self._stages, registry, Policy(rule_set), trusted)
        fan_out = FanOut(
            {name: connection.connection for name, connection in connections.items()},
            self._stages.clock,
        )
        secrets = RenewedSecrets(tuple(self._with_new_secrets(opened)), kept)
        return ActiveGeneration(desired_state, preparation, fan_out, connections, secrets)

    def replace(self, new: ActiveGeneration) -> None:
        """From now on every question begins in `new`.

        Tokens are verified again, and no answer to an earlier question is kept for another.
        """
        before, self._current = self._current, new
        self._stages.verifier.forget()
        new.fan_out.forget()
        if before is not None:
            if id(before) not in self._began:
                self._retire(before)
            self._superseded = True
            self._forget_when_quiet()

    def _forget_when_quiet(self) -> None:
        # Manifests are in cycles, and a serving gateway looks for those hardly ever. Of 300 the
        # look takes so long that a question would wait for it.
        if self._superseded and not self._began:
            self._superseded = False
            gc.collect()

    def discard(self, prepared: ActiveGeneration) -> None:
        """Close what was opened for a generation that does not come into force."""
        self._retire(prepared)

    async def aclose(self) -> None:
        """Close everything; nothing is asked any more."""
        if self._current is not None:
            self._retire(self._current)
        await asyncio.gather(*self._closing)

    async def _connection(self, held: SourceVersion, *, must: bool) -> ManagedConnection:
        before = self._current.connections.get(held.id) if self._current is not None else None
        if before is not None and before.opened and before.held == held:
            return before
        return await self._opener.open(held, before, must=must)

    def _trusted(self, manifests: tuple[DocumentManifest, ...] | None) -> TrustedDocuments | None:
        """The documents that may be asked; None if any may. What was read before stays read."""
        if manifests is None:
            return None
        before = None if self._current is None else self._current.preparation.trusted
        return TrustedDocuments.of(manifests, self._stages.documents, before)

    async def _renewed(self, before: ManagedConnection, kept: dict[str, str]) -> ManagedConnection:
        try:
            return await self._opener.renewed(before)
        except ConfigurationInvalid as error:
            kept[before.held.id] = cause_of(error)
            return before

    def _with_new_secrets(self, opened: Iterable[ManagedConnection]) -> Iterator[str]:
        """The sources that are what they were, but for their secrets."""
        were = {} if self._current is None else self._current.connections
        for now in opened:
            before = were.get(now.held.id)
            same = before is not None and before.held == now.held
            if same and before is not now and now.opened:
                yield now.held.id

    def _retire(self, generation: ActiveGeneration) -> None:
        self._give_back(generation.connections.values())

    def _give_back(self, connections: Iterable[ManagedConnection]) -> None:
        for connection in connections:
            if connection.give_back():
                closing = asyncio.create_task(connection.aclose())
                self._closing.add(closing)
                closing.add_done_callback(self._closing.discard)
