package dev.weft.cni;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.control.ControlHandler;
import dev.weft.control.ControlRequest;
import dev.weft.control.ControlResponse;
import dev.weft.endpoint.EndpointException;
import dev.weft.endpoint.EndpointManager;
import dev.weft.endpoint.Namespaces;
import dev.weft.ipam.AddressException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers what the plugin sends: 200 and the result, which may be empty, or 400 and the CNI error.
 *
 * <p>Requests carry {@code CNI_*} in headers {@code Cni-Command}, {@code Cni-Containerid}, {@code Cni-Netns}, {@code Cni-Ifname},
 * {@code Cni-Args}, {@code Cni-Path}, {@code Cni-Netns-Override}, with {@code %XX} for bytes a header cannot hold, and standard
 * input as the body. {@code Cni-Netns-Fd} may name a path through which the namespace is held open, {@code Cni-Netns-Id} what
 * {@code device:inode} must be found there. Thread-safe; blocks.
 */
public final class CniHandler implements ControlHandler {
    private static final Logger LOG = LoggerFactory.getLogger(CniHandler.class);
    private static final int OK = 200;
    private static final int FAILED = 400;

    private final CniVerbs verbs;
    private final DelSpool spool;

    /**
     * @param spoolDirectory where the shim keeps DEL requests while the agent is away; may be missing
     * @param agentSocket    path of this agent's socket
     * @param overlayMtu     of endpoints without one of their own
     */
    public CniHandler(EndpointManager endpoints, Namespaces namespaces, Path spoolDirectory, Path agentSocket, int overlayMtu) {
        this.spool = new DelSpool(spoolDirectory, agentSocket.toString());
        this.verbs = new CniVerbs(endpoints, namespaces, spool, overlayMtu);
    }

    /** Works off the DEL requests that came while the agent was away. To be called once at start, and now and then. Blocks. */
    public void workOffSpool() {
        spool.workOffAgain(verbs::del);
    }

    @Override
    public String path() {
        return "/cni/v1";
    }

    @Override
    public ControlResponse handle(ControlRequest request) throws JsonProcessingException {
        CniCall call;
        try {
            call = CniCall.of(request);
        } catch (CniException e) {
            return failure(request.body(), e);
        }
        long begin = System.nanoTime();
        try {
            JsonNode result = answer(call);
            LOG.info("{} {} {}: done in {} us", call.command(), call.containerId(), call.ifName(), (System.nanoTime() - begin) / 1000);
            return new ControlResponse(OK, result == null ? new byte[0] : Json.mapper().writeValueAsBytes(result));
        } catch (CniException e) {
            LOG.warn("{} {} {}: code {}: {} {}", call.command(), call.containerId(), call.ifName(), e.code(), e.getMessage(), e.details());
            return failure(call.stdin(), e);
        }
    }

    private static ControlResponse failure(byte[] stdin, CniException e) throws JsonProcessingException {
        return new ControlResponse(FAILED, Json.mapper().writeValueAsBytes(error(stdin, e)));
    }

    @Override
    public void undelivered(ControlRequest request, ControlResponse response) {
        try {
            CniCall call = CniCall.of(request);
            if (response.status() == OK && call.command().equals("ADD")) {
                JsonNode interfaces = Json.parse(response.body(), "result").path("interfaces");
                String hostInterface = interfaces.path(interfaces.size() - 1).path("name").asText(); // ours stand last
                verbs.takeBack(call, CniValidator.validate(call), hostInterface);
                LOG.warn("ADD {} {}: taken back, the plugin died before it was answered", call.containerId(), call.ifName());
            }
        } catch (CniException | EndpointException | RuntimeException e) {
            LOG.error("an ADD whose plugin died cannot be taken back: {}; it goes with its namespace", e.toString());
        }
    }

    private JsonNode answer(CniCall call) throws CniException {
        if (call.command().equals("VERSION")) {
            return version();
        }
        NetConf conf = CniValidator.validate(call);
        try {
            return switch (call.command()) {
                case "ADD" -> verbs.add(call, conf);
                case "DEL" -> verbs.del(call, conf);
                case "CHECK" -> verbs.check(call, conf);
                case "GC" -> verbs.gc(call, conf);
                case "STATUS" -> verbs.status(call, conf);
                default -> throw new CniException(CniException.ENVIRONMENT, "unknown CNI_COMMAND: " + call.command());
            };
        } catch (AddressException e) {
            throw translate(e);
        } catch (EndpointException e) {
            throw translate(e);
        } catch (RuntimeException e) {
            LOG.error("{} {} {}: fault in the agent", call.command(), call.containerId(), call.ifName(), e);
            throw new CniException(CniException.INTERNAL, "fault in the agent: " + e + "; its log says more");
        }
    }

    private static CniException translate(AddressException e) {
        int code = switch (e.reason()) {
            case UNKNOWN_NETWORK, NOT_OURS -> CniException.INVALID_CONFIG;
            case NO_SUBNET, EXHAUSTED -> CniException.TRY_AGAIN_LATER;
            case IN_USE -> CniException.ADDRESS_IN_USE;
        };
        return new CniException(code, e.getMessage());
    }

    private static CniException translate(EndpointException e) {
        int code = switch (e.reason()) {
            case ALREADY_ATTACHED, INTERFACE_EXISTS -> CniException.EXISTS;
            case NOT_A_NAMESPACE -> CniException.ENVIRONMENT;
            case OWN_NAMESPACE -> CniException.INVALID_NETNS;
            case STORE -> CniException.IO;
            case KERNEL -> CniException.INTERNAL;
            case TRY_LATER -> CniException.TRY_AGAIN_LATER;
        };
        return new CniException(code, e.getMessage());
    }

    private static ObjectNode version() {
        ObjectNode answer = Json.mapper().createObjectNode().put("cniVersion", CniVersion.SUPPORTED.getLast());
        CniVersion.SUPPORTED.forEach(answer.putArray("supportedVersions")::add);
        return answer;
    }

    /** The error result, in the caller's version when that can be read. */
    private static ObjectNode error(byte[] stdin, CniException e) {
        String version = CniVersion.SUPPORTED.getLast();
        try {
            String asked = new NetConf(Json.parse(stdin, "")).cniVersion();
            version = CniVersion.isKnown(asked) ? asked : version;
        } catch (CniException unreadable) {
            LOG.debug("the configuration has no readable version: {}", unreadable.getMessage());
        }
        ObjectNode answer = Json.mapper().createObjectNode().put("cniVersion", version).put("code", e.code()).put("msg", e.getMessage());
        return e.details().isEmpty() ? answer : answer.put("details", e.details());
    }
}
