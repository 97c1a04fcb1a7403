"""The demo's transit operator: no HIS, a small feed (GTFS Schedule), a key for ride codes and a dispatcher."""

from __future__ import annotations

import base64
import secrets

from hospital_bridge.sandbox.companies.company import Company, Files, Site

_TABLES = """\
[operator.wallets.main.alipay.message_templates.ride_to_pay]
id = "RIDE_TO_PAY"
page = "pages/bridge?to={{link}}"

[operator.wallets.main.alipay.message_templates.ride_blocked]
id = "RIDE_BLOCKED"
page = "pages/bridge?to={{link}}"

[operator.wallets.main.alipay.message_templates.line_suspended]
id = "LINE_SUSPENDED"
keywords = ["line"]
page = "pages/bridge?to={{link}}"

[operator.verticals.transit]
feed = "{feed}"
issuer = "linjiang"

[[operator.verticals.transit.issuer_keys]]
number = 1
private = {{ file = "secrets/{key}" }}
begins = "2026-01-01T00:00:00+08:00"
ends = "2046-01-01T00:00:00+08:00"

[[operator.verticals.transit.day_caps]]
fen = 1100

[[operator.verticals.transit.boarding]]
line = "B18"
stop = "B01"
"""

_FEED = {
    "agency.txt": "agency_name,agency_timezone\n临江交通,Asia/Shanghai\n",
    "stops.txt": """\
stop_id,stop_name,stop_lat,stop_lon,zone_id
S01,临江西站,30.1000,118.9000,2
S04,人民医院,30.1120,118.9800,1
S07,大学城,30.1300,119.0700,2
B01,人民医院东门,30.1122,118.9812,1
B02,老码头,30.1060,118.9900,1
""",
    "routes.txt": """\
route_id,route_short_name,route_long_name,route_type
M1,1号线,临江西站—大学城,1
B18,18路,人民医院东门—老码头,3
""",
    "calendar.txt": """\
service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date
DAILY,1,1,1,1,1,1,1,20260101,20451231
""",
    "trips.txt": "route_id,service_id,trip_id,trip_headsign\nM1,DAILY,M1-1,大学城\nB18,DAILY,B18-1,老码头\n",
    "stop_times.txt": """\
trip_id,arrival_time,departure_time,stop_id,stop_sequence
M1-1,06:30:00,06:30:30,S01,1
M1-1,06:39:00,06:39:30,S04,2
M1-1,06:51:00,06:51:30,S07,3
B18-1,06:30:00,06:30:30,B01,1
B18-1,06:37:00,06:37:30,B02,2
""",
    "fare_attributes.txt": """\
fare_id,price,currency_type,payment_method,transfers,transfer_duration
near,2.00,CNY,1,2,5400
far,4.00,CNY,1,2,5400
bus,2.00,CNY,1,2,5400
""",
    "fare_rules.txt": """\
fare_id,route_id,origin_id,destination_id
near,,1,1
far,,1,2
far,,2,1
far,,2,2
bus,B18,,
""",
}


def _written(site: Site) -> Files:
    key = f"{site.operator_id}-ride.key"
    tables = _TABLES.format(feed=site.folder / "feed", key=key)
    own_key = base64.b64encode(secrets.token_bytes(32)).decode()
    return Files(tables, {key: own_key}, {f"feed/{name}": text for name, text in _FEED.items()})


TRANSIT = Company(
    vertical="transit",
    name="临江交通",
    name_en="Linjiang Transit",
    staff={
        "admin": ("admin", "示例管理员"),
        "auditor": ("auditor", "示例审计员"),
        "dispatcher": ("dispatcher", "示例调度员"),
    },
    written=_written,
)
