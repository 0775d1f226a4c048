from tortoise import migrations
from domain.restated import Restated
from notify.models import DeliveryState
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('gendan', '0019_picking')]

    initial = False

    operations = [
        Restated(
            model_name='Delivery',
            name='state',
            field=fields.CharEnumField(default=DeliveryState.DUE, description='DUE: due\nSENDING: sending\nFAILED: failed\nHELD: held\nSENT: sent\nDELIVERED: delivered\nSHOWN: shown\nUNSURE: unsure\nGIVEN_UP: given_up', enum_type=DeliveryState, max_length=12),
        ),
    ]
