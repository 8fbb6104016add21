"""What each column of the record may tell of a person: one table, which a test compares with every table there is.

`shopper`: of somebody who has ordered; `flows/erase` sees to each of them. `staff`: of people who log in, or of what
they do. `visitor`: of whoever knocks at the door. `plain`: codes, numbers and words of business. A column that is in
none of the four does not pass the tests, so that no new one slips in unseen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Columns:
    """Names of a table's columns that hold text, JSON, bytes or places, by whom they may tell of."""

    shopper: str = ""
    staff: str = ""
    visitor: str = ""
    plain: str = ""

    @property
    def all(self) -> tuple[str, ...]:
        return tuple(f"{self.shopper} {self.staff} {self.visitor} {self.plain}".split())


COLUMNS: Mapping[str, Columns] = {
    # Of the frameworks.
    "contenttypes.ContentType": Columns(plain="app_label model"),
    "auth.Permission": Columns(plain="name codename"),
    "auth.Group": Columns(plain="name"),
    "auth.Group_permissions": Columns(),
    "sessions.Session": Columns(staff="session_key session_data"),
    "axes.AccessAttempt": Columns(
        staff="username", visitor="user_agent ip_address http_accept get_data post_data", plain="path_info"
    ),
    "axes.AccessAttemptExpiration": Columns(),
    "axes.AccessFailureLog": Columns(staff="username", visitor="user_agent ip_address http_accept", plain="path_info"),
    "axes.AccessLog": Columns(
        staff="username session_hash", visitor="user_agent ip_address http_accept", plain="path_info"
    ),
    # Who works with it, and for whom. A brand is a business: what it says of itself stands on every parcel.
    "accounts.Operator": Columns(plain="code name"),
    "accounts.Brand": Columns(
        plain="code name currency country company address_1 address_2 city postcode phone email eori ioss colour accent"
        " text_colour returns_name returns_address_1 returns_address_2 returns_city returns_postcode returns_country"
        " support_email support_phone support_url"
    ),
    "accounts.Logo": Columns(plain="png digest"),
    "accounts.Channel": Columns(plain="code name kind"),
    "accounts.User": Columns(staff="password email name totp_secret totp_pending", plain="role"),
    "accounts.User_brands": Columns(),
    "accounts.RecoveryCode": Columns(staff="digest"),
    "accounts.ApiKey": Columns(plain="name role prefix digest"),
    "accounts.TestClock": Columns(),
    "accounts.WrongKeys": Columns(visitor="address"),
    # Facts name people and orders by their ids alone. An answer may quote the address of an order that was held.
    "events.Fact": Columns(staff="actor", plain="kind subject data"),
    "events.Answered": Columns(shopper="answer", staff="caller", plain="key body_digest"),
    "events.Pending": Columns(),
    "events.Stuck": Columns(plain="subscriber error"),
    # Jobs hold ids and codes; of what goes wrong only our own words are kept.
    "jobs.Job": Columns(plain="kind key data state worker error"),
    "jobs.Turn": Columns(plain="name worker error"),
    "jobs.Worker": Columns(plain="name host"),
    # What shops are told names orders by their codes; what a receiver answers is a shop's word, not a shopper's.
    "webhooks.Endpoint": Columns(plain="url secret old_secret types state why"),
    "webhooks.Delivery": Columns(plain="subject type body state error"),
    "webhooks.Attempt": Columns(plain="error response"),
    # Places of work, goods and contracts.
    "network.Site": Columns(
        plain="code kind name country region city postcode latitude longitude time_zone holiday_calendar"
    ),
    "network.Collection": Columns(plain="service"),
    "catalog.Product": Columns(plain="sku name category hs_code origin_country hazmat_class"),
    "catalog.Barcode": Columns(plain="code key"),
    "catalog.KitPart": Columns(),
    "catalog.Carton": Columns(plain="code site"),
    "tariffs.Service": Columns(plain="code carrier name speed delivers_to account incoterm mode"),
    "tariffs.ZoneRule": Columns(
        plain="origin_country origin_prefix destination_country destination_prefix zone origin_to destination_to"
    ),
    "tariffs.RateBreak": Columns(plain="zone currency"),
    "tariffs.Surcharge": Columns(plain="surcharge when zone area group currency"),
    "tariffs.DivisorRule": Columns(plain="when"),
    "tariffs.AreaRule": Columns(plain="area country prefix prefix_to"),
    "tariffs.Markup": Columns(plain="client kind"),
    "tariffs.ExchangeRate": Columns(plain="currency"),
    "tariffs.DutyRule": Columns(plain="levy destination origin hs_prefix currency"),
    "tariffs.TerritoryRule": Columns(plain="territory country"),
    "tariffs.RuleBook": Columns(plain="text"),
    "tariffs.EmissionFactor": Columns(plain="leg mode vehicle source note"),
    # Of a past parcel the place it went to, to the door.
    "learned.PastParcel": Columns(
        shopper="destination_region destination_postcode destination_latitude destination_longitude",
        plain="parcel order service site seller origin_country origin_postcode destination_country status category"
        " sample_weight origin_latitude origin_longitude",
    ),
    "learned.Durations": Columns(staff="decided_by", plain="reason history_sha256 model_sha256 verdict content"),
    "learned.Bids": Columns(staff="learned_by", plain="rows"),
    "learned.Steering": Columns(staff="put_by", plain="kind rows"),
    "learned.AccountTerms": Columns(staff="put_by why", plain="kind carrier account name currency rows"),
    "learned.CommitmentPlan": Columns(staff="learned_by", plain="currency document"),
    # Of customers sums alone, and none of fewer than twenty people.
    "learned.Insight": Columns(staff="learned_by", plain="kind document"),
    "stock.Level": Columns(plain="bin lot state"),
    "stock.Move": Columns(staff="actor", plain="reason note reference"),
    "stock.Clock": Columns(),
    "stock.Inbound": Columns(),
    "stock.InboundClaim": Columns(plain="reference"),
    "stock.Transfer": Columns(plain="reference"),
    # The shopper, and what they and the shop have said of an order.
    "orders.Person": Columns(
        shopper="name company address_1 address_2 phone email address_changes sent_digest",
    ),
    "orders.Order": Columns(
        shopper="customer segment region city postcode latitude longitude pickup_point safe_place gift_note detail"
        " remedy faults conflicts",
        plain="code channel country speed state reason settled payment on_shortage address_precision",
    ),
    "orders.OrderLine": Columns(plain="line sku parts"),
    "orders.Erasure": Columns(staff="asked_by"),
    "orders.ReviewRule": Columns(),
    # A person's reason for an override is free text; a cart names the postcode that it would go to.
    "decisions.Decision": Columns(shopper="record", plain="data_version"),
    "decisions.Quote": Columns(shopper="cart why", plain="state options asked shown"),
    "decisions.QuotesLeft": Columns(),  # numbers of quotes, which name nobody and no place
    # What carriers have said is free text: a neighbour's name, a street that they do not know.
    "parcels.SsccRange": Columns(plain="company_prefix"),
    "parcels.CarrierAccount": Columns(plain="code carrier plugin base_url key_variable hook_variable"),
    "parcels.Manifest": Columns(plain="kind state reference refused"),
    "parcels.Parcel": Columns(
        shopper="state_reason", plain="code carton service contents placements state sscc tracking packed_carton"
    ),
    "parcels.Label": Columns(shopper="reason routing", plain="key state label tracking"),
    "parcels.UnreadEvent": Columns(shopper="raw why", plain="digest"),
    "parcels.Scan": Columns(shopper="place reason", plain="event tracking milestone"),
    "floor.Wave": Columns(staff="released_by", plain="code service state"),
    "floor.Tote": Columns(shopper="carton_reason", staff="packer", plain="code carton told"),
    "floor.Pick": Columns(staff="worker", plain="bin lot state told"),
    "floor.Check": Columns(),
    "floor.Missing": Columns(staff="worker", plain="reason"),
    "floor.PutBack": Columns(staff="worker", plain="bin lot told"),
    "returns.Window": Columns(),
    "returns.Return": Columns(plain="rma reason state"),
    "returns.ReturnLabel": Columns(shopper="reason", plain="key state label tracking routing sscc"),
    "returns.ReturnLine": Columns(),
    "returns.Graded": Columns(plain="grade disposition"),
    # Messages are written when they are sent, and kept nowhere; a mail server's refusal may quote the address.
    "messages.Link": Columns(),
    "messages.Message": Columns(shopper="error", plain="template cause data state message_id"),
    "messages.SurveyAnswer": Columns(plain="wish speed service"),
    # What a carrier has answered is noted by staff; forms say that no shopper is to be named.
    "cases.Case": Columns(staff="answer note", plain="carrier service evidence letter state outcome"),
    "messages.Disruption": Columns(plain="kind country region postcode_prefix carrier service text"),
}
