from tortoise import migrations
from tortoise.migrations import operations as ops
from domain.models.returns import PhotoState
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('gendan', '0037_changes')]

    initial = False

    operations = [
        ops.CreateModel(
            name='ClaimPhoto',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('claim', fields.ForeignKeyField('gendan.Claim', source_field='claim_id', db_constraint=True, to_field='id', related_name='photos', on_delete=OnDelete.CASCADE)),
                ('account', fields.CharField(max_length=32)),
                ('openid', fields.CharField(max_length=64)),
                ('medium', fields.CharField(max_length=128)),
                ('state', fields.CharEnumField(default=PhotoState.WANTED, description='WANTED: wanted\nKEPT: kept\nREFUSED: refused', enum_type=PhotoState, max_length=16)),
                ('why', fields.CharField(default='', max_length=16)),
                ('kind', fields.CharField(default='', max_length=16)),
                ('digest', fields.CharField(default='', max_length=64)),
                ('asked_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('next_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('told_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'claimphoto', 'app': 'gendan', 'unique_together': (('claim_id', 'medium'),), 'indexes': [Index(fields=['next_at']), Index(fields=['told_at', 'id'])], 'pk_attr': 'id', 'table_description': "A photo that somebody sent with a claim (照片), ``medium`` is the platform's number of it."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='PhotoBody',
            fields=[
                ('photo_id', fields.IntField(primary_key=True, generated=False, unique=True, db_index=True)),
                ('content', fields.BinaryField()),
            ],
            options={'table': 'photobody', 'app': 'gendan', 'pk_attr': 'photo_id', 'table_description': 'The bytes of a photo, apart from it so that nobody reads them by the way, ``photo_id`` is its id.'},
            bases=['Model'],
        ),
    ]
