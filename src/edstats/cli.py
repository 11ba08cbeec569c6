"""The command line: ``edstats extract | accept | clean | check | build | export``.

What is wrong goes to standard error, one line a fault; what was found or made goes to standard output. The exit codes
are those of ``edstats.exit_codes``, and 2 for wrong use.
"""

import argparse
import os
import shlex
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from edstats import __version__
from edstats.counting import counted, size
from edstats.exit_codes import DONE, FAULTS
from edstats.exports import FORMATS
from edstats.folders import DataNotFoundError, find_data, is_address

# What a command needs is imported when it runs: `edstats --help`, and a build of what has not changed, take no pandas.
if TYPE_CHECKING:
    from edstats.dataset import Dataset
    from edstats.executors import Workers
    from edstats.object_storage import StoredProject


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    _check_executor(parser, options)
    _check_output(parser, options)
    commands = {"accept": _accept, "clean": _clean, "check": _check, "build": _build, "export": _export}
    try:
        if options.data and is_address(options.data):
            return _on_object_storage(parser, options)
        if options.command == "extract":
            return _extract(parser, options)
        return commands[options.command](options, _data_folder(parser, options))
    except DataNotFoundError as error:
        parser.error(str(error))


def _on_object_storage(parser: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    from edstats.event_log import EventLog  # noqa: PLC0415
    from edstats.object_storage import stored_project  # noqa: PLC0415
    from edstats.project_lock import ProjectInUse  # noqa: PLC0415
    from edstats.stored_objects import StorageError  # noqa: PLC0415

    if options.command == "build":
        from edstats.reports.command import run_on_object_storage  # noqa: PLC0415

        return run_on_object_storage(options)
    if options.command not in ("clean", "check"):
        parser.error(f"--data: {options.command} works in a folder of this machine; clean, check and build anywhere")
    writes = options.command == "clean" and not options.check
    try:
        with stored_project(options.data, EventLog(), writes) as project:
            if options.command == "check":
                return _check(options, project.data)
            return _clean(options, project.data, project)
    except (StorageError, ProjectInUse, OSError) as error:
        if isinstance(error, DataNotFoundError):
            raise
        print(error, file=sys.stderr)
        return FAULTS


def _data_folder(parser: argparse.ArgumentParser, options: argparse.Namespace) -> Path:
    data: Path = Path(os.path.realpath(options.data)) if options.data else find_data(Path.cwd())
    if not data.is_dir():
        parser.error(f"--data: there is no folder '{options.data}'")
    if options.command in ("clean", "check", "build") and not os.path.lexists(data / "raw"):
        parser.error(f"--data: there is no folder '{Path(options.data) / 'raw'}'")
    return data


def _check_executor(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    """End with 2 where ``--executor``, ``--scheduler`` and ``--jobs`` do not go together."""
    if getattr(options, "executor", "processes") == "processes":
        if getattr(options, "scheduler", None):
            parser.error("--scheduler: only with --executor dask")
    elif not options.scheduler:
        parser.error("--executor dask: name the cluster with --scheduler, such as tcp://10.0.0.5:8786")
    elif getattr(options, "jobs", None):
        parser.error("--jobs: only with --executor processes; a cluster has the workers that it has")
    elif getattr(options, "pdf", False):
        parser.error("--pdf: only with --executor processes; pages are printed by the Chromium of one machine")


def _check_output(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    """End with 2 where ``--output`` is a name by which no program would know a workbook."""
    if options.command == "export" and options.format == "xlsx" and options.output.suffix != ".xlsx":
        parser.error(f"--output {options.output}: give a workbook a name that ends in .xlsx")


def _executor_options() -> argparse.ArgumentParser:
    """What commands share that can work on a cluster."""
    options = argparse.ArgumentParser(add_help=False)
    options.add_argument(
        "--executor",
        choices=["processes", "dask"],
        default="processes",
        help="work in processes of this machine, or on a Dask cluster that is there (default: processes)",
    )
    options.add_argument("--scheduler", metavar="ADDRESS", help="the cluster's scheduler, such as tcp://10.0.0.5:8786")
    return options


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="edstats",
        description="Read, clean, check and publish what officials print about Kazakhstan's regional school systems.",
        epilog="Exit codes: 0 done, 1 a document, the data or a page has errors, 2 wrong use, 3 warnings (--fail-on).",
    )
    parser.add_argument("--version", action="version", version=f"edstats {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    where = argparse.ArgumentParser(add_help=False)
    where.add_argument(
        "--data",
        metavar="DIR",
        type=_named,
        help="data folder (default: data/ here or in the nearest folder above), or s3://BUCKET/PROJECT/data",
    )
    _add_extract(commands, where)
    accepting = commands.add_parser("accept", parents=[where], help="move a reviewed draft into data/raw")
    accepting.add_argument("source", metavar="SOURCE", help="the source whose draft in data/drafts has been reviewed")
    cleaning = commands.add_parser("clean", parents=[where, _executor_options()], help="make data/clean from data/raw")
    cleaning.add_argument(
        "--check",
        action="store_true",
        help="write nothing; fail when the files in data/clean are not what data/raw gives",
    )
    checking = commands.add_parser(
        "check",
        parents=[where],
        help="list faults, contradictions and doubts in data/raw, and what the release gates hold back; write nothing",
        epilog="Exit codes: 0 no FAIL, 1 a FAIL, 2 wrong use, 3 no FAIL but a warning (--fail-on warning). "
        "docs/errors.md explains every code.",
    )
    checking.add_argument("--fail-on", choices=["warning"], help="exit with 3 when sources contradict each other")
    building = commands.add_parser(
        "build", parents=[where, _executor_options()], help="clean the data and publish reports/ from the notebooks"
    )
    building.add_argument(
        "--as-of",
        type=_day,
        metavar="DATE",
        help="show what was published by this day, such as 2024-12-31 (default: everything)",
    )
    building.add_argument(
        "--pdf", action="store_true", help="print every page as PDF too, with the Chromium that is installed"
    )
    building.add_argument("--all", action="store_true", help="build every page (default: those that have changed)")
    building.add_argument("--explain", action="store_true", help="say of each page why it is built or kept")
    building.add_argument(
        "--kernel",
        choices=["warm", "stock"],
        default="warm",
        help="run notebooks in processes forked from one that is ready, or start each anew; the pages are the same "
        "(default: warm, where the system can)",
    )
    building.add_argument(
        "--jobs", type=_count, metavar="N", help="pages to run at the same time (default: one a processor core)"
    )
    building.add_argument(
        "--time-limit",
        type=_count,
        metavar="SECONDS",
        help="how long the notebook of one page may take before it fails (default: 600)",
    )
    _add_schedule(building)
    _add_export(commands, where)
    return parser


def _add_schedule(building: argparse.ArgumentParser) -> None:
    """What a scheduler needs that runs builds with nobody watching."""
    building.add_argument(
        "--log-format",
        choices=["text", "json"],
        default="text",
        help="json: one object a line on standard error for each event (default: text)",
    )
    building.add_argument(
        "--fail-on",
        choices=["warning", "new-warning"],
        help="exit with 3 when the published data hold a warning, or one that the edition before did not hold",
    )
    building.add_argument(
        "--notify",
        type=_command,
        metavar="COMMAND",
        help="run this in the end, with the summary on its standard input; without a shell",
    )


def _add_extract(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", where: argparse.ArgumentParser
) -> None:
    extracting = commands.add_parser(
        "extract",
        parents=[where, _executor_options()],
        help="read the figures out of press releases in English, Russian or Kazakh",
        epilog="A document that cannot be read is named, the others go on, and the exit code is 1.",
    )
    extracting.add_argument(
        "paths",
        nargs="+",
        metavar="PATH",
        help="a .txt, .html or .jsonl file, a folder of these, or - for standard input",
    )
    into = extracting.add_mutually_exclusive_group()
    into.add_argument(
        "--format",
        choices=["csv", "html"],
        default="csv",
        help="write rows, or a page to review them on, to standard output (default: csv)",
    )
    into.add_argument(
        "--draft", metavar="SOURCE", help="write one document's figures to data/drafts/SOURCE.csv, to be reviewed"
    )
    extracting.add_argument(
        "--jobs", type=_count, metavar="N", help="processes that share the documents (default: one a processor core)"
    )


def _add_export(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", where: argparse.ArgumentParser
) -> None:
    exporting = commands.add_parser(
        "export", parents=[where], help="write the clean data in a format that other tools read (docs/exports.md)"
    )
    exporting.add_argument("--format", choices=FORMATS, required=True, help="xlsx is a file, the others are folders")
    exporting.add_argument(
        "--output",
        metavar="PATH",
        type=_path,
        required=True,
        help="where to write it; an earlier export that nobody has changed is replaced, nothing else is",
    )
    exporting.add_argument(
        "--as-of", type=_day, metavar="DATE", help="only what was published by this day (default: everything)"
    )


def _named(text: str) -> str:
    if not text:
        raise argparse.ArgumentTypeError("no path is named")
    return text


def _path(text: str) -> Path:
    return Path(_named(text))


def _day(text: str) -> date:
    try:
        from edstats.periods import iso_day  # noqa: PLC0415 - with it comes pandas

        return iso_day(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _count(text: str) -> int:
    if text.isdecimal() and int(text) > 0:
        return int(text)
    raise argparse.ArgumentTypeError(f"'{text}' is no count; write 1 or more")


def _command(text: str) -> list[str]:
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text}: {error}") from None
    if not words:
        raise argparse.ArgumentTypeError("no command is named")
    return words


def _extract(parser: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    # The vocabularies of three languages take a moment to import.
    from edstats.extraction.command import NotOneDocumentError, run  # noqa: PLC0415

    try:
        return run(options, _data_folder(parser, options) if options.draft else None)
    except NotOneDocumentError as error:
        parser.error(str(error))


def _accept(options: argparse.Namespace, data: Path) -> int:
    from edstats.drafts import accept  # noqa: PLC0415 - only this command needs it

    rows, faults = accept(options.source, data)
    for fault in sorted(faults):
        print(fault, file=sys.stderr)
    if faults:
        print(f"{counted(len(faults), 'fault')}; nothing was accepted", file=sys.stderr)
        return FAULTS
    print(f"{counted(rows, 'row')} in {data / 'raw' / 'figures' / options.source}.csv; next: edstats check")
    return DONE


def _read(data: Path, workers: "Workers | None") -> "Dataset | None":
    """The data set, or None after all faults have been printed."""
    from edstats.dataset import from_raw  # noqa: PLC0415

    dataset, faults = from_raw(data, date.today(), workers)
    for fault in sorted(faults):
        print(fault, file=sys.stderr)
    if faults:
        print(f"{counted(len(faults), 'fault')} in {data / 'raw'}; nothing was written", file=sys.stderr)
    return dataset


def _clean(options: argparse.Namespace, data: Path, stored: "StoredProject | None" = None) -> int:
    from edstats.executors import NoCluster, dask_workers  # noqa: PLC0415
    from edstats.project_lock import ProjectInUse  # noqa: PLC0415

    try:
        with dask_workers(options.scheduler) if options.scheduler else nullcontext() as workers:
            if options.check:
                return _check_clean(data, workers)
            written = _write_clean(data, workers)
    except (NoCluster, ProjectInUse, OSError) as error:
        print(f"{error}; nothing was written", file=sys.stderr)
        return FAULTS
    if not written:
        return FAULTS
    folder = str(data / "clean")
    if stored:
        stored.store()
        folder = stored.told(folder)
    print(f"{written} in {folder}")
    return DONE


def _check_clean(data: Path, workers: "Workers | None") -> int:
    from edstats.dataset import differing_files  # noqa: PLC0415

    dataset = _read(data, workers)
    differing = differing_files(dataset, data) if dataset else []
    for name in differing:
        print(f"{data.name}/clean/{name}: not what data/raw gives; run edstats clean and commit it", file=sys.stderr)
    return DONE if dataset and not differing else FAULTS


def _write_clean(data: Path, workers: "Workers | None") -> str:
    """How much was written; "" after faults have been printed."""
    from edstats.dataset import write_clean  # noqa: PLC0415
    from edstats.project_lock import project_lock, waiting_for  # noqa: PLC0415

    with project_lock(data, lambda: print(waiting_for(data), file=sys.stderr)):
        dataset = _read(data, workers)
        if dataset is None:
            return ""
        write_clean(dataset, data)
    return size(dataset)


def _check(options: argparse.Namespace, data: Path) -> int:
    from edstats.check_command import run  # noqa: PLC0415

    return run(data, date.today(), options.fail_on)


def _build(options: argparse.Namespace, data: Path) -> int:
    from edstats.reports.command import run  # noqa: PLC0415

    return run(options, data)


def _export(options: argparse.Namespace, data: Path) -> int:
    from edstats.exports.command import run  # noqa: PLC0415

    return run(options, data)
