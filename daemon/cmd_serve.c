#include <signal.h>
#include <sys/resource.h>

#include "command.h"
#include "log.h"
#include "server.h"

/* As many connections as the hard limit lets us have. */
static void
files_raise(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

int
cmd_serve(int argc, char **argv)
{
	const char *file = command_file(argc, argv);
	struct config *c;
	struct server *s;
	struct err err;
	int rc, code;

	if (file == NULL)
		return EXIT_USAGE;
	c = command_config_logged(file);
	if (c == NULL)
		return EXIT_CONFIGURATION;
	files_raise();
	signal(SIGHUP, SIG_IGN); /* but while the server runs */
	s = server_new(c, &code, &err);
	if (s == NULL) {
		log_error("%s", err.msg);
		return code;
	}
	log_info("slad " SLAD_VERSION " is ready");
	rc = server_run(s);
	server_free(s);
	signal(SIGTERM, SIG_IGN); /* it ends already, with a status that says how */
	signal(SIGINT, SIG_IGN);
	return rc == 0 ? EXIT_DONE : EXIT_STORAGE;
}
