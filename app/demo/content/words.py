"""Words from which the neighbours of the demo and the people, talk and goods of the large sizes are put together. All invented."""

NAMES = (
    "Ance", "Adi", "Ambros", "Anton", "Arlin", "Asti", "Bastian", "Bela", "Berto", "Beti", "Ceni", "Cory", "Damian", "Deni", "Deby", "Doni",
    "Ela", "Elen", "Emi", "Erna", "Eti", "Feri", "Fina", "Frans", "Gerson", "Gusti", "Herlin", "Hesti", "Ika", "Imel", "Ines", "Irma", "Jefri",
    "Jeni", "Joni", "Juli", "Karlin", "Kori", "Lani", "Lina", "Loni", "Lusi", "Maksi", "Marta", "Meri", "Mia", "Mikael", "Mince", "Nani", "Neti",
    "Nikson", "Nona", "Nurma", "Okto", "Onci", "Pina", "Piter", "Rati", "Reni", "Rikar", "Rince", "Robi", "Roni", "Sari", "Selfi", "Simon", "Sinta",
    "Sofi", "Soni", "Stefi", "Tati", "Teri", "Tince", "Titi", "Toni", "Uci", "Umi", "Vence", "Vina", "Wati", "Weni", "Yakob", "Yani", "Yosi", "Yuli",
)  # fmt: skip
GREETINGS = ("Kaka", "Mama", "Bapa", "Om", "Tanta", "")

# What a stall is called and sells, by the letter of its zone; the kelurahan follows the name.
STALLS = {
    "M": (
        ("Warung", "nasi bungkus dan lauk"), ("Dapur", "sayur dan lauk matang"), ("Nasi Jagung", "nasi jagung dan ikan"), ("Gorengan", "gorengan hangat"),
        ("Kue Pasar", "kue basah"), ("Ikan Bakar", "ikan bakar dan sambal"), ("Sup", "sup kacang merah"), ("Pisang Goreng", "pisang goreng"),
        ("Kolak", "kolak dan bubur"), ("Roti", "roti manis"), ("Keripik", "keripik dan camilan"), ("Bubur", "bubur kacang"),
    ),
    "N": (("Jus", "jus buah musim"), ("Es Kelapa", "es kelapa"), ("Kopi", "kopi seduh"), ("Teh Dingin", "teh serai dingin"), ("Wedang", "wedang jahe")),
    "T": (
        ("Tenun", "kain dan tas tenun"), ("Ikat", "kain ikat"), ("Selendang", "selendang"), ("Kain", "kain panjang"), ("Benang", "benang dan taplak"),
        ("Tais", "sarung"),
    ),
    "K": (
        ("Anyaman", "bakul dan tikar"), ("Kriya", "hiasan rumah"), ("Manik", "gelang manik"), ("Lontar", "topi dan kipas lontar"), ("Kayu", "sendok kayu"),
        ("Bambu", "alat dapur bambu"),
    ),
    "P": (("Kebun", "sayur pagi"), ("Bibit", "bibit buah"), ("Sayur", "sayur dan cabai"), ("Madu", "madu dan gula lontar"), ("Kelor", "daun dan bibit kelor")),
    "J": (("Permak", "permak baju"), ("Servis", "servis HP"), ("Jahit", "jahit dan permak"), ("Sablon", "sablon kaus")),
}  # fmt: skip
STALL_ABOUT = (
    "Usaha keluarga kecil di {place}. Kami jual {sells}, buatan sendiri.",
    "{sells_first} dari {place}. Boleh pesan dulu, ambil di lapak.",
    "Sudah beberapa musim ikut pasar. {sells_first}, harga tetap, tidak perlu tawar.",
    "Dua bersaudara dari {place}, jual {sells}. Bawa tas sendiri supaya hemat plastik.",
)

