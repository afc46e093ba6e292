"""The schema that this release promises, as it is shipped beside the code; a test holds the two."""

from pathlib import Path
from typing import Final

PROMISED: Final = Path(__file__).with_name("schema.graphql")


def promised() -> str:
    """The schema in GraphQL's definition language with every description; ends in a newline."""
    return PROMISED.read_text("utf-8")
