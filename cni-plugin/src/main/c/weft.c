/*
 * weft: the CNI plugin a container runtime executes. It carries the CNI_* environment and standard input to the agent's unix
 * socket and prints the answer; everything else is the agent's business. CNI specification 1.1.0, section 2.
 *
 *   runtime --env, stdin--> weft --POST /cni/v1--> agent
 *           <---stdout-----      <--status, body--        200: exit 0; any other status: the body is the CNI error, exit 1
 *
 * Whatever happens, standard output is empty or one valid JSON document. Without an agent: ADD and CHECK fail with code 11
 * (try again later), STATUS and GC with 50 (not available), VERSION is answered here, and DEL is written to a spool the agent
 * works off before it attaches anything, and succeeds.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum { MAX_BYTES = 4 << 20, MAX_DEPTH = 512, ADD_SECONDS = 30, DEL_SECONDS = 10 };
enum { E_ENVIRONMENT = 4, E_IO = 5, E_DECODE = 6, E_TRY_LATER = 11, E_UNAVAILABLE = 50 };

struct bytes { char *at; size_t length; };

/* The members of the network configuration that this program itself needs. */
enum { AGENT_SOCKET, SPOOL_DIR, CNI_VERSION, MEMBERS };
static const char *const member_names[MEMBERS] = {"agentSocket", "spoolDir", "cniVersion"};
#ifndef AGENT_SOCKET_PATH
#define AGENT_SOCKET_PATH "/run/weft/agent.sock"
#endif
static char members[MEMBERS][256] = {AGENT_SOCKET_PATH, "/var/lib/weft/spool", ""};

#define VERSIONS "\"0.3.0\",\"0.3.1\",\"0.4.0\",\"1.0.0\",\"1.1.0\""
static const char *const variables[] = {"COMMAND", "CONTAINERID", "NETNS", "IFNAME", "ARGS", "PATH", "NETNS_OVERRIDE"};
enum { VARIABLES = sizeof variables / sizeof *variables };

static const char *variable(const char *name) {
    char full[32];
    snprintf(full, sizeof full, "CNI_%s", name);
    const char *value = getenv(full);
    return value ? value : "";
}

static int is_command(const char *name) { return strcmp(variable("COMMAND"), name) == 0; }

/* Once the alarm has gone off every blocking call ends; it repeats, so a call just about to block ends as well. */
static volatile sig_atomic_t expired;

static void on_alarm(int signal) { expired = signal; }

static void set_alarm(int seconds) {
    expired = 0;
    sigaction(SIGALRM, &(struct sigaction){.sa_handler = on_alarm}, NULL); /* without SA_RESTART */
    setitimer(ITIMER_REAL, &(struct itimerval){.it_value.tv_sec = seconds, .it_interval.tv_usec = 10000}, NULL);
}

static int try_again(void) {
    if (errno == EINTR && expired) errno = ETIMEDOUT;
    return errno == EINTR;
}

static int write_all(int fd, struct bytes text) {
    while (text.length > 0) {
        ssize_t n = write(fd, text.at, text.length);
        if (n < 0 && !try_again()) return -1;
        if (n > 0) text.at += n, text.length -= (size_t) n;
    }
    return 0;
}

/* What is printed is printed once and whole, however late it is. */
static int print(struct bytes text) {
    set_alarm(0);
    return write_all(STDOUT_FILENO, text);
}

static const char *known_version(void) {
    char quoted[sizeof members[0] + 2];
    snprintf(quoted, sizeof quoted, "\"%s\"", members[CNI_VERSION]);
    return strstr(VERSIONS, quoted) ? members[CNI_VERSION] : "1.1.0";
}

