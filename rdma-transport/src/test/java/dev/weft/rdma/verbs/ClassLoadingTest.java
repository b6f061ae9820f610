package dev.weft.rdma.verbs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** On a host without rdma-core every class must load, and what fails must be a sentence. Run in a JVM of its own. */
class ClassLoadingTest {
    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

    /** Loads every class of this package, then asks for the provider. */
    static final class Probe {
        public static void main(String[] args) throws Exception {
            Path classes = Path.of(PanamaVerbs.class.getProtectionDomain().getCodeSource().getLocation().toURI());
            try (var files = java.nio.file.Files.walk(classes)) {
                for (Path file : files.filter(each -> each.toString().endsWith(".class")).toList()) {
                    String name = classes.relativize(file).toString().replace('/', '.').replaceAll("\\.class$", "");
                    Class.forName(name);
                }
            }
            System.out.println("all classes loaded");
            try {
                PanamaVerbs.install();
                System.out.println("installed");
            } catch (IOException e) {
                System.out.println(e.getMessage());
            }
            PanamaProvider.register();
            com.ibm.disni.util.NativeAffinity.setAffinity(0);
            System.out.println("affinity " + (com.ibm.disni.util.NativeAffinity.getAffinity() != 0));
        }
    }

    private static List<String> run(String... options) throws Exception {
        List<String> command = new ArrayList<>(List.of(JAVA.toString(), "--enable-native-access=ALL-UNNAMED", "-XX:TieredStopAtLevel=1"));
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Probe.class.getName()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "the JVM did not end");
        assertEquals(0, process.exitValue(), text);
        return text.lines().toList();
    }

    @Test
    void shouldLoadEveryClassWithoutTheLibraries() throws Exception {
        List<String> said = run("-Ddev.weft.rdma.libibverbs=libno-such-verbs.so.1", "-Ddev.weft.rdma.librdmacm=/no/such/librdmacm.so.1");
        assertEquals("all classes loaded", said.get(0));
        assertTrue(said.get(1).startsWith("libno-such-verbs.so.1 is not on the library path of this host; install rdma-core"),
                said.get(1));
    }

    @Test
    void shouldNameAFunctionTheLibraryLacks() throws Exception {
        List<String> said = run("-Ddev.weft.rdma.libibverbs=libc.so.6");
        assertTrue(said.get(1).startsWith("libc.so.6 has no ibv_get_device_list: it is too old; install rdma-core"), said.get(1));
    }

    @Test
    void shouldServeDisnisAffinityWithoutLibdisni() throws Exception {
        List<String> said = run("-Ddev.weft.rdma.libibverbs=libno-such-verbs.so.1");
        assertEquals("affinity true", said.getLast());
    }
}
