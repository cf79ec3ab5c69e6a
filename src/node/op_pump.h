// SPDX-License-Identifier: Apache-2.0
/* Bytes between an operation's stream and descriptors, with the stream's credit kept both ways. */
#pragma once

#include "node/op.h"

/* Input: what the client sends, written to a descriptor as fast as that takes it. */
struct op_writer;
struct op_writer *op_writer_new(struct op *op, int fd); /* owns fd */
void op_writer_put(struct op_writer *w, const void *bytes, size_t len);
void op_writer_end(struct op_writer *w);  /* no more comes: closes fd once all is written */
void op_writer_free(struct op_writer *w); /* NULL is fine */
/* Output: what a descriptor gives, sent as fast as the client takes it. */
struct op_reader;
struct op_reader *op_reader_new(struct op *op, int fd, bool is_err, void (*ended)(void *data),
                                void *data); /* owns fd */
void op_reader_go_on(struct op_reader *r);   /* there is room again */
/* Nothing more is awaited from the descriptor: sends what is there (as the client takes it), then `ended`. */
void op_reader_finish(struct op_reader *r);
bool op_reader_ended(const struct op_reader *r); /* true for NULL */
void op_reader_free(struct op_reader *r);
