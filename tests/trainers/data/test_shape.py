"""The sizes of a data set: what a batch is, and a text that older sets keep."""

from trainers.data.shape import DatasetShape, Example, example_of


def test_a_table_is_written_as_before_and_other_sets_with_what_they_have_besides():
    assert repr(DatasetShape(4, 2, 1, "binary")) == "DatasetShape(examples=4, features=2, outputs=1, task='binary')"
    tokens = DatasetShape(4, 6, 3, "multiclass", item=(6,), positions=(6,), vocabulary=9)
    assert repr(tokens).endswith("task='multiclass', item=(6,), positions=(6,), vocabulary=9)")


def test_an_example_is_a_row_an_image_or_tokens():
    assert DatasetShape(4, 2, 1, "binary").example == Example((2,)) == example_of(2)
    image = DatasetShape(4, 64, 1, "binary", item=(1, 8, 8)).example
    assert (image, str(image)) == (Example((1, 8, 8)), "(B, 1, 8, 8)")
    assert DatasetShape(4, 6, 3, "multiclass", item=(6,), vocabulary=9).example.is_tokens
