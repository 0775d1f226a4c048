"""Who is who: one-time codes, guessing slowed down, ties that end and leave nothing personal behind."""

import asyncio
from datetime import timedelta

import pytest

from domain import guessing, joining
from domain.errors import AlreadyBound, CodeRefused, CustomerNotFound, NotAllowed, TooManyTries
from domain.models import BindingCode, BindingTry, Contact, Customer, Event, Identity, Staff
from domain.queries import actor_of
from domain.signs import Sign, heard_from, signs_of
from domain.transaction import transact_script
from domain.values import SYSTEM, Actor, Address, Role
from tests.shop import LU, NOW, Cast

NEWCOMER = Address("main", "o-newcomer")
SECOND = timedelta(seconds=1)


async def invited(by: Actor = SYSTEM, customer: str = "C001", name: str = "小新", role: Role = Role.BUYER) -> str:
    return (await joining.invite_contact(customer, name, role, by=by, now=NOW)).code


async def joined(address: Address = NEWCOMER, **more) -> Actor:
    code = await invited(**more)
    await joining.peek_code(code, address, now=NOW)
    return await joining.redeem_code(code, address, now=NOW)


async def test_a_contact_joins_by_a_code(cast: Cast):
    issued = await joining.invite_contact("C001", "小新", Role.RECEIVER, by=cast.li, now=NOW)
    assert len(issued.code) == 8
    assert set(issued.code) <= set(joining.ALPHABET)
    assert issued.expires_at == NOW + timedelta(minutes=10)
    seen = await joining.peek_code(issued.code, NEWCOMER, now=NOW)
    assert (seen.name, seen.roles, seen.customer_name) == ("小新", (Role.RECEIVER,), "C001有限公司")
    actor = await joining.redeem_code(issued.code.lower(), NEWCOMER, now=NOW)
    assert (actor.name, actor.customer, actor.roles) == ("小新", "C001", {Role.RECEIVER})
    assert await actor_of(NEWCOMER) == actor
    event = await Event.get(kind="PersonJoined")
    assert (event.facts["identity"], event.facts["customer"]) == (actor.identity, "C001")


async def test_a_member_of_staff_joins_by_a_code(cast: Cast):
    await Staff.create(code="S009", name="新人", roles=["warehouse"])
    issued = await joining.invite_staff("S009", by=cast.manager, now=NOW)
    assert (await joining.peek_code(issued.code, NEWCOMER, now=NOW)).customer_name is None
    actor = await joining.redeem_code(issued.code, NEWCOMER, now=NOW)
    assert actor.is_staff
    assert actor.roles == {Role.WAREHOUSE}


async def test_only_the_hash_of_a_code_is_kept(cast: Cast):
    code = await invited()
    row = await BindingCode.get()
    assert code not in (row.digest, row.issued_by)
    assert len(row.digest) == 64


async def test_wrong_expired_used_and_withdrawn_sound_the_same(cast: Cast):
    used, late, gone = await invited(name="甲"), await invited(name="乙"), await invited(name="丙")
    await joining.redeem_code(used, NEWCOMER, now=NOW)
    await Contact.filter(name="丙").update(active=False)
    refusals = []
    for n, (code, now) in enumerate(
        (("22222222", NOW), (used, NOW), (late, NOW + joining.LIFE), (gone, NOW), ("", NOW), ("x" * 500, NOW))
    ):
        with pytest.raises(CodeRefused) as peeked:
            await joining.peek_code(code, Address("main", f"o-{n}"), now=now)
        with pytest.raises(CodeRefused) as redeemed:
            await joining.redeem_code(code, Address("main", f"o-{n}"), now=now)
        refusals += [vars(peeked.value), vars(redeemed.value)]
    assert refusals == [{}] * 12
    assert (await joining.redeem_code(late, Address("main", "o-in-time"), now=NOW + joining.LIFE - SECOND)).name == "乙"


