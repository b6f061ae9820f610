/* Tells the kernel's SMC what it cannot find out here, as "smc_pnet" and "smcr ueid" of the smc-tools do, which Debian 12 does not have:
 *
 *   smc-setup NETDEV IBDEV      NETDEV and port 1 of IBDEV are one network; both hosts belong to one SMC-Rv2 group
 *
 * The first is needed because rxe does not answer which network device it is on, the second because rxe has RoCE v2 addresses only,
 * which the first version of SMC-R does not take. */
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/smc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define NETWORK "WEFTLAB"
#define GROUP "WEFT-LAB                        "

static struct {
    struct nlmsghdr head;
    struct genlmsghdr generic;
    char attributes[512];
} message;

static char answer[4096];

static void begin(uint16_t family, uint8_t command)
{
    memset(&message, 0, sizeof message);
    message.head = (struct nlmsghdr){.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN), .nlmsg_type = family, .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK};
    message.generic = (struct genlmsghdr){.cmd = command, .version = 1};
}

static void attribute(uint16_t type, const void *value, uint16_t length)
{
    struct nlattr *place = (struct nlattr *)((char *)&message + NLMSG_ALIGN(message.head.nlmsg_len));
    place->nla_type = type;
    place->nla_len = (uint16_t)(NLA_HDRLEN + length);
    memcpy((char *)place + NLA_HDRLEN, value, length);
    message.head.nlmsg_len = NLMSG_ALIGN(message.head.nlmsg_len) + NLA_ALIGN(place->nla_len);
}

/* Sends the message and waits for its answer; a refusal ends the program, but for one because it was done before. */
static void execute(int fd, const char *what)
{
    struct nlmsghdr *head = (struct nlmsghdr *)answer;
    if (send(fd, &message, message.head.nlmsg_len, 0) < 0 || recv(fd, answer, sizeof answer, 0) < (ssize_t)sizeof *head) {
        perror(what);
        exit(1);
    }
    int error = head->nlmsg_type == NLMSG_ERROR ? -((struct nlmsgerr *)NLMSG_DATA(head))->error : 0;
    if (error && error != EEXIST) {
        fprintf(stderr, "smc-setup: %s: %s\n", what, strerror(error));
        exit(1);
    }
}

static uint16_t family(int fd, const char *name)
{
    begin(GENL_ID_CTRL, CTRL_CMD_GETFAMILY);
    message.head.nlmsg_flags = NLM_F_REQUEST;
    attribute(CTRL_ATTR_FAMILY_NAME, name, (uint16_t)(strlen(name) + 1));
    execute(fd, name);
    struct nlmsghdr *head = (struct nlmsghdr *)answer;
    for (char *at = (char *)NLMSG_DATA(head) + GENL_HDRLEN; at < answer + head->nlmsg_len;) {
        struct nlattr *one = (struct nlattr *)at;
        if (one->nla_type == CTRL_ATTR_FAMILY_ID)
            return *(uint16_t *)(at + NLA_HDRLEN);
        at += NLA_ALIGN(one->nla_len);
    }
    fprintf(stderr, "smc-setup: the kernel has no %s; is the module smc loaded?\n", name);
    exit(1);
}

int main(int argc, char **argv)
{
    uint8_t port = 1;
    if (argc != 3) {
        fprintf(stderr, "usage: smc-setup NETDEV IBDEV\n");
        return 2;
    }
    int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);
    if (fd < 0) {
        perror("smc-setup: netlink");
        return 1;
    }
    begin(family(fd, SMCR_GENL_FAMILY_NAME), SMC_PNETID_ADD);
    attribute(SMC_PNETID_NAME, NETWORK, sizeof NETWORK);
    attribute(SMC_PNETID_ETHNAME, argv[1], (uint16_t)(strlen(argv[1]) + 1));
    attribute(SMC_PNETID_IBNAME, argv[2], (uint16_t)(strlen(argv[2]) + 1));
    attribute(SMC_PNETID_IBPORT, &port, sizeof port);
    execute(fd, "network of the devices");
    begin(family(fd, SMC_GENL_FAMILY_NAME), SMC_NETLINK_ADD_UEID);
    attribute(SMC_NLA_EID_TABLE_ENTRY, GROUP, sizeof GROUP);
    execute(fd, "group of the hosts");
    return close(fd);
}
