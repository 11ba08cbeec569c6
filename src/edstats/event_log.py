"""What a command tells while it works: lines for a person, or one JSON object a line for a machine."""

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal

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
        print(self.line(event, message, level, **details), file=sys.stderr, flush=True)

    def result(self, event: str, message: str, **details: Any) -> None:
        """Write what the command was asked for; as ``tell`` does, but as text to standard output."""
        stream = sys.stderr if self.form == "json" else sys.stdout
        print(self.line(event, message, "info", **details), file=stream, flush=True)

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
        return json.dumps(entry, ensure_ascii=False)
