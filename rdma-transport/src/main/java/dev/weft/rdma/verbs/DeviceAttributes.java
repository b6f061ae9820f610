package dev.weft.rdma.verbs;

/**
 * What a device can do (struct ibv_device_attr).
 *
 * @param maxRegionBytes      longest memory region
 * @param maxQueuePairs       queue pairs on the whole device
 * @param maxWorkRequests     per queue
 * @param maxElements         scatter/gather elements per work request
 * @param maxCompletions      per completion queue
 * @param maxRegions          memory regions on the whole device
 * @param maxReadsIn          RDMA reads and atomics a queue pair answers at a time
 * @param maxReadsOut         RDMA reads and atomics a queue pair has outstanding
 * @param atomics             whether compare-and-swap and fetch-and-add work
 * @param ports               ports, numbered from 1
 */
public record DeviceAttributes(String firmware, int vendorId, long maxRegionBytes, int maxQueuePairs, int maxWorkRequests,
        int maxElements, int maxCompletions, int maxRegions, int maxReadsIn, int maxReadsOut, boolean atomics, int ports) {
}
