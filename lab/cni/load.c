/*
 * cni-load: executes a CNI plugin for many containers, some at a time, and times every call. One process without threads, so that
 * the load costs as little as a runtime's fork and exec must cost.
 *
 *   cni-load namespaces DIRECTORY COUNT      make COUNT network namespaces, mounted at DIRECTORY/1 .. DIRECTORY/COUNT
 *   cni-load run VERB PLUGIN CONFIG DIRECTORY RESULTS COUNT PARALLEL
 *                                            execute PLUGIN once for each namespace, PARALLEL at a time, CONFIG on its standard input;
 *                                            what it prints goes to RESULTS/<n>.VERB; print one JSON document
 *   cni-load ping SECONDS FILE               send an ICMP echo request to every address in FILE (IPv4 or IPv6, one a line) until each
 *                                            has answered or the time is up; print one JSON document
 *
 * A call's time runs from before the process is made until after it is reaped: what a runtime waits. Exit status 1: some calls failed
 * or some addresses did not answer, which the document counts; 2: nothing could be measured.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <sched.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_COUNT = 60000, MAX_PARALLEL = 1024, PATH_BYTES = 512, FAILURES_SHOWN = 3 };
enum { PING_WINDOW = 64, PING_PATIENCE_MS = 500 };

static void die(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fputs("cni-load: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    exit(2);
}

static double now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double) t.tv_sec * 1e3 + (double) t.tv_nsec / 1e6;
}

static long number(const char *text, long most) {
    char *end;
    long value = strtol(text, &end, 10);
    if (*end || end == text || value < 1 || value > most) die("'%s' is not a whole number from 1 to %ld", text, most);
    return value;
}

/* Namespaces. Each is made by moving this process into a new one and mounting that; the process ends in the last of them. */
static int make_namespaces(const char *directory, long count) {
    char path[PATH_BYTES];
    for (long i = 1; i <= count; i++) {
        snprintf(path, sizeof path, "%s/%ld", directory, i);
        int fd = open(path, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444);
        if (fd < 0) die("cannot make %s: %s", path, strerror(errno));
        close(fd);
        if (unshare(CLONE_NEWNET) < 0) die("network namespace %ld cannot be made: %s", i, strerror(errno));
        if (mount("/proc/self/ns/net", path, NULL, MS_BIND, NULL) < 0) die("cannot mount %s: %s", path, strerror(errno));
    }
    return 0;
}

/* Calls of the plugin. */
struct call { pid_t pid; double began; long container; };

struct run {
    const char *verb, *plugin, *config, *directory, *results;
    long count, failed;
    long failures[FAILURES_SHOWN];
    double *ms; /* by container, from 1 */
};

static char *variable(const char *format, ...) {
    char *text;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0) die("out of memory");
    return text;
}

static void result_path(const struct run *run, long container, char path[PATH_BYTES]) {
    snprintf(path, PATH_BYTES, "%s/%ld.%s", run->results, container, run->verb);
}

static pid_t start_plugin(const struct run *run, long container) {
    char path[PATH_BYTES];
    result_path(run, container, path);
    char *folder = strndup(run->plugin, (size_t) (strrchr(run->plugin, '/') - run->plugin));
    char *environment[] = {variable("CNI_COMMAND=%s", run->verb), variable("CNI_CONTAINERID=load-%ld", container),
                           variable("CNI_NETNS=%s/%ld", run->directory, container), variable("CNI_IFNAME=eth0"),
                           variable("CNI_PATH=%s", folder), variable("PATH=/usr/sbin:/usr/bin:/sbin:/bin"), NULL};
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, run->config, O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    pid_t pid;
    int error = posix_spawn(&pid, run->plugin, &files, NULL, (char *[]){(char *) run->plugin, NULL}, environment);
    if (error) die("cannot execute %s: %s", run->plugin, strerror(error));
    posix_spawn_file_actions_destroy(&files);
    for (char **each = environment; *each; each++) free(*each);
    free(folder);
    return pid;
}

static struct call *call_of(struct call *calls, long parallel, pid_t pid) {
    for (long i = 0; i < parallel; i++)
        if (calls[i].pid == pid) return &calls[i];
    return NULL;
}

static void finish(struct run *run, const struct call *call, int status) {
    run->ms[call->container] = now_ms() - call->began;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
    if (run->failed < FAILURES_SHOWN) run->failures[run->failed] = call->container;
    run->failed++;
}

static int ascending(const void *a, const void *b) {
    double difference = *(const double *) a - *(const double *) b;
    return (difference > 0) - (difference < 0);
}

