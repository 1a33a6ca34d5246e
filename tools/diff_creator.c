/* diff_creator SOURCE TARGET PATCH: the drop-in for the reference's tool of that name. It is
 * `whittle diff` under another name. */
#include "command.h"

int main(int argc, char **argv) {
    command_start("diff_creator");
    return command_finish(command_diff("diff_creator", argc > 0 ? argv + 1 : argv));
}
