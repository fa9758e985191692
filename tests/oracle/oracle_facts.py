"""Facts at one instant, each with one home: persons, money, what was kept, parcels, tickets, what is at home."""

from __future__ import annotations

import datetime as dt
import functools
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from oracle_reading import DAY, HOUR, Name, Reading, Row, email_address, seed

Moment = dt.datetime
ZERO = Decimal(0)
CHANNELS = ["email", "sms", "push", "in_app", "whatsapp"]
MOVEMENT = {"in_transit", "out_for_delivery"}
EXCEPTIONS = {"exception_delay", "exception_address", "exception_customs", "attempted_delivery"}
# At one instant the carrier's words come in this order: movement, trouble, arrival, bad news.
CARRIER_ORDER = {
    **dict.fromkeys(MOVEMENT | {"label_created"}, 0),
    **dict.fromkeys(EXCEPTIONS | {"unknown"}, 1),
    "available_for_pickup": 2,
    "delivered": 3,
    "picked_up": 3,
    "damaged": 4,
    "lost": 5,
    "returned_to_sender": 5,
    "failed": 5,
}
ARRIVED = {"delivered", "picked_up"}
DEAD_ENDS = {"lost", "returned_to_sender", "failed"}
OVER = {"solved", "closed", "spam"}
SOLVED = {"solved", "closed"}
MINOR_UNITS = {"JPY": 0, "KRW": 0, "CLP": 0, "KWD": 3, "BHD": 3, "OMR": 3, "TND": 3, "JOD": 3}
CALLING_CODES = {"US": "1", "CA": "1", "DE": "49", "GB": "44", "FR": "33", "MX": "52", "BR": "55", "JP": "81"}


@dataclass(frozen=True)
class Spell:
    """Something that began, and ended or goes on."""

    start: Moment
    end: Moment | None = None


@dataclass
class Run:
    """A stretch in which a ticket was open."""

    start: Moment
    end: Moment | None = None
    how: str | None = None


@dataclass
class Ticket:
    ticket_id: str
    topic: str
    runs: list[Run]
    marks: list[tuple[Moment, str]]
    scopes: set[Name] = field(default_factory=set)

    @property
    def is_open(self) -> bool:
        return any(run.end is None for run in self.runs)


@dataclass
class Parcel:
    """A fulfillment that was not cancelled, with the carrier's last word."""

    fulfillment_id: str
    order_id: str
    shipped_at: Moment | None
    expected_at: Moment | None
    delivered_at: Moment | None = None
    dead_end: tuple[str, Moment] | None = None
    ready_for_pickup: bool = False
    exception_at: Moment | None = None
    exceptions: list[Moment] = field(default_factory=list)
    bars_inference: bool = False
    last_word_at: Moment | None = None
    last_moved_at: Moment | None = None
    words_at: list[tuple[Moment, bool]] = field(default_factory=list)
    damaged_at: list[Moment] = field(default_factory=list)
    unmapped_at: list[Moment] = field(default_factory=list)
    unmapped_exception: bool = False


@dataclass(frozen=True)
class Arrival:
    """What is known of a line's delivery. State as of a check; the time and the grade when it is delivered."""

    state: str
    detail: str | None = None
    since: Moment | None = None
    clears_at: Moment | None = None
    delivered_at: Moment | None = None
    grade: str | None = None


def phone_address(value: str | None, country: str | None) -> str | None:
    """The digits that tell one phone from another."""
    digits = "".join(char for char in value or "" if char.isdigit())
    return digits[-9:] or None


