package dev.weft.lane;

import dev.weft.session.LocalHost;
import dev.weft.session.SessionConfig;

/**
 * What a lane must know of its host.
 *
 * @param lane      number of this lane, from 0
 * @param spinNanos how long the lane keeps looking before it sleeps
 */
public record LaneConfig(int lane, LocalHost local, SessionConfig session, long spinNanos) {
}
