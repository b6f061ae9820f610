/* Traffic that proves itself: what arrives is checked byte by byte and number by number, and the longest silence is kept.
 *
 *   flow receive udp ADDRESS PORT               until the sender says it is done; prints one JSON line
 *   flow receive tcp ADDRESS PORT               one connection, to its end; prints one JSON line
 *   flow send udp ADDRESS PORT BYTES RATE       numbered datagrams, RATE a second, until SIGTERM
 *   flow send tcp ADDRESS PORT [RATE]           RATE bytes a second, or as fast as they are taken, until SIGTERM
 *
 * A byte's value is made from its place in the stream or in the datagram, so nothing has to be kept to check it. Datagrams begin with
 * their number (8 bytes, host order) and the count of all (0 until the end). Exit status 0: the traffic ended as it should; what was
 * lost or doubled is in the JSON. */
#define _GNU_SOURCE
#include <errno.h>
#include <netdb.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CHUNK = 65536, HEAD = 16, MAX_NUMBERS = 1 << 22, GOODBYES = 20, BUFFER = 8 << 20, STEP_NS = 1000000 };

static volatile sig_atomic_t ended;
static unsigned char data[CHUNK];

static void on_signal(int number)
{
    (void)number;
    ended = 1;
}

static void die(const char *what)
{
    fprintf(stderr, "flow: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static unsigned char pattern(uint64_t at)
{
    at = (at + 0x9E3779B97F4A7C15ULL) * 0xBF58476D1CE4E5B9ULL;
    return (unsigned char)(at >> 56);
}

static int open_socket(int type, const char *address, const char *port, int listening)
{
    struct addrinfo hints = {.ai_socktype = type, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV}, *found;
    int size = BUFFER, yes = 1, error = getaddrinfo(address, port, &hints, &found);
    if (error) {
        fprintf(stderr, "flow: %s port %s: %s\n", address, port, gai_strerror(error));
        exit(2);
    }
    int fd = socket(found->ai_family, type, 0);
    if (fd < 0)
        die("socket");
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (type == SOCK_DGRAM)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
    if ((listening ? bind : connect)(fd, found->ai_addr, found->ai_addrlen))
        die(listening ? "bind" : "connect");
    if (listening && type == SOCK_STREAM && listen(fd, 1))
        die("listen");
    freeaddrinfo(found);
    return fd;
}

static void send_datagrams(int fd, size_t bytes, double rate)
{
    uint64_t number = 0, none = 0;
    int64_t begin = now_ns();
    for (size_t i = HEAD; i < bytes; i++)
        data[i] = pattern(i);
    while (!ended) {
        uint64_t due = (uint64_t)((double)(now_ns() - begin) * rate / 1e9);
        for (; number < due && !ended; number++) {
            memcpy(data, &number, 8);
            memcpy(data + 8, &none, 8);
            if (send(fd, data, bytes, 0) < 0 && errno != EINTR)
                die("send");
        }
        nanosleep(&(struct timespec){.tv_nsec = STEP_NS}, NULL);
    }
    for (int i = 0; i < GOODBYES; i++) { /* the last word must arrive */
        memcpy(data + 8, &number, 8);
        send(fd, data, bytes, 0);
        nanosleep(&(struct timespec){.tv_nsec = 50 * STEP_NS}, NULL);
    }
}

static void receive_datagrams(int fd)
{
    static unsigned char seen[MAX_NUMBERS];
    uint64_t received = 0, doubled = 0, reordered = 0, corrupt = 0, total = 0, number, next = 0;
    int64_t last = 0, silence = 0;
    while (!total) {
        ssize_t got = recv(fd, data, sizeof data, 0);
        int64_t now = now_ns();
        if (got < HEAD)
            die("receive");
        memcpy(&number, data, 8);
        memcpy(&total, data + 8, 8);
        if (total)
            break;
        int wrong = number >= MAX_NUMBERS;
        for (ssize_t i = HEAD; i < got && !wrong; i++)
            wrong = data[i] != pattern((uint64_t)i);
        if (wrong) {
            corrupt++;
            continue;
        }
        doubled += seen[number];
        received += !seen[number];
        seen[number] = 1;
        reordered += number < next;
        next = number + 1 > next ? number + 1 : next;
        if (last && now - last > silence)
            silence = now - last;
        last = now;
    }
    printf("{\"sent\":%lu,\"received\":%lu,\"lost\":%lu,\"doubled\":%lu,\"reordered\":%lu,\"corrupt\":%lu,\"silence_ms\":%.1f}\n", total,
           received, total - received, doubled, reordered, corrupt, (double)silence / 1e6);
}

static void send_stream(int fd, double rate)
{
    uint64_t at = 0;
    int64_t begin = now_ns();
    while (!ended) {
        if (rate > 0 && (double)at > (double)(now_ns() - begin) * rate / 1e9) {
            nanosleep(&(struct timespec){.tv_nsec = STEP_NS}, NULL);
            continue;
        }
        for (size_t i = 0; i < sizeof data; i++)
            data[i] = pattern(at + i);
        for (size_t done = 0; done < sizeof data;) {
            ssize_t sent = send(fd, data + done, sizeof data - done, MSG_NOSIGNAL);
            if (sent < 0 && errno != EINTR)
                die("send");
            done += sent > 0 ? (size_t)sent : 0;
        }
        at += sizeof data;
    }
    if (shutdown(fd, SHUT_WR))
        die("shutdown");
    if (recv(fd, data, 1, 0) != 0) /* the receiver closes when it has everything */
        die("end of the connection");
    printf("{\"sent\":%lu}\n", at);
}

static void receive_stream(int listener)
{
    uint64_t at = 0, corrupt = 0;
    int64_t begin = 0, last = 0, silence = 0;
    int fd = accept(listener, NULL, NULL);
    ssize_t got;
    if (fd < 0)
        die("accept");
    while ((got = recv(fd, data, sizeof data, 0)) > 0) {
        int64_t now = now_ns();
        begin = begin ? begin : now;
        if (last && now - last > silence)
            silence = now - last;
        last = now;
        for (ssize_t i = 0; i < got; i++)
            corrupt += data[i] != pattern(at + (uint64_t)i);
        at += (uint64_t)got;
    }
    if (got < 0)
        die("the connection broke");
    printf("{\"received\":%lu,\"corrupt\":%lu,\"silence_ms\":%.1f,\"mb_per_s\":%.2f}\n", at, corrupt, (double)silence / 1e6,
           last > begin ? (double)at * 1e3 / (double)(last - begin) : 0);
}

int main(int argc, char **argv)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGTERM, &action, NULL);
    if (argc < 5 || (strcmp(argv[1], "send") && strcmp(argv[1], "receive"))) {
        fprintf(stderr, "usage: flow send|receive udp|tcp ADDRESS PORT [BYTES] [RATE]\n");
        return 2;
    }
    int receiving = !strcmp(argv[1], "receive"), udp = !strcmp(argv[2], "udp");
    int fd = open_socket(udp ? SOCK_DGRAM : SOCK_STREAM, argv[3], argv[4], receiving);
    if (receiving && udp)
        receive_datagrams(fd);
    else if (receiving)
        receive_stream(fd);
    else if (!udp)
        send_stream(fd, argc > 5 ? atof(argv[5]) : 0);
    else if (argc == 7 && atoi(argv[5]) >= HEAD && atoi(argv[5]) <= CHUNK && atof(argv[6]) > 0)
        send_datagrams(fd, (size_t)atoi(argv[5]), atof(argv[6]));
    else
        return 2;
    return 0;
}
