"""What people write becomes the HTML we mean and no other."""

import time
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core import markdown

ALLOWED = {"p", "br", "hr", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "h3", "h4", "a"}


class Tags(HTMLParser):
    """Fails at the first tag, attribute or address that is not allowed."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.seen: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        assert tag in ALLOWED
        for name, value in attrs:
            assert (tag, name) in {("a", "href"), ("a", "title"), ("a", "rel"), ("ol", "start")}
            if name == "href":
                assert urlsplit((value or "").strip()).scheme in ("", "http", "https", "mailto", "tel")
        if tag == "a" and any(name == "href" for name, _ in attrs):
            assert ("rel", "nofollow ugc noopener") in attrs

    def handle_comment(self, data: str) -> None:
        pytest.fail("a comment came through")

    def handle_decl(self, decl: str) -> None:
        pytest.fail("a declaration came through")


def test_small_markdown_is_shown_as_meant() -> None:
    html = markdown.to_html("# Judul\n\n#### Kecil\n\n**tebal** *miring* ~~lama~~ `kode`\nbaris dua\n\n- satu\n- dua\n\n> kutipan")
    assert html.startswith("<h3>Judul</h3>\n<h4>Kecil</h4>")
    for piece in (
        "<strong>tebal</strong>",
        "<em>miring</em>",
        "<s>lama</s>",
        "<code>kode</code><br>\nbaris dua",
        "<li>satu</li>",
        "<blockquote>",
    ):
        assert piece in html


def test_addresses_become_links_that_search_engines_do_not_follow() -> None:
    html = markdown.to_html("Lihat https://kupang.go.id/berita, ya. [Ini](/pelatihan/menjahit) juga.")
    assert '<a href="https://kupang.go.id/berita" rel="nofollow ugc noopener">https://kupang.go.id/berita</a>, ya.' in html
    assert '<a href="/pelatihan/menjahit" rel="nofollow ugc noopener">Ini</a>' in html
    assert "<a" not in markdown.to_html("Beli gula dll.Lalu pulang. ina@example.com")


# The raw HTML, link, image and autolink shapes of the CommonMark specification, and the usual attacks.
HOSTILE = [
    "<script>alert(1)</script>",
    "<table><tr><td>\n<pre>\n**Hello**,\n</pre>\n</td></tr></table>",
    "<style\n  type='text/css'>\nh1 {color:red;}\n</style>",
    "<!-- foo -->\n<?php echo '>'; ?>\n<!DOCTYPE html>\n<![CDATA[\nfunction()]]>",
    "<a href='x' onclick=alert(1)>x</a><img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<iframe srcdoc='<script>1</script>'>",
    "![foo](javascript:alert(1) 'title')",
    "![foo *bar*][]\n\n[foo *bar*]: train.jpg 'train & tracks'",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](file:///etc/passwd)",
    "<javascript:alert(1)>",
    "<data:text/html,x>",
    "[x](<javascript:alert(1)>)",
    "[x]: javascript:alert(1)\n\n[x]",
    '[x](http://a.example "onmouseover=alert(1)")',
    '[x](http://a.example"onmouseover="alert(1))',
    "[a](http://a.example'><script>1</script>)",
    "`<script>`\n\n    <script>alert(1)</script>\n\n```html\n<script>\n```",
    "<http://a.example/\"onclick='x'>",
    "<div>\n*hello*\n         <foo><a>",
    "\x00<scr\x00ipt>alert(1)</scr\x00ipt>",
    "&lt;script&gt;alert(1)&lt;/script&gt; &#60;b&#62;",
    "| a |\n|---|\n| <img src=x> |",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_unsafe_tag_comes_out(text: str) -> None:
    html = markdown.to_html(text)
    Tags(html)
    assert 'href="javascript' not in html.lower()


@given(st.text(alphabet=st.sampled_from(list("<>[]()!*_`~#&;:\"'/\\= \n\t-+1.|aхscript")), max_size=200))
@settings(max_examples=150, deadline=None)
def test_whatever_is_typed_gives_allowed_tags_only(text: str) -> None:
    html = markdown.to_html(text)
    Tags(html)
    markdown.to_text(html)


@pytest.mark.parametrize(
    "text",
    [
        ">" * 20_000,
        "[" * 20_000,
        "*a " * 6_600,
        "*a_ " * 5_000,
        "[a](" * 5_000,
        "- " * 10_000,
        "![[" * 6_600,
        "<" * 20_000,
        "&" * 20_000,
        "\n".join(" " * i + "- a" for i in range(190)),
        "|a" * 60 + "\n" + "|-" * 60 + "\n" + "|\n" * 9_000,
        "http://a" * 2_500,
        "_a" * 1_000_000,
    ],
)
def test_hostile_shapes_cost_no_more_than_their_length(text: str) -> None:
    began = time.process_time()
    html = markdown.to_html(text)
    assert time.process_time() - began < 3  # about 0.2 s; a quadratic renderer takes minutes
    assert len(html) < 10 * markdown.MOST_CHARACTERS


def test_plain_text_for_the_index_has_no_marks() -> None:
    source = "# Judul\n\n**Tebal** 1 < 2 & 3\n\n- satu\n- dua"
    assert markdown.to_text(source) == "Judul\nTebal 1 < 2 & 3\nsatu\ndua"
    assert markdown.to_text(markdown.to_html(source)) == markdown.to_text(source)


def test_an_excerpt_ends_at_a_word() -> None:
    assert markdown.excerpt("**Halo** semua", 160) == "Halo semua"
    short = markdown.excerpt("kata-kata panjang sekali " * 30, 60)
    assert len(short) <= 60
    assert short.endswith("…")
    assert len(markdown.excerpt("x" * 500, 60)) == 60


def test_a_test_of_the_checker_itself() -> None:
    with pytest.raises(AssertionError):
        Tags("<img src=x>")
    with pytest.raises(AssertionError):
        Tags('<a href="javascript:1" rel="nofollow ugc noopener">x</a>')
