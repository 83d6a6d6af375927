//! The same export in every language and encoding that its portal, its spreadsheet program or PowerShell gives.

use super::*;
use crate::read::coding::Coding;

/// Headings, names of customers and products, by language; the encodings beside UTF-8 and UTF-16.
const EXPORTS: &[(&str, &[&str], &str, &[&str])] = &[
    (
        "hu",
        &["windows-1250", "iso-8859-2", "cp852"],
        "Előfizetés azonosítója;Ügyfél neve;Termék;Mennyiség;Lejárat dátuma",
        &[
            "Tűzőgép Kft.",
            "Őszi Rózsa Bt.",
            "Árvíztűrő Zrt.",
            "Fürdő és Üdülő Kft.",
            "Kőbányai Sörgyár",
            "Híd Nyrt.",
        ],
    ),
    (
        "pl",
        &["windows-1250", "iso-8859-2", "cp852"],
        "Identyfikator subskrypcji;Nazwa klienta;Produkt;Ilość;Data zakończenia",
        &[
            "Żółta Łódź Sp. z o.o.",
            "Świerk S.A.",
            "Usługi Gdańsk",
            "Źródło",
            "Ćma i Spółka",
            "Kraków Księgowość",
        ],
    ),
    (
        "cs",
        &["windows-1250", "iso-8859-2", "cp852"],
        "ID předplatného;Název zákazníka;Produkt;Množství;Datum ukončení",
        &[
            "Žižkov s.r.o.",
            "Příliš žluťoučký kůň",
            "Řeřicha a.s.",
            "Účetnictví Brno",
            "Děčín město",
            "Škola Třebíč",
        ],
    ),
    (
        "tr",
        &["windows-1254", "iso-8859-9", "cp857"],
        "Abonelik kimliği;Müşteri adı;Ürün;Miktar;Bitiş tarihi",
        &[
            "Işık A.Ş.",
            "Güneş Ltd. Şti.",
            "İş Ortağı",
            "Çağrı Merkezi",
            "Öğrenci İşleri",
            "Şişecam",
        ],
    ),
    (
        "ru",
        &["windows-1251", "cp866", "koi8-r"],
        "Идентификатор подписки;Имя клиента;Продукт;Количество;Дата окончания",
        &[
            "ООО Ромашка",
            "Ёлка и Ко",
            "АО Заря",
            "Научный центр",
            "Подписка Плюс",
            "Цех 5",
        ],
    ),
    (
        "sv",
        &["windows-1252", "cp850", "cp437"],
        "Prenumerations-ID;Kundnamn;Produkt;Antal;Slutdatum för period",
        &[
            "Åkeri Öst AB",
            "Björk & Söner",
            "Ängelholms Måleri",
            "Västerås Kök",
            "Håkan Ålund",
            "Örebro El",
        ],
    ),
    (
        "de",
        &["windows-1252", "cp850", "cp437"],
        "Abonnement-ID;Kundenname;Produkt;Anzahl;Ablaufdatum für Kündigung",
        &[
            "Müller GmbH",
            "Größe & Söhne KG",
            "Bäckerei Jäger",
            "Übersee AG",
            "Weiß",
            "Schönefeld",
        ],
    ),
    (
        "fr",
        &["windows-1252", "cp850"],
        "ID d'abonnement;Nom du client;Produit;Quantité;Date d'échéance",
        &[
            "Société Générale d'Été",
            "Hôtel de la Forêt",
            "Garçon & Fils",
            "L'Île aux Bébés",
            "Crème Brûlée SARL",
            "Noël",
        ],
    ),
    (
        "es",
        &["windows-1252", "cp850"],
        "Id. de suscripción;Nombre del cliente;Producto;Cantidad;Fecha de finalización",
        &[
            "Año Nuevo S.L.",
            "Compañía Española",
            "José Núñez",
            "Peñíscola",
            "Informática Martín",
            "Águila",
        ],
    ),
    (
        "pt",
        &["windows-1252", "cp850"],
        "ID da subscrição;Nome do cliente;Produto;Quantidade;Data de término da subscrição",
        &[
            "São João Lda.",
            "Construções Régua",
            "Padaria Pão Bom",
            "Câmara de Évora",
            "Ação Média",
            "Três Irmãos",
        ],
    ),
    (
        "it",
        &["windows-1252", "cp850"],
        "ID sottoscrizione;Nome cliente;Prodotto;Quantità;Data di scadenza già rinnovata",
        &[
            "Caffè Città S.r.l.",
            "Università",
            "Perché No",
            "Più Lavoro",
            "Libertà",
            "Società Così",
        ],
    ),
    (
        "nl",
        &["windows-1252", "cp850"],
        "Abonnements-id;Klantnaam;Product;Aantal;Einddatum België",
        &[
            "Financiën B.V.",
            "Café Zeeën",
            "Coördinatie",
            "Privé N.V.",
            "Ideeën",
            "Geïnteresseerd",
        ],
    ),
    (
        "ja",
        &["shift_jis", "cp932"],
        "サブスクリプションID;顧客名;製品;数量;有効期限",
        &[
            "株式会社みなと",
            "東京商事",
            "日本電気工業",
            "サクラ株式会社",
            "大阪サービス",
            "ヤマト運輸",
        ],
    ),
    (
        "zh",
        &["gbk", "cp936"],
        "订阅ID;客户名称;产品;数量;到期日期",
        &[
            "北京科技有限公司",
            "上海贸易公司",
            "广州软件",
            "深圳数据中心",
            "南京大学",
            "杭州网络",
        ],
    ),
];

