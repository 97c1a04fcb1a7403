from __future__ import annotations

from hospital_bridge.settings.toml_lines import key_lines

DOCUMENT = '''\
# a comment, then a dotted key and an inline table
name.full = "x" # [not.a.header]
point = { x = 1, y.z = 2 }

[a."quoted.key"]
text = """
[not.a.header]
fake = 1
"""
list = [
  1,
  { deep = 2 },
]
[[a.rows]]
one = 1
[a.rows.inside]
two = 2
[[a.rows]]
one = 3
[[a.rows.again]]
three = 3
'''


def test_every_key_has_the_line_of_its_statement() -> None:
    assert key_lines(DOCUMENT) == {
        ("name",): 2,
        ("name", "full"): 2,
        ("point",): 3,
        ("point", "x"): 3,
        ("point", "y"): 3,
        ("point", "y", "z"): 3,
        ("a", "quoted.key"): 5,
        ("a", "quoted.key", "text"): 6,
        ("a", "quoted.key", "list"): 10,
        ("a", "quoted.key", "list", 0): 10,
        ("a", "quoted.key", "list", 1): 10,
        ("a", "quoted.key", "list", 1, "deep"): 10,
        ("a", "rows", 0): 14,
        ("a", "rows", 0, "one"): 15,
        ("a", "rows", 0, "inside"): 16,
        ("a", "rows", 0, "inside", "two"): 17,
        ("a", "rows", 1): 18,
        ("a", "rows", 1, "one"): 19,
        ("a", "rows", 1, "again", 0): 20,
        ("a", "rows", 1, "again", 0, "three"): 21,
    }
