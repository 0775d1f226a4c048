from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.indexes import Index


class Migration(migrations.Migration):
    dependencies = [("gendan", "0048_orders_of_reps")]

    initial = False

    operations = [
        ops.AddIndex(
            model_name="Order",
            index=Index(fields=["customer_id", "placed_at"]),
        ),
    ]
