from decimal import Decimal
from tortoise import migrations
from tortoise.migrations import operations as ops
from domain.models.scaled import MoneyField
from tortoise import fields
from tortoise.indexes import Index

OWED = """
UPDATE customer SET owed =
    COALESCE((SELECT SUM(o.total) FROM "order" o WHERE o.customer_id = customer.id
              AND o.state IN ('accepted', 'on_hold', 'closed', 'short_closed')), 0)
  - COALESCE((SELECT SUM(p.amount) FROM payment p WHERE p.customer_id = customer.id), 0)
  - COALESCE((SELECT SUM(c.credit) FROM claim c JOIN "order" o ON o.id = c.order_id
              WHERE o.customer_id = customer.id AND c.state = 'settled'), 0)
"""
SENT_TO = 'UPDATE shipment SET customer_id = (SELECT o.customer_id FROM "order" o WHERE o.id = shipment.order_id)'

class Migration(migrations.Migration):
    dependencies = [('gendan', '0031_staff_way')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Customer',
            name='owed',
            field=MoneyField(default=Decimal('0'), db_default=0, generated=False, null=False, unique=False),
        ),
        ops.AddField(
            model_name='Shipment',
            name='customer_id',
            field=fields.IntField(default=0, db_default=0),
        ),
        ops.AddIndex(model_name='Shipment', index=Index(fields=['customer_id', 'shipped_at'])),
        ops.AddIndex(model_name='Order', index=Index(fields=['customer_id', 'state'])),
        ops.RunSQL(SENT_TO, ops.RunSQL.noop),
        ops.RunSQL(OWED, ops.RunSQL.noop),
    ]
