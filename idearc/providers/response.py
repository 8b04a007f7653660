"""What a model's server sends, before the SDK sees it: how much is read, and what is an error."""

import json
from collections.abc import AsyncIterator

import httpx2

from idearc.providers.refusal import status_within

MAX_MEGABYTES = 10  # the longest answer that makes sense has a hundredth of it


class UnreadableBodyError(Exception):
    """What comes can't be an answer; says why, in a few words."""


async def receive(response: httpx2.Response) -> None:
    """Reads the whole response, unpacked, and gives it the status that it should have had.

    Some servers pack what they send even if nobody asked for it; some send an error with status
    200, so that it would be taken for an answer. Raises UnreadableBodyError.
    """
    packed = response.headers.pop("Content-Encoding", "")
    assert isinstance(response.stream, httpx2.AsyncByteStream)  # noqa: S101 # of an async client
    response.stream = _Limited(response.stream, packed)
    await response.aread()
    if response.is_success:
        try:
            body = json.loads(response.content)
        except (ValueError, RecursionError):
            return
        response.status_code = status_within(body) or response.status_code


class _Limited(httpx2.AsyncByteStream):
    """Unpacks, and breaks off before what is sent fills the memory."""

    def __init__(self, stream: httpx2.AsyncByteStream, packed: str) -> None:
        self._stream = stream
        self._packed = packed

    async def __aiter__(self) -> AsyncIterator[bytes]:
        packed = httpx2.Response(
            200, headers={"Content-Encoding": self._packed}, stream=self._stream
        )
        size = 0
        try:
            async for part in packed.aiter_bytes():
                size += len(part)
                if size > MAX_MEGABYTES * 1_000_000:
                    raise UnreadableBodyError(f"more than {MAX_MEGABYTES} MB")
                yield part
        except httpx2.DecodingError as error:
            raise UnreadableBodyError("it is not packed as it says") from error

    async def aclose(self) -> None:
        await self._stream.aclose()
