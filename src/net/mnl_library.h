// SPDX-License-Identifier: Apache-2.0
/* libmnl's functions, opened with the first netlink socket: of all parts of the program only the node has one. They go
 * by their own names, since the macros of libmnl's header call some of them. */
#pragma once

#include <libmnl/libmnl.h>

#include "base/lazy.h"

#define MNL_FUNCTIONS(X)                                                                                               \
    X(mnl_attr_get_payload)                                                                                            \
    X(mnl_attr_get_payload_len)                                                                                        \
    X(mnl_attr_get_str)                                                                                                \
    X(mnl_attr_get_type)                                                                                               \
    X(mnl_attr_get_u32)                                                                                                \
    X(mnl_attr_nest_end)                                                                                               \
    X(mnl_attr_nest_start)                                                                                             \
    X(mnl_attr_next)                                                                                                   \
    X(mnl_attr_ok)                                                                                                     \
    X(mnl_attr_parse)                                                                                                  \
    X(mnl_attr_put)                                                                                                    \
    X(mnl_attr_put_strz)                                                                                               \
    X(mnl_attr_put_u32)                                                                                                \
    X(mnl_attr_put_u8)                                                                                                 \
    X(mnl_attr_validate)                                                                                               \
    X(mnl_nlmsg_get_payload)                                                                                           \
    X(mnl_nlmsg_get_payload_len)                                                                                       \
    X(mnl_nlmsg_get_payload_offset)                                                                                    \
    X(mnl_nlmsg_get_payload_tail)                                                                                      \
    X(mnl_nlmsg_next)                                                                                                  \
    X(mnl_nlmsg_ok)                                                                                                    \
    X(mnl_nlmsg_put_extra_header)                                                                                      \
    X(mnl_nlmsg_put_header)                                                                                            \
    X(mnl_socket_bind)                                                                                                 \
    X(mnl_socket_close)                                                                                                \
    X(mnl_socket_open2)                                                                                                \
    X(mnl_socket_recvfrom)                                                                                             \
    X(mnl_socket_sendto)                                                                                               \
    X(mnl_socket_setsockopt)

struct mnl_library {
    MNL_FUNCTIONS(LAZY_MEMBER)
};
extern struct mnl_library mnl_library;

/* 0, or -ENOENT with `e` that says what to install. Before it the functions must not be called. */
int mnl_library_open(struct err *e);

#ifndef LAZY_LIB /* everywhere but where the table is filled */
#define mnl_attr_get_payload         mnl_library.mnl_attr_get_payload
#define mnl_attr_get_payload_len     mnl_library.mnl_attr_get_payload_len
#define mnl_attr_get_str             mnl_library.mnl_attr_get_str
#define mnl_attr_get_type            mnl_library.mnl_attr_get_type
#define mnl_attr_get_u32             mnl_library.mnl_attr_get_u32
#define mnl_attr_nest_end            mnl_library.mnl_attr_nest_end
#define mnl_attr_nest_start          mnl_library.mnl_attr_nest_start
#define mnl_attr_next                mnl_library.mnl_attr_next
#define mnl_attr_ok                  mnl_library.mnl_attr_ok
#define mnl_attr_parse               mnl_library.mnl_attr_parse
#define mnl_attr_put                 mnl_library.mnl_attr_put
#define mnl_attr_put_strz            mnl_library.mnl_attr_put_strz
#define mnl_attr_put_u32             mnl_library.mnl_attr_put_u32
#define mnl_attr_put_u8              mnl_library.mnl_attr_put_u8
#define mnl_attr_validate            mnl_library.mnl_attr_validate
#define mnl_nlmsg_get_payload        mnl_library.mnl_nlmsg_get_payload
#define mnl_nlmsg_get_payload_len    mnl_library.mnl_nlmsg_get_payload_len
#define mnl_nlmsg_get_payload_offset mnl_library.mnl_nlmsg_get_payload_offset
#define mnl_nlmsg_get_payload_tail   mnl_library.mnl_nlmsg_get_payload_tail
#define mnl_nlmsg_next               mnl_library.mnl_nlmsg_next
#define mnl_nlmsg_ok                 mnl_library.mnl_nlmsg_ok
#define mnl_nlmsg_put_extra_header   mnl_library.mnl_nlmsg_put_extra_header
#define mnl_nlmsg_put_header         mnl_library.mnl_nlmsg_put_header
#define mnl_socket_bind              mnl_library.mnl_socket_bind
#define mnl_socket_close             mnl_library.mnl_socket_close
#define mnl_socket_open2             mnl_library.mnl_socket_open2
#define mnl_socket_recvfrom          mnl_library.mnl_socket_recvfrom
#define mnl_socket_sendto            mnl_library.mnl_socket_sendto
#define mnl_socket_setsockopt        mnl_library.mnl_socket_setsockopt
#endif
