/* What differs between the releases of the RISC-V board's firmware. */
#ifndef APPLICATION_RELEASE_H
#define APPLICATION_RELEASE_H

void print_release_notes(void);

#endif
