package dev.weft.endpoint;

import java.io.IOException;
import java.net.InetAddress;
import java.util.List;

/**
 * An endpoint's part of the kernel: the interface pair, addresses, routes and neighbours on both sides. Called for one endpoint by
 * one thread at a time, for different endpoints concurrently. May block.
 */
public interface EndpointPlumbing {

    /**
     * Makes everything. When it throws, {@link #detach} is called.
     *
     * @param stored    what the kernel shall be able to tell again when the record is lost, see {@link #survey}
     * @param netnsPath a path that leads to the namespace now; {@link Endpoint#netns()} is only its name
     * @throws InterfaceExistsException when the namespace has an interface of that name already; it was not touched
     */
    void attach(StoredEndpoint stored, String netnsPath) throws IOException;

    /** Removes what {@link #attach} made, and nothing else. Idempotent; the namespace may be gone. */
    void detach(Endpoint endpoint) throws IOException;

    /** Whether the host's end of the endpoint is there. It disappears with the container's namespace. */
    boolean present(Endpoint endpoint) throws IOException;

    /**
     * What is not as {@link #attach} made it, on either side: a sentence for each interface, address, route, neighbour or rule that
     * is missing or different. What others added is not a difference.
     *
     * @param netnsPath as for attach, or null to look at the host's side only
     */
    List<String> differences(Endpoint endpoint, String netnsPath) throws IOException;

    /**
     * Makes again what is missing and leaves the rest as it is, so that what flows goes on.
     *
     * @param netnsPath as for attach, or null to mend the host's side only
     */
    void repair(StoredEndpoint stored, String netnsPath) throws IOException;

    /**
     * Returns when the process could attach an endpoint now.
     *
     * @throws IOException what is used up
     */
    void requireReady() throws IOException;

    /**
     * Every interface of the host that has an endpoint's name, whoever made it and whether or not there is a record of it.
     */
    List<Remains> survey() throws IOException;

    /**
     * What the kernel shows of an endpoint.
     *
     * @param stored    rebuilt from it, or null when that cannot be: somebody else's interface, or an endpoint that says too little
     * @param addresses routed to it by Weft
     */
    record Remains(String hostInterface, int vni, int slot, StoredEndpoint stored, List<InetAddress> addresses) {
    }

    /** The namespace already has an interface of the wanted name. */
    final class InterfaceExistsException extends IOException {
        private static final long serialVersionUID = 1L;

        public InterfaceExistsException(String message) {
            super(message);
        }
    }
}
