from django.urls import path, register_converter
from django.urls.converters import StringConverter

from appraisal.views import agreeing, assessing, building, planning, summary

app_name = "appraisal"

HERE = "reviews/<int:review_id>/risk-of-bias/"
ITEM = f"{HERE}items/<int:item_id>/"
DRAFT = f"{HERE}drafts/<int:judgement_id>/"
SKETCH = f"{HERE}instruments/build/<int:sketch_id>/"
INSTRUMENT = f"{HERE}instruments/<int:instrument_id>/"


class PlotConverter(StringConverter):
    regex = "traffic|bars|robvis"


class FormConverter(StringConverter):
    regex = "svg|png|pdf|csv"


register_converter(PlotConverter, "plot")
register_converter(FormConverter, "picture")

urlpatterns = [
    path(HERE, assessing.queue, name="queue"),
    path(f"{HERE}add/", planning.add_stage, name="add_stage"),
    path(f"{HERE}instruments/", planning.plan, name="plan"),
    path(f"{HERE}instruments/publish/", planning.publish, name="publish"),
    path(f"{HERE}instruments/bring/", planning.bring, name="bring"),
    path(f"{HERE}instruments/build/", building.begin, name="begin_sketch"),
    path(SKETCH, building.sketch, name="sketch"),
    path(f"{SKETCH}save/", building.save, name="save_sketch"),
    path(f"{SKETCH}discard/", building.discard, name="discard_sketch"),
    path(f"{HERE}results/add/", planning.add_result, name="add_result"),
    path(f"{INSTRUMENT}scale/", planning.scale, name="scale"),
    path(f"{INSTRUMENT}download/", planning.download, name="download"),
    path(f"{HERE}summary/", summary.summary, name="summary"),
    path(f"{HERE}summary/agreement/", summary.agreement, name="agreement"),
    path(f"{INSTRUMENT}supports/", summary.supports, name="supports"),
    path(f"{INSTRUMENT}<plot:which>.<picture:form>", summary.picture, name="picture"),
    path(ITEM, assessing.assess, name="assess"),
    path(f"{ITEM}begin/", assessing.begin, name="begin"),
    path(f"{ITEM}compare/", agreeing.compare, name="compare"),
    path(f"{ITEM}consensus/", agreeing.begin, name="begin_consensus"),
    path(f"{ITEM}reopen/", agreeing.reopen, name="reopen"),
    path(DRAFT, assessing.draft, name="draft"),
    path(f"{DRAFT}answer/", assessing.answer, name="answer"),
    path(f"{DRAFT}level/", assessing.level, name="level"),
    path(f"{DRAFT}switch/", assessing.switch, name="switch"),
    path(f"{DRAFT}copy/", assessing.copy, name="copy"),
    path(f"{DRAFT}copy-on/", assessing.copy_on, name="copy_on"),
    path(f"{DRAFT}submit/", assessing.submit, name="submit"),
    path(f"{DRAFT}discard/", assessing.discard, name="discard"),
    path(f"{DRAFT}take/", agreeing.take, name="take"),
    path(f"{DRAFT}resolve/", agreeing.resolve, name="resolve"),
    path(f"{DRAFT}sign/", agreeing.sign, name="sign"),
]
