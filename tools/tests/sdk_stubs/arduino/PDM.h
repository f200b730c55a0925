/* As much of Arduino's header of this name as the SDK's sketch uses: to compile against, not to run. */
#ifndef STUB_PDM_H
#define STUB_PDM_H
#include <stddef.h>

struct Microphone {
  void onReceive(void (*heard)());
  int begin(int channels, long rate);
  int read(void *buffer, size_t length);
};
extern Microphone PDM;
#endif
