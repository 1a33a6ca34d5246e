"""Corrects what a sensor says by what it is known to be off, in tenths of a degree."""

offsets = {"north": -4, "south": 7}


def learn(sensor, measured, true):
    offsets[sensor] = true - measured


def corrected(temperature, sensor):
    return temperature + offsets.get(sensor, 0)
