/**
 * RDMA devices that exist in memory only, for tests: seeded, deterministic, in virtual time, with every fault a device or a network can
 * show.
 *
 * <pre>
 *   SimWorld        the clock, the wire between nodes, the faults
 *     SimNode       one host with one device and one address
 *       SimVerbs    ExtendedVerbs of that node    --> SimCq, SimQp
 *       SimCm       ExtendedCm of that node       --> SimCmId
 *   SimLoop         a lane's loop in virtual time
 * </pre>
 *
 * Messages are read from the sender's memory when they leave, not when they are posted, and written to the receiver's when they
 * arrive: memory that is used again too early shows as corrupt frames.
 */
package dev.weft.rdma.sim;
