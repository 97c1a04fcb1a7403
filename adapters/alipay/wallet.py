"""Alipay behind the ports WalletCards, WalletIdentity, WalletMessages and WalletPayments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import date, timedelta
from tempfile import TemporaryFile
from typing import IO
from urllib.parse import quote, urlencode, urlsplit

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from adapters.alipay import bill, bill_table, mapping, messages, notice, passes
from adapters.alipay.client import AlipayClient, Call
from adapters.alipay.settings import AlipaySettings
from adapters.errors import NotDone, OutcomeUnknown, Reason, Refused, Untrusted
from adapters.http import HttpClient, Request
from adapters.refund_limits import ALIPAY, RefundLimits
from adapters.values import (
    Acknowledgement,
    BillEntry,
    PaymentNotice,
    RefundAnswer,
    RefundOrder,
    RefundStatus,
    Trade,
    TradeHandle,
    TradeOrder,
    TradeStatus,
    VerifiedIdentity,
    WalletGrant,
)
from adapters.wallet_cards import CardAbility, WalletCard, WalletCardState, WalletCardTemplate
from adapters.wallet_messages import WalletMessage

_OK = 200
_BILL_SECONDS = 900.0
"""A bill of a busy day is hundreds of megabytes, and its link works once."""
_WRONG_STATE = frozenset({"ACQ.REASON_TRADE_STATUS_INVALID", "ACQ.TRADE_STATUS_ERROR"})


class AlipayWallet:
    """One merchant account at Alipay."""

    def __init__(self, settings: AlipaySettings, key: RSAPublicKey, client: AlipayClient, http: HttpClient) -> None:
        self._settings = settings
        self._key = key
        self._client = client
        self._http = http

    # --- WalletIdentity ---

    def authorise_url(self, *, redirect_uri: str, state: str) -> str:
        query = {
            "app_id": self._settings.app_id,
            "scope": "auth_user",
            "redirect_uri": redirect_uri,
            "state": state,
        }
        return f"{self._settings.authorise_url}?{urlencode(query)}"

    def exchange(self, code: str) -> WalletGrant:
        parameters = {"grant_type": "authorization_code", "code": code}
        call = Call("alipay.system.oauth.token", changes=True, parameters=parameters)
        return mapping.grant_of(self._client.call(call))

    def verified_identity(self, grant: WalletGrant) -> VerifiedIdentity:
        call = Call("alipay.user.info.share", changes=False, parameters={"auth_token": grant.access_token})
        return mapping.identity_of(self._client.call(call), grant.account)

    # --- WalletMessages ---

    def can_tell(self, template_key: str) -> bool:
        return template_key in self._settings.message_templates

    def tell(self, message: WalletMessage) -> None:
        self._client.call(messages.send_call(message, self._settings.message_templates))

    # --- WalletCards ---

    def card_abilities(self) -> frozenset[CardAbility]:
        return passes.ABILITIES

    def add_card_template(self, template: WalletCardTemplate) -> str:
        return passes.template_id_of(self._client.call(passes.template_call(template)))

    def issue_card(self, card: WalletCard) -> None:
        passes.result_of(self._client.call(passes.issue_call(card, self._settings.app_id)))

    def show_card_as(self, serial: str, state: WalletCardState) -> None:
        passes.result_of(self._client.call(passes.update_call(serial, state, self._settings.app_id)))

    # --- WalletPayments ---

    def create(self, order: TradeOrder) -> TradeHandle:
        content = mapping.trade_content(order, app_id=self._settings.app_id, product_code=self._settings.product_code)
        parameters = {"notify_url": self._settings.notify_url}
        node = self._client.call(Call("alipay.trade.create", changes=True, content=content, parameters=parameters))
        trade_no = mapping.trade_no_of_create(node, order)
        return TradeHandle(trade_no, self._settings.pay_url.replace("{trade_no}", quote(trade_no, safe="")))

    def query(self, merchant_order_no: str) -> Trade:
        content = {"out_trade_no": merchant_order_no}
        try:
            node = self._client.call(Call("alipay.trade.query", changes=False, content=content))
        except Refused as refusal:
            if refusal.reason is not Reason.NOT_FOUND:
                raise
            return Trade(merchant_order_no, TradeStatus.ABSENT)
        return mapping.trade_of_query(node, merchant_order_no)

    def close(self, merchant_order_no: str) -> None:
        content = {"out_trade_no": merchant_order_no}
        try:
            node = self._client.call(Call("alipay.trade.close", changes=True, content=content))
        except Refused as refusal:
            if refusal.native_code in _WRONG_STATE:
                self._accept_if_closed(merchant_order_no, refusal)
            elif refusal.reason is not Reason.CLOSED:
                raise
        else:
            mapping.check_closed(node, merchant_order_no)

    def _accept_if_closed(self, merchant_order_no: str, refusal: Refused) -> None:
        """Alipay refuses to close a paid and a closed trade by one code; only a query tells them apart."""
        status = self.query(merchant_order_no).status
        if status in {TradeStatus.PAID, TradeStatus.FINISHED}:
            raise Refused("the trade is paid", reason=Reason.ALREADY_PAID, native_code=refusal.native_code)
        if status is not TradeStatus.CLOSED:
            raise OutcomeUnknown("the trade can neither be closed nor is it", native_code=refusal.native_code)

    @property
    def refund_limits(self) -> RefundLimits:
        return replace(ALIPAY, window=timedelta(days=self._settings.refund_days))

    def refund(self, order: RefundOrder) -> RefundAnswer:
        content = mapping.refund_content(order)
        try:
            node = self._client.call(Call("alipay.trade.refund", changes=True, content=content))
        except Refused as refusal:
            raise self._told_by_status(order.merchant_order_no, refusal) from refusal
        return mapping.refund_of_answer(node, order)

    def _told_by_status(self, merchant_order_no: str, refusal: Refused) -> Refused:
        """Alipay's code for a state that does not fit tells of no state; only a query says whether it may yet fit."""
        if refusal.native_code not in _WRONG_STATE:
            return refusal
        status = self.query(merchant_order_no).status
        reason = {TradeStatus.CLOSED: Reason.CLOSED, TradeStatus.FINISHED: Reason.EXPIRED}.get(status, Reason.OTHER)
        return Refused(refusal.text, reason=reason, native_code=refusal.native_code)

    def query_refund(self, merchant_order_no: str, refund_no: str) -> RefundAnswer:
        content = {
            "out_trade_no": merchant_order_no,
            "out_request_no": refund_no,
            "query_options": ["gmt_refund_pay"],
        }
        try:
            node = self._client.call(Call("alipay.trade.fastpay.refund.query", changes=False, content=content))
        except Refused as refusal:
            if refusal.reason is not Reason.NOT_FOUND:
                raise
            return RefundAnswer(refund_no, RefundStatus.ABSENT)
        return mapping.refund_of_query(node, merchant_order_no, refund_no)

    def read_notice(self, body: bytes, headers: Mapping[str, str]) -> PaymentNotice:
        return notice.read(body, self._key, app_id=self._settings.app_id, seller_id=self._settings.seller_id)

    def acknowledge(self, *, accepted: bool) -> Acknowledgement:
        return notice.ACCEPTED if accepted else notice.NOT_ACCEPTED

    def download_bill(self, day: date) -> Iterator[BillEntry]:
        content = {"bill_type": "trade", "bill_date": day.isoformat()}
        method = "alipay.data.dataservice.bill.downloadurl.query"
        node = self._client.call(Call(method, changes=False, content=content))
        archive = self._fetch(mapping.text_of(node, "bill_download_url"))
        return bill.entries(archive, day=day, seller_id=self._settings.seller_id)

    def _fetch(self, address: str) -> IO[bytes]:
        """The archive, in an unnamed file, behind a link that lives for 30 seconds and carries no signature."""
        where, scheme = urlsplit(address), urlsplit(self._settings.gateway_url).scheme
        if where.netloc not in self._settings.bill_hosts:
            raise Untrusted("the bill is offered by a host that bill_hosts does not name")
        # Alipay writes such links as http; its host serves https as well, and a bill is nobody else's to read.
        if where.scheme not in {"http", scheme}:
            raise Untrusted("the bill is offered over another scheme than the gateway's")
        address = where._replace(scheme=scheme).geturl()
        with ExitStack() as unless_it_ends_well:
            archive = unless_it_ends_well.enter_context(TemporaryFile())
            try:
                asked = Request("GET", address, max_response_bytes=bill_table.MAX_ARCHIVE_BYTES, into=archive)
                response = self._http.send(replace(asked, total=_BILL_SECONDS))
            except OutcomeUnknown as error:
                raise NotDone(error.text) from error
            if response.status != _OK:
                raise NotDone(f"the bill's link answers {response.status}", native_code=str(response.status))
            archive.write(response.body)
            archive.seek(0)
            unless_it_ends_well.pop_all()
        return archive
