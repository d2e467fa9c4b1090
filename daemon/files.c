#include "files.h"

#include <sys/resource.h>

#include "log.h"

#define OTHER_FILES 128 /* what the process opens beside connections */

unsigned
files_connections(unsigned wanted)
{
	rlim_t needed = (rlim_t)wanted + OTHER_FILES, had, possible;
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur >= needed)
		return wanted;
	had = files.rlim_cur;
	files.rlim_cur = files.rlim_max < needed ? files.rlim_max : needed;
	if (files.rlim_cur > had && setrlimit(RLIMIT_NOFILE, &files) != 0)
		files.rlim_cur = had;
	if (files.rlim_cur >= needed)
		return wanted;
	possible = files.rlim_cur > 2 * OTHER_FILES ? files.rlim_cur - OTHER_FILES : OTHER_FILES;
	if (possible > wanted)
		return wanted;
	log_warning("at most %u connections, not %u: the process may open only %llu files",
	    (unsigned)possible, wanted, (unsigned long long)files.rlim_cur);
	return (unsigned)possible;
}
