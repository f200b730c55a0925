/* As much of Arduino's header of this name as the SDK's sketch uses: to compile against, not to run. */
#ifndef STUB_ARDUINO_H
#define STUB_ARDUINO_H
#include <stddef.h>
#include <stdint.h>

struct SerialPort {
  void begin(unsigned long baud);
  void println(const char *text);
};
extern SerialPort Serial;
#endif
