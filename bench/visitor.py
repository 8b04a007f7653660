"""A visitor without a browser: speaks Streamlit's own protocol, and many fit one machine."""

import asyncio
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from typing import Any

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

_ENDS = {
    ForwardMsg.FINISHED_SUCCESSFULLY,
    ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY,
}


async def _connect(url: str) -> websockets.ClientConnection:
    streamlit = [websockets.Subprotocol("streamlit")]
    address = url.replace("http://", "ws://") + "/_stcore/stream"
    # Browsers send no pings, and wait however busy the server is.
    return await websockets.connect(address, subprotocols=streamlit, ping_interval=None)


class Visitor:
    """One tab of a browser, on the workspace of an idea that changes nothing by itself."""

    def __init__(self, url: str, idea_id: str) -> None:
        self._url = url
        self._query = f"idea={idea_id}"
        self._page_hash = self._timer = self._fragment = ""
        self._ticks = 0

    async def __aenter__(self) -> "Visitor":
        self._socket = await _connect(self._url)
        await self._run()
        return self

    async def __aexit__(self, *_: Any) -> None:
        await self._socket.close()

    async def tick(self) -> float:
        """As the page's timer does; seconds until the page has been run."""
        self._ticks += 1
        started = time.perf_counter()
        await self._run()
        return time.perf_counter() - started

    async def _run(self) -> None:
        message = BackMsg()
        state = message.rerun_script
        state.query_string = self._query
        state.page_script_hash = self._page_hash
        state.page_name = "" if self._page_hash else "workspace"
        if self._timer:
            state.fragment_id = self._fragment
            state.widget_states.widgets.add(id=self._timer, json_value=str(self._ticks))
        await self._socket.send(message.SerializeToString())
        while True:
            answer = ForwardMsg.FromString(await self._socket.recv(decode=False))
            match answer.WhichOneof("type"):
                case "navigation":
                    self._page_hash = answer.navigation.page_script_hash
                case "delta":
                    component = answer.delta.new_element.component_instance
                    if component.component_name.endswith("st_autorefresh"):
                        self._timer, self._fragment = component.id, answer.delta.fragment_id
                case "script_finished":
                    if answer.script_finished in _ENDS:
                        return


class Writer:
    """One tab of a browser, on the form."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._ids: dict[str, str] = {}

    async def open(self) -> "Writer":
        self._socket = await _connect(self._url)
        await self._run(BackMsg(rerun_script={}))
        return self

    async def submit(self, text: str) -> float:
        """Seconds until its workspace has been run. Then the visitor leaves."""
        message = BackMsg(rerun_script={})
        widgets = message.rerun_script.widget_states.widgets
        widgets.add(id=self._ids["Your idea"], string_value=text)
        widgets.add(id=self._ids["Submit idea"], trigger_value=True)
        started = time.perf_counter()
        await self._run(message)
        seconds = time.perf_counter() - started
        await self._socket.close()
        return seconds

    async def _run(self, message: BackMsg) -> None:
        await self._socket.send(message.SerializeToString())
        while True:
            answer = ForwardMsg.FromString(await self._socket.recv(decode=False))
            element = answer.delta.new_element
            for widget in (element.text_area, element.button):
                if widget.id:
                    self._ids[widget.label] = widget.id
            if answer.script_finished in _ENDS and answer.WhichOneof("type") == "script_finished":
                return


@contextmanager
def others(url: str, idea_ids: Sequence[str]) -> Iterator[None]:
    """Visitors who have these ideas open meanwhile, each of whom looks every 5 s."""
    is_over = threading.Event()

    async def stay() -> None:
        async with AsyncExitStack() as stack:
            all_of_them = [await stack.enter_async_context(Visitor(url, one)) for one in idea_ids]
            while not is_over.is_set():
                for visitor in all_of_them:
                    await visitor.tick()
                    await asyncio.sleep(5 / len(idea_ids))

    thread = threading.Thread(target=lambda: asyncio.run(stay()))
    thread.start()
    try:
        yield
        assert thread.is_alive(), "the others have left"
    finally:
        is_over.set()
        thread.join()
