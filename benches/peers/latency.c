/* How long replies take over loopback, at a given rate.
 *
 * Queries leave at fixed times whether or not earlier ones were answered, so that a server which stops for a while
 * shows all the queries that it kept waiting. The program never sleeps: waking up would take longer than a reply.
 *
 *   latency PORT RATE SECONDS FILE      FILE as dnsperf reads it; prints one line of JSON, times in microseconds
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { HEADER = 12, LONGEST = 300, IDS = 65536, ASKED = 100000, GRACE_NS = 1000000000 };

struct query { uint16_t length; uint8_t octets[LONGEST]; };

static struct query *queries;
static size_t known;
static int64_t sent_at[IDS]; /* 0: not waiting for this id */
static int64_t *times;
static size_t answered;

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void die(const char *what) {
    perror(what);
    exit(1);
}

/* A query for the addresses of a name in dots. */
static struct query encode(const char *name) {
    struct query query = {.octets = {0, 0, 0x01, 0, 0, 1}};
    uint8_t *at = query.octets + HEADER;
    while (*name) {
        size_t label = strcspn(name, ".");
        *at++ = (uint8_t)label;
        memcpy(at, name, label);
        at += label;
        name += label + (name[label] == '.');
    }
    memcpy(at, (uint8_t[]){0, 0, 1, 0, 1}, 5);
    query.length = (uint16_t)(at + 5 - query.octets);
    return query;
}

static void read_queries(const char *path) {
    char name[256];
    FILE *file = fopen(path, "r");
    if (!file) die(path);
    queries = malloc(ASKED * sizeof *queries);
    if (!queries) die("memory");
    while (known < ASKED && fscanf(file, "%255s %*s", name) == 1) queries[known++] = encode(name);
    fclose(file);
    if (known == 0) exit(1);
}

static int connected_to(const char *port) {
    struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0), room = 1 << 22;
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || connect(fd, (struct sockaddr *)&server, sizeof server) < 0) die("latency");
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    return fd;
}

static void ask(int fd, size_t turn) {
    struct query *query = &queries[turn % known];
    uint16_t id = (uint16_t)turn;
    memcpy(query->octets, &id, 2);
    sent_at[id] = now();
    if (send(fd, query->octets, query->length, 0) < 0) sent_at[id] = 0;
}

static void take_replies(int fd) {
    uint8_t reply[4096];
    uint16_t id;
    while (recv(fd, reply, sizeof reply, 0) >= HEADER) {
        memcpy(&id, reply, 2);
        if (sent_at[id] == 0) continue;
        times[answered++] = now() - sent_at[id];
        sent_at[id] = 0;
    }
}

static int by_size(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static double percentile(double share) {
    return answered ? (double)times[(size_t)(share * (double)(answered - 1))] / 1e3 : 0;
}

int main(int argc, char **argv) {
    if (argc != 5) return fputs("latency PORT RATE SECONDS FILE\n", stderr), 2;
    double rate = atof(argv[2]), seconds = atof(argv[3]);
    size_t total = (size_t)(rate * seconds);
    read_queries(argv[4]);
    times = malloc((total + 1) * sizeof *times);
    if (!times) die("memory");
    int fd = connected_to(argv[1]);

    int64_t begun = now(), latest = 0;
    for (size_t turn = 0; turn < total; turn++) {
        int64_t due = begun + (int64_t)((double)turn * 1e9 / rate);
        while (now() < due) take_replies(fd);
        if (now() - due > latest) latest = now() - due;
        ask(fd, turn);
    }
    for (int64_t end = now() + GRACE_NS; answered < total && now() < end;) take_replies(fd);

    qsort(times, answered, sizeof *times, by_size);
    printf("{\"sent\": %zu, \"answered\": %zu, \"p50\": %.1f, \"p99\": %.1f, \"longest\": %.1f, \"late\": %.1f}\n", total,
           answered, percentile(0.5), percentile(0.99), percentile(1), (double)latest / 1e3);
    return 0;
}
