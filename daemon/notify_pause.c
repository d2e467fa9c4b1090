#include <sys/random.h>
#include <time.h>

#include "notify.h"

int64_t
notify_pause(const struct notify_limits *limits, int attempts, uint64_t random)
{
	int64_t ceiling = limits->base;

	for (int i = 1; i < attempts && ceiling < limits->cap; i++)
		ceiling *= 2;
	if (ceiling > limits->cap)
		ceiling = limits->cap;
	return (int64_t)(random % (uint64_t)(ceiling + 1));
}

int64_t
notify_pause_after(const struct notify_limits *limits, int attempts, int64_t retry_after)
{
	uint64_t random = 0;
	int64_t pause, asked;

	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) != sizeof(random))
		random = (uint64_t)clock();
	pause = notify_pause(limits, attempts, random);
	asked = retry_after > limits->longest / 1000 ? limits->longest : retry_after * 1000;
	return pause > asked ? pause : asked;
}
