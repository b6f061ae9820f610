package dev.weft.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.testing.RequiresRoot;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.commons.annotation.Testable;
import org.junit.platform.commons.support.AnnotationSupport;

/** {@code reliability-rows.csv}: each row of it has a test, and each test gives the code that the row says. */
@RequiresRoot
class ReliabilityTableTest {
    /** One line of the table. */
    private record Row(String id, String name, int code, String where) {
    }

    @TempDir
    Path directory;

    private static List<Row> rows() throws Exception {
        List<Row> rows = new ArrayList<>();
        try (InputStream table = ReliabilityTableTest.class.getResourceAsStream("/reliability-rows.csv")) {
            for (String line : new String(table.readAllBytes(), StandardCharsets.UTF_8).lines().filter(l -> !l.startsWith("#")).toList()) {
                String[] parts = line.split(";");
                rows.add(new Row(parts[0], parts[1], Integer.parseInt(parts[2]), parts[3]));
            }
        }
        return rows;
    }

    @Test
    void shouldHaveEveryRow() throws Exception {
        Set<String> wanted = new HashSet<>();
        IntStream.rangeClosed(1, 20).forEach(i -> wanted.add("C" + i));
        for (int i : new int[] {1, 2, 3, 4, 5, 6, 7, 8, 13, 23, 24, 25, 32, 33}) {
            wanted.add("F" + i);
        }
        assertEquals(wanted, new HashSet<>(rows().stream().map(Row::id).toList()));
    }

    @TestFactory
    Stream<DynamicTest> shouldAnswerEveryRowWithItsCode() throws Exception {
        Map<String, Scenarios.Scenario> scenarios = new HashMap<>(Scenarios.inMemory());
        scenarios.putAll(KernelScenarios.all());
        Set<String> used = new HashSet<>();
        List<DynamicTest> tests = new ArrayList<>();
        for (Row row : rows()) {
            used.add(row.name());
            tests.add(DynamicTest.dynamicTest(row.id() + " " + row.name(), () -> run(row, scenarios.get(row.name()))));
        }
        tests.add(DynamicTest.dynamicTest("no scenario without a row", () -> assertTrue(used.containsAll(scenarios.keySet()),
                () -> scenarios.keySet().stream().filter(name -> !used.contains(name)).toList().toString())));
        return tests.stream();
    }

    private void run(Row row, Scenarios.Scenario scenario) throws Exception {
        if (row.where().equals("here")) {
            assertNotNull(scenario, "no scenario is named '" + row.name() + "'");
            assertEquals(row.code(), scenario.code(Files.createTempDirectory(directory, "row")));
        } else if (row.where().contains("#")) {
            String[] parts = row.where().split("#");
            Path source = Path.of("..").resolve(parts[0].startsWith("dev.weft.cni") ? "cni-plugin" : "fabric-core")
                    .resolve("src/test/java").resolve(parts[0].replace('.', '/') + ".java");
            assertTrue(Files.exists(source), source + " is missing");
            Method method = Arrays.stream(Class.forName(parts[0]).getDeclaredMethods()).filter(m -> m.getName().equals(parts[1]))
                    .findFirst().orElseThrow(() -> new AssertionError(row.where() + " is missing"));
            assertTrue(AnnotationSupport.isAnnotated(method, Testable.class), row.where() + " is no test");
        } else {
            assertTrue(Files.isExecutable(Path.of("..").resolve(row.where())), row.where() + " is missing");
        }
    }
}
