from __future__ import annotations

from adapters.hl7.watched import WatchedMessage

RAW = b"MSH|^~\\&|HIS|H\rPID|||100001||WANG\rOBX|1|NM|K\rOBX|2|NM|NA\r"


def test_every_filled_field_that_nobody_looked_at_is_told_in_order() -> None:
    message = WatchedMessage.parse(RAW)
    assert message["PID-3.1"] == "100001"
    assert message.segments("OBX")[1].field(3).value == "NA"
    told = list(message.unseen())
    assert told[:3] == [("MSH-3", "HIS"), ("MSH-4", "H"), ("PID-5", "WANG")]
    assert [place for place, _ in told[3:]] == ["OBX(1)-1", "OBX(1)-2", "OBX(1)-3", "OBX(2)-1", "OBX(2)-2"]


def test_watching_changes_no_byte_and_no_value() -> None:
    message = WatchedMessage.parse(RAW)
    assert (bytes(message), message["OBX(2)-3"], message["OBX(2)-9"]) == (RAW, "NA", "")
