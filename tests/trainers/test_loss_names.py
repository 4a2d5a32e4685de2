"""A loss is known by its name, suits its task, or is the user's own."""

from trainers.loss_names import LOSS_TASKS, USUAL, name_problem, task_problem


def test_every_task_has_its_usual_loss_among_those_that_suit_it():
    for task, loss in USUAL.items():
        assert task_problem(loss, task) is None
        assert name_problem(loss) is None


def test_a_loss_of_another_task_names_those_that_suit():
    assert task_problem("cross_entropy", "regression") == (
        "must suit the data, which is for regression",
        "Give one of mse, mae, huber.",
    )
    assert "cross_entropy, nll, kl" in task_problem("bce", "multiclass")[1]


def test_a_loss_of_the_users_own_suits_every_task():
    assert name_problem("own.losses:focal") is None
    assert all(task_problem("own.losses:focal", task) is None for task in USUAL)


def test_an_unknown_name_gets_a_suggestion():
    assert name_problem("cross_entrop")[1] == "Did you mean `cross_entropy`?"
    assert set(LOSS_TASKS) == {"cross_entropy", "bce", "nll", "kl", "mse", "mae", "huber"}
