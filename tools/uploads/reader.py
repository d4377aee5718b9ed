"""Looks at files in a process of its own, so that no file costs more than it may.

A new Python is started rather than this one forked: a worker of Odoo has threads, connections and
secrets. It gets no environment, no open file but its three streams, and the rights of nobody less;
it starts in some tenths of a second, and files that come together share it.
"""

from __future__ import annotations

import json
import logging
import struct
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from threading import BoundedSemaphore

from .errors import Refusal
from .inspect import Finding, guess_type

#: Processes of a worker at a time, and seconds after which somebody who waits is sent away.
AT_ONCE, LONGEST_WAIT = 2, 20
#: Seconds of the clock for one file, and for all that come together.
LONGEST, LONGEST_ALL = 15, 30
_logger = logging.getLogger(__name__)
_SCRIPT = str(Path(__file__).with_name("child.py"))
_SIZE = struct.Struct(">Q")
_turns = BoundedSemaphore(AT_ONCE)


def read_file(content: bytes) -> Finding:
    """Find out what one file is.

    :param content: the whole file
    :raise Refusal: it is not taken
    """
    [answer] = read_files([content])
    if isinstance(answer, Refusal):
        raise answer
    return answer


def read_files(contents: Sequence[bytes]) -> list[Finding | Refusal]:
    """Find out what files are.

    :param contents: whole files
    :return: for each what it is, up to the first one that is not taken, and why that is not
    """
    known, refusal = _find_known(contents)
    answers = _ask(known) if known else []
    if any(isinstance(answer, Refusal) for answer in answers):
        return answers
    if len(answers) < len(known):
        return [*answers, Refusal("heavy")]  # it was too much for the process
    return [*answers, *([refusal] if refusal else [])]


def _find_known(contents: Sequence[bytes]) -> tuple[Sequence[bytes], Refusal | None]:
    """:return: the files before the first one of no type that is taken, and its refusal"""
    for number, content in enumerate(contents):
        try:
            guess_type(content)
        except Refusal as refusal:
            return contents[:number], refusal
    return contents, None


def _ask(contents: Sequence[bytes]) -> list[Finding | Refusal]:
    """:return: the answers of a process, until it refuses or ends"""
    if not _turns.acquire(timeout=LONGEST_WAIT):
        return [Refusal("busy")]
    try:
        return [_understand(line) for line in _run(contents).splitlines()]
    finally:
        _turns.release()


def _run(contents: Sequence[bytes]) -> bytes:
    """:return: what a process says of files, as far as it comes"""
    question = b"".join(part for content in contents for part in (
        _SIZE.pack(len(content)), content))
    try:
        # -I: neither the environment nor this folder decides what it imports
        done = subprocess.run(
            [sys.executable, "-I", _SCRIPT, json.dumps(sys.path)], input=question, check=False,
            capture_output=True, cwd="/", close_fds=True,
            env={"MALLOC_ARENA_MAX": "1", "LC_ALL": "C.UTF-8"},
            timeout=min(LONGEST * len(contents), LONGEST_ALL))
        if done.returncode > 0:  # below zero a signal: a limit was reached
            _logger.error("A file could not be looked into: %s", done.stderr[-2000:].decode(
                "utf-8", "replace"))
        return done.stdout
    except subprocess.TimeoutExpired as late:
        return late.stdout or b""


def _understand(line: bytes) -> Finding | Refusal:
    answer = json.loads(line)
    return Refusal(answer[0]) if len(answer) == 1 else Finding(answer[0], answer[1])
