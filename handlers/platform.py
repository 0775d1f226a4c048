"""Events of the platform: following, leaving, scanning a code, and its word on our messages."""

from bot.dialogue import forget
from bot.kept import blank
from bot.replies import Silence, say
from bot.router import Answered, Happening, Router
from domain import joining
from handlers.joining import bind_code
from notify.receipts import note_receipt

SCENE = "bind-"


def register(router: Router) -> None:
    """What this room answers."""
    router.on_event("subscribe")(follow)
    router.on_event("scan")(scan)
    router.on_event("unsubscribe")(unfollow)
    router.on_event("templatesendjobfinish")(delivered)


async def follow(happening: Happening) -> Answered:
    """A follow, perhaps by a code with a scene that carries a binding code."""
    address = happening.actor.address
    assert address is not None
    await joining.note_follow(address, now=happening.now)
    return await _scene(happening) or say("stranger" if happening.actor.is_stranger else "welcome_back")


async def scan(happening: Happening) -> Answered:
    """A follower scans a code."""
    return await _scene(happening) or Silence()


async def _scene(happening: Happening) -> Answered | None:
    scene = happening.event_key.removeprefix("qrscene_")
    if not scene.startswith(SCENE):
        return None
    return await bind_code(happening.actor, happening.talk, scene.removeprefix(SCENE), now=happening.now)


async def unfollow(happening: Happening) -> Answered:
    """A farewell: personal data is blanked, and no answer can reach the person."""
    address = happening.actor.address
    assert address is not None
    await joining.note_unfollow(address, now=happening.now)
    await forget(address)
    await blank(address)
    return Silence()


async def delivered(happening: Happening) -> Answered:
    """TEMPLATESENDJOBFINISH: the platform's word on a template message."""
    address = happening.actor.address
    assert address is not None
    fields = happening.fields
    await note_receipt(address.account, fields.get("MsgID", ""), fields.get("Status", ""), now=happening.now)
    return Silence()
