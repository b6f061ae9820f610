package dev.weft.host;

import dev.weft.agent.GroupCommit;
import dev.weft.linux.LinuxException;
import dev.weft.linux.NetlinkBatch;
import dev.weft.linux.NetlinkView.LinkInfo;
import dev.weft.linux.RouteSocket;
import java.io.IOException;
import java.util.List;

/**
 * Removes interfaces. The kernel waits some 20 ms for readers of each one removed, but only once for a group removed together
 * (RTM_DELLINK with IFLA_GROUP); so removals that are asked for at the same time are put into one group first. Thread-safe; blocks.
 */
final class LinkRemovals {
    /** "weft"; interfaces enter it only to be removed. */
    private static final int GROUP = 0x77656674;

    private final RouteSocket socket;
    private final GroupCommit<LinkInfo> removals = new GroupCommit<>(this::removeAll);

    /**
     * @param socket in the host's namespace, best used for nothing else: what else is asked meanwhile would wait
     */
    LinkRemovals(RouteSocket socket) {
        this.socket = socket;
    }

    /** Idempotent: it is no error when the interface is gone. */
    void remove(LinkInfo link) throws IOException {
        removals.submit(link);
    }

    private void removeAll(List<LinkInfo> links) throws IOException {
        if (links.size() == 1) {
            removeOne(links.getFirst());
            return;
        }
        try {
            NetlinkBatch batch = new NetlinkBatch();
            links.forEach(link -> batch.group(link.index(), link.name(), GROUP));
            batch.removeGroup(GROUP).apply(socket);
        } catch (LinuxException e) { // one of them may be the reason; the others must go all the same
            for (LinkInfo link : links) {
                removeOne(link);
            }
        }
    }

    private void removeOne(LinkInfo link) throws IOException {
        new NetlinkBatch().removeLink(link.index(), link.name()).apply(socket);
    }
}
