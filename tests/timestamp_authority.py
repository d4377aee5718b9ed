"""A timestamp authority of one's own: `openssl ts`, answering over loopback."""

import subprocess
import tempfile
import threading
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

SETTINGS = """
[tsa]
default_tsa = own
[own]
serial = {folder}/serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
accuracy = secs:1
ess_cert_id_alg = sha256
"""


class Authority:
    """Made of a root certificate, one that signs timestamps, and a server.

    :ivar mode: how it answers: "right", or a fault: "html", "error", "nonce" (answers
        the request before), "huge"
    """

    def __init__(self, days=3650):
        """:param days: for which the signer's certificate is valid, from now on; negative for one
            that has expired"""
        self._folder = tempfile.TemporaryDirectory()
        self.folder = Path(self._folder.name)
        self.mode = "right"
        self.asked = []
        self._make_certificates(days)
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._make_handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}/tsr"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self._folder.cleanup()

    @property
    def pem(self):
        """:return: str, its root certificate"""
        return (self.folder / "ca.pem").read_text()

    def run(self, *words):
        """:return: the finished `openssl` """
        return subprocess.run(
            ["openssl", *map(str, words)], cwd=self.folder, capture_output=True, check=False)

    def verify(self, data, answer):
        """:return: bool, whether `openssl ts -verify` takes an answer for a file"""
        (self.folder / "data").write_bytes(data)
        (self.folder / "answer").write_bytes(answer)
        return self.run("ts", "-verify", "-data", "data", "-in", "answer", "-CAfile",
                        "ca.pem").returncode == 0

    def _make_certificates(self, days):
        (self.folder / "settings").write_text(SETTINGS.format(folder=self.folder))
        (self.folder / "serial").write_text("01")
        root, root_key = self._make_certificate("ca", 3650)
        self._make_certificate("signer", days, root, root_key)

    def _make_certificate(self, name, days, root=None, root_key=None):
        key = rsa.generate_private_key(65537, 2048)
        end = datetime.now(timezone.utc) + timedelta(days=days)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Test {name}")])
        builder = (
            x509.CertificateBuilder().subject_name(subject)
            .issuer_name(root.subject if root else subject).public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(end - timedelta(days=9000)).not_valid_after(end)
            .add_extension(x509.BasicConstraints(not root, None), critical=True))
        if root:
            builder = builder.add_extension(x509.ExtendedKeyUsage(
                [ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        made = builder.sign(root_key or key, hashes.SHA256())
        (self.folder / f"{name}.pem").write_bytes(made.public_bytes(Encoding.PEM))
        (self.folder / f"{name}.key").write_bytes(key.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return made, key

    def answer(self, query):
        """:return: bytes of what it answers"""
        self.asked.append(query)
        if self.mode == "nonce" and len(self.asked) > 1:
            query = self.asked[-2]
        (self.folder / "query").write_bytes(query)
        made = self.run(
            "ts", "-reply", "-config", "settings", "-section", "own", "-queryfile", "query",
            "-inkey", "signer.key", "-signer", "signer.pem", "-chain", "ca.pem", "-out", "reply")
        assert not made.returncode, made.stderr
        return (self.folder / "reply").read_bytes()

    def _make_handler(authority):
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                query = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(500 if authority.mode == "error" else 200)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.end_headers()
                if authority.mode == "html":
                    self.wfile.write(b"<html>Sign in to the network</html>")
                elif authority.mode == "huge":
                    with suppress(ConnectionError):  # nobody listens to the end
                        self.wfile.write(b"0" * 10_000_000)
                else:
                    self.wfile.write(authority.answer(query))

            def log_message(self, *_words):
                pass

        return Handler
