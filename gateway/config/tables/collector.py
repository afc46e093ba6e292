"""The table of the settings that says which OpenTelemetry collector gets figures and traces."""

import os
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import Field

from adapters.network.egress import HostPort
from gateway.config.addresses.hosts import is_here
from gateway.config.settings_names import SettingKey
from gateway.config.tables.table import SettingsTable
from gateway.model.errors import ConfigurationInvalid
from gateway.model.figures import ONE_IN

MOST_TRACED: Final = 1 / ONE_IN
"""The largest share of questions that production traces: one in 20, as figures by lot are counted.

docs/adr/0073 says why.
"""
_KIT: Final = ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.common")
_PORTS: Final = {"http": 80, "https": 443}


class CollectorSettings(SettingsTable):
    """Which OpenTelemetry collector gets the gateway's figures and traces, over OTLP."""

    url: str = Field(
        "",
        description="Where the collector takes OTLP over HTTP, such as"
        " `https://collector.example:4318`; left out, nothing is sent or traced.",
    )
    credential: Path | None = Field(
        None, description="File of the credential that the gateway shows to it."
    )
    credential_variable: str = Field(
        "", description="Variable of the environment that holds it, in the place of a file."
    )
    authority: Path | None = Field(
        None, description="Authority of the collector's certificate; left out, the system's."
    )
    tunnelled: bool = Field(
        default=False,
        description="Whether a tunnel of your own protects the way to it, so that it needs no TLS.",
    )
    traces: Annotated[float, Field(ge=0, le=1)] = Field(
        MOST_TRACED, description="Share of questions that are traced, drawn by lot; 0 for none."
    )
    metrics_every: Annotated[float, Field(ge=0, le=3600)] = Field(
        60.0, description="Seconds between two times that figures are sent; 0 for never."
    )
    link_callers: bool = Field(
        default=False,
        description="Whether a trace names the trace that its caller stated; it may be anything.",
    )

    @property
    def address(self) -> HostPort | None:
        """Its host and port; None where no collector is named, or none can be read."""
        try:
            parts = urlsplit(self.url)
            port = parts.port or _PORTS.get(parts.scheme, 0)
        except ValueError:
            return None
        return (parts.hostname, port) if parts.hostname and port else None


def collector_faults(
    environment: str, collector: CollectorSettings, variables: Mapping[str, str] = os.environ
) -> Iterator[tuple[SettingKey, str]]:
    """A collector that cannot be reached so, or that tells more than may be told."""
    if not collector.url:
        for name in ("credential", "credential_variable", "authority", "link_callers"):
            if getattr(collector, name):
                yield ("collector", name), "is for a collector: name its url, or take this out"
        return
    if not _is_plain(collector):
        yield ("collector", "url"), "write https://host:port, without a password or a query"
    elif environment == "production" and not _is_safe(collector):
        what = (
            "production sends to another machine over TLS alone: write https://,"
            " or say tunnelled = true where a tunnel of your own protects the way"
        )
        yield ("collector", "url"), what
    if environment == "production" and collector.traces > MOST_TRACED:
        what = f"production traces at most {MOST_TRACED} of all questions, so that none is followed"
        yield ("collector", "traces"), what
    if collector.credential and collector.credential_variable:
        yield ("collector", "credential"), "is named twice: write a file or a variable"
    if collector.credential_variable and not variables.get(collector.credential_variable):
        yield ("collector", "credential_variable"), "there is no such variable, or it is empty"


def refuse_without_kit(collector: CollectorSettings) -> None:
    """ConfigurationInvalid if a collector is named and the extra that feeds it is not installed."""
    if collector.url and not all(map(_is_installed, _KIT)):
        raise ConfigurationInvalid(
            "collector.url: OpenTelemetry is not installed here: install teamaround[otel],"
            " or take the setting out"
        )


def _is_installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # of a package around it
        return False


def _is_plain(collector: CollectorSettings) -> bool:
    parts = urlsplit(collector.url) if collector.address else None
    return (
        parts is not None
        and parts.scheme in _PORTS
        and not (parts.query or parts.fragment or "@" in parts.netloc)
    )


def _is_safe(collector: CollectorSettings) -> bool:
    host = collector.address
    return (
        collector.url.startswith("https:")
        or collector.tunnelled
        or (host is not None and is_here(host[0]))
    )
