/**
 * The rig: workers that send and receive on one thread each, and what counts them.
 *
 * <pre>
 *   closed loop   Source --> Sink       Pinger <-> Echo       Connector <-> Responder
 *   open loop     Source (Schedule) --> Sink                  OpenLoopPinger <-> Echo
 *
 *   worker threads write   Tally, LatencyRecorder
 *   one sampling thread    Sampler: cuts the warm-up off, makes intervals, adds up
 * </pre>
 *
 * Workers allocate nothing, take no lock and know no wall clock; time comes from a {@link dev.weft.perf.rig.NanoClock}.
 */
package dev.weft.perf.rig;
