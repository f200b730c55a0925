/* A sound card for tests: an ALSA plugin that delivers a file's bytes at the pace of the clock, and has
 * accidents.
 *
 *   pcm_type.card { lib "/path/to/sound_card.so" }
 *   pcm.test { type card folder "/path" rate 44100 channels 2 format "S32_LE" }
 *
 * FOLDER/sound holds the samples, interleaved, in that rate, count and format; after its end there is
 * silence. Time runs from the first start on, whether somebody listens or not. While FOLDER/gone exists, the
 * card is unplugged; while FOLDER/busy exists, another program has it. A reader that is later than the buffer
 * is long finds an overrun. */
#include <alsa/asoundlib.h>
#include <alsa/pcm_external.h>
#include <stdint.h>
#include <sys/timerfd.h>
#include <time.h>

typedef struct {
  snd_pcm_ioplug_t io;
  char folder[256];
  FILE *sound;
  long rate;
  size_t frame_size;
  int64_t started; /* Nanoseconds. */
  int64_t origin;  /* Position in the sound at that moment. */
  int64_t taken;   /* Frames read since then. */
  int running;
} card_t;

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static int has(const card_t *card, const char *name) {
  char path[300];
  snprintf(path, sizeof path, "%s/%s", card->folder, name);
  return access(path, F_OK) == 0;
}

/* When the sound began, for all openings of the card: ALSA unloads the plugin in between. */
static int64_t beginning(const card_t *card, int64_t start) {
  char path[300];
  long long began = start;
  snprintf(path, sizeof path, "%s/began", card->folder);
  FILE *file = fopen(path, "r");
  if (file != NULL) {
    if (fscanf(file, "%lld", &began) != 1)
      began = start;
  } else if ((file = fopen(path, "w")) != NULL) {
    fprintf(file, "%lld", began);
  }
  if (file != NULL)
    fclose(file);
  return began;
}

static int64_t frames_since(const card_t *card, int64_t start) {
  return (int64_t)((double)(now() - start) * 1e-9 * (double)card->rate);
}

static int prepare(snd_pcm_ioplug_t *io) {
  card_t *card = io->private_data;
  card->running = 0;
  card->taken = 0;
  return has(card, "gone") ? -ENODEV : 0;
}

static int start(snd_pcm_ioplug_t *io) {
  card_t *card = io->private_data;
  if (has(card, "gone"))
    return -ENODEV;
  card->started = now();
  card->origin = frames_since(card, beginning(card, card->started));
  card->taken = 0;
  card->running = 1;
  long period = (long)(1e9 * (double)io->period_size / (double)card->rate);
  struct itimerspec timer = {{0, period}, {0, period}};
  return timerfd_settime(io->poll_fd, 0, &timer, NULL);
}

static int stop(snd_pcm_ioplug_t *io) {
  card_t *card = io->private_data;
  card->running = 0;
  return 0;
}

static snd_pcm_sframes_t pointer(snd_pcm_ioplug_t *io) {
  card_t *card = io->private_data;
  if (has(card, "gone"))
    return -ENODEV;
  if (!card->running)
    return 0;
  int64_t arrived = frames_since(card, card->started);
  if (arrived - card->taken > (int64_t)io->buffer_size)
    return -EPIPE;
  return (snd_pcm_sframes_t)(arrived % (int64_t)io->buffer_size);
}

static snd_pcm_sframes_t transfer(snd_pcm_ioplug_t *io, const snd_pcm_channel_area_t *areas,
                                  snd_pcm_uframes_t offset, snd_pcm_uframes_t size) {
  card_t *card = io->private_data;
  char *target = (char *)areas[0].addr + (areas[0].first + areas[0].step * offset) / 8;
  memset(target, 0, size * card->frame_size);
  long position = (long)((card->origin + card->taken) * (int64_t)card->frame_size);
  if (fseek(card->sound, position, SEEK_SET) == 0 && fread(target, card->frame_size, size, card->sound) == 0)
    clearerr(card->sound);
  card->taken += (int64_t)size;
  return (snd_pcm_sframes_t)size;
}