fn encoded(text: &str, label: &str) -> Vec<u8> {
    match Coding::named(label).unwrap() {
        Coding::Standard(encoding) => {
            let (bytes, _, lost) = encoding.encode(text);
            assert!(!lost, "{label} has the letters of {text}");
            bytes.into_owned()
        }
        Coding::Dos(page) => text
            .chars()
            .map(|c| {
                (0..=255)
                    .find(|byte| page.character(*byte) == c)
                    .unwrap_or_else(|| panic!("{label}: {c}"))
            })
            .collect(),
    }
}

fn export(headings: &str, names: &[&str]) -> String {
    let mut text = format!("{headings}\r\n");
    for (row, name) in names.iter().enumerate() {
        text.push_str(&format!(
            "5d1e0000-0000-4000-8000-00000000000{row};{name};Microsoft 365 E3;{};2027-0{}-15\r\n",
            row * 7 + 1,
            row + 1
        ));
    }
    text
}

#[test]
fn every_language_is_read_right_in_every_encoding_it_is_written_in() {
    let vocabulary = crate::recognise::vocabulary::Vocabulary::embedded();
    for (language, labels, headings, names) in EXPORTS {
        let text = export(headings, names);
        let expected: Vec<(u32, String)> = (2..)
            .zip(text.lines().skip(1))
            .map(|(line, row)| (line, row.replace(';', "|")))
            .collect();
        let wide = format!("\u{feff}{text}");
        let mut files = vec![
            ("utf-8", text.clone().into_bytes()),
            ("utf-8 with a mark", wide.clone().into_bytes()),
            ("utf-16le", utf16(&text, true)),
            ("utf-16be", utf16(&text, false)),
            ("utf-16le with a mark", utf16(&wide, true)),
            ("utf-16be with a mark", utf16(&wide, false)),
        ];
        files.extend(labels.iter().map(|label| (*label, encoded(&text, label))));
        for (label, content) in files {
            let mut kept = Kept::default();
            let report = read(
                &bytes(&content),
                &ReadOptions::default(),
                &Limits::default(),
                &vocabulary,
                &mut kept,
            );
            let got = Got { report, kept };
            let what = format!("{language} as {label}: {:?}", got.report);
            assert_eq!(got.rows(), expected, "{what}");
            assert_eq!(got.kept.heads[0].headings.join(";"), *headings, "{what}");
            let is_guessed = labels.contains(&label);
            assert_eq!(
                got.codes(),
                if is_guessed { &["encoding-guessed"][..] } else { &[] },
                "{what}"
            );
            assert_eq!(got.report.encoding_certain, !is_guessed, "{what}");
            // Whoever sets the encoding gets the same without a guess.
            if is_guessed {
                let options = ReadOptions {
                    encoding: Some(label.to_owned()),
                    ..ReadOptions::default()
                };
                let mut kept = Kept::default();
                let report = read(&bytes(&content), &options, &Limits::default(), &vocabulary, &mut kept);
                let set = Got { report, kept };
                assert_eq!((set.rows(), set.codes()), (expected.clone(), vec![]), "{what}");
            }
        }
    }
}

#[test]
fn letters_lost_on_the_way_are_told_in_every_language() {
    let vocabulary = crate::recognise::vocabulary::Vocabulary::embedded();
    let misread = |text: &str, as_page: &str, of_page: &str| -> String {
        Coding::named(as_page)
            .unwrap()
            .decode(&encoded(text, of_page))
            .into_owned()
    };
    for (language, labels, headings, names) in EXPORTS {
        let text = export(headings, names);
        let ascii: String = text.chars().map(|c| if c.is_ascii() { c } else { '?' }).collect();
        let mut damaged = vec![("ascii", ascii)];
        // The statistics of texts of few signs beyond ASCII are not asked: what is damaged must be told by its look.
        if let ("hu" | "tr" | "ru" | "pl" | "cs", [ansi, ..]) = (*language, *labels) {
            damaged.push(("utf-8 as its code page", misread(&text, ansi, "utf-8")));
            damaged.push(("its code page as windows-1252", misread(&text, "windows-1252", ansi)));
        }
        for (what, text) in damaged {
            let mut kept = Kept::default();
            let report = read(
                &bytes(&text),
                &ReadOptions::default(),
                &Limits::default(),
                &vocabulary,
                &mut kept,
            );
            let got = Got { report, kept };
            assert!(
                got.codes().contains(&"text-damaged") || got.report.refused,
                "{language}, {what}: {:?}\n{text}",
                got.report
            );
        }
    }
}
