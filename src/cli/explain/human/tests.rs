use super::*;

#[test]
fn what_is_near_is_named() {
    let near = Match {
        customer_name: Some("Contoso".into()),
        customer_domain: None,
        customer_id: None,
        subscription_id: None,
        offer_name: None,
        seats: None,
        term_end: None,
    };
    let text = not_found("Contso\u{1b}", &Answer::Nothing(vec![near]));
    assert!(text.starts_with("`Contso\\u{1b}` is no subscription's id"), "{text}");
    assert!(text.contains("Contoso, a customer"), "{text}");
    assert!(not_found("x", &Answer::Nothing(Vec::new())).contains("nothing is like it"));
}
