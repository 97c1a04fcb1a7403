from __future__ import annotations

import re

from hospital_bridge.sandbox.hospital.pdf import one_page


def test_every_object_stands_where_the_table_says() -> None:
    document = one_page("Report (R1)")
    table = int(document.rsplit(b"startxref\n", 1)[1].split()[0])
    assert document[table:].startswith(b"xref\n0 6\n")
    offsets = [int(entry) for entry in re.findall(rb"(\d{10}) 00000 n", document[table:])]
    assert [document[offset:].split(b" ", 1)[0] for offset in offsets] == [b"1", b"2", b"3", b"4", b"5"]
    assert b"(Report \\(R1\\)) Tj" in document
