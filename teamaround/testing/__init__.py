"""A gateway around one source, and the conformance kit as one call, for a source's author."""

from adapters.conformance.kit import Level
from adapters.contract.codes import Purpose, Sector
from teamaround.testing.answer import GatewayAnswer
from teamaround.testing.conformance import assert_conforms
from teamaround.testing.gateway import (
    GatewayAround,
    QuestionRefused,
    SourceRaised,
    SourceUnusable,
    ask_once,
    gateway_around,
)

__all__ = [
    "GatewayAnswer",
    "GatewayAround",
    "Level",
    "Purpose",
    "QuestionRefused",
    "Sector",
    "SourceRaised",
    "SourceUnusable",
    "ask_once",
    "assert_conforms",
    "gateway_around",
]
