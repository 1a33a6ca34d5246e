/* UTF-8, judged byte by byte. */
#include "utf8.h"

unsigned utf8_size(const char *text) {
    const unsigned char *bytes = (const unsigned char *)text;
    unsigned char first = bytes[0];
    if (first < 0x80) {
        return 1;
    }
    unsigned size = first >= 0xC2 && first <= 0xDF   ? 2
                    : (first & 0xF0) == 0xE0         ? 3
                    : first >= 0xF0 && first <= 0xF4 ? 4
                                                     : 0;
    unsigned char least = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    unsigned char most = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    for (unsigned i = 1; i < size; i++) {
        if (bytes[i] < least || bytes[i] > most) {
            return 0;
        }
        least = 0x80;
        most = 0xBF;
    }
    return size;
}
