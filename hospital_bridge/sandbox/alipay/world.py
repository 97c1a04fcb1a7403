"""The state of the sandbox: accounts, trades, grants, notices, faults; in memory, guarded by one lock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from threading import RLock

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from adapters.http import Transport, UrllibTransport
from hospital_bridge.clock import Clock, Ids, RandomIds
from hospital_bridge.sandbox.alipay import certificates
from hospital_bridge.sandbox.alipay.accounts import App, AppCredentials, CertificateSerials, WalletUser
from hospital_bridge.sandbox.alipay.bill_links import BillLinks
from hospital_bridge.sandbox.alipay.card_holder import CardHolder
from hospital_bridge.sandbox.alipay.faults import FaultPlan
from hospital_bridge.sandbox.alipay.grants import Grants
from hospital_bridge.sandbox.alipay.local_time import ZONE, business_day
from hospital_bridge.sandbox.alipay.mail import Mail
from hospital_bridge.sandbox.alipay.news import notice_fields
from hospital_bridge.sandbox.alipay.notices import Outbox
from hospital_bridge.sandbox.alipay.refusals import business
from hospital_bridge.sandbox.alipay.trade import Move, Refund, Trade
from hospital_bridge.sandbox.alipay.trade_book import TradeBook
from hospital_bridge.sandbox.people import PEOPLE

_BILL_READY = time(9, tzinfo=ZONE)


class AlipayWorld:
    """Alipay, its merchants and its users.

    `timestamp_tolerance` is how far a request's timestamp may lie from the clock; published clients stamp
    local time, so the default forgives a server in another zone. `new_key` makes the RSA keys.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        ids: Ids | None = None,
        notice_transport: Transport | None = None,
        timestamp_tolerance: timedelta = timedelta(hours=24),
        new_key: Callable[[], RSAPrivateKey] = certificates.new_key,
    ) -> None:
        self.clock = clock
        self.ids = ids or RandomIds(clock)
        self.lock = RLock()
        self.faults = FaultPlan()
        self.grants = Grants(self.ids)
        self.bill_links = BillLinks(self.ids)
        self.trades = TradeBook()
        self.mail = Mail()
        self.card_holder = CardHolder()
        self.outbox = Outbox(clock, self.ids, notice_transport or UrllibTransport(), self.faults)
        self.timestamp_tolerance = timestamp_tolerance
        self._new_key = new_key
        self.apps: dict[str, App] = {}
        self.users: dict[str, WalletUser] = {}
        self._closed_days: set[date] = set()
        self._authority: certificates.Authority | None = None
        for person in PEOPLE:
            if person.user_id:
                self._add_user(person.user_id, person.name, person.id_number, person.phone)

    # --- accounts ---

    def new_user(self, name: str, cert_no: str, mobile: str) -> WalletUser:
        """A wallet user with a verified name."""
        with self.lock:
            return self._add_user(f"20881{len(self.users) + 1:011d}", name, cert_no, mobile)

    def _add_user(self, user_id: str, name: str, cert_no: str, mobile: str) -> WalletUser:
        user = WalletUser(user_id, f"sandbox-open-id-{user_id}", name, cert_no, mobile)
        self.users[user_id] = user
        return user

    def new_app(
        self, title: str = "示范医院", *, with_certificates: bool = False, reads_identity: bool = True
    ) -> AppCredentials:
        """A merchant's app with fresh keys; the answer is all that the merchant ever sees of them."""
        own, alipay = self._new_key(), self._new_key()
        with self.lock:
            order = len(self.apps) + 1
            app_id, seller_id = f"2021{order:012d}", f"20889{order:011d}"
            certified, serials = self._certified(app_id, own, alipay) if with_certificates else ({}, None)
            app = App(app_id, seller_id, title, own.public_key(), alipay, serials, reads_identity)
            self.apps[app_id] = app
        return AppCredentials(
            app_id,
            seller_id,
            private_key=certificates.private_pem(own),
            alipay_public_key=certificates.public_pem(alipay.public_key()),
            **certified,
        )

    def _certified(
        self, app_id: str, own: RSAPrivateKey, alipay: RSAPrivateKey
    ) -> tuple[dict[str, str], CertificateSerials]:
        self._authority = self._authority or certificates.Authority.founded(self.clock.now())
        app_leaf = self._authority.certify(app_id, own.public_key())
        alipay_leaf = self._authority.certify("Alipay Sandbox", alipay.public_key())
        files = {
            "app_cert": certificates.certificate_pem(app_leaf),
            "alipay_cert": certificates.certificate_pem(alipay_leaf),
            "root_cert": self._authority.bundle,
        }
        serials = CertificateSerials(
            certificates.certificate_sn(app_leaf), certificates.certificate_sn(alipay_leaf), self._authority.bundle_sn
        )
        return files, serials

    # --- trades ---

    def pay(self, trade_no: str, user_id: str | None = None) -> Trade:
        """The buyer confirms; `user_id` is who scanned a code that names no buyer."""
        with self.lock:
            trade = self._payable(trade_no)
            if trade.buyer is None:
                trade.buyer = self.users[user_id or next(iter(self.users))]
            trade.move(Move.PAY, self.clock.now())
            self.announce(trade)
            return trade

    def _payable(self, trade_no: str) -> Trade:
        trade = self.trades.numbered(trade_no)
        if trade is None:
            raise business("ACQ.TRADE_NOT_EXIST", "交易不存在")
        self.expire_overdue()
        return trade

    def finish(self, trade_no: str) -> Trade:
        """The refund window is over."""
        with self.lock:
            trade = self._payable(trade_no)
            trade.move(Move.FINISH, self.clock.now())
            self.announce(trade)
            return trade

    def lapse(self, trade_no: str) -> Trade:
        """Nobody pays, and Alipay closes the trade."""
        with self.lock:
            trade = self._payable(trade_no)
            trade.move(Move.EXPIRE, self.clock.now())
            self.announce(trade)
            return trade

    def expire_overdue(self) -> None:
        """Close every waiting trade whose time is over; whoever looks at trades does this first."""
        now = self.clock.now()
        with self.lock:
            for trade in self.trades:
                if trade.has_expired(now):
                    trade.move(Move.EXPIRE, now)
                    self.announce(trade)

    def announce(self, trade: Trade, refund: Refund | None = None) -> None:
        """Tell the merchant, at the address that the payment was opened with."""
        self.outbox.add(self.apps[trade.app_id], trade.notify_url, notice_fields(trade, refund))

    def deliver_due(self) -> int:
        """Send every notice that is due; how many were sent."""
        self.expire_overdue()
        return self.outbox.deliver_due()

    # --- bill ---

    def close_day(self, day: date) -> None:
        """Make the bill of that day available now instead of the next morning at nine."""
        with self.lock:
            self._closed_days.add(day)

    def has_bill(self, day: date) -> bool:
        """Whether the bill of that day can be had."""
        now = self.clock.now()
        with self.lock:
            return day in self._closed_days or now >= datetime.combine(day + timedelta(days=1), _BILL_READY)

    def today(self) -> date:
        """The day of Alipay's books."""
        return business_day(self.clock.now())
