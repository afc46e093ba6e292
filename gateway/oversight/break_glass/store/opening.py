"""Break-glass grants and notices, opened where the settings say: PostgreSQL, or a file."""

from gateway.config.settings_tables import FileSettings, LogSettings
from gateway.config.state_folder import GRANTS_FILE, store_setting, told_of
from gateway.oversight.break_glass.store.contract import (
    GrantStore,
    GrantsUnavailable,
    GrantsUnserved,
)
from gateway.oversight.break_glass.store.grants import SqlGrants


async def open_grants(log: LogSettings, files: FileSettings) -> GrantStore:
    """What waits for review and is to be told, beside the log; to be closed.

    ConfigurationInvalid says what to change.
    """
    with told_of(store_setting(log), GrantsUnserved, away=(GrantsUnavailable,)):
        if log.dsn:
            return await SqlGrants.at_server(log.dsn)
        return await SqlGrants.at_file(files.state / GRANTS_FILE)
