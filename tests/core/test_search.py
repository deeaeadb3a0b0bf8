"""Search as people of Kupang type it, and an index that no crash or query can break."""

import gc
import multiprocessing
import multiprocessing.synchronize
import os
import signal
import threading
import time
from datetime import datetime, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.search import Document, IndexBusy, SearchIndex, adapter, open_index
from app.core.search.language import stem, words

AT = datetime(2026, 11, 22, 9, 5, tzinfo=timezone.utc)
DOCUMENTS = [
    Document(
        "goods", 1, "Keripik pisang", "Renyah, bungkus 200 g.", "/pasar/p/1-keripik-pisang", {"price": 15000, "shop": "Dapur Oesapa"}, AT
    ),
    Document("goods", 2, "Selendang tenun ikat motif Rote", "Lembar, pewarna alam.", "/pasar/p/2", {"price": 175000}),
    Document("goods", 3, "Sambal lu'at", "Botol 150 ml, tahan panas.", "/pasar/p/3"),
    Document("goods", 4, "Se'i sapi siap saji", "Porsi.", "/pasar/p/4"),
    Document("course", 1, "Menjahit pakaian dengan mesin", "Pelatihan 240 JP, gratis. Pendaftaran dibuka.", "/pelatihan/menjahit"),
    Document("course", 2, "Hidroponik pekarangan", "Latihan menanam sayur.", "/pelatihan/hidroponik"),
    Document(
        "thread", 12, "KTP hilang waktu pulang, mulai dari mana?", "Saya baru pulang dan KTP saya hilang di kapal.", "/komunitas/t/12"
    ),
    Document("thread", 13, "Cara menghitung harga keripik supaya tidak rugi", "Modal pisang dan minyak dihitung dulu.", "/komunitas/t/13"),
    Document("shop", 1, "Tenun Liliba", "Sarung, tais dan selimut.", "/toko/tenun-liliba"),
]


@pytest.fixture
def index(tmp_path: Path) -> SearchIndex:
    made = open_index(tmp_path / "indeks")
    made.index(DOCUMENTS)
    return made


def found(index: SearchIndex, query: str) -> list[str]:
    return [f"{hit.kind}:{hit.subject_id}" for hit in index.search(query).hits]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("keripik", "goods:1"),
        ("kripik", "goods:1"),
        ("KRIPIK PISANG", "goods:1"),
        ("keripk", "goods:1"),
        ("kerip", "goods:1"),
        ("selendang", "goods:2"),
        ("slendang", "goods:2"),
        ("selendnag", "goods:2"),
        ("menjahti", "course:1"),
        ("jahitan", "course:1"),
        ("penjahit", "course:1"),
        ("kursus jahit", "course:1"),
        ("mendaftar", "course:1"),
        ("ktp hilang", "thread:12"),
        ("kehilangan e-ktp", "thread:12"),
        ("hidroponk", "course:2"),
        ("sambal luat", "goods:3"),
        ("sambel lu’at", "goods:3"),
        ("sei sapi", "goods:4"),
        ("se'i", "goods:4"),
        ("tais", "shop:1"),
        ("penenun", "shop:1"),
        ("Liliba", "shop:1"),
    ],
)
def test_people_find_what_they_mean(index: SearchIndex, query: str, first: str) -> None:
    assert first in found(index, query)[:2]


@pytest.mark.parametrize(
    ("query", "suggestion"),
    [
        ("menjahti", "menjahit"),
        ("pelatihan Menjahti!", "pelatihan menjahit!"),
        ("keripik", None),
        ("kripik", None),
        ("xyzzy", None),
        ("hidroponk", "hidroponik"),
    ],
)
def test_a_misspelling_is_answered_with_a_better_one(index: SearchIndex, query: str, suggestion: str | None) -> None:
    assert index.search(query).suggestion == suggestion


def test_the_word_itself_comes_before_words_like_it(index: SearchIndex) -> None:
    index.index(
        [
            Document("goods", 50, "Kemeja", "", "/a"),
            Document("goods", 51, "Kemaja", "", "/b"),
            *(Document("goods", 60 + i, "Kemeja", "", "/c") for i in range(9)),
        ]
    )
    assert found(index, "kemaja")[0] == "goods:51"
    assert found(index, "kemaja")[1:]
    assert "goods:51" not in found(index, "kemeja")