async def test_of_many_who_send_one_code_one_joins(cast: Cast):
    code = await invited()
    tries = (joining.redeem_code(code, Address("main", f"o-{n}"), now=NOW) for n in range(6))
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(one, Actor) for one in outcomes) == 1
    assert sum(isinstance(one, CodeRefused) for one in outcomes) == 5
    assert await Identity.filter(contact__name="小新").count() == 1


async def test_five_tries_in_a_quarter_of_an_hour(cast: Cast):
    code = await invited()
    for n in range(5):
        with pytest.raises(CodeRefused):
            await joining.peek_code("WRONG234", NEWCOMER, now=NOW + SECOND * n)
    with pytest.raises(TooManyTries) as no:
        await joining.peek_code(code, NEWCOMER, now=NOW + SECOND * 10)
    assert no.value.wait == guessing.TRY_SPAN - SECOND * 10
    assert (await joining.peek_code(code, Address("main", "o-somebody"), now=NOW)).name == "小新"
    code = (await joining.invite_contact("C001", "小新", Role.BUYER, by=SYSTEM, now=NOW + guessing.TRY_SPAN)).code
    assert (await joining.peek_code(code, NEWCOMER, now=NOW + guessing.TRY_SPAN)).name == "小新"


async def test_many_guesses_at_once_are_no_way_around(cast: Cast):
    guesses = (joining.peek_code("WRONG234", NEWCOMER, now=NOW) for _ in range(20))
    outcomes = await asyncio.gather(*guesses, return_exceptions=True)
    assert sum(isinstance(one, CodeRefused) for one in outcomes) <= guessing.TRIES
    assert all(isinstance(one, CodeRefused | TooManyTries) for one in outcomes)


async def test_who_is_somebody_becomes_nobody_else(cast: Cast):
    await joined()
    code = await invited(name="别人")
    with pytest.raises(AlreadyBound) as no:
        await joining.peek_code(code, NEWCOMER, now=NOW)
    assert no.value.name == "小新"
    with pytest.raises(AlreadyBound):
        await joining.redeem_code(code, NEWCOMER, now=NOW)
    assert (await joining.redeem_code(code, Address("main", "o-right"), now=NOW)).name == "别人"


@pytest.mark.parametrize("who", ["boss", "li", "manager"])
async def test_who_may_invite(cast: Cast, who: str):
    assert await invited(by=getattr(cast, who))


@pytest.mark.parametrize(
    ("who", "customer", "refusal"),
    [
        ("wang", "C001", NotAllowed),
        ("payer", "C001", NotAllowed),
        ("qiang", "C001", NotAllowed),
        ("lu", "C001", NotAllowed),
        ("boss", "C003", CustomerNotFound),
        ("li", "C003", CustomerNotFound),
        ("manager", "C999", CustomerNotFound),
    ],
)
async def test_who_may_not_invite(cast: Cast, who: str, customer: str, refusal: type[Exception]):
    with pytest.raises(refusal):
        await invited(by=getattr(cast, who), customer=customer)
    assert not await BindingCode.all().count()


async def test_an_invitation_gives_no_role_of_staff(cast: Cast):
    with pytest.raises(NotAllowed):
        await invited(by=cast.manager, role=Role.MANAGER)


@pytest.mark.parametrize("who", ["wang", "boss", "li", "chen", "lu"])
async def test_who_may_not_hire(cast: Cast, who: str):
    with pytest.raises(NotAllowed):
        await joining.invite_staff("S001", by=getattr(cast, who), now=NOW)


async def test_who_unbinds_is_a_stranger_at_once(cast: Cast):
    actor = await joined()
    await joining.unbind(actor, now=NOW)
    assert (await actor_of(NEWCOMER)).is_stranger
    assert not (await Contact.get(name="小新")).active
    assert await Event.filter(kind="PersonLeft").exists()


async def test_a_person_with_two_accounts_stays_by_the_other(cast: Cast):
    first, second = Address("main", "o-1"), Address("shop", "o-1")
    await joined(first)
    await joined(second)
    await joining.unbind(await actor_of(first), now=NOW)
    assert (await actor_of(first)).is_stranger
    assert (await actor_of(second)).name == "小新"