/* Prints a CNI error, whose text may hold anything the environment held. The result is the exit status. */
static int fail(int code, const char *format, ...) {
    char text[1024], out[8192];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    size_t n = (size_t) snprintf(out, sizeof out, "{\"cniVersion\":\"%s\",\"code\":%d,\"msg\":\"", known_version(), code);
    for (const unsigned char *p = (const unsigned char *) text; *p; p++)
        n += (size_t) snprintf(out + n, sizeof out - n, *p < 0x20 || *p > 0x7e || strchr("\"\\", *p) ? "\\u%04x" : "%c", *p);
    n += (size_t) snprintf(out + n, sizeof out - n, "\"}\n");
    print((struct bytes){out, n});
    return 1;
}

/* JSON (RFC 8259): enough to find three members and to know a document from garbage. Texts end with NUL. */
static const char *spaces(const char *p) { return p + strspn(p, " \t\r\n"); }

/* The length of the character at p in UTF-8, 0 when it is none. */
static size_t character(const char *p) {
    const unsigned char *b = (const unsigned char *) p;
    size_t n = b[0] < 0x80 ? 1 : b[0] >= 0xc2 && b[0] < 0xe0 ? 2 : (b[0] & 0xf0) == 0xe0 ? 3 : b[0] >= 0xf0 && b[0] < 0xf5 ? 4 : 0;
    for (size_t i = 1; i < n; i++)
        if ((b[i] & 0xc0) != 0x80) return 0;
    return n;
}

/* Past the closing quote, or NULL. */
static const char *json_string(const char *p) {
    size_t n = 1;
    for (p++; (unsigned char) *p >= 0x20 && *p != '"' && n; p += n) {
        if (*p != '\\') n = character(p);
        else if (p[1] == 'u' ? strspn(p + 2, "0123456789abcdefABCDEF") < 4 : !p[1] || !strchr("\"\\/bfnrt", p[1])) return NULL;
        else n = 2;
    }
    return *p == '"' && n ? p + 1 : NULL;
}

static const char *json_digits(const char *p) { return *p >= '0' && *p <= '9' ? p + strspn(p, "0123456789") : NULL; }

static const char *json_scalar(const char *p) {
    for (const char *const *word = (const char *const[]){"true", "false", "null", NULL}; *word; word++)
        if (strncmp(p, *word, strlen(*word)) == 0) return p + strlen(*word);
    p += *p == '-';
    p = *p == '0' ? p + 1 : json_digits(p);
    if (p && *p == '.') p = json_digits(p + 1);
    if (p && (*p == 'e' || *p == 'E')) p = json_digits(p + 1 + (p[1] == '+' || p[1] == '-'));
    return p;
}

/* Keeps a wanted member's text, whatever the case of its key, as the reference library does. No path needs an escape. */
static void keep_member(const char *key, size_t key_length, const char *value) {
    size_t n = strcspn(value + 1, "\"\\");
    for (int i = 0; i < MEMBERS && value[n + 1] == '"' && n > 0 && n < sizeof members[0]; i++)
        if (key_length == strlen(member_names[i]) && strncasecmp(key, member_names[i], key_length) == 0)
            snprintf(members[i], sizeof members[i], "%.*s", (int) n, value + 1);
}

/* Past the value at p, or NULL when it is not JSON or too deep. Members of the outermost object are kept when asked. */
static const char *json_value(const char *p, int depth, int keep) {
    char open = *p, close = open == '{' ? '}' : ']';
    if (open == '"') return json_string(p);
    if (open != '{' && open != '[') return json_scalar(p);
    if (depth == MAX_DEPTH) return NULL;
    p = spaces(p + 1);
    if (*p == close) return p + 1;
    for (;; p = spaces(p + 1)) {
        const char *key = p, *key_end = p;
        if (open == '{') {
            if (*p != '"' || !(key_end = json_string(p)) || *(p = spaces(key_end)) != ':') return NULL;
            p = spaces(p + 1);
        }
        const char *value = p;
        if (!(p = json_value(p, depth + 1, 0))) return NULL;
        if (keep && open == '{' && *value == '"') keep_member(key + 1, (size_t) (key_end - key) - 2, value);
        p = spaces(p);
        if (*p == close) return p + 1;
        if (*p != ',') return NULL;
    }
}

