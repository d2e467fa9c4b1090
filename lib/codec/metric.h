/*
 * metric: the Prometheus text format, version 0.0.4.
 */
#ifndef SLAD_CODEC_METRIC_H
#define SLAD_CODEC_METRIC_H

#include "base/buf.h"

enum metric_type { METRIC_COUNTER, METRIC_GAUGE };

/* Stands once before the values of a name. */
void metric_head(struct buf *b, const char *name, enum metric_type type, const char *help);

/* Pairs of label and value follow, ended by NULL. */
void metric_value(struct buf *b, const char *name, double value, ...);

#endif
