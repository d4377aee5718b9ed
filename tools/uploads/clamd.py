"""Asks ClamAV about a file, by the protocol of its daemon."""

from __future__ import annotations

import re
import socket
import struct
import time

#: Seconds for the whole of an answer that does not come.
TIMEOUT = 20
_CHUNK = 256 * 1024
_SIZE = struct.Struct(">I")
_REPLY = re.compile(rb"stream: (?:OK|(.+) FOUND)\0?\s*$")


def scan(address: str, content: bytes, timeout: float = TIMEOUT) -> str:
    """Let the scanner look at a file.

    :param address: ``host:port``, or the path of a socket, with or without ``unix:`` before it
    :param content: the whole file
    :param timeout: seconds
    :return: name of what was found; empty for a file that is clean
    :raise OSError: no scanner answers there, or not with an answer
    """
    end = time.monotonic() + timeout
    with _connect(address, timeout) as connection:
        connection.sendall(b"zINSTREAM\0")
        for start in range(0, len(content), _CHUNK):
            part = content[start:start + _CHUNK]
            _limit(connection, end)
            connection.sendall(_SIZE.pack(len(part)) + part)
        connection.sendall(_SIZE.pack(0))
        answer = b""
        while not answer.endswith((b"\0", b"\n")) and len(answer) < 4096:
            _limit(connection, end)
            part = connection.recv(4096)
            if not part:
                break
            answer += part
    found = _REPLY.match(answer)
    if not found:
        raise OSError(f"no verdict: {answer[:200]!r}")
    return (found[1] or b"").decode("utf-8", "replace")


def _limit(connection: socket.socket, end: float) -> None:
    """Let the next step take what is left of the time.

    :raise TimeoutError: nothing is left
    """
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError("no verdict in time")
    connection.settimeout(left)


def _connect(address: str, timeout: float) -> socket.socket:
    host, colon, port = address.rpartition(":")
    if not address.startswith(("unix:", "/")) and colon and port.isdigit():
        return socket.create_connection((host.strip("[]"), int(port)), timeout)
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(timeout)
        connection.connect(address.removeprefix("unix:"))
    except OSError:
        connection.close()
        raise
    return connection
