package dev.weft.rdma.verbs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.PaddingLayout;
import java.lang.foreign.StructLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The layouts must be C's. {@code layouts.txt} is what C said with the headers of rdma-core 44 on a 64-bit system; where the headers
 * and gcc are here, C is asked again.
 */
class LayoutTest {
    /** Structs Weft allocates itself and whose size C must share. */
    private static final List<StructLayout> SIZED = List.of(WorkStructs.SEND_WR, WorkStructs.RECV_WR, WorkStructs.SGE, WorkStructs.WC,
            ParameterStructs.CONN_PARAM, ParameterStructs.QP_INIT_ATTR, ParameterStructs.QP_ATTR, ParameterStructs.ASYNC_EVENT,
            ParameterStructs.DEVICE_ATTR, ParameterStructs.PORT_ATTR);

    private static List<StructLayout> all() {
        return Stream.of(ObjectStructs.ALL, WorkStructs.ALL, ParameterStructs.ALL).flatMap(List::stream).toList();
    }

    private static List<String> javaLines() {
        List<String> lines = new ArrayList<>();
        for (StructLayout struct : all()) {
            String name = struct.name().orElseThrow();
            for (MemoryLayout member : struct.memberLayouts()) {
                if (!(member instanceof PaddingLayout)) {
                    String field = member.name().orElseThrow();
                    lines.add(name + "." + field + " " + ObjectStructs.offset(struct, field));
                }
            }
            if (SIZED.contains(struct)) {
                lines.add("sizeof " + name + " " + struct.byteSize());
            }
        }
        int[] places = {ObjectStructs.POLL_CQ, ObjectStructs.REQ_NOTIFY_CQ, ObjectStructs.POST_SEND, ObjectStructs.POST_RECV};
        String[] names = {"poll_cq", "req_notify_cq", "post_send", "post_recv"};
        for (int i = 0; i < places.length; i++) {
            lines.add("ibv_context.ops." + names[i] + " " + (ObjectStructs.offset(ObjectStructs.CONTEXT, "ops") + 8L * places[i]));
        }
        return lines;
    }

    @Test
    void shouldLayStructsOutAsTheAbiOfRdmaCoreDoes() throws IOException {
        try (InputStream known = LayoutTest.class.getResourceAsStream("layouts.txt")) {
            assertEquals(new String(known.readAllBytes(), StandardCharsets.UTF_8).strip(), String.join("\n", javaLines()));
        }
    }

    @Test
    @RequiresVerbsHeaders
    void shouldLayStructsOutAsTheInstalledHeadersDo(@TempDir Path directory) throws Exception {
        Path source = directory.resolve("layouts.c");
        Path program = directory.resolve("layouts");
        StringBuilder code = new StringBuilder("#include <stdio.h>\n#include <stddef.h>\n#include <rdma/rdma_cma.h>\nint main(void) {\n");
        for (String line : javaLines()) {
            String subject = line.substring(0, line.lastIndexOf(' '));
            code.append("  printf(\"").append(subject).append(" %zu\\n\", ").append(expression(subject)).append(");\n");
        }
        Files.writeString(source, code.append("  return 0;\n}\n"));
        assertEquals("", output("gcc", "-o", program.toString(), source.toString()));
        assertEquals(String.join("\n", javaLines()), output(program.toString()).strip());
    }

    private static String expression(String subject) {
        if (subject.startsWith("sizeof ")) {
            return "sizeof(struct " + subject.substring("sizeof ".length()) + ")";
        }
        int dot = subject.indexOf('.');
        return "offsetof(struct " + subject.substring(0, dot) + ", " + subject.substring(dot + 1) + ")";
    }

    private static String output(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), command[0] + " did not end");
        assertEquals(0, process.exitValue(), text);
        return text;
    }
}
