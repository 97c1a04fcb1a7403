"""Which numbers are one record does not depend on the order in which the hospital's words come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hospital_bridge.verticals.hospital.merging.standing import Said, Word, heard

FIRST = datetime(2026, 11, 24, tzinfo=UTC)


def word(minute: int, said: Said, number: str, survivor: str) -> Word:
    return Word(FIRST + timedelta(minutes=minute), said, number, survivor)


def merge(minute: int, number: str, survivor: str) -> Word:
    return word(minute, Said.MERGE, number, survivor)


def part(minute: int, number: str, survivor: str) -> Word:
    return word(minute, Said.PART, number, survivor)


STORIES = {
    "one merge": ([merge(1, "A", "B")], "A>B B>B"),
    "a chain": ([merge(1, "A", "B"), merge(2, "B", "C")], "A>C B>C C>C"),
    "two into one, and one of them out": ([merge(1, "A", "C"), merge(2, "B", "C"), part(3, "A", "C")], "A>A B>C C>C"),
    "a chain, its first link undone": ([merge(1, "A", "B"), merge(2, "B", "C"), part(3, "A", "C")], "A>A B>C C>C"),
    "a chain, its last link undone": ([merge(1, "A", "B"), merge(2, "B", "C"), part(3, "B", "C")], "A>B B>B C>C"),
    "two that cross: the later holds": ([merge(1, "A", "B"), merge(2, "B", "A")], "A>A B>A"),
    "a ring of three: the last survivor stays": (
        [merge(2, "A", "B"), merge(1, "B", "C"), merge(3, "C", "A")],
        "A>A B>A C>A",
    ),
    "corrected: into another one": ([merge(1, "A", "B"), merge(2, "A", "C")], "A>C B>B C>C"),
    "undone the other way round": ([merge(1, "A", "B"), part(2, "B", "A")], "A>A B>B"),
    "undone and merged again": ([merge(1, "A", "B"), part(2, "A", "B"), merge(3, "A", "B")], "A>B B>B"),
    "an older merge after its parting": ([part(2, "A", "B"), merge(1, "A", "B")], "A>A B>B"),
    "both went up into a third and are two people": (
        [merge(1, "A", "C"), merge(2, "B", "C"), part(3, "A", "B")],
        "A>A B>C C>C",
    ),
}


@pytest.mark.parametrize("story", STORIES)
def test_a_story_ends_the_same_in_whatever_order_it_is_heard(story: str) -> None:
    words, end = STORIES[story]
    for order in permutations(words):
        standing = heard([*order, order[0]])
        assert " ".join(f"{each[0]}>{standing.current(each[0])}" for each in end.split()) == end


def test_linked_numbers_are_one_record_and_each_stays_in_use() -> None:
    linked = [word(1, Said.LINK, "A", "B"), word(2, Said.LINK, "B", "C")]
    standing = heard(linked)
    assert standing.record("A") == {"A", "B", "C"}
    assert [standing.current(each) for each in "ABC"] == ["A", "B", "C"]
    assert heard([*linked, part(3, "A", "C")]).record("A") == {"A"}


@given(
    st.lists(
        st.builds(word, st.integers(0, 9), st.sampled_from(Said), st.sampled_from("ABCDE"), st.sampled_from("ABCDE")),
        max_size=12,
    ),
    st.randoms(use_true_random=False),
)
def test_any_words_end_in_the_same_records_and_never_in_a_ring(words: list[Word], chance: object) -> None:
    shuffled = [*words]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = heard(words), heard(shuffled)
    for number in "ABCDE":
        assert one.current(number) == other.current(number)
        assert one.current(one.current(number)) == one.current(number)
        assert one.current(number) in one.record(number)
        assert one.record(number) == other.record(number)
        assert all(one.record(each) == one.record(number) for each in one.record(number))


@given(st.lists(st.builds(merge, st.integers(0, 5), st.sampled_from("ABCD"), st.sampled_from("ABCD")), max_size=6))
def test_the_two_of_a_parting_that_is_said_last_are_two_records(words: list[Word]) -> None:
    standing = heard([*words, part(9, "A", "B")])
    assert standing.record("A") != standing.record("B")
