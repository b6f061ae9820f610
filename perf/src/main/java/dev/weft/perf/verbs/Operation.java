package dev.weft.perf.verbs;

import com.ibm.disni.verbs.IbvMr;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;

/** How messages cross: the option {@code op}. */
enum Operation {
    SEND(IbvMr.IBV_ACCESS_LOCAL_WRITE),
    WRITE(IbvMr.IBV_ACCESS_LOCAL_WRITE | IbvMr.IBV_ACCESS_REMOTE_WRITE),
    /** iWARP wants the place a read goes to writable from afar as well (RFC 5040, section 5.1). */
    READ(IbvMr.IBV_ACCESS_LOCAL_WRITE | IbvMr.IBV_ACCESS_REMOTE_WRITE | IbvMr.IBV_ACCESS_REMOTE_READ);

    /** What the memory of an end is registered for. */
    final int access;

    Operation(int access) {
        this.access = access;
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Operation of(String label) throws IOException {
        return Arrays.stream(values()).filter(each -> each.label().equals(label)).findFirst().orElseThrow(() -> new IOException(
                "there is no verbs operation '" + label + "'; there are: -o op=send (default), -o op=write, -o op=read"));
    }
}
