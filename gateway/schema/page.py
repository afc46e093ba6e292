"""Where a page of a longer list stands."""

from gateway.schema.declare import field, output


@output
class PageInfo:
    """Whether there is more before and after this page, and how to ask for it."""

    has_next_page: bool = field("Whether more follows; ask again with `after: endCursor`.")
    has_previous_page: bool = field("Whether something came before.")
    start_cursor: str | None = field("The cursor of the first item; null on an empty page.")
    end_cursor: str | None = field("The cursor of the last item; null on an empty page.")
