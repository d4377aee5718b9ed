"""A mail server that takes e-mails, and can refuse, stall, or go away after it took one.

What it took is its own record of what left: the auditor believes it, and nobody else.
"""

import asyncio
import email
import json
import re
import threading
import time
from email import policy

#: How it behaves where it does not just take what comes: refuse for now, for good; say nothing for
#: a while; take it and go away without saying so; go away while it is told; let nobody in.
TROUBLES = ("refuse_now", "refuse_for_good", "stall", "drop_reply", "drop_early", "closed")
REFUSALS = {"refuse_now": b"451 not now\r\n", "refuse_for_good": b"550 not here\r\n"}
STALL = 8
RECIPIENT = re.compile(rb"<([^>]*)>")
LINK = re.compile(r"https?://[^\s\"'<>]+/collection/([\w-]{30,})")


class Sink:
    """:param Path path: file that gets a line of JSON for each e-mail that was taken or refused"""

    def __init__(self, path, host="0.0.0.0"):
        self.path, self.host = path, host
        self.mode, self.port = "accept", None
        self.links = []
        self._lock = threading.Lock()
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self.path.touch()
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(self, *_exception):
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self):
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(
            self._talk, self.host, 0, limit=2**24))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()

    async def _talk(self, reader, writer):
        try:
            if self.mode != "closed":
                await self._greet(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass  # the other side went away
        finally:
            writer.close()

    async def _greet(self, reader, writer):
        writer.write(b"220 sink\r\n")
        answers = {b"EHLO": b"250 sink\r\n", b"HELO": b"250 sink\r\n", b"QUIT": b"221 bye\r\n"}
        while line := await reader.readline():
            word = line[:4].upper()
            if word == b"DATA":
                if not await self._take(reader, writer):
                    return
            elif word == b"RCPT" and self.mode in REFUSALS:
                self._record({"refused": self.mode,
                              "recipient": RECIPIENT.search(line)[1].decode().lower()})
                writer.write(REFUSALS[self.mode])
            else:
                writer.write(answers.get(word, b"250 ok\r\n"))
            await writer.drain()
            if word == b"QUIT":
                return

    async def _take(self, reader, writer):
        """:return: whether the conversation goes on"""
        writer.write(b"354 go on\r\n")
        await writer.drain()
        text = await self._read(reader)
        mode = self.mode
        if mode == "drop_early":
            return False
        if mode == "stall":
            await asyncio.sleep(STALL)
        if mode in REFUSALS:
            self._note(text, refused=mode)
            writer.write(REFUSALS[mode])
            return True
        self._note(text, unsaid=mode == "drop_reply")
        if mode == "drop_reply":
            return False
        writer.write(b"250 taken\r\n")
        return True

    async def _read(self, reader):
        lines = []
        while (line := await reader.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        return b"".join(lines)

    def _note(self, text, **more):
        message = email.message_from_bytes(text, policy=policy.default)
        found = []
        for part in message.walk():
            if part.get_content_type() == "text/html":
                found += LINK.findall(part.get_content())
        self._record({"message_id": message["Message-Id"], "to": message["To"],
                      "subject": message["Subject"], **more})
        if not more.get("refused"):
            self.links += [link for link in found if link not in self.links]

    def _record(self, entry):
        with self._lock, self.path.open("a") as file:
            file.write(json.dumps({**entry, "at": time.time()}) + "\n")
