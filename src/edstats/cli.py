"""The command line: ``edstats extract | accept | clean | check | build``.

Exit codes: 0 done; 1 a document, the data or a page has errors; 2 wrong use. What is wrong goes to standard error, one
line a fault; what was found or made goes to standard output.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from edstats import __version__
from edstats.dataset import (
    DataNotFoundError,
    Dataset,
    differing_files,
    find_data,
    find_notebooks,
    from_raw,
    load,
    write_clean,
)

DONE, FAULTS = 0, 1  # argparse itself exits with 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    commands = {"accept": _accept, "clean": _clean, "check": _check, "build": _build}
    try:
        if options.command == "extract":
            return _extract(parser, options)
        return commands[options.command](options, _data_folder(parser, options))
    except DataNotFoundError as error:
        parser.error(str(error))


def _data_folder(parser: argparse.ArgumentParser, options: argparse.Namespace) -> Path:
    data: Path = options.data.resolve() if options.data else find_data(Path.cwd())
    if not data.is_dir():
        parser.error(f"--data: there is no folder '{options.data}'")
    return data


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="edstats",
        description="Read, clean, check and publish what officials print about Kazakhstan's regional school systems.",
        epilog="Exit codes: 0 done, 1 a document, the data or a page has errors, 2 wrong use.",
    )
    parser.add_argument("--version", action="version", version=f"edstats {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    where = argparse.ArgumentParser(add_help=False)
    where.add_argument(
        "--data", type=Path, metavar="DIR", help="data folder (default: data/ here or in the nearest folder above)"
    )
    _add_extract(commands, where)
    accepting = commands.add_parser("accept", parents=[where], help="move a reviewed draft into data/raw")
    accepting.add_argument("source", metavar="SOURCE", help="the source whose draft in data/drafts has been reviewed")
    cleaning = commands.add_parser("clean", parents=[where], help="make data/clean from data/raw")
    cleaning.add_argument(
        "--check",
        action="store_true",
        help="write nothing; fail when the files in data/clean are not what data/raw gives",
    )
    commands.add_parser("check", parents=[where], help="list contradictions and doubts in data/raw; write nothing")
    building = commands.add_parser(
        "build", parents=[where], help="clean the data and publish reports/ from the notebooks"
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
    building.add_argument(
        "--jobs", type=_count, metavar="N", help="pages to run at the same time (default: one a processor core)"
    )
    return parser


def _add_extract(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", where: argparse.ArgumentParser
) -> None:
    extracting = commands.add_parser(
        "extract",
        parents=[where],
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


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is no date; write it as 2024-12-31") from None


def _count(text: str) -> int:
    if text.isdecimal() and int(text) > 0:
        return int(text)
    raise argparse.ArgumentTypeError(f"'{text}' is no count; write 1 or more")


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
        print(f"{_counted(len(faults), 'fault')}; nothing was accepted", file=sys.stderr)
        return FAULTS
    print(f"{_counted(rows, 'row')} in {data / 'raw' / 'figures' / options.source}.csv; next: edstats check")
    return DONE


def _read(data: Path) -> Dataset | None:
    """The data set, or None after all faults have been printed."""
    dataset, faults = from_raw(data, date.today())
    for fault in sorted(faults):
        print(fault, file=sys.stderr)
    if faults:
        print(f"{_counted(len(faults), 'fault')} in {data / 'raw'}; nothing was written", file=sys.stderr)
    return dataset


def _clean(options: argparse.Namespace, data: Path) -> int:
    dataset = _read(data)
    if dataset is None:
        return FAULTS
    if options.check:
        differing = differing_files(dataset, data)
        for name in differing:
            print(
                f"{data.name}/clean/{name}: not what data/raw gives; run edstats clean and commit it", file=sys.stderr
            )
        return FAULTS if differing else DONE
    write_clean(dataset, data)
    print(f"{_size(dataset)} in {data / 'clean'}")
    return DONE


def _size(dataset: Dataset) -> str:
    return (
        f"{_counted(len(dataset.observations), 'observation')} from {_counted(len(dataset.sources), 'source')}, "
        f"{_counted(len(dataset.measures), 'measure')}, {_counted(len(dataset.findings), 'finding')}"
    )


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _check(options: argparse.Namespace, data: Path) -> int:
    dataset = _read(data)
    if dataset is None:
        return FAULTS
    for finding in dataset.findings.to_dict("records"):
        about = f" [{finding['figures']}]" if finding["figures"] else ""
        print(f"{finding['severity']} {finding['code']} {finding['region']}: {finding['message']}{about}")
    counts = dataset.findings["severity"].value_counts()
    by_severity = ", ".join(_counted(int(counts.get(name, 0)), name) for name in ("warning", "note"))
    print(f"{_size(dataset)}: {by_severity}, no errors")
    return DONE


def _build(options: argparse.Namespace, data: Path) -> int:
    # Only this command needs papermill and nbconvert, which take a second to import.
    from edstats.editions import UnreadableHistory, edition_files  # noqa: PLC0415
    from edstats.pages import UnknownParameter  # noqa: PLC0415
    from edstats.reports.build import build, default_executor, progress  # noqa: PLC0415
    from edstats.reports.contents import plan_edition  # noqa: PLC0415
    from edstats.reports.plan import UnfitNotebook  # noqa: PLC0415
    from edstats.reports.printing import NoBrowser  # noqa: PLC0415
    from edstats.reports.publish import NotAnEdition  # noqa: PLC0415

    dataset = _read(data)
    if dataset is None:
        return FAULTS
    write_clean(dataset, data)
    newest = dataset.as_of
    if options.as_of:
        dataset = load(data, options.as_of)
    if dataset.observations.empty:
        print(f"no source was published by {options.as_of}; nothing was published", file=sys.stderr)
        return FAULTS
    try:
        reports = data.parent / "reports"
        look_back = dataset.as_of < newest
        kept = edition_files(
            reports / "data", dataset.observations, dataset.corrections, dataset.as_of, look_back=look_back
        )
        plan = plan_edition(dataset, data, find_notebooks(data), reports, kept, options.pdf)
        jobs = options.jobs or os.cpu_count() or 1
        with default_executor(jobs) as executor, progress(len(plan.pages), sys.stderr) as report:
            result = build(plan, executor, report)
    except (NoBrowser, NotAnEdition, UnfitNotebook, UnknownParameter, UnreadableHistory) as error:
        print(f"{error}; nothing was published", file=sys.stderr)
        return FAULTS
    for failure in result.failures:
        print(f"failed: {failure}", file=sys.stderr)
    if result.failures:
        print("nothing was published; the last edition stays as it was", file=sys.stderr)
        return FAULTS
    index = plan.reports / "index.html"
    print(f"{_counted(len(result.pages), 'page')} as of {plan.edition} in {plan.reports}; start with {index}")
    return DONE
