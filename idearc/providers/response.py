"""What a model's server sends, before the SDK sees it: how much is read, and what is an error."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

import httpx2

from idearc.providers.refusal import status_within
from idearc.providers.streams import UnreadableStreamError, Whole

# Takes the text so far, and in words what the model does beside writing; "" when it writes.
Hear = Callable[[str, str], None]

MAX_MEGABYTES = 10  # the longest answer that makes sense has a hundredth of it


class UnreadableBodyError(Exception):
    """What comes can't be an answer; says why, in a few words."""


class BrokenStreamError(UnreadableBodyError):
    """What comes in pieces is not all there, and may be if it is asked for at once.

    `is_cut_off` tells that the connection broke, which may happen to any answer.
    """

    def __init__(self, why: str, *, is_cut_off: bool = False) -> None:
        super().__init__(why)
        self.is_cut_off = is_cut_off


async def receive(response: httpx2.Response, hear: Hear) -> None:
    """Reads the whole response, unpacked, and gives it the status that it should have had.

    Some servers pack what they send even if nobody asked for it; some send an error with status
    200, so that it would be taken for an answer. A stream becomes what it would have been without;
    `hear` is told of it meanwhile. Raises UnreadableBodyError.
    """
    packed = response.headers.pop("Content-Encoding", "")
    assert isinstance(response.stream, httpx2.AsyncByteStream)  # noqa: S101 # of an async client
    response.stream = _Joined(_Limited(response.stream, packed), response, hear)
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


# How a stream begins, and how many bytes tell: no server's headers can be trusted.
_STREAM, _ENOUGH = re.compile(rb"\s*(data|event|id|retry)?:"), len("event:")


class _Joined(httpx2.AsyncByteStream):
    """All at once, if it is a stream of events."""

    def __init__(
        self, stream: httpx2.AsyncByteStream, response: httpx2.Response, hear: Hear
    ) -> None:
        self._stream = stream
        self._response = response
        self._hear = hear

    async def __aiter__(self) -> AsyncIterator[bytes]:
        parts = aiter(self._stream)
        begun = b""
        async for part in parts:
            begun += part
            if len(begun.lstrip()) >= _ENOUGH:
                break
        if _STREAM.match(begun):
            yield await self._joined(begun, parts)
            return
        yield begun
        async for part in parts:
            yield part

    async def _joined(self, begun: bytes, parts: AsyncIterator[bytes]) -> bytes:
        self._response.headers["Content-Type"] = "application/json"
        request, kind = self._response.request, {"Content-Type": "text/event-stream"}
        whole, data = Whole(), ""
        stream = _InGulps(begun, parts, whole, self._hear)
        events = httpx2.EventSource(
            httpx2.Response(200, headers=kind, stream=stream, request=request),
            max_event_size=None,
        )
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(None) as patience:
                    async for event in events:
                        data = event.data
                        whole.add(data, event.event)
                        if whole.patience is not None:
                            until = asyncio.get_running_loop().time() + whole.patience
                            patience.reschedule(until)
            return whole.body()
        except UnreadableStreamError as error:
            if self._response.is_error:  # whatever its words, its status says what it is
                return data.encode()
            raise BrokenStreamError(str(error)) from error
        except httpx2.TransportError as error:
            raise BrokenStreamError("the connection broke", is_cut_off=True) from error

    async def aclose(self) -> None:
        await self._stream.aclose()


# Seconds. An entry is seen so much later, at most; what has been read already comes in no time.
_BETWEEN_GULPS, _AT_ONCE = 0.4, 0.001
_LARGE = 10_000  # bytes


class _InGulps(httpx2.AsyncByteStream):
    """A stream of which the beginning has been read, some events at a time.

    To read and to look at each token by itself would cost several times as much.
    """

    def __init__(self, begun: bytes, parts: AsyncIterator[bytes], whole: Whole, hear: Hear) -> None:
        self._begun = begun
        self._parts = parts
        self._whole = whole
        self._hear = hear
        self._is_to_hear = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._begun
        self._hear_soon()
        clock = asyncio.get_running_loop().time
        asked_at = clock()
        async for part in self._parts:
            had_to_wait = clock() - asked_at > _AT_ONCE
            yield part
            self._hear_soon()
            # Else more has been read already, or a lot is on its way.
            # Who has said the last word is not kept waiting.
            if had_to_wait and len(part) < _LARGE and self._whole.patience is None:
                await asyncio.sleep(_BETWEEN_GULPS)
            asked_at = clock()

    def _hear_soon(self) -> None:
        """Once, as soon as all is read that is there."""
        if not self._is_to_hear:
            self._is_to_hear = True
            asyncio.get_running_loop().call_soon(self._hear_now)

    def _hear_now(self) -> None:
        self._is_to_hear = False
        self._hear(self._whole.text, self._whole.doing)
