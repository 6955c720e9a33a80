"""Written by hand, for PostgreSQL alone: makemigrations knows nothing of it and must not.

It survives a new 0001: move this file out of the folder, let makemigrations write 0001, and put it back unchanged.
It asks for no model and no state, and does nothing where the indexes are there already.
"""

import sys

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from enrollment.actions.search_indexes import index_searches


def forwards(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    # A database whose role may not create extensions is a working one: its searches find less.
    problem = index_searches(schema_editor.connection)
    if problem:
        print(f"\n{problem}", file=sys.stderr)


class Migration(migrations.Migration):
    dependencies = [("enrollment", "0001_initial")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop, elidable=False)]
