"""The process in which files are looked at: it has little memory and time, and nothing else.

Started by :mod:`.reader` as a script, with the folders of Python's libraries as its argument. Its
input is each file's size (8 bytes) and content; its output one line of JSON for each.
"""

from __future__ import annotations

import json
import os
import resource
import struct
import sys
from pathlib import Path
from time import process_time
from typing import BinaryIO

#: Bytes of memory, and seconds of processor for each file.
MEMORY, SECONDS = 256 * 1024 ** 2, 4
_SIZE = struct.Struct(">Q")


def main() -> None:
    """Look at one file after the other, until there is none or one is refused."""
    os.nice(10)
    for what, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CORE, 0),
                       (resource.RLIMIT_FSIZE, 0)):
        resource.setrlimit(what, (most, most))
    while head := sys.stdin.buffer.read(_SIZE.size):
        content = sys.stdin.buffer.read(_SIZE.unpack(head)[0])
        _limit_time()
        answer = _inspect(content)
        _say(sys.stdout.buffer, answer)
        if len(answer) == 1:
            break


def _limit_time() -> None:
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    soft = int(process_time()) + 1 + SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def _inspect(content: bytes) -> list[str | int]:
    """:return: the type and the size that is kept; of a refused file, the reason alone"""
    from uploads.errors import Refusal
    from uploads.inspect import inspect

    try:
        finding = inspect(content)
    except Refusal as refusal:
        return [refusal.reason]
    except (MemoryError, RecursionError):
        return ["heavy"]
    return [finding.kind, finding.size]


def _say(stream: BinaryIO, answer: list[str | int]) -> None:
    stream.write(json.dumps(answer).encode() + b"\n")
    stream.flush()


if __name__ == "__main__":
    sys.path[:] = [str(Path(__file__).resolve().parents[1]), *json.loads(sys.argv[1])]
    main()
