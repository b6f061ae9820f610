package dev.weft.cni;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.agent.Rollback;
import dev.weft.endpoint.AttachRequest;
import dev.weft.endpoint.Endpoint;
import dev.weft.endpoint.EndpointException;
import dev.weft.endpoint.EndpointKey;
import dev.weft.endpoint.EndpointManager;
import dev.weft.endpoint.Namespaces;
import dev.weft.endpoint.StoredEndpoint;
import dev.weft.ipam.AddressException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The verbs proper. Calls are valid when they come here; the answer is the document to print, or null. Thread-safe; blocks. */
final class CniVerbs {
    /** Note of an endpoint: CNI's name of its network. */
    static final String NOTE_NAME = "cni-name";
    private static final String LOOPBACK = "lo";
    private static final List<String> VALID_ATTACHMENTS = List.of("cni.dev/valid-attachments", "cni.dev/attachments");

    private final EndpointManager endpoints;
    private final Namespaces namespaces;
    private final DelSpool spool;
    private final int overlayMtu;

    CniVerbs(EndpointManager endpoints, Namespaces namespaces, DelSpool spool, int overlayMtu) {
        this.overlayMtu = overlayMtu;
        this.endpoints = endpoints;
        this.namespaces = namespaces;
        this.spool = spool;
    }

    ObjectNode add(CniCall call, NetConf conf) throws CniException, AddressException, EndpointException {
        EndpointKey key = keyOf(call, conf);
        PrevResult previous = PrevResult.of(conf);
        if (call.ifName().equals(LOOPBACK)) {
            throw new CniException(CniException.ENVIRONMENT, "CNI_IFNAME is lo, which every namespace has already");
        }
        AttachOptions options = AttachOptions.of(call, conf);
        String netnsPath = NetnsPath.of(call);
        namespaces.inodeOf(netnsPath); // before another program is asked for an address
        spool.workOff(this::del); // a DEL that waits for this very container must not follow its ADD
        try (Rollback rollback = new Rollback("ADD " + key)) {
            IpamPlugin ipam = IpamPlugin.of(call, conf);
            IpamPlugin.Answer given = null;
            if (ipam == null) {
                OwnIpam.check(conf, endpoints);
            } else {
                rollback.push("DEL of IPAM " + ipam.type(), ipam::del);
                given = ipam.add();
            }
            Endpoint endpoint = endpoints.attach(new AttachRequest(key, call.netns(), netnsPath,
                    given == null ? options.addresses() : given.addresses(), given != null, options.mac(), options.settings(),
                    Map.of(NOTE_NAME, conf.name())));
            rollback.push("detach " + key, () -> endpoints.detach(key));
            JsonNode dns = given == null || given.dns() == null ? conf.member("dns") : given.dns();
            ObjectNode result = previous.with(EndpointResult.of(endpoint, overlayMtu, dns), conf.cniVersion());
            rollback.commit();
            return result;
        }
    }

    /**
     * Takes back an ADD whose caller never learnt of it: the runtime has sent its DEL already, or never will. An endpoint that was attached
     * by a later ADD stays.
     *
     * @param hostInterface of the endpoint that the ADD made
     */
    void takeBack(CniCall call, NetConf conf, String hostInterface) throws CniException, EndpointException {
        StoredEndpoint made = endpoints.find(keyOf(call, conf)).orElse(null);
        if (made == null || !made.endpoint().hostInterface().equals(hostInterface) || !endpoints.detach(made.endpoint())) {
            return;
        }
        IpamPlugin ipam = IpamPlugin.of(call, conf);
        if (ipam != null) {
            ipam.del();
        }
    }

    /** Success when there is nothing to detach; runtimes send DEL several times, and for ADDs that failed. */
    ObjectNode del(CniCall call, NetConf conf) throws CniException, EndpointException {
        refuseOwnNamespace(call);
        if (endpoints.detach(keyOf(call, conf)).isEmpty()) { // the configuration may name another network by now
            for (StoredEndpoint other : endpoints.matching(each -> isFor(call, each.endpoint().key()) && isOf(conf, each))) {
                endpoints.detach(other.endpoint().key());
            }
        }
        IpamPlugin ipam = IpamPlugin.of(call, conf);
        if (ipam != null) {
            ipam.del();
        }
        return null;
    }

