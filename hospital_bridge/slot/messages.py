"""What a vertical tells people: its sentences as data, and the façade through which it says them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from notifications.catalogue import Entry
from notifications.message import Value

_FILLING = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True, slots=True)
class Notice:
    """One line of a vertical's catalogue of messages, with its words.

    `sentence` is an English message id in which `%(name)s` stands for each of the template's parameters; the vertical's
    catalogues hold it in the recipients' languages. It never holds anything clinical, for it may leave the house.
    `page` names the patient page that shows more; its `<part>`, where it has one, is what the message is `about`.
    """

    entry: Entry
    sentence: str
    page: str = ""

    @property
    def fillings(self) -> frozenset[str]:
        """The parameters that the sentence speaks of."""
        return frozenset(_FILLING.findall(self.sentence))


class Messages(Protocol):
    """Telling a wallet user; everything is said in the unit of work that it was made with."""

    def tell(
        self,
        event: str,
        audience: str,
        wallet_user_id: str,
        parameters: Mapping[str, Value],
        *,
        dedupe_key: str,
        urgent: bool = False,
        about: str = "",
    ) -> bool:
        """Put the message into the wallet user's inbox at once; False when that key was said to them before.

        `dedupe_key` and `about` hold opaque ids alone, at most 160 and 64 characters. What is `urgent` disturbs
        people at night too. UnknownNotice or ParametersRefused of `notifications` where it was not declared so.
        """
