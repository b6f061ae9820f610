package dev.weft.endpoint;

/**
 * What CNI identifies an attachment by.
 *
 * @param network     network name
 * @param containerId the runtime's id
 * @param ifName      interface name inside the container
 */
public record EndpointKey(String network, String containerId, String ifName) {

    @Override
    public String toString() {
        return network + "/" + containerId + "/" + ifName;
    }
}
