"""The patient's way in: service window, consent, and the wallet's login."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, g, redirect, request

from adapters.errors import NotDone, OutcomeUnknown, OutsideError
from hospital_bridge.errors import BridgeError
from hospital_bridge.slot import PATIENT
from hospital_bridge.store.busy import DatabaseBusy
from hospital_bridge.store.sessions import LoginState, SessionKind, Sessions
from hospital_bridge.web.access import Access, Area, open_to
from hospital_bridge.web.client_address import address_bucket
from hospital_bridge.web.dispatch import endpoint
from hospital_bridge.web.limits import WALLET_LOGINS, count_against
from hospital_bridge.web.live import show
from hospital_bridge.web.next_page import next_page
from hospital_bridge.web.session_cookie import change_session, end_session
from hospital_bridge.web.site import Consent, Wallet
from hospital_bridge.web.visit import address, site, visit

VISITOR = Access(Area.PATIENT, signed_in=False)
LOGIN_WITHIN = timedelta(minutes=10)

blueprint = Blueprint("patient", __name__, url_prefix="/p/<operator>")


@blueprint.get("/")
@open_to(VISITOR)
def entry() -> Response:
    """The service window: what can be done here; open to everybody, for a wallet's entry must not redirect."""
    menu = [
        (address(endpoint(name, page.name)), page.menu)
        for name, plugged in visit().operator.verticals.items()
        for page in plugged.vertical.pages
        if page.menu and page.method == "GET" and page.role == PATIENT
    ]
    return show("entry.html", {"menu": menu})


@blueprint.get("/consent")
@open_to(VISITOR)
def consent() -> Response:
    """What is processed and why; each purpose is agreed to by itself."""
    return _consent_page(ticked=(), missing=())


@blueprint.post("/consent")
@open_to(Access(Area.PATIENT, signed_in=False, once=False))
def agree() -> Any:
    """Keep the agreement under a one-use state and send the patient to the wallet."""
    here = visit().operator
    wallet = _wallet(request.form.get("account", ""))
    ticked = tuple(p.code for p in here.consent.purposes if request.form.get(p.code) == "yes")
    missing = tuple(p.code for p in here.consent.purposes if p.required and p.code not in ticked)
    if missing or request.form.get("version") != here.consent.version:
        return _consent_page(ticked, missing)
    count_against(here.id, f"login:{address_bucket()}", WALLET_LOGINS)
    return redirect(_expect_login(wallet, ticked), 303)


@blueprint.get("/login/<account>")
@open_to(VISITOR)
def signed_in(account: str) -> Any:
    """The wallet sends its user back here (RFC 6749 section 4.1.2; Alipay names the code `auth_code`)."""
    here, wallet = visit(), _wallet(account)
    with site().store.begin(here.operator.id) as work:
        state = Sessions(work).use_state(request.args.get("state", ""), here.secret, account)
        if state is None:
            work.security_events.record("login.state_refused", here.actor, account)
    if state is None:
        raise BridgeError("HB-A003")
    code = request.args.get("auth_code") or request.args.get("code", "")
    if not code:
        return redirect(address("patient.consent", next=state.next_path), 303)
    wallet_user_id = _complete(wallet, code, Consent(state.consent_version, tuple(state.purposes)))
    with site().store.begin(here.operator.id) as work:
        change_session(work, SessionKind.PATIENT, wallet_user_id)
        work.audit.record(wallet_user_id, "user.signed_in", account)
    return redirect(state.next_path, 303)


@blueprint.after_app_request
def keep_language(response: Response) -> Response:
    """Write to a patient from now on in the language that they chose for the pages."""
    here = g.get("visit")
    if here is not None and here.signed_in and here.area is Area.PATIENT and "lang" in request.args:
        # The answer is ready; the phone keeps the choice as well, in its cookie.
        with suppress(DatabaseBusy), site().store.begin(here.operator.id) as work:
            work.wallet_users.choose_locale(here.principal, here.look.language)
    return response


@blueprint.post("/logout")
@open_to(Access(Area.PATIENT, once=False))
def logout() -> Any:
    """End the session on this phone."""
    with site().store.begin(visit().operator.id) as work:
        end_session(work)
    return redirect(address("patient.entry"), 303)


def _consent_page(ticked: tuple[str, ...], missing: tuple[str, ...]) -> Response:
    here = visit().operator
    g.form_targets = sorted(_origin(wallet) for wallet in here.wallets.values())
    context = {
        "consent": here.consent,
        "wallets": here.wallets.values(),
        "ticked": ticked,
        "missing": missing,
        "next": next_page(address("patient.entry")),
    }
    return show("consent.html", context, status=422 if missing else 200)


def _expect_login(wallet: Wallet, ticked: tuple[str, ...]) -> str:
    here, state = visit(), site().ids.secret()
    login = LoginState(wallet.account, next_page(address("patient.entry")), here.operator.consent.version, ticked)
    with site().store.begin(here.operator.id) as work:
        Sessions(work).expect_login(state, here.secret, login, within=LOGIN_WITHIN)
    back = site().public_url + address("patient.signed_in", account=wallet.account)
    return wallet.authorise_url(redirect_uri=back, state=state)


def _complete(wallet: Wallet, code: str, agreed: Consent) -> str:
    try:
        return wallet.complete(code, agreed, locale=visit().look.language)
    except (NotDone, OutcomeUnknown):
        raise BridgeError("HB-W001") from None
    except OutsideError:
        raise BridgeError("HB-W004") from None


def _origin(wallet: Wallet) -> str:
    page = urlsplit(wallet.authorise_url(redirect_uri=site().public_url, state="-"))
    return f"{page.scheme}://{page.netloc}"


def _wallet(account: str) -> Wallet:
    wallet = visit().operator.wallets.get(account)
    if wallet is None:
        raise BridgeError("HB-R002")
    return wallet
