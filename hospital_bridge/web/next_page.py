"""Where a login leads: only to a page of the same area and operator, never to another site."""

from __future__ import annotations

import re

from flask import request

from hospital_bridge.web.access import Area
from hospital_bridge.web.visit import visit

# Each segment begins with its slash, so that there is one way only to read a path.
_PATH = re.compile(r"(?:/[A-Za-z0-9._~%!$&'()*+,;=:@-]+)+/?(?:\?[A-Za-z0-9._~%!$&'()*+,;=:@/?-]*)?")
LONGEST = 400
_PREFIXES = {Area.PATIENT: "p", Area.STAFF: "staff"}


def next_page(otherwise: str) -> str:
    """The `next` of the query or form if it is a path of this operator's area, else the given page."""
    wanted = request.values.get("next", "")
    here = visit()
    mine = wanted.startswith(f"/{_PREFIXES[here.area]}/{here.operator.id}/")
    if mine and len(wanted) <= LONGEST and _PATH.fullmatch(wanted) and "/.." not in wanted:
        return wanted
    return otherwise