/* The body of an HTTP answer once it is whole, which its stated length tells; else NULL. */
static const char *body_of(const char *answer) {
    const char *head = strstr(answer, "\r\n\r\n"), *stated = strcasestr(answer, "\r\nContent-Length:");
    return head && stated && stated < head && strlen(head + 4) >= strtoul(stated + 17, NULL, 10) ? head + 4 : NULL;
}

/* Reads to the end, or to the end of an HTTP answer. The text ends with NUL. errno is EFBIG beyond MAX_BYTES. */
static int read_all(int fd, struct bytes *into, int is_answer) {
    for (size_t room = 0;;) {
        if (room - into->length < 4096) {
            room = room ? room * 2 : 16384;
            if (!(into->at = realloc(into->at, room))) return -1;
        }
        ssize_t n = read(fd, into->at + into->length, room - into->length - 1);
        if (n < 0 && !try_again()) return -1;
        if (n > 0) into->length += (size_t) n;
        into->at[into->length] = 0;
        if (n == 0 || (is_answer && n > 0 && body_of(into->at))) return 0;
        if (into->length > MAX_BYTES) return errno = EFBIG, -1;
        if (expired) return errno = ETIMEDOUT, -1;
    }
}

/* A variable as a header; what could end a line, be trimmed or read as an escape is escaped, so that the agent sees every byte. */
static void put_header(FILE *out, const char *name) {
    fputs("Cni-", out);
    for (const char *p = name; *p; p++) fputc(*p == '_' ? '-' : *p, out);
    fputs(": ", out);
    for (const unsigned char *p = (const unsigned char *) variable(name); *p; p++)
        fprintf(out, *p <= ' ' || *p == 0x7f || *p == '%' ? "%%%02x" : "%c", *p);
    fputs("\r\n", out);
}

/* The request. The namespace is opened here, in the runtime's mount namespace, and stays open until the agent has answered; device
   and inode let the agent see that the path means the same file to it. DEL needs none: the host's end takes the other with it. */
static struct bytes request_with(struct bytes body) {
    struct bytes request = {NULL, 0};
    FILE *out = open_memstream(&request.at, &request.length);
    if (!out) return request;
    fprintf(out, "POST /cni/v1 HTTP/1.1\r\nHost: weft\r\nConnection: close\r\nContent-Type: application/json\r\n");
    for (int i = 0; i < VARIABLES; i++) put_header(out, variables[i]);
    struct stat st;
    int fd = is_command("DEL") || !*variable("NETNS") ? -1 : open(variable("NETNS"), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd >= 0 && fstat(fd, &st) == 0)
        fprintf(out, "Cni-Netns-Fd: /proc/%d/fd/%d\r\nCni-Netns-Id: %llu:%llu\r\n", (int) getpid(), fd,
                (unsigned long long) st.st_dev, (unsigned long long) st.st_ino);
    fprintf(out, "Content-Length: %zu\r\n\r\n", body.length);
    fwrite(body.at, 1, body.length, out);
    if (fclose(out) != 0) request.at = NULL;
    return request;
}

/* Sends the request and points body at what came back. The HTTP status, or -1 with errno. */
static int ask(struct bytes request, struct bytes *body) {
    static struct bytes answer;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(members[AGENT_SOCKET]) >= sizeof address.sun_path) return errno = ENAMETOOLONG, -1;
    strcpy(address.sun_path, members[AGENT_SOCKET]);
    int status = 0, fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *) &address, sizeof address) < 0) return try_again(), -1;
    if (write_all(fd, request) < 0 && errno != EPIPE) return -1; /* the agent may refuse before it has read everything */
    if (read_all(fd, &answer, 1) < 0) return -1;
    const char *text = body_of(answer.at);
    if (!text) return errno = ECONNRESET, -1;
    *body = (struct bytes){(char *) text, (size_t) (answer.at + answer.length - text)};
    int is_http = sscanf(answer.at, "HTTP/1.%*1[01] %3d", &status) == 1 && status >= 100;
    const char *object = spaces(text), *end = *object == '{' ? json_value(object, 0, 0) : NULL;
    int is_whole = end ? spaces(end) == text + body->length : body->length == 0 && status == 200 && !is_command("ADD");
    int is_cni = status == 200 || strstr(text, "\"code\""); /* an error that is none of CNI's is the agent's own fault */
    return is_http && is_whole && is_cni ? status : (errno = EBADMSG, -1);
}

