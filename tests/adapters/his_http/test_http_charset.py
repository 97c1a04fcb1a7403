"""The character set of an answer: what says it for certain, and never a yes of wrong characters."""

from __future__ import annotations

import codecs
from xml.sax.saxutils import escape

import pytest

from adapters.errors import Malformed, OutcomeUnknown
from adapters.http import Response
from adapters.values import Department, EntryKind, Fen, Identifier, PatientRecord, Posting, Sex
from tests.adapters.his_http.dialect import NOW, Script, his

INNER = '<R><Code>0</Code><Receipt>王王</Receipt><List><Row code="1"><Name>内科</Name></Row></List></R>'
POSTING = Posting(
    "S1",
    EntryKind.PAYMENT,
    Fen(1),
    PatientRecord((Identifier("MRN", "1"),), "王弢", None, Sex.MALE),
    "A",
    "O",
    "T",
    NOW,
)


def answer(codec: str, *, declared: str = "", header: str = "", mark: bytes = b"") -> Response:
    declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    body = f"{declaration}<Reply><Result>{escape(INNER)}</Result></Reply>".encode(codec)
    content_type = f"text/xml; charset={header}" if header else "text/xml"
    return Response(200, {"content-type": content_type}, mark + body)


READABLE = {
    "a mark against the settings' GB18030": answer("utf-8", mark=codecs.BOM_UTF8),
    "a mark against the declaration": answer("utf-8", declared="GBK", header="GB2312", mark=codecs.BOM_UTF8),
    "UTF-16 with its mark": answer("utf-16"),
    "big-endian UTF-16 against the header": answer("utf-16-be", header="utf-8", mark=codecs.BOM_UTF16_BE),
    "GBK in both": answer("gbk", declared="gb2312", header="GBK"),
    "UTF-8 declared, GBK in the header": answer("utf-8", declared="UTF-8", header="GBK"),
    "GBK declared, UTF-8 in the header": answer("utf-8", declared="GBK", header="utf-8"),
    "GBK declared, UTF-8 in the header, GBK sent": answer("gbk", declared="GBK", header="utf-8"),
    "UTF-8 declared, GBK in the header, GBK sent": answer("gbk", declared="UTF-8", header="GBK"),
    "nothing said, as the request": answer("gb18030"),
    "a header that says nothing": answer("gb18030", header="ISO-8859-1"),
}
WRONG = {
    "GBK declared, UTF-8 sent": answer("utf-8", declared="GBK"),
    "GB2312 in the header, UTF-8 sent": answer("utf-8", header="gb2312"),
    "nothing said, the request in GB18030, UTF-8 sent": answer("utf-8"),
    "UTF-8 declared, GBK sent": answer("gbk", declared="UTF-8"),
    "UTF-8 twice, GBK sent": answer("gbk", declared="UTF-8", header="utf-8"),
    "a mark of UTF-8 before GBK": answer("gbk", mark=codecs.BOM_UTF8),
    "UTF-16 without its mark": answer("utf-16-le"),
}


@pytest.mark.parametrize("reply", READABLE.values(), ids=READABLE)
def test_an_answer_that_its_bytes_bear_out_is_read(reply: Response) -> None:
    assert his(Script(reply)).departments() == (Department("1", "内科"),)


@pytest.mark.parametrize("reply", WRONG.values(), ids=WRONG)
def test_an_answer_in_another_character_set_is_never_a_success(reply: Response) -> None:
    with pytest.raises(Malformed):
        his(Script(reply)).departments()
    with pytest.raises(OutcomeUnknown):
        his(Script(reply)).post(POSTING)


def test_what_the_settings_say_outweighs_header_and_declaration() -> None:
    reply = answer("utf-8", declared="GBK", header="GBK")
    assert his(Script(reply), reply_charset="UTF-8").departments() == (Department("1", "内科"),)
    with pytest.raises(Malformed, match="`reply_charset` says it for certain"):
        his(Script(reply), reply_charset="GBK").departments()
