// SPDX-License-Identifier: Apache-2.0
/* One rtnetlink socket.
 *
 * The answers are walked by hand rather than by mnl_cb_run: it drops the kernel's own explanation (the extended
 * acknowledgement) and cannot tell a missing acknowledgement from one that says "fine". */
#include "net/netlink.h"

#include <errno.h>
#include <linux/netlink.h>
#include <string.h>

#define NETLINK_BUF (32 * 1024) /* what the kernel fills at most in one read of a dump */

int netlink_open(struct netlink *nl, struct err *e)
{
    int on = 1, r = mnl_library_open(e);
    if (r < 0)
        return r;
    nl->seq = 0;
    nl->sock = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
    if (nl->sock == NULL)
        return err_errno(e, errno, "open a netlink socket");
    if (mnl_socket_bind(nl->sock, 0, MNL_SOCKET_AUTOPID) < 0) {
        int code = errno;
        netlink_close(nl);
        return err_errno(e, code, "bind a netlink socket");
    }
    /* Kernels without these only say less: nothing rests on them. */
    (void)mnl_socket_setsockopt(nl->sock, NETLINK_EXT_ACK, &on, sizeof(on));
    (void)mnl_socket_setsockopt(nl->sock, NETLINK_CAP_ACK, &on, sizeof(on));
    return 0;
}

void netlink_close(struct netlink *nl)
{
    if (nl->sock != NULL)
        mnl_socket_close(nl->sock);
    nl->sock = NULL;
}

void *netlink_begin(struct netlink_msg *m, uint16_t type, uint16_t flags, size_t size)
{
    memset(m, 0, sizeof(*m));
    struct nlmsghdr *h = mnl_nlmsg_put_header(m->bytes);
    h->nlmsg_type = type;
    h->nlmsg_flags = NLM_F_REQUEST | flags;
    return mnl_nlmsg_put_extra_header(h, size);
}

static int find_words(const struct nlattr *attr, void *data)
{
    const char **words = data;
    if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG && mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0)
        *words = mnl_attr_get_str(attr);
    return MNL_CB_OK;
}

/* The code in an acknowledgement: 0, or a negative errno with the kernel's words. */
static int read_ack(const struct nlmsghdr *h, struct err *e)
{
    const char *words = NULL;
    if (mnl_nlmsg_get_payload_len(h) < sizeof(struct nlmsgerr))
        return err_set(e, EBADMSG, "the kernel's answer is cut short");
    const struct nlmsgerr *answer = mnl_nlmsg_get_payload(h);
    if (answer->error == 0)
        return 0;
    size_t skip = sizeof(*answer);
    if (!(h->nlmsg_flags & NLM_F_CAPPED) && answer->msg.nlmsg_len >= sizeof(answer->msg))
        skip += MNL_ALIGN(answer->msg.nlmsg_len) - sizeof(answer->msg);
    if ((h->nlmsg_flags & NLM_F_ACK_TLVS) && h->nlmsg_len >= NLMSG_HDRLEN + skip)
        (void)mnl_attr_parse(h, (unsigned)skip, find_words, &words);
    if (words != NULL)
        return err_set(e, -answer->error, "%s (%s)", words, strerror(-answer->error));
    return err_set(e, -answer->error, "%s", strerror(-answer->error));
}

struct walk {
    uint32_t seq;
    mnl_cb_t each;
    void *data;
    bool stop, done, torn;
};

/* One message of an answer; sets done at its last. */
static int walk_message(struct walk *w, const struct nlmsghdr *h, struct err *e)
{
    if (h->nlmsg_seq != w->seq)
        return 0; /* left over from a request that failed half-way */
    w->torn |= (h->nlmsg_flags & NLM_F_DUMP_INTR) != 0;
    if (h->nlmsg_type == NLMSG_ERROR || h->nlmsg_type == NLMSG_DONE) {
        w->done = true;
        return h->nlmsg_type == NLMSG_ERROR ? read_ack(h, e) : 0;
    }
    if (h->nlmsg_type >= NLMSG_MIN_TYPE && w->each != NULL && !w->stop)
        w->stop = w->each(h, w->data) == MNL_CB_STOP;
    return 0;
}

static int walk_answers(struct netlink *nl, struct walk *w, struct err *e)
{
    AUTO_FREE char *buf = mem_alloc(NETLINK_BUF);
    int r = 0;
    while (!w->done) {
        ssize_t got = mnl_socket_recvfrom(nl->sock, buf, NETLINK_BUF);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return err_errno(e, errno, "read the kernel's answer");
        int left = (int)got;
        for (const struct nlmsghdr *h = (const void *)buf; mnl_nlmsg_ok(h, left) && !w->done;
             h = mnl_nlmsg_next(h, &left))
            r = walk_message(w, h, e);
    }
    return r;
}

static int converse(struct netlink *nl, struct netlink_msg *m, uint16_t flags, struct walk *w, struct err *e)
{
    w->seq = ++nl->seq;
    m->h.nlmsg_seq = w->seq;
    m->h.nlmsg_flags |= flags;
    if (mnl_socket_sendto(nl->sock, &m->h, m->h.nlmsg_len) < 0)
        return err_errno(e, errno, "send to the kernel");
    return walk_answers(nl, w, e);
}

int netlink_request(struct netlink *nl, struct netlink_msg *m, struct err *e)
{
    struct walk w = {0};
    return converse(nl, m, NLM_F_ACK, &w, e);
}

int netlink_get(struct netlink *nl, struct netlink_msg *m, mnl_cb_t each, void *data, struct err *e)
{
    struct walk w = {.each = each, .data = data};
    return converse(nl, m, NLM_F_ACK, &w, e);
}

int netlink_dump(struct netlink *nl, struct netlink_msg *m, mnl_cb_t each, void *data, struct err *e)
{
    struct walk w = {.each = each, .data = data};
    int r = converse(nl, m, NLM_F_DUMP, &w, e);
    if (r == 0 && w.torn)
        return err_set(e, EAGAIN, "the kernel's list changed while it was read; try again");
    return r;
}