/* The smallest value that at least this share of all values do not exceed. */
static double percentile(const double *sorted, long count, double share) {
    long rank = (long) (share * (double) count);
    if ((double) rank < share * (double) count) rank++;
    return sorted[rank > 0 ? rank - 1 : 0];
}

static void report(const struct run *run, double first, double seconds) {
    double *sorted = run->ms + 1;
    qsort(sorted, (size_t) run->count, sizeof *sorted, ascending);
    printf("{\"calls\":%ld,\"failed\":%ld,\"seconds\":%.3f,\"rate\":%.1f,\"first\":%.3f,\"p50\":%.3f,\"p99\":%.3f,\"max\":%.3f,\"failures\":[",
           run->count, run->failed, seconds, (double) run->count / seconds, first, percentile(sorted, run->count, 0.5),
           percentile(sorted, run->count, 0.99), sorted[run->count - 1]);
    for (long i = 0; i < run->failed && i < FAILURES_SHOWN; i++) printf("%s%ld", i ? "," : "", run->failures[i]);
    printf("]}\n");
}

static int run_plugin(struct run *run, long parallel) {
    static struct call calls[MAX_PARALLEL];
    if (!strchr(run->plugin, '/')) die("PLUGIN must be a path");
    run->ms = calloc((size_t) run->count + 1, sizeof *run->ms);
    if (!run->ms) die("out of memory");
    double began = now_ms();
    long next = 1, running = 0;
    while (next <= run->count || running > 0) {
        while (next <= run->count && running < parallel) {
            struct call *call = call_of(calls, parallel, 0);
            *call = (struct call){.began = now_ms(), .container = next++};
            call->pid = start_plugin(run, call->container);
            running++;
        }
        int status;
        struct call *ended = call_of(calls, parallel, waitpid(-1, &status, 0));
        if (!ended) die("waiting for %s failed: %s", run->plugin, strerror(errno));
        finish(run, ended, status);
        ended->pid = 0;
        running--;
    }
    double seconds = (now_ms() - began) / 1e3;
    report(run, run->ms[1], seconds);
    return run->failed > 0;
}

/* Reachability: echo requests, a bounded number without an answer at a time, asked again after a while. */
struct target { struct sockaddr_storage address; double asked; int answered; };

static long read_targets(const char *file, struct target *targets) {
    FILE *in = fopen(file, "r");
    if (!in) die("cannot read %s: %s", file, strerror(errno));
    char line[INET6_ADDRSTRLEN + 2];
    long count = 0;
    while (fgets(line, sizeof line, in)) {
        line[strcspn(line, "\n")] = 0;
        struct sockaddr_in *four = (struct sockaddr_in *) &targets[count].address;
        struct sockaddr_in6 *six = (struct sockaddr_in6 *) &targets[count].address;
        if (inet_pton(AF_INET, line, &four->sin_addr) == 1) four->sin_family = AF_INET;
        else if (inet_pton(AF_INET6, line, &six->sin6_addr) == 1) six->sin6_family = AF_INET6;
        else die("'%s' in %s is not an address", line, file);
        if (++count == MAX_COUNT) break;
    }
    fclose(in);
    if (count == 0) die("%s lists no address", file);
    return count;
}

static int echo_socket(int family, int protocol) {
    int fd = socket(family, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
    if (fd < 0) die("no raw socket: %s", strerror(errno));
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &(int){4 << 20}, sizeof(int));
    return fd;
}

static uint16_t internet_checksum(const uint16_t *words, int count) {
    uint32_t sum = 0;
    for (int i = 0; i < count; i++) sum += words[i];
    sum = (sum >> 16) + (sum & 0xffff);
    return (uint16_t) ~(sum + (sum >> 16));
}

/* The kernel fills in the checksum of ICMPv6. Both kinds of message have the same shape: type, code, checksum, id, sequence. */
static void ask(const int sockets[2], struct target *target, long index) {
    int is_six = target->address.ss_family == AF_INET6;
    uint16_t message[8] = {htons(is_six ? ICMP6_ECHO_REQUEST << 8 : ICMP_ECHO << 8), 0, htons((uint16_t) getpid()), htons((uint16_t) index)};
    if (!is_six) message[1] = internet_checksum(message, 8);
    sendto(sockets[is_six], message, sizeof message, 0, (struct sockaddr *) &target->address,
           is_six ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in));
    target->asked = now_ms();
}

