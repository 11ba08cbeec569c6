"""Warm kernels: a notebook does in them what it does in stock ones, and none of their processes stays behind."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest
from jupyter_client.kernelspec import NoSuchKernel
from traitlets.config import Config

from edstats.kernels.client import forkable, warm_kernel
from edstats.kernels.process import WarmExecutor, WarmServer, WorkerDied, can_fork
from edstats.reports.plan import Page
from edstats.reports.run import PageFailed, run_notebook

pytestmark = pytest.mark.skipif(not can_fork(), reason="warm kernels are forked, on Linux only")

GUARD = 60.0  # seconds after which a test gives up
SLEEP = "\nimport time; time.sleep(1)"  # what goes to a file descriptor arrives a little later
# What a cell may do in a notebook that goes on after its errors.
ERRORS = """\
1 / 0
---
try:
    int("x")
except ValueError as error:
    raise KeyError("k") from error
---
def outer(x):
    return inner(x)
def inner(x):
    return 1 / x
outer(0)
---
def (
---
raise KeyboardInterrupt
---
import sys
sys.exit()
---
sys.exit(3)
---
raise ExceptionGroup("group", [ValueError(1), TypeError(2)])
---
class Odd(BaseException): pass
raise Odd("ünï\\n<b>")
---
undefined_name
---
print("before")
print("error", file=sys.stderr)
1 / 0
---
%nosuchmagic
---
async def awaited():
    1 / 0
await awaited()
---
class Bad:
    def __repr__(self): raise ValueError("no repr")
Bad()
---
%%bash
exit 3
---
import os, signal, time
os.kill(os.getpid(), signal.SIGINT); time.sleep(5)
---
import asyncio
os.kill(os.getpid(), signal.SIGINT)
await asyncio.sleep(5)
---
input("name? ")
---
import getpass; getpass.getpass()
---
print("still here")"""
DISPLAYS = """\
from IPython.display import display, HTML, update_display, clear_output
display(1, "two", [3])
---
HTML("<b>é</b>")
---
shown = display("first", display_id="the-id")
---
update_display("second", display_id="the-id"); shown.update("third")
---
print("a"); clear_output(); print("b")
---
print("a"); clear_output(wait=True); display("b")
---
1;
---
2
---
_, Out, In[2]
---
class Rich:
    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/plain": "m", "application/json": {"a": [1]}}, {"text/plain": {"k": 1}}
Rich()
---
import pandas as pd
pd.DataFrame({"a": [1, 2], "b": ["x", "ü"]})
---
%matplotlib inline
import matplotlib.pyplot as plt
plt.plot([1, 2]); plt.show()
---
plt.get_backend(), plt.isinteractive(), plt.get_fignums()
---
fig = plt.figure(figsize=(2, 1)); print("printed")
---
import asyncio
await asyncio.sleep(0, "value")
---
async def work():
    await asyncio.sleep(0.1); print("from a task")
    return 5
task = asyncio.create_task(work())
---
await asyncio.sleep(0.5); await task
---
(await (await asyncio.create_subprocess_exec("sh", "-c", "echo hi; exit 3", stdout=-1)).communicate())
---
import logging, warnings
logging.warning("logged"); warnings.warn("warned")
---
import sys
print("x" * 10_000_000)
---
for _ in range(10_000): print("y" * 999)
---
HTML("z" * 10_000_000)"""
STREAMS = f"""\
import os, subprocess, sys, threading, time
print("out"); print("error", file=sys.stderr)
---
os.write(1, "ünicode\\n".encode()){SLEEP}
---
os.write(2, b"raw\\n"){SLEEP}
---
os.write(1, b"\\xff\\xfe no UTF-8 \\xc3\\n"){SLEEP}
---
assert subprocess.run(["echo", "hi"]).returncode == 0{SLEEP}
---
os.system("echo from a shell; exit 3"){SLEEP}
---
!echo magic; exit 4
---
_exit_code
---
subprocess.run(["false"]).returncode, subprocess.run(["cat"], capture_output=True).stdout
---
import ctypes
ctypes.CDLL(None).puts(b"from C")
ctypes.CDLL(None).fflush(None){SLEEP}
---
def late(name, seconds):
    time.sleep(seconds); print(name)
threading.Thread(target=late, args=("thread", 1)).start()
threading.Thread(target=late, args=("daemon", 1.5), daemon=True).start()
---
time.sleep(4)
---
import multiprocessing as mp
def child(): print("child", flush=True)
process = mp.get_context("fork").Process(target=child)
process.start(); process.join(); process.exitcode{SLEEP}
---
with mp.get_context("fork").Pool(2) as pool: print(pool.map(abs, [-1, -2]))
---
threading.Thread(target=time.sleep, args=(100,)).start()"""
SURROUNDINGS = """\
import os, signal, sys
__name__, sys.modules["__main__"].__dict__ is globals()
---
os.path.basename(sys.argv[0]), sys.argv[-2:]
---
type(get_ipython()).__name__, get_ipython().profile
---
os.getcwd(), sys.path
---
{name: value for name, value in os.environ.items() if name not in ("JPY_PARENT_PID", "PYDEVD_USE_FRAME_EVAL")}
---
[signal.getsignal(number) for number in (signal.SIGINT, signal.SIGCHLD, signal.SIGTERM, signal.SIGPIPE)]
---
signal.pthread_sigmask(signal.SIG_BLOCK, []), os.getpgid(0) == os.getpid() == os.getsid(0)
---
type(sys.stdin).__name__, sys.stdin.read(), sys.stdin.isatty()
---
sorted(name for name in globals() if not name.startswith("_i"))
---
import matplotlib, pandas as pd
dict(matplotlib.rcParams), pd.get_option("display.max_rows")
---
import gc, locale
gc.isenabled(), locale.getlocale(), sys.getrecursionlimit(), os.umask(0o22)"""
STOPS = {
    "an exception": "print(1)\n---\n1 / 0\n---\nprint(2)",
    "a syntax error": "def (",
    "an interrupt": "raise KeyboardInterrupt",
    "sys.exit": "import sys; sys.exit(4)\n---\nprint(2)",
    "quit": "print(1)\n---\nquit()",
    "quit, and cells after it": "quit()\n---\nimport time; time.sleep(1)\n---\nprint(2)",
    "os._exit": "print(1, flush=True)\nimport os, time; time.sleep(0.5); os._exit(3)",
    "a kill": "print(1, flush=True)\nimport os, signal, time; time.sleep(0.5); os.kill(os.getpid(), signal.SIGKILL)",
}
# The order in which a kernel that dies at once and its messages arrive is a matter of luck.
SUDDEN_STOPS = {
    "os._exit": "import os; print(1); os._exit(3)",
    "a kill": "import os; print(1); os.kill(os.getpid(), 9)",
    "a cell that runs over its time": "import time; time.sleep(100)",
    "an await that runs over its time": "import asyncio; await asyncio.sleep(100)",
}


@pytest.fixture(scope="module")
def server() -> Iterator[WarmServer]:
    with WarmServer() as started:
        started.load()
        yield started


def write_notebook(path: Path, cells: str, tags: tuple[str, ...] = (), kernel: str = "python3") -> Path:
    made = [nbformat.v4.new_code_cell(cell, metadata={"tags": list(tags)}) for cell in cells.split("\n---\n")]
    spec = {"name": kernel, "language": "python", "display_name": kernel}
    notebook = nbformat.v4.new_notebook(cells=made, metadata={"kernelspec": spec})
    nbformat.write(notebook, path)
    return path


def run(notebook: Path, folder: Path, kernels: str, **options: Any) -> tuple[list[Any], str]:
    """The outputs of each cell, and the exception that papermill raises."""
    executed, error = folder / "executed.ipynb", ""
    options |= {"progress_bar": False, "extra_arguments": ["--log-level=CRITICAL"]}
    try:
        if kernels:
            with warm_kernel(kernels) as kernel:
                papermill.execute_notebook(notebook, executed, km=kernel, **options)
        else:
            config = Config({"KernelManager": {"transport": "ipc", "ip": str(folder / "k")}})
            papermill.execute_notebook(notebook, executed, config=config, **options)
    except Exception as raised:
        error = f"{type(raised).__name__}: {_settled(str(raised))}"
    cells = nbformat.read(executed, as_version=4).cells  # papermill adds prose about errors
    return [(cell.execution_count, outputs(cell)) for cell in cells if cell.cell_type == "code"], error


def outputs(cell: nbformat.NotebookNode) -> list[dict[str, Any]]:
    """What a cell has put out; of two streams at once only each by itself has an order, and arrives in pieces."""
    settled: list[dict[str, Any]] = []
    for streamed, group in groupby(json.loads(_settled(json.dumps(cell.outputs))), key=_is_stream):
        texts: dict[str, str] = {}
        for output in group:
            if streamed:
                texts[output["name"]] = texts.get(output["name"], "") + output["text"]
            else:
                settled.append(output)
        settled += [{"output_type": "stream", "name": name, "text": texts[name]} for name in sorted(texts)]
    return settled


def _is_stream(output: dict[str, Any]) -> bool:
    return bool(output["output_type"] == "stream")


def _settled(text: str) -> str:
    """Without what differs from one process to the next."""
    return re.sub(r"(?<=/ipykernel_)\d+|(?<=0x)[0-9a-f]{6,}", "N", text)


def both(folder: Path, server: WarmServer, cells: str, tags: tuple[str, ...] = (), **options: Any) -> list[Any]:
    """What comes of running the cells in a stock kernel, and in a warm one."""
    notebook = write_notebook(folder / "notebook.ipynb", cells, tags)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PYTEST_CURRENT_TEST")  # where it is set, ipykernel leaves the file descriptors alone
        return [run(notebook, folder, kernels, **options) for kernels in ("", server.address)]


@pytest.mark.parametrize("cells", [ERRORS, DISPLAYS, STREAMS, SURROUNDINGS])
def test_what_cells_put_out_is_the_same_in_a_warm_kernel(cells: str, tmp_path: Path, server: WarmServer) -> None:
    (stock, failed), (warm, warm_failed) = both(tmp_path, server, cells, ("raises-exception",))
    assert warm_failed == failed  # papermill tells of errors that were expected, too
    for source, expected, found in zip(cells.split("\n---\n"), stock, warm, strict=True):
        assert found == expected, source


@pytest.mark.parametrize("cells", STOPS.values(), ids=STOPS)
def test_what_stops_a_notebook_is_told_the_same_of_a_warm_kernel(
    cells: str, tmp_path: Path, server: WarmServer
) -> None:
    stock, warm = both(tmp_path, server, cells)
    assert warm == stock


@pytest.mark.parametrize("cells", SUDDEN_STOPS.values(), ids=SUDDEN_STOPS)
def test_a_sudden_stop_raises_the_same_exception_with_a_warm_kernel(
    cells: str, tmp_path: Path, server: WarmServer
) -> None:
    (_, stock), (_, warm) = both(tmp_path, server, cells, execution_timeout=2)
    assert warm == stock != ""


def test_notebooks_do_not_see_what_others_have_left(tmp_path: Path, server: WarmServer) -> None:
    leave = """\
import os, random, sys, numpy as np, pandas as pd, matplotlib as mpl
defined = 1; os.environ["EDSTATS_LEFT"] = "x"; sys.path.append("left"); os.chdir("/"); sys.modules["left"] = sys
pd.set_option("display.max_rows", 7); mpl.rcParams["font.size"] = 99; np.random.seed(1); random.seed(1)"""
    look = """\
import os, random, sys, numpy as np, pandas as pd, matplotlib as mpl
print("defined" in globals(), os.environ.get("EDSTATS_LEFT"), "left" in sys.path, os.getcwd(), "left" in sys.modules)
print(pd.get_option("display.max_rows") == 7, mpl.rcParams["font.size"] == 99)
---
print(random.random())
---
print(np.random.random())
---
print(np.random.default_rng().random())"""
    run(write_notebook(tmp_path / "leave.ipynb", leave), tmp_path, server.address)
    looking = write_notebook(tmp_path / "look.ipynb", look)
    first, second = (run(looking, tmp_path, server.address)[0] for _ in range(2))
    seen = f"False None False {Path.cwd()} False\nFalse False\n"
    assert first[0] == second[0] == (1, [{"output_type": "stream", "name": "stdout", "text": seen}])
    for one, other in zip(first[1:], second[1:], strict=True):
        assert one != other


def test_only_a_kernel_of_this_interpreter_is_forked(tmp_path: Path, server: WarmServer) -> None:
    assert forkable("python3")
    assert not forkable("no-such-kernel")
    notebook = write_notebook(tmp_path / "page.ipynb", "1", kernel="no-such-kernel")
    page = Page("page", "en", notebook, {}, "Page", "across")
    with pytest.raises(PageFailed, match="No such kernel named no-such-kernel") as failed:
        run_notebook(page, tmp_path, server.address)
    assert isinstance(failed.value.__cause__, NoSuchKernel)


def until(holds: Callable[[], bool]) -> bool:
    """Whether it comes to hold."""
    end = time.monotonic() + GUARD
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def runs(pid: int) -> bool:
    """Whether the process is there, and not just waiting to be forgotten."""
    try:
        return "\nState:\tZ" not in Path("/proc", str(pid), "status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_what_a_notebook_started_is_gone_with_its_kernel(tmp_path: Path, server: WarmServer) -> None:
    cells = 'import subprocess; print(subprocess.Popen(["sleep", "1000"]).pid)'
    [(_, [shown])], _ = run(write_notebook(tmp_path / "notebook.ipynb", cells), tmp_path, server.address)
    assert until(lambda: not runs(int(shown["text"])))


CLIENT = """
import sys
from edstats.kernels.process import WarmServer
from test_kernels import *
with WarmServer() as server:
    server.load()
    executor = WarmExecutor(server.address, 1)
    worker = executor.submit(os.getpid).result()
    executor.submit(pow, 7, 10**9)
    print(server._process.pid, worker, flush=True)
    run(Path(sys.argv[1]), Path(sys.argv[1]).parent, server.address)
"""


@pytest.mark.parametrize(
    ("ended", "by"), [("client", signal.SIGKILL), ("client", signal.SIGINT), ("server", signal.SIGKILL)]
)
def test_no_process_stays_when_its_client_or_server_ends(ended: str, by: signal.Signals, tmp_path: Path) -> None:
    started = tmp_path / "started"
    # Both the kernel and the worker are then busy in C code, which no signal handler and no other thread interrupts.
    code = f"import os; open({str(started)!r}, 'w').write(str(os.getpid()))\n---\npow(7, 10**9)"
    notebook = write_notebook(tmp_path / "notebook.ipynb", code)
    path = os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, "-c", CLIENT, str(notebook)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=os.environ | {"PYTHONPATH": path}
    ) as client:
        try:
            assert client.stdout is not None
            server, worker = map(int, client.stdout.readline().split())
            assert until(lambda: started.exists() and started.read_text() != "")
            kernel = int(started.read_text())
            assert runs(kernel)
            assert runs(worker)
            os.kill(client.pid if ended == "client" else server, by)
            assert until(lambda: not any(map(runs, (server, worker, kernel))))
        finally:
            client.kill()


def test_the_server_has_one_thread_and_forks_without_a_warning(capfd: pytest.CaptureFixture[str]) -> None:
    with WarmServer() as server:
        server.load()
        with WarmExecutor(server.address, 1) as executor:
            worker = executor.submit(os.getpid).result()
            process = server._process.pid
            assert "\nThreads:\t1\n" in Path(f"/proc/{process}/status").read_text()
            assert children(process) == [worker]
    assert until(lambda: not runs(worker))
    assert capfd.readouterr().err == ""


def test_a_worker_answers_with_a_result_or_an_exception(server: WarmServer) -> None:
    with WarmExecutor(server.address, 1) as executor:
        assert executor.submit(divmod, 7, 2).result(GUARD) == (3, 1)
        with pytest.raises(ZeroDivisionError, match="by zero"):
            executor.submit(divmod, 7, 0).result(GUARD)
        # An open file cannot be sent.
        with pytest.raises(TypeError, match="pickle"):
            executor.submit(open, os.devnull).result(GUARD)
        assert executor.submit(abs, -1).result(GUARD) == 1


def test_a_worker_that_dies_is_replaced(server: WarmServer) -> None:
    with WarmExecutor(server.address, 1) as executor:
        first = executor.submit(os.getpid).result(GUARD)
        with pytest.raises(WorkerDied):
            executor.submit(os._exit, 3).result(GUARD)
        assert executor.submit(os.getpid).result(GUARD) != first


def test_workers_serve_as_many_calls_at_once_as_there_are_jobs(server: WarmServer, tmp_path: Path) -> None:
    # Each end of a named pipe waits for the other to be opened.
    os.mkfifo(tmp_path / "pipe")
    with WarmExecutor(server.address, 2) as executor:
        reading = executor.submit(Path.read_text, tmp_path / "pipe")
        writing = executor.submit(Path.write_text, tmp_path / "pipe", "both")
        assert (reading.result(GUARD), writing.result(GUARD)) == ("both", 4)