    private void refuseOwnNamespace(CniCall call) throws CniException {
        if (call.netns().isEmpty() || call.overridesOwnNamespace()) {
            return;
        }
        try {
            namespaces.inodeOf(call.netns());
        } catch (EndpointException e) {
            if (e.reason() == EndpointException.Reason.OWN_NAMESPACE) {
                throw new CniException(CniException.INVALID_NETNS, e.getMessage());
            } // a namespace that is gone is no reason to fail: what it held went with it
        }
    }

    ObjectNode check(CniCall call, NetConf conf) throws CniException, EndpointException {
        EndpointKey key = keyOf(call, conf);
        PrevResult previous = PrevResult.of(conf);
        Endpoint endpoint = endpoints.find(key).map(StoredEndpoint::endpoint).orElseThrow(() -> new CniException(
                CniException.UNKNOWN_CONTAINER, key + " is not attached"));
        List<String> wrong = new ArrayList<>(previous.lacks(endpoint));
        wrong.addAll(endpoints.differences(key, NetnsPath.of(call)));
        if (!wrong.isEmpty()) {
            throw new CniException(CniException.CHANGED, key + " is not as it was made: " + wrong.getFirst(), String.join("; ", wrong));
        }
        IpamPlugin ipam = IpamPlugin.of(call, conf);
        if (ipam != null) {
            ipam.check();
        }
        return null;
    }

    /** Detaches what the runtime does not know any more; goes on after errors and reports them together. */
    ObjectNode gc(CniCall call, NetConf conf) throws CniException {
        Set<String> valid = validAttachments(conf);
        List<String> failures = new ArrayList<>();
        if (valid != null) { // an absent list says nothing; an empty one says that nothing is valid
            for (StoredEndpoint stored : endpoints.matching(each -> isOf(conf, each))) {
                EndpointKey key = stored.endpoint().key();
                if (!valid.contains(attachment(key.containerId(), key.ifName()))) {
                    detach(key, failures);
                }
            }
        }
        IpamPlugin ipam = IpamPlugin.of(call, conf);
        if (ipam != null) {
            ipam.gc(failures);
        }
        if (!failures.isEmpty()) {
            throw new CniException(CniException.INTERNAL, failures.size() + " attachments or plugins could not be cleaned up",
                    String.join("; ", failures));
        }
        return null;
    }

    private void detach(EndpointKey key, List<String> failures) {
        try {
            endpoints.detach(key);
        } catch (EndpointException e) {
            failures.add(e.getMessage());
        }
    }

    /** {@code <container id>/<interface>} of each valid attachment, or null when the runtime gave no list. */
    private static Set<String> validAttachments(NetConf conf) throws CniException {
        for (String name : VALID_ATTACHMENTS) {
            JsonNode list = conf.json().get(name);
            if (list == null) {
                continue;
            }
            if (!list.isArray() && !list.isNull()) {
                throw new CniException(CniException.INVALID_CONFIG, name + " is not an array");
            }
            Set<String> valid = new HashSet<>();
            for (JsonNode each : list) {
                String containerId = Json.member(each, "containerID").asText("");
                String ifName = Json.member(each, "ifname").asText("");
                if (containerId.isEmpty() || ifName.isEmpty()) { // taking it for nothing would remove a living container
                    throw new CniException(CniException.INVALID_CONFIG, name + " has an entry without containerID or ifname: " + each);
                }
                valid.add(attachment(containerId, ifName));
            }
            return valid;
        }
        return null;
    }

    private static String attachment(String containerId, String ifName) {
        return containerId + "/" + ifName;
    }

    ObjectNode status(CniCall call, NetConf conf) throws CniException {
        IpamPlugin ipam = IpamPlugin.of(call, conf);
        try {
            endpoints.requireReady(conf.network(), ipam != null);
        } catch (AddressException | EndpointException e) {
            throw new CniException(CniException.UNAVAILABLE, e.getMessage());
        }
        if (ipam != null) {
            ipam.status();
        }
        return null;
    }

    private static boolean isFor(CniCall call, EndpointKey key) {
        return key.containerId().equals(call.containerId()) && key.ifName().equals(call.ifName());
    }

    private static boolean isOf(NetConf conf, StoredEndpoint stored) {
        return conf.name().equals(stored.notes().get(NOTE_NAME));
    }

    private static EndpointKey keyOf(CniCall call, NetConf conf) throws CniException {
        return new EndpointKey(conf.network(), call.containerId(), call.ifName());
    }
}