class Facts:
    """The shop at an instant."""

    def __init__(self, reading: Reading, policy: Path, options: dict[str, Any]) -> None:
        self.reading = reading
        self.at = reading.at
        self.options = options
        self.use_profiles = seed(policy, "use_profiles")
        of = reading.of
        self.accounts = {row["customer_id"]: row for row in of("customers")}
        self.orders = {row["order_id"]: row for row in of("orders")}
        for order_id, order in self.orders.items():
            if order.get("customer_id") not in self.accounts:
                self.add_guest(order_id, order)
        self.lines: dict[str, Row] = {}
        self.lines_of: dict[str, list[Row]] = defaultdict(list)
        self.discount_lines: set[str] = set()
        for row in of("order_lines"):
            if row["order_id"] not in self.orders:
                continue
            if (row["unit_price"] or ZERO) < 0:
                self.discount_lines.add(row["order_line_id"])
                continue
            self.lines[row["order_line_id"]] = row
            self.lines_of[row["order_id"]].append(row)
        self.children: dict[str, list[Row]] = defaultdict(list)
        for order in self.orders.values():
            if order.get("parent_order_id") in self.orders:
                self.children[order["parent_order_id"]].append(order)
        self.products = {row["sku"]: row for row in of("products")}
        self.costs: dict[str, list[Row]] = defaultdict(list)
        for row in of("product_costs"):
            if row["valid_from"] is None or row["valid_from"] <= self.at:
                self.costs[row["sku"]].append(row)
        self.relations: dict[str, list[Row]] = defaultdict(list)
        for row in of("sku_relations"):
            self.relations[row["sku"]].append(row)
        self.payments = self.by("payments", "order_id")
        self.refunds = self.by("refunds", "order_id")
        self.name_refusals()
        self.join_persons()
        self.orders_of: dict[str, list[Row]] = defaultdict(list)
        for order in self.orders.values():
            self.orders_of[self.person_of_order(order["order_id"])].append(order)
        self.index_by_person()
        self.read_parcels()
        self.read_tickets()
        self.read_messages()

    def by(self, table: str, column: str) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self.reading.of(table):
            found[row.get(column)].append(row)
        return found

    def index_by_person(self) -> None:
        """Facts that are asked for by address, order or person."""
        self.ledger: dict[Name, list[Row]] = defaultdict(list)
        for row in self.reading.of("consents"):
            channels = [row.get("channel") or "email"]
            if channels[0] not in CHANNELS and row.get("status") != "subscribed":
                channels, row = CHANNELS, {**row, "status": "unknown", "basis": None}
            for channel in channels:
                address = self.consent_address({**row, "channel": channel})
                # who opted in without an address permits none; who opted out without one is not to be written to
                if address is None and row.get("status") != "subscribed" and row.get("customer_id") in self.accounts:
                    address = self.address_of_person(row["customer_id"], channel)
                self.ledger[channel, address or f"account:{row.get('customer_id')}"].append(row)
        self.suppressed: dict[Name, list[Row]] = defaultdict(list)
        for row in self.reading.of("suppressions"):
            said = row.get("channel") or "email"
            # on a channel that nobody knows it may be any
            for channel in [said] if said in CHANNELS else CHANNELS:
                if address := self.consent_address({**row, "channel": channel}):
                    self.suppressed[channel, address].append({**row, "channel": said})
        self.views_of_order = self.by("site_events", "order_id")
        self.views_of: dict[str | None, list[Row]] = defaultdict(list)
        self.subscriptions_of: dict[str | None, list[Row]] = defaultdict(list)
        self.assignments_of: dict[str | None, list[Row]] = defaultdict(list)
        for table, index in (
            ("site_events", self.views_of),
            ("subscriptions", self.subscriptions_of),
            ("experiment_assignments", self.assignments_of),
        ):
            for row in self.reading.of(table):
                index[self.person.get(row.get("customer_id") or "")].append(row)

    # --- persons and addresses ------------------------------------------------------------------

    def add_guest(self, order_id: str, order: Row) -> None:
        """An order without an account gets a guest account by its e-mail, else by its id."""
        address = email_address(order.get("email"))
        guest = f"guest:{address or order_id}"
        order["customer_id"] = guest
        self.accounts.setdefault(guest, {"customer_id": guest, "email": address, "created_at": order["ordered_at"]})

    def join_persons(self) -> None:
        """Accounts joined by an address, an identity or a merge, transitively."""
        self.shared: set[str] = set()
        values: dict[Name, set[str]] = defaultdict(set)
        for account, row in self.accounts.items():
            if address := email_address(row.get("email")):
                values["email", address].add(account)
            if phone := phone_address(row.get("phone"), row.get("country")):
                values["phone", phone].add(account)
        for row in self.reading.of("customer_identities"):
            if row["customer_id"] not in self.accounts:
                continue
            country = self.accounts[row["customer_id"]].get("country")
            is_phone = row["kind"] == "phone"
            value = phone_address(row["value"], country) if is_phone else email_address(row["value"])
            if value:
                values[row["kind"], value].add(row["customer_id"])
        root = {account: account for account in self.accounts}

        def find(account: str) -> str:
            while root[account] != account:
                account = root[account]
            return account

        for accounts in values.values():
            if len(accounts) > 20:
                self.shared |= accounts
                continue
            first, *others = sorted(accounts)
            for other in others:
                root[find(other)] = find(first)
        for account, row in self.accounts.items():
            if row.get("merged_into_customer_id") in self.accounts:
                root[find(account)] = find(row["merged_into_customer_id"])
        self.person = {account: find(account) for account in self.accounts}
        self.accounts_of: dict[str, list[str]] = defaultdict(list)
        for account, person in self.person.items():
            self.accounts_of[person].append(account)
        self.persons_at: dict[Name, set[str]] = {
            value: {self.person[account] for account in accounts} for value, accounts in values.items()
        }

        # who answers at the address that stands on an order speaks of that order; where it is everybody's, of none
        placed: dict[str, set[str]] = defaultdict(set)
        for order in self.orders.values():
            if address := email_address(order.get("email")):
                placed[address].add(order["customer_id"])
        self.wrote_from: dict[str, set[str]] = {
            address: {self.person[account] for account in accounts}
            for address, accounts in placed.items()
            if len(accounts) <= 20
        }

    def writers(self, address: str) -> set[str]:
        """Whose tickets and reviews come from an e-mail address: an account's, or one given with an order."""
        return self.persons_at.get(("email", address), set()) | self.wrote_from.get(address, set())

    def person_of_order(self, order_id: str) -> str:
        return self.person[self.orders[order_id]["customer_id"]]

    def address_of_account(self, account: str | None, channel: str = "email") -> str | None:
        seen: set[str] = set()
        while account in self.accounts and account not in seen:
            row = self.accounts[account]
            if channel == "email":
                address = email_address(row.get("email"))
            else:
                address = phone_address(row.get("phone"), row.get("country"))
            if address:
                return address
            seen.add(account)
            account = row.get("merged_into_customer_id")
        return None

    def address_of_order(self, order_id: str, channel: str = "email") -> str | None:
        """Of the order's account, else of another one of the person."""
        return self.address_of_person(self.orders[order_id]["customer_id"], channel)

    def address_of_person(self, account: str, channel: str) -> str | None:
        person = self.person[account]
        others = sorted(self.accounts_of[person], key=lambda one: (self.accounts[one]["created_at"] or Moment.max, one))
        found = (self.address_of_account(one, channel) for one in [account, *others])
        return next((address for address in found if address), None)

    def erased(self, account: str) -> bool:
        """Erased under any account of the person, and no later order or consent under this one or from its address."""
        person = self.person[account]
        erasures = [moment for one in self.accounts_of[person] if (moment := self.accounts[one].get("erased_at"))]
        if not erasures:
            return False
        address = self.address_of_account(account)
        later = [
            order["ordered_at"]
            for order in self.orders_of[person]
            # what is renewed by itself is nobody's word
            if order.get("order_type") not in ("replacement", "exchange", "subscription_renewal")
            and (
                order["customer_id"] == account
                or (address is not None and self.address_of_account(order["customer_id"]) == address)
            )
        ]
        if address:
            later += [row["occurred_at"] for row in self.ledger["email", address] if row.get("status") == "subscribed"]
        return not any(moment > max(erasures) for moment in later)

    def consent_address(self, row: Row) -> str | None:
        channel = row.get("channel") or "email"
        if row.get("address"):
            return email_address(row["address"]) if channel == "email" else phone_address(row["address"], None)
        return self.address_of_account(row.get("customer_id"), channel)

    # --- products -------------------------------------------------------------------------------

    def product_of(self, sku: str | None, line: Row | None = None) -> str | None:
        """Variants of a product are one."""
        if product := self.products.get(sku or ""):
            return (product.get("product_id") or sku or "").casefold()
        # where the SKU is blank or no longer in the catalogue the line says it
        if line and line.get("product_id"):
            return line["product_id"].strip().casefold()
        return sku.casefold() if sku else None

    def catalogue_of(self, line: Row) -> list[Row]:
        """The catalogue's rows on a line's product: that of its SKU, else of all its variants."""
        if product := self.products.get(line["sku"] or ""):
            return [product]
        if not line.get("product_id"):
            return []
        return [row for row in self.products.values() if self.product_of(row["sku"]) == self.product_of(None, line)]

    def use_profile(self, sku: str) -> Row:
        category = (self.products.get(sku, {}).get("category") or "").casefold()
        for kind, value in (("sku", sku), ("category", category), ("default", "")):
            for row in self.use_profiles:
                if row["applies_to"] == kind and row["applies_to_value"].casefold() == value:
                    return row
        raise KeyError(sku)

    def is_digital(self, line: Row) -> bool:
        if line.get("requires_shipping") is False or self.orders[line["order_id"]].get("delivery_method") == "none":
            return True
        # a gift card that does not say that it is sent in a box goes by e-mail
        if line.get("is_gift_card") and line.get("requires_shipping") is None:
            return True
        return bool(self.products.get(line["sku"], {}).get("is_digital"))

    def days_per_unit(self, sku: str) -> Decimal | None:
        return self.products.get(sku, {}).get("consumable_days")

    # --- money ----------------------------------------------------------------------------------

    def smallest_unit(self, order: Row) -> Decimal:
        return Decimal(1).scaleb(-MINOR_UNITS.get((order.get("currency") or "USD").upper(), 2))

    def own_currency(self, order: Row) -> list[Row]:
        return [
            row
            for row in self.payments[order["order_id"]]
            if not row.get("currency") or row["currency"].upper() == (order["currency"] or "").upper()
        ]

    def money(self, order: Row, until: Moment | None = None) -> dict[str, Decimal]:
        """Captured and authorised money up to an instant; a void takes back an outstanding authorisation first.

        A void takes nothing back that came after it.
        """
        captured, outstanding = ZERO, ZERO
        steps = ["authorized", "captured", "voided"]
        rows = [row for row in self.own_currency(order) if row["status"] in steps]
        for row in sorted(rows, key=lambda row: (row["occurred_at"], steps.index(row["status"]))):
            if until is not None and row["occurred_at"] > until:
                continue
            amount = row["amount"] or ZERO
            if row["status"] == "authorized":
                outstanding += amount
            elif row["status"] == "captured":
                outstanding = max(outstanding - amount, ZERO)
                captured += amount
            else:
                taken = min(outstanding, amount)
                outstanding -= taken
                captured = max(captured - (amount - taken), ZERO)
        return {"captured": captured, "authorized": outstanding}

    def owed(self, order: Row, until: Moment = Moment.max) -> Decimal:
        """The total, less what was taken off before it was shipped or captured."""
        owed = order["total"] or ZERO
        for line in self.lines_of[order["order_id"]]:
            if line.get("units_removed") and line["quantity"]:
                owed -= self.line_net(line) * line["units_removed"] / line["quantity"]
        for row in self.refunds[order["order_id"]]:
            # the price of what is exchanged pays for what takes its place
            refunded = row.get("refunded_at")
            if refunded and refunded <= until and row.get("reason") != "exchange" and self.taken_off(order, row):
                owed -= row["amount"] or ZERO
        return owed

    def owes_nothing_since(self, order: Row) -> Moment | None:
        """From the first instant at which nothing was owed and no payment had failed."""
        moments = {order["ordered_at"], *(row["refunded_at"] for row in self.paid_refunds(order["order_id"]))}
        moments |= {row["occurred_at"] for row in self.own_currency(order)}
        for moment in sorted(max(moment, order["ordered_at"]) for moment in moments):
            rows = [row for row in self.own_currency(order) if row["occurred_at"] <= moment]
            if self.owed(order, moment) <= self.smallest_unit(order) and not self.payment_failed(order, rows):
                return moment
        return None

    def taken_off(self, order: Row, refund: Row) -> bool:
        """Paid back before the goods left, or before the money came."""
        moment, line = refund["refunded_at"], self.lines.get(refund.get("order_line_id") or "")
        own = self.parcels_of[order["order_id"]]
        parcels = [parcel for parcel, _ in self.parcels_with(line)[0]] if line else own
        rows = self.payments[order["order_id"]]
        captured = any(row["occurred_at"] <= moment for row in rows if row["status"] == "captured")
        return not captured or not any(parcel.shipped_at and parcel.shipped_at <= moment for parcel in parcels)

    def line_net(self, line: Row) -> Decimal:
        """What was to be paid for a line, less its share of the order's discount."""
        order = self.orders[line["order_id"]]
        goods = {row["order_line_id"]: self.line_gross(row) for row in self.lines_of[line["order_id"]]}
        total_goods = sum(goods.values(), ZERO)
        if not total_goods:
            return ZERO
        discount = order.get("discount")
        if discount is None:
            discount = max(total_goods - (order["total"] or ZERO), ZERO)
        own = goods[line["order_line_id"]]
        return own - discount * own / total_goods

    def line_gross(self, line: Row) -> Decimal:
        return (line["quantity"] or ZERO) * (line["unit_price"] or ZERO) - (line.get("discount") or ZERO)

    def paid_refunds(self, order_id: str) -> list[Row]:
        return [row for row in self.refunds[order_id] if row.get("refunded_at")]

    def money_back(self, order_id: str) -> dict[str, Decimal]:
        """By line: its own refunds, and its share of those without a line, by what is left of each."""
        paid = [row for row in self.paid_refunds(order_id) if row.get("reason") != "shipping"]
        lines = self.lines_of[order_id]
        back = {line["order_line_id"]: ZERO for line in lines}
        for row in paid:
            if row.get("order_line_id") in back:
                back[row["order_line_id"]] += row["amount"] or ZERO
        whole = sum((row["amount"] or ZERO for row in paid if row.get("order_line_id") not in back), ZERO)
        left = {line["order_line_id"]: self.money_left(line, paid) for line in lines}
        total_left = sum(left.values(), ZERO)
        if total_left and whole:
            for line_id in back:
                back[line_id] += whole * left[line_id] / total_left
        return back

    def money_left(self, line: Row, paid: list[Row]) -> Decimal:
        """A line's net, less what its own refunds brought back and what was exchanged, by its refund or its line."""
        own = [row for row in paid if row.get("order_line_id") == line["order_line_id"]]
        net = self.line_net(line)
        given_back = sum((row["amount"] or ZERO for row in own if row.get("reason") != "exchange"), ZERO)
        by_refund = sum((row["amount"] or ZERO for row in own if row.get("reason") == "exchange"), ZERO)
        units = sum((new["quantity"] or ZERO for new in self.exchanged_for(line)), ZERO)
        by_line = net * units / line["quantity"] if line["quantity"] else ZERO
        return max(net - given_back - max(by_refund, by_line), ZERO)

    # --- what was kept --------------------------------------------------------------------------

    def units_refunded(self, line: Row) -> Decimal:
        return sum(
            (
                row["quantity"] or ZERO
                for row in self.paid_refunds(line["order_id"])
                if row.get("order_line_id") == line["order_line_id"]
            ),
            ZERO,
        )

    def units_back(self, line: Row) -> Decimal:
        """Units given back and not exchanged."""
        own = [row for row in self.paid_refunds(line["order_id"]) if row.get("order_line_id") == line["order_line_id"]]
        return sum((row["quantity"] or ZERO for row in own if row.get("reason") != "exchange"), ZERO)

    def units_kept(self, line: Row) -> Decimal:
        """Quantity less units given back and units exchanged; an exchange's refund and its line are the same units."""
        own = [row for row in self.paid_refunds(line["order_id"]) if row.get("order_line_id") == line["order_line_id"]]
        given_back = self.units_back(line)
        by_refund = sum((row["quantity"] or ZERO for row in own if row.get("reason") == "exchange"), ZERO)
        by_line = sum((new["quantity"] or ZERO for new in self.exchanged_for(line)), ZERO)
        quantity = (line["quantity"] or ZERO) - (line.get("units_removed") or ZERO)
        return max(quantity - given_back - max(by_refund, by_line), ZERO)

    def nothing_kept(self, line: Row) -> bool:
        if self.units_kept(line) <= 0:
            return True
        order = self.orders[line["order_id"]]
        back = self.money_back(line["order_id"])
        unit = self.smallest_unit(order)
        own = back[line["order_line_id"]]
        if own > 0 and own >= self.line_net(line) - unit * (line["quantity"] or ZERO):
            return True
        # an order and the exchanges that answer it are one
        root = self.exchanged_order(order) or order
        orders = [root, *self.standing_children(root["order_id"], "exchange")]
        lines = [one for each in orders for one in self.lines_of[each["order_id"]]]
        refunds = [row for each in orders for row in self.paid_refunds(each["order_id"])]
        total = sum(
            (row["amount"] or ZERO for row in refunds if row.get("reason") not in ("exchange", "shipping")), ZERO
        )
        goods = sum((self.line_net(row) for row in lines), ZERO)
        units = sum((row["quantity"] or ZERO for row in lines), ZERO)
        return total > 0 and total >= goods - unit * units

    # --- what stands in for a line --------------------------------------------------------------

    def exchanged_order(self, order: Row) -> Row | None:
        """The order that an exchange order continues."""
        parent = self.orders.get(order.get("parent_order_id") or "")
        return parent if order.get("order_type") == "exchange" else None

    def standing_children(self, order_id: str, order_type: str, *, falls: bool = True) -> list[Row]:
        # an exchange falls with the order that it answers
        if falls and order_type == "exchange" and self.orders[order_id].get("cancelled_at"):
            return []
        return [
            order
            for order in self.children[order_id]
            if order.get("order_type") == order_type and not order.get("cancelled_at")
        ]

    def stands_for(self, new: Row) -> list[Row]:
        """The parent's line that a replacement's or an exchange's line names, else the same SKU, else the only line.

        Of two lines with the SKU of a replacement nobody knows which is meant: it holds for both.
        """
        named = self.lines.get(new.get("replaces_order_line_id") or "")
        if named:
            return [named]
        order = self.orders[new["order_id"]]
        parents = self.lines_of.get(order.get("parent_order_id") or "", [])
        same = sorted((line for line in parents if line["sku"] == new["sku"]), key=lambda line: line["order_line_id"])
        if same:
            return same if order.get("order_type") == "replacement" else same[:1]
        return parents if len(parents) == 1 else []

    @functools.cached_property
    def successors(self) -> dict[str, list[Row]]:
        """By line: the lines of its standing replacement orders."""
        found: dict[str, list[Row]] = defaultdict(list)
        for parent in list(self.children):
            for order in self.standing_children(parent, "replacement"):
                for new in self.lines_of[order["order_id"]]:
                    for old in self.stands_for(new):
                        found[old["order_line_id"]].append(new)
        return found

    @functools.cached_property
    def exchanges(self) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = defaultdict(list)
        for parent in list(self.children):
            for order in self.standing_children(parent, "exchange"):
                for new in self.lines_of[order["order_id"]]:
                    for old in self.stands_for(new):
                        found[old["order_line_id"]].append(new)
        for line in self.lines.values():
            old = self.lines.get(line.get("replaces_order_line_id") or "")
            # a cancelled exchange stands for nothing
            if old and old["order_id"] == line["order_id"] and not self.orders[line["order_id"]].get("cancelled_at"):
                found[old["order_line_id"]].append(line)
        return found

    def replaced_by(self, line: Row) -> list[Row]:
        return self.successors[line["order_line_id"]]

    def exchanged_for(self, line: Row) -> list[Row]:
        return self.exchanges[line["order_line_id"]]

    def family(self, order_id: str) -> set[str]:
        """Parent, exchange and replacement are one order."""
        seen: set[str] = set()
        while self.orders[order_id].get("parent_order_id") in self.orders and order_id not in seen:
            seen.add(order_id)
            order_id = self.orders[order_id]["parent_order_id"]
        found, new = set(), {order_id}
        while new:
            found |= new
            new = {child["order_id"] for parent in new for child in self.children[parent]} - found
        return found

    # --- parcels --------------------------------------------------------------------------------

    def read_parcels(self) -> None:
        events = self.by("fulfillment_events", "fulfillment_id")
        self.parcels: dict[str, Parcel] = {}
        self.parcels_of: dict[str, list[Parcel]] = defaultdict(list)
        self.fulfillment_rows: dict[str, Row] = {}
        for row in self.reading.of("fulfillments"):
            self.fulfillment_rows[row["fulfillment_id"]] = row
            if row["order_id"] not in self.orders or row.get("cancelled_at"):
                continue
            parcel = self.parcel(row, events[row["fulfillment_id"]])
            self.parcels[parcel.fulfillment_id] = parcel
            self.parcels_of[parcel.order_id].append(parcel)
        self.contents: dict[str, dict[str, Decimal]] = defaultdict(dict)
        self.listed_orders: set[str] = set()
        for row in self.reading.of("fulfillment_lines"):
            self.contents[row["fulfillment_id"]][row["order_line_id"]] = row["quantity"] or ZERO
            if row["fulfillment_id"] in self.fulfillment_rows:
                self.listed_orders.add(self.fulfillment_rows[row["fulfillment_id"]]["order_id"])

    def parcel(self, row: Row, events: list[Row]) -> Parcel:
        """Follows the carrier's words in order; the last one holds."""
        # what was not said to be handed over left when it was first seen on its way
        seen = [event["occurred_at"] for event in events if event["event_type"] != "label_created"]
        shipped = row.get("shipped_at") or min([*seen, *filter(None, [row.get("delivered_at")])], default=None)
        expected = row.get("expected_delivery_at")
        if expected is None and shipped:
            expected = shipped + self.options["transit_default_days"] * DAY
        parcel = Parcel(row["fulfillment_id"], row["order_id"], shipped, expected)
        words = [(event["occurred_at"], event["event_type"] or "unknown", False) for event in events]
        if row.get("delivered_at"):
            words.append((row["delivered_at"], "delivered", True))
        is_pickup = self.orders[row["order_id"]].get("delivery_method") == "pickup" and row.get("shipped_at")
        # what a carrier speaks of later was handed to the carrier
        if is_pickup and not any(moment > row["shipped_at"] and kind != "label_created" for moment, kind, _ in words):
            words.append((row["shipped_at"], "picked_up", False))
        returning = False
        for moment, kind, corrects in sorted(words, key=lambda word: (word[0], CARRIER_ORDER[word[1]], word[2])):
            if kind in EXCEPTIONS | DEAD_ENDS | {"unknown"}:
                parcel.bars_inference = True
            if kind == "unknown":
                parcel.unmapped_at.append(moment)
                parcel.unmapped_exception = parcel.delivered_at is None
            elif kind in MOVEMENT | ARRIVED:
                parcel.unmapped_exception = False
            if kind in MOVEMENT:
                parcel.last_moved_at = moment
                parcel.bars_inference = parcel.bars_inference or parcel.delivered_at is not None
                parcel.delivered_at = parcel.exception_at = None
                parcel.ready_for_pickup = False
                if kind == "out_for_delivery":
                    returning = False
                if not returning:
                    parcel.dead_end = None
            elif kind in EXCEPTIONS:
                if parcel.delivered_at is None:
                    parcel.exceptions.append(moment)
                    parcel.exception_at = parcel.exception_at or moment
                    parcel.ready_for_pickup = parcel.ready_for_pickup and kind != "attempted_delivery"
            elif kind == "available_for_pickup":
                if parcel.delivered_at is None:
                    parcel.ready_for_pickup = True
                    if parcel.exceptions and self.last_exception_is_attempt(events, moment):
                        parcel.exception_at = None
                    if not returning:
                        parcel.dead_end = None
            elif kind in ARRIVED:
                if returning:
                    parcel.exception_at = None
                    continue
                if parcel.delivered_at is None or corrects:
                    parcel.delivered_at = moment
                parcel.dead_end = parcel.exception_at = None
                parcel.ready_for_pickup = False
            elif kind == "damaged":
                parcel.damaged_at.append(moment)
            elif kind in DEAD_ENDS:
                parcel.delivered_at = None
                parcel.ready_for_pickup = False
                # an issue begins when it began
                if parcel.dead_end is None or (kind == "returned_to_sender" and not returning):
                    parcel.dead_end = (kind, moment)
                returning = returning or kind == "returned_to_sender"
            if kind != "label_created" and not corrects:
                under_way = not (parcel.delivered_at or parcel.dead_end or parcel.ready_for_pickup)
                parcel.last_word_at = moment
                parcel.words_at.append((moment, under_way))
        return parcel

    @staticmethod
    def last_exception_is_attempt(events: list[Row], before: Moment) -> bool:
        kinds = [
            (event["occurred_at"], event["event_type"])
            for event in events
            if event["event_type"] in EXCEPTIONS and event["occurred_at"] <= before
        ]
        return bool(kinds) and max(kinds)[1] == "attempted_delivery"

    def listed_in(self, line_id: str, order_id: str) -> list[tuple[Parcel, Decimal]]:
        return [
            (parcel, self.contents[parcel.fulfillment_id][line_id])
            for parcel in self.parcels_of[order_id]
            if line_id in self.contents[parcel.fulfillment_id]
        ]

    def parcels_with(self, line: Row) -> tuple[list[tuple[Parcel, Decimal]], bool]:
        """The parcels that carry a line with its units in each, and whether the source leaves it open."""
        order_id, line_id = line["order_id"], line["order_line_id"]
        quantity = line["quantity"] or ZERO
        there = self.parcels_of[order_id] if not self.is_digital(line) else []
        physical = [row for row in self.lines_of[order_id] if not self.is_digital(row)]
        carried: list[tuple[Parcel, Decimal]] = []
        missing = False
        for parcel in there:
            if self.contents[parcel.fulfillment_id] or not self.may_carry(parcel, line):
                continue
            if self.fulfillment_rows[parcel.fulfillment_id].get("lines_known") is False and len(physical) > 1:
                # it is so from the last parcel on
                fulfilled = (self.orders[order_id].get("fulfillment_status") or "").casefold() == "fulfilled" and all(
                    one.shipped_at for one in there
                )
                if line.get("units_shipped") is not None:
                    if line["units_shipped"] > 0:
                        carried.append((parcel, line["units_shipped"]))
                elif fulfilled:
                    carried.append((parcel, quantity))
                else:
                    missing = missing or parcel.shipped_at is not None
            elif order_id not in self.listed_orders:
                carried.append((parcel, quantity))
        listed = self.listed_in(line_id, order_id)
        if not listed and order_id in self.listed_orders:
            parent = line.get("parent_order_line_id")
            if parent in self.lines and self.listed_in(parent, order_id):
                listed = [(parcel, quantity) for parcel, _ in self.listed_in(parent, order_id)]
        return carried + listed, missing

    def exchange_asked_at(self, old: Row) -> Moment | None:
        moments = [
            row.get("requested_at") or row.get("refunded_at")
            for row in self.refunds[old["order_id"]]
            if row.get("reason") == "exchange" and row.get("order_line_id") == old["order_line_id"]
        ]
        return min((moment for moment in moments if moment), default=None)

    def exchanged_inside(self, line: Row) -> Row | None:
        """The line of the same order whose place a line has taken."""
        old = self.lines.get(line.get("replaces_order_line_id") or "")
        return old if old and old["order_id"] == line["order_id"] else None

    def may_carry(self, parcel: Parcel, line: Row) -> bool:
        """What was exchanged inside the order left before the exchange was asked for; what takes its place, after."""
        if not parcel.shipped_at:
            return True
        old = self.exchanged_inside(line)
        if old:
            at = self.exchange_asked_at(old)
            first = min(one.shipped_at for one in self.parcels_of[line["order_id"]] if one.shipped_at)
            if parcel.shipped_at < at if at else parcel.shipped_at <= first:
                return False
        given_away = any(
            one.get("replaces_order_line_id") == line["order_line_id"] for one in self.lines_of[line["order_id"]]
        )
        at = self.exchange_asked_at(line) if given_away else None
        return at is None or parcel.shipped_at < at

    def parcels_perhaps(self, line: Row) -> list[Parcel]:
        """Parcels of the line's order of which nobody knows whether they carry it."""
        carried, missing = self.parcels_with(line)
        if not missing:
            return []
        known = {parcel.fulfillment_id for parcel, _ in carried}
        return [
            parcel
            for parcel in self.parcels_of[line["order_id"]]
            if parcel.fulfillment_id not in known
            and self.may_carry(parcel, line)
            and self.fulfillment_rows[parcel.fulfillment_id].get("lines_known") is False
        ]

    def parts_of(self, line: Row) -> list[Row]:
        """The parts of a bundle whose parcels list the parts and not the parent."""
        order_id = line["order_id"]
        if order_id not in self.listed_orders or self.listed_in(line["order_line_id"], order_id):
            return []
        return [row for row in self.lines_of[order_id] if row.get("parent_order_line_id") == line["order_line_id"]]

    def units_owed(self, line: Row) -> Decimal:
        order = self.orders[line["order_id"]]
        if order.get("cancelled_at"):
            return ZERO
        if self.payment_stands_not(order) and not any(p.shipped_at for p in self.parcels_of[order["order_id"]]):
            return ZERO
        if self.nothing_kept(line):
            return ZERO
        quantity = (line["quantity"] or ZERO) - (line.get("units_removed") or ZERO)
        return max(quantity - self.units_refunded(line), ZERO)

    def payment_stands_not(self, order: Row) -> bool:
        """Payment is a problem for another reason than a cancellation; an exchange order's is its parent's too."""
        parent = self.exchanged_order(order)
        if parent and (parent.get("cancelled_at") or self.payment_stands_not(parent)):
            return True
        rows = self.own_currency(order)
        return chargeback_since(rows) is not None or self.payment_failed(order, rows) is not None

    def payment_failed(self, order: Row, rows: list[Row]) -> Moment | None:
        """Failed or voided with nothing captured, authorised or pending, unless nothing was owed from the beginning."""
        money = self.money(order, max((row["occurred_at"] for row in rows), default=None))
        if self.owed(order, Moment.min) <= self.smallest_unit(order):
            return None
        bad = [row["occurred_at"] for row in rows if row["status"] in ("failed", "voided")]
        if bad and not money["captured"] and not money["authorized"] and all(r["status"] != "pending" for r in rows):
            return min(bad)
        return None

    def may_be_inferred(self, parcel: Parcel, line: Row) -> bool:
        return not parcel.bars_inference and not any(
            ticket.is_open and ticket.topic in ("not_received", "shipping") and self.speaks_of(ticket, line, parcel)
            for ticket in self.tickets_of_order(line["order_id"])
        )

    def tickets_known(self, line: Row) -> bool:
        if {"tickets", "ticket_events"} & self.reading.unread_feeds.keys():
            return False
        return not self.refused_for(("tickets", "ticket_events"), line)

    def speaks_of(self, ticket: Ticket, line: Row, parcel: Parcel) -> bool:
        """A ticket without an order speaks of parcels that were under way or had just arrived when it was opened.

        Of what left later nobody had asked.
        """
        if any(kind != "person" for kind, _ in ticket.scopes):
            return True
        for run in ticket.runs:
            shipped, delivered = parcel.shipped_at, parcel.delivered_at
            while_open = shipped and shipped <= run.start and run.start - shipped <= 30 * DAY
            if while_open and (delivered is None or delivered > run.start):
                return True
            if delivered and delivered <= run.start and run.start - delivered < 30 * DAY:
                return True
        return False

    def inferred_at(self, parcel: Parcel) -> Moment:
        assert parcel.expected_at
        grace = self.options["delivery_grace_days"] * DAY
        # what was seen on its way after that had not come
        if parcel.last_moved_at and parcel.last_moved_at > parcel.expected_at + grace:
            return parcel.last_moved_at + grace
        return parcel.expected_at + grace

    def parcel_arrival(self, parcel: Parcel, line: Row) -> Arrival:
        """One parcel of a line: delivered, a problem, unknown or waiting."""
        claims = [
            run
            for ticket in self.tickets_of_line(line)
            if ticket.topic == "not_received" and self.speaks_of(ticket, line, parcel)
            for run in ticket.runs
        ]
        claimed = [run.start for run in claims if run.end is None]
        if claimed:
            return Arrival("problem", "not_received", min(claimed))
        solved = [run.end for run in claims if run.end and run.how in SOLVED]
        if parcel.delivered_at:
            return Arrival("ok", None, delivered_at=max([parcel.delivered_at, *solved]), grade="scan")
        if parcel.dead_end:
            return Arrival("problem", parcel.dead_end[0], parcel.dead_end[1])
        if parcel.shipped_at is None or parcel.ready_for_pickup:
            return Arrival("waiting")
        assert parcel.expected_at
        may = self.may_be_inferred(parcel, line)
        infers_at = self.inferred_at(parcel)
        if may and self.at >= infers_at and not self.tickets_known(line):
            return Arrival("unknown", "tickets_unknown", infers_at)
        if may and self.at >= infers_at:
            # of what left after the answer nobody has said that it came
            grade = "customer" if any(moment >= parcel.shipped_at for moment in solved) else "inferred"
            return Arrival("ok", None, delivered_at=max([infers_at, *solved]), grade=grade)
        clears = infers_at if may and self.tickets_known(line) else None
        silent = [("stalled", self.stalled_since(parcel, line))]
        if not may and self.at >= parcel.expected_at + 10 * DAY:
            silent.append(("overdue", parcel.expected_at + 10 * DAY))
        late = [(since, detail) for detail, since in silent if since]
        if late:
            return Arrival("problem", min(late)[1], min(late)[0], clears)
        if self.at > parcel.expected_at:
            return Arrival("unknown", None, parcel.expected_at, clears)
        return Arrival("waiting", None, None, clears)

    def came_at(self, parcel: Parcel, line: Row) -> Moment | None:
        """When a parcel was scanned as delivered or is presumed to have come, whatever was asked about it later."""
        if parcel.delivered_at or parcel.dead_end or parcel.ready_for_pickup or not parcel.shipped_at:
            return parcel.delivered_at
        infers_at = self.inferred_at(parcel)
        return infers_at if self.at >= infers_at and self.may_be_inferred(parcel, line) else None

    def stalled_since(self, parcel: Parcel, line: Row) -> Moment | None:
        """Since when the carrier has been silent for too long about a parcel that it had spoken of."""
        stall = self.options["stall_days"] * DAY
        if parcel.delivered_at or parcel.dead_end or parcel.ready_for_pickup or not parcel.last_word_at:
            return None
        if self.at < parcel.last_word_at + stall or not self.hears_carriers(line):
            return None
        if self.may_be_inferred(parcel, line) and self.at >= self.inferred_at(parcel):
            return None
        return parcel.last_word_at + stall

    def stalls_of(self, parcel: Parcel, line: Row) -> list[Moment]:
        """When stalls of a parcel began, those that are over included."""
        stall = self.options["stall_days"] * DAY
        over = parcel.delivered_at or (parcel.dead_end and parcel.dead_end[1])
        if not self.hears_carriers(line):
            return []
        ends = [*(moment for moment, _ in parcel.words_at[1:]), over or self.at + dt.timedelta(microseconds=1)]
        if self.may_be_inferred(parcel, line) and parcel.expected_at:
            ends = [min(end, self.inferred_at(parcel)) for end in ends]
        return [
            word + stall
            for (word, under_way), end in zip(parcel.words_at, ends, strict=False)
            if word + stall < end and under_way
        ]

    def hears_carriers(self, line: Row) -> bool:
        """Whether a silence about the line's parcels is one of the carrier's."""
        feeds = ("fulfillments", "fulfillment_lines", "fulfillment_events")
        return not self.reading.unread_feeds.keys() & set(feeds) and not self.refused_for(feeds, line)

    def digital_arrival(self, line: Row) -> Arrival:
        order = self.orders[line["order_id"]]
        # a capture of nothing takes nothing
        captured = [
            row["occurred_at"]
            for row in self.own_currency(order)
            if row["status"] == "captured" and (row["amount"] is None or row["amount"] > 0)
        ]
        claims = [
            run
            for ticket in self.tickets_of_line(line)
            if ticket.topic == "not_received" and any(kind != "person" for kind, _ in ticket.scopes)
            for run in ticket.runs
        ]
        claimed = [run.start for run in claims if run.end is None]
        at = min(captured, default=None)
        if at is None:
            at = self.owes_nothing_since(order)
        if claimed and self.units_owed(line):
            return Arrival("problem", "not_received", min(claimed), delivered_at=at, grade="scan")
        if at:
            return Arrival("ok", delivered_at=at, grade="scan")
        return Arrival("waiting")

    @functools.cache  # noqa: B019  (one object per run of the test)
    def arrival_of(self, line_id: str) -> Arrival:
        return self.arrival(self.lines[line_id])

    def arrival(self, line: Row) -> Arrival:
        """Delivery of a line, with what stands in for it."""
        if self.is_digital(line):
            return self.digital_arrival(line)
        claimed = [
            run.start
            for ticket in self.tickets_of_line(line)
            if ticket.topic == "not_received" and ticket.is_open
            for run in ticket.runs
            if run.end is None
            and (
                any(kind != "person" for kind, _ in ticket.scopes)
                or any(self.speaks_of(ticket, line, parcel) for parcel, _ in self.parcels_with(line)[0])
            )
        ]
        need = self.units_owed(line)
        if claimed and need > 0:
            return Arrival("problem", "not_received", min(claimed))
        replacements = self.standing_in(line)
        if not replacements:
            return self.own_arrival(line, need)
        replaced = sum((new["quantity"] or ZERO for new in replacements), ZERO)
        parts = [self.replacement_arrival(new) for new in replacements]
        if replaced >= need:
            return worst(parts)
        return worst([self.own_arrival(line, need - replaced, replaced=True), *parts])

    def standing_in(self, line: Row) -> list[Row]:
        """The replacements that are waited for: the newest, as many as units are owed."""
        need, found = self.units_owed(line), []
        for new in sorted(
            self.replaced_by(line),
            key=lambda new: (self.orders[new["order_id"]]["ordered_at"], new["order_line_id"]),
            reverse=True,
        ):
            if need <= 0:
                break
            found.append(new)
            need -= new["quantity"] or ZERO
        return found

    def replacement_arrival(self, new: Row) -> Arrival:
        """From its order on the line waits for it; its loss, return or lateness is the line's problem."""
        late = self.late_to_ship(new)
        if late:
            return Arrival("problem", "replacement_not_shipped", late)
        arrival = self.arrival_of(new["order_line_id"])
        if arrival.state in ("ok", "unknown", "problem"):
            return arrival
        return Arrival("waiting", "replacement", self.orders[new["order_id"]]["ordered_at"])

    def own_arrival(self, line: Row, need: Decimal, replaced: bool = False) -> Arrival:
        parts = self.parts_of(line)
        if parts and need <= 0:
            # of what nobody waits for, what left counts
            parts = [part for part in parts if self.parcels_with(part)[0]]
        if parts:
            return worst([self.arrival_of(part["order_line_id"]) for part in parts])
        order_id = line["order_id"]
        carried, missing = self.parcels_with(line)
        arrivals = [(parcel, units, self.parcel_arrival(parcel, line)) for parcel, units in carried]
        arrived = [one for one in arrivals if one[2].state == "ok"]
        # of parcels that list nothing any may hold the line
        silent = order_id not in self.listed_orders
        if sum((units for _, units, _ in arrived), ZERO) >= need and (
            not silent or len(arrived) == len(arrivals) or need <= 0
        ):
            if not arrived:
                return Arrival("ok" if replaced else "waiting")
            last = max(arrived, key=lambda one: one[2].delivered_at)
            grades = {one[2].grade for one in arrived}
            grade = "inferred" if "inferred" in grades else last[2].grade
            return Arrival("ok", delivered_at=last[2].delivered_at, grade=grade)
        good = sum((units for parcel, units, one in arrivals if parcel.dead_end is None), ZERO)
        # what may be in a lost parcel is not known to be safe
        perhaps = [(parcel, self.parcel_arrival(parcel, line)) for parcel in self.parcels_perhaps(line)]
        problems = [
            one
            for parcel, one in [*((parcel, one) for parcel, _, one in arrivals), *perhaps]
            if one.state == "problem" and not (parcel.dead_end and good >= need)
        ]
        if problems:
            return min(problems, key=lambda one: one.since)
        if missing:
            return Arrival("unknown", "parcel_lines_missing")
        unknown = [one for _, _, one in arrivals if one.state == "unknown"]
        all_shipped = sum((units for parcel, units, _ in arrivals if parcel.shipped_at), ZERO) >= need
        clears = [one.clears_at for _, _, one in arrivals if one.state != "ok"]
        by_time = max(clears) if all_shipped and clears and None not in clears else None
        if unknown:
            return Arrival("unknown", None, min(one.since for one in unknown), by_time)
        return Arrival("waiting", None, None, by_time)

    def units_to_ship(self, line: Row) -> Decimal:
        """Units owed that no replacement stands for."""
        replaced = sum((new["quantity"] or ZERO for new in self.replaced_by(line)), ZERO)
        return max(self.units_owed(line) - replaced, ZERO)

    def ship_time(self, line: Row) -> Moment | None:
        """Of an exchange inside the order from its request on, as of an order of its own; without one nobody knows."""
        old = self.exchanged_inside(line)
        ordered = self.exchange_asked_at(old) if old else self.orders[line["order_id"]]["ordered_at"]
        return line.get("ship_by") or (ordered + self.options["handling_days"] * DAY if ordered else None)

    def units_shipped(self, line: Row) -> tuple[Decimal, Moment | None, bool]:
        """Units handed over, when the last one was, and whether the source leaves it open."""
        parts = self.parts_of(line)
        if parts:
            shares = [self.units_shipped(part) for part in parts]
            whole = all(units >= self.units_owed(part) for part, (units, _, _) in zip(parts, shares, strict=True))
            times = [moment for _, moment, _ in shares if moment]
            units = (line["quantity"] or ZERO) if whole else ZERO
            return units, max(times, default=None), any(missing for _, _, missing in shares)
        carried, missing = self.parcels_with(line)
        shipped = [(units, parcel.shipped_at) for parcel, units in carried if parcel.shipped_at]
        return sum((u for u, _ in shipped), ZERO), max((m for _, m in shipped), default=None), missing

    def late_to_ship(self, line: Row) -> Moment | None:
        """Since when a unit should have been handed over."""
        if self.is_digital(line):
            return None
        due = self.ship_time(line)
        if due is None:
            return None
        units, _, missing = self.units_shipped(line)
        late = due + 3 * DAY
        return late if units < self.units_to_ship(line) and not missing and self.at >= late else None

    def shipped_at(self, line: Row) -> Moment | None:
        """When the last unit left, a replacement's too."""
        if self.is_digital(line):
            return self.arrival_of(line["order_line_id"]).delivered_at
        moments = [self.units_shipped(line)[1], *(self.shipped_at(new) for new in self.standing_in(line))]
        return max((moment for moment in moments if moment), default=None)

    def last_parcel_arrival(self, line: Row) -> tuple[Moment | None, set[str]]:
        """When the last parcel that has arrived did so, and which parcels arrived then."""
        whole = self.delivered_at(line)
        if self.standing_in(line):
            return whole, {parcel.fulfillment_id for parcel, _ in self.parcels_with(line)[0]}
        arrived = [
            (arrival.delivered_at, parcel.fulfillment_id)
            for parcel, _ in self.parcels_with(line)[0]
            if (arrival := self.parcel_arrival(parcel, line)).delivered_at
        ]
        last = max([moment for moment, _ in arrived if moment] + ([whole] if whole else []), default=None)
        return last, {parcel for moment, parcel in arrived if moment == last}

    def delivered_at(self, line: Row) -> Moment | None:
        return self.arrival_of(line["order_line_id"]).delivered_at

    def use_ready_at(self, line: Row) -> Moment | None:
        delivered = self.delivered_at(line)
        return delivered + int(self.use_profile(line["sku"])["use_lag_days"]) * DAY if delivered else None

    def depletion_at(self, line: Row) -> Moment | None:
        """What was given back is not used up."""
        days, delivered = self.days_per_unit(line["sku"]), self.delivered_at(line)
        if days is None or delivered is None or self.nothing_kept(line):
            return None
        return delivered + dt.timedelta(days=float(days * self.units_kept(line)))

    # --- tickets --------------------------------------------------------------------------------

    def read_tickets(self) -> None:
        events = self.by("ticket_events", "ticket_id")
        rows = {row["ticket_id"]: row for row in self.reading.of("tickets")}
        self.tickets: dict[str, Ticket] = {}

        def root(ticket_id: str) -> str:
            seen: set[str] = set()
            while rows[ticket_id].get("merged_into_ticket_id") in rows and ticket_id not in seen:
                seen.add(ticket_id)
                ticket_id = rows[ticket_id]["merged_into_ticket_id"]
            return ticket_id

        absorbed: dict[str, list[Row]] = defaultdict(list)
        for ticket_id, row in rows.items():
            absorbed[root(ticket_id)].append(row)
        for ticket_id, members in absorbed.items():
            row = rows[ticket_id]
            topic = row.get("topic") or "other"
            ticket = Ticket(ticket_id, topic, *self.ticket_runs(row, events[ticket_id]))
            named: set[Name] = set()
            persons: set[str] = set()
            for member in members:
                line, order = member.get("order_line_id"), member.get("order_id")
                if line in self.lines:
                    named.add(("line", line) if member is row else ("order", self.lines[line]["order_id"]))
                elif order in self.orders:
                    named.add(("order", order))
                persons |= self.persons_of_ticket(member)
            ticket.scopes = named or {("person", person) for person in persons}
            self.tickets[ticket_id] = ticket
        self.by_scope: dict[Name, list[Ticket]] = defaultdict(list)
        for ticket in self.tickets.values():
            for scope in ticket.scopes:
                self.by_scope[scope].append(ticket)

    @staticmethod
    def ticket_runs(row: Row, events: list[Row]) -> tuple[list[Run], list[tuple[Moment, str]]]:
        """A reopening begins a new run; at one instant it comes after a solve."""
        runs = [Run(row["opened_at"])]
        marks: list[tuple[Moment, str]] = []
        for event in sorted(events, key=lambda event: (event["occurred_at"], event["status"] not in OVER)):
            if event["status"] in OVER:
                if runs[-1].end is None:
                    runs[-1].end, runs[-1].how = event["occurred_at"], event["status"]
            elif runs[-1].end is not None and event["occurred_at"] > row["opened_at"]:
                runs.append(Run(event["occurred_at"]))
            if event.get("satisfaction"):
                marks.append((event["occurred_at"], event["satisfaction"].casefold()))
        return runs, marks

    def persons_of_ticket(self, row: Row) -> set[str]:
        if row.get("customer_id") in self.person:
            return {self.person[row["customer_id"]]}
        found: set[str] = set()
        if address := email_address(row.get("requester_email")):
            found |= self.writers(address)
        if phone := phone_address(row.get("requester_phone"), None):
            found |= self.persons_at.get(("phone", phone), set())
        return found

    def tickets_of_order(self, order_id: str) -> list[Ticket]:
        """Every ticket that speaks of the order or of one of its lines."""
        found: dict[str, Ticket] = {}
        for line in self.lines_of[order_id]:
            found.update({ticket.ticket_id: ticket for ticket in self.tickets_of_line(line)})
        return list(found.values())

    def tickets_of_line(self, line: Row, with_person: bool = True) -> list[Ticket]:
        return self._tickets_of_line(line["order_line_id"], with_person)

    @functools.cache  # noqa: B019
    def _tickets_of_line(self, line_id: str, with_person: bool) -> list[Ticket]:
        line = self.lines[line_id]
        order = self.orders[line["order_id"]]
        scopes: list[Name] = [("line", line_id), ("order", order["order_id"])]
        if order.get("order_type") == "exchange" and order.get("parent_order_id"):
            scopes.append(("order", order["parent_order_id"]))
        for new in self.replaced_by(line):
            scopes += [("line", new["order_line_id"]), ("order", new["order_id"])]
        if with_person:
            scopes.append(("person", self.person_of_order(order["order_id"])))
        found: dict[str, Ticket] = {}
        for scope in scopes:
            for ticket in self.by_scope.get(scope, []):
                if scope[0] == "person" and not self.lives_by_itself(line):
                    continue
                found[ticket.ticket_id] = ticket
        return list(found.values())

    # --- which lines are live -------------------------------------------------------------------

    def lives_by_itself(self, line: Row) -> bool:
        """Of an order that is live without any issue, and without asking what tickets say of its parcels."""
        order_id = line["order_id"]
        if self.at - self.orders[order_id]["ordered_at"] <= self.options["live_days"] * DAY:
            return True
        if any(self.has_lately_moved(parcel) for parcel in self.parcels_of[order_id]):
            return True
        return any(self.is_in_use(one) for one in self.lines_of[order_id])

    def has_lately_moved(self, parcel: Parcel) -> bool:
        """Handed over, delivered, lost or sent back lately."""
        moments = (parcel.shipped_at, parcel.delivered_at, parcel.dead_end and parcel.dead_end[1])
        return any(moment and self.at - moment < 120 * DAY for moment in moments)

    def is_in_use(self, line: Row) -> bool:
        """Not used up yet; what a replacement's parcel carries is the line."""
        for new in self.replaced_by(line):
            # a file that was sent in a box, too
            digital = self.parcels_of[new["order_id"]] if self.is_digital(new) else []
            if any(self.has_lately_moved(one) for one in [*digital, *(one for one, _ in self.parcels_with(new)[0])]):
                return True
        days = self.days_per_unit(line["sku"])
        delivered = [parcel.delivered_at for parcel, _ in self.parcels_with(line)[0] if parcel.delivered_at]
        if days is not None and delivered:
            end = max(delivered) + dt.timedelta(days=float(days * (line["quantity"] or ZERO)) + 14)
            return self.at <= end
        return False

    # --- messages -------------------------------------------------------------------------------

    def read_messages(self) -> None:
        events = self.by("message_events", "message_id")
        self.messages_of: dict[str, list[Row]] = defaultdict(list)
        self.events_at: dict[Name, list[Row]] = defaultdict(list)
        for row in self.reading.of("messages"):
            row["action"] = row.get("action") or "other"
            row["events"] = events[row["message_id"]]
            row["failed"] = any(
                event["event_type"] in ("soft_bounced", "hard_bounced", "dropped") for event in row["events"]
            )
            if row.get("order_line_id") in self.lines:
                row["order_id"] = self.lines[row["order_line_id"]]["order_id"]
            else:
                row["order_line_id"] = None
            if row.get("order_id") not in self.orders:
                row["order_id"] = None
            said = row.get("channel") or "unknown"
            for person in self.persons_of_message(row, said):
                self.messages_of[person].append(row)
            # on a channel that nobody knows it may have gone over any
            for channel in [said] if said in CHANNELS else CHANNELS:
                if address := self.address_of_message(row, channel):
                    for event in row["events"]:
                        self.hear(event, channel, address, said)

    def address_of_message(self, row: Row, channel: str) -> str | None:
        address = email_address(row.get("address")) if channel == "email" else None
        if address is None and row.get("customer_id") in self.accounts:
            address = self.address_of_account(row["customer_id"], channel)
        if address is None and row["order_id"]:
            address = self.address_of_order(row["order_id"], channel)
        return address

    def hear(self, event: Row, channel: str, address: str, said: str) -> None:
        """What is bad news on a channel that nobody knows is unknown on each; good news of it is none."""
        if said in CHANNELS:
            self.events_at[channel, address].append(event)
        elif event["event_type"] == "unsubscribed":
            self.ledger[channel, address].append({"status": "unknown", "occurred_at": event["occurred_at"]})
        elif event["event_type"] in ("complained", "hard_bounced", "dropped", "unknown", None):
            self.events_at[channel, address].append({**event, "event_type": "unknown"})

    def persons_of_message(self, row: Row, channel: str) -> Iterable[str]:
        if row.get("order_id"):
            return [self.person_of_order(row["order_id"])]
        if row.get("customer_id") in self.person:
            return [self.person[row["customer_id"]]]
        if address := email_address(row.get("address")):
            given = self.wrote_from.get(address, set()) if channel == "email" else set()
            # of several persons who gave it with an order, nobody knows which was written to
            return self.persons_at.get((channel, address)) or (given if len(given) == 1 else set())
        return []

    def covers(self, message: Row, line: Row) -> bool:
        """A message with no line covers its order, one with no order every order placed before it."""
        if message.get("order_line_id"):
            return message["order_line_id"] == line["order_line_id"]
        if message.get("order_id"):
            return message["order_id"] in self.family(line["order_id"])
        return self.orders[line["order_id"]]["ordered_at"] < message["sent_at"]

    # --- what is at home ------------------------------------------------------------------------

    def order_stands(self, order: Row) -> bool:
        return not order.get("cancelled_at") and not self.payment_stands_not(order)

    def is_bought(self, line: Row) -> bool:
        """No test and no replacement; what is cancelled or unpaid and never left is nobody's."""
        order = self.orders[line["order_id"]]
        if order.get("order_type") == "replacement" or self.is_test(order):
            return False
        goods = [line, *self.replaced_by(line)]
        if self.is_digital(line) and self.digital_arrival(line).delivered_at:
            return True
        return self.order_stands(order) or any(p.shipped_at for one in goods for p, _ in self.parcels_with(one)[0])

    def is_test(self, order: Row) -> bool:
        parent = self.exchanged_order(order)
        account = self.accounts[order["customer_id"]]
        return bool(order.get("is_test") or account.get("is_test") or (parent and self.is_test(parent)))

    def purchases(self, person: str, sku: str) -> list[Row]:
        """Lines of standing purchases of a SKU, the earliest first."""
        found = [
            line
            for order in self.orders_of[person]
            if self.order_stands(order)
            and not self.is_test(order)
            and order.get("order_type") in (None, "purchase", "subscription_renewal")
            for line in self.lines_of[order["order_id"]]
            # what has no SKU is no purchase of one
            if line["sku"] and line["sku"] == sku
        ]
        return sorted(found, key=lambda line: (self.orders[line["order_id"]]["ordered_at"], line["order_line_id"]))

    def supplied_until(self, person: str, sku: str) -> Moment | None:
        """When what the person has of a SKU, or is on its way, is used up."""
        days = self.days_per_unit(sku)
        if days is None:
            return None
        home: list[tuple[Moment, Decimal]] = []
        for order in self.orders_of[person]:
            for line in self.lines_of[order["order_id"]]:
                if line["sku"] == sku and self.is_bought(line) and not self.nothing_kept(line):
                    home.append((self.delivered_at(line) or self.at, self.units_kept(line)))
        until: Moment | None = None
        for delivered, units in sorted(home):
            until = max(until, delivered) if until else delivered
            until += dt.timedelta(days=float(units * days))
        return until

    # --- refusals -------------------------------------------------------------------------------

    def name_refusals(self) -> None:
        """By table: what refused rows name."""
        self.refused: dict[str, set[Name]] = defaultdict(set)
        for one in self.reading.refused:
            self.refused[one.table] |= one.names

    def refused_for(self, tables: Iterable[str], line: Row) -> bool:
        """Whether a refused row of one of the tables names the line, its order, person or address."""
        order_id = line["order_id"]
        person = self.person_of_order(order_id)
        names: set[Name] = {("line", line["order_line_id"]), ("order", order_id)}
        names |= {("order", other) for other in self.family(order_id)}
        names |= {("customer", account) for account in self.accounts_of[person]}
        for account in self.accounts_of[person]:
            if address := self.address_of_account(account):
                names.add(("email", address))
        names |= {("writer", address) for address, persons in self.wrote_from.items() if person in persons}
        return any(self.refused[table] & names for table in tables)


