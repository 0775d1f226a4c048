from tortoise import migrations
from domain.restated import Restated
from notify.models import DeliveryState
from tortoise import fields
from tortoise.migrations import operations as ops
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('gendan', '0027_price_limits')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Staff',
            name='wishes',
            field=fields.JSONField(null=True),
        ),
        ops.AddField(
            model_name='Contact',
            name='wishes',
            field=fields.JSONField(null=True),
        ),
        ops.AddField(
            model_name='Delivery',
            name='kept_why',
            field=fields.CharField(default='', db_default='', max_length=24),
        ),
        ops.AddField(
            model_name='Delivery',
            name='kept_until',
            field=fields.DatetimeField(null=True),
        ),
        ops.AddIndex(
            model_name='Delivery',
            index=Index(fields=['openid', 'id']),
        ),
        Restated(
            model_name='Delivery',
            name='state',
            field=fields.CharEnumField(default=DeliveryState.DUE, description='DUE: due\nSENDING: sending\nFAILED: failed\nHELD: held\nKEPT: kept\nSENT: sent\nDELIVERED: delivered\nSHOWN: shown\nUNSURE: unsure\nGIVEN_UP: given_up\nQUIET: quiet', enum_type=DeliveryState, max_length=12),
        ),
    ]
