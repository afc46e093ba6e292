"""The log, its keys and its witnesses, opened as their tables of the settings say.

Whatever cannot be opened is ConfigurationInvalid, and says what to change.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import (
    AbstractContextManager,
    AsyncExitStack,
    asynccontextmanager,
    contextmanager,
    suppress,
)
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gateway.audit.errors import (
    KeysUnavailable,
    KeysUnreadable,
    LogCorrupt,
    LogUnavailable,
    LogUnserved,
)
from gateway.audit.keys.epoch_keys import KeyService
from gateway.audit.keys.epoch_name import FIRST_EPOCH
from gateway.audit.keys.key_ring import KeyRing
from gateway.audit.keys.signing.growth_signer import GrowthSigner
from gateway.audit.keys.signing.state import LogSigner, SignedState
from gateway.audit.log.embedded import AuditLog
from gateway.audit.publish.local_signer import local_signer
from gateway.audit.publish.publication import Publication
from gateway.audit.publish.quorum import witness_policy
from gateway.audit.publish.witness_at import (
    WitnessAt,
    open_session,
    refuse_doubles,
    refuse_other_log,
)
from gateway.audit.recorder.staff_children import NOBODY, StaffChildren, read_staff_children
from gateway.audit.store.contract import Log
from gateway.audit.tree.proved import CheckedState
from gateway.config.operator_file import read_operator_file
from gateway.config.settings import Settings
from gateway.config.settings_tables import (
    AlertSettings,
    FileSettings,
    KeySettings,
    LogSettings,
    WitnessSettings,
)
from gateway.config.state_folder import LOG_FILE, state_folder, store_setting, told_of
from gateway.model.clock import Clock
from gateway.model.errors import ConfigurationInvalid, ServiceAway

if TYPE_CHECKING:  # each takes long to import, and few settings and commands need it
    from gateway.audit.keys.service.several import KeyServices
    from gateway.audit.publish.witnesses import Witnessing
    from gateway.config.certificates.renewal import Certificates

LOG_KEY: Final = "log-key"
EPOCHS: Final = "epochs"
KEY_CHECKS: Final = "key-checks"


@asynccontextmanager
async def open_publication(
    settings: Settings, clock: Clock, certificates: "Certificates | None" = None
) -> AsyncIterator[Publication]:
    """The log, checked from what its signer remembers on, and the signer; signed at the end too.

    What is before that is to be hashed again by `log.recheck`.
    """
    files, state = settings.files, state_folder(settings.files)
    origin = read_operator_file(files.operator).log_origin
    async with AsyncExitStack() as stack:
        with _told_of(_signer_setting(settings)):
            signer = await _open_signer(settings, origin, stack, certificates)
        with _told_of(store_setting(settings.log)):
            async with signer.at_hand():
                publication = await _opened(settings, state, signer, clock, stack)
        stack.push_async_callback(_signed_at_last, publication)
        yield publication


async def _opened(
    settings: Settings, state: Path, signer: LogSigner, clock: Clock, stack: AsyncExitStack
) -> Publication:
    opened = await _open_log(settings.log, state, _checked(await signer.remembered()))
    stack.push_async_callback(opened.aclose)
    trusted = trusted_witnesses(settings.witnesses, signer.verifier_key)
    witnesses = [witness.key for witness in trusted]
    unmarked = settings.log.sign_unmarked
    return await Publication.open(opened, signer, clock.now, witnesses, sign_unmarked=unmarked)


def _told_of(setting: str) -> AbstractContextManager[None]:
    return told_of(setting, KeysUnreadable, LogCorrupt, LogUnserved, away=(LogUnavailable,))


def _signer_setting(settings: Settings) -> str:
    return "keys.service" if settings.environment == "production" else "files.state"


async def _open_signer(
    settings: Settings, origin: str, stack: AsyncExitStack, certificates: "Certificates | None"
) -> LogSigner:
    """In production the key service signs, out of reach of the log's operator; else a key here."""
    key = settings.files.state / LOG_KEY
    if settings.environment != "production":
        return await stack.enter_async_context(local_signer(key, origin))
    if key.exists():
        raise ConfigurationInvalid(
            f"files.state: {key} is in reach of the log's operator; move it to the key service,"
            " into log below its folder of keys"
        )
    keys = await open_keys(
        settings.keys, settings.files, stack, production=True, certificates=certificates
    )
    assert not isinstance(keys, KeyRing)  # noqa: S101 - production has no other
    from gateway.audit.keys.signing.remote_signer import RemoteSigner

    return await RemoteSigner.open(keys, origin)


@asynccontextmanager
async def open_signer_and_log(settings: Settings) -> AsyncIterator[tuple[GrowthSigner, Log]]:
    """The log, checked from its first entry, and its signer here, which may have no memory."""
    if settings.environment == "production":
        raise ConfigurationInvalid(
            "keys.service: signs this log; run `teamaround keys remember` where it is"
        )
    origin = read_operator_file(settings.files.operator).log_origin
    state = state_folder(settings.files)
    async with AsyncExitStack() as stack:
        with _told_of(store_setting(settings.log)):
            signer = await stack.enter_async_context(local_signer(state / LOG_KEY, origin))
            opened = await _open_log(settings.log, state, None)
        stack.push_async_callback(opened.aclose)
        yield signer, opened


