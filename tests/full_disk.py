"""Builds on a disk that is full: ``python full_disk.py PROJECT FREE...`` prints what came of it as JSON, a line each.

It is run where a small file system is mounted. FREE: kilobytes that are left when a build begins.
"""

import json
import os
import sys
from pathlib import Path

from incremental import ENGLISH, Project, contents
from interruptions import change_value, remains, start, value_of


def fill(folder: Path, free: int) -> Path:
    """A file that leaves ``free`` kilobytes of the disk."""
    filler = folder / "filler"
    disk = os.statvfs(folder)
    filler.write_bytes(bytes(max(disk.f_bavail * disk.f_frsize - free * 1024, 0)))
    return filler


def main() -> None:
    """Build with each amount of free space, and again once there is enough."""
    project = Project(Path(sys.argv[1]), ENGLISH)
    for free in map(int, sys.argv[2:]):
        before = contents(project.reports)
        clean = contents(project.folder / "data" / "clean")
        new = change_value(project)
        filler = fill(project.folder, free)
        build = start(project)
        _, errors = build.communicate()
        outcome = {
            "free": free,
            "code": build.returncode,
            "errors": errors,
            "reports stood": contents(project.reports) == before,
            "clean stood": contents(project.folder / "data" / "clean") == clean,
            "remains": [str(path) for path in remains(project)],
        }
        filler.unlink()
        again = start(project)
        _, errors = again.communicate()
        outcome |= {"code again": again.returncode, "errors again": errors, "new stands": value_of(project) == new}
        print(json.dumps(outcome), flush=True)


if __name__ == "__main__":
    main()
