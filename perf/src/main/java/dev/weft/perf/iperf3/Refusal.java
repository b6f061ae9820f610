package dev.weft.perf.iperf3;

import java.util.Map;

/** iperf3's numbers for what a server refuses, as they travel behind {@link State#SERVER_ERROR}. */
final class Refusal {
    static final int DURATION = 5;
    static final int STREAMS = 6;
    static final int BLOCK_SIZE = 7;
    static final int BUFFER_SIZE = 8;
    static final int OMIT = 12;
    static final int UNIMPLEMENTED = 13;
    static final int SCTP = 18;
    static final int UDP_BLOCK_SIZE = 20;
    static final int PARAMETERS = 114;
    static final int RESULTS = 117;
    static final int AUTHORIZATION = 142;
    static final int STREAM_ACCEPT = 204;

    private static final Map<Integer, String> WORDS = Map.of(
            DURATION, "the duration is out of its range (0 to 86400 s, or more than the server's limit)",
            STREAMS, "the number of parallel streams is out of its range (1 to 128)",
            BLOCK_SIZE, "the block size is out of its range (1 byte to 1 MiB)",
            BUFFER_SIZE, "the socket buffer is too large",
            OMIT, "the omitted time is out of its range (0 to 600 s)",
            SCTP, "the server has no SCTP",
            UDP_BLOCK_SIZE, "the datagram size is out of its range (16 to 65507 bytes)",
            27, "the total bit rate is above the server's limit",
            PARAMETERS, "the server could not read the parameters",
            AUTHORIZATION, "the server wants a user name and password");

    private Refusal() {
    }

    static String words(int code) {
        return WORDS.getOrDefault(code, "the server ended the test with iperf3 error " + code);
    }
}
