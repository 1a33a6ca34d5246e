/* What the tools tell on stderr: one line, `tool: FILE: what is wrong (what to do)`.
 *
 * Each function returns the exit status that goes with its message, so that a caller can end with
 * `return message_failed(...)`. */
#ifndef TOOLS_COMMON_MESSAGE_H
#define TOOLS_COMMON_MESSAGE_H

enum {
    STATUS_DONE = 0,
    STATUS_FAILED = 1, /* refused or failed */
    STATUS_USAGE = 2,  /* wrong usage */
};

/* The name that messages begin with, in static storage; the first thing that main does. */
void message_set_tool(const char *name);
const char *message_tool(void);

/* Something is wrong with a file. text is a clause that may end with what to do, in parentheses. */
int message_failed(const char *file, const char *text);

/* A call of the operating system failed with that errno. */
int message_system(const char *file, int number);

/* The command line is wrong. The subject is the option or the operand, or NULL; invocation, for
 * example "whittle diff", tells where to find help. */
int message_usage(const char *invocation, const char *subject, const char *text);

#endif
