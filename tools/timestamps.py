"""Timestamps by RFC 3161: an authority says that it has seen a file at a moment, and signs it.

Requests and answers are written and read with ``asn1crypto``, signatures checked with
``cryptography``: Odoo needs both anyhow. Stricter readers refuse what the many authorities that
run on OpenSSL answer, whose certificates do not come in the order of DER. What is kept is the
answer as it came, which ``openssl ts -verify`` reads.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Final

import requests
from asn1crypto import core, pem as armour, tsp, x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

_logger = logging.getLogger(__name__)

#: Seconds to wait for a connection or a part of the answer, and for all of it.
PART, WHOLE = 10, 30
#: Bytes that an answer has at most: a few kilobytes are usual.
LARGEST: Final = 256 * 1024
#: How far the authority's clock may be from ours.
DRIFT: Final = timedelta(hours=1)

#: Of an answer with a timestamp, which may lack something that was asked for (RFC 3161, 2.4.2):
#: what we need of it is checked.
GRANTED: Final = ("granted", "granted_with_mods")

#: What may go wrong.
SILENT, HTTP, UNREADABLE, REFUSED, NONCE, IMPRINT, CLOCK, EXPIRED, UNTRUSTED, CERTIFICATES = (
    "silent", "http", "unreadable", "refused", "nonce", "imprint", "clock", "expired",
    "untrusted", "certificates")
#: Certificates between that of an authority and one that is trusted, at most.
LONGEST = 6


class TimestampError(Exception):
    """No timestamp was had.

    :ivar code: one of :data:`SILENT` to :data:`CERTIFICATES`
    :ivar detail: what the authority, or the library, says
    """

    def __init__(self, code: str, detail: object = "") -> None:
        super().__init__(code, str(detail))
        self.code, self.detail = code, str(detail)[:200]


@dataclass(frozen=True, slots=True)
class Token:
    """A timestamp.

    :ivar answer: bytes as they came, DER
    :ivar at: moment in UTC, without zone
    :ivar is_trusted: whether its signature leads to a certificate that we were given
    :ivar certificates: PEM of those that came along
    """

    answer: bytes
    at: datetime
    is_trusted: bool
    certificates: str


def read_certificates(text: str) -> list[Any]:
    """:return: list of ``asn1crypto.x509.Certificate`` of a PEM text
    :raise TimestampError: it is none"""
    try:
        found = [x509.Certificate.load(der) for kind, _headers, der in armour.unarmor(
            text.encode(), multiple=True) if kind == "CERTIFICATE"]
        for certificate in found:
            certificate.native  # noqa: B018 - reads all of it
    except (ValueError, TypeError) as error:
        raise TimestampError(CERTIFICATES, error) from error
    if not found:
        raise TimestampError(CERTIFICATES)
    return found


def fetch_token(url: str, data: bytes, pem: str = "", now: datetime | None = None) -> Token:
    """Have an authority timestamp a file.

    :param url: of the authority
    :param pem: certificates that it is trusted by; without any, the signature is checked by the
        certificate that comes along, and whose it is remains open
    :param now: the moment in UTC; None for the clock's
    :raise TimestampError: see there
    """
    nonce = secrets.randbits(63)
    request = tsp.TimeStampReq({
        "version": "v1", "nonce": nonce, "cert_req": True,
        "message_imprint": {
            "hash_algorithm": {"algorithm": "sha256", "parameters": core.Null()},
            "hashed_message": hashlib.sha256(data).digest()}})
    return read_token(_post(url, request.dump()), data, nonce, pem, now)


def read_token(
        answer: bytes, data: bytes, nonce: int | None, pem: str = "",
        now: datetime | None = None) -> Token:
    """Check an authority's answer.

    :param nonce: that of the request; None where it is not known any more
    :return: the :class:`Token`; for the other parameters see :func:`fetch_token`
    """
    try:
        signed, info = _decode(answer)
        return _check(answer, signed, info, data, nonce, pem, now)
    except (ValueError, TypeError, KeyError, IndexError) as error:
        raise TimestampError(UNREADABLE, error) from error


def _decode(answer: bytes) -> tuple[Any, Any]:
    """:return: (the signed data, what it says of the file)"""
    response = tsp.TimeStampResp.load(answer, strict=True)
    status = response["status"]
    if status["status"].native not in GRANTED:
        text = status["status_string"].native or [status["status"].native]
        raise TimestampError(REFUSED, ", ".join(text))
    signed = response["time_stamp_token"]["content"]
    return signed, signed["encap_content_info"]["content"].parsed


def _check(
        answer: bytes, signed: Any, info: Any, data: bytes, nonce: int | None, pem: str,
        now: datetime | None) -> Token:
    if nonce is not None and info["nonce"].native != nonce:
        raise TimestampError(NONCE)
    imprint = info["message_imprint"]
    name = imprint["hash_algorithm"]["algorithm"].native
    if name not in ("sha256", "sha384", "sha512") or (
            imprint["hashed_message"].native != hashlib.new(name, data).digest()):
        raise TimestampError(IMPRINT)
    at = info["gen_time"].native.astimezone(timezone.utc)
    moment = (now or datetime.now(timezone.utc)).replace(tzinfo=timezone.utc)
    if nonce is not None and abs(at - moment) > DRIFT:
        raise TimestampError(CLOCK, at)
    given = read_certificates(pem) if pem else []
    brought = [choice.chosen for choice in signed["certificates"]]
    signer = _check_signature(signed, [*brought, *given])
    _check_path(signer, given, brought, at)
    return Token(answer, at.replace(tzinfo=None), bool(given), "".join(
        armour.armor("CERTIFICATE", certificate.dump()).decode() for certificate in brought))


# === SIGNATURES === #


def _check_signature(signed: Any, certificates: Sequence[Any]) -> Any:
    """:return: the certificate of whoever has signed
    :raise TimestampError: nobody has, or not this, or not somebody who signs timestamps"""
    [by] = signed["signer_infos"]
    signer = _find_signer(by["sid"], certificates)
    content = signed["encap_content_info"]["content"].contents
    attributes = {found["type"].native: found["values"] for found in by["signed_attrs"]}
    digest = hashlib.new(by["digest_algorithm"]["algorithm"].native, content).digest()
    if not hmac.compare_digest(attributes["message_digest"][0].native, digest):
        raise TimestampError(UNTRUSTED, "message digest")
    _check_signed_certificate(attributes, signer)
    purposes = signer.extended_key_usage_value
    if purposes is None or "time_stamping" not in purposes.native:
        raise TimestampError(UNTRUSTED, "extended key usage")
    _check_signed(
        signer, by["signature_algorithm"], by["signature"].native,
        by["signed_attrs"].untag().dump(), by["digest_algorithm"]["algorithm"].native)
    return signer


def _find_signer(sid: Any, certificates: Sequence[Any]) -> Any:
    for certificate in certificates:
        if sid.name == "subject_key_identifier":
            if certificate.key_identifier == sid.native:
                return certificate
        elif (certificate.issuer, certificate.serial_number) == (
                sid.chosen["issuer"], sid.chosen["serial_number"].native):
            return certificate
    raise TimestampError(UNTRUSTED, "no certificate")


def _check_signed_certificate(attributes: Any, signer: Any) -> None:
    """:raise TimestampError: what was signed names another certificate than the signer's"""
    if "signing_certificate_v2" in attributes:
        first = attributes["signing_certificate_v2"][0]["certs"][0]
        name = first["hash_algorithm"]["algorithm"].native
    else:
        first, name = attributes["signing_certificate"][0]["certs"][0], "sha1"
    if first["cert_hash"].native != hashlib.new(name, signer.dump()).digest():
        raise TimestampError(UNTRUSTED, "signing certificate")


