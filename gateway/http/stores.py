"""What a gateway keeps, opened as its settings say; ConfigurationInvalid says what to change."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from gateway.audit.errors import KeysUnavailable, KeysUnreadable, LogCorrupt, LogUnavailable
from gateway.audit.keys.epoch_keys import KeyService
from gateway.audit.keys.epoch_name import FIRST_EPOCH
from gateway.audit.keys.key_ring import KeyRing
from gateway.audit.keys.service.client import RemoteKeys, remote_keys
from gateway.audit.log.embedded import AuditLog
from gateway.audit.log.postgres import PostgresLog
from gateway.audit.publish.publication import Publication
from gateway.audit.recorder.staff_children import NOBODY, StaffChildren, read_staff_children
from gateway.audit.store.contract import Log
from gateway.audit.tree.note import NoteSigner
from gateway.config.operator_file import read_operator_file
from gateway.config.settings import Settings
from gateway.model.clock import Clock
from gateway.model.errors import ConfigurationInvalid
from gateway.oversight.break_glass.store.contract import GrantStore, GrantsUnavailable
from gateway.oversight.break_glass.store.grants import SqlGrants
from gateway.registry.ledger.contract import Ledger, LedgerCorrupt, LedgerUnavailable
from gateway.registry.ledger.store import SqlLedger
from gateway.registry.signing_keys import OnBehalfKeys


@asynccontextmanager
async def open_publication(settings: Settings, clock: Clock) -> AsyncIterator[Publication]:
    """The log, checked from its first entry, and the key that signs its state."""
    origin = read_operator_file(settings.files.operator).log_origin
    _make_folder(settings.files.state)
    async with AsyncExitStack() as stack:
        try:
            signer = NoteSigner.at(settings.files.state / "log-key", origin)
            log = await _open_log(settings)
            stack.push_async_callback(log.aclose)
            publication = await Publication.open(log, signer, clock.now)
        except (KeysUnreadable, LogCorrupt, LogUnavailable) as error:
            raise ConfigurationInvalid(f"files.state: {error}") from error
        yield publication


async def _open_log(settings: Settings) -> Log:
    if settings.log.dsn:
        return await PostgresLog.open(settings.log.dsn, settings.files.state / "log-found-by")
    return await AuditLog.open(settings.files.state / "audit.sqlite")


async def open_ledger(settings: Settings) -> Ledger:
    """What was proposed and rolled out, in a file or in PostgreSQL; to be closed."""
    try:
        if settings.log.dsn:
            return await SqlLedger.at_server(settings.log.dsn)
        return await SqlLedger.at_file(settings.files.state / "ledger.sqlite")
    except (LedgerCorrupt, LedgerUnavailable) as error:
        raise ConfigurationInvalid(f"files.state: {error}") from error


async def open_grants(settings: Settings) -> GrantStore:
    """What waits for review and is to be told, beside the log; to be closed."""
    try:
        if settings.log.dsn:
            return await SqlGrants.at_server(settings.log.dsn)
        return await SqlGrants.at_file(settings.files.state / "break-glass.sqlite")
    except GrantsUnavailable as error:
        raise ConfigurationInvalid(f"files.state: {error}") from error


def alerts_file(settings: Settings) -> Path:
    """Where this gateway keeps the alerts that it found."""
    return settings.files.state / "alerts.sqlite"


async def open_keys(
    settings: Settings, stack: AsyncExitStack, credential: Path | None = None
) -> KeyRing | RemoteKeys:
    """The epochs' keys: of files below `state` in development, else of the key service."""
    shown = credential or settings.keys.credential
    try:
        if settings.keys.service and shown:
            place, authority = settings.keys.service, settings.keys.authority
            return await stack.enter_async_context(remote_keys(place, shown, authority))
        if settings.keys.service:
            raise ConfigurationInvalid("keys.credential: the key service asks for one")
        if settings.environment == "production":
            raise ConfigurationInvalid(
                "keys.service: production keeps the epochs' keys apart from the log;"
                " run `teamaround keys serve` and name it here"
            )
        return KeyRing.at(settings.files.state / "epochs", first_epoch=FIRST_EPOCH)
    except KeysUnreadable as error:
        raise ConfigurationInvalid(f"files.state: {error}") from error


async def open_keys_in_reach(settings: Settings, stack: AsyncExitStack) -> KeyService:
    """The same, and they can be used now."""
    keys = await open_keys(settings, stack)
    try:
        await keys.protect(())
    except KeysUnavailable as error:
        raise ConfigurationInvalid(f"keys.service: {error}") from None
    return keys


async def staff_children(settings: Settings, keys: KeyService) -> StaffChildren:
    """The list of colleagues' children, under the current epoch; NOBODY where none is named."""
    if settings.alerts.staff_children is None:
        return NOBODY
    try:
        return read_staff_children(settings.alerts.staff_children, (await keys.protect(())).epoch)
    except KeysUnreadable as error:
        raise ConfigurationInvalid(f"alerts.staff_children: {error}") from None


def keys_on_behalf(settings: Settings) -> OnBehalfKeys:
    """The keys that sign on whose behalf an agency is asked."""
    _make_folder(settings.files.state)
    try:
        return OnBehalfKeys.at(settings.files.state / "on-behalf-keys.json")
    except KeysUnreadable as error:
        raise ConfigurationInvalid(f"files.state: {error}") from error


def _make_folder(state: Path) -> None:
    try:
        state.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise ConfigurationInvalid(
            f"files.state: {state} cannot be made into a folder ({type(error).__name__})"
        ) from None
