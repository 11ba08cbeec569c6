"""Folding: what of a text's spelling the readers do not see."""

from hypothesis import given
from hypothesis import strategies as st

from edstats.wordlists import fold, fold_each

ASCII = st.text(st.characters(max_codepoint=127))


@given(st.lists(ASCII | st.text()))
def test_a_text_alone_is_folded_as_among_others(texts: list[str]) -> None:
    assert [fold(text) for text in texts] == fold_each(texts)


def test_every_ascii_sign_is_folded_alike_alone_and_among_others() -> None:
    texts = [f"A{chr(code)}{chr(code)}B" for code in range(128)] + [chr(code) for code in range(128)]
    assert [fold(text) for text in texts] == fold_each(texts)
