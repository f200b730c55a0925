#include <alsa/asoundlib.h>

// alsa-lib explains its errors on standard error, at length; ours are told in one line. A handler with a
// variable list of arguments can't be written in Swift.
static void dm_alsa_say_nothing(const char *file, int line, const char *function, int code,
                                const char *format, ...) {
  (void)file, (void)line, (void)function, (void)code, (void)format;
}

static inline void dm_alsa_be_quiet(void) { snd_lib_error_set_handler(dm_alsa_say_nothing); }
