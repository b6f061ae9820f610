package dev.weft.rdma.verbs;

/**
 * A port's state (struct ibv_port_attr).
 *
 * @param state           enum ibv_port_state; 4 is active
 * @param activeMtuBytes  path MTU in use: 256 to 4096
 * @param maxMessageBytes longest message
 * @param gids            length of the GID table
 * @param ethernet        link layer: Ethernet (iWARP, RoCE) or InfiniBand
 */
public record PortAttributes(int state, int activeMtuBytes, int maxMessageBytes, int gids, boolean ethernet) {
    private static final int ACTIVE = 4;

    public boolean active() {
        return state == ACTIVE;
    }
}
