"""Text in Markdown: read as it was written, whatever it holds."""

import pytest

from bakeoff.judging.markdown import line


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("ndcg@10, hit_rate@10 and content-article-1.", "ndcg@10, hit_rate@10 and content-article-1."),
        ("a | b\n c", r"a \| b c"),
        ("in <module>, __init__", r"in \<module\>, \_\_init\_\_"),
        ("**bold** `code` [a](b) ~~c~~", r"\*\*bold\*\* \`code\` \[a\](b) \~\~c\~\~"),
        (r"C:\a", r"C:\\a"),
    ],
)
def test_what_markdown_would_read_as_its_own_is_escaped(text: str, written: str) -> None:
    assert line(text) == written
