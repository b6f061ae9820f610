/* Round trips and a stream over one TCP connection: the one program for every system that offers sockets (plain, rsocket and SMC by preload), so
 * that what differs is the system. iperf3 does not run over rsocket: it asks for TCP_INFO and waits for ever.
 *
 *   sockets answer ADDRESS PORT BYTES                 answers one connection, to its end
 *   sockets ask ADDRESS PORT BYTES SECONDS            prints "P50 P99 P99.9": whole round trips in microseconds
 *   sockets drain ADDRESS PORT BYTES                  takes one connection's stream; prints the Mbit/s of its bytes
 *   sockets pour ADDRESS PORT BYTES SECONDS           sends writes of that size
 *
 * What comes in the first second is a warm-up and is not counted. Exit status 1 with a sentence when the connection fails. */
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

enum { MOST_BYTES = 65536, MOST_SAMPLES = 1 << 20, WARM_UP_NS = 1000000000 };

static char data[MOST_BYTES];
static uint32_t samples[MOST_SAMPLES];

static void die(const char *what)
{
    fprintf(stderr, "sockets: %s: %s\n", what, strerror(errno));
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

static int accepted(int listener)
{
    int yes = 1, fd = accept(listener, NULL, NULL);
    if (fd < 0)
        die("accept");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    return fd;
}

static void answer(int fd, size_t bytes)
{
    while (whole(fd, bytes, 0))
        whole(fd, bytes, 1);
}

static void drain(int fd)
{
    int64_t begin = 0, now = 0;
    uint64_t counted = 0;
    for (ssize_t got; (got = recv(fd, data, sizeof data, 0)) > 0;) {
        now = now_ns();
        begin = begin ? begin : now + WARM_UP_NS;
        counted += now > begin ? (uint64_t)got : 0;
    }
    printf("%.3f\n", now > begin ? (double)counted * 8e3 / (double)(now - begin) : 0);
}

static void pour(int fd, size_t bytes, double seconds)
{
    for (int64_t end = now_ns() + WARM_UP_NS + (int64_t)(seconds * 1e9); now_ns() < end;)
        whole(fd, bytes, 1);
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
    int64_t before = now_ns(), after, begin = before + WARM_UP_NS, end = begin + (int64_t)(seconds * 1e9);
    for (; before < end && count < MOST_SAMPLES; before = after) {
        whole(fd, bytes, 1);
        if (!whole(fd, bytes, 0)) {
            errno = ECONNRESET;
            die("receive");
        }
        after = now_ns();
        if (before >= begin)
            samples[count++] = (uint32_t)(after - before > UINT32_MAX ? UINT32_MAX : after - before);
    }
    if (!count) {
        errno = ETIME;
        die("no round trip");
    }
    qsort(samples, count, sizeof *samples, smaller);
    printf("%.2f %.2f %.2f\n", percentile(count, 0.5), percentile(count, 0.99), percentile(count, 0.999));
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    int active = !strcmp(what, "ask") || !strcmp(what, "pour"), passive = !strcmp(what, "answer") || !strcmp(what, "drain");
    size_t bytes = argc > 4 ? (size_t)atoi(argv[4]) : 0;
    if (!((active && argc == 6 && atof(argv[5]) > 0) || (passive && argc == 5)) || bytes < 1 || bytes > MOST_BYTES) {
        fprintf(stderr, "usage: sockets answer|drain ADDRESS PORT BYTES | sockets ask|pour ADDRESS PORT BYTES SECONDS\n");
        return 2;
    }
    int fd = open_socket(argv[2], argv[3], passive);
    fd = passive ? accepted(fd) : fd;
    if (!strcmp(what, "ask"))
        ask(fd, bytes, atof(argv[5]));
    else if (!strcmp(what, "pour"))
        pour(fd, bytes, atof(argv[5]));
    else if (!strcmp(what, "answer"))
        answer(fd, bytes);
    else
        drain(fd);
    shutdown(fd, SHUT_RDWR);
    close(fd);
    return 0;
}
