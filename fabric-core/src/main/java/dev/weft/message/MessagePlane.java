package dev.weft.message;

import dev.weft.agent.AgentView;
import dev.weft.control.ControlHandler;
import dev.weft.loop.LaneLoop;
import dev.weft.peer.Peers;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;

/** What carries messages for the containers of a host beside their packets. */
public interface MessagePlane extends AutoCloseable {

    /** A host without messaging. */
    MessagePlane NONE = new MessagePlane() {
        @Override
        public MessageLane open(LaneLoop loop) {
            return MessageLane.NONE;
        }

        @Override
        public void locals(Collection<Peers.LocalAddress> addresses) {
            // Nobody asks.
        }

        @Override
        public List<ControlHandler> handlers(Supplier<AgentView> view) {
            return List.of();
        }

        @Override
        public void close() {
            // Nothing was opened.
        }
    };

    /**
     * The part of the plane that lives on one lane.
     *
     * @param loop woken ({@link LaneLoop#execute}) when messages wait. Called on the lane's thread, before it carries anything
     */
    MessageLane open(LaneLoop loop);

    /** The addresses of this host have changed. Called on the control thread. */
    void locals(Collection<Peers.LocalAddress> addresses);

    /** What the control socket answers about messaging. */
    List<ControlHandler> handlers(Supplier<AgentView> view);

    /** Stops every driver. The lanes have ended by then. Idempotent. */
    @Override
    void close();
}
