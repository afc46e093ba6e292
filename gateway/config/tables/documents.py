"""The table of the settings that says which GraphQL documents are answered."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from gateway.config.tables.table import SettingsTable


class DocumentSettings(SettingsTable):
    """Which GraphQL documents are answered, and how large one may be."""

    allow: Literal["trusted", "free"] | None = Field(
        None,
        description="Whether only trusted documents are answered, or any; production has to say"
        " which.",
    )
    max_bytes: Annotated[int, Field(ge=1024, le=1024 * 1024)] = Field(
        32 * 1024, description="Most bytes of a GraphQL document."
    )
    max_tokens: Annotated[int, Field(ge=100, le=100_000)] = Field(
        2000, description="Most tokens in a GraphQL document."
    )
    max_nesting: Annotated[int, Field(ge=10, le=100)] = Field(
        40, description="Deepest nesting of brackets in a document's text."
    )
    max_depth: Annotated[int, Field(ge=3, le=50)] = Field(
        12, description="Deepest nesting of fields in a document."
    )
    max_fields: Annotated[int, Field(ge=50, le=5000)] = Field(
        500, description="Most fields in an operation, fragments unfolded and aliases counted."
    )
    max_aliases: Annotated[int, Field(ge=0, le=1000)] = Field(
        30, description="Most aliases in a document, and in an operation with fragments unfolded."
    )
    max_equal_fields: Annotated[int, Field(ge=1, le=200)] = Field(
        50, description="Most times that one field is in one place, fragments unfolded."
    )
    max_fragments: Annotated[int, Field(ge=0, le=200)] = Field(
        50, description="Most fragments that a document defines."
    )
    max_operations: Annotated[int, Field(ge=1, le=50)] = Field(
        10, description="Most operations in a document."
    )
    max_directives: Annotated[int, Field(ge=0, le=20)] = Field(
        4, description="Most directives in one place of a document."
    )
    max_variables_bytes: Annotated[int, Field(ge=1024, le=1024 * 1024)] = Field(
        64 * 1024, description="Most bytes of a request's variables, as JSON."
    )
    max_variables_depth: Annotated[int, Field(ge=5, le=50)] = Field(
        10, description="Deepest nesting of objects and lists in a request's variables."
    )
    kept: Annotated[int, Field(ge=1, le=100_000)] = Field(
        1000,
        description="Parsed documents kept in memory, and as many refused ones for 30 seconds.",
    )

    @model_validator(mode="before")
    @classmethod
    def _in_a_word(cls, value: Any) -> Any:
        """`documents = "trusted"` says the same as the table with `allow` alone."""
        return {"allow": value} if isinstance(value, str) else value
