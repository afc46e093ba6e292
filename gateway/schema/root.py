"""The schema as a whole, built by whoever wires the gateway."""

from datetime import date

import strawberry
from strawberry.schema.config import StrawberryConfig

from gateway.schema.mutation import Mutation
from gateway.schema.query import Query
from gateway.schema.scalars import SCALARS


def build_schema() -> strawberry.Schema:
    """A schema with @defer and @stream; contexts are `gateway.schema.context.Context`.

    `Date` is promised to clients although no field has it yet, so it is named here.
    """
    config = StrawberryConfig(
        scalar_map=dict(SCALARS),
        enable_experimental_incremental_execution=True,
    )
    return strawberry.Schema(query=Query, mutation=Mutation, types=[date], config=config)
