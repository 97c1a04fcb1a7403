"""Who has an account at the sandbox: merchants' apps and wallet users."""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey


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
