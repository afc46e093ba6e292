"""The ledger, opened where the settings say: in PostgreSQL, or in a file below `state`."""

from contextlib import AbstractContextManager

from gateway.config.settings_tables import FileSettings, LogSettings
from gateway.config.state_folder import LEDGER_FILE, store_setting, told_of
from gateway.registry.ledger.contract import (
    Ledger,
    LedgerCorrupt,
    LedgerUnavailable,
    LedgerUnserved,
)


def told_of_ledger(log: LogSettings) -> AbstractContextManager[None]:
    """Say what keeps the ledger from being used as ConfigurationInvalid, or as ServiceAway."""
    return told_of(store_setting(log), LedgerCorrupt, LedgerUnserved, away=(LedgerUnavailable,))


async def open_ledger(log: LogSettings, files: FileSettings) -> Ledger:
    """What was proposed and rolled out; to be closed. ConfigurationInvalid says what to change."""
    # Its library is imported once there is a ledger to open: it takes a sixth of a second.
    from gateway.registry.ledger.store import SqlLedger

    with told_of_ledger(log):
        if log.dsn:
            return await SqlLedger.at_server(log.dsn)
        return await SqlLedger.at_file(files.state / LEDGER_FILE)


def is_kept(log: LogSettings, files: FileSettings) -> bool:
    """Whether there may be a ledger already; opening it would make one."""
    return bool(log.dsn) or (files.state / LEDGER_FILE).exists()
