"""A secret in an address is never shown, whatever it is made of."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweep.config import load_config
from sweep.config.dumping import as_yaml
from sweep.errors import ConfigError, TrackingError
from sweep.errors.masking import hide_parts, hide_secrets, without_secrets
from sweep.tracking import check_store

# So long and of such letters that no other part of an address or sentence holds it.
MIDDLE = st.text("zZ09", min_size=8, max_size=12)
AROUND = st.text("ab/:@?#%&=+.~", max_size=4)
SECRETS = st.builds(lambda first, middle, last: first + middle + last, AROUND, MIDDLE, AROUND)
FORMS = st.sampled_from(
    (
        "postgresql://ada:{}@db.example.org:5432/mlflow",
        "postgres://ada:{}@db/x?sslmode=require",
        "mysql+pymysql://:{}@db/x",
        "https://ada:{}@mlflow.example.org/path",
        "s3://key:{}@bucket/results",
    )
)
PARAMETERS = st.sampled_from(("password", "sslpassword", "token", "secret_key", "api_key", "PWD", "pass%77ord"))


def shown(address: str) -> list[str]:
    """The address in every way in which it is shown."""
    return [
        without_secrets(address),
        hide_secrets(f"`tracking.uri` must answer. Received: '{address}'. Correct it."),
        hide_parts(f"no connection to {address}", address),
        str(TrackingError(f"Received: {address!r}.")),
    ]


@given(FORMS, SECRETS)
def test_a_password_is_never_shown(form, secret):
    core = max(secret.replace("%", "@").split("@"), key=lambda part: sum(letter in "zZ09" for letter in part))
    for text in shown(form.format(secret)):
        assert core not in text


@given(FORMS, SECRETS)
def test_a_quoted_password_is_never_shown(form, secret):
    for text in shown(form.format(quote(secret, safe=""))):
        assert quote(secret, safe="") not in text


@given(PARAMETERS, MIDDLE, AROUND)
def test_the_value_of_a_parameter_that_holds_a_secret_is_never_shown(name, middle, after):
    for text in shown(f"postgresql://db/mlflow?sslmode=require&{name}={middle}{after}"):
        assert middle not in text
        assert "sslmode=require" in text


@pytest.mark.parametrize(
    "address",
    [
        "sqlite:////home/a:b@c/mlflow.db",
        "http://localhost:5000/#/x",
        "postgresql://ada@db/x",
        "ray://head:10001",
        "auto",
    ],
)
def test_an_address_without_a_secret_stays_as_it_is(address):
    assert without_secrets(address) == hide_secrets(address) == address


@pytest.mark.parametrize("key", ["tracking.uri", "tracking.store", "results", "resources.address", "data.path", "naem"])
@given(secret=SECRETS, form=FORMS)
def test_neither_a_message_of_the_configuration_nor_the_kept_file_shows_it(key, secret, form, tmp_path_factory):
    file = tmp_path_factory.getbasetemp() / "masked.yaml"
    if not file.exists():
        file.write_text("data: {name: iris}\noptimizers: {sgd: {learning_rate: 0.1}}\n")
    core = max(secret.replace("%", "@").split("@"), key=lambda part: sum(letter in "zZ09" for letter in part))
    try:
        text = as_yaml(load_config(file, (f"{key}='{form.format(secret)}'",)))
    except ConfigError as error:
        text = str(error)
    assert core not in text


def test_the_spelling_of_heroku_is_corrected_without_the_password():
    with pytest.raises(TrackingError, match=r"must start with postgresql://.*'postgresql://me:\*\*\*@db/x'") as error:
        check_store("postgres://me:hunter2@db/x")
    assert "hunter2" not in str(error.value)


def test_a_password_where_a_port_is_expected_is_not_shown():
    with pytest.raises(TrackingError, match="its port is no number") as error:
        check_store("postgresql://ada@db:hunter2/x")
    assert "hunter2" not in str(error.value).partition("Received")[0]
