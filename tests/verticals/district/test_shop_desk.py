"""A cashier of one shop alone: no other shop's desk, and nothing of what was sold there."""

from __future__ import annotations

from flask.testing import FlaskClient

from hospital_bridge.store.staff import RoleGrant
from hospital_bridge.verticals.district.selling.purchase import Purchase
from hospital_bridge.verticals.district.store import purchases
from tests.verticals.district.visiting import OPERATOR, STAFF, MallWorld
from tests.web.visitor import get, post, staff_sign_in

DESK = f"{STAFF}desk"


def bookseller(world: MallWorld) -> FlaskClient:
    world.kit.add_staff(OPERATOR, "bookseller", RoleGrant("cashier", "books"))
    browser = world.app.test_client()
    staff_sign_in(browser, OPERATOR, "bookseller")
    return browser


def entered(cashier: FlaskClient, shop: str) -> str:
    form = {"shop": shop, "price": "10", "code": "0000"}
    return post(cashier, f"{DESK}/sell", form, from_page=DESK).text


def test_they_see_and_use_the_desk_of_their_own_shop(world: MallWorld) -> None:
    cashier = bookseller(world)
    page = get(cashier, f"{DESK}?shop=hotpot").text
    assert ("百草书店" in page, "老灶火锅" in page, "今日最近消费" in page) == (True, False, False)
    assert "请选择店铺。" in entered(cashier, "hotpot")
    assert "不是本商场的券或卡" in entered(cashier, "books")


def test_what_another_shop_sold_is_not_there_for_them(world: MallWorld) -> None:
    cashier = bookseller(world)
    sold = {"books": "a" * 32, "hotpot": "b" * 32}
    with world.scope.begin() as work:
        for shop, purchase_id in sold.items():
            purchases.add(work, Purchase(purchase_id, "s", "w", shop, 100, 0, 0, work.now))
    told = {shop: get(cashier, f"{DESK}/{purchase_id}").status_code for shop, purchase_id in sold.items()}
    assert told == {"books": 200, "hotpot": 404}
    assert post(cashier, f"{DESK}/{sold['hotpot']}/off", {}, from_page=DESK).status_code == 404


def test_a_role_of_one_shop_opens_no_page_that_tells_of_all(world: MallWorld) -> None:
    world.kit.add_staff(OPERATOR, "books-manager", RoleGrant("manager", "books"))
    browser = world.app.test_client()
    staff_sign_in(browser, OPERATOR, "books-manager")
    assert {path: get(browser, f"{STAFF}{path}").status_code for path in ("statement", "coupons", "figures")} == {
        "statement": 403,
        "coupons": 403,
        "figures": 403,
    }
    assert get(browser, f"/staff/{OPERATOR}/desks/").status_code in {403, 404}
    assert "district/statement" not in get(browser, f"/staff/{OPERATOR}/").text
