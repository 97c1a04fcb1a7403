"""Who has an account at the sandbox: merchants' apps and wallet users."""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"


@dataclass(frozen=True, slots=True)
class CertificateSerials:
    """The serials of an app in certificate mode."""

    app: str
    alipay: str
    root: str


@dataclass(frozen=True, slots=True)
class App:
    """A merchant's app as Alipay knows it; `reads_identity` is the special field permission."""

    app_id: str
    seller_id: str
    title: str
    public_key: RSAPublicKey = field(repr=False)
    alipay_key: RSAPrivateKey = field(repr=False)
    serials: CertificateSerials | None = None
    reads_identity: bool = True
    fee_per_mille: int = 6


@dataclass(frozen=True, slots=True)
class AppCredentials:
    """What the merchant takes home from Alipay's console; the certificates are empty in key mode."""

    app_id: str
    seller_id: str
    private_key: str = field(repr=False)
    alipay_public_key: str
    app_cert: str = ""
    alipay_cert: str = ""
    root_cert: str = ""


@dataclass(frozen=True, slots=True)
class WalletUser:
    """A synthetic person with a wallet; `cert_no` is of a region that is never issued."""

    user_id: str
    open_id: str
    name: str
    cert_no: str
    mobile: str

    @property
    def logon_id(self) -> str:
        """The masked account name which merchants are shown."""
        return f"{self.mobile[:3]}****{self.mobile[-2:]}"


def synthetic_id_number(birth: str, order: int, region: str = "999999") -> str:
    """An ID card number with a right check character (GB 11643, ISO 7064 MOD 11-2) of a region never issued."""
    body = f"{region}{birth}{order:03d}"
    total = sum(weight * int(digit) for weight, digit in zip(_ID_WEIGHTS, body, strict=True))
    return body + _ID_CHECKS[total % 11]


DEMO_PEOPLE = (
    ("张晓明", synthetic_id_number("19850314", 1), "10000000001"),
    ("李秀英", synthetic_id_number("19520908", 22), "10000000002"),
    ("王小宝", synthetic_id_number("20190601", 13), "10000000003"),
)
"""Name, ID number and phone of the wallet users whom every sandbox starts with."""
