"""The errors that a reader may see: what happened, with which value, what to do."""


class IdearcError(Exception):
    """The base of all that we raise on purpose; its text is shown as it is, so no secret in it."""


class InputError(IdearcError):
    """Something that the visitor gave can't be used: the text of an idea, an address."""


class ProviderError(IdearcError):
    """The model gave no usable answer."""


class StoreError(IdearcError):
    """The database can't be read or written."""
