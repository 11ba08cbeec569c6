"""Which packages another needs, as their own metadata say."""

import re

_REQUIREMENT = re.compile(r"([A-Za-z0-9._-]+)")
_EXTRA = re.compile(r"extra == ['\"]([A-Za-z0-9._-]+)['\"]")


def normalized(package: str) -> str:
    """A package's name in the one spelling that stands for all (PEP 503)."""
    return re.sub(r"[-_.]+", "-", package).lower()


def needed(package: str, *extras: str) -> tuple[str, ...]:
    """The packages that ``package`` with ``extras`` needs, those that they need in turn, and so on, in order.

    Of those that it needs the extras are left out.
    """
    found: set[str] = set()
    asked = list(_requirements(package, extras))
    while asked:
        each = asked.pop()
        if each not in found:
            found.add(each)
            asked += _requirements(each, ())
    return tuple(sorted(found))


def _requirements(package: str, extras: tuple[str, ...]) -> tuple[str, ...]:
    from importlib.metadata import PackageNotFoundError, requires  # noqa: PLC0415 - takes longer than a light build

    try:
        named = requires(package) or []
    except PackageNotFoundError:  # needed on another platform
        return ()
    wanted = [each for each in named if not (extra := _EXTRA.search(each)) or extra[1] in extras]
    return tuple(normalized(match[1]) for each in wanted if (match := _REQUIREMENT.match(each)))
