"""What the status codes of each carrier service mean in our own words. Data only.

The same number means opposite things at two services (201 is "overdue" at 快递100 and "in the city" at 快递鸟), so that
every service has a table of its own. Sources: 快递100 "快递状态" with resultv2=4; 快递鸟 "物流状态 State/StateEx".
"""

from collections.abc import Mapping

from domain.values import ParcelState as P

Meaning = tuple[P, str]

KUAIDI100: Mapping[str, Meaning] = {
    "101": (P.HANDED_OVER, ""),
    "102": (P.HANDED_OVER, ""),
    "1": (P.COLLECTED, ""),
    "103": (P.COLLECTED, ""),
    "0": (P.IN_TRANSIT, ""),
    "1002": (P.IN_TRANSIT, ""),
    "1001": (P.ARRIVED_CITY, ""),
    "1003": (P.FORWARDED, "new_address"),
    "5": (P.OUT_FOR_DELIVERY, ""),
    "501": (P.READY_FOR_PICKUP, "locker"),
    "3": (P.DELIVERED, ""),
    "301": (P.DELIVERED, "person"),
    "302": (P.DELIVERED, "after_problem"),
    "303": (P.DELIVERED, "proxy"),
    "304": (P.DELIVERED, "locker"),
    "6": (P.RETURNING, ""),
    "4": (P.RETURNED, ""),
    "14": (P.DELIVERY_FAILED, "refused"),
    "7": (P.FORWARDED, "other_carrier"),
    "8": (P.CUSTOMS, ""),
    "10": (P.CUSTOMS, ""),
    "11": (P.CUSTOMS, ""),
    "12": (P.CUSTOMS, ""),
    "13": (P.CUSTOMS, "held"),
    "2": (P.PROBLEM, ""),
    "201": (P.PROBLEM, "overdue"),
    "202": (P.PROBLEM, "no_update"),
    "203": (P.DELIVERY_FAILED, "refused"),
    "204": (P.DELIVERY_FAILED, "failed"),
    "205": (P.PROBLEM, "uncollected"),
    "206": (P.PROBLEM, "unreachable"),
    "207": (P.PROBLEM, "out_of_area"),
    "208": (P.PROBLEM, "held"),
    "209": (P.PROBLEM, "damaged"),
    "210": (P.CANCELLED, "cancelled"),
    "401": (P.CANCELLED, "cancelled"),
}

KDNIAO: Mapping[str, Meaning] = {
    "0": (P.HANDED_OVER, ""),
    "10": (P.HANDED_OVER, ""),
    "1": (P.COLLECTED, ""),
    "206": (P.COLLECTED, ""),
    "2": (P.IN_TRANSIT, ""),
    "204": (P.IN_TRANSIT, ""),
    "201": (P.ARRIVED_CITY, ""),
    "205": (P.ARRIVED_CITY, ""),
    "202": (P.OUT_FOR_DELIVERY, ""),
    "419": (P.OUT_FOR_DELIVERY, "second_try"),
    "211": (P.READY_FOR_PICKUP, "locker"),
    "418": (P.DELIVERED, "person"),
    "3": (P.DELIVERED, ""),
    "301": (P.DELIVERED, "person"),
    "302": (P.DELIVERED, "after_problem"),
    "304": (P.DELIVERED, "proxy"),
    "311": (P.DELIVERED, "locker"),
    "4": (P.PROBLEM, ""),
    "401": (P.PROBLEM, "no_update"),
    "402": (P.PROBLEM, "overdue"),
    "403": (P.PROBLEM, "no_update"),
    "404": (P.DELIVERY_FAILED, "refused"),
    "405": (P.DELIVERY_FAILED, "failed"),
    "406": (P.RETURNED, ""),
    "407": (P.RETURNING, ""),
    "412": (P.PROBLEM, "uncollected"),
    "413": (P.CANCELLED, "intercepted"),
    "414": (P.PROBLEM, "damaged"),
    "415": (P.CANCELLED, "cancelled"),
    "416": (P.PROBLEM, "unreachable"),
    "417": (P.PROBLEM, "delayed"),
    "420": (P.PROBLEM, "bad_address"),
    "421": (P.PROBLEM, "bad_phone"),
    "422": (P.FORWARDED, "misrouted"),
    "423": (P.PROBLEM, "out_of_area"),
    "5": (P.FORWARDED, ""),
    "6": (P.CUSTOMS, ""),
    "601": (P.CUSTOMS, ""),
    "602": (P.CUSTOMS, ""),
    "603": (P.CUSTOMS, ""),
    "604": (P.CUSTOMS, "held"),
}


def meaning(table: Mapping[str, Meaning], code: str) -> Meaning:
    """What a code means at the service of this table; an unknown fine code counts as the code that it refines."""
    known = table.get(code)
    if known is None and len(code) in (3, 4):
        known = table.get("0" if len(code) == 4 else code[:1])
    return known or (P.IN_TRANSIT, "")
