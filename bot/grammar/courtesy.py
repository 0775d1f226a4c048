"""Takes greetings, thanks and decoration off both ends of a message, and off the skeleton that rules look at."""

import re

from bot.grammar.normal import Normal
from bot.grammar.phrases import GREETINGS, PARTICLES, THANKS

STICKER = r"\[[^\[\]\d]{1,6}\]|/::?[\w)(~,@-]{1,3}"
EMOJI = "[\u2190-\u21ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff\u3030\u303d]"
_PUNCTUATION = r"[\s,.。!;:、~?\-_^]"
_PAUSE = r"[\s,.。!;、~]"
_DECORATION = re.compile(rf"{STICKER}|{EMOJI}")
_GREETED = re.compile(rf"{_PAUSE}*+(?:(?:{GREETINGS})(?:{PARTICLES})?+{_PAUSE}++)++")
_THANKED = re.compile(rf"(?:{_PAUSE}|{EMOJI}|{STICKER}|(?:{THANKS})(?:{PARTICLES})?+)++$")
_HEAD = re.compile(rf"(?:{_PUNCTUATION}|(?:{GREETINGS})(?:{PARTICLES})?+{_PUNCTUATION}*+)++")
_TAIL = re.compile(rf"(?:{_PUNCTUATION}|(?:{THANKS})(?:{PARTICLES})?+)++$")
_BECAUSE = re.compile(r"^[\s,，:：;；。]*(?:因[为為爲]|原因是?|理由是?)?[\s,，:：]*|[\s。!！]+$")
_THANKS_ONLY = re.compile(
    rf"(?:{_PAUSE}|(?:{THANKS})(?:{PARTICLES})?+)++(?:(?![👎🙅❌🚫👌👍✅💯🆗🤝]){EMOJI}|(?!\[(?:ok|[强弱])\]){STICKER})*+$"
)


def business_of(normal: Normal) -> str:
    """The raw words between greeting and thanks; all of them when nothing else was said."""
    text = normal.text
    greeted, thanked = _GREETED.match(text), _THANKED.search(text)
    start = greeted.end() if greeted and _says_more(text[greeted.end() :]) else 0
    end = max(thanked.start(), start) if thanked else len(text)
    if not _says_more(_DECORATION.sub("", text[start:end])):
        end = _without_thanks(text, start)
    if start >= end:
        return normal.raw
    return normal.raw[normal.places[start] : normal.places[end - 1] + 1]


def _says_more(words: str) -> bool:
    return bool(words.strip(" \n\t,.。!;、~"))


def _without_thanks(text: str, start: int) -> int:
    """Emoji alone are an answer of their own; only thanks are taken from behind them."""
    tail = _THANKS_ONLY.search(text, start)
    return tail.start() if tail else len(text)


def reason_in(words: str) -> str:
    """A reason without 因为, 原因是 and the signs around it."""
    return _BECAUSE.sub("", words)


def core_of(skeleton: str) -> str:
    """A skeleton without the courtesies and the closing punctuation around it; empty when it holds nothing else."""
    plain = _DECORATION.sub("", skeleton)
    head = _HEAD.match(plain)
    return _TAIL.sub("", plain[head.end() :] if head else plain)