# Goods of the large sizes: (name, category, unit, rupiah, picture number of goods.py).
GOODS_BASES = (
    ("Keripik pisang", "makanan", "bungkus 200 g", 15_000, 24), ("Keripik singkong", "makanan", "bungkus 200 g", 12_000, 25),
    ("Keripik ubi ungu", "makanan", "bungkus 200 g", 14_000, 25), ("Kue cucur", "makanan", "bungkus 10", 15_000, 21),
    ("Bolu kukus", "makanan", "kotak 6", 18_000, 23), ("Sambal terasi", "makanan", "botol 150 ml", 24_000, 14),
    ("Sambal lu'at", "makanan", "botol 150 ml", 25_000, 14), ("Jagung titi", "makanan", "bungkus 250 g", 20_000, 16),
    ("Jagung goreng", "makanan", "bungkus 200 g", 15_000, 26), ("Gula lempeng", "makanan", "bungkus 500 g", 20_000, 18),
    ("Teh kelor", "makanan", "kotak 20 kantong", 35_000, 27), ("Cookies kelor", "makanan", "stoples 250 g", 45_000, 29),
    ("Es kelapa muda", "minuman", "gelas", 10_000, 34), ("Es lontar", "minuman", "gelas", 12_000, 35),
    ("Kopi bubuk Bajawa", "minuman", "bungkus 200 g", 55_000, 17), ("Wedang jahe", "minuman", "gelas", 8_000, 35),
    ("Selendang tenun", "tenun", "lembar", 175_000, 1), ("Syal tenun", "tenun", "lembar", 110_000, 1), ("Sarung tenun", "tenun", "lembar", 650_000, 3),
    ("Taplak tenun", "tenun", "lembar", 220_000, 4), ("Tas tenun", "tenun", "buah", 180_000, 6), ("Dompet tenun", "tenun", "buah", 60_000, 7),
    ("Gelang manik", "kriya", "buah", 30_000, 8), ("Bakul anyaman", "kriya", "buah", 65_000, 38), ("Tikar pandan", "kriya", "lembar", 120_000, 38),
    ("Hiasan lontar", "kriya", "buah", 75_000, 37), ("Bibit cabai", "pertanian", "pohon", 8_000, 39), ("Bibit kelor", "pertanian", "pohon", 10_000, 39),
    ("Madu hutan", "pertanian", "botol 350 ml", 85_000, 32), ("Ikan kering", "pertanian", "bungkus 500 g", 40_000, 33),
    ("Permak celana", "jasa", "potong", 20_000, 40), ("Jahit kemeja", "jasa", "potong", 120_000, 40),
)  # fmt: skip
GOODS_KINDS = (
    "asli", "pedas", "manis", "gurih", "kecil", "besar", "merah", "biru", "cokelat", "hitam", "hijau", "rumahan", "pilihan", "musim ini",
    "motif bunga", "motif kait", "warna alam", "ukuran keluarga", "oleh-oleh", "pesanan",
)  # fmt: skip
GOODS_TEXT = (
    "Dibuat di {place}, tiap pekan baru. Pesan dulu supaya kebagian.",
    "Buatan tangan, jadi tiap {unit} sedikit berbeda.",
    "Langganan biasa ambil dua. Bisa diambil di lapak waktu giliran kami.",
    "Bahan dari kebun dan pasar sekitar {place}.",
    "Kalau ada yang kurang baik, kami ganti.",
)

