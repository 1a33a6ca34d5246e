# What release 1.1.0 has frozen into it.
module("greenhouse.py")
module("calibration.py")
