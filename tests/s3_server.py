"""An S3 server (moto's) as a process of its own, which tells what was asked of it, and refuses writes when told to.

``python s3_server.py PORT``
"""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import boto3

PATIENCE = 60
BUCKET = "reports-of-schools"
Start = Callable[..., Any]
DENIED = b"<?xml version='1.0'?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"


class Watched:
    """The server, with what it was asked for and how many more writes it takes; ``/-/...`` is for the tests."""

    def __init__(self, server: Callable[[dict[str, Any], Start], Iterable[bytes]]) -> None:
        self._server = server
        self._written: list[str] = []
        self._left = sys.maxsize
        self._listed = True

    def __call__(self, request: dict[str, Any], start: Start) -> Iterable[bytes]:
        path, method = request["PATH_INFO"], request["REQUEST_METHOD"]
        if path == "/-/written":
            told, self._written = json.dumps(self._written).encode(), []
            start("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(told)))])
            return [told]
        if path.startswith("/-/left/"):
            self._left = int(path.rpartition("/")[2])
            start("200 OK", [("Content-Length", "0")])
            return [b""]
        if path.startswith("/-/listed/"):
            self._listed = path.endswith("yes")
            start("200 OK", [("Content-Length", "0")])
            return [b""]
        if not self._listed and "list-type" in request["QUERY_STRING"]:
            return _denied(request, start)
        if method in ("PUT", "POST", "DELETE"):
            self._left -= 1
            if self._left < 0:
                return _denied(request, start)
            if method == "PUT":
                self._written.append(path.removeprefix(f"/{BUCKET}/"))
        return self._server(request, start)


def _denied(request: dict[str, Any], start: Start) -> list[bytes]:
    request["wsgi.input"].read(int(request.get("CONTENT_LENGTH") or 0))
    start("403 Forbidden", [("Content-Type", "application/xml"), ("Content-Length", str(len(DENIED)))])
    return [DENIED]


class S3:
    """``address`` of the server, and a client of it."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.client = boto3.client("s3", endpoint_url=address)

    def written(self) -> list[str]:
        """The names of the objects written since this was asked last, in order; locks left out."""
        with urllib.request.urlopen(f"{self.address}/-/written") as answer:
            return [name for name in json.load(answer) if not name.endswith(".edstats-lock")]

    def refuse_after(self, writes: int = sys.maxsize) -> None:
        """Refuse all writes but so many to come."""
        urllib.request.urlopen(f"{self.address}/-/left/{writes}").close()

    def refuse_lists(self, refused: bool = True) -> None:
        """Refuse to tell which objects there are."""
        urllib.request.urlopen(f"{self.address}/-/listed/{'no' if refused else 'yes'}").close()

    def contents(self, prefix: str) -> dict[str, bytes]:
        """All objects whose names begin so, by the rest of their names."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
        keys = [entry["Key"] for page in pages for entry in page.get("Contents", ())]
        return {key.removeprefix(prefix): self.client.get_object(Bucket=BUCKET, Key=key)["Body"].read() for key in keys}

    def put(self, prefix: str, files: dict[str, bytes]) -> None:
        """Write objects, which ``written`` does not tell of."""
        for name, content in files.items():
            self.client.put_object(Bucket=BUCKET, Key=prefix + name, Body=content)
        self.written()


@contextmanager
def s3_server() -> Iterator[S3]:
    """A server with an empty bucket, which is gone when the block is left."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    process = subprocess.Popen([sys.executable, __file__, str(port)], stdout=subprocess.DEVNULL)
    try:
        end = time.monotonic() + PATIENCE
        while True:
            with suppress(OSError):
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            assert time.monotonic() < end, "no S3 server"
            assert process.poll() is None, "the S3 server has ended"
            time.sleep(0.1)
        server = S3(f"http://127.0.0.1:{port}")
        server.client.create_bucket(Bucket=BUCKET)
        yield server
    finally:
        process.kill()
        process.wait()


def main() -> None:
    from moto.server import DomainDispatcherApplication, create_backend_app  # noqa: PLC0415
    from werkzeug.serving import WSGIRequestHandler, make_server  # noqa: PLC0415

    class Quiet(WSGIRequestHandler):
        def log(self, type: str, message: str, *args: Any) -> None:
            """Say nothing."""

    os.environ.setdefault("MOTO_ALLOW_NONEXISTENT_REGION", "true")
    served = Watched(DomainDispatcherApplication(create_backend_app))
    make_server("127.0.0.1", int(sys.argv[1]), served, threaded=True, request_handler=Quiet).serve_forever()


if __name__ == "__main__":
    main()
