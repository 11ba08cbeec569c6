"""What object storage holds, read through fsspec, and what goes wrong with it told by one line."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from inspect import signature
from typing import TYPE_CHECKING, Any

from edstats.folders import DataNotFoundError, is_address

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

UPLOAD = ".edstats-upload"  # all that an upload is to change; it is there while one runs, or after one has stopped
_READINGS = 3  # how often tables are read that are written meanwhile


class StorageError(RuntimeError):
    """Object storage cannot be used; the message says why."""


def read_stored(address: str, names: Collection[str]) -> tuple[bytes, ...]:
    """What files of the stored data folder's ``clean`` hold, all of one writing.

    Raises StorageError, also where an upload has stopped or is running, DataNotFoundError.
    """
    url, name = project_and_folder(address)
    filesystem = filesystem_of(address)
    project = str(filesystem._strip_protocol(url))
    keys = [f"{project}/{name}/clean/{each}" for each in names]
    with storage_said(f"{url}/{name}", "read"):
        for _ in range(_READINGS):
            before = _versions(filesystem, keys)
            if len(before) < len(keys):
                raise DataNotFoundError(f"no clean data in '{url}/{name}'; run: edstats clean --data '{url}/{name}'")
            if content_of(filesystem, f"{project}/{UPLOAD}") is not None:
                raise StorageError(
                    f"{url}: an upload has stopped or is running; read again in a minute; where it has stopped, "
                    f"run edstats build or clean --data '{url}/{name}', which finishes it"
                )
            found = [content for key in keys if (content := content_of(filesystem, key)) is not None]
            if _versions(filesystem, keys) == before and len(found) == len(keys):
                return tuple(found)
    raise StorageError(f"{url}/{name}: it was written each of the {_READINGS} times it was read; try again")


def project_and_folder(address: str) -> tuple[str, str]:
    """The address of a project, and the name of its data folder. Raises DataNotFoundError."""
    url, _, name = address.rstrip("/").rpartition("/")
    if not is_address(url) or not url.partition("://")[2]:
        raise DataNotFoundError(f"{address}: name the data folder in a bucket, such as s3://bucket/data")
    return url, name


def _versions(filesystem: "AbstractFileSystem", keys: Collection[str]) -> dict[str, str]:
    """The versions of those of the objects in one folder that are there."""
    filesystem.invalidate_cache()
    try:
        listed = filesystem.find(next(iter(keys)).rpartition("/")[0], detail=True)
    except FileNotFoundError:
        return {}
    return {key: version_of(listed[key]) for key in keys if key in listed}


def content_of(filesystem: "AbstractFileSystem", key: str) -> bytes | None:
    """What an object holds, or None where there is none."""
    try:
        content: bytes = filesystem.cat_file(key)
    except FileNotFoundError:
        return None
    return content


def filesystem_of(address: str) -> "AbstractFileSystem":
    """The file system of an address, which keeps no listings. Raises StorageError, DataNotFoundError."""
    if find_spec("fsspec") is None:
        raise StorageError(f"{address}: fsspec is not installed; install edstats[cluster]")
    import fsspec  # noqa: PLC0415 - an optional extra

    try:
        kind = fsspec.get_filesystem_class(address.partition("://")[0])
        signature(kind.__init__).bind(None, use_listings_cache=False)  # FTP's complains of itself when it is not made
        return kind(use_listings_cache=False)
    except ImportError as error:
        raise StorageError(f"{address}: {error}; for s3:// install edstats[cluster]") from error
    except ValueError as error:
        raise DataNotFoundError(f"{address}: {error}") from error
    except TypeError as error:  # ftp:// and the like
        raise DataNotFoundError(f"{address}: it takes settings that no address holds; use s3:// ({error})") from error
    except Exception as error:  # each implementation has errors of its own
        raise StorageError(f"{address}: {type(error).__name__}: {error}") from error


@contextmanager
def storage_said(url: str, doing: str) -> Iterator[None]:
    """Tell what goes wrong with object storage by one line."""
    try:
        yield
    except (StorageError, DataNotFoundError):
        raise
    except PermissionError as error:
        raise StorageError(f"{url}: no right to {doing} it: {error}") from error
    except Exception as error:  # each implementation has errors of its own
        raise StorageError(f"{url}: could not {doing} it: {type(error).__name__}: {error}") from error


def version_of(info: Mapping[str, Any]) -> str:
    """What tells one version of an object from another, of what ``find`` or ``info`` gives."""
    tag = info.get("ETag") or info.get("etag") or info.get("md5Hash")
    return str(tag or f"{info.get('size')} {info.get('created') or info.get('mtime')}")
