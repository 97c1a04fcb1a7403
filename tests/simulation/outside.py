"""Everything outside the bridge in one run: the wallet, the hospital, their books, and the people."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from adapters.errors import OutcomeUnknown
from adapters.http import Request, Response, Transport
from adapters.values import Sex
from hospital_bridge.sandbox import people
from hospital_bridge.sandbox.alipay.faults import Effect
from hospital_bridge.sandbox.alipay.faults import Fault as WalletFault
from hospital_bridge.sandbox.alipay.gateway import create_gateway
from hospital_bridge.sandbox.alipay.in_process import InProcessTransport
from hospital_bridge.sandbox.alipay.refusals import Refusal
from hospital_bridge.sandbox.alipay.trade import Move, Trade
from hospital_bridge.sandbox.alipay.world import AlipayWorld
from hospital_bridge.sandbox.hospital import calendar
from hospital_bridge.sandbox.hospital.cashier import Profile
from hospital_bridge.sandbox.hospital.faults import Fault as HisFault
from hospital_bridge.sandbox.hospital.faults import FaultKind
from hospital_bridge.sandbox.hospital.hospital import SimulatedHospital
from hospital_bridge.sandbox.hospital.model import BookEntry, Declined
from hospital_bridge.sandbox.hospital.seed_data import DEMO_HOSPITAL
from hospital_bridge.sandbox.people import Person
from tests.simulation.clockwork import CountingIds, SkewedClock, VirtualClock
from tests.simulation.names import GATEWAY
from tests.simulation.options import BEFORE_MIDNIGHT, Options
from tests.simulation.peers import HisMessage, WalletCall

WALLET_REALM = 7
WALLET_FAULTS = (
    Effect.UNKNOWN_BEFORE,
    Effect.UNKNOWN_AFTER,
    Effect.SYSTEM_ERROR_BEFORE,
    Effect.SYSTEM_ERROR_AFTER,
    Effect.BAD_GATEWAY_BEFORE,
    Effect.BAD_GATEWAY_AFTER,
    Effect.CALL_LIMITED,
    Effect.FLIP_SIGN,
    Effect.TEAR_REPLY,
    Effect.NOT_JSON,
)
HIS_FAULTS = (
    {"kind": FaultKind.BUSY},
    {"kind": FaultKind.ERROR, "effect": False},
    {"kind": FaultKind.ERROR},
    {"kind": FaultKind.FOREIGN_ACK},
    {"kind": FaultKind.GARBLED},
)
NOTICE_FAULTS = (Effect.FLIP_SIGN, Effect.FLIP_CONTENT, Effect.WRONG_AMOUNT, Effect.WRONG_APP, Effect.WRONG_SELLER)


class OutsideWorld:
    """The peers of the bridge; `refused` and `misbooked` hold the serials of postings that fate struck there."""

    def __init__(self, options: Options, clock: VirtualClock, rng: Random) -> None:
        self.options = options
        self.misbooked: set[str] = set()
        self.refused: set[str] = set()
        self.late_orders: set[str] = set()
        self._walk_ins = 0
        self._rng = rng
        self._clock = clock
        self.hospital = SimulatedHospital(clock, profile=Profile(idempotent_posting=not options.forgetful_hospital))

    def open_wallet(self, notices: Transport, keys: Iterator[RSAPrivateKey]) -> None:
        """The wallet begins; its notices leave through that transport."""
        clock = SkewedClock(self._clock, self.options.wallet_skew)
        ids = CountingIds(self._clock, WALLET_REALM)
        self.wallet = AlipayWorld(clock, ids=ids, notice_transport=notices, new_key=lambda: next(keys))
        self.wallet.new_app()
        self._gateway = InProcessTransport({GATEWAY: create_gateway(self.wallet)})

    def settle_people(self) -> list[tuple[Person, str]]:
        """The patients of this run, each with the id of their wallet."""
        known = {patient.id_number for patient in DEMO_HOSPITAL.patients} if self.options.newcomers_only else set()
        eligible = [person for person in residents() if person.id_number not in known]
        chosen = self._rng.sample(eligible, self.options.patients)
        users = [self.wallet.new_user(person.name, person.id_number, person.phone) for person in chosen]
        return [(person, user.user_id) for person, user in zip(chosen, users, strict=True)]

    # --- what people do ---

    def consent(self, user_id: str) -> str:
        """The wallet's one-use code, once its user has agreed."""
        user = self.wallet.users[user_id]
        app_id = next(iter(self.wallet.apps))
        return self.wallet.grants.allow(app_id, user, "auth_user", self.wallet.clock.now())

    def waiting_trades(self, user_id: str) -> list[str]:
        """The orders that ask this user for money."""
        mine = (trade for trade in self.wallet.trades if trade.buyer is not None and trade.buyer.user_id == user_id)
        return [trade.trade_no for trade in mine if trade.may(Move.PAY)]

    def pay(self, trade_no: str) -> None:
        """Pay, unless the wallet will not take it any more."""
        with suppress(Refusal):
            self.wallet.pay(trade_no)

    def refund_in_console(self, order_no: str, amount_fen: int) -> None:
        """Somebody of the hospital gives money back at the wallet itself, as far as there is any."""
        trade = self.trades()[order_no]
        number = f"console-{len(trade.refunds)}"
        # Two of one order that are told as one sum on the next day are a difference that finance explains.
        if self.options.start is BEFORE_MIDNIGHT and any(known.startswith("console") for known in trade.refunds):
            return
        with suppress(Refusal):
            trade.refund(number, amount_fen, self.wallet.clock.now())
            self.wallet.announce(trade, trade.refunds[number])

    def walk_in(self, session_id: str) -> None:
        """Somebody at the window takes a place of that session, if there is one."""
        self._walk_ins += 1
        with suppress(Declined):
            self.hospital.diary.book(f"walk-in-{self._walk_ins}", session_id, "100001")

    def next_notice_in(self) -> float | None:
        """Seconds until the wallet has something to send."""
        due = [notice.due_at for notice in self.wallet.outbox.notices if notice.waits]
        return (min(due) - self.wallet.clock.now()).total_seconds() if due else None

    def heal(self) -> None:
        """The peers refuse and spoil nothing any more."""
        self.wallet.faults.clear()
        self.options = replace(self.options, moods=replace(self.options.moods, refuses_posting=0.0, wrong_amount=0.0))

    # --- the peers' side of a call ---

    def serve_wallet(self, request: Request, call: WalletCall, *, faulty: bool) -> Response:
        """The gateway's answer, with one of its own faults."""
        if faulty and call.intent is not None:
            self.wallet.faults.add(WalletFault(call.name, self._rng.choice(WALLET_FAULTS)))
        return self._gateway.send(request)

    def serve_wallet_late(self, request: Request, call: WalletCall) -> Response:
        """The same, after the caller gave up waiting; an order opened so was promised to nobody."""
        if call.order:
            self.late_orders.add(call.order)
        return self._gateway.send(request)

    def serve_his(self, raw: bytes, message: HisMessage, *, faulty: bool) -> bytes:
        """The hospital's answer; OutcomeUnknown where none comes."""
        for fault in self._planned(message, faulty=faulty):
            self.hospital.faults.add(fault)
        answer = self.hospital.handle(raw)
        self.hospital.faults.clear()
        if answer is None:
            raise OutcomeUnknown("no answer came")
        return answer

    def spoil_notice(self) -> None:
        """The next notice says what it should not."""
        self.wallet.faults.add(WalletFault("notice", self._rng.choice(NOTICE_FAULTS)))

    def _planned(self, message: HisMessage, *, faulty: bool) -> list[HisFault]:
        trigger, moods = message.name.split()[0], self.options.moods
        if message.kind == "PY" and self._is_struck(message.serial, moods.refuses_posting):
            self.refused.add(message.serial)
            return [HisFault(trigger=trigger, kind=FaultKind.REFUSE)]
        if message.kind == "PY" and self._is_struck(message.serial, moods.wrong_amount):
            self.misbooked.add(message.serial)
            return [HisFault(trigger=trigger, kind=FaultKind.WRONG_AMOUNT, extra_fen=100)]
        if faulty:
            return [HisFault(trigger=trigger, **self._rng.choice(HIS_FAULTS))]
        return []

    def _is_struck(self, serial: str, rate: float) -> bool:
        """A hospital that has booked once does not refuse the same serial afterwards."""
        return rate > 0 and not self.hospital.cashier.under_serial(serial) and self._rng.random() < rate

    # --- the books ---

    def is_spoilt(self, serial: str) -> bool:
        """Whether it was booked with a wrong sum, or another posting of its stay: that is held to the whole stay."""
        spoilt = {entry.stay_no for entry in self.entries() if entry.serial in self.misbooked} - {""}
        is_of_them = any(entry.serial == serial and entry.stay_no in spoilt for entry in self.entries())
        return serial in self.misbooked or is_of_them

    def trades(self) -> dict[str, Trade]:
        """The wallet's trades by our order number."""
        return {trade.out_trade_no: trade for trade in self.wallet.trades}

    def takes_money(self, trade: Trade) -> bool:
        """Whether somebody could pay it now; an order that a late request opened after all is nobody's promise."""
        waits = trade.may(Move.PAY) and not trade.has_expired(self.wallet.clock.now())
        return waits and trade.out_trade_no not in self.late_orders

    def entries(self) -> list[BookEntry]:
        """The hospital's whole book."""
        return list(self.hospital.cashier._book)

    def days(self) -> list[date]:
        """Every business day on which money may have moved, and the one after, which may clear their differences."""
        start = self.options.start.astimezone(calendar.ZONE)
        last = (start + self.options.chaos + timedelta(minutes=30)).date()
        return sorted({start.date(), last, last + timedelta(days=1)})


def residents() -> list[Person]:
    """Eight people with a wallet; of some the hospital knows one record, of one two, of others none."""
    known = [person for person in people.PEOPLE if person.user_id and person is not people.SUN_LI]
    return [*known, _stranger(61, "梁宽"), _stranger(62, "苏晴")]


def _stranger(serial: int, name: str) -> Person:
    born = date(1980, 1, serial - 50)
    return Person(name, Sex.MALE, born, people.id_number(born, Sex.MALE, serial), people.phone(serial), "wallet")
