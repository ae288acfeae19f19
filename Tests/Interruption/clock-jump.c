// Loaded with LD_PRELOAD: after FLASHLM_JUMP_AFTER milliseconds the clocks show what they would if
// the machine had been suspended for FLASHLM_JUMP seconds (or, if that is negative, as if its time
// of day had been set back): time of day and time since boot leap, time awake does not.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

static int (*real_clock_gettime)(clockid_t, struct timespec *);
static struct timespec start;
static long jump, after;

__attribute__((constructor)) static void prepare(void) {
  real_clock_gettime =
    (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
  jump = atol(getenv("FLASHLM_JUMP") ? getenv("FLASHLM_JUMP") : "0");
  after = atol(getenv("FLASHLM_JUMP_AFTER") ? getenv("FLASHLM_JUMP_AFTER") : "0");
  real_clock_gettime(CLOCK_MONOTONIC, &start);
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  struct timespec now;
  int result;
  if (!real_clock_gettime) prepare();
  result = real_clock_gettime(clock, time);
  real_clock_gettime(CLOCK_MONOTONIC, &now);
  if ((now.tv_sec - start.tv_sec) * 1000 + (now.tv_nsec - start.tv_nsec) / 1000000 < after)
    return result;
  if (clock == CLOCK_REALTIME || (clock == CLOCK_BOOTTIME && jump > 0)) time->tv_sec += jump;
  return result;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
  struct timespec now;
  (void)zone;
  clock_gettime(CLOCK_REALTIME, &now);
  time->tv_sec = now.tv_sec;
  time->tv_usec = now.tv_nsec / 1000;
  return 0;
}
