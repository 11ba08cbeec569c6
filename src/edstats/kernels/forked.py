"""The kernel in a forked process: ipykernel's own, with a ``Wire`` in the place of its sockets and their threads."""

import asyncio
import os
import sys
import threading
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import zmq
from ipykernel.iostream import IOPubThread, OutStream
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from jupyter_client.session import Session
from traitlets import Any as AnyTrait

from edstats.kernels.wire import Wire

# What a stock kernel is started with here: what goes wrong in a cell comes back without the kernel's own log.
ARGUMENTS = ("--log-level=CRITICAL", "--HistoryManager.hist_file=:memory:")
Receive = Callable[[list[zmq.Frame]], Coroutine[Any, Any, None]]


class _Timers:
    """What an output stream needs of an event loop: to be flushed a little later, whatever the cell is doing."""

    def __init__(self, schedule: Callable[[Callable[[], None]], None]) -> None:
        self._schedule = schedule

    def call_later(self, seconds: float, task: Callable[[], None]) -> None:
        timer = threading.Timer(seconds, self._schedule, [task])
        timer.daemon = True
        timer.start()


class Publisher(IOPubThread):
    """Sends what cells put out: at once and in the calling thread, where ipykernel hands it to a thread of its own."""

    def __init__(self) -> None:
        """Without a wire, which there is once the process is a kernel's own."""
        self.wire: Wire | None = None
        self._turn = threading.RLock()
        self.io_loop: Any = _Timers(self.schedule)

    def schedule(self, f: Callable[[], None]) -> None:
        """Call ``f``, one at a time."""
        with self._turn:
            f()

    def send_multipart(self, msg: Sequence[bytes], *_: Any, **__: Any) -> None:
        """Send one message's frames."""
        assert self.wire is not None
        self.wire.send("iopub", msg)

    def stop(self) -> None:
        """Nothing runs."""

    close = stop


class ForkedOutStream(OutStream):
    """Standard output or error of the cells."""

    def flush(self) -> None:
        """Send what was written so far."""
        if self.pub_thread is not None:
            self.pub_thread.schedule(self._flush)

    def write(self, string: str) -> int | None:  # type: ignore[override]
        """Keep ``string`` to be sent; a process that a cell forked hands it on to the kernel."""
        if self._is_master_process() or self._fid is None or not isinstance(string, str):
            return super().write(string)
        os.write(self._original_stdstream_fd, string.encode(errors="replace"))
        return len(string)


class ShellStream:
    """The stream of requests and replies."""

    def __init__(self, wire: Wire) -> None:
        """``wire``: where requests come from and replies go."""
        self._wire = wire

    def on_recv(self, receive: Receive, copy: bool) -> None:
        """Have ``receive`` called with the frames of each request, and the loop stopped when the client has gone."""
        assert not copy
        loop = asyncio.get_event_loop()
        tasks: set[asyncio.Task[None]] = set()

        def read() -> None:
            packet = self._wire.receive()
            if packet is None:
                loop.stop()
                return
            task = loop.create_task(receive([zmq.Frame(frame) for frame in packet[1]]))
            tasks.add(task)  # the loop itself forgets what nobody else holds
            task.add_done_callback(tasks.discard)

        loop.add_reader(self._wire.connection, read)

    def send_multipart(self, msg: Sequence[bytes], *_: Any, **__: Any) -> None:
        """Send one reply's frames."""
        self._wire.send("shell", msg)

    def flush(self, *_: Any) -> None:
        """All is sent at once."""


class _NoSubshells:
    """In the place of ipykernel's thread for subshells, which a cell that awaits asks which thread is the main one."""

    parent_thread = threading.main_thread()

    def __bool__(self) -> bool:
        return False


class ForkedKernel(IPythonKernel):
    """ipykernel's kernel, on a stream that is no ZeroMQ socket, and without subshells."""

    shell_stream = AnyTrait()
    _supports_kernel_subshells = False


class ForkedKernelApp(IPKernelApp):
    """ipykernel's application, less its sockets, threads, connection file and watch over a parent process.

    It is made ready before the process is forked, with all that takes time and is the same for every notebook.
    """

    def __init__(self) -> None:
        """Not ready yet."""
        # Nobody else can write to the connection, so that messages need no signature.
        super().__init__(session=Session(key=b""))
        self.outstream_class = f"{__name__}.{ForkedOutStream.__name__}"

    def _nothing(self, **_: Any) -> None:
        """What a kernel without sockets does not need, or what must wait until the process is its own."""

    init_connection_file = init_poller = init_heartbeat = write_connection_file = log_connection_info = _nothing
    cleanup_connection_file = init_io = init_path = init_gui_pylab = init_code = _nothing

    def init_sockets(self) -> None:
        """Set where outputs go."""
        self.iopub_thread = self.iopub_socket = Publisher()

    def init_kernel(self) -> None:
        """Make the kernel."""
        self.kernel = ForkedKernel.instance(
            parent=self,
            session=self.session,
            shell_channel_thread=_NoSubshells(),
            iopub_thread=self.iopub_thread,
            iopub_socket=self.iopub_socket,
            log=self.log,
            profile_dir=self.profile_dir,
            user_ns=self.user_ns,
        )

    def run(self, wire: Wire) -> None:
        """Be the kernel of this process until the client at the other end of ``wire`` has gone."""
        self.iopub_thread.wire = wire
        self.session.pid = os.getpid()
        self.kernel.shell_stream = ShellStream(wire)
        super().init_io()
        self.kernel._stdout, self.kernel._stderr = sys.stdout, sys.stderr
        self.displayhook.get_execution_count = lambda: self.kernel.execution_count
        assert self.shell is not None
        self.shell.init_environment()
        super().init_path()
        super().init_gui_pylab()
        super().init_code()
        sys.stdout.flush()
        sys.stderr.flush()
        self.start()


def ready_kernel() -> ForkedKernelApp:
    """A kernel that is ready to run in a forked process."""
    application = ForkedKernelApp.instance()
    application.initialize(list(ARGUMENTS))
    return application
