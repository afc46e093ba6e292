"""The schema as text, the same every time."""

from strawberry.printer import print_schema

from gateway.schema.root import build_schema


def printed() -> str:
    """The schema in GraphQL's definition language with every description; ends in a newline."""
    return print_schema(build_schema()).rstrip("\n") + "\n"
