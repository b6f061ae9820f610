package dev.weft.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

final class RootCondition implements ExecutionCondition {

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        String missing = missing();
        if (missing == null) {
            return ConditionEvaluationResult.enabled("root and /dev/net/tun are here");
        }
        if ("true".equals(System.getenv("CI"))) {
            throw new IllegalStateException("CI must run the root tests, but " + missing);
        }
        return ConditionEvaluationResult.disabled(missing);
    }

    private static String missing() {
        if (!effectiveUserIsRoot()) {
            return "this test needs root (network namespaces)";
        }
        return Files.exists(Path.of("/dev/net/tun")) ? null : "/dev/net/tun is missing";
    }

    private static boolean effectiveUserIsRoot() {
        try {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("Uid:"))
                    .anyMatch(line -> line.split("\\s+")[2].equals("0"));
        } catch (IOException e) {
            return false;
        }
    }
}