async def _signed_at_last(publication: Publication) -> None:
    """So that nothing can be added to a log at rest."""
    with suppress(LogUnavailable, LogCorrupt):  # the next start tells it
        async with publication.signer.at_hand():
            await publication.leave()


def _checked(remembered: SignedState | None) -> CheckedState | None:
    """What was signed last, from which a start may begin; None if nothing was."""
    if remembered is None or not remembered.signed or not remembered.size:
        return None
    return CheckedState(remembered.size, remembered.root)


async def _open_log(log: LogSettings, state: Path, checked: CheckedState | None) -> Log:
    if log.dsn:
        from gateway.audit.log.postgres import PostgresLog

        return await PostgresLog.open(log.dsn, state / "log-found-by", checked)
    return await AuditLog.open(state / LOG_FILE, checked)


async def open_keys(
    keys: KeySettings,
    files: FileSettings,
    stack: AsyncExitStack,
    *,
    production: bool,
    certificates: "Certificates | None" = None,
) -> "KeyRing | KeyServices":
    """The epochs' keys: of files below `state` in development, else of the key services.

    Its credential and authority are added to `certificates`.
    """
    with told_of("keys.service" if keys.service else "files.state", KeysUnreadable):
        if keys.service and keys.credential:
            from gateway.audit.keys.service.checks import KeyChecks
            from gateway.audit.keys.service.client import KeyAccess
            from gateway.audit.keys.service.several import key_services

            access = KeyAccess.of(keys.credential, keys.authority)
            if certificates is not None:
                certificates.add(access.credential)
                certificates.add(access.authority)
            checks = KeyChecks.at(files.state / KEY_CHECKS)
            return await stack.enter_async_context(key_services(keys.services, access, checks))
        if keys.service:
            raise ConfigurationInvalid("keys.credential: the key service asks for one")
        if production:
            raise ConfigurationInvalid(
                "keys.service: production keeps the epochs' keys apart from the log;"
                " run `teamaround keys serve` and name it here"
            )
        return KeyRing.at(files.state / EPOCHS, first_epoch=FIRST_EPOCH)


async def open_keys_in_reach(
    keys: KeySettings,
    files: FileSettings,
    stack: AsyncExitStack,
    *,
    production: bool,
    certificates: "Certificates | None" = None,
) -> KeyService:
    """The same, and they can be used now."""
    opened = await open_keys(keys, files, stack, production=production, certificates=certificates)
    try:
        await opened.protect(())
    except KeysUnavailable as error:
        raise ServiceAway(f"keys.service: {error}; see whether it runs and lets us in") from None
    if not isinstance(opened, KeyRing):
        await opened.look()
    return opened


async def open_staff_children(alerts: AlertSettings, keys: KeyService) -> StaffChildren:
    """The list of colleagues' children, under the current epoch; NOBODY where none is named."""
    if alerts.staff_children is None:
        return NOBODY
    try:
        return read_staff_children(alerts.staff_children, (await keys.protect(())).epoch)
    except KeysUnreadable as error:
        raise ConfigurationInvalid(f"alerts.staff_children: {error}") from None


async def open_witnessing(
    witnesses: WitnessSettings, publication: Publication, clock: Clock, stack: AsyncExitStack
) -> "Witnessing":
    """The log's witnesses, ready to be asked."""
    from gateway.audit.publish.witnesses import Witnessing

    trusted = trusted_witnesses(witnesses, publication.signer.verifier_key)
    if witnesses.quorum > len(trusted):
        raise ConfigurationInvalid("witnesses.quorum: is more than there are witnesses")
    session = await stack.enter_async_context(open_session())
    return Witnessing(publication, trusted, session, clock.now)


def trusted_witnesses(witnesses: WitnessSettings, log_key: str) -> list[WitnessAt]:
    """The witnesses that the settings or their policy name; the log's own key is none."""
    policy = witness_policy(witnesses)
    named = named_witnesses(witnesses)
    with _told_of_witnesses(witnesses):
        if policy is not None:
            refuse_other_log(policy, log_key)
        refuse_doubles(named, log_key)
    return named


def named_witnesses(witnesses: WitnessSettings) -> list[WitnessAt]:
    """The same, whatever the log's key is."""
    policy = witness_policy(witnesses)
    with _told_of_witnesses(witnesses):
        if policy is None:
            return [WitnessAt.read(text) for text in witnesses.trusted]
        return [WitnessAt.of(each) for each in policy.witnesses]


@contextmanager
def _told_of_witnesses(witnesses: WitnessSettings) -> Iterator[None]:
    try:
        yield
    except KeysUnreadable as error:
        where = "trusted" if witnesses.policy is None else "policy"
        raise ConfigurationInvalid(f"witnesses.{where}: {error}") from None
