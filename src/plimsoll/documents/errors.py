"""What is wrong with a document from outside."""


class DocumentError(ValueError):
    """A document cannot be read: malformed, or over a bound. The message is one line that says why."""

    def __init__(self, reason: str) -> None:
        """Keep the reason on one line, and short, whatever a parser put into it."""
        super().__init__(" ".join(reason.split())[:_LONGEST_REASON])


_LONGEST_REASON = 200
