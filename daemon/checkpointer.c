#include "checkpointer.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/mem.h"

/* Times as long as is worth a copy that are too many: between steps, and within one, where somebody
 * waits for his answer. */
#define BEHIND 4
#define FAR_BEHIND 6

enum state { AT_REST, COPYING, COPIED };

struct checkpointer {
	struct store *writer, *store;
	pthread_t thread;
	pthread_mutex_t lock; /* for what follows */
	pthread_cond_t wanted, copied;
	enum state state;
	bool stop;
};

static void *
copy(void *context)
{
	struct checkpointer *c = context;

	pthread_mutex_lock(&c->lock);
	for (;;) {
		while (c->state != COPYING && !c->stop)
			pthread_cond_wait(&c->wanted, &c->lock);
		if (c->state != COPYING)
			break;
		pthread_mutex_unlock(&c->lock);
		store_checkpoint(c->store);
		pthread_mutex_lock(&c->lock);
		c->state = COPIED;
		pthread_cond_signal(&c->copied);
	}
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

/* Whose turn it is: lets the thread begin; true where it is the writer who is to copy. */
static bool
decide(struct checkpointer *c)
{
	bool is_long = store_wal_long(c->writer, 1), turn;

	if (c->state == COPIED)
		store_fail_as(c->writer, c->store);
	if (c->state == COPYING ||
	    (store_failure(c->writer) != STORE_SOUND && store_failure(c->writer) != STORE_FULL))
		return false;
	turn = store_failure(c->writer) == STORE_FULL ||
	    (is_long && (c->state == COPIED || store_wal_large(c->writer)));
	c->state = is_long && !turn ? COPYING : AT_REST;
	if (c->state == COPYING)
		pthread_cond_signal(&c->wanted);
	return turn;
}

static void
look(struct checkpointer *c, int most)
{
	bool turn;

	pthread_mutex_lock(&c->lock);
	while (c->state == COPYING && store_wal_long(c->writer, most))
		pthread_cond_wait(&c->copied, &c->lock);
	turn = decide(c);
	pthread_mutex_unlock(&c->lock);
	if (turn)
		store_checkpoint(c->writer);
}

void
checkpointer_look(struct checkpointer *c)
{
	look(c, BEHIND);
}

static void
late(void *context)
{
	look(context, FAR_BEHIND);
}

static void
release(struct checkpointer *c)
{
	store_close(c->store);
	pthread_mutex_destroy(&c->lock);
	pthread_cond_destroy(&c->wanted);
	pthread_cond_destroy(&c->copied);
	free(c);
}

struct checkpointer *
checkpointer_new(struct store *writer, struct err *err)
{
	struct store *store = store_open(store_path(writer), STORE_CHECKPOINT, err);
	struct checkpointer *c;

	if (store == NULL)
		return NULL;
	c = mem_alloc(1, sizeof(*c));
	c->writer = writer;
	c->store = store;
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->wanted, NULL);
	pthread_cond_init(&c->copied, NULL);
	if (pthread_create(&c->thread, NULL, copy, c) != 0) {
		release(c);
		err_set(err, "the checkpointer's thread cannot be started");
		return NULL;
	}
	store_leave_checkpoints(writer, late, c);
	return c;
}

void
checkpointer_free(struct checkpointer *c)
{
	if (c == NULL)
		return;
	pthread_mutex_lock(&c->lock);
	c->stop = true;
	pthread_cond_signal(&c->wanted);
	pthread_mutex_unlock(&c->lock);
	pthread_join(c->thread, NULL);
	store_leave_checkpoints(c->writer, NULL, NULL);
	release(c);
}