static int poll_revents(snd_pcm_ioplug_t *io, struct pollfd *descriptors, unsigned int count,
                        unsigned short *events) {
  (void)count;
  uint64_t ticks;
  *events = 0;
  if (!(descriptors[0].revents & POLLIN) || read(io->poll_fd, &ticks, sizeof ticks) != sizeof ticks)
    return 0;
  *events = POLLIN;
  return 0;
}

static int finish(snd_pcm_ioplug_t *io) {
  card_t *card = io->private_data;
  fclose(card->sound);
  close(io->poll_fd);
  free(card);
  return 0;
}

static const snd_pcm_ioplug_callback_t callbacks = {
    .start = start,
    .stop = stop,
    .pointer = pointer,
    .transfer = transfer,
    .close = finish,
    .prepare = prepare,
    .poll_revents = poll_revents,
};

static int offer(card_t *card, unsigned int channels, snd_pcm_format_t format) {
  snd_pcm_ioplug_t *io = &card->io;
  unsigned int access = SND_PCM_ACCESS_RW_INTERLEAVED, rate = (unsigned int)card->rate;
  unsigned int sample = (unsigned int)format, frame = (unsigned int)card->frame_size;
  int code = snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_ACCESS, 1, &access);
  if (code == 0)
    code = snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_FORMAT, 1, &sample);
  if (code == 0)
    code = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_CHANNELS, channels, channels);
  if (code == 0)
    code = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_RATE, rate, rate);
  if (code == 0)
    code = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_PERIOD_BYTES, frame * 64, frame * rate / 10);
  if (code == 0)
    code = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_BUFFER_BYTES, frame * 256, frame * rate / 2);
  return code;
}

SND_PCM_PLUGIN_DEFINE_FUNC(card) {
  (void)root;
  card_t *card = calloc(1, sizeof *card);
  long channels = 1;
  snd_pcm_format_t format = SND_PCM_FORMAT_S16_LE;
  card->rate = 16000;
  snd_config_iterator_t i, next;
  snd_config_for_each(i, next, conf) {
    snd_config_t *entry = snd_config_iterator_entry(i);
    const char *id, *text;
    if (snd_config_get_id(entry, &id) < 0)
      continue;
    if (strcmp(id, "rate") == 0)
      snd_config_get_integer(entry, &card->rate);
    if (strcmp(id, "channels") == 0)
      snd_config_get_integer(entry, &channels);
    if (strcmp(id, "format") == 0 && snd_config_get_string(entry, &text) == 0)
      format = snd_pcm_format_value(text);
    if (strcmp(id, "folder") == 0 && snd_config_get_string(entry, &text) == 0)
      snprintf(card->folder, sizeof card->folder, "%s", text);
  }
  int code = has(card, "gone") ? -ENODEV : has(card, "busy") ? -EBUSY : 0;
  char path[300];
  snprintf(path, sizeof path, "%s/sound", card->folder);
  if (code == 0 && (card->sound = fopen(path, "rb")) == NULL)
    code = -errno;
  if (code != 0) {
    free(card);
    return code;
  }
  card->frame_size = (size_t)snd_pcm_format_physical_width(format) / 8 * (size_t)channels;
  card->io.version = SND_PCM_IOPLUG_VERSION;
  card->io.name = "A card for tests";
  card->io.callback = &callbacks;
  card->io.private_data = card;
  card->io.poll_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  card->io.poll_events = POLLIN;
  code = snd_pcm_ioplug_create(&card->io, name, stream, mode);
  if (code == 0)
    code = offer(card, (unsigned int)channels, format);
  *pcmp = card->io.pcm;
  return code;
}

SND_PCM_PLUGIN_SYMBOL(card);
