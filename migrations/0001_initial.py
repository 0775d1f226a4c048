from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from bot.models import Progress
from decimal import Decimal
from domain.models.scaled import MoneyField, PriceField, QuantityField, RatioField
from domain.rules.lifecycle import OrderState
from domain.rules.tracking import ParcelState
from domain.values import Role
from json import dumps, loads
from notify.models import AlertState, DeliveryState
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="Alert",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("rule", fields.CharField(max_length=32)),
                ("subject", fields.CharField(max_length=80)),
                ("live", fields.CharField(null=True, unique=True, max_length=120)),
                ("order_number", fields.CharField(null=True, max_length=24)),
                (
                    "facts",
                    fields.JSONField(
                        default=dict, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                (
                    "owner_roles",
                    fields.JSONField(
                        default=list, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                ("owner_staff_id", fields.IntField(null=True)),
                (
                    "state",
                    fields.CharEnumField(
                        default=AlertState.OPEN,
                        description="OPEN: open\nTAKEN: taken\nSNOOZED: snoozed\nRESOLVED: resolved",
                        enum_type=AlertState,
                        max_length=12,
                    ),
                ),
                ("level", fields.IntField(default=0)),
                ("told", fields.IntField(default=0)),
                ("told_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("next_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("taken_by", fields.CharField(null=True, max_length=64)),
                ("taken_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("raised_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("resolved_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "alert",
                "app": "gendan",
                "indexes": [Index(fields=["state", "next_at"])],
                "pk_attr": "id",
                "table_description": "One condition that somebody must look at (预警), ``live`` is its fingerprint while open, so that it is unique.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="BindingTry",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("account", fields.CharField(max_length=32)),
                ("openid", fields.CharField(max_length=64)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "bindingtry",
                "app": "gendan",
                "indexes": [Index(fields=["account", "openid", "at"])],
                "pk_attr": "id",
                "table_description": "One attempt to redeem a code, kept to slow guessing down.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="CarrierPush",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("provider", fields.CharField(max_length=16)),
                ("token", fields.CharField(max_length=64)),
                ("body", fields.TextField(unique=False)),
                ("genuine", fields.BooleanField()),
                ("received_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("processed_at", fields.DatetimeField(null=True, db_index=True, auto_now=False, auto_now_add=False)),
                (
                    "outcome",
                    fields.JSONField(
                        default=dict, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
            ],
            options={
                "table": "carrierpush",
                "app": "gendan",
                "pk_attr": "id",
                "table_description": "What a carrier service sent us, as it came, before anything was done with it.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="CatalogueVersion",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("version", fields.IntField(default=0)),
            ],
            options={
                "table": "catalogueversion",
                "app": "gendan",
                "pk_attr": "id",
                "table_description": "One row that counts the changes of everything that has a name.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ChannelPause",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("account", fields.CharField(max_length=32)),
                ("channel", fields.CharField(max_length=20)),
                ("kind", fields.CharField(max_length=16)),
                ("code", fields.CharField(max_length=40)),
                ("since", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("until", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "channelpause",
                "app": "gendan",
                "unique_together": (("account", "channel"),),
                "pk_attr": "id",
                "table_description": "A way out of one account that is shut (通道暂停) by a quota or a mistake in its setup, until the next success.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Customer",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("code", fields.CharField(unique=True, max_length=32)),
                ("name", fields.CharField(max_length=128)),
                (
                    "short_names",
                    fields.JSONField(
                        default=list, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                ("city", fields.CharField(null=True, max_length=64)),
                ("price_list", fields.CharField(null=True, max_length=32)),
                ("credit_limit", fields.BigIntField(null=True)),
                ("credit_days", fields.IntField(null=True)),
                (
                    "ship_to",
                    fields.JSONField(
                        default=dict, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                ("blocked", fields.BooleanField(default=False)),
                ("active", fields.BooleanField(default=True)),
            ],
            options={
                "table": "customer",
                "app": "gendan",
                "pk_attr": "id",
                "table_description": "A company or person that buys (客户).",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Contact",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "customer",
                    fields.ForeignKeyField(
                        "gendan.Customer",
                        source_field="customer_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="contacts",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("name", fields.CharField(max_length=64)),
                (
                    "role",
                    fields.CharEnumField(
                        description="BUYER: buyer\nRECEIVER: receiver\nFINANCE_CONTACT: finance_contact\nBOSS: boss\nSALES: sales\nREVIEWER: reviewer\nWAREHOUSE: warehouse\nPURCHASING: purchasing\nPRODUCTION: production\nFINANCE: finance\nMANAGER: manager\nADMIN: admin",
                        enum_type=Role,
                        max_length=32,
                    ),
                ),
                ("active", fields.BooleanField(default=True)),
            ],
            options={
                "table": "contact",
                "app": "gendan",
                "pk_attr": "id",
                "table_description": "A person of a customer (联系人), with the one role that decides what is told to them and what they may do.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Delivery",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("cause", fields.CharField(max_length=200)),
                ("account", fields.CharField(max_length=32)),
                ("openid", fields.CharField(max_length=64)),
                ("notice", fields.CharField(max_length=40)),
                ("channel", fields.CharField(max_length=20)),
                (
                    "channels",
                    fields.JSONField(
                        default=list, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                (
                    "facts",
                    fields.JSONField(
                        default=dict, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                ("why", fields.CharField(default="", max_length=200)),
                ("order_number", fields.CharField(null=True, db_index=True, max_length=24)),
                (
                    "state",
                    fields.CharEnumField(
                        default=DeliveryState.DUE,
                        description="DUE: due\nSENDING: sending\nFAILED: failed\nHELD: held\nSENT: sent\nDELIVERED: delivered\nUNSURE: unsure\nGIVEN_UP: given_up",
                        enum_type=DeliveryState,
                        max_length=12,
                    ),
                ),
                ("attempts", fields.IntField(default=0)),
                ("first_try_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("next_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("lease_until", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("lease_by", fields.CharField(null=True, max_length=80)),
                ("handed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("platform_id", fields.CharField(null=True, db_index=True, max_length=40)),
                ("last_code", fields.CharField(default="", max_length=40)),
                (
                    "tries",
                    fields.JSONField(
                        default=list, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("settled_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "delivery",
                "app": "gendan",
                "unique_together": (("cause", "account", "openid", "notice"),),
                "indexes": [Index(fields=["state", "next_at"])],
                "pk_attr": "id",
                "table_description": "One notice to one person by one channel (通知). Unique by cause, person and notice, its id is the client_msg_id.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Dialogue",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("account", fields.CharField(max_length=32)),
                ("openid", fields.CharField(max_length=64)),
                (
                    "state",
                    fields.JSONField(
                        default=dict, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                ("touched_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "dialogue",
                "app": "gendan",
                "unique_together": (("account", "openid"),),
                "pk_attr": "id",
                "table_description": "What we are talking about with one person: the open draft and the question asked last.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Event",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("kind", fields.CharField(max_length=40)),
                ("order_number", fields.CharField(null=True, db_index=True, max_length=24)),
                (
                    "facts",
                    fields.JSONField(
                        default=dict, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                ("by", fields.CharField(max_length=64)),
                ("source", fields.CharField(default="", max_length=160)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("routed_at", fields.DatetimeField(null=True, db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "event",
                "app": "gendan",
                "pk_attr": "id",
                "table_description": "A fact of the past (事件), ``routed_at`` is set once it was decided who hears of it.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="GenericTerm",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("kind", fields.CharField(max_length=16)),
                ("term", fields.CharField(max_length=64)),
                (
                    "members",
                    fields.JSONField(
                        default=list, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
            ],
            options={
                "table": "genericterm",
                "app": "gendan",
                "unique_together": (("kind", "term"),),
                "pk_attr": "id",
                "table_description": "A word that means several products or customers (灯泡), to be asked about.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="InboundMessage",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("account", fields.CharField(max_length=32)),
                ("key", fields.CharField(max_length=160)),
                ("digest", fields.CharField(max_length=64)),
                (
                    "content",
                    fields.JSONField(
                        default=dict, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                (
                    "progress",
                    fields.CharEnumField(
                        default=Progress.WORKING,
                        description="WORKING: working\nDEFERRED: deferred\nSETTLED: settled",
                        enum_type=Progress,
                        max_length=12,
                    ),
                ),
                ("answer", fields.TextField(null=True, unique=False)),
                ("received_at", fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
                ("settled_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "inboundmessage",
                "app": "gendan",
                "unique_together": (("account", "key"),),
                "indexes": [Index(fields=["progress", "id"])],
                "pk_attr": "id",
                "table_description": "One message of the platform, the unique ``key`` makes every effect happen once.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="InstanceSecret",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("name", fields.CharField(unique=True, max_length=32)),
                ("value", fields.CharField(max_length=128)),
            ],
            options={
                "table": "instancesecret",
                "app": "gendan",
                "pk_attr": "id",
                "table_description": "A secret of this installation, such as the one behind links, it travels with the backup.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="OrderNumber",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("asked_by", fields.CharField(unique=True, max_length=160)),
            ],
            options={
                "table": "ordernumber",
                "app": "gendan",
                "pk_attr": "id",
                "table_description": "The counter behind order numbers: one row per number, its id is the number.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Product",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("sku", fields.CharField(unique=True, max_length=64)),
                ("name", fields.CharField(max_length=128)),
                (
                    "aliases",
                    fields.JSONField(
                        default=list, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                ("base_unit", fields.CharField(max_length=16)),
                (
                    "units",
                    fields.JSONField(
                        default=dict, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                ("list_price", PriceField(generated=False, null=False, unique=False)),
                ("floor_price", PriceField(null=True, generated=False, unique=False)),
                ("category", fields.CharField(null=True, max_length=64)),
                ("lead_days", fields.IntField(default=7)),
                ("make_or_buy", fields.CharField(default="buy", max_length=8)),
                ("active", fields.BooleanField(default=True)),
            ],
            options={
                "table": "product",
                "app": "gendan",
                "pk_attr": "id",
                "table_description": "A product (商品), ``units`` maps a unit to base units in it, as decimal text, prices are per base unit.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="PurchaseRequest",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("number", fields.CharField(unique=True, max_length=32)),
                ("sku", fields.CharField(db_index=True, max_length=64)),
                ("qty", QuantityField(generated=False, null=False, unique=False)),
                ("line_id", fields.IntField(null=True, db_index=True)),
                ("order_number", fields.CharField(null=True, max_length=32)),
                ("state", fields.CharField(default="open", max_length=16)),
                ("needed_by", fields.DateField(null=True)),
                ("expected_on", fields.DateField(null=True)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "purchaserequest",
                "app": "gendan",
                "pk_attr": "id",
                "table_description": "What is missing for an order line (采购请求), shrinks when the line needs less.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Receipt",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("account", fields.CharField(max_length=32)),
                ("platform_id", fields.CharField(db_index=True, max_length=40)),
                ("status", fields.CharField(max_length=40)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "receipt",
                "app": "gendan",
                "pk_attr": "id",
                "table_description": "The platform's word on a message that we cannot match yet: it may come before the answer to the send.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Staff",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("code", fields.CharField(unique=True, max_length=32)),
                ("name", fields.CharField(max_length=64)),
                (
                    "roles",
                    fields.JSONField(
                        default=list, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                (
                    "customers",
                    fields.JSONField(
                        default=list, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                ("manager", fields.CharField(null=True, max_length=32)),
                ("active", fields.BooleanField(default=True)),
            ],
            options={
                "table": "staff",
                "app": "gendan",
                "pk_attr": "id",
                "table_description": "A member of staff (员工), ``customers`` are the codes that a rep looks after.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="BindingCode",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("digest", fields.CharField(unique=True, max_length=64)),
                (
                    "staff",
                    fields.ForeignKeyField(
                        "gendan.Staff",
                        source_field="staff_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="codes",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "contact",
                    fields.ForeignKeyField(
                        "gendan.Contact",
                        source_field="contact_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="codes",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("issued_by", fields.CharField(max_length=64)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("used_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "bindingcode",
                "app": "gendan",
                "pk_attr": "id",
                "table_description": "A one-time invitation: the hash of a code, and whom it makes of the one who sends it.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Identity",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("account", fields.CharField(max_length=32)),
                ("openid", fields.CharField(max_length=64)),
                (
                    "contact",
                    fields.ForeignKeyField(
                        "gendan.Contact",
                        source_field="contact_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="identities",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "staff",
                    fields.ForeignKeyField(
                        "gendan.Staff",
                        source_field="staff_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="identities",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("following", fields.BooleanField(default=True)),
                ("bound_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("last_inbound_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "identity",
                "app": "gendan",
                "unique_together": (("account", "openid"),),
                "pk_attr": "id",
                "table_description": "One openid of one Official Account: a follower, and perhaps a contact or a member of staff.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Order",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("number", fields.CharField(unique=True, max_length=24)),
                ("asked_by", fields.CharField(unique=True, max_length=160)),
                (
                    "customer",
                    fields.ForeignKeyField(
                        "gendan.Customer",
                        source_field="customer_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="orders",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "contact",
                    fields.ForeignKeyField(
                        "gendan.Contact",
                        source_field="contact_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="orders",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "rep",
                    fields.ForeignKeyField(
                        "gendan.Staff",
                        source_field="rep_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="orders",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("placed_by", fields.CharField(max_length=64)),
                ("placed_by_staff_id", fields.IntField(null=True)),
                ("channel", fields.CharField(default="chat", max_length=16)),
                (
                    "state",
                    fields.CharEnumField(
                        description="IN_REVIEW: in_review\nAWAITING_APPROVAL: awaiting_approval\nACCEPTED: accepted\nREJECTED: rejected\nCANCELLED: cancelled\nSHORT_CLOSED: short_closed\nCLOSED: closed",
                        enum_type=OrderState,
                        max_length=24,
                    ),
                ),
                (
                    "review",
                    fields.JSONField(
                        default=dict, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                (
                    "wish",
                    fields.JSONField(
                        default=dict, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                ("requested_date", fields.DateField(null=True)),
                ("promised_date", fields.DateField(null=True)),
                (
                    "ship_to",
                    fields.JSONField(
                        default=dict, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                ("remark", fields.TextField(default="", unique=False)),
                ("tax", fields.CharField(null=True, max_length=8)),
                ("currency", fields.CharField(default="CNY", max_length=3)),
                ("total", MoneyField(default=Decimal("0"), generated=False, null=False, unique=False)),
                ("version", fields.IntField(default=1)),
                ("placed_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("decided_by", fields.CharField(null=True, max_length=64)),
                ("decided_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("reason", fields.CharField(default="", max_length=400)),
                ("chased_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "order",
                "app": "gendan",
                "indexes": [Index(fields=["customer_id", "id"]), Index(fields=["state", "id"])],
                "pk_attr": "id",
                "table_description": "A customer order (订单). ``asked_by`` names the draft that it came from: a second try finds the first order.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="OrderLine",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "order",
                    fields.ForeignKeyField(
                        "gendan.Order",
                        source_field="order_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="lines",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("position", fields.IntField()),
                ("sku", fields.CharField(max_length=64)),
                ("name", fields.CharField(max_length=128)),
                ("qty", QuantityField(generated=False, null=False, unique=False)),
                ("unit", fields.CharField(max_length=16)),
                ("base_unit", fields.CharField(max_length=16)),
                ("ratio", RatioField(generated=False, null=False, unique=False)),
                ("base_qty", QuantityField(generated=False, null=False, unique=False)),
                ("unit_price", PriceField(generated=False, null=False, unique=False)),
                ("price_unit", fields.CharField(max_length=16)),
                ("price_source", fields.CharField(max_length=32)),
                ("amount", MoneyField(generated=False, null=False, unique=False)),
                ("reserved", QuantityField(default=Decimal("0"), generated=False, null=False, unique=False)),
                ("shipped", QuantityField(default=Decimal("0"), generated=False, null=False, unique=False)),
                ("delivered", QuantityField(default=Decimal("0"), generated=False, null=False, unique=False)),
                ("cancelled", QuantityField(default=Decimal("0"), generated=False, null=False, unique=False)),
                ("promised_date", fields.DateField(null=True)),
            ],
            options={
                "table": "orderline",
                "app": "gendan",
                "indexes": [Index(fields=["sku"])],
                "pk_attr": "id",
                "table_description": "One product of an order. Counters and ``base_qty`` are in base units, the ratio of the unit is frozen here.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Shipment",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("number", fields.CharField(unique=True, max_length=32)),
                (
                    "order",
                    fields.ForeignKeyField(
                        "gendan.Order",
                        source_field="order_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="shipments",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("carrier", fields.CharField(max_length=32)),
                ("waybill", fields.CharField(null=True, unique=True, max_length=64)),
                ("tail", fields.CharField(default="", max_length=8)),
                (
                    "state",
                    fields.CharEnumField(
                        default=ParcelState.HANDED_OVER,
                        description="HANDED_OVER: handed_over\nCOLLECTED: collected\nIN_TRANSIT: in_transit\nOUT_FOR_DELIVERY: out_for_delivery\nDELIVERED: delivered\nPROBLEM: problem\nRETURNING: returning\nRETURNED: returned",
                        enum_type=ParcelState,
                        max_length=24,
                    ),
                ),
                ("hook_token", fields.CharField(unique=True, max_length=64)),
                ("salt", fields.CharField(max_length=64)),
                ("watched", fields.CharField(default="no", max_length=16)),
                ("watch_tries", fields.IntField(default=0)),
                ("watch_next_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("shipped_by", fields.CharField(max_length=64)),
                ("shipped_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("eta", fields.DateField(null=True)),
                ("first_scan_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("last_news_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("delivered_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("received_by", fields.CharField(default="", max_length=64)),
            ],
            options={
                "table": "shipment",
                "app": "gendan",
                "indexes": [Index(fields=["state", "id"]), Index(fields=["watched", "watch_next_at"])],
                "pk_attr": "id",
                "table_description": "One parcel of an order (发货单). ``hook_token`` ties a carrier's push to it, ``tail`` ends the phone number.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ShipmentLine",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "shipment",
                    fields.ForeignKeyField(
                        "gendan.Shipment",
                        source_field="shipment_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="lines",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "line",
                    fields.ForeignKeyField(
                        "gendan.OrderLine",
                        source_field="line_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="shipped_in",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("qty", QuantityField(generated=False, null=False, unique=False)),
            ],
            options={
                "table": "shipmentline",
                "app": "gendan",
                "pk_attr": "id",
                "table_description": "How much of an order line is in a parcel, in base units.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Stock",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("sku", fields.CharField(max_length=64)),
                ("warehouse", fields.CharField(default="MAIN", max_length=32)),
                ("on_hand", QuantityField(default=Decimal("0"), generated=False, null=False, unique=False)),
                ("reserved", QuantityField(default=Decimal("0"), generated=False, null=False, unique=False)),
            ],
            options={
                "table": "stock",
                "app": "gendan",
                "unique_together": (("sku", "warehouse"),),
                "pk_attr": "id",
                "table_description": "The balance of one product in one warehouse, always the sum of its moves, never negative, reserved <= on hand.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="StockMove",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("sku", fields.CharField(db_index=True, max_length=64)),
                ("warehouse", fields.CharField(max_length=32)),
                ("qty", QuantityField(generated=False, null=False, unique=False)),
                ("kind", fields.CharField(max_length=16)),
                ("document", fields.CharField(default="", max_length=64)),
                ("by", fields.CharField(max_length=64)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "stockmove",
                "app": "gendan",
                "pk_attr": "id",
                "table_description": "One signed change of a balance (出入库流水): kind receipt, issue, count, transfer or reversal, never altered.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="TokenLease",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("account", fields.CharField(unique=True, max_length=32)),
                ("token", fields.TextField(default="", unique=False)),
                ("expires_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("lease_until", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("lease_by", fields.CharField(null=True, max_length=64)),
            ],
            options={
                "table": "tokenlease",
                "app": "gendan",
                "pk_attr": "id",
                "table_description": "The access token of one account, shared by all processes.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="TrackingEvent",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "shipment",
                    fields.ForeignKeyField(
                        "gendan.Shipment",
                        source_field="shipment_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="events",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("digest", fields.CharField(max_length=64)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "state",
                    fields.CharEnumField(
                        description="HANDED_OVER: handed_over\nCOLLECTED: collected\nIN_TRANSIT: in_transit\nOUT_FOR_DELIVERY: out_for_delivery\nDELIVERED: delivered\nPROBLEM: problem\nRETURNING: returning\nRETURNED: returned",
                        enum_type=ParcelState,
                        max_length=24,
                    ),
                ),
                ("code", fields.CharField(max_length=16)),
                ("text", fields.CharField(max_length=400)),
                ("place", fields.CharField(default="", max_length=128)),
                ("first_in_state", fields.BooleanField(default=False)),
                ("received_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "trackingevent",
                "app": "gendan",
                "unique_together": (("shipment_id", "digest"),),
                "pk_attr": "id",
                "table_description": "One scan of a parcel, the digest of time and text keeps a re-push from being stored twice.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="UnitSynonym",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("unit", fields.CharField(unique=True, max_length=16)),
                (
                    "spellings",
                    fields.JSONField(
                        default=list, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                ("factor", fields.CharField(null=True, max_length=16)),
                ("of", fields.CharField(null=True, max_length=16)),
            ],
            options={
                "table": "unitsynonym",
                "app": "gendan",
                "pk_attr": "id",
                "table_description": "Other spellings of a unit, or (``factor`` set) a unit that converts into another for any product.",
            },
            bases=["Model"],
        ),
    ]
