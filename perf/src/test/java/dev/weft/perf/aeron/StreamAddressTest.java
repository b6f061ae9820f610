package dev.weft.perf.aeron;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamAddressTest {

    /** The part of an address a person would look for in a message. */
    static String place(String address) {
        return address.split("\\|")[1];
    }

    @Test
    void makesAeronsChannel() throws IOException {
        assertEquals("aeron:udp?endpoint=10.42.2.2:40001", StreamAddress.parse("udp|10.42.2.2:40001|7").channel(""));
        assertEquals("aeron:udp?endpoint=[fd42::2]:40001|mtu=8192", StreamAddress.parse("udp|[fd42::2]:40001|7").channel("8192"));
        assertEquals("aeron:ipc?mtu=8192", StreamAddress.parse("ipc|/run/weft/messaging/aeron|7").channel("8192"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "4242", "udp|host:1", "tcp|host:1|2", "udp|host:1|-2", "udp|host:1|2|3"})
    void refusesWhatIsNone(String text) {
        assertEquals("'" + text + "' is no address of an Aeron stream; do both ends run the same weft?",
                assertThrows(IOException.class, () -> StreamAddress.parse(text)).getMessage());
    }
}