# Talk of the large sizes: a title and posts of one opening, one or two middles and a closing.
THINGS = (
    "keripik", "selendang", "sambal", "kue", "kopi", "madu", "anyaman", "bibit", "es kelapa", "ikan kering", "tas tenun", "jagung titi", "gula lempeng",
    "permak baju", "teh kelor", "minyak kelapa",
)  # fmt: skip
TITLES = {
    "salam-kenal": ("Salam kenal dari {place}", "Baru gabung, tinggal di {place}", "Halo semua, beta jual {thing}", "Tetangga {place}, mana suaranya?"),
    "surat": ("Urus surat usaha di {place}, lama ko?", "KK pindah ke {place}, mulai dari mana?", "Label untuk {thing}, apa sa yang ditulis?", "NIB su jadi, lalu apa?"),
    "usaha": ("Harga {thing} yang wajar berapa?", "Kemasan untuk {thing}", "Beli bahan {thing} sama-sama di {place}", "{thing_first} sepi pembeli, ada saran?", "Titip {thing} di warung"),
    "saboak": ("Jual {thing} hari Sabtu, ramai ko?", "Dari {place} ke Taman Nostalgia", "Lapak dekat lampu untuk {thing}", "Pasar Rabu untuk {thing}"),
    "pelatihan": ("Kelas yang cocok untuk jual {thing}", "Belajar bersama di {place}", "Cerita hari pertama kelas", "Alat bekas untuk latihan {thing}"),
    "modal": ("Modal awal {thing} berapa?", "Catatan uang untuk {thing}", "Menabung harian, siapa ikut?", "Arisan alat di {place}"),
    "keluarga": ("Bagi waktu jual {thing} deng antar sekolah", "Anak bantu jual {thing}, boleh?", "Masakan murah untuk satu pekan", "Taman bermain di {place}"),
    "hati-tenang": ("Hari yang berat", "Cara tenang sebelum tidur", "Mau bicara pelan-pelan", "Kecil tapi menolong hari ini"),
    "migrasi-aman": ("Ada tawaran kerja di {place}, periksa di mana?", "Nomor tidak dikenal minta data", "Iklan yang terlalu bagus", "Poster untuk {place}"),
    "tanya-petugas": ("Jam kantor lurah {place}", "Daftar pasar untuk {thing}", "Lupa kode pesanan", "Kursi roda di zona {zone}"),
}  # fmt: skip
OPENINGS = (
    "Selamat pagi Basodara.", "Selamat sore semua.", "Malam semua.", "Beta mau cerita sedikit.", "Ijin tanya.", "Terima kasih su buka utas ini.",
    "Menurut beta begini.", "Di {place} juga begitu.", "Setuju.", "Beta baru coba kemarin.", "Kalau beta pung cara lain.", "Wah, sama.", "Betul itu.",
    "Pengalaman beta sonde banyak, tapi ini.", "Tambah sedikit.", "Ini dari catatan beta.",
)  # fmt: skip
MIDDLES = (
    "{thing_first} yang dibungkus kecil lebih cepat laku daripada yang besar.",
    "Waktu hujan beta pindah ke dalam, hanya bawa setengah.",
    "Harga Rp{price} itu su termasuk plastik deng ongkos.",
    "Beta titip di dua warung dekat {place}, tiap Jumat ambil uang.",
    "Jang lupa hitung tenaga sendiri, itu bukan gratis.",
    "Pembeli suka kalau katong tulis harga besar-besar.",
    "Kalau beli bahan bertiga, hemat kira-kira Rp{price}.",
    "Anak-anak bantu tempel stiker, cepat selesai.",
    "Petugas di meja layanan sabar sekali menjelaskan.",
    "Beta catat di buku tulis, tiap malam lima menit sa.",
    "Yang penting jujur: bilang kalau memang belum ada.",
    "Musim panas begini {thing} cepat kering, simpan di tempat teduh.",
    "Tetangga di {place} punya alat, boleh pinjam asal dikembalikan bersih.",
    "Foto pagi dekat jendela lebih bagus daripada malam pakai lampu.",
    "Beta pernah salah hitung, rugi satu minggu, dari situ belajar.",
    "Kelasnya gratis, hanya perlu datang terus.",
    "Coba tanya harga di pasar dulu sebelum pasang harga sendiri.",
    "Uang kecil siapkan dari rumah, jang tunggu pembeli.",
    "Kalau giliran sonde keluar, daftar tunggu juga sering dipanggil.",
    "Beta kasih contoh kecil untuk dicoba, banyak yang balik lagi.",
)
CALM_MIDDLES = (
    "Saya jalan pagi sebentar, lalu minum air hangat.",
    "Kadang cukup ada yang mendengar.",
    "Hari ini lebih ringan daripada kemarin.",
    "Saya tulis di kertas, lalu kertasnya saya simpan.",
    "Napas panjang sepuluh kali, pelan saja.",
    "Tidak apa-apa istirahat dulu.",
    "Konselor bilang, satu langkah kecil sudah cukup.",
    "Saya matikan bunyi HP sesudah jam sembilan.",
)
CLOSINGS = (
    "Terima kasih e.", "Semangat semua.", "Ada yang pernah coba?", "Nanti beta kabari lagi.", "Sampai ketemu hari pasar.", "Begitu dulu.", "Bagaimana menurut Basodara?",
    "Semoga menolong.", "Pelan-pelan sa.", "Mari katong jual sama-sama.", "", "",
)  # fmt: skip
