from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.indexes import Index


class Migration(migrations.Migration):
    dependencies = [("gendan", "0041_alert_limits")]

    initial = False

    operations = [
        ops.AddIndex(
            model_name="Shipment",
            index=Index(fields=["received_by", "delivered_at"]),
        ),
        ops.AddIndex(
            model_name="Shipment",
            index=Index(fields=["delivered_at", "gave_up_at"]),
        ),
    ]
