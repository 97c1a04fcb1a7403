"""`[operator.alerts]`: when a link counts as down, and when as back."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, post_load

from hospital_bridge.settings.kinds import counted
from hospital_bridge.settings.model import Alerts


class AlertsSchema(Schema):
    """`[operator.alerts]`: links are checked every minute; one alert when one is down and one when it is back."""

    failed_checks = counted(3, 1440, "A link is down after so many failed checks in a row.")
    good_checks = counted(2, 1440, "It is back after so many good ones in a row, so that one that flickers tells once.")

    @post_load
    def made(self, data: dict[str, Any], **_: Any) -> Alerts:
        return Alerts(**data)
