import pytest

from rr_vlm import PRESETS, InputError, PromptOptions, RvitConfig, preset, select_rows


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_every_preset_configures_the_one_trainer(name, tmp_path):
    chosen = preset(name)
    PromptOptions(**chosen.prompt())
    RvitConfig(output_dir=str(tmp_path), use_cpu=True, **chosen.training)
    assert bool(chosen.differences) == (name != "reasonrec")
    for task in ("sequential", "direct", "ctr", "explanation"):
        wordings = chosen.wordings(task)
        assert len(wordings) >= 2
        tells = any("evidence_horizon" in one.fields for one in wordings)
        assert tells == (chosen.horizon and task != "explanation")
        assert all("orizon" not in one.text for one in wordings if not tells)


def test_an_unknown_preset_is_refused_with_the_nearest():
    with pytest.raises(InputError, match="'vip5'"):
        preset("vip")


def test_rows_are_left_out_for_ablations(rows):
    datasets = pytest.importorskip("datasets")
    table = datasets.Dataset.from_list(rows)
    alone = select_rows(table, use_tools=False)
    assert 0 < len(alone) < len(table)
    assert not any(" Tools: " in row["prompt"][0]["content"][-1]["text"] for row in alone)
    wording = rows[0]["template"]
    assert set(select_rows(table, template=wording)["template"]) == {wording}
    with pytest.raises(InputError, match="rows"):
        select_rows(table, template=77)
