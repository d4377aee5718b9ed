"""The ZIP of a case file: written part by part, each with its digest in the manifest."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from ..collection_document_export import _make_safe, _make_unique

#: Bytes that are in memory at a time.
CHUNK = 1024 * 1024
#: Version of what the manifest says, and how.
FORMAT = 1
MANIFEST, SEAL = "manifest.json", "manifest.sha256"


@dataclass(frozen=True, slots=True)
class Part:
    """A file in the ZIP.

    :ivar what: what it is, for a reader
    """

    name: str
    sha256: str
    size: int
    what: str


class Packer:
    """A ZIP that is being written, without any of its parts being in memory as a whole."""

    def __init__(self, target: IO[bytes], moment: datetime) -> None:
        """:param target: binary file that can be sought
        :param moment: which its parts bear
        """
        self.parts: list[Part] = []
        self._moment = moment.timetuple()[:6]
        self._taken: set[str] = set()
        self._archive = zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, allowZip64=True)

    def __enter__(self) -> Packer:
        return self

    def __exit__(self, *_error: object) -> None:
        self._archive.close()

    def add(self, name: str, content: bytes | Path | Iterable[bytes], what: str) -> Part:
        """Write a part.

        :param name: its path; what no file system takes is replaced, a double is numbered
        :param content: bytes, the file that they lie in, or chunks of them
        :param what: what it is, for a reader
        :return: what was written
        """
        folder, _slash, last = name.rpartition("/")
        path = _make_unique("/".join(filter(None, (folder, _make_safe(last)))), self._taken)
        with self._archive.open(self._prepare(path), "w", force_zip64=True) as target:
            part = _copy(path, content, what, target.write)
        self.parts.append(part)
        return part

    def _prepare(self, path: str) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(path, self._moment)
        info.compress_type = zipfile.ZIP_DEFLATED
        info.external_attr = 0o644 << 16
        return info

    def weigh(self, name: str, content: bytes | Path | Iterable[bytes], what: str) -> Part:
        """:return: what :meth:`add` would have written; nothing is"""
        return _copy(name, content, what, len)

    def seal(self, head: dict[str, object]) -> str:
        """Write the manifest and its digest: nothing is added after it.

        :param head: what the manifest says besides the parts
        :return: SHA-256 of the manifest, in hex
        """
        manifest = json.dumps(
            {"format": FORMAT, **head, "parts": [asdict(part) for part in self.parts]},
            ensure_ascii=False, indent=1).encode()
        digest = hashlib.sha256(manifest).hexdigest()
        self._archive.writestr(self._prepare(MANIFEST), manifest)
        self._archive.writestr(self._prepare(SEAL), digest)
        return digest


def _copy(
        name: str, content: bytes | Path | Iterable[bytes], what: str,
        write: Callable[[bytes], object]) -> Part:
    digest, size = hashlib.sha256(), 0
    for chunk in _read(content):
        write(chunk)
        digest.update(chunk)
        size += len(chunk)
    return Part(name, digest.hexdigest(), size, what)


def _read(content: bytes | Path | Iterable[bytes]) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
    elif isinstance(content, Path):
        with content.open("rb") as file:
            while chunk := file.read(CHUNK):
                yield chunk
    else:
        yield from content
