"""Decides what a greenhouse needs, from temperatures in tenths of a degree."""

VERSION = "1.0.0"

TOO_COLD = 80
TOO_WARM = 280


def advise(temperature):
    if temperature < TOO_COLD:
        return "heat"
    if temperature > TOO_WARM:
        return "open the window"
    return "nothing"


def advise_all(temperatures):
    return [advise(temperature) for temperature in temperatures]
