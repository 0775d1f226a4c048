from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields


class Migration(migrations.Migration):
    dependencies = [("gendan", "0001_initial")]

    initial = False

    operations = [
        ops.CreateModel(
            name="CustomerAlias",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "customer",
                    fields.ForeignKeyField(
                        "gendan.Customer",
                        source_field="customer_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="aliases",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("alias", fields.CharField(max_length=32)),
                ("sku", fields.CharField(max_length=64)),
                ("learnt_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("learnt_by", fields.CharField(max_length=64)),
            ],
            options={
                "table": "customeralias",
                "app": "gendan",
                "unique_together": (("customer", "alias"),),
                "pk_attr": "id",
                "table_description": "What one customer calls a product (小红瓶), learnt from an order that was confirmed, and from whom.",
            },
            bases=["Model"],
        ),
    ]
