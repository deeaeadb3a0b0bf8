"""After commit: keep the search true."""

from __future__ import annotations

from app.core import search
from app.core.contrib import SearchSource
from app.core.db import reading
from app.market.shops import contrib, queries

_SOURCES = {source.kind: source for source in contrib.CONTRIBUTIONS if isinstance(source, SearchSource)}


def index_product(product_id: int) -> None:
    """Put the product in the search, or take it out when it is not on offer."""
    _index("product", [product_id])


def index_shop(shop_id: int) -> None:
    """Put the shop and its goods in the search, or take them out while it is paused."""
    with reading() as session:
        products = queries.product_ids_of_shop(session, shop_id)
    _index("shop", [shop_id])
    _index("product", products)


def _index(kind: str, ids: list[int]) -> None:
    with reading() as session:
        documents = {subject: _SOURCES[kind].load(session, subject) for subject in ids}
    search.index([document for document in documents.values() if document])
    for subject, document in documents.items():
        if document is None:
            search.drop(kind, subject)
