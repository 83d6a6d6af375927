//! A list of typical headings in each language is read as that language's.

use super::*;
use crate::recognise::Field;

/// Customer, subscription's id, product, licences, term end, state.
const FIELDS: [Field; 6] = [
    Field::CustomerName,
    Field::SubscriptionId,
    Field::OfferName,
    Field::Seats,
    Field::TermEnd,
    Field::State,
];

const LISTS: [(&str, &str); 18] = [
    (
        "cs",
        "Zákazník;ID předplatného;Název produktu;Počet licencí;Datum vypršení platnosti;Stav",
    ),
    (
        "da",
        "Kundenavn;Abonnements-id;Produktnavn;Antal licenser;Udløbsdato;Abonnementsstatus",
    ),
    (
        "de",
        "Kunde;Abonnement-ID;Produktname;Anzahl Lizenzen;Ablaufdatum;Status",
    ),
    ("en", "Customer;Subscription ID;Product;Seats;Expiry date;Status"),
    (
        "es",
        "Cliente;Id. de suscripción;Producto;Cantidad;Fecha de vencimiento;Estado",
    ),
    ("fi", "Asiakas;Tilaustunnus;Tuote;Lisenssien määrä;Päättymispäivä;Tila"),
    (
        "fr",
        "Client;ID d’abonnement;Nom du produit;Quantité;Date d’expiration;Statut",
    ),
    (
        "hu",
        "Ügyfél;Előfizetés-azonosító;Termék;Licencek száma;Lejárat;Állapot",
    ),
    (
        "it",
        "Cliente;ID sottoscrizione;Prodotto;Quantità;Data di scadenza;Stato",
    ),
    ("ja", "顧客名;サブスクリプション ID;製品名;ライセンス数;有効期限;状態"),
    (
        "nb",
        "Kundenavn;Abonnements-ID;Produktnavn;Antall lisenser;Utløpsdato;Status",
    ),
    (
        "nl",
        "Klantnaam;Abonnements-id;Productnaam;Aantal licenties;Vervaldatum;Status",
    ),
    (
        "pl",
        "Klient;Identyfikator subskrypcji;Produkt;Liczba licencji;Data wygaśnięcia;Stan",
    ),
    (
        "pt",
        "Cliente;ID da assinatura;Produto;Quantidade;Data de vencimento;Situação",
    ),
    (
        "ru",
        "Клиент;Идентификатор подписки;Продукт;Количество лицензий;Дата окончания;Состояние",
    ),
    (
        "sv",
        "Kund;Prenumerations-ID;Produktnamn;Antal licenser;Utgångsdatum;Status",
    ),
    ("tr", "Müşteri;Abonelik kimliği;Ürün;Lisans sayısı;Bitiş tarihi;Durum"),
    ("zh", "客户名称;订阅 ID;产品名称;许可证数量;到期日期;状态"),
];

#[test]
fn typical_headings_tell_the_language_and_the_fields() {
    for (language, headings) in LISTS {
        let shouted = headings.to_uppercase();
        let wide: String = headings
            .chars()
            .map(|c| match c {
                'A'..='Z' | 'a'..='z' => char::from_u32(u32::from(c) + 0xfee0).unwrap(),
                c => c,
            })
            .collect();
        for headings in [headings, &shouted, &wide] {
            let text = format!("{headings}\nContoso;ABC-1;Microsoft 365 E3;25;2027-05-03;\n");
            let recognised = Estate::default().file("list.csv", &text).recognise();
            let table = &recognised.inputs[0].tables[0];
            assert_eq!(table.language.as_deref(), Some(language), "{headings}");
            let fields: Vec<_> = table.columns.iter().map(|(_, field)| field.as_deref()).collect();
            assert_eq!(fields, FIELDS.map(|field| Some(field.as_str())), "{headings}");
            assert_eq!(recognised.subscriptions.len(), 1, "{headings}");
        }
    }
}