static int same_address(const struct sockaddr_storage *a, const struct sockaddr_storage *b) {
    if (a->ss_family == AF_INET)
        return ((const struct sockaddr_in *) a)->sin_addr.s_addr == ((const struct sockaddr_in *) b)->sin_addr.s_addr;
    return memcmp(&((const struct sockaddr_in6 *) a)->sin6_addr, &((const struct sockaddr_in6 *) b)->sin6_addr, 16) == 0;
}

/* The number of targets that have answered for the first time. */
static long take_answers(int fd, int is_six, struct target *targets, long count) {
    unsigned char packet[256];
    struct sockaddr_storage from;
    socklen_t size = sizeof from;
    long fresh = 0;
    ssize_t n;
    while ((n = recvfrom(fd, packet, sizeof packet, 0, (struct sockaddr *) &from, &size)) > 0) {
        size_t header = is_six ? 0 : (size_t) (packet[0] & 15) * 4;
        const unsigned char *icmp = packet + header;
        size = sizeof from;
        if (n < (ssize_t) header + 8 || icmp[0] != (is_six ? ICMP6_ECHO_REPLY : ICMP_ECHOREPLY)) continue;
        long index = icmp[6] << 8 | icmp[7];
        if ((icmp[4] << 8 | icmp[5]) != (getpid() & 0xffff) || index >= count || targets[index].answered) continue;
        if (!same_address(&from, &targets[index].address)) continue;
        targets[index].answered = 1;
        fresh++;
    }
    return fresh;
}

static int is_awaited(const struct target *target) {
    return !target->answered && target->asked > 0 && now_ms() - target->asked < PING_PATIENCE_MS;
}

/* Asks those that are neither awaited nor done, beginning at the cursor, until the window is full. How many were asked. */
static long ask_some(const int sockets[2], struct target *targets, long count, long *cursor) {
    long awaited = 0, asked = 0;
    for (long i = 0; i < count; i++) awaited += is_awaited(&targets[i]);
    for (long i = 0; i < count && awaited + asked < PING_WINDOW; i++, *cursor = (*cursor + 1) % count) {
        if (targets[*cursor].answered || is_awaited(&targets[*cursor])) continue;
        ask(sockets, &targets[*cursor], *cursor);
        asked++;
    }
    return asked;
}

static int ping(double seconds, const char *file) {
    static struct target targets[MAX_COUNT];
    long count = read_targets(file, targets), answered = 0, requests = 0;
    int sockets[2] = {echo_socket(AF_INET, IPPROTO_ICMP), echo_socket(AF_INET6, IPPROTO_ICMPV6)};
    double began = now_ms(), end = began + seconds * 1e3;
    for (long cursor = 0; answered < count && now_ms() < end;) {
        requests += ask_some(sockets, targets, count, &cursor);
        struct pollfd wait[2] = {{sockets[0], POLLIN, 0}, {sockets[1], POLLIN, 0}};
        poll(wait, 2, 20);
        for (int i = 0; i < 2; i++) answered += take_answers(sockets[i], i, targets, count);
    }
    char text[INET6_ADDRSTRLEN];
    printf("{\"addresses\":%ld,\"answered\":%ld,\"requests\":%ld,\"seconds\":%.3f,\"silent\":[", count, answered, requests,
           (now_ms() - began) / 1e3);
    for (long i = 0, shown = 0; i < count && shown < FAILURES_SHOWN; i++) {
        if (targets[i].answered) continue;
        int is_six = targets[i].address.ss_family == AF_INET6;
        const void *at = is_six ? (void *) &((struct sockaddr_in6 *) &targets[i].address)->sin6_addr
                                : (void *) &((struct sockaddr_in *) &targets[i].address)->sin_addr;
        printf("%s\"%s\"", shown++ ? "," : "", inet_ntop(is_six ? AF_INET6 : AF_INET, at, text, sizeof text));
    }
    printf("]}\n");
    return answered < count;
}

int main(int argc, char **argv) {
    if (argc == 4 && strcmp(argv[1], "namespaces") == 0) return make_namespaces(argv[2], number(argv[3], MAX_COUNT));
    if (argc == 9 && strcmp(argv[1], "run") == 0) {
        struct run run = {.verb = argv[2], .plugin = argv[3], .config = argv[4], .directory = argv[5], .results = argv[6],
                          .count = number(argv[7], MAX_COUNT)};
        return run_plugin(&run, number(argv[8], MAX_PARALLEL));
    }
    if (argc == 4 && strcmp(argv[1], "ping") == 0) return ping((double) number(argv[2], 3600), argv[3]);
    die("usage: cni-load namespaces DIRECTORY COUNT | run VERB PLUGIN CONFIG DIRECTORY RESULTS COUNT PARALLEL | ping SECONDS FILE");
}
