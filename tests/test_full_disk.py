"""A disk that is full: the published edition stays, the log says why, and the next build goes on once there is space.

On a real small file system, mounted in a name space of the test's own.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from conftest import needs
from incremental import Project

# Kilobytes of the disk; the tiny project takes about two megabytes, and an edition of it one.
SIZE = 8 * 1024
FREE = os.environ.get("EDSTATS_FREE_SPACE", "0 100 300").split()
MOUNT = 'mount -t tmpfs -o size="$1"k tmpfs "$2" && cp -r "$3" "$2/project" && shift 3 && exec "$@"'


@needs("unshare", "mount")
def test_a_full_disk_leaves_the_published_edition(built: Project, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    own = ["--user", "--map-root-user"] if os.getuid() else []
    harness = Path(__file__).with_name("full_disk.py")
    command = [sys.executable, str(harness), str(disk / "project"), *FREE]
    done = subprocess.run(
        ["unshare", "--mount", *own, "sh", "-c", MOUNT, "sh", str(SIZE), str(disk), str(built.folder), *command],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(built.folder / "src")},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    outcomes = [json.loads(line) for line in done.stdout.splitlines()]
    assert [outcome["free"] for outcome in outcomes] == [int(free) for free in FREE]
    for outcome in outcomes:
        print(outcome["free"], outcome["code"], outcome["errors"].strip().rpartition("\n")[2])
        assert outcome["remains"] == []
        assert outcome["code again"] == 0, outcome["errors again"]
        assert outcome["new stands"], outcome
        if outcome["code"]:
            assert outcome["reports stood"], outcome
            assert "No space left on device" in outcome["errors"]
            assert "nothing was published, the edition as of 2024-06-20 stays as it was" in outcome["errors"]
            assert "Traceback" not in outcome["errors"]
    assert outcomes[0]["code"] == 1
    assert outcomes[0]["clean stood"]
