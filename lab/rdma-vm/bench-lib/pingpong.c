/* Round trips of one message over a TCP socket, one after the other: the one program for every system that offers sockets (plain, rsocket
 * and SMC by preload), so that what differs is the system.
 *
 *   pingpong serve ADDRESS PORT BYTES                 one connection, to its end
 *   pingpong ask ADDRESS PORT BYTES SECONDS           prints "COUNT P50 P99 P99.9": whole round trips in microseconds
 *
 * The first tenth of the time is a warm-up and is not counted. Exit status 1 with a sentence when the connection fails. */
#define _GNU_SOURCE
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MOST_BYTES = 65536, MOST_SAMPLES = 1 << 20 };

static char data[MOST_BYTES];
static uint32_t samples[MOST_SAMPLES];

static void die(const char *what)
{
    fprintf(stderr, "pingpong: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* Status 0 at the end of the connection. */
static int whole(int fd, size_t bytes, int sending)
{
    for (size_t done = 0; done < bytes;) {
        ssize_t moved = sending ? send(fd, data + done, bytes - done, 0) : recv(fd, data + done, bytes - done, 0);
        if (moved == 0)
            return 0;
        if (moved < 0 && errno != EINTR)
            die(sending ? "send" : "receive");
        done += moved > 0 ? (size_t)moved : 0;
    }
    return 1;
}

static int open_socket(const char *address, const char *port, int listening)
{
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV}, *found;
    int yes = 1;
    if (getaddrinfo(address, port, &hints, &found))
        die(address);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0)
        die("socket");
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (listening ? bind(fd, found->ai_addr, found->ai_addrlen) || listen(fd, 1) : connect(fd, found->ai_addr, found->ai_addrlen))
        die(listening ? "listen" : "connect");
    freeaddrinfo(found);
    return fd;
}

static void serve(int listener, size_t bytes)
{
    int yes = 1, fd = accept(listener, NULL, NULL);
    if (fd < 0)
        die("accept");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    while (whole(fd, bytes, 0))
        whole(fd, bytes, 1);
    close(fd);
}

static int smaller(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static double percentile(size_t count, double share) { return samples[(size_t)((double)(count - 1) * share + 0.5)] / 1e3; }

static void ask(int fd, size_t bytes, double seconds)
{
    size_t count = 0;
    int64_t begin = now_ns(), counted = begin + (int64_t)(seconds * 1e8), end = begin + (int64_t)(seconds * 1e9);
    for (int64_t before = begin, after; before < end && count < MOST_SAMPLES; before = after) {
        whole(fd, bytes, 1);
        if (!whole(fd, bytes, 0)) {
            errno = ECONNRESET;
            die("receive");
        }
        after = now_ns();
        if (before >= counted)
            samples[count++] = (uint32_t)(after - before > UINT32_MAX ? UINT32_MAX : after - before);
    }
    if (!count) {
        errno = ETIME;
        die("no round trip");
    }
    qsort(samples, count, sizeof *samples, smaller);
    printf("%zu %.2f %.2f %.2f\n", count, percentile(count, 0.5), percentile(count, 0.99), percentile(count, 0.999));
    shutdown(fd, SHUT_RDWR);
}

int main(int argc, char **argv)
{
    int asking = argc == 6 && !strcmp(argv[1], "ask");
    size_t bytes = argc > 4 ? (size_t)atoi(argv[4]) : 0;
    if ((!asking && (argc != 5 || strcmp(argv[1], "serve"))) || bytes < 1 || bytes > MOST_BYTES || (asking && atof(argv[5]) <= 0)) {
        fprintf(stderr, "usage: pingpong serve ADDRESS PORT BYTES | pingpong ask ADDRESS PORT BYTES SECONDS\n");
        return 2;
    }
    int fd = open_socket(argv[2], argv[3], !asking);
    if (asking)
        ask(fd, bytes, atof(argv[5]));
    else
        serve(fd, bytes);
    return 0;
}
