"""The operator's desk: what the commands of ``manage.py`` are made of."""
