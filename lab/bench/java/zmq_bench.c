/* The ZeroMQ row of lab/bench/messaging: the same four modes as MessageBench.java, over libzmq's PUSH/PULL sockets.
 *
 *   sink PORT | source ADDRESS PORT BYTES SECONDS | echo PORT BACK-ADDRESS BACK-PORT
 *   rtt ADDRESS PORT BACK-PORT BYTES RATE SECONDS
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <zmq.h>

static const int END_LENGTH = 8;
static const int64_t SECOND = 1000000000LL;

static int64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * SECOND + t.tv_nsec;
}

static double cpu_s(void) {
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return u.ru_utime.tv_sec + u.ru_stime.tv_sec + (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static void must(int ok, const char *what) {
    if (!ok) {
        fprintf(stderr, "zmq_bench: %s: %s\n", what, zmq_strerror(zmq_errno()));
        exit(1);
    }
}

static void *receiver(void *context, const char *port) {
    char at[64];
    void *socket = zmq_socket(context, ZMQ_PULL);
    snprintf(at, sizeof at, "tcp://*:%s", port);
    must(zmq_bind(socket, at) == 0, at);
    return socket;
}

static void *sender(void *context, const char *address, const char *port) {
    char at[64];
    void *socket = zmq_socket(context, ZMQ_PUSH);
    snprintf(at, sizeof at, "tcp://%s:%s", address, port);
    must(zmq_connect(socket, at) == 0, at);
    return socket;
}

static int by_value(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static void sink(void *context, const char *port) {
    void *socket = receiver(context, port);
    char message[65536];
    int64_t begin = 0, first = 0, last = 0, count = 0;
    double cpu = 0;
    puts("ready");
    fflush(stdout);
    for (;;) {
        int length = zmq_recv(socket, message, sizeof message, 0);
        must(length >= 0, "receive");
        if (length == END_LENGTH) {
            break;
        }
        count++;
        if (begin == 0) {
            begin = now_ns();
        } else if (first == 0 && (count & 255) == 0 && now_ns() - begin > SECOND) {
            first = now_ns();
            count = 0;
            cpu = cpu_s();
        }
    }
    last = now_ns();
    printf("{\"messages\":%lld,\"seconds\":%.4f,\"per_s\":%.1f,\"cpu_s\":%.3f}\n", (long long)count, (last - first) / 1e9,
        count / ((last - first) / 1e9), cpu_s() - cpu);
    zmq_close(socket);
}

static void source(void *context, char **a) {
    void *socket = sender(context, a[2], a[3]);
    int bytes = atoi(a[4]);
    char *message = calloc(1, bytes);
    int64_t end = now_ns() + SECOND + atoi(a[5]) * SECOND, sent = 0;
    while (now_ns() < end) {
        for (int i = 0; i < 16; i++) {
            must(zmq_send(socket, message, bytes, 0) >= 0, "send");
            sent++;
        }
    }
    zmq_send(socket, message, END_LENGTH, 0);
    printf("{\"messages\":%lld,\"cpu_s\":%.3f}\n", (long long)sent, cpu_s());
    zmq_close(socket);
}

static void echo(void *context, char **a) {
    void *in = receiver(context, a[2]);
    void *out = sender(context, a[3], a[4]);
    char message[65536];
    puts("ready");
    fflush(stdout);
    for (int length = 0; length != END_LENGTH;) {
        length = zmq_recv(in, message, sizeof message, 0);
        must(length >= 0, "receive");
        zmq_send(out, message, length, 0);
    }
    zmq_close(in);
    zmq_close(out);
}

static double at(const int64_t *sorted, int64_t n, double quantile) {
    int64_t i = (int64_t)(quantile * n);
    return n == 0 ? -1 : sorted[i < n ? i : n - 1] / 1e3;
}

static void round_trips(void *context, char **a) {
    void *out = sender(context, a[2], a[3]);
    void *in = receiver(context, a[4]);
    int bytes = atoi(a[5]) < 16 ? 16 : atoi(a[5]), rate = atoi(a[6]), total = rate + rate * atoi(a[7]), sent = 0, got = 0;
    int64_t *latencies = calloc(total, sizeof *latencies), interval = SECOND / rate, begin = now_ns() + SECOND / 2;
    char *message = calloc(1, bytes), reply[65536];
    int64_t give_up = begin + total * interval + 5 * SECOND;
    while (got < total && now_ns() < give_up) {
        if (sent < total && now_ns() >= begin + sent * interval) {
            int64_t intended = begin + sent * interval;
            memcpy(message, &intended, sizeof intended);
            if (zmq_send(out, message, bytes, ZMQ_DONTWAIT) >= 0) {
                sent++;
            }
        }
        if (zmq_recv(in, reply, sizeof reply, ZMQ_DONTWAIT) >= 16) {
            int64_t intended;
            memcpy(&intended, reply, sizeof intended);
            latencies[got++] = now_ns() - intended;
        }
    }
    zmq_send(out, message, END_LENGTH, 0);
    int64_t *measured = latencies + (got < rate ? got : rate), n = got - (got < rate ? got : rate);
    qsort(measured, n, sizeof *measured, by_value);
    printf("{\"sent\":%d,\"received\":%d,\"p50\":%.2f,\"p99\":%.2f,\"p999\":%.2f}\n", sent, got, at(measured, n, 0.5),
        at(measured, n, 0.99), at(measured, n, 0.999));
    zmq_close(out);
    zmq_close(in);
}

int main(int count, char **a) {
    void *context = zmq_ctx_new();
    if (count == 3 && !strcmp(a[1], "sink")) {
        sink(context, a[2]);
    } else if (count == 6 && !strcmp(a[1], "source")) {
        source(context, a);
    } else if (count == 5 && !strcmp(a[1], "echo")) {
        echo(context, a);
    } else if (count == 8 && !strcmp(a[1], "rtt")) {
        round_trips(context, a);
    } else {
        fprintf(stderr, "usage: zmq_bench sink|source|echo|rtt ...\n");
        return 2;
    }
    zmq_ctx_term(context);
    return 0;
}
