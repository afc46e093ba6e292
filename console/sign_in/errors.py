"""Why somebody is not signed in, or a form does not count. Each has a page of its own."""


class NotSignedIn(Exception):
    """Nobody is signed in, or no longer: `why` names the sentence that the page shows."""

    def __init__(self, why: str = "nobody") -> None:
        super().__init__(why)
        self.why = why


class SignInFailed(Exception):
    """The provider did not say who it is; the message says what to do."""


class FormRefused(Exception):
    """A form that does not count: from elsewhere, sent before, or open too long."""
