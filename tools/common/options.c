/* Parsing of command lines by a table, and the help made from the same table. */
#include "options.h"

#include <stdio.h>
#include <string.h>

#include "../version.h"
#include "message.h"

/* One parse: what is left to look at, and what was found. */
typedef struct parse {
    const syntax *rules;
    const char *invocation;
    char **next; /* the argument to look at next; NULL ends them */
    operands *found;
    int status; /* STATUS_DONE as long as nothing is wrong */
} parse;

/* ---- Help ---- */

/* All of a command's help fits a terminal of 80 columns and 24 lines: tests/tools/test_help.c. */
enum { HELP_COLUMN = 24 };

/* A text of several lines goes on in the same column. */
static void print_option(const char *left, const char *help) {
    for (const char *line = help; line;) {
        size_t length = strcspn(line, "\n");
        (void)printf("  %-*s%.*s\n", HELP_COLUMN, left, (int)length, line);
        left = "";
        line = line[length] ? line + length + 1 : NULL;
    }
}

static void print_help(const parse *state) {
    const syntax *rules = state->rules;
    (void)printf("Usage: %s %s%s\n%s\n", state->invocation, rules->option_count ? "[options] " : "",
                 rules->operands, rules->purpose);
    for (unsigned i = 0; i < rules->option_count; i++) {
        const option *known = &rules->options[i];
        char left[64];
        bool has_letter = rules->output && strcmp(rules->output, known->name) == 0;
        (void)snprintf(left, sizeof left, "%s--%s%s%s", has_letter ? "-o, " : "", known->name,
                       known->value_name ? " " : "", known->value_name ? known->value_name : "");
        print_option(left, known->help);
    }
    print_option("--help, --version", "show this, or the version, and end");
}

/* ---- Parsing ---- */

static void refuse(parse *state, const char *subject, const char *text) {
    state->status = message_usage(state->invocation, subject, text);
}

static void refuse_value(parse *state, const option *known, const char *value, const char *wanted) {
    char subject[64];
    char text[256];
    (void)snprintf(subject, sizeof subject, "--%s", known->name);
    (void)snprintf(text, sizeof text, "'%.80s' is not %s", value, wanted);
    refuse(state, subject, text);
}

static const option *find_option(const syntax *rules, const char *name, size_t size) {
    for (unsigned i = 0; i < rules->option_count; i++) {
        const option *known = &rules->options[i];
        if (strlen(known->name) == size && memcmp(known->name, name, size) == 0) {
            return known;
        }
    }
    return NULL;
}

static void take_flag(parse *state, const option *known, const char *argument, const char *value) {
    if (value) {
        refuse(state, argument, "this option takes no value");
    } else {
        *(bool *)known->place = true;
    }
}

static void take_value(parse *state, const option *known, const char *argument, const char *value) {
    if (!value && !*state->next) {
        refuse(state, argument, "a value is missing after this option");
        return;
    }
    value = value ? value : *state->next++;
    const char *wanted = known->read(value, known->place);
    if (wanted) {
        refuse_value(state, known, value, wanted);
    }
}

static void take_option(parse *state, const char *argument) {
    const char *name = argument[1] == '-' ? argument + 2 : "";
    const char *value = strchr(name, '=');
    const option *known =
        argument[1] == '-' ? find_option(state->rules, name, strcspn(name, "=")) : NULL;
    value = value ? value + 1 : NULL;
    const char *output = state->rules->output;
    if (output && strcmp(argument, "-o") == 0) {
        known = find_option(state->rules, output, strlen(output));
        value = NULL;
    }
    if (!known) {
        refuse(state, argument, "there is no such option");
    } else if (known->value_name) {
        take_value(state, known, argument, value);
    } else {
        take_flag(state, known, argument, value);
    }
}

static void take_operand(parse *state, const char *argument) {
    if (state->found->count == state->rules->operand_max) {
        refuse(state, argument, "one operand too many");
    } else if (!*argument) {
        refuse(state, NULL, "an operand is empty, where the name of a file is wanted");
    } else {
        state->found->names[state->found->count++] = argument;
    }
}

/* Help is given whatever else is on the line, also if that is wrong. */
static bool asks_for(char **arguments, const char *wanted) {
    for (; *arguments && strcmp(*arguments, "--") != 0; arguments++) {
        if (strcmp(*arguments, wanted) == 0) {
            return true;
        }
    }
    return false;
}

static void take_all(parse *state) {
    bool only_operands = false;
    while (state->status == STATUS_DONE && *state->next) {
        const char *argument = *state->next++;
        if (only_operands || argument[0] != '-' || argument[1] == '\0') {
            take_operand(state, argument);
        } else if (strcmp(argument, "--") == 0) {
            only_operands = true;
        } else {
            take_option(state, argument);
        }
    }
    if (state->status == STATUS_DONE && state->found->count < state->rules->operand_min) {
        char text[128];
        (void)snprintf(text, sizeof text, "operands are missing: %s", state->rules->operands);
        refuse(state, NULL, text);
    }
}

bool options_parse(const syntax *rules, const char *invocation, char **arguments, operands *found,
                   int *status) {
    parse state = {.rules = rules, .invocation = invocation, .next = arguments, .found = found};
    *found = (operands){.count = 0};
    *status = STATUS_DONE;
    if (asks_for(arguments, "--help")) {
        print_help(&state);
        return false;
    }
    if (asks_for(arguments, "--version")) {
        (void)printf("%s %s\n", message_tool(), WHITTLE_VERSION);
        return false;
    }
    take_all(&state);
    *status = state.status;
    return state.status == STATUS_DONE;
}

/* ---- Readers of values ---- */

/* The value of a digit, or 16 for anything else. */
static unsigned digit_value(char character) {
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    const char *at = character ? strchr(digits, character) : NULL;
    return at ? (unsigned)(at - digits) % 16 : 16;
}

/* Reads digits up to the first other character, at least one; *end is set to what follows. */
static bool parse_digits(const char *text, unsigned base, uint32_t *value, const char **end) {
    uint64_t sum = 0;
    *end = text;
    for (; digit_value(**end) < base; (*end)++) {
        sum = sum * base + digit_value(**end);
        if (sum > UINT32_MAX) {
            return false;
        }
    }
    *value = (uint32_t)sum;
    return *end > text;
}

static bool parse_in_base(const char *text, unsigned base, uint32_t least, uint32_t most,
                          uint32_t *value) {
    uint32_t number;
    const char *end;
    if (!parse_digits(text, base, &number, &end) || *end || number < least || number > most) {
        return false;
    }
    *value = number;
    return true;
}

bool parse_decimal(const char *text, uint32_t least, uint32_t most, uint32_t *value) {
    return parse_in_base(text, 10, least, most, value);
}

bool parse_number(const char *text, uint32_t least, uint32_t most, uint32_t *value) {
    bool hexadecimal = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    return parse_in_base(hexadecimal ? text + 2 : text, hexadecimal ? 16 : 10, least, most, value);
}

bool parse_size(const char *text, uint32_t least, uint32_t most, uint32_t *value) {
    uint32_t number;
    const char *end;
    if (!parse_digits(text, 10, &number, &end)) {
        return false;
    }
    uint32_t unit = *end == 'K' || *end == 'k' ? 1024 : *end == 'M' || *end == 'm' ? 1048576 : 1;
    end += unit > 1;
    if (*end || number > most / unit || number * unit < least) {
        return false;
    }
    *value = number * unit;
    return true;
}

const char *read_text(const char *text, void *place) {
    *(const char **)place = text;
    return NULL;
}
