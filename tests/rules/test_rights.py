"""Who may do what."""

import pytest

from domain.errors import NotAllowed
from domain.rules import rights
from domain.values import SYSTEM, Actor, Address, Role

STRANGER = Actor("", address=Address("main", "o"))


def somebody(role: Role) -> Actor:
    customer = role in (Role.BUYER, Role.RECEIVER, Role.FINANCE_CONTACT, Role.BOSS)
    return Actor("x", frozenset({role}), identity=1, staff=None if customer else 1, contact=1 if customer else None)


MATRIX = {
    "WRITING": "buyer boss sales manager",
    "DECIDING": "reviewer manager",
    "SHIPPING": "warehouse manager",
    "SIGNING": "buyer boss receiver sales manager",
    "CHASING": "buyer boss receiver finance_contact sales manager",
    "STOCKING": "warehouse purchasing manager",
    "INVITING": "boss sales manager admin",
    "HIRING": "manager admin",
}


@pytest.mark.parametrize(("name", "roles"), MATRIX.items())
def test_rights_by_role(name: str, roles: str):
    allowed = getattr(rights, name)
    assert {role.value for role in allowed} == set(roles.split())
    rights.require(SYSTEM, allowed)
    for role in Role:
        if role in allowed:
            rights.require(somebody(role), allowed)
        else:
            with pytest.raises(NotAllowed) as no:
                rights.require(somebody(role), allowed)
            told = {Role(word) for word in no.value.roles}
            assert told <= allowed
            assert bool(told) == somebody(role).is_staff
    with pytest.raises(NotAllowed):
        rights.require(STRANGER, allowed)


def test_who_may_know_of_a_customer():
    rep = Actor("r", frozenset({Role.SALES}), staff=1, customers=frozenset({"C001"}))
    buyer = Actor("b", frozenset({Role.BUYER}), contact=1, customer="C001")
    for actor in (rep, buyer):
        assert rights.may_see(actor, "C001")
        assert not rights.may_see(actor, "C003")
    for role in (Role.MANAGER, Role.WAREHOUSE, Role.REVIEWER, Role.FINANCE):
        assert rights.may_see(somebody(role), "C003")
    assert rights.may_see(SYSTEM, "C003")
    assert not rights.may_see(STRANGER, "C003")