def chargeback_since(rows: list[Row]) -> Moment | None:
    """A chargeback without a later chargeback_won."""
    won = [row["occurred_at"] for row in rows if row["status"] == "chargeback_won"]
    open_ones = [
        row["occurred_at"]
        for row in rows
        if row["status"] == "chargeback" and not any(moment > row["occurred_at"] for moment in won)
    ]
    return min(open_ones, default=None)


def worst(arrivals: list[Arrival]) -> Arrival:
    """Problem, unknown and waiting before ok; of what arrived, the last."""
    for state in ("problem", "unknown", "waiting"):
        found = [one for one in arrivals if one.state == state]
        if found:
            # what waits for more than time does not clear by time
            clears = [one.clears_at for one in arrivals if one.state != "ok"]
            first = min(found, key=lambda one: one.since or Moment.max)
            return replace(first, clears_at=None if None in clears else max(moment for moment in clears if moment))
    arrived = [one for one in arrivals if one.delivered_at]
    if not arrived:
        return arrivals[0]
    last = max(arrived, key=lambda one: one.delivered_at or Moment.min)
    grade = "inferred" if any(one.grade == "inferred" for one in arrived) else last.grade
    return Arrival("ok", delivered_at=last.delivered_at, grade=grade)


__all__ = ["DAY", "HOUR", "Arrival", "Facts", "Moment", "Parcel", "Run", "Spell", "Ticket", "chargeback_since"]
