/* The floor: the least that a DNS server over UDP can do on this machine.
 *
 * It reads up to 32 queries with one system call, answers each from a template (the query's id and question, one A
 * record) and sends them with another. It looks nothing up, so what another server takes beyond it is that server's own.
 *
 *   floor PORT [WORKERS]        on 127.0.0.1; each worker is a thread with a socket of its own (1), and of several
 *                               that of the core a query came in on answers it
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <linux/filter.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { BATCH = 32, LONGEST = 512, HEADER = 12 };

/* A pointer to the question's name, A, IN, 300 s, 192.0.2.53. */
static const uint8_t answer[] = {0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0x01, 0x2c, 0, 4, 192, 0, 2, 53};
/* QR RD RA; one question, one answer. */
static const uint8_t head[] = {0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0};

static _Thread_local uint8_t queries[BATCH][LONGEST], replies[BATCH][LONGEST + sizeof answer];
static _Thread_local struct sockaddr_in clients[BATCH];
static _Thread_local struct iovec incoming[BATCH], outgoing[BATCH];
static _Thread_local struct mmsghdr received[BATCH], sent[BATCH];

/* Where the question ends, or 0 if this is no query. */
static size_t question_end(const uint8_t *query, size_t length) {
    size_t at = HEADER;
    if (length < HEADER || query[2] & 0x80) return 0;
    while (at < length && query[at] != 0) at += query[at] + 1u;
    return at + 5 <= length ? at + 5 : 0;
}

static size_t reply_to(const uint8_t *query, size_t length, uint8_t *reply) {
    size_t end = question_end(query, length);
    if (end == 0) return 0;
    memcpy(reply, query, end);
    memcpy(reply + 2, head, sizeof head);
    memcpy(reply + end, answer, sizeof answer);
    return end + sizeof answer;
}

static int listen_on(const char *port) {
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
    int fd = socket(AF_INET, SOCK_DGRAM, 0), on = 1;
    own.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) < 0 || bind(fd, (struct sockaddr *)&own, sizeof own) < 0) {
        perror("floor");
        exit(1);
    }
    return fd;
}

/* Of the sockets on this port the kernel takes the one whose number is the core's. */
static void steer(int fd, unsigned workers) {
    struct sock_filter steps[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned)(SKF_AD_OFF + SKF_AD_CPU)),
                                  BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, workers), BPF_STMT(BPF_RET | BPF_A, 0)};
    struct sock_fprog program = {sizeof steps / sizeof *steps, steps};
    if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &program, sizeof program) < 0) perror("floor: steering");
}

static void prepare(void) {
    for (int i = 0; i < BATCH; i++) {
        incoming[i] = (struct iovec){queries[i], LONGEST};
        outgoing[i].iov_base = replies[i];
        received[i].msg_hdr = (struct msghdr){.msg_name = &clients[i], .msg_iov = &incoming[i], .msg_iovlen = 1};
        sent[i].msg_hdr = (struct msghdr){.msg_namelen = sizeof clients[i], .msg_iov = &outgoing[i], .msg_iovlen = 1};
    }
}

/* Answers a batch; how many replies there are. */
static int answer_all(int count) {
    int ready = 0;
    for (int i = 0; i < count; i++) {
        size_t length = reply_to(queries[i], received[i].msg_len, replies[ready]);
        if (length == 0) continue;
        outgoing[ready].iov_len = length;
        sent[ready++].msg_hdr.msg_name = &clients[i];
    }
    return ready;
}

static unsigned workers = 1;

static void *serve(void *port) {
    int fd = listen_on(port);
    if (workers > 1) steer(fd, workers);
    prepare();
    for (;;) {
        for (int i = 0; i < BATCH; i++) received[i].msg_hdr.msg_namelen = sizeof clients[i];
        int count = recvmmsg(fd, received, BATCH, MSG_WAITFORONE, NULL);
        int ready = count > 0 ? answer_all(count) : 0;
        for (int done = 0, more; done < ready; done += more) {
            more = sendmmsg(fd, sent + done, (unsigned)(ready - done), 0);
            /* A client that has gone costs its own reply and no other. */
            if (more <= 0) more = 1;
        }
    }
    return NULL;
}

int main(int argc, char **argv) {
    if (argc < 2 || argc > 3) return fputs("floor PORT [WORKERS]\n", stderr), 2;
    if (argc == 3) workers = (unsigned)atoi(argv[2]);
    for (unsigned others = 1; others < workers; others++) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, serve, argv[1]) != 0) return fputs("floor: no thread\n", stderr), 1;
    }
    serve(argv[1]);
}