def test_one_word_families_have_one_stem() -> None:
    for family in (
        "jahit menjahit penjahit jahitan jait",
        "daftar mendaftar pendaftaran terdaftar",
        "latih pelatihan melatih pelatih kursus diklat",
        "tenun menenun penenun tenunan ikat",
        "masak memasak masakan",
        "jual jualan penjual berjualan penjualan",
        "kemas kemasan mengemas",
        "tipu penipuan menipu tertipu",
        "kirim pengiriman mengirim",
        "pinjam pinjaman meminjam",
        "keripik kripik",
        "ternak beternak peternakan",
    ):
        assert len({stem(word) for word in family.split()}) == 1, family
    assert stem("perempuan") == "perempuan"
    assert stem("yang") == ""


def test_places_of_words_are_those_in_the_text() -> None:
    text = "Se'i  SAPI, lu’at é"
    assert [text[start:end] for _, start, end in words(text)] == ["Se'i", "SAPI", "lu’at"]
    assert [word for word, _, _ in words(text)] == ["sei", "sapi", "luat"]


def test_kinds_are_counted_and_chosen(index: SearchIndex) -> None:
    results = index.search("keripik")
    assert results.counts_by_kind == {"goods": 1, "thread": 1}
    only = index.search("keripik", kinds=["thread"])
    assert (only.total, only.counts_by_kind, [hit.kind for hit in only.hits]) == (1, {"goods": 1, "thread": 1}, ["thread"])
    assert index.search("keripik", kinds=[]).total == 0


def test_a_hit_carries_what_the_page_shows(index: SearchIndex) -> None:
    hit = index.search("keripik", kinds=["goods"]).hits[0]
    assert (hit.title, hit.url, hit.at) == ("Keripik pisang", "/pasar/p/1-keripik-pisang", AT)
    assert dict(hit.facts) == {"price": 15000, "shop": "Dapur Oesapa"}
    assert hit.title_marked == "<mark>Keripik</mark> pisang"


def test_what_people_wrote_is_escaped_in_hits(index: SearchIndex) -> None:
    index.index(
        [Document("thread", 99, "<b>Awas</b> penipuan", "x " * 300 + "<img src=x onerror=alert(1)> penipuan & 'surat' " + "y " * 300, "/t")]
    )
    hit = index.search("penipuan").hits[0]
    assert hit.title_marked == "&lt;b&gt;Awas&lt;/b&gt; <mark>penipuan</mark>"
    assert "<img" not in hit.snippet
    assert "&lt;img src=x onerror=alert(1)&gt; <mark>penipuan</mark> &amp; &#39;surat&#39;" in hit.snippet
    assert hit.snippet.startswith("… ")
    assert hit.snippet.endswith(" …")
    assert len(hit.snippet.striptags()) < 260


