"""Decides what a greenhouse needs, from temperatures in tenths of a degree."""

from calibration import corrected

VERSION = "1.1.0"

TOO_COLD = 80
TOO_WARM = 280
FROST = 20


def advise(temperature, sensor=None):
    temperature = corrected(temperature, sensor)
    if temperature < FROST:
        return "heat and call the gardener"
    if temperature < TOO_COLD:
        return "heat"
    if temperature > TOO_WARM:
        return "open the window"
    return "nothing"


def advise_all(temperatures, sensor=None):
    return [advise(temperature, sensor) for temperature in temperatures]
