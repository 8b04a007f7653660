"""How much is read of what a model's server sends."""

from collections.abc import AsyncIterator

import httpx2

MAX_MEGABYTES = 10  # the longest answer that makes sense has a hundredth of it


class TooLong(Exception):
    """More came than an answer can have."""


class Limited(httpx2.AsyncByteStream):
    """Breaks off with TooLong, before what is sent fills the memory."""

    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for part in self._stream:
            size += len(part)
            if size > MAX_MEGABYTES * 1_000_000:
                raise TooLong
            yield part

    async def aclose(self) -> None:
        await self._stream.aclose()
