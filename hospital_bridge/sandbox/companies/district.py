"""The demo's mall: no HIS, a few shops with accounts of their own, three coupons, and who works there."""

from __future__ import annotations

from hospital_bridge.sandbox.companies.company import Company, Files, Site

_TABLES = """\
[operator.wallets.main.alipay.message_templates.purchase_to_pay]
id = "PURCHASE_TO_PAY"
keywords = ["shop"]
page = "pages/bridge?to={link}"

[operator.wallets.main.alipay.message_templates.coupon_ends]
id = "COUPON_ENDS"
keywords = ["title"]
page = "pages/bridge?to={link}"

[operator.verticals.district.wallet_coupon]
logo = "LINJIANG"
strip = "$title$"
ends = "$ends$"

[[operator.verticals.district.shops]]
id = "noodles"
name = "兰州拉面"
floor = "B1"
account = "2088900000000001"
commission = 333
latitude = 31.230001
longitude = 121.470001

[[operator.verticals.district.shops]]
id = "books"
name = "百草书店"
floor = "2F"
account = "2088900000000002"
commission = 250
latitude = 31.230401
longitude = 121.470001

[[operator.verticals.district.coupons]]
id = "ten-off"
title = "拉面满30减10"
off_fen = 1000
over_fen = 3000
supply = 1
days = 7
shops = ["noodles"]
at_once = 1
opens_at = 2026-01-01T00:00:00+08:00
closes_at = 2045-12-31T00:00:00+08:00

[[operator.verticals.district.coupons]]
id = "bookmark"
title = "书签一枚"
supply = 20
shops = ["books"]
opens_at = 2026-01-01T00:00:00+08:00
closes_at = 2045-12-31T00:00:00+08:00

[[operator.verticals.district.coupons]]
id = "five-off"
title = "立减5元"
off_fen = 500
points = 20
supply = 20
opens_at = 2026-01-01T00:00:00+08:00
closes_at = 2045-12-31T00:00:00+08:00
"""


def _written(_site: Site) -> Files:
    return Files(_TABLES)


DISTRICT = Company(
    vertical="district",
    name="临江广场",
    name_en="Linjiang Plaza",
    staff={
        "admin": ("admin", "示例管理员"),
        "auditor": ("auditor", "示例审计员"),
        "cashier": ("cashier", "示例收银员"),
        "cashier2": ("cashier", "示例收银员二"),
        "manager": ("manager", "示例商场经理"),
        "host": ("host", "示例领位员"),
    },
    written=_written,
)
