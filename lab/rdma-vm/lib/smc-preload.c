/* Has a program's TCP sockets opened as SMC ones (address family 43), which negotiate RDMA while they connect and are plain TCP when
 * that fails: what the smc_run command of the smc-tools does. Debian 12 has no such package. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netinet/in.h>
#include <sys/socket.h>

#ifndef AF_SMC
#define AF_SMC 43
#endif
enum { SMC_OVER_IPV4 = 0, SMC_OVER_IPV6 = 1, TYPE_MASK = 0xf };

int socket(int domain, int type, int protocol)
{
    static int (*original)(int, int, int);
    if (!original)
        original = (int (*)(int, int, int))dlsym(RTLD_NEXT, "socket");
    if ((domain == AF_INET || domain == AF_INET6) && (type & TYPE_MASK) == SOCK_STREAM &&
        (protocol == 0 || protocol == IPPROTO_TCP))
        return original(AF_SMC, type, domain == AF_INET ? SMC_OVER_IPV4 : SMC_OVER_IPV6);
    return original(domain, type, protocol);
}
