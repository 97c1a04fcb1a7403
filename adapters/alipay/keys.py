"""The keys of one Alipay app, in key mode or in certificate mode (wallet reference 1.1 and 1.2)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_private_key, load_der_public_key

_RSA_SIGNATURES = "1.2.840.113549.1.1."
_PEM_CERTIFICATE = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
_PEM_BODY = re.compile(r"-----BEGIN [A-Z ]+-----(.+?)-----END [A-Z ]+-----", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Serials:
    """The certificate serial numbers (SN) of certificate mode, as Alipay computes them."""

    app: str
    alipay: str
    root: str


@dataclass(frozen=True, slots=True)
class Keys:
    """Our private key, Alipay's public key and, in certificate mode, the serials sent along."""

    private: RSAPrivateKey = field(repr=False)
    alipay: RSAPublicKey = field(repr=False)
    serials: Serials | None = None


def private_key(text: str) -> RSAPrivateKey:
    """An RSA key in PKCS#1 or PKCS#8, as PEM or as the bare base64 of Alipay's key tool; ValueError otherwise."""
    loaded = _loaded(lambda: load_der_private_key(_der(text), password=None))
    if not isinstance(loaded, RSAPrivateKey):
        raise ValueError("not an RSA private key")  # noqa: TRY004 - the text is wrong, not its type
    return loaded


def public_key(text: str) -> RSAPublicKey:
    """An RSA public key as PEM or bare base64; ValueError otherwise."""
    loaded = _loaded(lambda: load_der_public_key(_der(text)))
    if not isinstance(loaded, RSAPublicKey):
        raise ValueError("not an RSA public key")  # noqa: TRY004 - the text is wrong, not its type
    return loaded


def first_certificate(pem: str) -> x509.Certificate:
    """The leaf, which Alipay's files put first; ValueError otherwise."""
    block = _PEM_CERTIFICATE.search(pem.encode())
    if block is None:
        raise ValueError("no certificate")
    return x509.load_pem_x509_certificate(block.group())


def certificate_key(certificate: x509.Certificate) -> RSAPublicKey:
    """The certificate's RSA key; ValueError when it holds another kind."""
    key = certificate.public_key()
    if not isinstance(key, RSAPublicKey):
        raise ValueError("the certificate holds no RSA key")  # noqa: TRY004 - the text is wrong, not its type
    return key


def serial(certificate: x509.Certificate) -> str:
    """MD5, in hex, of the RFC 4514 issuer followed by the decimal serial number."""
    source = f"{certificate.issuer.rfc4514_string()}{certificate.serial_number}"
    return hashlib.md5(source.encode(), usedforsecurity=False).hexdigest()


def root_serial(bundle: str) -> str:
    """The serials of the RSA-signed certificates of the root bundle, joined by `_`.

    Alipay's own bundle holds SM2 certificates and one which strict parsers refuse: those are passed over.
    """
    serials = [serial(each) for each in _readable(bundle) if _is_rsa_signed(each)]
    if not serials:
        raise ValueError("no RSA-signed root certificate")
    return "_".join(serials)


def certificate_keys(private: str, *, app: str, alipay: str, root: str) -> Keys:
    """The keys of certificate mode from the four files that Alipay's console hands out."""
    leaf = first_certificate(alipay)
    serials = Serials(app=serial(first_certificate(app)), alipay=serial(leaf), root=root_serial(root))
    return Keys(private_key(private), certificate_key(leaf), serials)


def _readable(bundle: str) -> list[x509.Certificate]:
    certificates = []
    for block in _PEM_CERTIFICATE.findall(bundle.encode()):
        try:
            certificates.append(x509.load_pem_x509_certificate(block))
        except ValueError:
            continue
    return certificates


def _is_rsa_signed(certificate: x509.Certificate) -> bool:
    return certificate.signature_algorithm_oid.dotted_string.startswith(_RSA_SIGNATURES)


def _der(text: str) -> bytes:
    armoured = _PEM_BODY.search(text)
    body = armoured.group(1) if armoured else text
    return base64.b64decode("".join(body.split()), validate=True)


def _loaded(load: Callable[[], object]) -> object:
    try:
        return load()
    except (binascii.Error, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise ValueError("not a key that can be read") from error