async def test_who_unfollows_leaves_nothing_personal(cast: Cast):
    actor = await joined()
    with pytest.raises(AlreadyBound):
        await joining.peek_code("WRONG234", NEWCOMER, now=NOW)
    await joining.note_unfollow(NEWCOMER, now=NOW)
    row = await Identity.get(openid=NEWCOMER.openid)
    assert (row.following, row.contact_id, row.staff_id, row.bound_at, row.last_inbound_at) == (False,) + (None,) * 4
    contact = await Contact.get(id=actor.contact)
    assert (contact.active, contact.name) == (False, "")
    assert not await BindingTry.filter(openid=NEWCOMER.openid).exists()
    await joining.note_follow(NEWCOMER, now=NOW)
    assert (await actor_of(NEWCOMER)).is_stranger


async def test_staff_who_unfollow_stay_staff_and_come_back_by_a_code(cast: Cast):
    await joining.note_unfollow(Address("main", "o-老李"), now=NOW)
    assert (await Staff.get(code="S001")).name == "老李"
    code = (await joining.invite_staff("S001", by=SYSTEM, now=NOW)).code
    assert (await joining.redeem_code(code, Address("main", "o-老李"), now=NOW)).name == "老李"


async def test_who_is_let_go_is_a_stranger_at_once(cast: Cast):
    actor = await joined()
    await Contact.filter(id=actor.contact).update(active=False)
    await Staff.filter(code="S001").update(active=False)
    await Customer.filter(code="C003").update(active=False)
    for address in (NEWCOMER, Address("main", "o-老李"), cast.other.address):
        assert address is not None
        assert (await actor_of(address)).is_stranger


async def test_following_and_writing_are_noted(cast: Cast):
    await transact_script(lambda: heard_from(NEWCOMER, Sign.WROTE, at=NOW, now=NOW))
    row = await Identity.get(openid=NEWCOMER.openid)
    assert (row.following, row.last_inbound_at) == (True, NOW)
    await transact_script(lambda: heard_from(NEWCOMER, Sign.TAPPED, at=NOW + SECOND, now=NOW + SECOND))
    await joining.note_follow(NEWCOMER, now=NOW + SECOND * 2)
    assert (await Identity.get(openid=NEWCOMER.openid)).last_inbound_at == NOW + SECOND * 2
    assert await Identity.filter(openid=NEWCOMER.openid).count() == 1
    known = {Sign.WROTE: NOW, Sign.TAPPED: NOW + SECOND, Sign.FOLLOWED: NOW + SECOND * 2}
    assert await signs_of([NEWCOMER, Address("other", NEWCOMER.openid)]) == {
        NEWCOMER: known,
        Address("other", NEWCOMER.openid): {},
    }
    await joining.note_unfollow(NEWCOMER, now=NOW)
    assert await signs_of([NEWCOMER]) == {NEWCOMER: {}}


async def test_a_message_that_comes_late_does_not_undo_a_later_one_nor_lie_in_the_future(cast: Cast):
    for at, kept in ((NOW, NOW), (NOW - SECOND, NOW), (NOW + SECOND * 9, NOW + SECOND)):
        await transact_script(lambda at=at: heard_from(NEWCOMER, Sign.WROTE, at=at, now=NOW + SECOND))  # type: ignore[misc]
        assert (await signs_of([NEWCOMER]))[NEWCOMER] == {Sign.WROTE: kept}


async def test_who_was_heard_before_signs_were_told_apart_counts_as_having_written(cast: Cast):
    await Identity.create(account="main", openid=NEWCOMER.openid, last_inbound_at=NOW)
    assert await signs_of([NEWCOMER]) == {NEWCOMER: {Sign.WROTE: NOW}}


async def test_a_stranger_is_known_by_address_only(cast: Cast):
    assert LU.address is not None
    assert await actor_of(LU.address) == LU
