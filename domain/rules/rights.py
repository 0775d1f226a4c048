"""Who may do what to orders and people, whichever way they came in; pure."""

from domain.errors import NotAllowed
from domain.values import CUSTOMER_ROLES, STAFF_ROLES, SYSTEM, Actor, Role

WRITING = frozenset({Role.BUYER, Role.BOSS, Role.SALES, Role.MANAGER})
DECIDING = frozenset({Role.REVIEWER, Role.MANAGER})
SHIPPING = frozenset({Role.WAREHOUSE, Role.MANAGER})
SIGNING = frozenset({Role.BUYER, Role.BOSS, Role.RECEIVER, Role.SALES, Role.MANAGER})
CLAIMING = frozenset({Role.BUYER, Role.BOSS, Role.SALES, Role.MANAGER})
SETTLING = frozenset({Role.SALES, Role.MANAGER})
CHASING = CUSTOMER_ROLES | {Role.SALES, Role.MANAGER}
HOLDING = frozenset({Role.SALES, Role.REVIEWER, Role.FINANCE, Role.MANAGER})
STOCKING = frozenset({Role.WAREHOUSE, Role.PURCHASING, Role.MANAGER})
BUYING = frozenset({Role.PURCHASING, Role.MANAGER})
MAKING = frozenset({Role.PRODUCTION, Role.WAREHOUSE, Role.MANAGER})
CORRECTING = frozenset({Role.MANAGER})
INVITING = frozenset({Role.BOSS, Role.SALES, Role.MANAGER, Role.ADMIN})
SHARING = WRITING
CREDITING = frozenset({Role.FINANCE, Role.MANAGER})
RULING = frozenset({Role.MANAGER})
HIRING = frozenset({Role.MANAGER, Role.ADMIN})
WORKING = STAFF_ROLES


def require(by: Actor, allowed: frozenset[Role]) -> None:
    """Refuse whoever has none of these roles; the system itself may do everything, a stranger nothing."""
    if by != SYSTEM and not by.roles & allowed:
        raise NotAllowed(tuple(sorted(role.value for role in allowed & STAFF_ROLES)) if by.is_staff else ())


def may_see(by: Actor, customer: str) -> bool:
    """Whether this person, or the system, may know of this customer and their orders."""
    return by == SYSTEM or by.may_see(customer)
