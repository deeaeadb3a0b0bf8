"""Text by people, in a small Markdown, to safe HTML: one renderer, one allow-list after it.

Raw HTML stays text, pictures become links, headings begin at h3 (the page has its own h1 and h2), line breaks are kept.
"""

import re
from html import unescape
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

MOST_CHARACTERS = 20_000  # longer than any form takes; the rest is left out
MOST_NESTING = 12  # quotes within quotes; a phone shows no more, and each level costs time
MOST_ADDRESSES = 100  # a text with more is no post; finding them costs the square of their number
_TAGS = {"p", "br", "hr", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "h3", "h4", "a"}
_SCHEMES = {"http", "https", "mailto", "tel"}
_BLOCK_END = re.compile(r"</(?:p|h3|h4|li|pre|blockquote)>|<br ?/?>|<hr ?/?>")
_SPACES = re.compile(r"[ \t\u00a0]+")
_NO_TAGS: set[str] = set()


class _Renderer(RendererHTML):
    """Headings one step down, pictures as links."""

    def heading_open(self, tokens: list[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return "<h3>" if tokens[idx].tag in ("h1", "h2", "h3") else "<h4>"

    def heading_close(self, tokens: list[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return "</h3>\n" if tokens[idx].tag in ("h1", "h2", "h3") else "</h4>\n"


def _made() -> MarkdownIt:
    rules: Any = {"html": False, "breaks": True, "linkify": True, "maxNesting": MOST_NESTING, "typographer": False}
    made = MarkdownIt("js-default", rules, renderer_cls=_Renderer)
    # Short rows are filled up to the width of a table's head: 20 KB of text can become a megabyte.
    made.disable(["image", "table"])
    if made.linkify is not None:
        made.linkify.set({"fuzzy_email": False, "fuzzy_link": False})  # "dll.Lalu" is no address: only http:// and the like are
    return made


_markdown = _made()
_unlinked = _made().disable("linkify")  # looking for addresses is most of the cost, and most texts have none


def _renderer_for(source: str) -> MarkdownIt:
    addresses = source.count("://") + source.count("mailto:")
    return _markdown if 0 < addresses <= MOST_ADDRESSES else _unlinked


def to_html(text: str) -> str:
    """Safe HTML for a text typed by a person. Never raises; what lies beyond `MOST_CHARACTERS` is left out."""
    source = text[:MOST_CHARACTERS].replace("\x00", "")
    return nh3.clean(
        _renderer_for(source).render(source),
        tags=_TAGS,
        attributes={"a": {"href", "title"}, "ol": {"start"}},
        url_schemes=_SCHEMES,
        link_rel="nofollow ugc noopener",
    ).strip()


def to_text(source: str) -> str:
    """Plain text of Markdown or of HTML made by `to_html`: for excerpts and for the search index. Not safe as HTML."""
    html = source if source.lstrip().startswith("<") else to_html(source)
    spaced = _BLOCK_END.sub("\n", html[: 4 * MOST_CHARACTERS])
    plain = unescape(nh3.clean(spaced, tags=_NO_TAGS, attributes={}))
    lines = (_SPACES.sub(" ", line).strip() for line in plain.splitlines())
    return "\n".join(line for line in lines if line)


def excerpt(source: str, most: int = 160) -> str:
    """The beginning of a text on one line, cut at a word, with "…" when something is left out."""
    line = " ".join(to_text(source).split())
    if len(line) <= most:
        return line
    cut = line[: most - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut[most // 2 :] else cut).rstrip(" ,.;:") + "…"
