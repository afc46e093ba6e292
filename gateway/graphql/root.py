"""The schema as a whole, built by whoever wires the gateway."""

from datetime import date
from functools import cache

import strawberry
from strawberry.printer import print_schema
from strawberry.schema.config import StrawberryConfig

from gateway.graphql.mutation import Mutation
from gateway.graphql.query import Query
from gateway.graphql.types.scalars import SCALARS


@cache
def build_schema() -> strawberry.Schema:
    """A schema with @defer and @stream; contexts are `gateway.graphql.services.context.Context`.

    It is made once a process, since it says the same of every gateway. `Date` is promised to
    clients although no field has it yet, so it is named here.
    """
    config = StrawberryConfig(
        scalar_map=dict(SCALARS),
        enable_experimental_incremental_execution=True,
    )
    return strawberry.Schema(query=Query, mutation=Mutation, types=[date], config=config)


def printed() -> str:
    """The schema in GraphQL's definition language with every description; ends in a newline."""
    return print_schema(build_schema()).rstrip("\n") + "\n"
