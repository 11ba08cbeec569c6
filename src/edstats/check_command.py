"""``edstats check``: the faults and findings of ``data/raw``, then what became of each code.

FAIL lines go to standard error, as faults of every command do; all else goes to standard output.
"""

from collections import Counter
from collections.abc import Hashable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from edstats.counting import counted, size
from edstats.dataset import from_raw
from edstats.event_log import EventLog
from edstats.gates import Gated, gated
from edstats.verdicts import ADVISORY, FAIL, ORDER, exit_code, verdicts


def run(data: Path, today: date, fail_on: str | None) -> int:
    """Check ``data/raw`` and, where an edition is published beside ``data``, what would follow it; the exit code."""
    log = EventLog()
    dataset, faults = from_raw(data, today)
    gates = gated(data.parent / "reports" / "data", dataset, data) if dataset else Gated(False, ())
    faults = tuple(sorted((*faults, *gates.faults)))
    for fault in faults:
        log.tell("fault", f"{FAIL:<9} {fault.code}  {fault.message}", "error")
    findings = dataset.findings if dataset else None
    if dataset:
        for finding in dataset.findings.to_dict("records"):
            log.result("finding", f"{ADVISORY:<9} {finding['code']}  {_told(finding)}")
    found = verdicts(faults, findings, gates.compared)
    for verdict in found:
        log.result("verdict", str(verdict))
    counts = Counter(verdict.outcome for verdict in found)
    outcomes = ", ".join(f"{counts[outcome]} {outcome}" for outcome in ORDER if counts[outcome])
    about = size(dataset) if dataset else f"{counted(len(faults), 'fault')} in {data / 'raw'}"
    log.result("summary", f"{about}: {outcomes}")
    return exit_code(faults, findings, fail_on)


def _told(finding: Mapping[Hashable, Any]) -> str:
    about = f" [{finding['figures']}]" if finding["figures"] else ""
    return f"{finding['region']}: {finding['message']}{about}"
