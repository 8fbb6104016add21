"""What events are called outside: the type of a webhook for each kind of fact that a brand's shop may be told.

A type is part of the contract with those who receive it: it is never renamed, and a kind of fact that is not here is
not told to anybody outside.
"""

from __future__ import annotations

from collections.abc import Mapping

TEST_TYPE = "webhook.test"  # what the button sends
EVENT_TYPES: Mapping[str, str] = {
    "OrderPlaced": "order.placed",
    "QuoteAccepted": "order.quote_accepted",
    "OrderHeld": "order.held",
    "OrderPromised": "order.promised",
    "OrderBackOrdered": "order.back_ordered",
    "OrderWaits": "order.waits",
    "FaultsSettled": "order.faults_settled",
    "OrderEdited": "order.edited",
    "Repromised": "order.repromised",
    "PlanOverridden": "order.plan_overridden",
    "OrderCancelled": "order.cancelled",
    "OrderReleased": "order.released",
    "OrderTakenBack": "order.taken_back",
    "PickStarted": "order.pick_started",
    "MissingSettled": "order.missing_settled",
    "PickShort": "order.pick_short",
    "LinkRevoked": "order.link_revoked",
    "ShopperTold": "order.shopper_told",
    "SurveyAnswered": "order.survey_answered",
    "ParcelPacked": "parcel.packed",
    "ParcelLabelled": "parcel.labelled",
    "LabelVoided": "parcel.label_voided",
    "ParcelStaged": "parcel.staged",
    "ParcelHandedOver": "parcel.handed_over",
    "ParcelScanned": "parcel.scanned",
    "OutForDelivery": "parcel.out_for_delivery",
    "Delivered": "parcel.delivered",
    "LeftAtSafePlace": "parcel.left_at_safe_place",
    "AtPickupPoint": "parcel.at_pickup_point",
    "DeliveryFailed": "parcel.delivery_failed",
    "ReturningToSender": "parcel.returning_to_sender",
    "ReturnedToSender": "parcel.returned_to_sender",
    "LateRisk": "parcel.late_risk",
    "ReturnAsked": "return.asked",
    "ReturnLabelled": "return.labelled",
    "ReturnScanned": "return.scanned",
    "ReturnOnItsWay": "return.on_its_way",
    "ReturnArrived": "return.arrived",
    "ReturnGivenBack": "return.given_back",
    "ReturnReceived": "return.received",
    "ReturnGraded": "return.graded",
    "RefundDue": "return.refund_due",
    "InboundAnnounced": "stock.inbound_announced",
    "StockReceived": "stock.received",
    "StockAdjusted": "stock.adjusted",
    "TransferSent": "stock.transfer_sent",
    "TransferReceived": "stock.transfer_received",
    "KitDefined": "product.kit_defined",
    "BarcodesSet": "product.barcodes_set",
    "BrandLoaded": "brand.loaded",
    "BrandChanged": "brand.changed",
    "ReviewRuleSet": "brand.review_rule_set",
    "BidPricesHeeded": "brand.bid_prices_heeded",
    "ChannelAdded": "brand.channel_added",
    "ChannelRenamed": "brand.channel_renamed",
    "WebhookDisabled": "webhook.disabled",
}
