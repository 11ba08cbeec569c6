"""How a forked kernel and its client exchange Jupyter messages: packets of frames over one local stream socket.

A packet is the number of a channel, the number of its frames and their lengths, then the frames. Nothing here knows
what a frame says.
"""

import asyncio
import socket
import struct
import threading
from collections.abc import Iterable

CHANNELS = ("shell", "iopub", "control", "stdin", "hb")
_HEAD = struct.Struct("!BI")
_LENGTH = struct.Struct("!Q")

Packet = tuple[str, list[bytes]]


def packed(channel: str, frames: Iterable[bytes | memoryview]) -> bytes:
    """The bytes of a packet."""
    whole = [bytes(frame) for frame in frames]
    lengths = [_LENGTH.pack(len(frame)) for frame in whole]
    return b"".join([_HEAD.pack(CHANNELS.index(channel), len(whole)), *lengths, *whole])


class Wire:
    """The kernel's end, which blocks; any thread may send."""

    def __init__(self, connection: socket.socket) -> None:
        """``connection``: a connected, blocking stream socket."""
        self.connection = connection
        self._sending = threading.Lock()

    def send(self, channel: str, frames: Iterable[bytes | memoryview]) -> None:
        """Send a packet. Raises OSError when the other end is gone."""
        packet = packed(channel, frames)
        with self._sending:
            self.connection.sendall(packet)

    def receive(self) -> Packet | None:
        """The next packet, None when the other end is closed."""
        try:
            number, count = _HEAD.unpack(self._exactly(_HEAD.size))
            sizes = [_LENGTH.unpack(self._exactly(_LENGTH.size))[0] for _ in range(count)]
            return CHANNELS[number], [self._exactly(size) for size in sizes]
        except (EOFError, ConnectionError):
            return None

    def _exactly(self, size: int) -> bytes:
        parts = []
        while size:
            part = self.connection.recv(min(size, 1 << 20))
            if not part:
                raise EOFError
            parts.append(part)
            size -= len(part)
        return b"".join(parts)


async def read_packet(reader: asyncio.StreamReader) -> Packet | None:
    """The next packet at the client's end, None when the kernel's is closed."""
    try:
        number, count = _HEAD.unpack(await reader.readexactly(_HEAD.size))
        sizes = [_LENGTH.unpack(await reader.readexactly(_LENGTH.size))[0] for _ in range(count)]
        return CHANNELS[number], [await reader.readexactly(size) for size in sizes]
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
