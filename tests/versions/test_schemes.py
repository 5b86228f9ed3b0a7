"""Schemes by name."""

import pytest

from plimsoll.errors import PlimsollError
from plimsoll.versions.apk import APK
from plimsoll.versions.dpkg import DPKG
from plimsoll.versions.schemes import scheme


def test_a_scheme_is_found_by_its_name() -> None:
    assert scheme("apk") is APK
    assert scheme("dpkg") is DPKG


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(PlimsollError, match="'dkpg'") as caught:
        scheme("dkpg")
    assert caught.value.advice.startswith("Known schemes: apk, ")
    assert ", dpkg, " in caught.value.advice
