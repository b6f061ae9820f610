package dev.weft.perf.control;

/** What a server is busy with: it does one thing after the other, so that nothing disturbs a measurement. */
interface Occupation {

    /** Address of who asked for it. */
    String clientHost();

    /** 0 when unknown. */
    long secondsLeft();

    /** For people. */
    String describe();

    /**
     * Does it and tells the client.
     *
     * @return how it ended, for people
     */
    String run() throws java.io.IOException;

    /** Ends it now. Any thread. */
    void abort(String reason);
}
