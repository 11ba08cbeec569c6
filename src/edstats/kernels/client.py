"""The client's end of warm kernels: what nbclient asks of a kernel manager and of a kernel client.

``with warm_kernel(address) as kernel: papermill.execute_notebook(..., km=kernel)`` runs a notebook in a kernel that the
server at ``address`` forks; all that becomes of a kernel's messages is nbclient's and jupyter_client's own work.
"""

import asyncio
import contextlib
import json
import os
import select
import signal
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from queue import Empty
from typing import Any

from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.kernelspec import NoSuchKernel, get_kernel_spec
from jupyter_client.session import Session
from nbclient.util import run_sync

from edstats.kernels.wire import CHANNELS, packed, read_packet

Message = dict[str, Any]
_DEATH_TIMEOUT = 5.0  # seconds that a killed process may take to be gone


@cache
def forkable(kernel_name: str) -> bool:
    """Whether the kernel specification is ipykernel's on this very interpreter, and may be forked from it."""
    try:
        argv = get_kernel_spec(kernel_name).argv
    except NoSuchKernel:
        return False
    return argv[1:3] == ["-m", "ipykernel_launcher"] and argv[0] in ("python", "python3", sys.executable)


@contextlib.contextmanager
def warm_kernel(address: str) -> Iterator["WarmKernel"]:
    """A kernel to be started by nbclient, killed in the end. ``address``: of the server's socket."""
    kernel = WarmKernel(address)
    try:
        yield kernel
    finally:
        run_sync(kernel.close)()


class Channel:
    """One of the channels of a connection, as ``AsyncKernelClient`` uses it."""

    def __init__(self, name: str, writer: asyncio.StreamWriter, session: Session) -> None:
        """``name``: one of ``CHANNELS``."""
        self.messages: asyncio.Queue[list[bytes] | None] = asyncio.Queue()  # None: it is closed
        self._name, self._writer, self._session = name, writer, session
        self._open = True

    async def get_msg(self, timeout: float | None = None) -> Message:
        """The next message; raises ``Empty`` when there is none for ``timeout`` seconds."""
        try:
            frames = await asyncio.wait_for(self.messages.get(), timeout)
        except TimeoutError:
            raise Empty from None
        if frames is None:
            raise asyncio.CancelledError
        _, message = self._session.feed_identities(frames)
        return self._session.deserialize(message)

    def send(self, message: Message) -> None:
        """Send a message."""
        self._session.send(self, message)  # type: ignore[arg-type]

    def send_multipart(self, frames: Sequence[bytes], copy: bool = True) -> None:
        """Send a message's frames. To a kernel that has died nothing is sent, as with ZeroMQ."""
        with contextlib.suppress(OSError):
            self._writer.write(packed(self._name, frames))

    def start(self) -> None:
        """It runs from the start."""

    def stop(self) -> None:
        """Close it, and end what waits for its messages: nbclient leaves that waiting after a cell ran out of time."""
        self._open = False
        self.messages.put_nowait(None)

    def is_alive(self) -> bool:
        """Whether it is open."""
        return self._open


class WarmKernelClient(AsyncKernelClient):
    """jupyter_client's own client, on the one connection of a ``WarmKernel``."""

    def __init__(self, kernel: "WarmKernel", reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """``reader`` and ``writer``: the connection with the kernel."""
        super().__init__(session=Session(key=b""))
        self._kernel = kernel
        self._channels = {name: Channel(name, writer, self.session) for name in CHANNELS}
        for name, channel in self._channels.items():
            setattr(self, f"_{name}_channel", channel)
        self._pump = asyncio.ensure_future(self._distribute(reader))

    async def _distribute(self, reader: asyncio.StreamReader) -> None:
        while packet := await read_packet(reader):
            name, frames = packet
            self._channels[name].messages.put_nowait(frames)

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait for the kernel's first reply. Raises RuntimeError when it dies or ``timeout`` seconds pass before."""
        self.kernel_info()
        while True:
            try:
                message = await self.shell_channel.get_msg(timeout=1 if timeout is None else min(1, timeout))
            except Empty:
                if not await self.is_alive():
                    raise RuntimeError("Kernel died before replying to kernel_info") from None
                if timeout is not None and (timeout := timeout - 1) <= 0:
                    raise RuntimeError("Kernel didn't respond in time") from None
            else:
                self._handle_kernel_info_reply(message)
                return

    async def is_alive(self) -> bool:
        """Whether the kernel's process runs."""
        return await self._kernel.is_alive()

    def stop_channels(self) -> None:
        """Read no more."""
        self._pump.cancel()
        super().stop_channels()


class WarmKernel:
    """A kernel to be forked by the server at ``address``, as nbclient uses a kernel manager."""

    ipykernel = True
    kernel_id = None

    def __init__(self, address: str) -> None:
        """``address``: of the server's socket."""
        self._address = address
        self._process: int | None = None  # a descriptor: a number could become another process's
        self._pid = 0
        self._client: WarmKernelClient | None = None

    @property
    def has_kernel(self) -> bool:
        """Whether a kernel was started."""
        return self._process is not None

    async def start_kernel(self, cwd: str | None = None, **_: Any) -> None:
        """Start a kernel; all but ``cwd`` is settled by the server. Raises OSError or RuntimeError if it cannot."""
        reader, writer = await asyncio.open_unix_connection(self._address)
        request = json.dumps(["kernel", dict(os.environ), cwd or os.getcwd()])  # noqa: PTH109
        writer.write(packed("control", [request.encode()]))
        started = await read_packet(reader)
        if started is None:
            raise RuntimeError("the server of warm kernels started none")
        self._pid = int(started[1][0])
        self._process = os.pidfd_open(self._pid)
        self._writer = writer
        self._client = WarmKernelClient(self, reader, writer)

    def client(self) -> WarmKernelClient:
        """The client of the kernel that was started."""
        assert self._client is not None
        return self._client

    async def is_alive(self) -> bool:
        """Whether the kernel's process runs."""
        return self._process is not None and not self._gone(0)

    def _gone(self, seconds: float) -> bool:
        assert self._process is not None
        poll = select.poll()
        poll.register(self._process, select.POLLIN)
        return bool(poll.poll(seconds * 1000))

    async def interrupt_kernel(self) -> None:
        """Interrupt what the kernel and its children are doing."""
        if not self._gone(0):
            os.killpg(self._pid, signal.SIGINT)

    async def shutdown_kernel(self, now: bool = False) -> None:
        """Kill the kernel and the processes that it started."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._pid, signal.SIGKILL)
            self._gone(_DEATH_TIMEOUT)

    async def cleanup_resources(self) -> None:
        """Let go of the connection."""
        if self._process is not None:
            self._writer.close()
            os.close(self._process)
            self._process = None

    async def close(self) -> None:
        """Kill the kernel, if there is one, and let go of it."""
        await self.shutdown_kernel(now=True)
        if self._client is not None:
            self._client.stop_channels()
            self._client = None
        await self.cleanup_resources()
        await asyncio.sleep(0)  # what was waiting ends while there is a loop to end it
