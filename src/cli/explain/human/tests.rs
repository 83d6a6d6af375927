use super::*;

#[test]
fn what_is_near_is_named_only_where_that_is_asked_for() {
    let near = Match {
        customer_name: Some("Contoso".into()),
        customer_domain: None,
        customer_id: None,
        subscription_id: None,
        offer_name: None,
        seats: None,
        term_end: None,
    };
    let discreet = not_found("Contso", &Answer::Nothing(vec![near.clone()]), false);
    assert!(!discreet.contains("Contoso") && discreet.contains("…"), "{discreet}");
    let text = not_found("Contso\u{1b}", &Answer::Nothing(vec![near]), true);
    assert!(text.starts_with("`Contso\\u{1b}` is no subscription's id"), "{text}");
    assert!(text.contains("Contoso, a customer"), "{text}");
    assert!(not_found("x", &Answer::Nothing(Vec::new()), false).contains("nothing is like it"));
}
