"""What a collector is told of who sends: the gateway's name, its version, and this process."""

from importlib.metadata import version
from typing import Final
from uuid import uuid4

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.util.instrumentation import InstrumentationScope

SCOPE: Final = InstrumentationScope("teamaround")


def own_resource() -> Resource:
    """Of this process: two replicas must not write one series. No variable adds to it."""
    return Resource(
        {
            "service.name": "teamaround",
            "service.version": version("teamaround"),
            "service.instance.id": uuid4().hex,
        }
    )
