/* Parsing of command lines. A command says in a table which options it takes and where their values
 * go; the table also makes its --help, so that the two never differ.
 *
 * `--name value` and `--name=value` are the same; options may stand anywhere; `--` ends them. The
 * last one counts where an option is repeated. --help and --version are known to every command. */
#ifndef TOOLS_COMMON_OPTIONS_H
#define TOOLS_COMMON_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#define OPERAND_MAX 3

/* Reads an option's value into its place. Returns NULL, or what the value has to be, as in "a size
 * from 4K to 1M". */
typedef const char *option_reader(const char *text, void *place);

typedef struct option {
    const char *name;       /* without the dashes */
    const char *value_name; /* what help calls the value; NULL: a flag */
    const char *help;       /* up to 54 columns, or lines of that */
    option_reader *read;    /* NULL for a flag, whose place is a bool to set */
    void *place;
} option;

typedef struct syntax {
    const char *operands;  /* as help writes them, for example "OLD NEW PATCH" */
    const char *purpose;   /* what the command does: some lines, each ending with \n */
    const option *options; /* option_count of them */
    unsigned option_count; /* may be 0 */
    unsigned operand_min;  /* how many operands are wanted */
    unsigned operand_max;  /* at most OPERAND_MAX */
    const char *output;    /* the option that -o is short for; NULL: there is none */
} syntax;

typedef struct operands {
    const char *names[OPERAND_MAX];
    unsigned count;
} operands;

/* Parses the arguments after the command's name. True: go on. False: end with *status, as help was
 * given or the command line is wrong, and that has been said. invocation: "whittle diff". */
bool options_parse(const syntax *rules, const char *invocation, char **arguments, operands *found,
                   int *status);

/* ---- Readers of values ---- */

/* An option that may be given, and its number. */
typedef struct given_number {
    bool given;
    uint32_t value;
} given_number;

/* Decimal digits and nothing else; false beyond the bounds. */
bool parse_decimal(const char *text, uint32_t least, uint32_t most, uint32_t *value);
/* The same, or 0x and hexadecimal digits. */
bool parse_number(const char *text, uint32_t least, uint32_t most, uint32_t *value);
/* Decimal digits, then nothing, K (1024) or M (1024 x 1024), in either case. */
bool parse_size(const char *text, uint32_t least, uint32_t most, uint32_t *value);

/* For options whose value is any text: the place is a const char *. */
option_reader read_text;

#endif
