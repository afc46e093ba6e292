"""How the store of leave fails; no message repeats a value that came with a request."""


class LeaveUnavailable(Exception):
    """What waits for review cannot be read or written now, so that nothing is given."""
