/* The commands, and what main and they have in common. A command gets its name as help writes it,
 * for example "whittle diff", and the arguments that follow, which end with NULL. It returns the
 * exit status (message.h). */
#ifndef TOOLS_COMMAND_H
#define TOOLS_COMMAND_H

#include <stdbool.h>

#include "common/progress.h"

typedef int command_function(const char *invocation, char **arguments);

/* A row of a table of commands. */
typedef struct command {
    const char *name;
    const char *invocation; /* as help writes it */
    const char *summary;    /* less than a line */
    command_function *run;
} command;

/* Lists the names and summaries, as a part of help. */
void commands_list(const command *table, unsigned count);

/* Runs the command of that name, or says that there is none: see `invocation --help`. */
int commands_run(const command *table, unsigned count, const char *invocation, const char *name,
                 char **arguments);

command_function command_diff;
command_function command_apply;
command_function command_info;
command_function command_report;
command_function command_verify;
command_function command_keygen;
command_function command_sign;
command_function command_digest;
command_function command_attach;
command_function command_batch;
command_function command_device;

/* How a command tells what it did. */
typedef struct reporting {
    bool quiet;
    bool progress;
    bool json;
} reporting;

/* The rows that commands have for that in their tables of options (options.h). */
#define QUIET_OPTION(how)                                                                          \
    { "quiet", NULL, "tell nothing but errors", NULL, &(how).quiet }
#define PROGRESS_OPTION(how)                                                                       \
    { "progress", NULL, "progress at once, also without a terminal", NULL, &(how).progress }
#define JSON_OPTION(how)                                                                           \
    { "json", NULL, "the result as JSON", NULL, &(how).json }

progress_mode reporting_progress(const reporting *how);

/* The first thing that main does. */
void command_start(const char *tool);

/* The last thing: results that could not be written make a failure of the status. */
int command_finish(int status);

#endif
