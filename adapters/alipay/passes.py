"""Passes in Alipay's card holder: `alipay.pass.template.add`, `.instance.add` and `.instance.update`.

Method names and the fields tpl_content, tpl_id, tpl_params, recognition_type, recognition_info, serial_number,
channel_id, status, success and result stand in the published SDK (wallet reference 1.5). Not verified against Alipay:
the members of `result`, the words of `status`, recognition by user id as type 2, the parameters' names `serialNumber`,
`channelID` and `acode`, and whether a serial that was taken is refused; whether a new merchant may still sign for it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from adapters.alipay.client import Call
from adapters.errors import Malformed, Reason, Refused
from adapters.values import WalletAccount
from adapters.wallet_cards import CardAbility, WalletCard, WalletCardState, WalletCardTemplate

ABILITIES = frozenset({CardAbility.UPDATE})

_BY_USER = "2"
_STATUS: Mapping[WalletCardState, str] = MappingProxyType(
    {WalletCardState.USED: "USED", WalletCardState.CLOSED: "CLOSED"}
)


def template_call(template: WalletCardTemplate) -> Call:
    """The call that makes a template; sent twice it makes two, of which one is never used."""
    content = {"unique_id": template.key, "tpl_content": _text(template.content)}
    return Call("alipay.pass.template.add", changes=True, content=content, firm=True)


def issue_call(card: WalletCard, app_id: str) -> Call:
    """The call that puts a card into its holder's wallet; Refused for a holder who is known by open_id alone."""
    content = {
        "tpl_id": card.wallet_template_id,
        "tpl_params": _text({**card.values, "serialNumber": card.serial, "channelID": app_id, "acode": card.code}),
        "recognition_type": _BY_USER,
        "recognition_info": _text({"user_id": _user_of(card.to)}),
    }
    return Call("alipay.pass.instance.add", changes=True, content=content, firm=True)


def update_call(serial: str, state: WalletCardState, app_id: str) -> Call:
    """The call that shows a card as used or closed; repeating it leaves it so, and no call makes it valid again."""
    if state not in _STATUS:
        raise Refused(f"Alipay shows no pass as {state} again", reason=Reason.NOT_ALLOWED)
    content = {"serial_number": serial, "channel_id": app_id, "status": _STATUS[state]}
    return Call("alipay.pass.instance.update", changes=False, content=content)


def result_of(node: Mapping[str, Any]) -> Mapping[str, Any]:
    """The `result` of a call that succeeded; Malformed where Alipay says neither yes nor what it made."""
    try:
        result = json.loads(node["result"])
    except (KeyError, TypeError, ValueError):
        raise Malformed("the answer about a pass has no readable result") from None
    if str(node.get("success")).lower() not in {"t", "true"} or not isinstance(result, dict):
        raise Malformed("the answer about a pass does not say that it succeeded")
    return result


def template_id_of(node: Mapping[str, Any]) -> str:
    """The id that Alipay gave to a template."""
    template_id = result_of(node).get("tpl_id")
    if not isinstance(template_id, str) or not template_id:
        raise Malformed("the answer about a pass template lacks its id")
    return template_id


def _user_of(account: WalletAccount) -> str:
    if not account.user_id:
        raise Refused("a pass needs the holder's user_id", reason=Reason.NOT_ALLOWED)
    return account.user_id


def _text(content: Mapping[str, object]) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
