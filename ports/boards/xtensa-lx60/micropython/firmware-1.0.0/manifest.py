# What release 1.0.0 has frozen into it.
module("greenhouse.py")
