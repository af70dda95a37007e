from django.urls import path

from extraction.views import agreeing, building, filling

app_name = "extraction"

HERE = "reviews/<int:review_id>/extraction/"
ITEM = f"{HERE}items/<int:item_id>/"
DRAFT = f"{HERE}drafts/<int:judgement_id>/"

urlpatterns = [
    path(HERE, filling.queue, name="queue"),
    path(ITEM, filling.extract, name="extract"),
    path(f"{ITEM}begin/", filling.begin, name="begin"),
    path(f"{ITEM}compare/", agreeing.compare, name="compare"),
    path(f"{ITEM}consensus/", agreeing.begin, name="begin_consensus"),
    path(f"{ITEM}match/", agreeing.match, name="match"),
    path(f"{ITEM}reopen/", agreeing.reopen, name="reopen"),
    path(f"{ITEM}agreed/", agreeing.agreed, name="agreed"),
    path(f"{DRAFT}values/", filling.save, name="save"),
    path(f"{DRAFT}arms/", filling.add_arm, name="add_arm"),
    path(f"{DRAFT}arms/<int:arm_id>/", filling.change_arm, name="change_arm"),
    path(f"{DRAFT}arms/<int:arm_id>/remove/", filling.remove_arm, name="remove_arm"),
    path(f"{DRAFT}results/", filling.add_result, name="add_result"),
    path(f"{DRAFT}results/<int:result_id>/remove/", filling.remove_result, name="remove_result"),
    path(f"{DRAFT}submit/", filling.submit, name="submit"),
    path(f"{DRAFT}discard/", filling.discard, name="discard"),
    path(f"{DRAFT}take/", agreeing.take, name="take"),
    path(f"{DRAFT}resolve/", agreeing.resolve, name="resolve"),
    path(f"{DRAFT}sign/", agreeing.sign, name="sign"),
    path(f"{HERE}form/", building.build, name="build"),
    path(f"{HERE}form/save/", building.save, name="save_form"),
    path(f"{HERE}form/publish/", building.publish, name="publish_form"),
    path(f"{HERE}form/discard/", building.discard, name="discard_form"),
    path(f"{HERE}form/upload/", building.upload, name="upload_form"),
    path(f"{HERE}form/download/", building.download, name="download_form"),
]
