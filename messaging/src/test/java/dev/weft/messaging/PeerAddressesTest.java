package dev.weft.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.weft.frame.MessageHeader;
import org.junit.jupiter.api.Test;

class PeerAddressesTest {
    @Test
    void shouldKnowASenderAgainAndStayBoundedUnderAFloodOfThem() {
        PeerAddresses addresses = new PeerAddresses();
        WireAddress first = addresses.get(0, MessageHeader.mapped(0x0A2A0102), 7);
        assertEquals("/10.42.1.2:7", first.socket().toString());
        addresses.get(0, MessageHeader.mapped(0x0A2A0103), 7);
        assertSame(first, addresses.get(0, MessageHeader.mapped(0x0A2A0102), 7));
        for (int i = 0; i < 100_000; i++) {
            assertEquals(i % 65_536, addresses.get(1, i, i % 65_536).port());
        }
        assertEquals(first, addresses.get(0, MessageHeader.mapped(0x0A2A0102), 7));
    }
}
