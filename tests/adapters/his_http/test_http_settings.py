"""What `check` refuses of a description, with its line, before anything is asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from adapters.his_http.schema import HttpHisSchema, settings_from
from hospital_bridge.settings import Installed
from tests.adapters.his_http.dialect import DIALECT, loaded, messages
from tests.settings.written import BRIDGE, OPERATOR, faults, shown

INSTALLED = Installed(adapters={"http-xml": lambda: HttpHisSchema}, verticals={})


def at(found: Any, *keys: str | int) -> str:
    for key in keys:
        found = found[key]
    return " ".join(found)


@pytest.mark.parametrize(
    ("old", "new", "keys", "text"),
    [
        ("{practitioner_code}", "{practitoner_code}", ("operations", "slots", "template"), "did you mean {practition"),
        ("{day}", "{payload}", ("operations", "slots", "template"), "line 1: {payload} is not known here"),
        ("{day}", "{day:html}", ("operations", "slots", "template"), "escaped by html"),
        ("{day}", "{day:raw}", ("operations", "slots", "template"), "only {payload} and {request} may stand unescaped"),
        (
            "{placer_id}</No></Q>",
            "{placer_id:raw}</No></Q>",
            ("operations", "cancel", "template"),
            "may stand unescaped",
        ),
        ("{payload}</Arg>", "{paylod}</Arg>", ("envelope",), "did you mean {payload}"),
        ("{level}", "{lewel}", ("lookups", "fee", "template"), "{lewel} is not known here; did you mean {level}?"),
        ("place = ", "plaze = ", ("operations", "departments", "fields", "plaze"), "did you mean place?"),
        ('name = "Name"', 'name = "Na me"', ("operations", "departments", "fields", "name"), "no step of a path"),
        ('name = "Name"', 'name = "x:Name"', ("operations", "departments", "fields", "name"), "no namespace"),
        ('name = "Name", ', "", ("operations", "departments", "fields"), "a department needs name too"),
        (', fee = "Fee" }', " }", ("operations", "slots", "fields"), "a slot needs fee too"),
        ('["quota", "fee"]', '["quota", "free"]', ("operations", "slots", "complete"), "did you mean fee?"),
        (
            "[operations.cancel]",
            "[operations.cancel]\ndialect = 'old'",
            ("operations", "cancel", "dialect"),
            "no dialect",
        ),
        ("[operations.cancel]", "[lookups.unused]", ("operations", "book"), "only cancel takes back"),
        ("[operations.postings]", "[lookups.other]", ("operations", "post"), "find_posting or postings"),
        (
            "[operations.postings]",
            "[operations.listing]",
            ("operations", "listing", "key"),
            "is not an operation",
        ),
        ('url = "http://his.invalid/service"', "", ("operations", "cancel", "url"), "no address"),
        ("http://his", "http://me:pw@his", ("url",), "belongs into secrets"),
        ('"xml:/Reply/Result"', '"xml"', ("operations", "cancel", "unwrap"), "a layer is written"),
        ('at = "/R/Text"', 'at = "/R//Text"', ("operations", "cancel", "rules", 0, "at"), "'nothing' is no step"),
        ("password =", "mrn =", ("secrets", "mrn"), "a name of ours"),
        ('charset = "GB18030"', 'charset = "GB18O3O"', ("charset",), "not a character set"),
        ('charset = "GB18030"', 'charset = "GB18030"\npath = "/{mrn}?x"', ("path",), "paths are logged"),
        ('charset = "GB18030"', 'charset = "GB18030"\npath = "/{password}"', ("path",), "paths are logged"),
        ('sexes = { 1 = "M", 2', 'sexes = { 1 = "male", 2', ("conventions", "sexes", "1", "value"), "Must be one of"),
        ('kind = "bill"', 'kind = "bil"', ("feeds", "bills", "value", "kind"), "Must be one of"),
        ('id = "@no"', 'id = "@@no"', ("feeds", "bills", "id"), "no step"),
        ('otherwise = "unknown"', 'otherwise = "ok"', ("otherwise",), "a code that nobody listed would be ok"),
        ('otherwise = "unknown"', 'otherwise = "empty"', ("otherwise",), "a code that nobody listed would be empty"),
        ('0 = "ok", 1 = "empty"', '0 = "other"', ("rules",), "no answer could ever be a yes"),
        ('8 = "busy" }', '8 = "busy", ">0" = "ok" }', ("codes", ">0", "key"), "comparisons and * stand in `rules`"),
        ('code = "/R/Code"\n', "", ("codes",), "no `code` says where"),
        ('has = ["已约满"], ', "", ("rules", 0), "neither `is` nor `has`"),
    ],
)
def test_a_description_that_cannot_work_is_refused(old: str, new: str, keys: tuple[str | int, ...], text: str) -> None:
    assert old in DIALECT
    assert text in at(messages(DIALECT.replace(old, new)), *keys)


@pytest.mark.parametrize(
    ("rule", "number", "text"),
    [
        ('at = "/R/Code", is = ["7"], means = "closed"', 0, "`codes` counts first"),
        ('at = "/R/Code", is = ["*"], means = "ok"', 0, "any code that nobody listed would be ok"),
        ('at = "/R/Text", has = ["满"], means = "closed"', 1, "rule 1 holds wherever"),
        ('at = "/R/Text", is = ["*"], means = "closed"', 1, "rule 1 holds wherever"),
        ('at = "/R/Id", is = ["*", ""], means = "ok"', 0, "any answer would be a yes"),
        ('at = "/R/Id", means = "ok"', 0, "it never holds"),
    ],
)
def test_a_rule_that_never_holds_or_lets_anything_pass_is_refused(rule: str, number: int, text: str) -> None:
    assert text in at(messages(DIALECT.replace("rules = [", f"rules = [{{ {rule} }},")), "rules", number)


def test_a_yes_to_whatever_is_not_listed_is_refused_for_one_operation_too() -> None:
    text = DIALECT.replace("[operations.cancel]", '[operations.cancel]\notherwise = "ok"')
    assert "would be ok" in at(messages(text), "operations", "cancel", "otherwise")


def test_a_dialect_without_a_code_may_leave_the_codes_of_the_others_alone() -> None:
    dialect = '[dialects.plain]\ncode = ""\nrules = [{ at = "/R/Id", is = ["*"], means = "ok" }]\n\n[operations.cancel]'
    text = DIALECT.replace("[operations.cancel]", dialect + '\ndialect = "plain"')
    assert settings_from(loaded(text)).operations["cancel"].asking.judgement.code is None


def test_a_value_in_json_stands_in_quotes() -> None:
    json_of = DIALECT.replace('charset = "GB18030"', 'charset = "GB18030"\nescape = "json"')
    template = 'template = \'{{"a\\\\"": "{{day}}", "n": {0}}}\''
    text = json_of.replace('template = "<Q><Op>9</Op><Day>{day}</Day></Q>"', template.format("{day}"))
    assert "must stand in quotes, or as {day:number}" in at(messages(text), "operations", "postings", "template")
    for number in ("{day:number}", "{page}"):
        paged = f"[operations.postings]\npage_size = 50\ntemplate = '{{\"n\": {number}}}'"
        told = json_of.replace('[operations.postings]\ntemplate = "<Q><Op>9</Op><Day>{day}</Day></Q>"', paged)
        assert "postings" not in messages(told)["operations"]


def test_check_names_the_line(tmp_path: Path) -> None:
    operator = OPERATOR.partition("[operator.wallets")[0] + '[operator.his]\nadapter = "http-xml"\n'
    tables = DIALECT.replace("\n[", "\n[operator.his.http-xml.").replace("</Id></Q>", "{hello}</Id></Q>")
    tables = tables.replace('password = "s3cret-password"', 'password = { env = "ROOT_KEY" }')
    text = f"{operator}[operator.his.http-xml]\n{tables}"
    line = 1 + text[: text.index("{hello}")].count("\n")
    (told,) = shown(faults(tmp_path, {"bridge.toml": BRIDGE, "operators.d/east.toml": text}, INSTALLED), tmp_path)
    assert told.startswith(f"operators.d/east.toml:{line} operator.his.http-xml.lookups.quota.template: ")
    assert "line 1: {hello} is not known here" in told
    assert "is not a template" not in told


def test_check_says_why_a_known_word_is_refused_where_it_stands(tmp_path: Path) -> None:
    operator = OPERATOR.partition("[operator.wallets")[0] + '[operator.his]\nadapter = "http-xml"\n'
    tables = DIALECT.replace("\n[", "\n[operator.his.http-xml.").replace('otherwise = "unknown"', 'otherwise = "ok"')
    tables = tables.replace('password = "s3cret-password"', 'password = { env = "ROOT_KEY" }')
    text = f"{operator}[operator.his.http-xml]\n{tables}"
    line = 1 + text[: text.index("otherwise")].count("\n")
    (told,) = shown(faults(tmp_path, {"bridge.toml": BRIDGE, "operators.d/east.toml": text}, INSTALLED), tmp_path)
    place, _, why = told.partition(": ")
    assert place == f"operators.d/east.toml:{line} operator.his.http-xml.otherwise"
    assert why.startswith("an answer with a code that nobody listed would be ok")


def test_the_nearest_knob_holds_and_tables_add_up() -> None:
    text = (
        DIALECT
        + """
[dialects.old]
charset = "UTF-8"
codes = { 3 = "empty" }
conventions = { unit = "fen" }
"""
    )
    text = text.replace("[operations.cancel]", '[operations.cancel]\ndialect = "old"\ncodes = { 4 = "busy" }\n')
    settings = settings_from(loaded(text))
    cancel, book = settings.operations["cancel"], settings.operations["book"]
    assert (cancel.asking.charset, book.asking.charset) == ("utf-8", "gb18030")
    assert cancel.asking.judgement.codes == {**book.asking.judgement.codes, "3": "empty", "4": "busy"}
    assert (cancel.reading.conventions.unit, book.reading.conventions.unit) == ("fen", "yuan")
    assert cancel.reading.conventions.sexes == book.reading.conventions.sexes
