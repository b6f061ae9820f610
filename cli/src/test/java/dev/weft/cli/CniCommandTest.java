package dev.weft.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CniCommandTest {
    @TempDir
    Path directory;
    private Path source;

    @BeforeEach
    void makePlugin() throws IOException {
        source = Files.writeString(directory.resolve("built"), "a program");
        Files.setPosixFilePermissions(source, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Path plugin() {
        return directory.resolve("opt/cni/bin/weft");
    }

    private Path conf() {
        return directory.resolve("etc/net.d/10-weft.conflist");
    }

    private int run(String verb, String... more) {
        List<String> arguments = new ArrayList<>(List.of("cni", verb, "--bin-dir", plugin().getParent().toString(), "--conf-dir",
                conf().getParent().toString()));
        if (verb.equals("install")) {
            arguments.addAll(List.of("--plugin", source.toString()));
        }
        arguments.addAll(Arrays.asList(more));
        return Weft.run(arguments.toArray(String[]::new));
    }

    private JsonNode json() throws IOException {
        return new ObjectMapper().readTree(Files.readAllBytes(conf()));
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }

    @Test
    void shouldPutPluginAndNetworkInPlaceAndTakeThemAway() throws IOException {
        assertEquals(0, run("install"));
        assertArrayEquals(Files.readAllBytes(source), Files.readAllBytes(plugin()));
        assertTrue(Files.isExecutable(plugin()));
        assertEquals("1.0.0", json().path("cniVersion").asText());
        assertEquals("weft", json().path("plugins").path(0).path("type").asText());
        assertEquals(List.of(plugin()), files(plugin().getParent()));
        assertEquals(List.of(conf()), files(conf().getParent()));
        assertEquals(0, run("uninstall"));
        assertEquals(0, run("uninstall"));
        assertEquals(List.of(), files(plugin().getParent()));
        assertEquals(List.of(), files(conf().getParent()));
    }

    @Test
    void shouldReplaceThePluginByAnotherFileSoThatOneBeingExecutedGoesOn() throws IOException {
        run("install");
        Object before = Files.getAttribute(plugin(), "unix:ino");
        run("install");
        assertFalse(before.equals(Files.getAttribute(plugin(), "unix:ino")));
    }

    @Test
    void shouldKeepANetworkThatIsThereUnlessForced() throws IOException {
        Files.createDirectories(conf().getParent());
        Files.writeString(conf(), "mine");
        assertEquals(0, run("install"));
        assertEquals("mine", Files.readString(conf()));
        assertEquals(0, run("install", "--force", "--network", "blue", "--name", "other", "--cni-version", "0.4.0", "--portmap",
                "--agent-socket", "/run/x.sock", "--spool-dir", "/var/x"));
        JsonNode weft = json().path("plugins").path(0);
        assertEquals(List.of("other", "0.4.0", "blue", "/run/x.sock", "/var/x", "portmap"), List.of(json().path("name").asText(),
                json().path("cniVersion").asText(), weft.path("network").asText(), weft.path("agentSocket").asText(),
                weft.path("spoolDir").asText(), json().path("plugins").path(1).path("type").asText()));
    }

    @ParameterizedTest
    @CsvSource({"--cni-version,9.9.9", "--name,a/b", "--network,../x"})
    void shouldRefuseNonsenseAndChangeNothing(String option, String value) {
        assertEquals(1, run("install", option, value));
        assertFalse(Files.exists(plugin()));
        assertFalse(Files.exists(conf()));
    }

    @Test
    void shouldSayWhatIsMissing() {
        source = directory.resolve("nothing");
        assertEquals(1, run("install"));
        assertFalse(Files.exists(conf()));
    }
}