def _check_signed(
        certificate: Any, algorithm: Any, signature: bytes, message: bytes, name: str) -> None:
    """:param name: of the hash, where the algorithm names none
    :raise TimestampError: the certificate's key has not signed this"""
    key = load_der_public_key(certificate.public_key.dump())
    kind = algorithm.signature_algo
    with suppress(ValueError):
        name = algorithm.hash_algo
    digest = getattr(hashes, name.upper())()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, message, _get_padding(kind, algorithm, digest), digest)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, message, ec.ECDSA(digest))
        else:
            raise TimestampError(UNTRUSTED, kind)
    except InvalidSignature as error:
        raise TimestampError(UNTRUSTED, "signature") from error


def _get_padding(kind: str, algorithm: Any, digest: Any) -> Any:
    if kind == "rsassa_pss":
        length = algorithm["parameters"]["salt_length"].native
        return padding.PSS(mgf=padding.MGF1(digest), salt_length=length)
    return padding.PKCS1v15()


def _check_path(
        signer: Any, given: Sequence[Any], brought: Sequence[Any], at: datetime) -> None:
    """:raise TimestampError: no path leads from the signer to what is trusted, or a certificate
    of it had expired"""
    trusted = {certificate.dump() for certificate in given}
    certificate = signer
    for _place in range(LONGEST):
        _check_validity(certificate, at)
        if not trusted or certificate.dump() in trusted:
            return
        issuer = next((other for other in [*given, *brought] if other.ca and (
            other.subject == certificate.issuer) and other.dump() != certificate.dump()), None)
        if issuer is None:
            break
        _check_signed(
            issuer, certificate["signature_algorithm"], certificate.signature,
            certificate["tbs_certificate"].dump(), "sha256")
        certificate = issuer
    raise TimestampError(UNTRUSTED, certificate.issuer.human_friendly)


def _check_validity(certificate: Any, at: datetime) -> None:
    if not certificate.not_valid_before <= at <= certificate.not_valid_after:
        raise TimestampError(EXPIRED, certificate.not_valid_after.date())


def _post(url: str, query: bytes) -> bytes:
    """:return: bytes of the answer
    :raise TimestampError: none, or not in time, or too long"""
    end = time.monotonic() + WHOLE
    try:
        with requests.post(
                url, data=query, timeout=PART, stream=True, allow_redirects=False,
                headers={"Content-Type": "application/timestamp-query",
                         "Accept": "application/timestamp-reply"}) as answer:
            if answer.status_code != 200:
                raise TimestampError(HTTP, answer.status_code)
            found = b""
            for part in answer.iter_content(8192):
                found += part
                if len(found) > LARGEST:
                    raise TimestampError(UNREADABLE, f"> {LARGEST} bytes")
                if time.monotonic() > end:
                    raise TimestampError(SILENT, f"> {WHOLE} s")
            return found
    except requests.RequestException as error:
        _logger.info("The timestamp authority %s does not answer: %s", url, error)
        raise TimestampError(SILENT, type(error).__name__) from error
