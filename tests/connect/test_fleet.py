"""The signed webhook of a company's own fleet: what is genuine, and what it says."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connect.carriers.fleet import TOLERANCE, genuine, opened, parse_pushed, signature

FACTS = json.loads((Path(__file__).parent.parent / "payloads" / "carriers.json").read_text())["standard_webhooks_v1"]
BODY = FACTS["body"].encode()
STAMP = str(FACTS["timestamp"])
THEN = datetime.fromtimestamp(FACTS["timestamp"], UTC)
HEADERS = {"webhook-id": FACTS["msg_id"], "webhook-timestamp": STAMP, "webhook-signature": FACTS["signature"]}


def test_signs_as_the_standard_does() -> None:
    assert signature(FACTS["secret"], FACTS["msg_id"], STAMP, BODY) == FACTS["signature"]


@pytest.mark.parametrize("beside", ["{}", "v1,bm90IHRoaXM= {}", "{} v1a,xyz"])
def test_knows_a_genuine_push_among_several_signatures(beside: str) -> None:
    headers = HEADERS | {"webhook-signature": beside.format(FACTS["signature"])}
    assert opened(headers, BODY, FACTS["secret"], THEN + timedelta(minutes=4)) == (True, FACTS["body"])


@pytest.mark.parametrize(
    ("changed", "body", "late"),
    [
        ({"webhook-signature": ""}, BODY, 0),
        ({"webhook-signature": "签名"}, BODY, 0),
        ({"webhook-id": "msg_other"}, BODY, 0),
        ({"webhook-id": ""}, BODY, 0),
        ({"webhook-timestamp": str(FACTS["timestamp"] + 1)}, BODY, 0),
        ({"webhook-timestamp": "soon"}, BODY, 0),
        ({"webhook-timestamp": "9" * 30}, BODY, 0),
        ({}, BODY + b" ", 0),
        ({}, b"", 0),
        ({}, BODY, TOLERANCE.total_seconds() + 1),
        ({}, BODY, -TOLERANCE.total_seconds() - 1),
    ],
)
def test_refuses_what_is_not_signed_or_old(changed: dict[str, str], body: bytes, late: float) -> None:
    assert not genuine(HEADERS | changed, body, FACTS["secret"], THEN + timedelta(seconds=late))


def test_without_a_secret_nothing_is_genuine() -> None:
    headers = HEADERS | {"webhook-signature": signature("", FACTS["msg_id"], STAMP, BODY)}
    assert not genuine(headers, BODY, "", THEN)


def parcel(**more: Any) -> dict[str, Any]:
    events = [
        {"at": "2026-11-24T20:00:00+08:00", "status": "delivered", "text": "已送到", "place": "深圳"},
        {"at": "2026-11-24T10:00:00Z", "status": "out_for_delivery", "text": "已装车"},
    ]
    return {"shipment": "SO1001H-1", "eta": "2026-11-25", "events": events} | more


def test_reads_one_parcel_or_many_oldest_first() -> None:
    [one] = parse_pushed(json.dumps(parcel()))
    assert (one.shipment, one.waybill) == ("SO1001H-1", "")
    assert [scan.state for scan in one.scans] == ["out_for_delivery", "delivered"]
    assert one.scans[1].at == datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
    assert len(parse_pushed(json.dumps({"parcels": [parcel(), parcel(), 3]}))) == 2


@pytest.mark.parametrize(
    "event",
    [
        None, 3, {}, {"at": "2026-11-24T10:00:00", "status": "delivered"}, {"at": "soon", "status": "delivered"},
        {"at": "2026-11-24T10:00:00Z", "status": "lost in space"}, {"at": "2026-11-24T10:00:00Z"},
    ],
)  # fmt: skip
def test_leaves_out_events_that_it_does_not_understand(event: Any) -> None:
    assert parse_pushed(json.dumps(parcel(events=[event])))[0].scans == ()


@pytest.mark.parametrize("text", ["", "[]", "{", '{"parcels": 3}'])
def test_says_when_there_is_nothing_to_read(text: str) -> None:
    with pytest.raises(ValueError, match="no parcels"):
        parse_pushed(text)
