"""A small shop for conversations: its goods, its customers, its staff, and all of them bound with one-time codes."""

from datetime import datetime

from domain import importing, joining
from domain.values import SYSTEM, Address, Role
from tests.harness import CAI, CHEN, LI, LU, QIANG, WANG, Chat, Person

PRODUCTS = {
    "products": [
        {
            "sku": "A100", "name": "电源适配器", "aliases": ["适配器"], "base_unit": "个",
            "units": {"个": 1, "箱": 50}, "list_price": 18.5, "floor_price": 16, "stock": 5000,
        },
        {
            "sku": "B200", "name": "LED驱动器", "aliases": ["驱动器"], "base_unit": "个",
            "units": {"个": 1, "箱": 24}, "list_price": 22, "floor_price": 20, "stock": 240, "lead_days": 5,
        },
        {
            "sku": "L09", "name": "灯泡9W", "aliases": [], "base_unit": "只", "units": {"只": 1, "箱": 100},
            "list_price": 3.2, "stock": 1000,
        },
        {
            "sku": "L12", "name": "灯泡12W", "aliases": [], "base_unit": "只", "units": {"只": 1, "箱": 100},
            "list_price": 4.1, "stock": 1000,
        },
    ],
    "generic_terms": {"灯泡": ["L09", "L12"]},
    "unit_synonyms": {"个": ["只", "pcs"], "箱": ["件", "ctn"]},
    "generic_units": {"打": {"factor": 12, "applies_to": "pieces"}},
}  # fmt: skip
CUSTOMERS = {
    "customers": [
        {
            "id": "C001", "name": "深圳市华强电子有限公司", "short_names": ["华强电子", "华强"], "city": "深圳",
            "ship_to": {"address": "深圳市福田区华强北路1号", "name": "王先生", "phone": "13800138000"},
        },
        {
            "id": "C003", "name": "东莞市宏达五金制品有限公司", "short_names": ["宏达五金", "宏达"], "city": "东莞",
            "ship_to": {"address": "长安镇振安路18号"},
        },
    ]
}  # fmt: skip
STAFF = {
    "staff": [
        {"id": "S001", "name": "老李", "roles": ["sales"], "customers": ["C001"], "manager": "S002"},
        {"id": "S002", "name": "陈姐", "roles": ["reviewer", "manager"], "customers": []},
        {"id": "S003", "name": "阿强", "roles": ["warehouse"], "customers": []},
        {"id": "S004", "name": "采妹", "roles": ["purchasing"], "customers": []},
    ]
}


async def open_shop(chat: Chat) -> None:
    """Fill the shelves and bind the cast; afterwards nobody has anything unread."""
    now = chat.platform.clock()
    await importing.import_products(PRODUCTS, now=now)
    await importing.import_customers(CUSTOMERS, now=now)
    await importing.import_staff(STAFF, now=now)
    for person in (WANG, LI, CHEN, QIANG, CAI, LU):
        chat.account.add_follower(person.name, openid=person.openid)
    await _join(WANG, await joining.invite_contact("C001", WANG.name, Role.BUYER, by=SYSTEM, now=now), now)
    for person, staff in ((LI, "S001"), (CHEN, "S002"), (QIANG, "S003"), (CAI, "S004")):
        await _join(person, await joining.invite_staff(staff, by=SYSTEM, now=now), now)
    await chat.settle()
    chat.skip_all()


async def _join(person: Person, issued: joining.Issued, now: datetime) -> None:
    address = Address("main", person.openid)
    await joining.redeem_code(issued.code, address, now=now)
