#include "checkpointer.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/mem.h"

#define BEHIND 4 /* times as long as is worth a copy is too long */

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
		store_close(c->store);
		free(c);
		err_set(err, "the checkpointer's thread cannot be started");
		return NULL;
	}
	store_leave_checkpoints(writer);
	return c;
}

/* Takes over how the thread's copy ended; true where the rest is to be copied. */
static bool
copy_ended(struct checkpointer *c, bool is_long)
{
	if (c->state != COPIED)
		return false;
	store_fail_as(c->writer, c->store);
	c->state = AT_REST;
	return is_long && store_failure(c->writer) == STORE_SOUND;
}

void
checkpointer_look(struct checkpointer *c)
{
	bool is_long = store_wal_long(c->writer, 1), rest;

	pthread_mutex_lock(&c->lock);
	while (c->state == COPYING && store_wal_long(c->writer, BEHIND))
		pthread_cond_wait(&c->copied, &c->lock);
	rest = copy_ended(c, is_long);
	if (c->state == AT_REST && is_long && !rest && store_failure(c->writer) == STORE_SOUND) {
		c->state = COPYING;
		pthread_cond_signal(&c->wanted);
	}
	pthread_mutex_unlock(&c->lock);
	if (rest)
		store_checkpoint(c->writer);
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
	store_close(c->store);
	pthread_mutex_destroy(&c->lock);
	pthread_cond_destroy(&c->wanted);
	pthread_cond_destroy(&c->copied);
	free(c);
}
