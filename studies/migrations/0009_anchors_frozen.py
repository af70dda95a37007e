from django.db import migrations

from reviews.sql import frozen


class Migration(migrations.Migration):
    dependencies = [("studies", "0008_more_of_a_record")]

    operations = [
        # A value that was submitted says where it stands: another place is another anchor.
        frozen("studies_sourceanchor", when="true", message="a place in a report never changes"),
    ]
