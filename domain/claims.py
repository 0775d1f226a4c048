"""What is claimed of the lines of an order already, so that nobody is paid for the same goods twice; reads only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from domain.errors import QuantityRefused, Refusal
from domain.models import ClaimLine, Order, OrderLine
from domain.models.returns import ClaimKind, ClaimState
from domain.parcelerrors import AlreadyClaimed
from domain.wording import entered

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Standing:
    """What was claimed of an order and not refused: by line (id) in base units, ``claims`` in the order they were made.

    ``missing`` is what was said to be short and nobody has decided on: it is not counted as arrived yet.
    """

    number: str
    claimed: Mapping[int, Decimal]
    missing: Mapping[int, Decimal]
    claims: Mapping[int, tuple[str, ...]]

    def claimable(
        self, room: Mapping[int, Decimal], lines: Sequence[OrderLine], besides: Mapping[int, Decimal]
    ) -> dict[int, Decimal]:
        """How much of ``room`` may be claimed: no more of a line than was sent, ``besides`` and all claims together."""
        claimed = {line.id: self.claimed.get(line.id, ZERO) + besides.get(line.id, ZERO) for line in lines}
        free = {line.id: max(line.shipped - claimed[line.id], ZERO) for line in lines}
        return {line: min(qty, free[line]) for line, qty in room.items()}

    def too_much(self, mine: Sequence[OrderLine], amount: Decimal, most: Decimal) -> Refusal:
        """Why so much of these lines, of one product, cannot be claimed where ``most`` could."""
        known = [line for line in mine if line.id in self.claims]
        if not known or amount <= 0:
            return QuantityRefused(mine[0].sku, amount, most, mine[0].base_unit)
        return self.before(known, entered(known[0], most) if most else "")

    def before(self, lines: Sequence[OrderLine], left: str = "") -> AlreadyClaimed:
        """What was claimed of these lines, and by which claims."""
        known = [line for line in lines if line.id in self.claims]
        goods = "、".join(f"{line.sku} {entered(line, self.claimed[line.id])}" for line in known)
        claims = "、".join(dict.fromkeys(one for line in known for one in self.claims[line.id]))
        return AlreadyClaimed(self.number, goods, claims, left)


async def claimed_before(order: Order) -> Standing:
    """What stands of the claims of an order; for use while it is held."""
    claimed, missing = dict[int, Decimal](), dict[int, Decimal]()
    claims: dict[int, tuple[str, ...]] = {}
    parts = ClaimLine.filter(claim__order_id=order.id).exclude(claim__state=ClaimState.REFUSED)
    for part in await parts.select_related("claim").order_by("claim_id"):
        line, claim = part.line_id, part.claim
        claimed[line] = claimed.get(line, ZERO) + part.qty
        claims[line] = (*claims.get(line, ()), claim.number)
        if claim.kind is ClaimKind.SHORT and claim.state is ClaimState.ASKED:
            missing[line] = missing.get(line, ZERO) + part.qty
    return Standing(order.number, claimed, missing, claims)
