"""The stand-in's pages: what a buyer sees instead of Stripe's checkout."""

import re
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup, escape


def page(body: Markup, session: dict[str, Any] | None = None) -> tuple[bytes, list[tuple[str, str]]]:
    """A page in strict clothes; its form may lead to the shop's own pages, since the answer to a payment goes there."""
    shops = (
        {f"{parts.scheme}://{parts.netloc}" for parts in (urlsplit(session[name]) for name in ("success_url", "cancel_url"))}
        if session
        else set()
    )
    shops = {shop for shop in shops if re.fullmatch(r"https?://[A-Za-z0-9.:\[\]-]+", shop)}
    to = " ".join(["'self'", *sorted(shops)])
    policy = f"default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action {to}"
    html = Markup(
        '<!doctype html><html lang="id"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="robots" content="noindex"><title>Bayar dengan kartu (MODE CONTOH)</title><link rel="stylesheet" href="/gaya.css"></head><body>'
        '<p class="stamp"><b>MODE CONTOH</b>Ini bukan Stripe. Tidak ada uang sungguhan yang berpindah.</p><main>{}</main></body></html>'
    ).format(body)
    return html.encode(), [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Security-Policy", policy),
        ("Referrer-Policy", "no-referrer"),
    ]


def _rupiah(hundredths: int) -> str:
    return "Rp" + f"{hundredths // 100:,}".replace(",", ".")


def checkout(kept: dict[str, Any], *, was_declined: bool = False) -> Markup:
    """What the buyer sees of a session: the amount with three buttons, or how it ended."""
    session = kept["session"]
    if session["status"] == "complete":
        return over(
            "Pembayaran ini sudah selesai",
            "Anda tidak perlu membayar lagi.",
            session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"]),
        )
    if session["status"] == "expired":
        return over("Waktu membayar sudah habis", "Tidak ada uang yang ditarik. Kembali ke toko untuk mulai lagi.", session["cancel_url"])
    lines = Markup("").join(
        Markup("<li><span>{}<br><small>{} buah</small></span><b>{}</b></li>").format(
            line["name"], line["quantity"], _rupiah(line["amount_total"])
        )
        for line in kept["lines"]
    )
    declined = (
        Markup('<p class="no" role="alert">Kartu contoh ditolak. Tidak ada uang yang ditarik. Coba lagi, atau pilih Tidak jadi.</p>')
        if was_declined
        else ""
    )
    return Markup(
        '{}<h1>Bayar {}</h1><p class="sum">{}</p><ul>{}</ul><form method="post" action="/c/{}">'
        '<button class="main" name="wish" value="pay">Bayar dengan kartu contoh</button>'
        '<button name="wish" value="decline">Kartu ditolak</button>'
        '<button class="plain" name="wish" value="cancel">Tidak jadi</button></form>'
    ).format(declined, session["client_reference_id"] or "", _rupiah(session["amount_total"]), lines, session["id"])


def over(title: str, text: str, address: str | None) -> Markup:
    """A few words, and the way back to the shop."""
    link = Markup('<a class="btn main" href="{}">Kembali ke toko</a>').format(address) if address else ""
    return Markup("<h1>{}</h1><p>{}</p>{}").format(escape(title), escape(text), link)
