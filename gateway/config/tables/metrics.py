"""The table of the settings that says where the gateway's figures can be read."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field

from gateway.config.addresses.hosts import is_here
from gateway.config.settings_names import SettingKey
from gateway.config.tables.table import Host, SettingsTable

_LAST_PORT: Final = 65535


class MetricSettings(SettingsTable):
    """Where Prometheus reads the gateway's figures, and what it shows."""

    port: Annotated[int, Field(ge=0, le=_LAST_PORT)] | None = Field(
        None, description="Port of `/metrics`; left out, nothing is counted. 0 takes a free one."
    )
    host: Host = Field("127.0.0.1", description="Address to listen on for it.")
    credential: Path | None = Field(
        None, description="File of the credential that Prometheus shows; production needs one."
    )
    tunnelled: bool = Field(
        default=False,
        description="Whether a tunnel of your own protects the way to `/metrics`, so that it"
        " needs no TLS.",
    )


def metric_faults(
    environment: str, metrics: MetricSettings, *, over_tls: bool, workers: int
) -> Iterator[tuple[SettingKey, str]]:
    """Figures that anybody could read, or that nobody could find."""
    if metrics.port is None:
        if metrics.credential is not None:
            yield ("metrics", "credential"), "is for `/metrics`: name its port, or take this out"
        return
    if environment == "production" and metrics.credential is None:
        yield ("metrics", "port"), "production shows figures for a credential: name its file"
    clear = not (over_tls or metrics.tunnelled or is_here(metrics.host))
    if environment == "production" and clear:
        what = (
            "other machines read figures over TLS alone: name tls.certificate, listen on"
            " 127.0.0.1, or say tunnelled = true where a tunnel of your own protects the way"
        )
        yield ("metrics", "host"), what
    if metrics.port == 0 and workers > 1:
        yield ("metrics", "port"), "workers listen on this port and those after it: write which"
    elif metrics.port + workers - 1 > _LAST_PORT:
        yield ("metrics", "port"), "workers listen on this port and those after it: write a lower"
