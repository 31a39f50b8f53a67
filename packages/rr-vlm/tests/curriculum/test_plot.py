from xml.etree import ElementTree

from rr_vlm import Curriculum
from rr_vlm.curriculum.plot import curriculum_svg


def test_it_is_a_picture_of_three_levels_and_three_phases():
    for steps in (1, 20, 5000):
        root = ElementTree.fromstring(curriculum_svg(Curriculum().plan(steps)))
        shapes = [child.tag.rpartition("}")[2] for child in root]
        assert shapes.count("polygon") == 3
        assert shapes.count("line") == len(Curriculum().plan(steps).boundaries())
