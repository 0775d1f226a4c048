from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [("gendan", "0047_materials")]

    initial = False

    operations = [
        ops.RemoveIndex(
            model_name="Order",
            fields=["placed_by_staff_id"],
        ),
        ops.AddIndex(
            model_name="Order",
            index=Index(fields=["placed_by_staff_id", "id"]),
        ),
        ops.AddIndex(
            model_name="Order",
            index=Index(fields=["placed_by_staff_id", "state"]),
        ),
    ]
