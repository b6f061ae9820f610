package dev.weft.session;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class PathReasonTest {

    private static SessionStatus with(PathReason reason) {
        return new SessionStatus("b", 0, 0, "established", "tcp", reason.label(), "", "", "", 0, 0, 0, 0, 0, 0, 0, 0, null);
    }

    @Test
    void shouldCountSessionsByReasonAndNameThoseWithoutAny() {
        Map<String, Long> counts = PathReason.count(
                List.of(with(PathReason.CARRYING), with(PathReason.CARRYING), with(PathReason.ACK_LATE)));
        assertEquals(2, counts.get("carrying"));
        assertEquals(1, counts.get("ack-late"));
        assertEquals(0, counts.get("link-lost"));
        Set<String> all = Arrays.stream(PathReason.values()).map(PathReason::label).collect(Collectors.toSet());
        assertEquals(all, counts.keySet());
    }
}
