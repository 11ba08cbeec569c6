"""What a command tells while it works: lines for a person, or one JSON object a line for a machine."""

import contextlib
import json
import os
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TextIO

from edstats.faults import Fault, shortened
from edstats.unseen import with_unseen_named

Level = Literal["info", "warning", "error"]
Form = Literal["text", "json"]


@dataclass(frozen=True)
class EventLog:
    """``form`` is "text" or "json". Text goes to standard error, results to standard output; JSON to standard error."""

    form: Form = "text"

    def tell(self, event: str, message: str, level: Level = "info", **details: Any) -> None:
        """Write one event. ``event``: its stable name; ``details``: what a machine is told besides ``message``."""
        _write(sys.stderr, self.line(event, message, level, **details))

    def result(self, event: str, message: str, **details: Any) -> None:
        """Write what the command was asked for; as ``tell`` does, but as text to standard output."""
        stream = sys.stderr if self.form == "json" else sys.stdout
        _write(stream, self.line(event, message, "info", **details))

    def faults(self, faults: Iterable[Fault]) -> None:
        """Write each fault of the input, by its place."""
        for fault in sorted(faults):
            details = {name: shortened(cell) if isinstance(cell, str) else cell for name, cell in asdict(fault).items()}
            self.tell("fault", str(fault), "error", **details)

    def line(self, event: str, message: str, level: Level, **details: Any) -> str:
        """An event as it is written, which is more than one line only as text."""
        if self.form == "text":
            return with_unseen_named(message)
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        entry = {"time": now, "level": level, "event": event, "message": message, **details}
        return json.dumps(entry)  # in ASCII: some letters end a line, and not every log takes all of them


def _write(stream: TextIO, line: str) -> None:
    """Write a line. A log that cannot be written, on a full disk or to a reader that has gone, stops no build."""
    try:
        print(line, file=stream, flush=True)
    except OSError:
        # What is left in the stream is tried again when Python ends, and would change the exit code.
        with contextlib.suppress(OSError, ValueError), Path(os.devnull).open("w") as nowhere:
            os.dup2(nowhere.fileno(), stream.fileno())