/* The spool holds DEL requests for an agent that is away, one file each, the bytes that would have been sent. */
static int make_directories(char *path) {
    for (char *slash = strchr(path + 1, '/');; slash = strchr(slash + 1, '/')) {
        if (slash) *slash = 0;
        int failed = mkdir(path, 0700) < 0 && errno != EEXIST;
        if (slash) *slash = '/';
        if (!slash || failed) return -failed;
    }
}

static int spool(struct bytes request) {
    char temporary[400], final[400];
    unsigned long long hash = 14695981039346656037ULL; /* FNV-1a: the same request again replaces itself */
    for (size_t i = 0; i < request.length; i++) hash = (hash ^ (unsigned char) request.at[i]) * 1099511628211ULL;
    snprintf(temporary, sizeof temporary, "%s/.%d.tmp", members[SPOOL_DIR], (int) getpid());
    snprintf(final, sizeof final, "%s/%016llx.del", members[SPOOL_DIR], hash);
    if (make_directories(members[SPOOL_DIR]) < 0) return -1;
    int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return -1;
    if (write_all(fd, request) < 0 || fsync(fd) < 0 || rename(temporary, final) < 0) {
        int cause = errno;
        unlink(temporary);
        return errno = cause, -1;
    }
    return (fd = open(members[SPOOL_DIR], O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0 ? -1 : fsync(fd);
}

static int without_agent(struct bytes request, int cause) {
    int code = is_command("STATUS") || is_command("GC") ? E_UNAVAILABLE : E_TRY_LATER;
    if (!is_command("DEL"))
        return fail(code, "no answer from the Weft agent at %s: %s; see that 'weft agent' runs", members[AGENT_SOCKET], strerror(cause));
    if (!*variable("CONTAINERID") || !*variable("IFNAME"))
        return fail(E_ENVIRONMENT, "required env variables [CNI_%s] missing", *variable("CONTAINERID") ? "IFNAME" : "CONTAINERID");
    set_alarm(DEL_SECONDS);
    if (spool(request) == 0) return 0;
    return fail(E_IO, "the agent is away and DEL cannot be kept for it in %s: %s", members[SPOOL_DIR], strerror(errno));
}

int main(void) {
    struct bytes input = {NULL, 0}, body = {NULL, 0};
    if (!*variable("COMMAND"))
        return fputs("Weft CNI plugin, for container runtimes to execute\nCNI protocol versions supported: " VERSIONS "\n", stderr) < 0;
    signal(SIGPIPE, SIG_IGN);
    set_alarm(is_command("DEL") ? DEL_SECONDS : ADD_SECONDS);
    int unread = read_all(STDIN_FILENO, &input, 0) < 0 ? errno : 0;
    if (!unread) json_value(spaces(input.at), 0, 1);
    if (is_command("VERSION")) {
        char text[160];
        int n = snprintf(text, sizeof text, "{\"cniVersion\":\"%s\",\"supportedVersions\":[" VERSIONS "]}\n", known_version());
        return print((struct bytes){text, (size_t) n}) < 0;
    }
    if (unread == EFBIG) return fail(E_DECODE, "the network configuration on standard input is larger than %d bytes", MAX_BYTES);
    if (unread) return fail(E_IO, "error reading from stdin: %s", strerror(unread));
    struct bytes request = request_with(input);
    int status = request.at ? ask(request, &body) : -1;
    return status < 0 ? without_agent(request, errno) : print(body) < 0 || status != 200;
}
