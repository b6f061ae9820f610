package dev.weft.link;

/**
 * What carries an RDMA link, at one moment, for the API.
 *
 * @param device          kernel's name of the device
 * @param kind            what it speaks: iWARP, InfiniBand/RoCE
 * @param queuePair       number of the queue pair; 0 while there is none yet
 * @param state           of the queue pair, as the device tells it: {@code reset init rtr rts sqd sqe err}, or {@code none}
 * @param credits         batches with frames that may be sent before the peer reports
 * @param underWay        batches sent and not reported back
 * @param inlineBytes     batches up to this length are copied into the work request
 * @param registeredBytes memory registered for the link
 */
public record DeviceFacts(String device, String kind, int queuePair, String state, int credits, int underWay, int inlineBytes,
        long registeredBytes) {
}
