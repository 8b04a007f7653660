"""The errors that a reader may see: what happened, with which value, what to do."""


class IdearcError(Exception):
    """The base of all that we raise on purpose; its text is shown as it is, so no secret in it."""

    is_permanent = False  # whether it would be the same again if nothing else changes
    retry_after: float | None = None  # seconds, where it is known


class InputError(IdearcError):
    """Something that the visitor gave can't be used: the text of an idea, an address."""


class ProviderError(IdearcError):
    """The model gave no usable answer."""

    def __init__(
        self, reason: str, *, is_permanent: bool = False, retry_after: float | None = None
    ) -> None:
        super().__init__(reason)
        self.is_permanent = is_permanent
        self.retry_after = retry_after


class WrongFormError(ProviderError):
    """The model answered twice in a form that can't be read."""


class SearchError(IdearcError):
    """The web can't be searched; jobs go on without it."""


class StoreError(IdearcError):
    """The database can't be read or written."""


def explained(error: BaseException) -> str:
    """What to say of any error: its own words only where they can't hold a secret."""
    if isinstance(error, IdearcError):
        return str(error)
    why = type(error).__name__
    if isinstance(error, OSError) and error.strerror:
        why = f"{why}: {error.strerror}"
    return f"Something went wrong inside Idearc ({why}). Try again; with --verbose it says where."
