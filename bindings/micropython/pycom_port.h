/* What a port of MicroPython gives to the module pycom: three functions. README.md has an example.
 */
#ifndef PYCOM_PORT_H
#define PYCOM_PORT_H

#include "whittle/device.h"

/* Fills in the whole struct but message and patches_enabled, which the module sets. The layout must
 * be the one that the boot loader uses. Called once. */
void pycom_port_describe_device(whittle_device *device);

/* The version of the firmware that is running, in static storage. */
const char *pycom_port_firmware_version(void);

/* Restarts the device. Does not return. */
void pycom_port_reset(void);

#endif
