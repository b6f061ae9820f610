package dev.weft.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.agent.config.AgentConfig;
import dev.weft.agent.config.AgentConfigLoader;
import dev.weft.agent.config.ConfigException;
import dev.weft.directory.HostsFile;
import dev.weft.frame.FrameHeader;
import dev.weft.frame.FrameType;
import dev.weft.frame.Packet;
import dev.weft.linux.Memory;
import dev.weft.linux.NativeBytes;
import dev.weft.testing.Mutations;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Parsers of what others wrote: whatever comes, they answer in their own words and read nothing beyond it. */
class ParserFuzzTest {
    private static final int ROOM = 1 << 16;
    private final long memory = NativeBytes.allocate(ROOM);

    @Test
    void shouldReadOrRefuseEveryHello() {
        List<byte[]> seeds = List.of(new Hello(1, 1, 77, 1000, 0, 1, 0, 65000, "host-a", "host-b").encode(),
                new Hello(1, 9, -1, Long.MAX_VALUE, -1, 16, 15, 1280, "a", "b").encode());
        assertTrue(Mutations.run(seeds, input -> {
            try {
                Hello hello = Hello.decode(input);
                assertTrue(hello.lanes() > 0 && hello.epoch() != 0 && !hello.hostId().isEmpty());
            } catch (Hello.Refused e) {
                assertTrue(!e.getMessage().isBlank());
            }
        }) > 0);
    }

    @Test
    void shouldNeverTakeALengthFromAHeaderThatIsNotAllowed() {
        long at = NativeBytes.allocate(FrameHeader.LENGTH);
        FrameHeader.write(at, FrameType.DATA, 1500, 7, 42, 1);
        byte[] seed = Memory.toArray(at, FrameHeader.LENGTH);
        Mutations.run(List.of(seed), input -> {
            byte[] header = java.util.Arrays.copyOf(input, FrameHeader.LENGTH);
            Memory.fromArray(header, memory);
            int length = FrameHeader.check(memory);
            int claimed = ByteBuffer.wrap(header).getInt(4);
            boolean allowed = header[0] == FrameHeader.VERSION && claimed >= 0 && claimed <= FrameHeader.MAX_BODY_LENGTH;
            assertEquals(allowed ? FrameHeader.LENGTH + claimed : header[0] != FrameHeader.VERSION ? FrameHeader.BAD_VERSION
                    : FrameHeader.BAD_LENGTH, length);
        });
    }

    @Test
    void shouldTakeOnlyPacketsThatAreWhole() {
        byte[] ipv4 = new byte[60];
        ByteBuffer.wrap(ipv4).put(0, (byte) 0x45).putShort(2, (short) 60);
        byte[] ipv6 = new byte[80];
        ByteBuffer.wrap(ipv6).put(0, (byte) 0x60).putShort(4, (short) 40);
        Mutations.run(List.of(ipv4, ipv6), input -> {
            Memory.fromArray(input, memory);
            int version = Packet.check(memory, input.length);
            assertEquals(expected(input), version);
        });
    }

    /** RFC 791 and RFC 8200 once more, in the plainest words. */
    private static int expected(byte[] input) {
        ByteBuffer packet = ByteBuffer.wrap(input);
        if (input.length >= 20 && (input[0] & 0xF0) == 0x40) {
            int header = (input[0] & 15) * 4;
            return header >= 20 && header <= input.length && (packet.getShort(2) & 0xFFFF) == input.length ? Packet.IPV4 : Packet.MALFORMED;
        }
        boolean whole = input.length >= 40 && (input[0] & 0xF0) == 0x60 && (packet.getShort(4) & 0xFFFF) == input.length - 40;
        return whole ? Packet.IPV6 : Packet.MALFORMED;
    }

    @Test
    void shouldReadOrRefuseEveryListOfHosts() {
        HostsFile format = new HostsFile(List.of(AgentConfig.DEFAULT_NETWORK), AgentConfig.DEFAULT_PORT);
        byte[] seed = """
                hosts:
                  - {id: host-a, address: 192.0.2.1, port: 4790, subnets: [10.42.1.0/24, "fd42:0:0:1::/64"]}
                  - id: host-b
                    address: 192.0.2.2
                    subnets: [10.42.2.0/24]
                    networks: {blue: [10.43.1.0/24]}
                """.getBytes(StandardCharsets.UTF_8);
        Mutations.run(List.of(seed), input -> {
            HostsFile.Parsed parsed = format.parse(new String(input, StandardCharsets.UTF_8));
            assertTrue(parsed.findings().isEmpty() || parsed.hosts().isEmpty(), "hosts or findings, never both");
        });
    }

    @Test
    void shouldReadOrRefuseEveryConfiguration() {
        byte[] seed = """
                host: host-a
                underlay: 192.0.2.1
                directory: {file: /etc/weft/hosts.yaml}
                lanes: 2
                tun: {name: weft0, mtu: 65000, queue-length: 5000}
                session: {heartbeat: 200ms, dead-after: 1s}
                rdma: {policy: prefer, peers: {host-b: forbid}}
                networks: [{name: default, vni: 1, ranges: [10.42.0.0/16, "fd42::/48"], masquerade: false}]
                """.getBytes(StandardCharsets.UTF_8);
        Mutations.run(List.of(seed), input -> {
            try {
                assertTrue(AgentConfigLoader.parse(Path.of("agent.yaml"), new String(input, StandardCharsets.UTF_8)).lanes() > 0);
            } catch (ConfigException e) {
                assertTrue(e.getMessage().startsWith("agent.yaml"), e.getMessage());
            }
        });
    }
}