def test_pages_do_not_overlap(index: SearchIndex) -> None:
    index.index(Document("thread", 1000 + number, f"Giliran lapak {number}", "", "/t") for number in range(45))
    pages = [[hit.subject_id for hit in index.search("giliran", page=page).hits] for page in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [20, 20, 5, 0]
    assert len({number for page in pages for number in page}) == 45
    assert index.search("giliran", page=10**12).total == 45
    assert len(index.search("giliran", page=-3).hits) == 20


@pytest.mark.parametrize(
    "query",
    [
        "",
        " ",
        "\x00",
        "keripik\x00pisang",
        '"',
        "((",
        "AND OR NOT",
        "title:keripik",
        "*",
        "?*~",
        "keri~2",
        "[a TO z]",
        "x" * 10_000,
        "a b " * 3000,
        "🙂",
        "\u202ektp",
        "%",
        "\\",
        "ﬁsh",
        "\ud800",
        "1" * 500,
        "yang dan di",
        "'" * 50,
    ],
)
def test_no_query_is_an_error(index: SearchIndex, query: str) -> None:
    results = index.search(query)
    assert results.is_available


@given(st.text(max_size=60))
@settings(max_examples=150, deadline=None)
def test_no_text_is_an_error(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    global _shared
    if _shared is None:
        _shared = open_index(tmp_path_factory.mktemp("indeks"))
        _shared.index(DOCUMENTS)
    assert _shared.search(text).is_available
    assert _shared.search(f"keripik {text}").is_available


_shared: SearchIndex | None = None


def test_a_changed_or_dropped_document_is_seen_at_once(index: SearchIndex) -> None:
    index.index([Document("goods", 1, "Abon sapi", "", "/pasar/p/1")])
    assert "goods:1" not in found(index, "keripik pisang")
    assert found(index, "abon") == ["goods:1"]
    index.drop(["goods:1", "goods:777"])
    assert found(index, "abon") == []
    assert index.count() == len(DOCUMENTS) - 1


def test_indexing_twice_gives_one_document(index: SearchIndex) -> None:
    index.index(DOCUMENTS)
    assert index.count() == len(DOCUMENTS)


def test_a_rebuild_takes_the_place_of_the_old_index_in_one_step(index: SearchIndex) -> None:
    assert found(index, "ktp")

    def documents() -> list[Document]:
        assert found(index, "ktp"), "the old index answers while the new one is made"
        return [Document("goods", 7, "Madu hutan", "", "/m")]

    assert index.rebuild(documents()) == 1
    assert found(index, "ktp") == []
    assert found(index, "madu") == ["goods:7"]
    for _ in range(3):
        index.rebuild(documents_without_check())
    assert len([path for path in index.path.iterdir() if path.is_dir()]) == 2


def documents_without_check() -> list[Document]:
    return [Document("goods", 7, "Madu hutan", "", "/m")]


def test_a_rebuild_that_fails_changes_nothing(index: SearchIndex) -> None:
    def documents() -> "list[Document]":
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError):
        index.rebuild(document for _ in range(1) for document in documents())
    assert found(index, "ktp") == ["thread:12"]
    assert len([path for path in index.path.iterdir() if path.is_dir()]) == 1


def test_an_absent_index_is_empty_not_broken(tmp_path: Path) -> None:
    index = open_index(tmp_path / "none")
    assert index.count() == 0
    assert index.search("keripik").total == 0
    assert not (tmp_path / "none").exists()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")  # Whoosh leaves the file open
def test_a_damaged_index_is_said_to_be_away(index: SearchIndex, caplog: pytest.LogCaptureFixture) -> None:
    folder = next(path for path in index.path.iterdir() if path.is_dir())
    for path in folder.iterdir():
        path.write_bytes(b"")
    assert not SearchIndex(index.path).search("keripik").is_available
    assert "rebuild" in caplog.text
    caplog.clear()
    gc.collect()
    index.rebuild(DOCUMENTS)
    assert found(index, "keripik")


def test_a_second_writer_waits_and_is_refused_in_the_end(index: SearchIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapter, "LOCK_SECONDS", 0.1)
    with index._lock(), pytest.raises(IndexBusy):
        SearchIndex(index.path).index(DOCUMENTS[:1])
    SearchIndex(index.path).index(DOCUMENTS[:1])


def _write_without_end(path: Path, ready: "multiprocessing.synchronize.Event") -> None:
    index, number = open_index(path), 0
    while True:
        number += 1
        index.index([Document("thread", 5000 + number, f"Giliran {number}", "", "/t")])
        ready.set()


def test_a_killed_writer_leaves_a_usable_index(index: SearchIndex) -> None:
    context = multiprocessing.get_context("spawn")
    for _ in range(2):
        ready = context.Event()
        writer = context.Process(target=_write_without_end, args=(index.path, ready))
        writer.start()
        assert ready.wait(30)
        assert writer.pid is not None
        os.kill(writer.pid, signal.SIGKILL)
        writer.join(10)
        assert found(index, "ktp hilang") == ["thread:12"]
        index.index([Document("goods", 70, "Madu hutan", "", "/m")])
        assert found(index, "madu") == ["goods:70"]
        index.drop(["goods:70"])


def test_readers_in_many_threads_see_whole_answers(index: SearchIndex) -> None:
    wrong: list[object] = []
    stop = time.monotonic() + 1.0

    def read() -> None:
        while time.monotonic() < stop:
            results = index.search("keripik")
            if not results.is_available or results.counts_by_kind.get("thread") != 1:
                wrong.append(results)

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    while time.monotonic() < stop:
        index.index(DOCUMENTS)
    for reader in readers:
        reader.join()
    assert wrong == []


def test_a_fork_reads_for_itself(index: SearchIndex) -> None:
    assert found(index, "keripik")
    child = os.fork()
    if child == 0:
        os._exit(0 if found(index, "ktp hilang") == ["thread:12"] else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert found(index, "ktp hilang") == ["thread:12"]
