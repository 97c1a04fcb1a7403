"""Keys and certificates as Alipay's console hands them out, made anew for every sandbox."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID

_LIFETIME = timedelta(days=3650)


def new_key() -> rsa.RSAPrivateKey:
    """An RSA key of 2048 bits."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def private_pem(key: rsa.RSAPrivateKey) -> str:
    """PKCS#1, the only form which every published client reads."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()


def public_pem(key: rsa.RSAPublicKey) -> str:
    """SubjectPublicKeyInfo as PEM."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def certificate_pem(certificate: x509.Certificate) -> str:
    """The certificate as PEM."""
    return certificate.public_bytes(Encoding.PEM).decode()


def certificate_sn(certificate: x509.Certificate) -> str:
    """MD5, in hex, of `CN=…,OU=…,O=…,C=…` of the issuer followed by the decimal serial number."""
    parts = {each.oid: each.value for each in certificate.issuer}
    order = (
        ("CN", NameOID.COMMON_NAME),
        ("OU", NameOID.ORGANIZATIONAL_UNIT_NAME),
        ("O", NameOID.ORGANIZATION_NAME),
        ("C", NameOID.COUNTRY_NAME),
    )
    issuer = ",".join(f"{label}={parts[oid]!s}" for label, oid in order)
    return hashlib.md5(f"{issuer}{certificate.serial_number}".encode(), usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True)
class Authority:
    """The sandbox's own certificate authority."""

    key: rsa.RSAPrivateKey = field(repr=False)
    root: x509.Certificate
    other_root: x509.Certificate
    since: datetime

    @classmethod
    def founded(cls, at: datetime) -> Authority:
        """A self-signed root whose name is exactly C, O, OU, CN: some clients read no other."""
        key = new_key()
        other_key = ec.generate_private_key(ec.SECP256R1())
        name, other_name = _name("Sandbox Root Authority R1"), _name("Sandbox Root Authority E1")
        root = _signed(name, name, key.public_key(), key, at)
        return cls(key, root, _signed(other_name, other_name, other_key.public_key(), other_key, at), at)

    def certify(self, common_name: str, key: rsa.RSAPublicKey) -> x509.Certificate:
        """A leaf for that public key."""
        return _signed(_name(common_name), self.root.subject, key, self.key, self.since)

    @property
    def bundle(self) -> str:
        """The root file, as Alipay's with one certificate of another kind than RSA, which no serial counts.

        Its certificates stand apart by a blank line, where one client splits.
        """
        return certificate_pem(self.other_root) + "\n" + certificate_pem(self.root)

    @property
    def bundle_sn(self) -> str:
        """The serials of the bundle's RSA-signed certificates; here there is one."""
        return certificate_sn(self.root)


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Hospital Bridge Sandbox"),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "Certification Authority"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _signed(
    subject: x509.Name,
    issuer: x509.Name,
    key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey,
    by: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey,
    at: datetime,
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(days=1))
        .not_valid_after(at + _LIFETIME)
    )
    return builder.sign(by, hashes.SHA256())
