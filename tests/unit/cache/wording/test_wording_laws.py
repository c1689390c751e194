"""What holds for every request, whatever it says."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assistant.cache.wording import Different, Folded, Same, fold, verify, volatile

PIECES = [
    "write", "draft", "an email", "a letter", "to my boss", "from Anna", "to Ben", "about the delay",
    "about a dog", "short", "funny", "formal", "not", "without prices", "50 words", "at most 60 words",
    "on 3 March", "at 5 pm", '"red car"', "in French", "I was late", "he will come", "the customer's order",
    "before lunch", "after lunch", "and", ",", ".", ":", "this text", "rewrite", "please", "for 9 euros",
]  # fmt: skip
requests = st.lists(st.sampled_from(PIECES), min_size=1, max_size=12).map(" ".join)
words = st.text("abcdefghijklmnopqrstuvwxyz", min_size=3, max_size=9)


def folded(text: str) -> Folded:
    """The folded request; it must be foldable."""
    result = fold(text, language="en")
    assert result is not None
    return result


@given(st.text(max_size=400))
def test_any_text_is_folded_or_refused_without_an_error(text: str) -> None:
    """Writers paste anything."""
    one = fold(text, language="en")
    volatile(text)

    assert one is None or isinstance(verify(one, one), Same)


@given(requests)
def test_a_request_is_the_same_as_itself(text: str) -> None:
    """With the full strength."""
    one = fold(text, language="en")

    assert one is None or verify(one, one) == Same(strength=1.0)


@given(requests, requests)
def test_the_verdict_does_not_depend_on_which_was_first(one: str, other: str) -> None:
    """Same and different are symmetric."""
    first, second = fold(one, language="en"), fold(other, language="en")

    if first is not None and second is not None:
        assert verify(first, second) == verify(second, first)


@given(requests, requests)
def test_requests_of_different_buckets_are_never_the_same(one: str, other: str) -> None:
    """So the search may stay inside one bucket."""
    first, second = fold(one, language="en"), fold(other, language="en")

    if first is not None and second is not None and first.bucket != second.bucket:
        assert isinstance(verify(first, second), Different)


@given(
    requests.map("write {}".format),
    st.sampled_from(["Please ", "Could you please ", "Hi, ", "Kindly "]),
)
def test_a_courtesy_in_front_never_changes_the_canonical_form(text: str, prefix: str) -> None:
    """Whatever is asked for."""
    plain, polite = fold(text, language="en"), fold(prefix + text, language="en")

    assert (plain is None) == (polite is None)
    if plain is not None and polite is not None:
        assert plain.canonical == polite.canonical


@given(st.integers(2, 10**6), st.integers(2, 10**6))
def test_another_number_is_another_text(one: int, other: int) -> None:
    """Every digit counts."""
    verdict = verify(folded(f"Write about {one} cats"), folded(f"Write about {other} cats"))

    assert isinstance(verdict, Same if one == other else Different)


@given(words, st.data())
def test_another_letter_between_quotation_marks_is_another_text(
    word: str, data: st.DataObject
) -> None:
    """Quotations are kept to the letter."""
    place = data.draw(st.integers(0, len(word) - 1))
    changed = word[:place] + ("q" if word[place] != "q" else "x") + word[place + 1 :]

    verdict = verify(
        folded(f'Write a poem with "{word}"'), folded(f'Write a poem with "{changed}"')
    )

    assert isinstance(verdict, Different)


@given(st.text(st.characters(codec="ascii", categories=["L", "N", "P"]), min_size=1, max_size=60))
def test_another_character_of_the_pasted_text_is_another_text(source: str) -> None:
    """Even a comma."""
    one = folded(f"Proofread this text:\n\nThe {source} end")
    other = folded(f"Proofread this text:\n\nThe {source}, end")

    assert verify(one, other) == Different(reason="source")
