"""Which characters the bytes of a message are, where two say it and do not agree: never another's hanzi in silence."""

from __future__ import annotations

import pytest

from adapters.charsets import is_evidently_utf_8
from adapters.hl7.message import Message, Oddity

MESSAGE = "MSH|^~\\&|HIS||||20261124||ADT^A31|1|P|2.5.1||||||{}\rPID|1||100001||王弢^内科\r"
CONTRADICTED = (Oddity.CHARSET_CONTRADICTED,)


@pytest.mark.parametrize("peer", [None, "GB18030", "UTF-8"])
@pytest.mark.parametrize(
    ("codec", "declared", "problems"),
    [
        ("utf-8", "GB 18030-2000", CONTRADICTED),
        ("utf-8", "GBK", CONTRADICTED),
        ("utf-8", "GB2312", CONTRADICTED),
        ("utf-8-sig", "GB2312", CONTRADICTED),
        ("gb18030", "UNICODE UTF-8", CONTRADICTED),
        ("utf-8", "", ()),
        ("gb18030", "", ()),
        ("utf-16", "", ()),
        ("utf-16", "UNICODE", ()),
    ],
)
def test_bytes_that_contradict_what_was_said_are_read_as_what_they_are(
    codec: str, declared: str, problems: tuple[Oddity, ...], peer: str | None
) -> None:
    message = Message.parse(MESSAGE.format(declared).encode(codec), peer)
    assert (message["PID-5.1"], message["PID-5.2"]) == ("王弢", "内科")
    assert message.problems == problems


@pytest.mark.parametrize("text", ["内科", "王弢", "门诊号，请核对", "联通", "张玘", "a内b"])
def test_chinese_in_gb18030_is_never_taken_for_utf_8(text: str) -> None:
    assert is_evidently_utf_8(text.encode())
    assert not is_evidently_utf_8(text.encode("gb18030"))
