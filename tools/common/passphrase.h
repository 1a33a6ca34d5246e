/* The passphrase of an encrypted key: from a file, or asked for on the terminal.
 *
 * Both say on stderr what is wrong, and return an exit status (message.h). */
#ifndef TOOLS_COMMON_PASSPHRASE_H
#define TOOLS_COMMON_PASSPHRASE_H

#define PASSPHRASE_MAX 1024 /* with its NUL */

/* Takes the first line of a file. */
int passphrase_read(const char *path, char passphrase[PASSPHRASE_MAX]);

/* Asks for the passphrase of that key file, on the terminal that the program was started from,
 * whatever stdin and stdout are. Nothing of it is shown. */
int passphrase_ask(const char *key_path, char passphrase[PASSPHRASE_MAX]);

/* Leaves nothing of it in memory. */
void passphrase_wipe(char passphrase[PASSPHRASE_MAX]);

#endif
