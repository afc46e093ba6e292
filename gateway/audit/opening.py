"""The log, its keys and its witnesses, opened as their tables of the settings say.

Whatever cannot be opened is ConfigurationInvalid, and says what to change.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

from gateway.audit.errors import KeysUnavailable, KeysUnreadable, LogCorrupt, LogUnavailable
from gateway.audit.keys.epoch_keys import KeyService
from gateway.audit.keys.epoch_name import FIRST_EPOCH
from gateway.audit.keys.key_ring import KeyRing
from gateway.audit.keys.service.checks import KeyChecks
from gateway.audit.keys.service.client import KeyAccess
from gateway.audit.keys.service.several import KeyServices, key_services
from gateway.audit.log.embedded import AuditLog
from gateway.audit.log.postgres import PostgresLog
from gateway.audit.publish.publication import Publication
from gateway.audit.publish.witnesses import WitnessAt, Witnessing, open_session
from gateway.audit.recorder.staff_children import NOBODY, StaffChildren, read_staff_children
from gateway.audit.store.contract import Log
from gateway.audit.tree.note import NoteSigner
from gateway.config.certificates.renewal import Certificates
from gateway.config.operator_file import read_operator_file
from gateway.config.settings_tables import (
    AlertSettings,
    FileSettings,
    KeySettings,
    LogSettings,
    WitnessSettings,
)
from gateway.config.state_folder import state_folder, told_of_state
from gateway.model.clock import Clock
from gateway.model.errors import ConfigurationInvalid

LOG_FILE: Final = "audit.sqlite"
EPOCHS: Final = "epochs"
KEY_CHECKS: Final = "key-checks"


@asynccontextmanager
async def open_publication(
    log: LogSettings, files: FileSettings, clock: Clock
) -> AsyncIterator[Publication]:
    """The log, checked from its first entry, and the key that signs its state."""
    origin = read_operator_file(files.operator).log_origin
    state = state_folder(files)
    async with AsyncExitStack() as stack:
        with told_of_state(KeysUnreadable, LogCorrupt, LogUnavailable):
            signer = NoteSigner.at(state / "log-key", origin)
            opened = await _open_log(log, state)
            stack.push_async_callback(opened.aclose)
            publication = await Publication.open(opened, signer, clock.now)
        yield publication


async def _open_log(log: LogSettings, state: Path) -> Log:
    if log.dsn:
        return await PostgresLog.open(log.dsn, state / "log-found-by")
    return await AuditLog.open(state / LOG_FILE)


async def open_keys(
    keys: KeySettings,
    files: FileSettings,
    stack: AsyncExitStack,
    *,
    production: bool,
    certificates: Certificates | None = None,
) -> KeyRing | KeyServices:
    """The epochs' keys: of files below `state` in development, else of the key services.

    Its credential and authority are added to `certificates`.
    """
    with told_of_state(KeysUnreadable):
        if keys.service and keys.credential:
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
    certificates: Certificates | None = None,
) -> KeyService:
    """The same, and they can be used now."""
    opened = await open_keys(keys, files, stack, production=production, certificates=certificates)
    try:
        await opened.protect(())
    except KeysUnavailable as error:
        raise ConfigurationInvalid(f"keys.service: {error}") from None
    if isinstance(opened, KeyServices):
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
) -> Witnessing:
    """The log's witnesses, ready to be asked."""
    try:
        trusted = [WitnessAt.read(text) for text in witnesses.trusted]
    except KeysUnreadable as error:
        raise ConfigurationInvalid(f"witnesses.trusted: {error}") from None
    if witnesses.quorum > len(trusted):
        raise ConfigurationInvalid("witnesses.quorum: is more than there are witnesses")
    session = await stack.enter_async_context(open_session())
    return Witnessing(publication, trusted, session, clock.now)
