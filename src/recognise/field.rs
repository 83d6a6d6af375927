//! What a column can mean to us.

use crate::terms::worded;

worded! {
    /// The meaning of a heading.
    Field {
        /// The subscription's id as its portal shows it.
        SubscriptionId = "subscription_id",
        /// Another id of the same subscription, under which other sources know it.
        SubscriptionAlias = "subscription_alias",
        /// The subscription that an add-on belongs to.
        BaseId = "base_id",
        /// The subscription that this one was migrated from.
        MigratedFromId = "migrated_from_id",
        CustomerId = "customer_id",
        CustomerName = "customer_name",
        CustomerDomain = "customer_domain",
        CustomerCountry = "customer_country",
        /// What the customer is qualified as, or the segment of the offer.
        Segment = "segment",
        Cloud = "cloud",
        /// The tenant that the subscription should go to.
        TargetCustomerId = "target_customer_id",
        Channel = "channel",
        /// The partner that sold it: tenant id or partner number.
        SellerId = "seller_id",
        SellerName = "seller_name",
        /// Tenant that created the subscription; empty where Microsoft sold it.
        OwnerTenantId = "owner_tenant_id",
        /// Offer id of any kind.
        OfferId = "offer_id",
        /// Product part of a new-commerce id: `CFQ7TTC0LH18`.
        ProductId = "product_id",
        /// SKU part of a new-commerce id: `0001`; or a Graph SKU GUID.
        SkuId = "sku_id",
        AvailabilityId = "availability_id",
        SkuPartNumber = "sku_part_number",
        OfferName = "offer_name",
        /// A name that the partner or customer gave; used only where no offer name is there.
        FriendlyName = "friendly_name",
        /// `Office`, `Azure`, `Software`...: what is licensed by seat and what not.
        ProductType = "product_type",
        Trial = "trial",
        Addon = "addon",
        Seats = "seats",
        AssignedSeats = "assigned_seats",
        /// Seats past their term end.
        ExpiredSeats = "expired_seats",
        Term = "term",
        BillingPlan = "billing_plan",
        /// Term and billing in one prose cell.
        TermAndBilling = "term_and_billing",
        TermStart = "term_start",
        TermEnd = "term_end",
        /// Next change of state: the term end only while the state is active.
        NextLifecycleDate = "next_lifecycle_date",
        CreatedDate = "created_date",
        AutoRenew = "auto_renew",
        EndInstruction = "end_instruction",
        State = "state",
        /// Expired, disabled... at the customer, where `State` is the distributor's.
        MicrosoftState = "microsoft_state",
        ChargeType = "charge_type",
        ChargeStart = "charge_start",
        ChargeEnd = "charge_end",
        /// The month or day that the row tells of.
        RowDate = "row_date",
        /// Marks a row as a copy of another.
        Duplicate = "duplicate",
        Relationship = "relationship",
        AgreementAccepted = "agreement_accepted",
        DelegatedRights = "delegated_rights",
        Language = "language",
        /// Anything a person wrote.
        Note = "note",
    }
}
