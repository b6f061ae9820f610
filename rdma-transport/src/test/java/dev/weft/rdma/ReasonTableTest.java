package dev.weft.rdma;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.weft.session.PathReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What docs/rdma.md says of the reason codes is what the agent says. */
class ReasonTableTest {

    @Test
    void shouldDocumentEveryReasonAsTheAgentTellsIt() throws IOException {
        List<String> documented = Files.readAllLines(Path.of("..", "docs", "rdma.md")).stream()
                .filter(line -> line.startsWith("| `")).toList();
        assertEquals(Arrays.stream(PathReason.values())
                .map(reason -> "| `" + reason.label() + "` | " + reason.sentence() + " | " + reason.remedy() + " |").toList(), documented);
    }
}
